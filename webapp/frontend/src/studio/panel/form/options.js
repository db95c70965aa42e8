// The choices of a question: add, rename, put in another order, take out. A choice keeps its id whatever it is called.
import { html, useState } from 'diagram-js/lib/ui';
import { Button, Entry, Select, TextEntry } from '../entries.js';
import { followMove, followRemoval } from '../focus.js';
import { idFrom, listed, outcomeWords } from '../words.js';
import { optionsOf, renameChoice } from './model.js';

export function Options({ element, field, questions, changes, server, act }) {
  const known = server.words.acts.find((one) => one.id === act);
  const all = known ? [...known.outcomes, ...known.may_offer] : [];
  const options = optionsOf(field);
  // One question decides how the act ends; until one does, any may.
  const decides = (one) => optionsOf(one).some((option) => all.includes(option.get('id')));
  const outcomes = decides(field) || !questions.all.some(decides) ? all : [];
  const apply = (made) => changes.apply(element, made);
  const id = field.get('id');
  const lines = `[data-entry="question-${id}-options"] li`;
  const remove = (at) => {
    put(options.filter((_, index) => index !== at));
    followRemoval(lines, at, `#panel-question-${id}-new`);
  };
  const put = (next) => apply(questions.setOptions(field, next));
  const move = (at, step) => {
    const next = [...options];
    next.splice(at + step, 0, ...next.splice(at, 1));
    put(next);
    followMove(`${lines}:nth-child(${at + step + 1})`, step);
  };
  const add = (label) => {
    const taken = options.map((one) => one.get('id'));
    // A choice called as an outcome of the act is that outcome.
    const meant = outcomes.find((one) => !taken.includes(one) && one === idFrom(label, { taken: [], joint: '-', fallback: 'choice' }));
    put([...options, questions.option(field, meant ?? idFrom(label, { taken, joint: '-', fallback: 'choice' }), label)]);
  };
  // What the choice counts as to the policy is its id; conditions go on naming it.
  const count = (option, to) => {
    const from = option.get('id');
    const nodes = changes.flowNodes();
    const flows = changes.registry.filter((one) => one.businessObject.$instanceOf?.('bpmn:SequenceFlow') && !one.labelTarget);
    const objects = (some) => some.map((one) => one.businessObject);
    const named = { step: element.businessObject.id, field: id, from, to };
    changes.apply(element, [{ object: option, properties: { id: to } }, ...renameChoice(objects(nodes), objects(flows), named)], [...nodes, ...flows]);
  };
  // Such a choice would be refused for publishing.
  const unknown = outcomes.length && known.outcomes.length && decides(field) ? options.filter((one) => !all.includes(one.get('id'))) : [];
  const missing = (outcomes.length ? known.outcomes : []).filter((one) => !options.some((option) => option.get('id') === one));
  return html`<fieldset class="panel-options" data-entry=${`question-${id}-options`}>
    <legend class="panel-entry__label">Choices</legend>
    <ol>
      ${options.map((option, at) => {
        const label = option.get('name') ?? option.get('id');
        return html`<li key=${option.get('id')}>
          <div class="panel-options__line">
            <${TextEntry} id=${`question-${id}-option-${at}`} label=${`Choice ${at + 1}`} value=${label} check=${(text) => (text ? null : 'Write the choice.')}
              write=${(name) => apply([{ object: option, properties: { name } }])} />
            <${Button} kind="icon" label=${`Move up: ${label}`} isDisabled=${at === 0} press=${() => move(at, -1)}>↑<//>
            <${Button} kind="icon" label=${`Move down: ${label}`} isDisabled=${at === options.length - 1} press=${() => move(at, 1)}>↓<//>
            <${Button} kind="icon" label=${`Take out: ${label}`} press=${() => remove(at)}>×<//>
          </div>
          ${outcomes.length > 0 && html`<${Counts} ...${{ option, options, outcomes, at, count }} />`}
        </li>`;
      })}
    </ol>
    <${Added} ...${{ id, add }} />
    ${unknown.length > 0 && html`<p class="panel-entry__error">The act does not know ${listed(unknown.map((one) => `“${one.get('name') ?? one.get('id')}”`))}. Say what it counts as, or ask it in a question of its own.</p>`}
    ${missing.length > 0 && missing.length < known.outcomes.length && html`<p class="panel-entry__help">The act also asks for: ${missing.map(outcomeWords).join(', ')}.</p>`}
  </fieldset>`;
}

function Counts({ option, options, outcomes, at, count }) {
  const own = option.get('id');
  const free = outcomes.filter((one) => one === own || !options.some((other) => other.get('id') === one));
  const isOutcome = outcomes.includes(own);
  const other = isOutcome ? idFrom(`other ${option.get('name') ?? ''}`, { taken: options.map((one) => one.get('id')), joint: '-', fallback: 'other' }) : own;
  const choices = [{ value: other, label: 'a choice of our own' }, ...free.map((one) => ({ value: one, label: outcomeWords(one) }))];
  return html`<div class="panel-options__counts"><span>counts as</span>
    <${Select} value=${own} choices=${choices} write=${(to) => count(option, to)} attributes=${{ 'aria-label': `Choice ${at + 1} counts as` }} /></div>`;
}

export function Added({ id, add, label = 'New choice', action = 'Add the choice', empty = 'Write the choice first.' }) {
  const [text, setText] = useState('');
  const [error, setError] = useState(null);
  const press = () => {
    if (!text.trim()) return setError(empty);
    add(text.trim());
    setText('');
    setError(null);
  };
  return html`<div class="panel-options__new">
    <${Entry} id=${`question-${id}-new`} label=${label} error=${error}>
      ${(attributes) => html`<input class="usa-input" ...${attributes} value=${text} autocomplete="off" onInput=${(event) => setText(event.currentTarget.value)}
        onKeyDown=${(event) => event.key === 'Enter' && press()} />`}
    <//>
    <${Button} kind="outline" label=${action} press=${press}>Add<//>
  </div>`;
}
