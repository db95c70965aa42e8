// Puts a node among the children of an element, on a line of its own where the file has lines.
import { isText } from './pairs.js';

export function put(node, parent, { beside, next, last }) {
  const bare = isText(node) || holdsWords(parent);
  const line = bare ? '' : lineIn(parent);
  if (beside && last) return after(node, last, isText(node) || !line ? '' : ' ');
  if (next) return before(node, next, line);
  if (last ?? parent.lastElementChild) return after(node, last ?? parent.lastElementChild, line);
  if (!line) return parent.append(node);
  parent.textContent = '';
  return parent.append(line, node, line.slice(0, -2));
}

function before(node, next, line) {
  next.before(node);
  if (line) next.before(line);
}

function after(node, last, line) {
  last.after(node);
  if (line) node.before(line);
}

const holdsWords = ({ childNodes }) => [...childNodes].some((one) => isText(one) && one.data.trim());

// The canvas indents by two; a file on one line stays on one.
function lineIn(parent) {
  const root = parent.ownerDocument.documentElement;
  if (!root.firstChild || !isText(root.firstChild)) return '';
  let depth = 0;
  for (let one = parent; one; one = one.parentElement) depth += 1;
  return `\n${'  '.repeat(depth)}`;
}
