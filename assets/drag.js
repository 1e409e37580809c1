// [data-drag="/leave/new"] holds days, [data-day="2026-12-08"]. Drawn over with the mouse or a pen they lead to that
// address with the first and the last of them; a finger scrolls, and taps the link that each day is anyway.
for (const area of document.querySelectorAll('[data-drag]')) {
  let from;
  let to;
  const ends = () => [from, to].sort();
  const draw = () => {
    const [first, last] = from ? ends() : [];
    for (const cell of area.querySelectorAll('[data-day]')) {
      const { day } = cell.dataset;
      cell.classList.toggle('drawn', Boolean(from) && first <= day && day <= last);
    }
  };
  const dayAt = (event) => {
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-day]');
    return cell && area.contains(cell) ? cell.dataset.day : undefined;
  };
  const stop = () => {
    from = undefined;
    draw();
  };
  area.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch' || event.target.closest('a:not(.pick)')) return;
    from = dayAt(event);
    to = from;
    draw();
  });
  addEventListener('pointermove', (event) => {
    if (!from) return;
    to = dayAt(event) ?? to;
    draw();
  });
  addEventListener('pointerup', () => {
    if (!from) return;
    const [first, last] = ends();
    stop();
    // One day alone is a click on its link.
    if (first !== last) location.assign(`${area.dataset.drag}?start_date=${first}&end_date=${last}`);
  });
  addEventListener('pointercancel', stop);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') stop();
  });
  // The links in it are not dragged themselves.
  area.addEventListener('dragstart', (event) => event.preventDefault());
}
