// Puts a building block where it belongs: into the way after the chosen element, in the lane of its party, made where there is none.
import { getBBox } from 'diagram-js/lib/util/Elements';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { keepWhole } from './canvas.js';
import { furnish, insideOf } from './groups.js';
import { isStep } from './names.js';

const GAP = 60;
const PLACE = 'studio.place';

// One command of several, so that one undo takes all of it back.
class PlaceHandler {
  constructor(modeling, spaceTool, elementRegistry, autoPlace, elementFactory) {
    Object.assign(this, { modeling, spaceTool, registry: elementRegistry, autoPlace, elements: elementFactory });
  }

  preExecute(context) {
    const { shape, block, at } = context;
    context.joins = this.bringParty(block);
    if (block.attached) context.placed = this.attach(shape, at);
    else if (at.flow) context.placed = this.insert(shape, block, at.flow);
    else if (at.source) context.placed = this.append(shape, block, at.source);
    else context.placed = this.modeling.createShape(shape, at.position, at.parent);
    furnish(this.modeling, context.placed, context.inside);
  }

  // Gives the name of the party that takes part from now on; nothing where it did already, or no lanes are drawn.
  bringParty({ parties = [] }) {
    const lanes = this.registry.filter((one) => is(one, 'bpmn:Lane') && !one.labelTarget);
    if (!parties.length || !lanes.length || lanes.some((one) => parties.includes(one.businessObject.name))) return null;
    const lowest = lanes.sort((one, other) => one.y + one.height - other.y - other.height).at(-1);
    const lane = this.modeling.addLane(lowest, 'bottom');
    this.modeling.updateProperties(lane, { name: parties[0] });
    return parties[0];
  }

  // A deadline has a way of its own from the first: it ends at once, until somebody puts a step into it.
  attach(shape, { host }) {
    const taken = host.attachers.length * 46;
    const position = { x: host.x + host.width - 30 - (taken % (host.width - 30)), y: host.y + host.height };
    const placed = this.modeling.createShape(shape, position, host, { attach: true });
    const end = this.autoPlace.append(placed, this.elements.createShape({ type: 'bpmn:EndEvent' }));
    this.modeling.updateProperties(end, { name: 'The time is over' });
    return placed;
  }

  append(shape, block, source) {
    const lane = laneFor(this.registry, block, source);
    if (!lane) return this.autoPlace.append(source, shape);
    const position = { x: source.x + source.width + GAP + shape.width / 2, y: middle(lane).y };
    return this.modeling.appendShape(source, shape, free(this.registry, shape, position), source.parent);
  }

  insert(shape, block, flow) {
    const { source, target } = flow;
    const ahead = target.x >= source.x + source.width;
    const room = ahead ? Math.min(GAP, target.x - source.x - source.width) : GAP;
    if (ahead) this.push(source.x + source.width + 5, shape.width + GAP, source);
    const lane = laneFor(this.registry, block, source);
    const y = lane ? lane.y + lane.height / 2 : middle(ahead && isSmall(source) ? target : source).y;
    const position = { x: source.x + source.width + room + shape.width / 2, y };
    const placed = this.modeling.createShape(shape, ahead ? position : free(this.registry, shape, position), source.parent);
    this.modeling.reconnectEnd(flow, placed, middle(placed));
    this.modeling.connect(placed, target, { type: 'bpmn:SequenceFlow' });
    this.modeling.layoutConnection(flow);
    return placed;
  }

  // All that stands to the right makes room; pools and lanes grow.
  push(start, by, within) {
    const all = this.registry.filter((one) => one.parent && !one.hidden);
    const { movingShapes, resizingShapes } = this.spaceTool.calculateAdjustments(all, 'x', by, start);
    if (movingShapes.includes(within)) return;
    this.spaceTool.makeSpace(movingShapes, resizingShapes, { x: by, y: 0 }, 'e', start);
  }
}
PlaceHandler.$inject = ['modeling', 'spaceTool', 'elementRegistry', 'autoPlace', 'elementFactory'];

