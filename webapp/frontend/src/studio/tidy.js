// Draws the diagram anew, as the server lays it out: the same elements in other places, as one step that can be undone.
import { keepWhole, xmlOf } from './canvas.js';
import { ask } from './talk.js';

const TIDY = 'studio.tidy';

// Exchanges where everything stands with where it stood; done again, it is undone.
class TidyHandler {
  constructor(elementRegistry) {
    this.registry = elementRegistry;
  }

  execute(context) {
    const before = new Map();
    const changed = [];
    for (const [id, place] of context.places) {
      const element = this.registry.get(id);
      if (!element) continue;
      before.set(id, placeOf(element));
      put(element, place);
      changed.push(element, ...(element.label ? [element.label] : []));
    }
    context.places = before;
    return changed;
  }

  revert(context) {
    return this.execute(context);
  }
}
TidyHandler.$inject = ['elementRegistry'];

export function tidying({ page, modeler, tell, say }) {
  modeler.get('commandStack').registerHandler(TIDY, TidyHandler);
  return async () => {
    tell.drop('tidy');
    try {
      const { status, data } = await ask(page.tidy, { body: await xmlOf(modeler), as: 'text' });
      if (status !== 200) return tell.show('tidy', 'error', [`It could not be tidied. ${data.message ?? data.title ?? ''}`], [['Close', null]]);
      await apply(modeler, data);
      return say('The diagram is drawn anew. Undo brings back what was.');
    } catch {
      return tell.show('tidy', 'error', ['It could not be tidied: no connection. Try again when it is back.'], [['Close', null]]);
    }
  };
}

async function apply(modeler, xml) {
  const { rootElement } = await modeler.get('moddle').fromXML(xml);
  const drawn = rootElement.diagrams[0].plane.planeElement.filter(({ bpmnElement }) => bpmnElement);
  const places = new Map(drawn.map((one) => [one.bpmnElement.id, wanted(one)]));
  keepWhole(modeler, () => modeler.get('commandStack').execute(TIDY, { places }));
  const [chosen] = modeler.get('selection').get();
  if (chosen) modeler.get('canvas').scrollToElement(chosen, 80);
}

const wanted = ({ bounds, waypoint, label }) => ({ bounds: bounds && box(bounds), waypoints: waypoint?.map(point), label: label?.bounds && box(label.bounds) });

function placeOf(element) {
  const places = { bounds: element.waypoints ? null : box(element), waypoints: element.waypoints?.map(point), label: element.label && box(element.label) };
  return { ...places, drawn: drawnOf(element.di) };
}

// What the drawing says to the last digit; the canvas rounds it.
function drawnOf(di) {
  const { bounds, waypoint, label } = di;
  return { bounds: bounds && box(bounds), waypoint, label, words: label?.bounds && box(label.bounds) };
}

function putBack(di, { bounds, waypoint, label, words }) {
  if (bounds) Object.assign(di.bounds, bounds);
  if (waypoint) di.waypoint = waypoint;
  if (words) Object.assign(label.bounds, words);
  // What is there and is nothing would be an element to whoever walks through the file.
  if (label) di.label = label;
  else delete di.label;
}

function put(element, { bounds, waypoints, label, drawn }) {
  const { di } = element;
  if (bounds && !element.waypoints) {
    Object.assign(element, bounds);
    Object.assign(di.bounds, bounds);
  }
  if (waypoints && element.waypoints) {
    element.waypoints = waypoints.map((one) => ({ ...one }));
    di.waypoint = waypoints.map((one) => Object.assign(di.$model.create('dc:Point', one), { $parent: di }));
  }
  if (label && element.label) {
    Object.assign(element.label, label);
    if (di.label?.bounds) Object.assign(di.label.bounds, label);
    else di.label = labelled(di, label);
  }
  if (drawn) putBack(di, drawn);
}

function labelled(di, bounds) {
  const label = Object.assign(di.$model.create('bpmndi:BPMNLabel', {}), { $parent: di });
  label.bounds = Object.assign(di.$model.create('dc:Bounds', bounds), { $parent: label });
  return label;
}

const box = ({ x, y, width, height }) => ({ x, y, width, height });
const point = ({ x, y }) => ({ x, y });
