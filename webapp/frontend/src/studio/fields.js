// The form of a building block, written as modelers write it: camunda:formData.
const PROPERTIES = [
  ['help', 'help'],
  ['required_when', 'required-when'],
  ['shown_when', 'shown-when'],
  ['refuse_when', 'refuse-when'],
  ['refuse_message', 'refuse-message'],
  ['pattern', 'pattern'],
  ['classification', 'classification'],
  ['register', 'register'],
];
const CONSTRAINTS = [
  ['minimum', 'min'],
  ['maximum', 'max'],
  ['min_length', 'minlength'],
  ['max_length', 'maxlength'],
];

// `element` is the id of the step: conditions of a block call it THIS. `types` are the vocabulary's field types.
export function formData(create, fields, element, types) {
  const form = create('camunda:FormData', {});
  form.fields = fields.map((field) => owned(formField(create, field, element, types), form));
  return form;
}

function formField(create, field, element, types) {
  const { carrier, widget } = types.find(({ id }) => id === field.type);
  const made = create('camunda:FormField', { id: field.id, label: field.label, type: carrier });
  if (field.default) made.defaultValue = field.default;
  const told = properties(field, widget, element);
  if (told.length) {
    made.properties = owned(create('camunda:Properties', {}), made);
    made.properties.values = told.map(([id, value]) => owned(create('camunda:Property', { id, value }), made.properties));
  }
  const rules = constraints(field);
  if (rules.length) {
    made.validation = owned(create('camunda:Validation', {}), made);
    made.validation.constraints = rules.map((rule) => owned(create('camunda:Constraint', rule), made.validation));
  }
  if (field.options?.length) made.values = field.options.map(({ id, label }) => owned(create('camunda:Value', { id, name: label }), made));
  return made;
}

function properties(field, widget, element) {
  const about = (value) => String(value).replaceAll('THIS.', `${element}.`);
  const told = PROPERTIES.filter(([name]) => field[name]).map(([name, id]) => [id, name.endsWith('_when') ? about(field[name]) : String(field[name])]);
  const shownTo = field.shown_to?.length ? [['shown-to', field.shown_to.join(' ')]] : [];
  const columns = (field.columns ?? []).map((column) => [`column.${column.id}`, columnText(column)]);
  return [...(widget ? [['widget', widget]] : []), ...told, ...shownTo, ...columns];
}

// Label | type | required | a=Label A; b=Label B
function columnText({ label, type, required, options = [] }) {
  const choices = options.map((one) => `${one.id}=${one.label}`).join('; ');
  return [label, type, required ? 'required' : '', choices].join(' | ').replace(/( \| )+$/, '');
}

function constraints(field) {
  const found = field.required ? [{ name: 'required' }] : [];
  for (const [name, id] of CONSTRAINTS) if (field[name] != null) found.push({ name: id, config: String(field[name]) });
  return found;
}

function owned(child, parent) {
  child.$parent = parent;
  return child;
}
