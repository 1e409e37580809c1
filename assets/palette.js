// Ctrl-K: every link of the navigation, and every [data-command] of the page, found by a few letters of its words.
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

let entries;
const gather = () =>
  [...document.querySelectorAll('.side .nav a, main a[data-command]')].map((link) => {
    const words = [...link.childNodes].filter((node) => !node.classList?.contains('count') && node.nodeName !== 'svg');
    const name = (link.dataset.command || words.map((node) => node.textContent).join(' ')).trim();
    return { name, folded: fold(name), href: link.href, icon: link.querySelector('svg') };
  });

const show = (dialog, typed) => {
  const list = dialog.querySelector('ul');
  const found = entries.filter((entry) => fold(typed).split(/\s+/).every((word) => entry.folded.includes(word)));
  list.replaceChildren(
    ...found.map((entry, i) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.href = entry.href;
      if (entry.icon) link.append(entry.icon.cloneNode(true));
      link.append(entry.name);
      if (i === 0) link.setAttribute('aria-current', 'true');
      item.append(link);
      return item;
    }),
  );
};

const step = (dialog, by) => {
  const links = [...dialog.querySelectorAll('ul a')];
  const at = links.findIndex((link) => link.hasAttribute('aria-current'));
  if (at < 0) return;
  links[at].removeAttribute('aria-current');
  const next = links[(at + by + links.length) % links.length];
  next.setAttribute('aria-current', 'true');
  next.scrollIntoView({ block: 'nearest' });
};

export const open = (dialog) => {
  const field = dialog.querySelector('input');
  if (!entries) {
    field.addEventListener('input', () => show(dialog, field.value));
    dialog.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        step(dialog, event.key === 'ArrowDown' ? 1 : -1);
      } else if (event.key === 'Enter') {
        event.preventDefault();
        dialog.querySelector('ul [aria-current]')?.click();
      }
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
  entries = gather();
  field.value = '';
  show(dialog, '');
  if (!dialog.open) dialog.showModal();
};
