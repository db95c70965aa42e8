// Shows and requires fields as the diagram says, from data-shown-when and data-required-when.
// A condition: {"field","is","value"} with is one of = != < <= > >= in; {"and":[]}, {"or":[]}, {"not":c}, {"const":true}.
// A condition that comes upon a field without an answer does not hold, as on the server; only comparing with null asks
// for the answer's absence. The server decides again when the form is sent; this only keeps the page short.

const COMPARE = {
  '=': (a, b) => same(a, b),
  '!=': (a, b) => !same(a, b),
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  in: (a, b) => b.some((one) => same(a, one)),
};

const same = (a, b) => (Array.isArray(a) ? a.includes(b) : a === b);

class Unset extends Error {}

export function holds(condition, valueOf) {
  try {
    return judge(condition, valueOf);
  } catch (error) {
    if (error instanceof Unset) return false;
    throw error;
  }
}

function judge(condition, valueOf) {
  if ('const' in condition) return condition.const;
  if ('and' in condition) return condition.and.every((part) => judge(part, valueOf));
  if ('or' in condition) return condition.or.some((part) => judge(part, valueOf));
  if ('not' in condition) return !judge(condition.not, valueOf);
  const { field, is, value } = condition;
  const answer = typed(valueOf(field), typeof (Array.isArray(value) ? value[0] : value));
  if (answer === null && value !== null) throw new Unset();
  return COMPARE[is](answer, value);
}

// A lone checkbox gives true or false; conditions over choices of yes and no mean it as well.
function typed(value, kind) {
  if (Array.isArray(value)) return value.length ? value : null;
  if (value === null || value === '') return null;
  if (kind === 'number') return Number.isNaN(Number(value)) ? null : Number(value);
  if (kind === 'boolean') return value === true || ['true', 'yes', 'y'].includes(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}

function readValue(form, group, field) {
  const row = group.closest('[data-row]');
  const inRow = row?.querySelector(`[data-field$="-${CSS.escape(field)}"]`);
  const holder = inRow ?? form.querySelector(`[data-field="${CSS.escape(field)}"]`);
  if (!holder || holder.closest('[data-field][hidden]')) return null;
  const controls = [...holder.querySelectorAll('[name]')];
  if (controls[0]?.type === 'radio') return controls.find((one) => one.checked)?.value ?? null;
  if (controls[0]?.type === 'checkbox') {
    if (holder.classList.contains('field--checkbox')) return controls[0].checked;
    return controls.filter((one) => one.checked).map((one) => one.value);
  }
  return controls[0]?.value ?? null;
}

function show(group, shown) {
  group.hidden = !shown;
  for (const control of group.querySelectorAll('input, select, textarea, button')) {
    if (!shown && !control.disabled) {
      control.disabled = true;
      control.dataset.hiddenAway = '';
    } else if (shown && 'hiddenAway' in control.dataset && !control.closest('[data-field][hidden]')) {
      control.disabled = false;
      delete control.dataset.hiddenAway;
    }
  }
}

function require(group, required) {
  const mark = group.querySelector('[data-mark]');
  if (mark) {
    mark.textContent = required ? '*' : '(optional)';
    mark.classList.toggle('mark--required', required);
  }
  for (const control of group.querySelectorAll('input:not([type=radio], [type=checkbox]), select, textarea')) {
    control.required = required;
  }
}

function apply(form) {
  // A field that hides may hide others in turn; diagrams nest a few levels at most.
  for (let pass = 0, changed = true; changed && pass < 6; pass += 1) {
    changed = false;
    for (const group of form.querySelectorAll('[data-shown-when]')) {
      const shown = holds(JSON.parse(group.dataset.shownWhen), (field) => readValue(form, group, field));
      if (shown === group.hidden) {
        show(group, shown);
        changed = true;
      }
    }
  }
  for (const group of form.querySelectorAll('[data-required-when]')) {
    require(group, holds(JSON.parse(group.dataset.requiredWhen), (field) => readValue(form, group, field)));
  }
}

export function followConditions(form) {
  if (!form.querySelector('[data-shown-when], [data-required-when]')) return;
  if (!form.conditionsFollowed) {
    form.conditionsFollowed = true;
    for (const event of ['input', 'change', 'rows:changed']) form.addEventListener(event, () => apply(form));
  }
  apply(form);
}
