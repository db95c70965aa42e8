// An edit of a draft that was sent after the sign-in had ended comes back when somebody has signed in again.
// It waits in this tab alone, until the next page that is not the sign-in.
const KEY = 'siteward.unsent';
const isEdit = (form) => form.method === 'post' && Boolean(form.elements.revision);

export function unsent() {
  const kept = read();
  sessionStorage.removeItem(KEY);
  if (kept && document.querySelector('input[type="password"]')) keep({ ...kept, signedOut: true });
  else if (kept?.signedOut) bringBack(kept);
  document.addEventListener('submit', ({ target }) => isEdit(target) && keep({ at: here(), action: target.getAttribute('action'), fields: typed(target) }), true);
}

const here = () => location.pathname + location.search;
const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrf_token');

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function keep(edit) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(edit));
  } catch {
    // Without room the browser's way back is left.
  }
}

function bringBack(kept) {
  if (here() !== kept.at) {
    // Signing in leads on to where the form was sent; what was typed belongs on its page.
    if (kept.led) return;
    keep({ ...kept, led: true });
    location.replace(kept.at);
    return;
  }
  const form = [...document.forms].find((one) => isEdit(one) && one.getAttribute('action') === kept.action);
  if (!form) return;
  for (const control of form.elements) fill(control, kept.fields.filter(([name]) => name === control.name).map(([, value]) => value));
  const note = Object.assign(document.createElement('p'), { className: 'notice notice--warning' });
  note.setAttribute('role', 'status');
  note.textContent = 'Your sign-in had ended. What you typed is here again; it has not been saved yet.';
  form.before(note);
}

function fill(control, values) {
  if (!control.name || control.name === 'csrf_token' || ['file', 'submit', 'button'].includes(control.type)) return;
  if (['checkbox', 'radio'].includes(control.type)) control.checked = values.includes(control.value);
  else if (values.length) {
    [control.value] = values;
    // The searchable kind is told what is chosen by what is around it.
    control.closest('.usa-combo-box')?.setAttribute('data-default-value', control.value);
  }
}
