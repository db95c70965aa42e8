// The questions of a step: add, put in another order, take out; each opens to be changed. Below them, what staff will see.
import { html, useState } from 'diagram-js/lib/ui';
import { Button, ChoiceEntry, Entry } from '../entries.js';
import { followMove, followRemoval } from '../focus.js';
import { outcomeWords } from '../words.js';
import { asAnswer, isRequired, labelOf, optionsOf, property, Questions, typeOf } from './model.js';
import { Preview } from './preview.js';
import { Question } from './question.js';

export function Form({ element, changes, server, act }) {
  const { words } = server;
  const object = element.businessObject;
  const questions = new Questions(changes, object, words);
  const fields = questions.all;
  const [opened, setOpened] = useState(null);
  const [said, setSaid] = useState('');
  const apply = (made) => changes.apply(element, made);
  const answers = fields.map((field) => asAnswer(field, object.id, object.name ?? object.id));
  const move = (field, step) => {
    apply(questions.move(field, step));
    followMove(`[data-question="${field.get('id')}"]`, step);
    setSaid(`“${labelOf(field)}” is now question ${fields.indexOf(field) + step + 1} of ${fields.length}.`);
  };
  const remove = (field) => {
    apply(questions.remove(field));
    followRemoval('.panel-questions > li', fields.indexOf(field), '#panel-new-question');
    setSaid(`“${labelOf(field)}” is taken out. Undo brings it back.`);
  };
  const add = (label, type) => {
    const id = questions.newId(label);
    apply(questions.add(label, type));
    setOpened(id);
    setSaid(`“${label}” is added.`);
  };
  return html`<div>
    ${fields.length === 0 && html`<p class="panel__note">Nothing is asked. Whoever does the step only marks it as done.</p>`}
    <ol class="panel-questions">
      ${fields.map((field, index) => {
        const id = field.get('id');
        const isOpen = opened === id;
        return html`<li key=${id} class=${isOpen ? 'is-open' : ''} data-question=${id}>
          <div class="panel-questions__head">
            <button type="button" class="panel-questions__open" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpened(isOpen ? null : id)}>
              <strong>${labelOf(field)}</strong><small>${inBrief(field, words)}</small>
            </button>
            <${Button} kind="icon" label=${`Move up: ${labelOf(field)}`} isDisabled=${index === 0} press=${() => move(field, -1)}>↑<//>
            <${Button} kind="icon" label=${`Move down: ${labelOf(field)}`} isDisabled=${index === fields.length - 1} press=${() => move(field, 1)}>↓<//>
            <${Button} kind="icon" label=${`Take out: ${labelOf(field)}`} press=${() => remove(field)}>×<//>
          </div>
          ${isOpen && html`<${Question} ...${{ element, field, questions, answers, changes, server, act }} />`}
        </li>`;
      })}
    </ol>
    <p class="usa-sr-only" role="status">${said}</p>
    <${Added} ...${{ words, add }} />
    <${FromBlock} ...${{ element, fields, questions, act, server, changes }} />
    <${Preview} ...${{ element, server, count: fields.length }} />
  </div>`;
}

function inBrief(field, words) {
  const type = words.field_types.find((one) => one.id === typeOf(field))?.title ?? typeOf(field);
  const need = isRequired(field) ? 'required' : property(field, 'required-when') ? 'required in some cases' : '';
  const seen = property(field, 'shown-when') ? 'asked in some cases' : '';
  return [type, need, seen].filter(Boolean).join(', ');
}

function Added({ words, add }) {
  const [label, setLabel] = useState('');
  const [type, setType] = useState('string');
  const [error, setError] = useState(null);
  const press = () => {
    if (!label.trim()) return setError('Write the question first.');
    add(label.trim(), type);
    setLabel('');
    setError(null);
  };
  return html`<fieldset class="panel-add">
    <legend>Add a question</legend>
    <${Entry} id="new-question" label="New question" error=${error}>
      ${(attributes) => html`<input class="usa-input" ...${attributes} value=${label} autocomplete="off" onInput=${(event) => setLabel(event.currentTarget.value)}
        onKeyDown=${(event) => event.key === 'Enter' && press()} />`}
    <//>
    <${ChoiceEntry} id="new-question-type" label="Its kind of answer" value=${type} write=${setType}
      choices=${words.field_types.map((one) => ({ value: one.id, label: one.title }))} />
    <${Button} kind="outline" press=${press}>Add the question<//>
  </fieldset>`;
}

// The ready-made form of the act, where the step asks nothing yet.
function FromBlock({ element, fields, questions, act, server, changes }) {
  const block = act && server.words.blocks.find((one) => one.act === act && one.kind === 'userTask' && one.fields.length);
  const put = (some) => changes.apply(element, questions.setAll([...fields, ...some.map((one) => questions.from(one, element.businessObject.id))]));
  const known = server.words.acts.find((one) => one.id === act);
  if (fields.length) return html`<${Deciding} ...${{ fields, questions, known, put }} />`;
  if (!block) return null;
  return html`<p class="panel-entry"><${Button} kind="outline" press=${() => put(block.fields)}>Take the ready questions of “${block.title}”<//></p>`;
}

// An act that ends in one of several ways needs a question that says which.
function Deciding({ fields, questions, known, put }) {
  const outcomes = known?.outcomes ?? [];
  if (!outcomes.length || fields.some((field) => optionsOf(field).some((option) => outcomes.includes(option.get('id'))))) return null;
  const options = outcomes.map((id) => ({ id, label: outcomeWords(id) }));
  const add = () => put([{ id: questions.newId('Decision'), label: 'Decision', type: 'enum', required: true, options }]);
  return html`<div class="panel-entry">
    <p class="panel-entry__error">No question decides how “${known.title}” ends.</p>
    <${Button} kind="outline" press=${add}>Add the question that decides<//>
  </div>`;
}
