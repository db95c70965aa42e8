// Conditions as rows of drop-downs, and back to the text that stands in the diagram. No part of the page is needed here.
//
// A rule: {join: 'and' | 'or', isNot, rows}. A row: {step, field, is, value} and, for answers that are counted,
// {times: {is, number}}; `is` is one of SIGNS. What does not fit into rows gives null: it is kept as text.

export const SIGNS = ['=', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'has', 'has not', 'answered', 'open'];

const TOKEN = /\s*(?:("(?:[^"\\]|\\["\\])*")|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)(?!\.)|([A-Za-z_][\w-]*)(?!\.)|(!=|<=|>=|[=<>()[\],]))/y;
const ORDERED = ['=', '!=', '<', '<=', '>', '>='];
const WORDS = { true: true, false: false, null: null };
const OPPOSITE = { in: 'not in', has: 'has not', 'not in': 'in', 'has not': 'has' };

class TooRich extends Error {}

export const ALWAYS = 'true';

export function rulesOf(text) {
  try {
    const reader = new Reader(tokens(text));
    const tree = reader.alternatives();
    return reader.isAtEnd ? asRule(tree) : null;
  } catch (error) {
    if (error instanceof TooRich) return null;
    throw error;
  }
}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim()) {
    const match = TOKEN.exec(text);
    if (!match) throw new TooRich();
    const [, quoted, number, name, word, sign] = match;
    if (quoted !== undefined) found.push({ literal: quoted.slice(1, -1).replace(/\\(["\\])/g, '$1') });
    else if (number !== undefined) found.push({ literal: Number(number), written: number });
    else if (name !== undefined) found.push({ name: name.split('.') });
    else if (word in WORDS) found.push({ literal: WORDS[word] });
    else found.push({ word: word ?? sign });
  }
  return found;
}

class Reader {
  constructor(all) {
    this.all = all;
    this.at = 0;
  }

  get isAtEnd() {
    return this.at === this.all.length;
  }

  take(word) {
    if (this.all[this.at]?.word !== word) return false;
    this.at += 1;
    return true;
  }

  expect(word) {
    if (!this.take(word)) throw new TooRich();
  }

  next() {
    if (this.isAtEnd) throw new TooRich();
    return this.all[this.at++];
  }

  joined(word, part) {
    const parts = [part()];
    while (this.take(word)) parts.push(part());
    return parts.length === 1 ? parts[0] : { [word]: parts };
  }

  alternatives() {
    return this.joined('or', () => this.joined('and', () => this.single()));
  }

  inBrackets() {
    this.expect('(');
    const inner = this.alternatives();
    this.expect(')');
    return inner;
  }

  single() {
    if (this.take('not')) return { not: this.inBrackets() };
    if (this.all[this.at]?.word === '(') return this.inBrackets();
    if (this.take('count')) return this.counted();
    const left = this.next();
    if ('literal' in left) return this.contained(left);
    if (!left.name) throw new TooRich();
    const [step, field] = left.name;
    if (this.take('in')) return { row: { step, field, is: 'in', value: this.list() } };
    const sign = ORDERED.find((one) => this.take(one));
    if (!sign) return { row: { step, field, is: '=', value: true } };
    return { row: compared(step, field, sign, this.next()) };
  }

  contained(left) {
    // A lone true holds always, which is a rule of its own.
    if (!this.take('in')) throw new TooRich();
    const { name } = this.next();
    if (!name) throw new TooRich();
    return { row: { step: name[0], field: name[1], is: 'has', value: left.literal } };
  }

  list() {
    const values = [];
    this.expect('[');
    do values.push(this.next().literal);
    while (this.take(','));
    this.expect(']');
    if (values.some((one) => typeof one !== 'string')) throw new TooRich();
    return values;
  }

  counted() {
    const inner = this.inBrackets();
    const sign = ORDERED.find((one) => this.take(one));
    const number = sign && this.next().literal;
    if (!inner.row || inner.row.times || typeof number !== 'number') throw new TooRich();
    return { row: { ...inner.row, times: { is: sign, number } } };
  }
}

function compared(step, field, sign, right) {
  if (!('literal' in right)) throw new TooRich();
  if (right.literal === null) {
    if (sign !== '=' && sign !== '!=') throw new TooRich();
    return { step, field, is: sign === '=' ? 'open' : 'answered', value: null };
  }
  // Decimals stay as they are written: 1.50 is not to become 1.5.
  return { step, field, is: sign, value: right.written?.includes('.') ? { number: right.written } : right.literal };
}

function asRule(tree) {
  if (tree.not) {
    const inner = negatedRow(tree.not);
    if (inner) return { join: 'and', isNot: false, rows: [inner] };
    return { ...asRule(tree.not), isNot: true };
  }
  const join = tree.or ? 'or' : 'and';
  const parts = tree.or ?? tree.and ?? [tree];
  return { join, isNot: false, rows: parts.map(asRow) };
}

function asRow(part) {
  const row = part.row ?? (part.not && negatedRow(part.not));
  if (!row) throw new TooRich();
  return row;
}

const negatedRow = ({ row }) => (row && !row.times && OPPOSITE[row.is] ? { ...row, is: OPPOSITE[row.is] } : null);

export function textOf({ join, isNot, rows }) {
  const text = rows.map(rowText).join(` ${join} `);
  return isNot ? `not(${text})` : text;
}

function rowText(row) {
  const name = `${row.step}.${row.field}`;
  const text = inner(name, row);
  return row.times ? `count(${text}) ${row.times.is} ${row.times.number}` : text;
}

function inner(name, { is, value }) {
  if (is === 'answered' || is === 'open') return `${name} ${is === 'open' ? '=' : '!='} null`;
  if (is === 'in') return `${name} in [${value.map(literal).join(', ')}]`;
  if (is === 'not in') return `not(${name} in [${value.map(literal).join(', ')}])`;
  if (is === 'has') return `${literal(value)} in ${name}`;
  if (is === 'has not') return `not(${literal(value)} in ${name})`;
  return `${name} ${is} ${literal(value)}`;
}

function literal(value) {
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`;
  return value?.number ?? String(value);
}

export const isComplete = (row) =>
  Boolean(row.step && row.field) &&
  (['answered', 'open'].includes(row.is) || (Array.isArray(row.value) ? row.value.length > 0 : row.value !== null && row.value !== ''));
