// Lengths of time composed of a number and a unit, so that nobody writes P5BD.
import { html, useState } from 'diagram-js/lib/ui';
import { Entry, Select, useTyped } from './entries.js';

export const UNITS = [
  { value: 'BD', label: 'working days', pattern: /^P(\d+)BD$/, write: (number) => `P${number}BD` },
  { value: 'D', label: 'days', pattern: /^P(\d+)D$/, write: (number) => `P${number}D` },
  { value: 'W', label: 'weeks', pattern: /^P(\d+)W$/, write: (number) => `P${number}W` },
  { value: 'M', label: 'months', pattern: /^P(\d+)M$/, write: (number) => `P${number}M` },
  { value: 'Y', label: 'years', pattern: /^P(\d+)Y$/, write: (number) => `P${number}Y` },
  { value: 'H', label: 'hours', pattern: /^PT(\d+)H$/, write: (number) => `PT${number}H` },
  { value: 'MIN', label: 'minutes', pattern: /^PT(\d+)M$/, write: (number) => `PT${number}M` },
];
const MOST = 9999;

// Gives {number, unit}; null where the text is no length of one unit.
export function lengthOf(text) {
  for (const unit of UNITS) {
    const found = unit.pattern.exec(text?.trim() ?? '');
    if (found) return { number: Number(found[1]), unit: unit.value };
  }
  return null;
}

export const writtenLength = (number, unit) => UNITS.find((one) => one.value === unit).write(number);

export function lengthWords(text) {
  const length = lengthOf(text);
  if (!length) return text;
  const words = UNITS.find((one) => one.value === length.unit).label;
  return `${length.number} ${length.number === 1 ? words.replace(/s$/, '') : words}`;
}

const wrongNumber = (text) =>
  text === '' || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST) ? null : `Write a whole number from 1 to ${MOST}.`;

// A length as number and unit. An empty number takes the length away where it need not be there.
export function LengthEntry({ id, label, help, value, write, isRequired, unit: usual = 'BD' }) {
  const length = lengthOf(value);
  const [wanted, setWanted] = useState(usual);
  const unit = length?.unit ?? wanted;
  const check = (text) => (isRequired && text === '' ? 'Write how long.' : wrongNumber(text));
  const { shown, setTyped, error, take, drop } = useTyped(
    length ? String(length.number) : '',
    (text) => write(text === '' ? undefined : writtenLength(Number(text), unit)),
    check,
  );
  const isOther = value && !length;
  return html`<${Entry} ...${{ id, label, help, error }}>
    ${(attributes) => html`<div class="panel-length">
      <input class="usa-input" inputmode="numeric" ...${attributes} value=${shown} autocomplete="off"
        onInput=${(event) => setTyped(event.currentTarget.value)} onChange=${(event) => take(event.currentTarget.value.trim())}
        onKeyDown=${(event) => (event.key === 'Enter' ? take(event.currentTarget.value.trim()) : event.key === 'Escape' && drop())} />
      <${Select} value=${unit} choices=${UNITS} attributes=${{ id: `${attributes.id}-unit`, 'aria-label': `${label}: unit` }}
        write=${(chosen) => (setWanted(chosen), length && write(writtenLength(length.number, chosen)))} />
    </div>
    ${isOther && html`<p class="panel-entry__help">Now written as “${value}”. A number here takes its place.</p>`}`}
  <//>`;
}
