// The controls of the panel. Each has a label, may have help and an error beside it, and writes once a value is given:
// on leaving the control or choosing, not at every key, so that one edit is one step to undo.
import { html, useEffect, useState } from 'diagram-js/lib/ui';

// A labelled control; `control` is drawn with the attributes that tie help and error to it.
export function Entry({ id, label, help, error, isInline, children }) {
  const control = `panel-${id}`;
  const described = [help && `${control}-help`, error && `${control}-error`].filter(Boolean).join(' ');
  const attributes = { id: control, 'aria-describedby': described || undefined, 'aria-invalid': error ? 'true' : undefined };
  return html`<div class=${`panel-entry${error ? ' is-wrong' : ''}${isInline ? ' panel-entry--inline' : ''}`} data-entry=${id}>
    <label class="panel-entry__label" for=${control}>${label}</label>
    ${help && html`<p class="panel-entry__help" id=${`${control}-help`}>${help}</p>`}
    ${children(attributes)}
    ${error && html`<p class="panel-entry__error" id=${`${control}-error`}><span class="usa-sr-only">Error:</span> ${error}</p>`}
  </div>`;
}

// What is typed stays until it is taken: a refused value stands there with its error.
export function useTyped(value, write, check) {
  const [typed, setTyped] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    setTyped(null);
    setError(null);
  }, [value]);
  const take = (text) => {
    const wrong = check?.(text) || null;
    setError(wrong);
    setTyped(wrong ? text : null);
    if (!wrong && text !== value) write(text);
  };
  const drop = () => {
    setTyped(null);
    setError(null);
  };
  return { shown: typed ?? value, setTyped, error, take, drop };
}

const onEscape = (drop) => (event) => {
  if (event.key === 'Escape') drop();
};

export function TextEntry({ id, label, help, value = '', write, check, error: given, type = 'text', ...more }) {
  const { shown, setTyped, error, take, drop } = useTyped(value, write, check);
  const onEnter = (event) => {
    if (event.key === 'Enter') take(event.currentTarget.value.trim());
    onEscape(drop)(event);
  };
  return html`<${Entry} ...${{ id, label, help, error: error ?? given }}>
    ${(attributes) => html`<input class="usa-input" type=${type} ...${attributes} ...${more} value=${shown} autocomplete="off"
      onInput=${(event) => setTyped(event.currentTarget.value)} onChange=${(event) => take(event.currentTarget.value.trim())} onKeyDown=${onEnter} />`}
  <//>`;
}

export function AreaEntry({ id, label, help, value = '', write, check, error: given, rows = 3 }) {
  const { shown, setTyped, error, take, drop } = useTyped(value, write, check);
  return html`<${Entry} ...${{ id, label, help, error: error ?? given }}>
    ${(attributes) => html`<textarea class="usa-textarea" rows=${rows} ...${attributes} value=${shown}
      onInput=${(event) => setTyped(event.currentTarget.value)} onChange=${(event) => take(event.currentTarget.value.trim())} onKeyDown=${onEscape(drop)} />`}
  <//>`;
}

// choices: [{value, label}], or groups [{label, choices}].
export function ChoiceEntry({ id, label, help, error, value = '', choices, write, isInline }) {
  return html`<${Entry} ...${{ id, label, help, error, isInline }}>
    ${(attributes) => html`<${Select} ...${{ value, choices, write }} attributes=${attributes} />`}
  <//>`;
}

export function Select({ value, choices, write, attributes }) {
  const known = choices.flatMap((one) => one.choices ?? [one]);
  const isKnown = known.some((one) => one.value === value);
  return html`<select class="usa-select" ...${attributes} value=${value} onChange=${(event) => write(event.currentTarget.value)}>
    ${!isKnown && html`<option value=${value} selected>${value || '- Choose -'}</option>`}
    ${choices.map((one) => (one.choices ? html`<optgroup label=${one.label}>${one.choices.map((inner) => option(inner, value))}</optgroup>` : option(one, value)))}
  </select>`;
}

const option = ({ value, label }, chosen) => html`<option value=${value} selected=${value === chosen}>${label}</option>`;

export function TickEntry({ id, label, help, error, value, write, isDisabled }) {
  const control = `panel-${id}`;
  const described = [help && `${control}-help`, error && `${control}-error`].filter(Boolean).join(' ');
  return html`<div class="panel-entry panel-entry--tick" data-entry=${id}>
    <div class="panel-tick">
      <input type="checkbox" id=${control} checked=${value} disabled=${isDisabled} aria-describedby=${described || undefined}
        onChange=${(event) => write(event.currentTarget.checked)} />
      <label for=${control}>${label}</label>
    </div>
    ${help && html`<p class="panel-entry__help" id=${`${control}-help`}>${help}</p>`}
    ${error && html`<p class="panel-entry__error" id=${`${control}-error`}><span class="usa-sr-only">Error:</span> ${error}</p>`}
  </div>`;
}

// Several of a few: a group of boxes. choices: [{value, label}], value: list of values.
export function BoxesEntry({ id, label, help, error, value, choices, write }) {
  const toggle = (one, isOn) => write(choices.map((each) => each.value).filter((each) => (each === one ? isOn : value.includes(each))));
  return html`<fieldset class=${`panel-entry panel-boxes${error ? ' is-wrong' : ''}`} data-entry=${id}>
    <legend class="panel-entry__label">${label}</legend>
    ${help && html`<p class="panel-entry__help">${help}</p>`}
    ${choices.map(
      (one, index) => html`<div class="panel-tick" key=${one.value}>
        <input type="checkbox" id=${`panel-${id}-${index}`} checked=${value.includes(one.value)} onChange=${(event) => toggle(one.value, event.currentTarget.checked)} />
        <label for=${`panel-${id}-${index}`}>${one.label}</label>
      </div>`,
    )}
    ${error && html`<p class="panel-entry__error"><span class="usa-sr-only">Error:</span> ${error}</p>`}
  </fieldset>`;
}

// A fact that cannot be changed here.
export function Fact({ id, label, children }) {
  return html`<div class="panel-entry panel-fact" data-entry=${id}>
    ${label && html`<p class="panel-entry__label">${label}</p>`}
    <p>${children}</p>
  </div>`;
}

export function Button({ press, label, children, kind = 'plain', isDisabled = false }) {
  return html`<button type="button" class=${`panel-button panel-button--${kind}`} aria-label=${label} title=${label} disabled=${isDisabled} onClick=${press}>${children}</button>`;
}
