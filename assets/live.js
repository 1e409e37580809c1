// What changes while a page is open: [data-live="inbox"] and [data-live="notices"] show a count,
// progress[data-onboarding="5"] how far an onboarding is, progress[data-import="…"] how far an import is. A WebSocket
// says what is now; where none is to be had the counts are asked for every half minute. Nothing happens while nobody
// looks.

const ASK_EVERY = 30_000;
const LONGEST_WAIT = 60_000;
// Kept open so long after the page was hidden: who looks something up comes back to what is now.
const HIDDEN_FOR = 60_000;
// The server's word for a session that has ended, or a login that was disabled.
const SIGNED_OUT = 4401;

const onboardings = () => [...new Set([...document.querySelectorAll('[data-onboarding]')].map((bar) => Number(bar.dataset.onboarding)))];
const imports = () => [...document.querySelectorAll('progress[data-import]')].map((bar) => bar.dataset.import);

const count = (name, now) => {
  for (const place of document.querySelectorAll(`[data-live="${name}"]`)) {
    place.textContent = now;
    place.hidden = !now;
  }
};

// The words of the page's own language, with places for the figures.
const words = (place, ...figures) => place.dataset.words.replace(/\{(\d)\}/g, (_, at) => figures[at]);

const progress = ({ onboarding_id: id, percent, completed, total }) => {
  for (const place of document.querySelectorAll(`[data-onboarding="${id}"]`)) {
    const ring = place.querySelector('circle:last-of-type');
    if (ring) {
      ring.setAttribute('stroke-dasharray', `${percent} 100`);
      ring.setAttribute('visibility', percent ? 'visible' : 'hidden');
      place.querySelector('svg').setAttribute('aria-label', words(place, percent));
      place.querySelector('b').textContent = `${percent}\u00a0%`;
    } else if (place instanceof HTMLProgressElement) {
      place.max = total;
      place.value = completed;
    } else {
      place.textContent = words(place, completed, total);
    }
  }
};

const job = ({ id, done, total, ended }) => {
  if (ended) return location.reload();
  for (const bar of document.querySelectorAll('progress[data-import]')) {
    if (bar.dataset.import !== id || !total) continue;
    bar.max = total;
    bar.value = done;
  }
};

const say = {
  unread_count: ({ unread }) => count('notices', unread),
  inbox_count: ({ inbox }) => count('inbox', inbox),
  onboarding_progress: progress,
  job_progress: job,
};

let socket = null;
let failures = 0;
let asking = 0;
let again = 0;
let over = false;

const ask = async () => {
  if (document.hidden || over) return;
  const followed = onboardings().slice(0, 50).join(',');
  const answer = await fetch(`/api/v1/events/now${followed && `?onboardings=${followed}`}`, { headers: { accept: 'application/json' } });
  // Signed out elsewhere: the next page says so.
  if (answer.status === 401) over = true;
  if (!answer.ok) return;
  const now = await answer.json();
  count('notices', now.unread);
  count('inbox', now.inbox);
  now.onboardings.forEach(progress);
};

const poll = (on) => {
  if (on && !asking) asking = setInterval(() => ask().catch(() => {}), ASK_EVERY);
  if (!on && asking) asking = clearInterval(asking) ?? 0;
};

const open = () => {
  if (socket || over || document.hidden) return;
  clearTimeout(again);
  const address = new URL('/api/v1/events', location);
  address.protocol = address.protocol.replace('http', 'ws');
  const mine = new WebSocket(address);
  socket = mine;
  mine.addEventListener('open', () => {
    failures = 0;
    poll(false);
    const follow = { onboardings: onboardings().slice(0, 50), imports: imports().slice(0, 50) };
    if (follow.onboardings.length || follow.imports.length) mine.send(JSON.stringify({ follow }));
  });
  mine.addEventListener('message', ({ data }) => {
    const told = JSON.parse(data);
    say[told.type]?.(told);
  });
  mine.addEventListener('close', ({ code }) => {
    if (socket === mine) socket = null;
    if (code === SIGNED_OUT) over = true;
    if (over || document.hidden) return poll(false);
    poll(true);
    // Nothing else tells of an import.
    if (imports().length) setTimeout(() => location.reload(), 3_000);
    // Twice as long each time, and never all pages at once.
    const wait = Math.min(LONGEST_WAIT, 1_000 * 2 ** failures) * (0.5 + Math.random());
    failures += 1;
    again = setTimeout(open, wait);
  });
};

let hiding = 0;
const look = () => {
  clearTimeout(hiding);
  if (document.hidden) {
    poll(false);
    clearTimeout(again);
    hiding = setTimeout(() => socket?.close(1000), HIDDEN_FOR);
  } else {
    open();
  }
};

document.addEventListener('visibilitychange', look);
// A page that is kept for going back must not hold a socket.
addEventListener('pagehide', () => socket?.close(1000));
addEventListener('pageshow', ({ persisted }) => persisted && open());
open();
