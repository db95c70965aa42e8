// A way for each choice of an answer: those that are drawn and have no condition yet come first, the others end for now.
import { html, useState } from 'diagram-js/lib/ui';
import { textOf } from '../condition/text.js';
import { Button, ChoiceEntry } from '../entries.js';
import { nameAfter } from '../naming.js';

// An end is 36 high, and its words stand below it.
const GAP = { right: 110, down: 70, label: 56 };

export function WaysForChoices({ element, object, answers, changes, modeling, registry, selection }) {
  const [wanted, setWanted] = useState(null);
  const open = element.outgoing.filter(({ businessObject }) => !businessObject.conditionExpression && businessObject !== object.get('default'));
  const taken = element.outgoing.map(({ businessObject }) => businessObject.conditionExpression?.get('body')?.trim());
  const missingOf = (one) => one.field.options.map((option) => ({ option, text: conditionFor(one, option) })).filter(({ text }) => !taken.includes(text));
  // Where every way has its condition, only the answer that they ask for may have a choice without a way.
  const isAsked = (one) => missingOf(one).length < one.field.options.length;
  const isReady = element.outgoing.length > 1 && !open.length;
  const offered = (answers ?? []).filter((one) => one.field.type === 'enum' && !one.counted && one.field.options?.length > 1);
  const decided = offered.filter((one) => missingOf(one).length && (!isReady || isAsked(one)));
  if (!decided.length || !object.$instanceOf('bpmn:ExclusiveGateway')) return null;
  const nameOf = (one) => `${one.step}.${one.field.id}`;
  const answer = decided.find((one) => nameOf(one) === wanted) ?? decided[0];
  const missing = missingOf(answer);
  const make = (some) => {
    changes.together(() => {
      some.forEach(({ option, text }, at) => say(open[at] ?? ended(option, at), option, text));
      const name = nameAfter(object, answer);
      if (name) changes.rename(element, name);
    });
    selection.select(element);
  };
  const ended = (option, at) => {
    const shape = modeling.appendShape(element, { type: 'bpmn:EndEvent' }, free(registry, element, at), element.parent);
    modeling.updateProperties(shape, { name: option.label });
    return shape.incoming[0];
  };
  const say = (way, option, text) => {
    const body = changes.create('bpmn:FormalExpression', { body: text }, way.businessObject);
    modeling.updateProperties(way, { name: way.businessObject.name || option.label, conditionExpression: body });
    if (!open.includes(way)) putBeside(modeling, way);
  };
  const choices = decided.map((one) => ({ value: nameOf(one), label: `${one.field.label} (${one.step_title})` }));
  const labels = missing.map(({ option }) => option.label).join(', ');
  if (isReady) {
    return html`<details class="panel-more" data-entry="ways-for-choices"><summary>Choices without a way of their own</summary>
      ${missing.map((one) => html`<p key=${one.option.id}><${Button} kind="outline" press=${() => make([one])}>A way for “${one.option.label}”<//></p>`)}
    </details>`;
  }
  return html`<fieldset class="panel-add" data-entry="ways-for-choices">
    <legend>A way for each choice</legend>
    <${ChoiceEntry} id="ways-by" label="It is decided by" value=${nameOf(answer)} choices=${choices} write=${setWanted} help=${`Ways: ${labels}.`} />
    <${Button} kind="outline" press=${() => make(missing)}>Make these ways<//>
  </fieldset>`;
}

const conditionFor = ({ step, field }, option) => textOf({ join: 'and', isNot: false, rows: [{ step, field: field.id, is: '=', value: option.id }] });

// All new ways leave downward: their words stand where they part from each other.
function putBeside(modeling, { label, waypoints }) {
  const [from, to] = waypoints.slice(-2);
  if (!label || from.y !== to.y) return;
  modeling.moveShape(label, { x: (from.x + to.x) / 2 - label.x - label.width / 2, y: to.y - 4 - label.y - label.height });
}

// Right of the choice, below what stands there.
function free(registry, element, at) {
  const x = element.x + element.width + GAP.right;
  const inTheWay = (y) => registry.filter((one) => hits(one, x, y)).length > 0;
  let y = element.y + element.height / 2 + (at ? GAP.down / 2 : 0);
  for (let tries = 0; tries < 12 && inTheWay(y); tries += 1) y += GAP.down / 2;
  return { x, y };
}

const hits = (one, x, y) => Boolean(one.businessObject?.$instanceOf?.('bpmn:FlowNode')) && !one.labelTarget && Math.abs(one.x + one.width / 2 - x) < one.width / 2 + 30 && Math.abs(one.y + one.height / 2 - y) < one.height / 2 + (isNamedBelow(one) ? GAP.label : 35);

const isNamedBelow = (one) => one.businessObject.$instanceOf('bpmn:Event');
