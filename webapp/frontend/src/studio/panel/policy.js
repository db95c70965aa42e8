// Our provider of the panel: which groups stand there for an element, for a policy owner who is no programmer.
import { html } from 'diagram-js/lib/ui';
import { Form } from './form/list.js';
import { fieldsOf } from './form/model.js';
import { About, Party } from './groups/about.js';
import { Called, Operation } from './groups/machine.js';
import { Deadline, Named } from './groups/events.js';
import { Loop } from './groups/loop.js';
import { ProcessMarks } from './groups/process.js';
import { StepMarks } from './groups/step.js';
import { Way, WaysOut } from './groups/ways.js';
import { isOneOf, triggerOf } from './words.js';

const MARKED = ['bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:ServiceTask', 'bpmn:ReceiveTask', 'bpmn:BoundaryEvent', 'bpmn:IntermediateCatchEvent'];

export class Policy {
  constructor(propertiesPanel, studioChanges, studioServer, modeling, elementRegistry, selection) {
    this.tools = { changes: studioChanges, server: studioServer, modeling, registry: elementRegistry, selection };
    propertiesPanel.registerProvider(this);
  }

  getGroups(element) {
    return (groups) => [...groups, ...this.ours(element)];
  }

  ours(element) {
    const object = element.businessObject;
    const tools = { ...this.tools, element, object };
    const isProcess = isOneOf(element, 'bpmn:Collaboration', 'bpmn:Process', 'bpmn:Participant');
    const trigger = triggerOf(object);
    const act = this.tools.changes.extension(object, 'siteward:Step')?.get('act');
    const asked = isOneOf(element, 'bpmn:UserTask') && fieldsOf(object).length;
    return [
      !isProcess && group('about', 'What it is', About, tools),
      isProcess && group('process', 'Process', ProcessMarks, tools),
      isOneOf(element, 'bpmn:Activity', 'bpmn:Lane') && group('party', 'Who does it', Party, tools),
      isOneOf(element, 'bpmn:ServiceTask') && group('operation', 'What Siteward does', Operation, tools),
      isOneOf(element, 'bpmn:CallActivity') && group('called', 'Called diagram', Called, tools),
      isOneOf(element, 'bpmn:SequenceFlow') && group('way', 'When it is taken', Way, tools),
      isOneOf(element, 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway') && group('ways', 'Ways out', WaysOut, tools),
      trigger === 'Timer' && group('deadline', isOneOf(element, 'bpmn:BoundaryEvent') ? 'When time is up' : 'When it goes on', Deadline, tools),
      (isOneOf(element, 'bpmn:ReceiveTask') || ['Message', 'Error'].includes(trigger)) && group('named', trigger === 'Error' ? 'Outcome' : 'Message', Named, tools),
      isOneOf(element, ...MARKED) && group('marks', 'What the policy says', StepMarks, tools),
      isOneOf(element, 'bpmn:UserTask') && group('form', 'Questions', Form, { ...tools, act }, { note: asked ? String(asked) : '' }),
      isOneOf(element, 'bpmn:UserTask') && group('loop', 'How often', Loop, tools, { isFolded: !object.loopCharacteristics }),
    ];
  }
}
Policy.$inject = ['propertiesPanel', 'studioChanges', 'studioServer', 'modeling', 'elementRegistry', 'selection'];

const group = (id, label, component, tools, more = {}) => ({ id, label, ...more, children: html`<${component} ...${tools} />` });
