// The questions of a step as camunda:formData holds them: read as the server reads them, changed one by one.
// Whatever another tool has written beside them stays where it is.
import { rulesOf, textOf } from '../condition/text.js';
import { idFrom } from '../words.js';

export const CHOICES = ['enum', 'multi-enum'];
export const TEXTS = ['string', 'long-text', 'url', 'email'];
export const NUMBERS = ['long', 'decimal'];
const CONDITIONS = ['shown-when', 'required-when', 'refuse-when'];
// What a question keeps only while it has one of these types.
const BELONGS = {
  min: [...NUMBERS, 'date', 'datetime'],
  max: [...NUMBERS, 'date', 'datetime'],
  minlength: TEXTS,
  maxlength: TEXTS,
  pattern: TEXTS,
};

export const formOf = (object) => object.extensionElements?.get('values')?.find((one) => one.$instanceOf?.('camunda:FormData'));
export const fieldsOf = (object) => formOf(object)?.get('fields') ?? [];
export const optionsOf = (field) => field.get('values') ?? [];

const propertiesOf = (field) => field.get('properties')?.get('values') ?? [];
const constraintsOf = (field) => field.get('validation')?.get('constraints') ?? [];
export const property = (field, name) => propertiesOf(field).find((one) => one.get('id') === name)?.get('value')?.trim() || '';
export const constraint = (field, name) => constraintsOf(field).find((one) => one.get('name') === name);
export const typeOf = (field) => property(field, 'widget') || field.get('type') || 'string';
export const isRequired = (field) => constraint(field, 'required') !== undefined && (constraint(field, 'required').get('config') ?? '').toLowerCase() !== 'false';
export const labelOf = (field) => field.get('label')?.replace(/\s+/g, ' ').trim() || field.get('id') || '';

export const columnsOf = (field) =>
  propertiesOf(field)
    .filter((one) => one.get('id')?.startsWith('column.'))
    .map((one) => {
      const [label = '', type = '', required = '', choices = ''] = splitAtMost(one.get('value') ?? '', '|', 4);
      const options = choices.split(';').map((choice) => choice.trim()).filter(Boolean).map((choice) => {
        const [id, ...words] = choice.split('=');
        return { id: id.trim(), label: words.join('=').trim() || id.trim() };
      });
      return { id: one.get('id').slice('column.'.length), label, type: type || 'string', required: required === 'required', options };
    });

function splitAtMost(text, sign, most) {
  const parts = text.split(sign);
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(sign)].map((part) => part.trim()).slice(0, most);
}

export const columnText = ({ label, type, required, options }) => {
  const clean = (words) => words.replace(/[|;]/g, ',').trim();
  const choices = type === 'enum' ? options.map((one) => `${one.id}=${clean(one.label)}`).join('; ') : '';
  return [clean(label), type, required ? 'required' : '', choices].join(' | ').replace(/(\s*\|\s*)+$/, '');
};

// A question as the answers of a condition know it (see fields-at).
export function asAnswer(field, step, title) {
  const options = optionsOf(field).map((one) => ({ id: one.get('id'), label: one.get('name') || one.get('id') }));
  const type = typeOf(field);
  return { step, step_title: title, field: { id: field.get('id'), label: labelOf(field), type, ...(options.length ? { options } : {}) }, always: true };
}

// Gives the changes to moddle objects that each edit of a question asks for.
export class Questions {
  constructor(changes, object, words) {
    Object.assign(this, { changes, object, words });
  }

  get all() {
    return fieldsOf(this.object);
  }

  setAll(fields) {
    const form = formOf(this.object);
    if (!form) {
      const made = this.changes.create('camunda:FormData', { fields });
      for (const field of fields) field.$parent = made;
      return this.changes.withAdded(this.object, made);
    }
    return fields.length ? [{ object: form, properties: { fields } }] : this.changes.without(this.object, form);
  }

  newId(label) {
    const taken = this.all.map((field) => field.get('id'));
    return idFrom(label, { taken, joint: '_', fallback: 'question', reserved: this.words.reserved_ids });
  }

  make(id, label, type) {
    const { carrier, widget } = this.written(type);
    const field = this.changes.create('camunda:FormField', { id, label, type: carrier }, formOf(this.object));
    if (widget) this.fill(field, this.withProperty(field, 'widget', widget));
    return field;
  }

  written(type) {
    return this.words.field_types.find((one) => one.id === type) ?? { carrier: type, widget: null };
  }

  add(label, type) {
    return this.setAll([...this.all, this.make(this.newId(label), label, type)]);
  }

  remove(field) {
    return this.setAll(this.all.filter((one) => one !== field));
  }

  move(field, step) {
    const fields = [...this.all];
    const at = fields.indexOf(field);
    fields.splice(at, 1);
    fields.splice(at + step, 0, field);
    return this.setAll(fields);
  }

  withProperty(field, name, value) {
    const holder = field.get('properties');
    const there = propertiesOf(field).find((one) => one.get('id') === name);
    if (there && value) return [{ object: there, properties: { value } }];
    if (!there && !value) return [];
    if (!holder) {
      const made = this.changes.create('camunda:Properties', {}, field);
      made.set('values', [this.changes.create('camunda:Property', { id: name, value }, made)]);
      return [{ object: field, properties: { properties: made } }];
    }
    const rest = propertiesOf(field).filter((one) => one !== there);
    const values = value ? [...rest, this.changes.create('camunda:Property', { id: name, value }, holder)] : rest;
    return [values.length ? { object: holder, properties: { values } } : { object: field, properties: { properties: undefined } }];
  }

