// What an answer is compared with: a choice by its label, yes or no, a day, a number, a text.
import { html } from 'diagram-js/lib/ui';
import { Select, useTyped } from '../entries.js';

const YES_NO = [
  { value: 'true', label: 'yes' },
  { value: 'false', label: 'no' },
];

export function Value({ field, row, label, id, write }) {
  const { is, value } = row;
  if (is === 'answered' || is === 'open') return null;
  const attributes = { 'aria-label': label };
  if (Array.isArray(value)) return html`<${Several} ...${{ field, value, label, id, write }} />`;
  if (typeof value === 'boolean' || field?.type === 'boolean') {
    return html`<${Select} value=${String(value)} choices=${YES_NO} write=${(chosen) => write(chosen === 'true')} attributes=${attributes} />`;
  }
  if (field?.options) return html`<${Select} value=${value} choices=${choicesOf(field)} write=${write} attributes=${attributes} />`;
  return html`<${Typed} ...${{ field, value, attributes, write }} />`;
}

const choicesOf = (field) => (field?.options ?? []).map((option) => ({ value: option.id, label: option.label }));

function Several({ field, value, label, id, write }) {
  const known = choicesOf(field);
  const choices = [...known, ...value.filter((one) => !known.some((choice) => choice.value === one)).map((one) => ({ value: one, label: `${one} (no longer offered)` }))];
  const toggle = (one, isOn) => write(choices.map((choice) => choice.value).filter((each) => (each === one ? isOn : value.includes(each))));
  return html`<div class="panel-rule__several" role="group" aria-label=${label}>
    ${choices.map(
      (one, index) => html`<div class="panel-tick" key=${one.value}>
        <input type="checkbox" id=${`panel-${id}-${index}`} checked=${value.includes(one.value)} onChange=${(event) => toggle(one.value, event.currentTarget.checked)} />
        <label for=${`panel-${id}-${index}`}>${one.label}</label>
      </div>`,
    )}
  </div>`;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function Typed({ field, value, attributes, write }) {
  const isNumber = ['long', 'decimal'].includes(field?.type);
  const text = value?.number ?? String(value ?? '');
  const check = (typed) => (isNumber && !NUMBER.test(typed) ? 'Write a number.' : null);
  const asValue = (typed) => (!isNumber ? typed : typed.includes('.') ? { number: typed } : Number(typed));
  const { shown, setTyped, error, take, drop } = useTyped(text, (typed) => write(asValue(typed)), check);
  return html`<span class="panel-rule__typed">
    <input class="usa-input" type=${field?.type === 'date' ? 'date' : 'text'} inputmode=${isNumber ? 'decimal' : undefined} ...${attributes}
      aria-invalid=${error ? 'true' : undefined} value=${shown} onInput=${(event) => setTyped(event.currentTarget.value)}
      onChange=${(event) => take(event.currentTarget.value.trim())} onKeyDown=${(event) => event.key === 'Escape' && drop()} />
    ${error && html`<span class="panel-entry__error">${error}</span>`}
  </span>`;
}
