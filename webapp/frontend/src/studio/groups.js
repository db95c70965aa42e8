// A group of steps, drawn open: what it holds from the first is what the outline gives it too.
import { newId } from './blocks.js';

const STEP_Y = 75;
const INSIDE = [
  { type: 'bpmn:StartEvent', name: 'Ready', x: 60 },
  { type: 'bpmn:UserTask', name: 'First step', x: 190 },
  { type: 'bpmn:EndEvent', name: 'Done', x: 320 },
];

// The shapes inside, not placed yet: their ids say whose they are.
export function insideOf(modeler, block) {
  if (!block.isGroup) return [];
  const [factory, elements] = [modeler.get('bpmnFactory'), modeler.get('elementFactory')];
  return INSIDE.map(({ type, name }) => {
    const businessObject = factory.create(type, { id: newId(modeler, `${block.name} ${name}`), name });
    return elements.createShape({ type, businessObject });
  });
}

// Places them in a group that is drawn already, and leads from one to the next.
export function furnish(modeling, group, shapes) {
  const placed = shapes.map((shape, at) => modeling.createShape(shape, { x: group.x + INSIDE[at].x, y: group.y + STEP_Y }, group));
  placed.slice(1).forEach((shape, at) => modeling.connect(placed[at], shape, { type: 'bpmn:SequenceFlow' }));
}

// The same for one that is being dragged: all that is created with it.
export function carried(modeler, group, shapes) {
  const elements = modeler.get('elementFactory');
  Object.assign(group, { x: 0, y: 0 });
  for (const [at, shape] of shapes.entries()) {
    Object.assign(shape, { x: INSIDE[at].x - shape.width / 2, y: STEP_Y - shape.height / 2, parent: group });
  }
  const flows = shapes.slice(1).map((target, at) => {
    const source = shapes[at];
    const waypoints = [
      { x: source.x + source.width, y: STEP_Y },
      { x: target.x, y: STEP_Y },
    ];
    return elements.createConnection({ type: 'bpmn:SequenceFlow', source, target, waypoints, parent: group });
  });
  return [group, ...shapes, ...flows];
}
