// Timers, messages and outcomes: when an event rings, and what it is called.
import { html, useState } from 'diagram-js/lib/ui';
import { Button, ChoiceEntry, Entry, TextEntry, TickEntry } from '../entries.js';
import { LengthEntry, lengthOf } from '../time.js';
import { definitionOf, isOneOf, listed, nameIdFrom } from '../words.js';

const PARTS = { timeDuration: 'duration', timeDate: 'date', timeCycle: 'cycle' };
const CYCLE = /^R(\d*)\/(P[^/]+)$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::00)?Z)?$/;

export function Deadline({ element, object, changes }) {
  const definition = definitionOf(object);
  const part = Object.keys(PARTS).find((name) => definition.get(name));
  const text = part ? (definition.get(part).get('body') ?? '').trim() : '';
  const [wanted, setWanted] = useState(null);
  const kind = wanted ?? PARTS[part] ?? 'duration';
  const write = (to) => (body) => {
    const expression = changes.create('bpmn:FormalExpression', { body }, definition);
    const gone = Object.fromEntries(Object.keys(PARTS).map((name) => [name, undefined]));
    const other = part === to ? { object: definition.get(part), properties: { body } } : { object: definition, properties: { ...gone, [to]: expression } };
    changes.apply(element, [other]);
    setWanted(null);
  };
  const isBoundary = isOneOf(element, 'bpmn:BoundaryEvent');
  const kinds = [
    { value: 'duration', label: isBoundary ? 'After a time, once' : 'After a time' },
    { value: 'date', label: 'On a day' },
    ...(isBoundary || isOneOf(element, 'bpmn:StartEvent') || kind === 'cycle' ? [{ value: 'cycle', label: 'Again and again' }] : []),
  ];
  return html`<${ChoiceEntry} id="timer-kind" label=${isBoundary ? 'Time is up' : 'It goes on'} value=${kind} choices=${kinds} write=${setWanted} />
    ${kind === 'duration' && html`<${LengthEntry} id="timer" label="After" value=${part === 'timeDuration' ? text : ''} isRequired=${true} write=${write('timeDuration')} />`}
    ${kind === 'date' && html`<${Day} text=${part === 'timeDate' ? text : ''} write=${write('timeDate')} />`}
    ${kind === 'cycle' && html`<${Cycle} text=${part === 'timeCycle' ? text : ''} write=${write('timeCycle')} />`}
    ${isBoundary && html`<${Interrupting} ...${{ element, object, changes }} />`}`;
}

function Interrupting({ element, object, changes }) {
  return html`<${TickEntry} id="interrupting" label="It ends the step" value=${object.cancelActivity !== false}
    help=${object.cancelActivity === false ? 'The step stays open; this way is taken beside it.' : 'The step is closed and can no longer be done.'}
    write=${(isOn) => changes.modeling.updateProperties(element, { cancelActivity: isOn })} />`;
}

function Day({ text, write }) {
  const [, day = '', time = ''] = MOMENT.exec(text) ?? [];
  const isOther = text && !day;
  const put = (on, at) => on && write(at ? `${on}T${at}:00Z` : on);
  return html`<div class="panel-pair">
      <${TextEntry} id="timer" label="Day" type="date" value=${day} write=${(on) => put(on, time)} check=${(on) => (on ? null : 'Choose a day.')} />
      <${TextEntry} id="timer-time" label="Time (UTC), if any" type="time" value=${time} write=${(at) => put(day, at)} />
    </div>
    ${isOther && html`<p class="panel-entry__help">Now written as “${text}”. A day chosen here takes its place.</p>`}`;
}

