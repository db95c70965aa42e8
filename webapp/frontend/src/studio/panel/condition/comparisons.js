// Which comparisons an answer of a type allows, in words, and which value they begin with.
const IS = { '=': 'is', '!=': 'is not' };
const ANSWERED = { answered: 'is answered', open: 'is left open' };
const MORE = { ...IS, '<': 'is less than', '<=': 'is at most', '>': 'is more than', '>=': 'is at least' };
const DAYS = { '=': 'is', '!=': 'is not', '<': 'is before', '<=': 'is not after', '>': 'is after', '>=': 'is not before' };

const BY_TYPE = {
  enum: { ...IS, in: 'is one of', 'not in': 'is none of', ...ANSWERED },
  'multi-enum': { has: 'includes', 'has not': 'does not include', ...ANSWERED },
  boolean: { '=': 'is' },
  long: { ...MORE, ...ANSWERED },
  decimal: { ...MORE, ...ANSWERED },
  date: { ...DAYS, ...ANSWERED },
  string: { ...IS, ...ANSWERED },
  'long-text': { ...ANSWERED },
  url: { ...IS, ...ANSWERED },
  email: { ...IS, ...ANSWERED },
};

export const TIMES = { '>=': 'at least', '<=': 'at most', '=': 'exactly', '>': 'more than', '<': 'fewer than', '!=': 'other than' };

export function comparisonsFor(field, now) {
  const known = BY_TYPE[field?.type] ?? ANSWERED;
  const all = known[now] ? known : { ...known, ...(now ? { [now]: { ...MORE, ...BY_TYPE.enum, ...BY_TYPE['multi-enum'] }[now] ?? now } : {}) };
  return Object.entries(all).map(([value, label]) => ({ value, label }));
}

export function firstComparison(field) {
  return Object.keys(BY_TYPE[field?.type] ?? ANSWERED)[0];
}

// The value that a row has when its answer or its comparison has just been chosen.
export function firstValue(field, is, before) {
  if (is === 'answered' || is === 'open') return null;
  if (is === 'in' || is === 'not in') return Array.isArray(before) ? before : typeof before === 'string' && before ? [before] : [];
  if (field?.type === 'boolean') return typeof before === 'boolean' ? before : true;
  if (Array.isArray(before)) return before[0] ?? '';
  return before ?? '';
}
