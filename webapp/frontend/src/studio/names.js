// What people call an element: its name, or what it is and where it stands. Also counts in words, and the shape of a status.
import { is } from 'bpmn-js/lib/util/ModelUtil';

const KINDS = [
  ['bpmn:BoundaryEvent', 'What may happen during a step'],
  ['bpmn:StartEvent', 'Start'],
  ['bpmn:EndEvent', 'End'],
  ['bpmn:IntermediateCatchEvent', 'Wait'],
  ['bpmn:IntermediateThrowEvent', 'Message'],
  ['bpmn:ParallelGateway', 'At the same time'],
  ['bpmn:InclusiveGateway', 'One or more ways'],
  ['bpmn:EventBasedGateway', 'What comes first'],
  ['bpmn:ExclusiveGateway', 'Decision'],
  ['bpmn:CallActivity', 'Called process'],
  ['bpmn:SubProcess', 'Group of steps'],
  ['bpmn:Activity', 'Step'],
  ['bpmn:Lane', 'Lane'],
  ['bpmn:Participant', 'Pool'],
];

export function titleOf(element) {
  const object = element?.businessObject;
  const name = object?.name?.replace(/\s+/g, ' ').trim();
  if (is(element, 'bpmn:SequenceFlow')) {
    const way = `${titleOf(element.source)} to ${titleOf(element.target)}`;
    return name ? `“${name}” from ${way}` : `Flow from ${way}`;
  }
  if (name) return name;
  const kind = KINDS.find(([type]) => is(element, type));
  return `${kind ? kind[1] : 'Element'} without a name (${object?.id ?? ''})`;
}

export const isStep = (element) => is(element, 'bpmn:FlowNode') && !element.labelTarget;

// Where a token goes: from the left to the right, lane by lane as it is drawn.
export const inOrder = (elements) => [...elements].sort((one, other) => one.x - other.x || one.y - other.y);

export const counted = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

// The page brings the shapes of the statuses that its scripts show.
export const shape = (root, kind) => root.querySelector(`template[data-shape="${kind}"]`).content.cloneNode(true);
