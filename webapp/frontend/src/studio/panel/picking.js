// Choosing from many by typing a part of the title: a combobox with a list, and one for several choices.
import { html, useRef, useState } from 'diagram-js/lib/ui';
import { Entry } from './entries.js';

const MOST = 60;

// choices: [{value, label, note?, group?}], those of one group behind each other.
function Combo({ attributes, shown, choices, choose, placeholder }) {
  const [typed, setTyped] = useState(null);
  const [at, setAt] = useState(0);
  const list = useRef();
  const isOpen = typed !== null;
  const found = isOpen ? matching(choices, typed).slice(0, MOST) : [];
  const close = () => setTyped(null);
  const take = (one) => {
    close();
    if (one) choose(one.value);
  };
  const move = (step) => {
    if (!isOpen) setTyped('');
    const next = Math.max(0, Math.min(found.length - 1, at + (isOpen ? step : 0)));
    setAt(next);
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => isOpen && take(found[at]),
    Escape: close,
  };
  const onKey = (event) => {
    if (!keys[event.key]) return;
    if (event.key !== 'Escape' || isOpen) event.preventDefault();
    keys[event.key]();
  };
  const listId = `${attributes.id}-list`;
  return html`<div class="panel-combo">
    <input class="usa-input" type="text" role="combobox" autocomplete="off" placeholder=${placeholder} ...${attributes}
      aria-expanded=${isOpen ? 'true' : 'false'} aria-controls=${listId} aria-autocomplete="list"
      aria-activedescendant=${isOpen && found.length ? `${listId}-${at}` : undefined}
      value=${typed ?? shown} onFocus=${(event) => event.currentTarget.select()} onClick=${() => move(0)}
      onInput=${(event) => (setTyped(event.currentTarget.value), setAt(0))} onKeyDown=${onKey} onBlur=${close} />
    <ul class="panel-combo__list" role="listbox" id=${listId} ref=${list} hidden=${!isOpen} aria-label="Matches">
      ${found.map((one, index) => {
        const isFirst = one.group && one.group !== found[index - 1]?.group;
        return html`${isFirst && html`<li class="panel-combo__group" role="presentation">${one.group}</li>`}
          <li role="option" id=${`${listId}-${index}`} aria-selected=${index === at ? 'true' : 'false'} key=${one.value}
            onMouseDown=${(event) => (event.preventDefault(), take(one))}>${one.label}${one.note && html`<small>${one.note}</small>`}</li>`;
      })}
      ${isOpen && !found.length && html`<li class="panel-combo__none" role="presentation">Nothing matches “${typed}”.</li>`}
    </ul>
  </div>`;
}

function matching(choices, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter((one) => words.every((word) => `${one.label} ${one.note ?? ''}`.toLowerCase().includes(word)));
}

export function PickEntry({ id, label, help, error, value, choices, write, none, isMissing }) {
  const chosen = choices.find((one) => one.value === value);
  const all = none && value ? [{ value: '', label: none, group: choices[0]?.group && 'Nothing' }, ...choices] : choices;
  const wrong = error ?? (value && !chosen && !isMissing ? `“${value}” is not known. Choose another.` : null);
  return html`<${Entry} ...${{ id, label, help, error: wrong }}>
    ${(attributes) => html`<${Combo} ...${{ attributes, choices: all }} shown=${chosen?.label ?? value ?? ''} placeholder=${none ?? 'Choose'} choose=${write} />`}
  <//>`;
}

// Several of many: what is chosen stands as a list, each with a button that takes it out again.
export function SeveralEntry({ id, label, help, error, value, choices, write, placeholder, isMissing }) {
  const titled = (one) => choices.find((choice) => choice.value === one);
  const unknown = isMissing ? [] : value.filter((one) => !titled(one));
  const wrong = error ?? (unknown.length ? `“${unknown.join('”, “')}” is not known. Take it out.` : null);
  const left = choices.filter((one) => !value.includes(one.value));
  return html`<${Entry} ...${{ id, label, help, error: wrong }}>
    ${(attributes) => html`
      ${value.length > 0 &&
      html`<ul class="panel-several">
        ${value.map(
          (one) => html`<li key=${one}>
            <span>${titled(one)?.label ?? one}</span>
            <button type="button" class="panel-button panel-button--icon" aria-label=${`Take out ${titled(one)?.label ?? one}`} title="Take out" onClick=${() => write(value.filter((each) => each !== one))}>×</button>
          </li>`,
        )}
      </ul>`}
      <${Combo} ...${{ attributes, choices: left, placeholder }} shown="" choose=${(one) => write([...value, one])} />
    `}
  <//>`;
}
