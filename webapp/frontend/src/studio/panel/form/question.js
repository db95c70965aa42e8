// One question of a form: what is asked, of which kind, when, and who may see the answer.
import { html } from 'diagram-js/lib/ui';
import { Condition } from '../condition/builder.js';
import { ALWAYS } from '../condition/text.js';
import { AreaEntry, BoxesEntry, ChoiceEntry, TextEntry } from '../entries.js';
import { CHOICES, isRequired, NUMBERS, property, TEXTS, typeOf } from './model.js';
import { Columns } from './columns.js';
import { Limits } from './limits.js';
import { Options } from './options.js';

export function Question({ element, field, questions, answers, changes, server, act }) {
  const { words } = server;
  const id = field.get('id');
  const type = typeOf(field);
  const apply = (made) => changes.apply(element, made);
  const set = (name, value) => apply(questions.withProperty(field, name, value));
  const others = answers.filter((one) => one.field.id !== id);
  const place = { element: element.businessObject.id, form: 1 };
  const entry = (name) => `question-${id}-${name}`;
  const condition = (name, label, some) => html`<${Condition} id=${entry(name)} label=${label} text=${property(field, name)} answers=${some}
    server=${server} place=${place} write=${(text) => set(name, text ?? '')} />`;
  return html`<div class="panel-question">
    <${TextEntry} id=${entry('label')} label="Question" value=${field.get('label') ?? ''} check=${(text) => (text ? null : 'Write the question.')}
      write=${(label) => apply([{ object: field, properties: { label } }])} />
    <${ChoiceEntry} id=${entry('type')} label="Kind of answer" value=${type} write=${(chosen) => apply(questions.retype(field, chosen))}
      choices=${words.field_types.map((one) => ({ value: one.id, label: one.title }))} />
    ${CHOICES.includes(type) && html`<${Options} ...${{ element, field, questions, changes, server, act }} />`}
    ${type === 'table' && html`<${Columns} ...${{ field, questions, apply, words }} />`}
    <${TextEntry} id=${entry('help')} label="Help below the question" value=${property(field, 'help')} write=${(text) => set('help', text)} />
    <${Need} ...${{ field, questions, apply, type, others, entry, condition }} />
    <${Shown} ...${{ field, others, entry, condition, set }} />
    <${Refusal} ...${{ field, answers, entry, condition, apply, questions }} />
    ${[...TEXTS, ...NUMBERS, 'date', 'datetime'].includes(type) && html`<${Limits} ...${{ field, questions, apply, type, entry }} />`}
    <${Seen} ...${{ field, words, entry, set }} />
  </div>`;
}

// A box to tick is required by its condition: a required yes-or-no question may be answered with no.
function Need({ field, questions, apply, type, others, entry, condition }) {
  const when = property(field, 'required-when');
  const mode = isRequired(field) ? 'yes' : when === ALWAYS ? 'ticked' : when ? 'when' : 'no';
  const choices = [
    { value: 'no', label: type === 'boolean' ? 'A box that may be ticked' : 'No, it may stay empty' },
    { value: 'yes', label: type === 'boolean' ? 'To be answered with yes or no' : 'Yes, always' },
    ...(type === 'boolean' || mode === 'ticked' ? [{ value: 'ticked', label: 'A box that must be ticked' }] : []),
    ...(others.length || mode === 'when' ? [{ value: 'when', label: 'Only in some cases' }] : []),
  ];
  const conditionFor = (chosen) => {
    if (chosen === 'ticked') return ALWAYS;
    if (chosen !== 'when') return '';
    return when && when !== ALWAYS ? when : firstOf(others);
  };
  const write = (chosen) =>
    apply([
      ...questions.withConstraints(field, { required: chosen === 'yes' ? true : '' }),
      ...questions.withProperty(field, 'required-when', conditionFor(chosen)),
    ]);
  return html`<${ChoiceEntry} id=${entry('required')} label="Must it be answered?" value=${mode} choices=${choices} write=${write} />
    ${mode === 'when' && condition('required-when', 'It must be answered when', others)}`;
}

function Shown({ field, others, entry, condition, set }) {
  const text = property(field, 'shown-when');
  if (!others.length && !text) return null;
  const choices = [
    { value: 'always', label: 'Always' },
    { value: 'when', label: 'Only in some cases' },
  ];
  return html`<${ChoiceEntry} id=${entry('shown')} label="When is it asked?" value=${text ? 'when' : 'always'} choices=${choices}
      write=${(chosen) => set('shown-when', chosen === 'when' ? firstOf(others) : '')} />
    ${text && condition('shown-when', 'It is asked when', others)}`;
}

function Refusal({ field, answers, entry, condition, apply, questions }) {
  const text = property(field, 'refuse-when');
  const message = property(field, 'refuse-message');
  const choices = [
    { value: 'never', label: 'Never' },
    { value: 'when', label: 'When answers contradict each other' },
  ];
  const write = (chosen) => {
    const isOn = chosen === 'when';
    const said = message || 'These answers do not go together. Change one of them.';
    apply(questions.withProperties(field, { 'refuse-when': isOn ? firstOf(answers) : '', 'refuse-message': isOn ? said : '' }));
  };
  return html`<${ChoiceEntry} id=${entry('refuse')} label="Is the form refused here?" value=${text ? 'when' : 'never'} choices=${choices} write=${write} />
    ${text &&
    html`${condition('refuse-when', 'It is refused when', answers)}
      <${AreaEntry} id=${entry('refuse-message')} label="What is said then" value=${message} rows=${2}
        check=${(words) => (words ? null : 'Say what is wrong, and what to do instead.')}
        write=${(words) => apply(questions.withProperty(field, 'refuse-message', words))} />`}`;
}

// A condition to begin with: it can be changed by its drop-downs at once.
function firstOf(answers) {
  const one = answers.find(({ field }) => field.type === 'boolean' || field.options?.length) ?? answers[0];
  const name = `${one.step}.${one.field.id}`;
  if (one.field.type === 'boolean') return `${name} = true`;
  return one.field.type === 'enum' && one.field.options?.length ? `${name} = "${one.field.options[0].id}"` : `${name} != null`;
}

function Seen({ field, words, entry, set }) {
  const classification = property(field, 'classification') || 'public';
  const known = words.classifications.find((one) => one.id === classification);
  const shownTo = property(field, 'shown-to').split(/[\s,]+/).filter(Boolean);
  return html`<${ChoiceEntry} id=${entry('classification')} label="Class of data" value=${classification} help=${known?.law}
      choices=${words.classifications.map((one) => ({ value: one.id, label: one.title }))} write=${(chosen) => set('classification', chosen === 'public' ? '' : chosen)} />
    ${(known?.shareable || shownTo.length > 0) &&
    html`<${BoxesEntry} id=${entry('shown-to')} label="In a confidential case, shown also to" value=${shownTo}
      choices=${words.shown_to.map((one) => ({ value: one.id, label: one.title }))} write=${(chosen) => set('shown-to', chosen.join(' '))} />`}`;
}

