// What a step means to the policy: its act, the clauses it fulfils, and how long it may take.
import { html } from 'diagram-js/lib/ui';
import { PickEntry, SeveralEntry } from '../picking.js';
import { LengthEntry, lengthOf, lengthWords } from '../time.js';
import { isOneOf, listed } from '../words.js';

export const laneName = (element, registry) => {
  const lanes = registry.filter((one) => isOneOf(one, 'bpmn:Lane') && !one.labelTarget);
  // What stands in a group of steps is done by whoever the group is of.
  for (let one = element.host ?? element; one; one = one.parent?.host ?? one.parent) {
    const lane = lanes.find(({ businessObject }) => businessObject.flowNodeRef?.includes(one.businessObject));
    if (lane) return lane.businessObject.name ?? '';
  }
  return '';
};

export function StepMarks({ element, object, changes, server, registry }) {
  const { words } = server;
  const marks = changes.extension(object, 'siteward:Step');
  const value = (name) => marks?.get(name) ?? '';
  const clauses = value('clauses').split(/\s+/).filter(Boolean);
  const set = (properties) => changes.apply(element, changes.withExtension(object, 'siteward:Step', properties));
  const party = laneName(element, registry);
  const act = words.acts.find((one) => one.id === value('act'));
  // A step without clauses takes over those of its act: they are what the act is there for.
  const choose = (id) => {
    const chosen = words.acts.find((one) => one.id === id);
    set({ act: id || undefined, ...(chosen && !clauses.length ? { clauses: chosen.clauses.join(' ') } : {}) });
  };
  const isPeople = isOneOf(element, 'bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:ReceiveTask');
  return html`
    <${PickEntry} id="act" label="Act of the policy" value=${value('act')} choices=${actsFor({ words, party, element })} write=${choose}
      none="No act: nothing is decided here" isMissing=${!server.isThere} error=${misplaced(act, party)} help=${act && outcomeWords(act)} />
    <${SeveralEntry} id="clauses" label="Clauses" value=${clauses} write=${(some) => set({ clauses: some.join(' ') || undefined })}
      placeholder="Add a clause" isMissing=${!server.isThere}
      choices=${words.clauses.map((one) => ({ value: one.id, label: `${one.id}: ${one.paraphrase}`, note: one.heading }))} />
    ${isPeople && html`<${LengthEntry} id="due" label="To be done within" value=${value('due')} write=${(due) => set({ due })} help=${dueWords(value('due'))} />`}`;
}

const counted = (due) => (due.endsWith('BD') ? ' Weekends, holidays and closed days do not count.' : '');
const dueWords = (due) => (lengthOf(due) ? `The time limit of people: due ${lengthWords(due)} after it arrives, then overdue; the case still waits.${counted(due)}` : 'The time limit of people. Without it the step is never overdue.');

function actsFor({ words, party, element }) {
  const isMachine = isOneOf(element, 'bpmn:ServiceTask');
  const fitting = words.acts.filter((one) => one.operation === isMachine);
  const isOwn = (one) => one.parties.includes(party) || (isMachine && !one.parties.length);
  const as = (group) => (one) => ({ value: one.id, label: one.title, note: one.parties.join(', '), group });
  return [...fitting.filter(isOwn).map(as(`Acts of ${party || 'the machine'}`)), ...fitting.filter((one) => !isOwn(one)).map(as('Acts of others'))];
}

function misplaced(act, party) {
  if (!act?.parties.length || !party || act.parties.includes(party)) return null;
  return `This is an act of ${listed(act.parties)}, not of ${party}. Move the step, or choose another act.`;
}

const inWords = (some) => listed(some.map((one) => one.replaceAll('-', ' ')));

function outcomeWords(act) {
  if (act.outcomes.length) return `Its form must offer: ${inWords(act.outcomes)}.`;
  return act.may_offer.length ? `Its form may offer: ${inWords(act.may_offer)}.` : undefined;
}

