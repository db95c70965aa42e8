// What Siteward does by itself in a step, and which diagram a step calls.
import { html } from 'diagram-js/lib/ui';
import { ChoiceEntry, Fact } from '../entries.js';
import { listed } from '../words.js';

export function Operation({ element, object, changes, server }) {
  const { operations } = server.words;
  const topic = object.get('camunda:topic') ?? '';
  const choose = (chosen) => {
    const { act } = operations.find((one) => one.topic === chosen);
    const clauses = server.words.acts.find((one) => one.id === act)?.clauses ?? [];
    const marks = changes.extension(object, 'siteward:Step');
    // The act of an operation is its own: the two are never told apart by hand.
    const marked = act || marks ? changes.withExtension(object, 'siteward:Step', { act: act ?? undefined, ...(marks?.get('clauses') || !act ? {} : { clauses: clauses.join(' ') }) }) : [];
    changes.apply(element, [{ object, properties: { 'camunda:type': 'external', 'camunda:topic': chosen } }, ...marked]);
  };
  const isKnown = !server.isThere || !topic || operations.some((one) => one.topic === topic);
  return html`<${ChoiceEntry} id="operation" label="Operation" value=${topic} write=${choose}
    choices=${operations.map((one) => ({ value: one.topic, label: one.title }))} error=${isKnown ? null : `“${topic}” is nothing that Siteward can do. Choose another.`} />`;
}

export function Called({ element, object, changes, server, registry }) {
  const mine = changes.defined('bpmn:Process');
  const own = mine.map((one) => one.id);
  const given = mine.flatMap((one) => changes.extension(one, 'siteward:Process')?.get('inputs')?.split(/\s+/) ?? []);
  const processes = server.words.processes.filter((one) => !own.includes(one.key) && !one.calls.some((key) => own.includes(key)));
  const called = object.get('calledElement') ?? '';
  const process = server.words.processes.find((one) => one.key === called);
  const unasked = process?.inputs.filter((step) => !registry.get(step) && !given.includes(step)) ?? [];
  const titled = (id) => server.words.processes.flatMap((one) => one.asks).find((step) => step.id === id)?.title ?? id;
  const error = called && server.isThere && !process ? `No process “${called}” is in force. Choose another.` : null;
  return html`<${ChoiceEntry} id="called" label="Diagram" value=${called} error=${error} help=${process?.documentation}
      choices=${processes.map((one) => ({ value: one.key, label: one.name }))}
      write=${(key) => changes.apply(element, [{ object, properties: { calledElement: key } }])} />
    ${process?.errors.length > 0 && html`<${Fact} id="called-outcomes" label="It may also end with">${listed(process.errors)}. Put an event of this outcome on the border of the step.<//>`}
    ${unasked.length > 0 && html`<${Fact} id="called-inputs" label="It reads answers that are not asked here">${listed(unasked.map(titled))}<//>`}`;
}
