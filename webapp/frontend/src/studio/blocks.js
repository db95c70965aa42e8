// Building blocks: the plain ones here, those of the policy from the server. `shapeOf` makes a shape of one.
import { formData } from './fields.js';
import { UNNAMED_CHOICE } from './panel/naming.js';

const TYPES = { userTask: 'bpmn:UserTask', serviceTask: 'bpmn:ServiceTask', callActivity: 'bpmn:CallActivity' };
const ICONS = { userTask: 'bpmn-icon-user-task', serviceTask: 'bpmn-icon-service-task', callActivity: 'bpmn-icon-call-activity' };

export const PLAIN = [
  { id: 'step', title: 'Step', help: 'Somebody answers a form.', type: 'bpmn:UserTask', name: 'New step', icon: 'bpmn-icon-user-task' },
  { id: 'decision', title: 'Decision', help: 'One of several ways is taken.', type: 'bpmn:ExclusiveGateway', name: UNNAMED_CHOICE, icon: 'bpmn-icon-gateway-xor' },
  { id: 'parallel', title: 'At the same time', help: 'All ways are taken, and waited for where they join.', type: 'bpmn:ParallelGateway', icon: 'bpmn-icon-gateway-parallel' },
  { id: 'deadline', title: 'When time is up', help: 'What happens when the chosen step takes too long: a way of its own. The time limit of people is said in the panel.', type: 'bpmn:BoundaryEvent', timer: 'P5BD', name: 'After 5 business days', icon: 'bpmn-icon-intermediate-event-catch-non-interrupting-timer', attached: true },
  { id: 'group', title: 'A group of steps (sub-process)', help: 'Steps with a beginning and an end of their own: what may happen during any of them is said once.', type: 'bpmn:SubProcess', name: 'A group of steps', icon: 'bpmn-icon-subprocess-expanded', isGroup: true },
  { id: 'wait', title: 'Wait', help: 'Nothing happens until the time is over.', type: 'bpmn:IntermediateCatchEvent', timer: 'P5BD', name: 'Wait 5 business days', icon: 'bpmn-icon-intermediate-event-catch-timer' },
  { id: 'call', title: 'Call another process', help: 'It runs as a part of this one.', type: 'bpmn:CallActivity', name: 'Another process', icon: 'bpmn-icon-call-activity' },
  { id: 'end', title: 'End', help: 'The process is over on this way.', type: 'bpmn:EndEvent', name: 'Ended', icon: 'bpmn-icon-end-event-none', isLast: true },
];

export const ofPolicy = (block) => ({ ...block, type: TYPES[block.kind], icon: ICONS[block.kind] });

export function shapeOf(modeler, block, types) {
  const [factory, elements] = [modeler.get('bpmnFactory'), modeler.get('elementFactory')];
  const create = (type, properties) => factory.create(type, properties);
  const id = newId(modeler, block.name ?? block.title);
  const object = create(block.type, { id });
  if (block.name) object.name = block.name;
  if (block.documentation) object.documentation = [owned(create('bpmn:Documentation', { text: block.documentation }), object)];
  if (block.topic) object.set('camunda:type', 'external');
  if (block.topic) object.set('camunda:topic', block.topic);
  if (block.called) object.calledElement = block.called;
  if (block.timer) object.eventDefinitions = [owned(timer(create, block.timer), object)];
  if (block.attached) object.cancelActivity = false;
  extend(create, object, block, types);
  return elements.createShape({ type: block.type, businessObject: object, ...(block.isGroup ? { isExpanded: true, width: 380, height: 140 } : {}) });
}

function extend(create, object, block, types) {
  const values = [];
  const step = { act: block.act, clauses: (block.clauses ?? []).join(' '), due: block.due };
  const said = Object.fromEntries(Object.entries(step).filter(([, value]) => value));
  if (Object.keys(said).length) values.push(create('siteward:Step', said));
  if (block.fields?.length) values.push(formData(create, block.fields, object.id, types));
  if (!values.length) return;
  object.extensionElements = owned(create('bpmn:ExtensionElements', {}), object);
  object.extensionElements.values = values.map((value) => owned(value, object.extensionElements));
}

function timer(create, duration) {
  const definition = create('bpmn:TimerEventDefinition', {});
  definition.timeDuration = owned(create('bpmn:FormalExpression', { body: duration }), definition);
  return definition;
}

// Ids are the words of the name, as those of the shipped diagrams: conditions and records name them.
export function newId(modeler, name) {
  const ids = modeler.get('moddle').ids;
  const words = name.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? ['Step'];
  const kept = words.filter((word) => !['the', 'a', 'an', 'of', 'on', 'to', 'for', 'by'].includes(word.toLowerCase())).slice(0, 5);
  const plain = kept.map((word) => word[0].toUpperCase() + word.slice(1)).join('').replace(/^(?=\d)/, 'Step');
  let id = plain || 'Step';
  for (let number = 2; ids.assigned(id); number += 1) id = `${plain}${number}`;
  return id;
}

function owned(child, parent) {
  child.$parent = parent;
  return child;
}
