// The whole process: its name, who owns it and may start it, and what it is about.
import { html } from 'diagram-js/lib/ui';
import { AreaEntry, ChoiceEntry, Fact, TextEntry, TickEntry } from '../entries.js';
import { SeveralEntry } from '../picking.js';
import { isOneOf, kindWords } from '../words.js';

// The process that is run: of the pool that was chosen, or of the only pool that holds one.
function processOf(element, registry) {
  if (isOneOf(element, 'bpmn:Process')) return { shape: element, process: element.businessObject };
  const pools = isOneOf(element, 'bpmn:Participant') ? [element] : registry.filter((one) => isOneOf(one, 'bpmn:Participant') && !one.labelTarget);
  const pool = pools.find((one) => one.businessObject.processRef?.isExecutable) ?? pools.find((one) => one.businessObject.processRef);
  return pool ? { shape: pool, process: pool.businessObject.processRef } : { shape: element, process: null };
}

export function ProcessMarks({ element, object, changes, server, registry }) {
  const { shape, process } = processOf(element, registry);
  if (!process) {
    return html`<${Fact} id="kind">Somebody outside the process. Only drawn.<//>
      <${TextEntry} id="name" label="Name" value=${object.name ?? ''} write=${(name) => changes.rename(element, name)} />`;
  }
  const { words } = server;
  const marks = changes.extension(process, 'siteward:Process');
  const value = (name) => marks?.get(name) ?? '';
  const list = (name) => value(name).split(/\s+/).filter(Boolean);
  const set = (properties) => changes.apply(shape, changes.withExtension(process, 'siteward:Process', properties));
  const roles = words.roles.map((one) => ({ value: one.id, label: one.title }));
  const rename = (name) => {
    const pool = shape.businessObject === process ? [] : [{ object: shape.businessObject, properties: { name } }];
    changes.apply(shape, [{ object: process, properties: { name } }, ...pool]);
  };
  return html`<${Fact} id="kind">${kindWords(process)}<//>
    <${TextEntry} id="name" label="Name" value=${process.name ?? object.name ?? ''} write=${rename} check=${(name) => (name ? null : 'Write what the process is called.')} />
    <${AreaEntry} id="documentation" label="In a sentence" value=${process.documentation?.[0]?.text?.trim() ?? ''} write=${(text) => changes.document(shape, text, process)} />
    <${ChoiceEntry} id="owner" label="Who owns it" value=${value('owner')} choices=${roles} write=${(owner) => set({ owner })} />
    <${SeveralEntry} id="starters" label="Who may start it" value=${list('starters')} choices=${roles} placeholder="Add a role" isMissing=${!server.isThere}
      write=${(some) => set({ starters: some.join(' ') || undefined })} />
    ${!list('starters').length && html`<p class="panel-entry__help">Nobody starts it by itself: other diagrams call it.</p>`}
    <${ChoiceEntry} id="subject" label="What it is about" value=${value('subject') || 'none'} choices=${words.subjects.map((one) => ({ value: one.id, label: one.title }))}
      write=${(subject) => set({ subject })} />
    <${TickEntry} id="confidential" label="Confidential" value=${value('confidential') === 'true'} help="Only those who have a part in a case may read it."
      write=${(isOn) => set({ confidential: String(isOn) })} />
    <${Inputs} ...${{ process, words, server, inputs: list('inputs') }} write=${(some) => set({ inputs: some.join(' ') || undefined })} />`;
}

// Which steps of the diagrams that call this one it may read: those that ask something there, and what they read themselves.
function Inputs({ process, words, server, inputs, write }) {
  const callers = words.processes.filter((one) => one.calls.includes(process.id));
  if (!callers.length && !inputs.length) return null;
  const offered = callers.flatMap((one) => one.asks.map((step) => ({ value: step.id, label: step.title, note: one.name })));
  const further = callers.flatMap((one) => one.inputs).filter((id) => !offered.some((step) => step.value === id));
  const titled = (id) => words.processes.flatMap((one) => one.asks).find((step) => step.id === id)?.title ?? id;
  const choices = [...offered, ...[...new Set(further)].map((id) => ({ value: id, label: titled(id), note: 'asked further out' }))];
  return html`<${SeveralEntry} id="inputs" label="Steps of its caller whose answers it reads" value=${inputs} choices=${choices} placeholder="Add a step" isMissing=${!server.isThere} write=${write} />`;
}