  // Several properties at once: what one takes away must not bring back what another has written.
  withProperties(field, named) {
    const holder = field.get('properties') ?? this.changes.create('camunda:Properties', {}, field);
    const there = propertiesOf(field);
    const changed = [];
    const added = [];
    for (const [name, value] of Object.entries(named)) {
      const known = there.find((one) => one.get('id') === name);
      if (known && value) changed.push({ object: known, properties: { value } });
      else if (value) added.push(this.changes.create('camunda:Property', { id: name, value }, holder));
    }
    const values = [...there.filter((one) => named[one.get('id')] !== ''), ...added];
    if (!values.length) return [{ object: field, properties: { properties: undefined } }];
    if (field.get('properties')) return [...changed, { object: holder, properties: { values } }];
    holder.set('values', values);
    return [{ object: field, properties: { properties: holder } }];
  }

  withConstraints(field, named) {
    const holder = field.get('validation') ?? this.changes.create('camunda:Validation', {}, field);
    let constraints = [...constraintsOf(field)];
    for (const [name, config] of Object.entries(named)) {
      constraints = constraints.filter((one) => one.get('name') !== name);
      if (config === true) constraints = [this.changes.create('camunda:Constraint', { name }, holder), ...constraints];
      else if (config) constraints.push(this.changes.create('camunda:Constraint', { name, config }, holder));
    }
    if (!constraints.length) return [{ object: field, properties: { validation: undefined } }];
    return field.get('validation')
      ? [{ object: holder, properties: { constraints } }]
      : (holder.set('constraints', constraints), [{ object: field, properties: { validation: holder } }]);
  }

  retype(field, type) {
    const { carrier, widget } = this.written(type);
    const lost = Object.keys(BELONGS).filter((name) => !BELONGS[name].includes(type));
    const columns = type === 'table' ? [] : columnsOf(field).map(({ id }) => `column.${id}`);
    const gone = Object.fromEntries([...lost.filter((name) => name === 'pattern'), ...columns].map((name) => [name, '']));
    const values = CHOICES.includes(type) ? {} : { values: [] };
    return [
      { object: field, properties: { type: carrier, defaultValue: undefined, ...values } },
      ...this.withProperties(field, { ...gone, widget: widget ?? '' }),
      ...this.withConstraints(field, Object.fromEntries(lost.filter((name) => name !== 'pattern').map((name) => [name, '']))),
    ];
  }

  setOptions(field, options) {
    return [{ object: field, properties: { values: options } }];
  }

  option(field, id, label) {
    return this.changes.create('camunda:Value', { id, name: label }, field);
  }

  // Columns stand among the other properties, in their own order.
  setColumns(field, columns) {
    const before = Object.fromEntries(columnsOf(field).map(({ id }) => [`column.${id}`, '']));
    const after = Object.fromEntries(columns.map((column) => [`column.${column.id}`, columnText(column)]));
    const holder = field.get('properties') ?? this.changes.create('camunda:Properties', {}, field);
    const rest = propertiesOf(field).filter((one) => !(one.get('id') in before));
    const made = Object.entries(after).map(([id, value]) => this.changes.create('camunda:Property', { id, value }, holder));
    const values = [...rest, ...made];
    if (field.get('properties')) return [{ object: holder, properties: { values } }];
    holder.set('values', values);
    return [{ object: field, properties: { properties: holder } }];
  }

  // Writes changes into an object that stands in no diagram yet.
  fill(field, changes) {
    for (const { object, properties } of changes) for (const [name, value] of Object.entries(properties)) object.set(name, value);
    return field;
  }

  // Makes a question from data as the vocabulary gives it (a building block's form).
  from(data, step) {
    const field = this.make(data.id, data.label, data.type ?? 'string');
    const here = (text) => text?.replaceAll('THIS.', `${step}.`) ?? '';
    if (data.default) field.set('defaultValue', data.default);
    this.fill(field, this.withConstraints(field, {
      required: data.required ? true : '', min: data.minimum ?? '', max: data.maximum ?? '',
      minlength: data.min_length ? String(data.min_length) : '', maxlength: data.max_length ? String(data.max_length) : '',
    }));
    this.fill(field, this.withProperties(field, {
      'required-when': here(data.required_when), 'shown-when': here(data.shown_when), 'refuse-when': here(data.refuse_when),
      'refuse-message': data.refuse_message ?? '', pattern: data.pattern ?? '', help: data.help ?? '',
      classification: data.classification ?? '', register: data.register ?? '', 'shown-to': (data.shown_to ?? []).join(' '),
      ...Object.fromEntries((data.columns ?? []).map((column) => [`column.${column.id}`, columnText({ required: false, options: [], ...column })])),
    }));
    if (data.options) field.set('values', data.options.map((option) => this.option(field, option.id, option.label)));
    return field;
  }
}

// Renames a choice wherever conditions of the diagram name it, so that they mean the same as before.
export function renameChoice(nodes, flows, { step, field, from, to }) {
  const renamed = (text) => {
    const rule = text && rulesOf(text);
    if (!rule) return null;
    const isMeant = (row) => row.step === step && row.field === field;
    const swap = (value) => (Array.isArray(value) ? value.map(swap) : value === from ? to : value);
    const next = textOf({ ...rule, rows: rule.rows.map((row) => (isMeant(row) ? { ...row, value: swap(row.value) } : row)) });
    return next === textOf(rule) ? null : next;
  };
  const found = [];
  for (const flow of flows) {
    const body = renamed(flow.conditionExpression?.get('body'));
    if (body) found.push({ object: flow.conditionExpression, properties: { body } });
  }
  for (const node of nodes) {
    for (const one of fieldsOf(node).flatMap((each) => propertiesOf(each))) {
      const value = CONDITIONS.includes(one.get('id')) && renamed(one.get('value'));
      if (value) found.push({ object: one, properties: { value } });
    }
  }
  return found;
}
