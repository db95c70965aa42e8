// How often a step is done: once, or several times side by side or one after the other.
import { html, useState } from 'diagram-js/lib/ui';
import { ChoiceEntry, TextEntry, TickEntry } from '../entries.js';
import { useAnswers } from './answers.js';

const COUNTABLE = ['table', 'multi-enum', 'long'];
const NAME = /^[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*$/;

export function Loop({ element, object, changes, server, registry }) {
  const loop = object.loopCharacteristics;
  const text = (loop?.get('loopCardinality')?.get('body') ?? '').trim();
  const answers = useAnswers({ server, element, registry }, Boolean(loop));
  const isField = NAME.test(text);
  const [wanted, setWanted] = useState(null);
  const mode = !loop ? 'once' : (wanted ?? (isField ? 'field' : 'number'));
  const begin = (body) => {
    const made = changes.create('bpmn:MultiInstanceLoopCharacteristics', {}, object);
    made.set('loopCardinality', changes.create('bpmn:FormalExpression', { body }, made));
    changes.apply(element, [{ object, properties: { loopCharacteristics: made } }]);
  };
  const write = (body) => {
    const there = loop?.get('loopCardinality');
    if (there) return changes.apply(element, [{ object: there, properties: { body } }]);
    if (!loop) return begin(body);
    return changes.apply(element, [{ object: loop, properties: { loopCardinality: changes.create('bpmn:FormalExpression', { body }, loop) } }]);
  };
  const choose = (chosen) => {
    setWanted(chosen);
    if (chosen === 'once') changes.apply(element, [{ object, properties: { loopCharacteristics: undefined } }]);
    else if (!loop) begin('2');
  };
  const countable = (answers ?? []).filter((one) => COUNTABLE.includes(one.field.type) && !one.counted);
  const named = countable.map((one) => ({ value: `${one.step}.${one.field.id}`, label: `${one.field.label} (${one.step_title})` }));
  const fields = isField && !named.some((one) => one.value === text) ? [...named, { value: text, label: `${text} (not asked by then)` }] : named;
  const modes = [
    { value: 'once', label: 'Once' },
    { value: 'number', label: 'A number of times' },
    { value: 'field', label: 'As often as an answer says' },
  ];
  const check = (typed) => (/^[1-9]\d{0,2}$/.test(typed) ? null : 'Write a whole number from 1 to 999.');
  return html`<${ChoiceEntry} id="loop" label="The step is done" value=${mode} choices=${modes} write=${choose} />
    ${mode === 'number' && html`<${TextEntry} id="loop-number" label="How many times" value=${isField ? '' : text} check=${check} write=${write} inputmode="numeric" />`}
    ${mode === 'field' && html`<${ChoiceEntry} id="loop-field" label="As many times as there are" value=${isField ? text : ''} choices=${fields} write=${write}
      help=${answers && !countable.length ? 'No table, list of choices or number has been asked by then.' : 'Rows of a table, choices that were made, or a number.'} />`}
    ${loop && html`<${TickEntry} id="loop-sequential" label="One after the other" value=${Boolean(loop.isSequential)}
      write=${(isSequential) => changes.apply(element, [{ object: loop, properties: { isSequential } }])} />`}`;
}
