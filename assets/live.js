// [data-live] shows a count that changes while the page is open. Asked once a minute, and only while somebody looks.
const sources = {
  notices: ['/api/v1/notifications/unread-count', (answer) => answer.unread],
  inbox: ['/api/v1/approvals/pending?page_size=1', (answer) => answer.total],
};

const refresh = async () => {
  if (document.hidden) return;
  for (const [name, [address, pick]] of Object.entries(sources)) {
    const places = document.querySelectorAll(`[data-live="${name}"]`);
    if (!places.length) continue;
    const answer = await fetch(address, { headers: { accept: 'application/json' } });
    // Signed out elsewhere, or the machine restarts: the next page says so.
    if (!answer.ok) return;
    const count = pick(await answer.json());
    for (const place of places) {
      place.textContent = count;
      place.hidden = !count;
    }
  }
};

setInterval(() => refresh().catch(() => {}), 30_000);
document.addEventListener('visibilitychange', () => refresh().catch(() => {}));
