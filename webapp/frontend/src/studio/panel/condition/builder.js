// A condition composed by drop-downs: which answer, how compared, with what. What is too rich for rows is shown in words,
// with its text, which the server checks.
import { html, useEffect, useState } from 'diagram-js/lib/ui';
import { AreaEntry, Button, Select } from '../entries.js';
import { comparisonsFor, firstComparison, firstValue, TIMES } from './comparisons.js';
import { isComplete, rulesOf, textOf } from './text.js';
import { Value } from './value.js';

const JOINS = [
  { value: 'and', label: 'all of these hold' },
  { value: 'or', label: 'one of these holds' },
  { value: 'not and', label: 'not all of these hold' },
  { value: 'not or', label: 'none of these holds' },
];
const NEW = { step: '', field: '', is: '=', value: '' };

// `answers` are those that can be read here; null while they are still being asked for. `place` says where the server
// checks a text: {element, form?}.
export function Condition({ id, label, text, answers, server, place, write, error }) {
  const [draft, setDraft] = useState(null);
  const [isText, setText] = useState(false);
  useEffect(() => setDraft(null), [text]);
  const stored = text ? rulesOf(text) : { join: 'and', isNot: false, rows: [] };
  const rule = draft ?? stored;
  const change = (next) => {
    setDraft(next);
    const isWhole = next.rows.length > 0 && next.rows.every(isComplete);
    if (isWhole && textOf(next) !== text) write(textOf(next));
    if (!next.rows.length && text) write(undefined);
  };
  if (isText || !rule) return html`<${AsText} ...${{ id, label, text, server, place, write }} back=${rule && (() => setText(false))} />`;
  if (answers === null) return html`<p class="panel-entry__help" data-entry=${id}>Looking up what has been asked by then…</p>`;
  const rows = rule.rows.length ? rule.rows : [NEW];
  const replaceRow = (index, row) => change({ ...rule, rows: rows.map((one, at) => (at === index ? row : one)) });
  const hint = rows.every(isComplete) ? null : 'Choose an answer and what it is compared with.';
  const mode = `${rule.isNot ? 'not ' : ''}${rule.join}`;
  const setMode = (chosen) => change({ ...rule, isNot: chosen.startsWith('not'), join: chosen.replace('not ', '') });
  return html`<fieldset class=${`panel-entry panel-rule${error ? ' is-wrong' : ''}`} data-entry=${id}>
    <legend class="panel-entry__label">${label}</legend>
    ${(rows.length > 1 || rule.isNot) && html`<${Select} value=${mode} choices=${JOINS} write=${setMode} attributes=${{ 'aria-label': `${label}: how the lines belong together` }} />`}
    ${rows.map((row, index) => html`<${Row} key=${index} ...${{ id, row, answers, number: index + 1 }} write=${(next) => replaceRow(index, next)}
      remove=${rule.rows.length ? () => change({ ...rule, rows: rule.rows.filter((_, at) => at !== index) }) : null} />`)}
    ${(error || hint) && html`<p class=${error ? 'panel-entry__error' : 'panel-entry__help'}>${error ?? hint}</p>`}
    <p class="panel-rule__more">
      <${Button} press=${() => change({ ...rule, rows: [...rows, NEW] })}>Add a line<//>
      <${Button} press=${() => setText(true)}>As text<//>
    </p>
  </fieldset>`;
}

function Row({ id, row, answers, number, write, remove }) {
  const key = row.step && `${row.step}.${row.field}`;
  const chosen = answers?.find((one) => one.step === row.step && one.field.id === row.field);
  const isUnknown = key && answers && !chosen;
  const choose = (name) => {
    const next = answers.find((one) => nameOf(one) === name);
    const is = firstComparison(next.field);
    const times = next.counted ? { times: { is: '>=', number: 1 } } : {};
    write({ step: next.step, field: next.field.id, is, value: firstValue(next.field, is), ...times });
  };
  const compare = (is) => write({ ...row, is, value: firstValue(chosen?.field, is, row.value) });
  const label = (what) => ({ 'aria-label': `${what} ${number}` });
  return html`<div class=${`panel-rule__row${isUnknown ? ' is-wrong' : ''}`}>
    <${Select} value=${key} choices=${asChoices(answers, row)} write=${choose} attributes=${{ ...label('Answer'), id: number === 1 ? `panel-${id}` : undefined }} />
    ${isUnknown && html`<p class="panel-entry__error">This has not been asked by then. Choose another answer.</p>`}
    <div class="panel-rule__test">
      <${Select} value=${row.is} choices=${comparisonsFor(chosen?.field, row.is)} write=${compare} attributes=${label('Comparison')} />
      ${remove && html`<${Button} kind="icon" label=${`Remove line ${number}`} press=${remove}>×<//>`}
      ${key && html`<${Value} field=${chosen?.field} row=${row} label=${`Value ${number}`} id=${`${id}-value-${number}`} write=${(value) => write({ ...row, value })} />`}
    </div>
    ${row.times && html`<${Times} ...${{ row, number, write }} />`}
    ${chosen && !chosen.always && html`<p class="panel-entry__help">Not every case has come by “${chosen.step_title}”. Ask first whether it is answered.</p>`}
  </div>`;
}

function Times({ row, number, write }) {
  const choices = Object.entries(TIMES).map(([value, label]) => ({ value, label }));
  const set = (times) => write({ ...row, times: { ...row.times, ...times } });
  const count = (text) => /^\d{1,4}$/.test(text) && set({ number: Number(text) });
  return html`<div class="panel-rule__test">
    <${Select} value=${row.times.is} choices=${choices} write=${(is) => set({ is })} attributes=${{ 'aria-label': `How often ${number}` }} />
    <input class="usa-input" inputmode="numeric" aria-label=${`Times ${number}`} value=${row.times.number} onChange=${(event) => count(event.currentTarget.value)} />
    <span>times</span>
  </div>`;
}

const nameOf = (one) => `${one.step}.${one.field.id}`;

function asChoices(answers, row) {
  if (!answers) return row.step ? [{ value: `${row.step}.${row.field}`, label: `${row.step}.${row.field}` }] : [];
  const steps = new Map();
  for (const one of answers) steps.set(one.step, [...(steps.get(one.step) ?? []), one]);
  const choices = (some) => some.map((one) => ({ value: nameOf(one), label: one.field.label }));
  if (steps.size === 1) return choices(answers);
  return [...steps.values()].map((some) => ({ label: some[0].step_title, choices: choices(some) }));
}

function AsText({ id, label, text, server, place, write, back }) {
  const [said, setSaid] = useState(null);
  useEffect(() => (text ? server.later('condition', { ...place, text }, setSaid) : setSaid(null)), [text]);
  const check = async (typed) => {
    if (!typed) return write(undefined);
    const answer = await server.ask('condition', { ...place, text: typed }).catch(() => ({ message: 'It could not be checked. Try again.' }));
    setSaid(answer);
    if (answer.words) write(typed);
  };
  return html`<div class="panel-rule" data-entry=${id}>
    <${AreaEntry} id=${`${id}-text`} label=${`${label} (as text)`} value=${text ?? ''} write=${check} error=${said?.message}
      help=${'Answers are written Step.answer, choices by their ids in double quotes.'} />
    ${said?.words && html`<p class="panel-rule__words">In words: ${said.words}.</p>`}
    ${back ? html`<p class="panel-rule__more"><${Button} press=${back}>With drop-downs<//></p>` : html`<p class="panel-entry__help">This is too rich for drop-downs.</p>`}
  </div>`;
}
