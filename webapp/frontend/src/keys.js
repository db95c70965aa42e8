// Single-key shortcuts for lists. They can be turned off (WCAG 2.1.4), and never act while somebody types.
const OFF = 'siteward-keys-off';
const TYPING = 'input, select, textarea, [contenteditable], dialog, [role=application]';

export function listKeys() {
  const help = document.querySelector('[data-keys]');
  const opener = document.querySelector('[data-keys-open]');
  const choice = document.querySelector('[data-keys-on]');
  if (!help) return;
  const show = () => help.open || help.showModal();
  if (opener) {
    opener.hidden = false;
    opener.addEventListener('click', show);
  }
  if (choice) {
    choice.checked = !turnedOff();
    choice.addEventListener('change', () => localStorage.setItem(OFF, choice.checked ? '' : 'yes'));
  }

  const keys = { '?': show, '/': toFilter, j: () => step(1), k: () => step(-1) };
  document.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING) || turnedOff()) return;
    event.preventDefault();
    act();
  });
}

const turnedOff = () => localStorage.getItem(OFF) === 'yes';

function toFilter() {
  document.querySelector('[role=search] :is(input, select):not([type=hidden])')?.focus();
}

function step(by) {
  const rows = [...document.querySelectorAll('[data-list-row]')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement) || row.classList.contains('is-current'));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
  for (const other of rows) other.classList.toggle('is-current', other === row);
  row.querySelector('a, button, input')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}
