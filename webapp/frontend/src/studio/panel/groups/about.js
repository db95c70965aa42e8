// What an element is, its name and its documentation; and the lane that it stands in.
import { html } from 'diagram-js/lib/ui';
import { AreaEntry, Button, ChoiceEntry, Fact, TextEntry } from '../entries.js';
import { isOneOf, kindWords } from '../words.js';
import { laneName } from './step.js';

const LABELS = { 'bpmn:SequenceFlow': 'Name of the way', 'bpmn:ExclusiveGateway': 'Question', 'bpmn:InclusiveGateway': 'Question' };

export function About({ element, object, changes, server, modeling }) {
  if (isOneOf(element, 'bpmn:TextAnnotation')) {
    return html`<${Fact} id="kind">${kindWords(object)}<//>
      <${AreaEntry} id="text" label="Note" value=${object.text ?? ''} write=${(text) => modeling.updateProperties(element, { text })} />`;
  }
  const isLane = isOneOf(element, 'bpmn:Lane');
  const isDocumented = isOneOf(element, 'bpmn:Activity', 'bpmn:Event');
  return html`<${Fact} id="kind">${kindWords(object)}<//>
    ${!isLane && html`<${TextEntry} id="name" label=${LABELS[object.$type] ?? 'Name'} value=${object.name ?? ''} write=${(name) => changes.rename(element, name)} />`}
    ${isDocumented &&
    html`<${AreaEntry} id="documentation" label=${isOneOf(element, 'bpmn:UserTask', 'bpmn:ManualTask') ? 'In a sentence, for whoever does it' : 'In a sentence'} value=${object.documentation?.[0]?.text?.trim() ?? ''}
      write=${(text) => changes.document(element, text)} />`}
    ${server.failed && html`<p class="panel-entry__error">${server.failed}</p>`}`;
}

const laneOf = (element, registry) => registry.find((one) => isOneOf(one, 'bpmn:Lane') && !one.labelTarget && one.businessObject.flowNodeRef?.includes(element.businessObject));
const hasNoLanes = (lane) => !lane.children?.some((child) => isOneOf(child, 'bpmn:Lane'));

export function Party({ element, object, server, registry, changes, modeling }) {
  const isLane = isOneOf(element, 'bpmn:Lane');
  if (!isLane && isOneOf(element.parent, 'bpmn:SubProcess')) {
    return html`<${Fact} id="party">${laneName(element, registry) || 'Nobody yet'}: whoever does the group of steps.<//>`;
  }
  const lanes = registry.filter((one) => isOneOf(one, 'bpmn:Lane') && !one.labelTarget && hasNoLanes(one));
  const lane = isLane ? element : laneOf(element, registry);
  const name = (isLane ? object : lane?.businessObject)?.name ?? '';
  const taken = lanes.filter((one) => one !== element).map((one) => one.businessObject.name);
  const parties = server.words.parties.map((one) => ({ value: one.name, label: one.name }));
  const choices = isLane ? parties.filter((one) => !taken.includes(one.value)) : parties;
  const choose = (party) => (isLane ? changes.rename(element, party) : moveTo(party, { element, lanes, lane, modeling }));
  const isKnown = !server.isThere || parties.some((one) => one.value === name);
  const error = name && !isKnown ? `“${name}” is no party of the policy. Choose one.` : null;
  return html`<${ChoiceEntry} id="party" label="Party" value=${name} choices=${choices} write=${choose} error=${error}
      help=${isLane ? 'Each lane is a party of the policy.' : 'The step moves into the lane of this party.'} />
    ${!isLane && lane && html`<p><${Button} press=${() => modeling.addLane(lane, 'bottom')}>Add a lane below<//></p>`}`;
}

// Moves a step straight up or down into another lane; one that is not drawn yet is added below the last.
function moveTo(party, { element, lanes, lane, modeling }) {
  let target = lanes.find((one) => one.businessObject.name === party);
  const below = [...lanes].sort((a, b) => a.y - b.y).at(-1);
  if (!target && below) {
    target = modeling.addLane(below, 'bottom');
    modeling.updateProperties(target, { name: party });
  }
  if (!target || target === lane) return;
  const middle = (one) => one.y + one.height / 2;
  modeling.moveElements([element], { x: 0, y: middle(target) - middle(element) });
}
