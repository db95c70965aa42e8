// Writes what the panel changes: each act of a person is one command, so that one undo takes it back.
import { isAny } from 'bpmn-js/lib/features/modeling/util/ModelingUtil';

const UPDATE = 'siteward.update';
const TOGETHER = 'siteward.together';

class UpdateHandler {
  execute(context) {
    context.before = context.changes.map(({ object, properties }) =>
      Object.fromEntries(Object.keys(properties).map((name) => [name, object.get(name)])),
    );
    for (const { object, properties } of context.changes) write(object, properties);
    return context.elements;
  }

  revert(context) {
    [...context.changes].reverse().forEach(({ object }, index, all) => write(object, context.before[all.length - 1 - index]));
    return context.elements;
  }
}

// Several commands that one undo takes back.
class TogetherHandler {
  preExecute({ act }) {
    act();
  }
}

function write(object, properties) {
  for (const [name, value] of Object.entries(properties)) object.set(name, value);
}

export class Changes {
  constructor(commandStack, bpmnFactory, modeling, eventBus, canvas, elementRegistry) {
    Object.assign(this, { commandStack, factory: bpmnFactory, modeling, eventBus, canvas, registry: elementRegistry });
    commandStack.registerHandler(UPDATE, UpdateHandler);
    commandStack.registerHandler(TOGETHER, TogetherHandler);
  }

  // changes: [{object, properties}] of moddle elements, done and undone together.
  apply(element, changes, others = []) {
    const elements = [element, ...(element.labels ?? []), ...others];
    if (changes.length) this.commandStack.execute(UPDATE, { elements, changes });
  }

  together(act) {
    this.commandStack.execute(TOGETHER, { act });
  }

  rename(element, name) {
    this.modeling.updateProperties(element, { name: name || undefined });
  }

  create(type, properties, parent) {
    const made = this.factory.create(type, properties);
    if (parent) made.$parent = parent;
    return made;
  }

  document(element, text, object = element.businessObject) {
    const [first, ...rest] = object.get('documentation') ?? [];
    if (first && text) return this.apply(element, [{ object: first, properties: { text } }]);
    const made = text ? [this.create('bpmn:Documentation', { text }, object), ...rest] : rest;
    return this.apply(element, [{ object, properties: { documentation: made } }]);
  }

  // The one extension of this type on an object; undefined where there is none.
  extension(object, type) {
    return object.extensionElements?.get('values')?.find((one) => one.$instanceOf?.(type));
  }

  // The changes that give an object an extension with these attributes; attributes of none go, and so does what is left empty.
  withExtension(object, type, properties) {
    const there = this.extension(object, type);
    if (there) {
      const left = { ...attributesOf(there), ...properties };
      const isEmpty = Object.values(left).every((value) => value === undefined || value === '' || value?.length === 0);
      return isEmpty ? this.without(object, there) : [{ object: there, properties }];
    }
    return this.withAdded(object, this.create(type, properties));
  }

  withAdded(object, made) {
    const extensions = object.extensionElements ?? this.create('bpmn:ExtensionElements', {}, object);
    made.$parent = extensions;
    if (object.extensionElements) return [{ object: extensions, properties: { values: [...extensions.get('values'), made] } }];
    extensions.set('values', [made]);
    return [{ object, properties: { extensionElements: extensions } }];
  }

  without(object, extension) {
    const extensions = object.extensionElements;
    const values = extensions.get('values').filter((one) => one !== extension);
    return values.length
      ? [{ object: extensions, properties: { values } }]
      : [{ object, properties: { extensionElements: undefined } }];
  }

  // Messages and errors stand at the top of the file, beside the processes.
  definitions() {
    let object = this.canvas.getRootElement().businessObject;
    while (object.$parent) object = object.$parent;
    return object;
  }

  defined(type) {
    return this.definitions()
      .get('rootElements')
      .filter((one) => one.$instanceOf(type));
  }

  define(type, properties) {
    const definitions = this.definitions();
    const made = this.create(type, properties, definitions);
    return { made, changes: [{ object: definitions, properties: { rootElements: [...definitions.get('rootElements'), made] } }] };
  }

  flowNodes() {
    return this.registry.filter((one) => isAny(one, ['bpmn:FlowNode']) && !one.labelTarget);
  }
}
Changes.$inject = ['commandStack', 'bpmnFactory', 'modeling', 'eventBus', 'canvas', 'elementRegistry'];

function attributesOf(object) {
  const names = [...(object.$descriptor?.properties ?? []).map(({ name }) => name), ...Object.keys(object.$attrs ?? {})];
  return Object.fromEntries(names.map((name) => [name, object.get(name)]));
}
