// The canvas reads a file into its own model and writes that. What the model cannot hold (comments, elements and attributes that
// it does not know, raw text) is found by writing the file once before anything is changed, and put back whenever it is written.
import { byId, idOf, isBlank, isModel, isText, KNOWN, nameOf, pairs, parse, textOf } from './pairs.js';
import { put } from './putting.js';

const XMLNS = 'http://www.w3.org/2000/xmlns/';
// What XML lets one write in two ways, and what may hold the same signs.
const SIGNS = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|\/>|&quot;/g;
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

export class Keeping {
  // The file as it was opened, and as the canvas writes it unchanged.
  constructor(original, unchanged) {
    this.declaration = /^\s*(<\?xml[^>]*?encoding=["']utf-?8["'][^>]*\?>)/i.exec(original)?.[1];
    this.namesAtTop = namesAtTop(original);
    this.manner = { '/>': original.includes('" />') ? ' />' : '/>', '&quot;': original.includes('&#34;') ? '&#34;' : '&quot;' };
    this.original = parse(original);
    this.unchanged = parse(unchanged);
    this.held = pairs(this.original, this.unchanged);
  }

  // Gives what the canvas writes now, with all that it cannot hold, except what was inside of something that is gone.
  putBack(xml) {
    const document = parse(xml);
    const now = pairs(this.unchanged, document);
    new Back(this.held, now, document).visit(this.original.documentElement);
    arrange(document.documentElement, this.namesAtTop);
    return this.written(document, xml);
  }

  written(document, xml) {
    const declaration = this.declaration ?? /^<\?xml[^>]*\?>/.exec(xml)?.[0];
    const { documentElement: root, childNodes } = this.original;
    const at = [...childNodes].indexOf(root);
    const around = [...childNodes].map((one, index) => text(index === at ? document.documentElement : one));
    const written = `${[declaration, ...around].filter(Boolean).join('\n')}${xml.endsWith('\n') ? '\n' : ''}`;
    return written.replaceAll(SIGNS, (found) => this.manner[found] ?? found);
  }
}

const text = (node) => new XMLSerializer().serializeToString(node);

class Back {
  constructor(held, now, document) {
    Object.assign(this, { held, now, document, ids: byId(document), placed: new Map() });
  }

  // What nobody changed is as it was written, to the last space. What is in something that is gone may have moved elsewhere.
  visit(element) {
    const unchanged = this.held.get(element);
    if (!unchanged) return;
    const target = this.now.get(unchanged);
    if (target && unchanged.isEqualNode(target) && !this.clashes(element)) {
      const made = this.document.importNode(element, true);
      this.placed.set(element, made);
      target.replaceWith(made);
      return;
    }
    if (target) this.into(element, unchanged, target);
    for (const child of element.children) this.visit(child);
  }

  // An id of what the canvas did not see may have been given anew.
  clashes(element) {
    return [...element.querySelectorAll('[id]')].some((one) => !this.held.has(one) && this.ids.has(idOf(one)));
  }

  into(element, unchanged, target) {
    const isSame = nameOf(element) === nameOf(target);
    for (const attribute of element.attributes) attributeInto(attribute, unchanged, target, isSame);
    arrange(target, namesOf(element));
    this.order(element, unchanged, target);
    const texts = this.texts(element, unchanged, target);
    if (texts === 'all') return;
    for (const node of element.childNodes) {
      const isLost = isText(node) ? texts.includes(node) : !this.held.has(node);
      if (isLost && (isSame || !isModel(node))) this.insert(node, target);
    }
    if (!textOf(target).trim()) this.space(element, target);
  }

  // The canvas has an order of its own; where it is still that one, the order of the file is taken.
  order(element, unchanged, target) {
    const there = (one) => one?.parentNode === target;
    const wanted = [...element.children].map((one) => this.there(one)).filter(there);
    const known = new Set(wanted);
    const current = [...target.children].filter((one) => known.has(one));
    const drawn = [...unchanged.children].map((one) => this.now.get(one)).filter((one) => known.has(one));
    if (current.some((one, index) => one !== drawn[index]) || current.every((one, index) => one === wanted[index])) return;
    const places = current.map((one) => {
      const place = this.document.createComment('');
      one.replaceWith(place);
      return place;
    });
    places.forEach((place, index) => place.replaceWith(wanted[index]));
  }

  // The lines and spaces before what is still there.
  space(element, target) {
    for (const node of element.childNodes) {
      const there = isText(node) ? null : this.there(node);
      if (there?.parentNode !== target || !isBlank(there.previousSibling)) continue;
      there.previousSibling.data = isBlank(node.previousSibling) ? node.previousSibling.data : '';
    }
    if (isBlank(element.lastChild) && isBlank(target.lastChild)) target.lastChild.data = element.lastChild.data;
  }

  there(node) {
    return this.placed.get(node) ?? this.now.get(this.held.get(node));
  }

  // Which texts are to be put back; 'all' where the whole content was put back, remarks inside of it too.
  texts(element, unchanged, target) {
    const [was, drawn, is] = [element, unchanged, target].map(textOf);
    const isRaw = [...element.childNodes].some(({ nodeType }) => nodeType === Node.CDATA_SECTION_NODE);
    if (!was.trim() || drawn !== is || (was === drawn && !isRaw)) return [];
    if (!element.children.length && !target.children.length) {
      target.replaceChildren(...[...element.childNodes].map((one) => this.document.importNode(one, true)));
      return 'all';
    }
    if (was.trim() === drawn.trim()) return [];
    [...target.childNodes].filter((one) => isText(one) && one.data.trim()).forEach((one) => one.remove());
    return [...element.childNodes].filter((one) => isText(one) && one.data.trim());
  }

  insert(node, target) {
    const made = this.document.importNode(node, true);
    if (made.nodeType === Node.ELEMENT_NODE) {
      if (this.ids.has(idOf(made))) return;
      for (const one of made.querySelectorAll('[id]')) if (this.ids.has(idOf(one))) one.remove();
    }
    this.placed.set(node, made);
    put(made, target, { beside: neighbour(node), next: this.near(node, target, 'nextSibling'), last: this.near(node, target, 'previousSibling') });
  }

  // The nearest neighbour that is there: in the same place, or put back there.
  near(node, target, direction) {
    for (let one = node[direction]; one; one = one[direction]) {
      const there = this.there(one);
      if (there?.parentNode === target) return there;
    }
    return null;
  }
}

// Whether it stands on the line of what is before it.
function neighbour({ previousSibling: before }) {
  if (!before) return false;
  return isText(before) ? !before.data.includes('\n') && Boolean(before.previousSibling) : true;
}

function attributeInto({ namespaceURI, localName, name, value }, unchanged, target, isSame) {
  if (namespaceURI === XMLNS) return declare(name, localName, value, target);
  const [drawn, is] = [unchanged, target].map((one) => one.getAttributeNS(namespaceURI, localName));
  if (!isSame && !isOfOthers(namespaceURI)) return undefined;
  // Made another kind of step, it has lost what no kind knows.
  if (!isSame && is === null) return target.setAttributeNS(namespaceURI, name, value);
  if (drawn !== is || is === value) return undefined;
  if (namespaceURI === XSI) return is === null && target.setAttributeNS(XSI, name, value);
  return target.setAttributeNS(namespaceURI, name, value);
}

const isOfOthers = (namespaceURI) => namespaceURI && namespaceURI !== XSI && !KNOWN.includes(namespaceURI);

// A prefix may be used in a value. The default one is left: the canvas has its own.
function declare(name, prefix, uri, target) {
  if (name !== 'xmlns' && target.lookupNamespaceURI(prefix) === null) target.setAttributeNS(XMLNS, name, uri);
}

// As the file had them: fewer lines differ, and of two prefixes of one namespace the canvas takes the same each time.
function arrange(target, names) {
  const order = new Map(names.map((name, index) => [name, index]));
  const place = ({ name }) => order.get(name) ?? order.size;
  const there = [...target.attributes];
  const wanted = [...there].sort((one, other) => place(one) - place(other));
  if (wanted.every((one, index) => one === there[index])) return;
  for (const one of there) target.removeAttributeNode(one);
  for (const one of wanted) target.setAttributeNode(one);
}

const namesOf = ({ attributes }) => [...attributes].map(({ name }) => name);

// As they were written: what parses XML may sort the declarations.
function namesAtTop(xml) {
  const [top] = /<[^\s?!/>](?:"[^"]*"|'[^']*'|[^>"'])*>/.exec(xml.replaceAll(/<!--[^]*?-->|<\?[^]*?\?>/g, ''));
  return [...top.matchAll(/([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')/g)].map(([, name]) => name);
}