function Cycle({ text, write }) {
  const [, times = '', every = ''] = CYCLE.exec(text) ?? [];
  const put = (number, length) => length && write(`R${number}/${length}`);
  const check = (typed) => (typed === '' || /^[1-9]\d{0,3}$/.test(typed) ? null : 'Write a whole number, or nothing for as long as it waits.');
  return html`<${LengthEntry} id="timer" label="Every" value=${lengthOf(every) ? every : ''} isRequired=${true} write=${(length) => put(times, length)} />
    <${TextEntry} id="timer-times" label="How many times" value=${times} check=${check} help="Empty: as long as the step is open." write=${(number) => put(number, every)} inputmode="numeric" />
    ${text && !lengthOf(every) && html`<p class="panel-entry__help">Now written as “${text}”. What is chosen here takes its place.</p>`}`;
}

// The message or outcome by name: one of the file, one of the called diagram, or a new one.
export function Named({ element, object, changes, server }) {
  const definition = isOneOf(element, 'bpmn:ReceiveTask') ? object : definitionOf(object);
  const isError = definition.$instanceOf('bpmn:ErrorEventDefinition');
  const [type, reference, noun] = isError ? ['bpmn:Error', 'errorRef', 'outcome'] : ['bpmn:Message', 'messageRef', 'message'];
  const [isNew, setNew] = useState(false);
  const known = changes.defined(type);
  const nameOf = (one) => one.get('name') || one.get('errorCode') || one.id;
  const chosen = definition.get(reference);
  const expected = isError && isOneOf(element, 'bpmn:BoundaryEvent') ? expectedOf(object.attachedToRef, server) : [];
  const offered = [...new Set([...known.map(nameOf), ...expected])].sort();
  const write = (name) => {
    const there = known.find((one) => nameOf(one) === name);
    if (there) return changes.apply(element, [{ object: definition, properties: { [reference]: there } }]);
    const ending = isError ? 'Error' : 'Message';
    const id = nameIdFrom(name, ending, (one) => changes.registry.get(one) || changes.definitions().get('rootElements').some(({ id: taken }) => taken === one));
    const code = isError ? { errorCode: name.replace(/[^A-Za-z0-9]+/g, '') || id } : {};
    const { made, changes: defining } = changes.define(type, { id, name, ...code });
    return changes.apply(element, [...defining, { object: definition, properties: { [reference]: made } }]);
  };
  const isUnexpected = chosen && expected.length > 0 && !expected.includes(nameOf(chosen));
  const choices = [...offered.map((name) => ({ value: name, label: name })), ...(isUnexpected || !isError ? [] : [])];
  return html`<${ChoiceEntry} id=${noun} label=${`Which ${noun}`} value=${chosen ? nameOf(chosen) : ''} choices=${choices} write=${write}
      error=${isUnexpected ? `The called diagram never ends with it. It ends with ${listed(expected)}.` : null} />
    ${isNew
      ? html`<${New} noun=${noun} add=${(name) => (write(name), setNew(false))} drop=${() => setNew(false)} />`
      : html`<p><${Button} press=${() => setNew(true)}>${`A new ${noun}`}<//></p>`}
    ${!isError && isOneOf(element, 'bpmn:BoundaryEvent') && html`<${Interrupting} ...${{ element, object, changes }} />`}`;
}

function expectedOf(host, server) {
  const called = host?.get?.('calledElement');
  return server.words.processes.find((one) => one.key === called)?.errors ?? [];
}

function New({ noun, add, drop }) {
  const [name, setName] = useState('');
  const [error, setError] = useState(null);
  const press = () => (name.trim() ? add(name.trim()) : setError(`Write what the ${noun} is called.`));
  return html`<${Entry} id=${`new-${noun}`} label=${`Name of the new ${noun}`} error=${error}>
      ${(attributes) => html`<input class="usa-input" ...${attributes} value=${name} autocomplete="off" onInput=${(event) => setName(event.currentTarget.value)}
        onKeyDown=${(event) => (event.key === 'Enter' ? press() : event.key === 'Escape' && drop())} />`}
    <//>
    <p class="panel-rule__more"><${Button} kind="outline" press=${press}>Add it<//><${Button} press=${drop}>Never mind<//></p>`;
}
