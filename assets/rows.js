// ul[data-rows] grows by [data-row-add] and shrinks by the [data-row-remove] of each row, without a trip to the server.
// The last row is only emptied. Numbers in names and labels follow.
for (const list of document.querySelectorAll('ul[data-rows]')) {
  const form = list.closest('form');
  const renumber = () => {
    [...list.children].forEach((row, at) => {
      for (const part of row.querySelectorAll('[aria-label], [id], button[value]')) {
        for (const name of ['aria-label', 'id', 'value']) {
          if (name === 'value' && part.localName === 'input') continue;
          const text = part.getAttribute(name);
          if (text) part.setAttribute(name, text.replace(/\d+/, at + 1));
        }
      }
    });
  };
  const empty = (row) => {
    for (const input of row.querySelectorAll('input')) {
      input.value = '';
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
    }
    for (const length of row.querySelectorAll('[id]')) length.textContent = '';
  };
  form.addEventListener('click', (event) => {
    const add = event.target.closest('[data-row-add]');
    const remove = event.target.closest('[data-row-remove]');
    if (!add && !remove) return;
    event.preventDefault();
    if (add) {
      const row = list.lastElementChild.cloneNode(true);
      empty(row);
      list.append(row);
      renumber();
      row.querySelector('input').focus();
      return;
    }
    const row = remove.closest('li');
    if (list.children.length > 1) row.remove();
    else empty(row);
    renumber();
    list.querySelector('input').focus();
    form.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
