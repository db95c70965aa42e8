// What an element is, in words; and names and ids that are made from what people write.
import { is } from 'bpmn-js/lib/util/ModelUtil';

const KINDS = [
  ['bpmn:UserTask', 'A step that somebody does, with a form.'],
  ['bpmn:ManualTask', 'A step that somebody does outside Siteward and marks as done.'],
  ['bpmn:ServiceTask', 'A step that Siteward does by itself.'],
  ['bpmn:ReceiveTask', 'The case waits here for a message.'],
  ['bpmn:CallActivity', 'Another diagram runs here, then this one goes on.'],
  ['bpmn:SubProcess', 'A group of steps with a beginning and ends of its own.'],
  ['bpmn:ExclusiveGateway', 'A choice: the case goes on by exactly one of the ways.'],
  ['bpmn:InclusiveGateway', 'A choice: the case goes on by every way whose condition holds.'],
  ['bpmn:ParallelGateway', 'Ways side by side: all are taken, and all must come together again.'],
  ['bpmn:EventBasedGateway', 'A race: the case goes on by whatever happens first.'],
  ['bpmn:Lane', 'Who does the steps that stand in it.'],
  ['bpmn:Participant', 'A process, or somebody outside it.'],
  ['bpmn:SequenceFlow', 'A way from one step to the next.'],
  ['bpmn:Association', 'A line to a note. It has no effect.'],
  ['bpmn:MessageFlow', 'A message to or from somebody outside. Only drawn.'],
  ['bpmn:Group', 'A frame on the drawing. It has no effect.'],
  ['bpmn:DataObjectReference', 'Data, only drawn: nothing is stored in it.'],
  ['bpmn:DataStoreReference', 'Data, only drawn: nothing is stored in it.'],
  ['bpmn:TextAnnotation', 'A note on the drawing. It has no effect.'],
  ['bpmn:Process', 'The whole process.'],
  ['bpmn:Collaboration', 'The whole process.'],
];
const EVENTS = {
  'bpmn:StartEvent': { '': 'The process begins here.', Message: 'The process begins when this message comes.', Timer: 'The process begins at this time.' },
  'bpmn:EndEvent': {
    '': 'This way ends here.', Terminate: 'The whole process ends here, whatever else is open.',
    Error: 'The process ends here with this outcome; the diagram that called it goes on accordingly.', Message: 'A message is sent, and this way ends.',
  },
  'bpmn:IntermediateCatchEvent': { Timer: 'The case waits here for a time.', Message: 'The case waits here for a message.' },
  'bpmn:IntermediateThrowEvent': { Message: 'A message is sent here.' },
  'bpmn:BoundaryEvent': {
    Timer: 'What happens when the step it stands on is still open after a time.', Message: 'A message that may come while the step is open.', Error: 'What happens when the step ends with this outcome.',
  },
};

export function kindWords(object) {
  const event = Object.keys(EVENTS).find((type) => object.$instanceOf(type));
  if (event) return EVENTS[event][triggerOf(object)] ?? 'This kind of event cannot be used. Replace it by another.';
  return KINDS.find(([type]) => object.$instanceOf(type))?.[1] ?? 'This kind of element cannot be used. Replace it by another.';
}

export const definitionOf = (object) => object.get?.('eventDefinitions')?.[0];

export function triggerOf(object) {
  const definition = object.$instanceOf('bpmn:Event') && definitionOf(object);
  return definition ? definition.$type.replace('bpmn:', '').replace('EventDefinition', '') : '';
}

export const titleOf = (object) => object.name?.replace(/\s+/g, ' ').trim() || kindWords(object).replace(/[.:;,].*$/, '');

// An id from a label: lower case, words joined; the first free one.
export function idFrom(label, { taken, joint, fallback, reserved = [] }) {
  const plain = label.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const words = plain.replace(/['’]/g, '').split(/[^a-z0-9]+/).filter(Boolean).slice(0, 6).join(joint).slice(0, 40);
  const trimmed = words.endsWith(joint) ? words.slice(0, -1) : words;
  const begun = /^[a-z]/.test(trimmed) ? trimmed : trimmed ? `${fallback}${joint}${trimmed}` : fallback;
  const isFree = (id) => !taken.includes(id) && !reserved.includes(id);
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? begun : `${begun}${joint}${number}`;
    if (isFree(id)) return id;
  }
}

// An id of an element at the top of the file, such as a message: words with capitals.
export function nameIdFrom(name, ending, taken) {
  const words = name.normalize('NFKD').split(/[^A-Za-z0-9]+/).filter(Boolean);
  const begun = `${words.map((word) => word[0].toUpperCase() + word.slice(1)).join('') || 'New'}${ending}`.replace(/^(\d)/, 'N$1');
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? begun : `${begun}${number}`;
    if (!taken(id)) return id;
  }
}

export const isOneOf = (element, ...types) => types.some((type) => is(element, type));

export const outcomeWords = (outcome) => outcome.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());

export const listed = (words) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);
