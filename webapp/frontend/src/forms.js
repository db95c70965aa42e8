// Errors get the focus; a form is sent once.

export function focusOnErrors() {
  const summary = document.querySelector('[data-error-summary]');
  if (!summary) return;
  summary.focus();
  summary.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    (target.closest('[data-field]') ?? target).scrollIntoView({ block: 'start' });
    (focusable(target) ?? target).focus({ preventScroll: true });
  });
}

const focusable = (target) =>
  target.matches('input, select, textarea, [tabindex]') ? target : target.querySelector('input, select, textarea');

export function sendOnce(form) {
  if (form.sentOnce !== undefined || form.method !== 'post') return;
  form.sentOnce = false;
  form.addEventListener('submit', (event) => {
    if (form.sentOnce) event.preventDefault();
    form.sentOnce = true;
    // A download or a stopped request leaves the page standing: it must not stay dead.
    setTimeout(() => (form.sentOnce = false), 8_000);
  });
  window.addEventListener('pageshow', () => (form.sentOnce = false));
}
