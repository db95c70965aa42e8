// Ways between steps: when one is taken, and which is taken where no other fits.
import { html } from 'diagram-js/lib/ui';
import { Condition } from '../condition/builder.js';
import { ALWAYS } from '../condition/text.js';
import { Button, ChoiceEntry, Fact, TickEntry } from '../entries.js';
import { titleOf } from '../words.js';
import { useAnswers } from './answers.js';

const conditionOf = (flow) => flow.conditionExpression?.get('body')?.trim() ?? '';

export function Way({ element, object, changes, server, registry }) {
  const source = object.sourceRef;
  const isChoice = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'].some((type) => source?.$instanceOf(type));
  const text = conditionOf(object);
  const isDefault = source?.get('default') === object;
  const answers = useAnswers({ server, element, registry }, isChoice);
  const write = (body) => changes.apply(element, [expression(object, body, changes)]);
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

function When({ object, text, answers, server, write, isInclusive }) {
  const isAlways = text === ALWAYS;
  const choices = [
    { value: 'when', label: 'when' },
    { value: 'always', label: 'always' },
  ];
  return html`${(isInclusive || isAlways) && html`<${ChoiceEntry} id="when" label="It is taken" value=${isAlways ? 'always' : 'when'} choices=${choices}
      write=${(chosen) => write(chosen === 'always' ? ALWAYS : undefined)} />`}
    ${!isAlways && html`<${Condition} id="condition" label="It is taken when" text=${text} answers=${answers} server=${server} place=${{ element: object.id }} write=${write} />`}
    ${answers?.length === 0 && html`<p class="panel-entry__help">Nothing has been asked by then. Put a step with a question before the choice.</p>`}`;
}

function expression(object, body, changes) {
  const there = object.conditionExpression;
  if (there && body) return { object: there, properties: { body } };
  return { object, properties: { conditionExpression: body ? changes.create('bpmn:FormalExpression', { body }, object) : undefined } };
}

const siblings = (element) => [element.source, ...(element.source?.outgoing ?? [])].filter((one) => one && one !== element);

export function WaysOut({ element, object, changes, selection }) {
  const flows = object.get('outgoing') ?? [];
  const chosen = object.get('default');
  const choices = [{ value: '', label: 'None: one of the conditions always holds' }, ...flows.map((flow) => ({ value: flow.id, label: wayWords(flow) }))];
  const write = (id) => {
    const flow = flows.find((one) => one.id === id);
    const made = [{ object, properties: { default: flow } }];
    changes.apply(element, flow && conditionOf(flow) ? [...made, expression(flow, undefined, changes)] : made, element.outgoing);
  };
  if (flows.length < 2) return html`<${Fact} id="few-ways">Draw at least two ways out, then say when each is taken.<//>`;
  return html`<${ChoiceEntry} id="otherwise" label="Where no other way fits" value=${chosen?.id ?? ''} choices=${choices} write=${write} />
    <div class="panel-entry" data-entry="ways">
      <p class="panel-entry__label">When each is taken</p>
      <ul class="panel-ways">
        ${element.outgoing.map(
          (way) => html`<li key=${way.id}>
            <${Button} press=${() => selection.select(way)}>${wayWords(way.businessObject)}<//> <small>${whenWords(way.businessObject, chosen)}</small>
          </li>`,
        )}
      </ul>
    </div>`;
}

function whenWords(flow, chosen) {
  if (flow === chosen) return 'where no other fits';
  if (!conditionOf(flow)) return 'not said yet';
  return conditionOf(flow) === ALWAYS ? 'always' : 'on a condition';
}

const wayWords = (flow) => (flow.name ? `${flow.name} (to ${titleOf(flow.targetRef)})` : `To ${titleOf(flow.targetRef)}`);
