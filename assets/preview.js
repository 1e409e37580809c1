// form[data-preview="/leave/preview"] asks that address what the present entries come to, a moment after they change,
// and puts each element of the answer in the place of the one with the same id.
const entries = (form) => {
  const told = new URLSearchParams();
  // Of files the names only: a look sends none.
  for (const [name, value] of new FormData(form)) told.append(name, value instanceof File ? value.name : value);
  return told;
};

for (const form of document.querySelectorAll('form[data-preview]')) {
  let waiting;
  let asked;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.preview, {
        method: 'POST',
        body: entries(form),
        signal: asked.signal,
        redirect: 'error',
      });
      // 422 says what is wrong so far: it is worth showing as well.
      if (!answer.ok && answer.status !== 422) return;
      const holder = document.createElement('template');
      holder.innerHTML = await answer.text();
      // What is for pages without script would be shown: a template is parsed as if there were none.
      for (const part of holder.content.querySelectorAll('noscript')) part.remove();
      // Whoever stands in a field that is replaced goes on standing there.
      const at = document.activeElement?.id;
      for (const part of holder.content.querySelectorAll('[id]')) {
        document.getElementById(part.id)?.replaceWith(part);
      }
      if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus();
    } catch (error) {
      if (error.name !== 'AbortError') console.warn('preview', error);
    }
  };
  form.addEventListener('input', () => {
    // What the choices made so far hide is not sent either.
    for (const set of form.querySelectorAll('fieldset')) {
      set.disabled = getComputedStyle(set).display === 'none';
    }
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
}
