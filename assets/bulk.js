// form[data-bulk="{0} selected"] counts its ticked boxes named "id" into its <output>; its box with [data-all] ticks
// them all. With none ticked its words stand as they came.
for (const form of document.querySelectorAll('form[data-bulk]')) {
  const boxes = [...form.querySelectorAll('input[name=id]')];
  const all = form.querySelector('[data-all]');
  const said = form.querySelector('output');
  const asked = said?.textContent;
  const count = () => {
    const n = boxes.filter((box) => box.checked).length;
    if (said) said.textContent = n ? form.dataset.bulk.replace('{0}', n) : asked;
    if (!all) return;
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
  };
  form.addEventListener('change', (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    count();
  });
  count();
}
