// Ways between steps: when one is taken, and which is taken where no other fits.
import { html } from 'diagram-js/lib/ui';
import { Condition } from '../condition/builder.js';
import { ALWAYS } from '../condition/text.js';
import { Button, ChoiceEntry, Fact, TextEntry, TickEntry } from '../entries.js';
import { answerOf, nameAfter } from '../naming.js';
import { titleOf } from '../words.js';
import { useAnswers } from './answers.js';
import { WaysForChoices } from './choices.js';

const conditionOf = (flow) => flow.conditionExpression?.get('body')?.trim() ?? '';

export function Way({ element, object, changes, server, registry }) {
  const source = object.sourceRef;
  const isChoice = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'].some((type) => source?.$instanceOf(type));
  const text = conditionOf(object);
  const isDefault = source?.get('default') === object;
  const answers = useAnswers({ server, element, registry }, isChoice);
  const write = (body) => writeCondition(changes, { way: element, body, choice: isChoice ? element.source : null, answers });
  if (!isChoice) {
    return html`<${Fact} id="always">Always, after “${titleOf(source)}”.<//>
      ${text &&
      html`<p class="panel-entry__error">It has a condition, which only the ways out of a choice may have.</p>
        <${Button} kind="outline" press=${() => write(undefined)}>Take the condition away<//>`}`;
  }
  const otherwise = (isOn) => {
    const made = [{ object: source, properties: { default: isOn ? object : undefined } }];
    changes.apply(element, isOn && text ? [...made, expression(object, undefined, changes)] : made, siblings(element));
  };
  const others = source.get('outgoing').filter((flow) => flow !== object && flow === source.get('default'));
  return html`<${TickEntry} id="default" label="It is taken when no other way fits" value=${isDefault} write=${otherwise}
      help=${!isDefault && others.length ? `Now that is “${titleOf(others[0])}”, to “${titleOf(others[0].targetRef)}”.` : undefined} />
    ${!isDefault && html`<${When} ...${{ object, text, answers, server, write }} isInclusive=${source.$instanceOf('bpmn:InclusiveGateway')} />`}`;
}

function When({ id = '', object, text, answers, server, write, isInclusive }) {
  const isAlways = text === ALWAYS;
  const choices = [
    { value: 'when', label: 'when' },
    { value: 'always', label: 'always' },
  ];
  return html`${(isInclusive || isAlways) && html`<${ChoiceEntry} id=${`${id}when`} label="It is taken" value=${isAlways ? 'always' : 'when'} choices=${choices}
      write=${(chosen) => write(chosen === 'always' ? ALWAYS : undefined)} />`}
    ${!isAlways && html`<${Condition} id=${`${id}condition`} label="It is taken when" text=${text} answers=${answers} server=${server} place=${{ element: object.id }} write=${write} />`}
    ${answers?.length === 0 && html`<p class="panel-entry__help">Nothing has been asked by then. Put a step with a question before the choice.</p>`}`;
}

// A choice that nobody named is called after the answer that the condition reads.
function writeCondition(changes, { way, body, choice, answers }) {
  const name = choice && nameAfter(choice.businessObject, answerOf(body, answers));
  const write = () => changes.apply(way, [expression(way.businessObject, body, changes)]);
  if (!name) return write();
  return changes.together(() => {
    write();
    changes.rename(choice, name);
  });
}

function expression(object, body, changes) {
  const there = object.conditionExpression;
  if (there && body) return { object: there, properties: { body } };
  return { object, properties: { conditionExpression: body ? changes.create('bpmn:FormalExpression', { body }, object) : undefined } };
}

const siblings = (element) => [element.source, ...(element.source?.outgoing ?? [])].filter((one) => one && one !== element);

export function WaysOut(tools) {
  const { element, object, changes, server, registry } = tools;
  const flows = object.get('outgoing') ?? [];
  const answers = useAnswers({ server, element, registry });
  const ready = html`<${WaysForChoices} ...${tools} answers=${answers} />`;
  if (flows.length < 2) return html`<${Fact} id="few-ways">It needs at least two ways out. Add them here, by the buttons beside it, or by “connect it to”.<//>${ready}`;
  const chosen = object.get('default');
  const choices = [{ value: '', label: 'None: one of the conditions always holds' }, ...flows.map((flow) => ({ value: flow.id, label: wayWords(flow) }))];
  const write = (id) => {
    const flow = flows.find((one) => one.id === id);
    const made = [{ object, properties: { default: flow } }];
    changes.apply(element, flow && conditionOf(flow) ? [...made, expression(flow, undefined, changes)] : made, element.outgoing);
  };
  return html`${ready}
    <ol class="panel-ways">
      ${element.outgoing.filter((way) => flows.includes(way.businessObject)).map((way) => html`<${WayOut} key=${way.id} ...${{ ...tools, way, answers, chosen }} />`)}
    </ol>
    <${ChoiceEntry} id="otherwise" label="Where no other way fits" value=${chosen?.id ?? ''} choices=${choices} write=${write} />`;
}

// One way out of a choice, without leaving the choice: where it leads, what it is called, when it is taken.
function WayOut({ way, answers, chosen, object, changes, server, selection }) {
  const flow = way.businessObject;
  const text = conditionOf(flow);
  const isInclusive = object.$instanceOf('bpmn:InclusiveGateway');
  const write = (body) => writeCondition(changes, { way, body, choice: way.source, answers });
  return html`<li data-way=${flow.id}>
    <${Button} label=${`Choose the way to ${titleOf(flow.targetRef)}`} press=${() => selection.select(way)}>To ${titleOf(flow.targetRef)}<//>
    <${TextEntry} id=${`way-${flow.id}-name`} label="Name of the way" value=${flow.name ?? ''} write=${(name) => changes.rename(way, name)} />
    ${flow === chosen
      ? html`<p class="panel-entry__help">It is taken where no other way fits.</p>`
      : html`<${When} id=${`way-${flow.id}-`} ...${{ object: flow, text, answers, server, write, isInclusive }} />`}
  </li>`;
}

const wayWords = (flow) => (flow.name ? `${flow.name} (to ${titleOf(flow.targetRef)})` : `To ${titleOf(flow.targetRef)}`);
