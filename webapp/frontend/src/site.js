// What every page loads. Pages work without it; this saves typing, clicks and waiting.
import characterCount from '@uswds/uswds/js/usa-character-count';
import comboBox from '@uswds/uswds/js/usa-combo-box';
import htmx from 'htmx.org';
import { followConditions } from './conditions.js';
import { autosave } from './draft.js';
import { focusOnErrors, sendOnce } from './forms.js';
import { listKeys } from './keys.js';
import { menus } from './menus.js';
import { tableRows } from './rows.js';
import { unsent } from './unsent.js';

window.htmx = htmx;

document.addEventListener('htmx:config:request', ({ detail }) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && detail.ctx.request.method !== 'GET') detail.ctx.request.headers['X-CSRFToken'] = token;
});

// Runs again on parts that htmx or a new row brought in; each step leaves alone what it has met before.
function enhance(root) {
  characterCount.on(root);
  comboBox.on(root);
  for (const form of root.querySelectorAll('form')) {
    followConditions(form);
    sendOnce(form);
  }
  for (const form of root.querySelectorAll('form[data-draft-url]')) autosave(form);
  for (const table of root.querySelectorAll('[data-rows]')) tableRows(table, enhance);
}

unsent();
enhance(document.body);
document.addEventListener('htmx:after:swap', () => enhance(document.body));
menus();
listKeys();
focusOnErrors();