export function placing(modeler) {
  const stack = modeler.get('commandStack');
  stack.registerHandler(PLACE, PlaceHandler);
  return {
    // Gives the new element, or says in words why it cannot be put there.
    place(shape, block, chosen) {
      const at = whereTo(modeler, block, chosen);
      if (typeof at === 'string') return { refused: at };
      const context = { shape, block, at, inside: insideOf(modeler, block) };
      keepWhole(modeler, () => stack.execute(PLACE, context));
      // A way that ends leaves the decision chosen: its next way comes, or its conditions.
      const isWayOut = block.isLast && is(at.source, 'bpmn:Gateway');
      modeler.get('selection').select(isWayOut ? at.source : context.placed);
      modeler.get('canvas').scrollToElement(context.placed, 60);
      return { placed: context.placed, joins: context.joins, after: at.source ?? at.flow?.source ?? at.host ?? null };
    },
  };
}

function whereTo(modeler, block, chosen) {
  const element = chosen?.labelTarget ?? chosen;
  if (block.attached) {
    return is(element, 'bpmn:Activity') ? { host: element } : 'Choose the step first whose time it is.';
  }
  if (is(element, 'bpmn:SequenceFlow')) return block.isLast ? { source: element.source } : { flow: element };
  if (isStep(element)) return besideStep(element, block);
  return alone(modeler, block, element);
}

// A second flow out of a step would start both ways at once: the block goes into the one that is there.
function besideStep(element, block) {
  const into = element.incoming.find((one) => is(one, 'bpmn:SequenceFlow'));
  if (is(element, 'bpmn:EndEvent')) return into && !block.isLast ? { flow: into } : 'The way ends there. Choose the step before it.';
  const flows = element.outgoing.filter((one) => is(one, 'bpmn:SequenceFlow'));
  const [first] = flows;
  if (first && !is(element, 'bpmn:Gateway') && !block.isLast) return { flow: first };
  return { source: element };
}

// Nothing to go on from: into the lane, where there is room.
function alone(modeler, block, element) {
  const [canvas, registry] = [modeler.get('canvas'), modeler.get('elementRegistry')];
  const lanes = registry.filter((one) => is(one, 'bpmn:Lane'));
  const lane = is(element, 'bpmn:Lane') ? element : (lanes.find((one) => block.parties?.includes(one.businessObject.name)) ?? lanes[0]);
  const pool = lane?.parent ?? registry.find((one) => is(one, 'bpmn:Participant'));
  const parent = pool ?? canvas.getRootElement();
  const steps = registry.filter((one) => isStep(one) && (!lane || within(lane, one)));
  const right = steps.length ? getBBox(steps).x + getBBox(steps).width : (lane ?? canvas.viewbox()).x + 40;
  const box = lane ?? canvas.viewbox();
  return { parent, position: { x: right + GAP + 50, y: box.y + box.height / 2 } };
}

function laneFor(registry, block, source) {
  if (!block.parties?.length) return null;
  const lanes = registry.filter((one) => is(one, 'bpmn:Lane'));
  const own = lanes.find((one) => within(one, source));
  if (own && block.parties.includes(own.businessObject.name)) return null;
  return lanes.find((one) => block.parties.includes(one.businessObject.name)) ?? null;
}

// Downward until nothing is in the way.
function free(registry, shape, position) {
  const taken = registry.filter((one) => isStep(one));
  const hits = (y) => taken.some((one) => Math.abs(one.x + one.width / 2 - position.x) < (one.width + shape.width) / 2 + 10 && Math.abs(one.y + one.height / 2 - y) < (one.height + shape.height) / 2 + 10);
  let { y } = position;
  for (let tries = 0; hits(y) && tries < 12; tries += 1) y += 30;
  return { x: position.x, y };
}

function within(box, element) {
  const { x, y } = middle(element);
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

// What follows a decision or a deadline stands where its way leads, not beside it.
const isSmall = (source) => is(source, 'bpmn:Gateway') || is(source, 'bpmn:BoundaryEvent');
const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
