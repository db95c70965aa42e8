// How long a text, how large a number, how late a day may be.
import { html } from 'diagram-js/lib/ui';
import { TextEntry } from '../entries.js';
import { constraint, NUMBERS, property, TEXTS } from './model.js';

const whole = (text) => (text === '' || /^\d{1,6}$/.test(text) ? null : 'Write a whole number.');
const number = (text) => (text === '' || /^-?\d{1,12}(\.\d+)?$/.test(text) ? null : 'Write a number.');

// Whether a pattern can be read at all is seen here; whether it is too slow the check says.
function pattern(text) {
  try {
    new RegExp(text, 'u');
    return null;
  } catch {
    return 'This is no pattern. Leave it empty if you are not sure.';
  }
}

export function Limits({ field, questions, apply, type, entry }) {
  const value = (name) => constraint(field, name)?.get('config') ?? '';
  const write = (name) => (text) => apply(questions.withConstraints(field, { [name]: text }));
  const limit = (name, label, check, control = 'text') =>
    html`<${TextEntry} id=${entry(name)} label=${label} value=${value(name)} check=${check} write=${write(name)} type=${control} />`;
  if (TEXTS.includes(type)) {
    return html`<details class="panel-more" open=${Boolean(property(field, 'pattern'))}>
      <summary>Length and pattern</summary>
      <div class="panel-pair">${limit('minlength', 'Fewest characters', whole)}${limit('maxlength', 'Most characters', whole)}</div>
      <${TextEntry} id=${entry('pattern')} label="Pattern" value=${property(field, 'pattern')} check=${pattern}
        help="A regular expression that the whole text must match. Say in the help what is expected."
        write=${(text) => apply(questions.withProperty(field, 'pattern', text))} />
    </details>`;
  }
  if (NUMBERS.includes(type)) return html`<div class="panel-pair">${limit('min', 'At least', number)}${limit('max', 'At most', number)}</div>`;
  return html`<div class="panel-pair">${limit('min', 'Not before', undefined, 'date')}${limit('max', 'Not after', undefined, 'date')}</div>`;
}
