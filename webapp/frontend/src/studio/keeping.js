// The canvas reads a file into its own model and writes that. What the model cannot hold (comments, elements and attributes that
// it does not know, raw text) is found by writing the file once before anything is changed, and put back whenever it is written.
import { byId, idOf, isModel, isText, nameOf, pairs, parse, textOf } from './pairs.js';
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
    const back = new Back(this.held, now, document);
    for (const [element, unchanged] of this.held) if (now.has(unchanged)) back.into(element, unchanged, now.get(unchanged));
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

  into(element, unchanged, target) {
    if (nameOf(element) !== nameOf(unchanged) && unchanged.isEqualNode(target)) {
      return target.replaceWith(this.document.importNode(element, true));
    }
    const isSame = nameOf(element) === nameOf(target);
    for (const attribute of element.attributes) attributeInto(attribute, unchanged, target, isSame);
    arrange(target, namesOf(element));
    const texts = this.texts(element, unchanged, target);
    if (texts === 'all') return undefined;
    for (const node of element.childNodes) {
      const isLost = isText(node) ? texts.includes(node) : !this.held.has(node);
      if (isLost && (isSame || !isModel(node))) this.insert(node, target);
    }
    return undefined;
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
      const there = this.placed.get(one) ?? this.now.get(this.held.get(one));
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
  if (!namespaceURI && !isSame) return undefined;
  const [drawn, is] = [unchanged, target].map((one) => one.getAttributeNS(namespaceURI, localName));
  if (drawn !== is || is === value) return undefined;
  if (namespaceURI === XSI) return is === null && target.setAttributeNS(XSI, name, value);
  return target.setAttributeNS(namespaceURI, name, value);
}

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
