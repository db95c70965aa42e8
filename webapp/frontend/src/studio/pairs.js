// Which element of one XML document is which of another that was written from it.
// What the model of the canvas knows.
export const KNOWN = [
  'http://www.omg.org/spec/BPMN/20100524/MODEL',
  'http://www.omg.org/spec/BPMN/20100524/DI',
  'http://www.omg.org/spec/DD/20100524/DC',
  'http://www.omg.org/spec/DD/20100524/DI',
  'http://camunda.org/schema/1.0/bpmn',
  'urn:siteward:bpmn:1',
];
const [MODEL, DRAWING] = KNOWN;

// What a browser cannot read it gives as a page about the mistake; to take that for the file would lose all of it.
export function parse(xml) {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  if (document.querySelector('parsererror')) throw new Error('This is not well-formed XML.');
  return document;
}
export const isModel = ({ namespaceURI }) => namespaceURI === MODEL || namespaceURI === DRAWING;
// The id that is given once in a file; that of a form field, say, is one in its form only.
export const idOf = (element) => (isModel(element) ? element.getAttribute('id') : null);
export const nameOf = ({ namespaceURI, localName }) => `${namespaceURI} ${localName}`;
export const isText = ({ nodeType }) => nodeType === Node.TEXT_NODE || nodeType === Node.CDATA_SECTION_NODE;
export const isBlank = (node) => Boolean(node) && isText(node) && !node.data.trim();
export const textOf = ({ childNodes }) => [...childNodes].filter(isText).map(({ data }) => data).join('');

export const byId = (document) => new Map([...document.querySelectorAll('[id]')].filter(idOf).map((one) => [idOf(one), one]));

// From elements to their twins: by id wherever they stand, else among the children of twins, the most alike first.
export function pairs(one, other) {
  const found = new Map([[one.documentElement, other.documentElement]]);
  const there = byId(other);
  for (const [id, element] of byId(one)) if (there.has(id)) found.set(element, there.get(id));
  const taken = new Set(found.values());
  for (const element of one.querySelectorAll('*')) {
    const twin = found.get(element);
    if (twin) children(element, twin, found, taken);
  }
  return found;
}

const LIKENESS = [
  (one) => [nameOf(one), ...attributes(one), textOf(one).trim()].join('\n'),
  (one) => [nameOf(one), one.getAttribute('id'), one.getAttribute('name')].join('\n'),
  nameOf,
  // The canvas writes some under the name of what they stand for.
  (one) => textOf(one).trim() || one,
];

function children(element, twin, found, taken) {
  for (const likeness of LIKENESS) {
    const free = new Map();
    for (const one of twin.children) if (!taken.has(one)) listed(free, likeness(one)).push(one);
    for (const child of element.children) {
      if (found.has(child)) continue;
      const alike = free.get(likeness(child)) ?? [];
      const match = alike.findIndex((one) => mayBe(child, one));
      if (match < 0) continue;
      found.set(child, alike[match]);
      taken.add(alike[match]);
      alike.splice(match, 1);
    }
  }
}

function listed(map, key) {
  if (!map.has(key)) map.set(key, []);
  return map.get(key);
}

// What has another id is another thing, however alike it looks.
function mayBe(one, other) {
  const [mine, theirs] = [one.getAttribute('id'), other.getAttribute('id')];
  return !mine || !theirs || mine === theirs;
}

const attributes = (element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort();
