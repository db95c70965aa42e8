// The problems below the canvas, what blocks publishing first; each leads to its element, and along its way.
import { go } from './canvas.js';
import { counted, shape, titleOf } from './names.js';
import { fieldsOf, labelOf } from './panel/form/model.js';

const SEVERITIES = {
  error: ['refused', 'Problem'],
  warning: ['attention', 'Warning'],
  info: ['waiting', 'To know'],
};
const ORDER = Object.keys(SEVERITIES);
// Where in the panel a finding is mended, by its code.
const ENTRIES = {
  ...{ 'no-name': 'name', 'no-due': 'due', 'bad-due': 'due', 'no-timer': 'timer', 'bad-timer': 'timer', 'no-message': 'message' },
  ...{ 'unknown-act': 'act', 'act-performer': 'act', 'act-party': 'party', 'unknown-party': 'party', 'no-clause': 'clauses', 'unknown-clause': 'clauses' },
  ...{ 'no-topic': 'operation', 'unknown-topic': 'operation', 'no-called': 'called', 'unknown-called': 'called', 'outcomes-missing': 'new-question' },
  ...{ 'flow-without-condition': 'condition', 'bad-condition': 'condition', 'read-before-asked': 'condition', 'may-be-empty': 'condition' },
};

export function problemList({ root, page, modeler, walk }) {
  const place = root.querySelector('[data-problem-list]');
  const title = root.querySelector('[data-problem-count]');
  const registry = modeler.get('elementRegistry');
  let unmark = () => {};
  let isOpen = false;

  function show(findings) {
    walk.end();
    const sorted = [...findings].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
    const errors = sorted.filter(({ severity }) => severity === 'error');
    const rest = sorted.filter(({ severity }) => severity !== 'error');
    unmark();
    unmark = mark(modeler, root, sorted);
    title.textContent = errors.length ? String(errors.length) : '';
    const parts = errors.length ? [listed(errors)] : [];
    if (!findings.length) parts.push(quiet('None. The steps, the conditions and the rules of the policy all hold together.'));
    else if (rest.length) parts.push(folded(rest));
    keepFocus(place, () => place.replaceChildren(...parts));
  }

  function folded(rest) {
    const details = document.createElement('details');
    details.open = isOpen;
    details.addEventListener('toggle', () => (isOpen = details.open));
    const summary = document.createElement('summary');
    summary.textContent = rest.length === 1 ? '1 warning or note that does not block publishing' : `${rest.length} warnings and notes that do not block publishing`;
    details.append(summary, listed(rest));
    return details;
  }

  function listed(findings) {
    const list = Object.assign(document.createElement('ol'), { className: 'problems' });
    list.setAttribute('role', 'list');
    list.append(...findings.map(row));
    return list;
  }

  function row(finding) {
    const [kind, word] = SEVERITIES[finding.severity];
    const item = Object.assign(document.createElement('li'), { className: `problem problem--${finding.severity}` });
    const head = Object.assign(document.createElement('p'), { className: 'problem__head' });
    const status = Object.assign(document.createElement('span'), { className: `status status--${kind}` });
    status.append(shape(root, kind), word);
    head.append(status);
    const element = finding.element && registry.get(finding.element);
    const words = finding.message.split(page.way)[0];
    const body = Object.assign(document.createElement('p'), { className: 'problem__words' });
    if (element) {
      const link = button(words, 'problem__go', () => goTo(modeler, element, finding));
      link.dataset.element = element.id;
      body.append(link);
      head.append(Object.assign(document.createElement('span'), { className: 'problem__where', textContent: titleOf(element) }));
    } else {
      body.append(words);
    }
    item.append(head, body);
    if (finding.way?.length) item.append(button(`See the way there in ${counted(finding.way.length, 'step')}`, 'problem__way', (event) => walk.begin(finding, event.currentTarget)));
    return item;
  }

  return { show };
}

// To the element, and on to what the problem is about: a question of its form, or an entry of the panel.
function goTo(modeler, element, { code, message }) {
  go(modeler, element.id);
  const meant = fieldsOf(element.businessObject).find((field) => message.includes(`"${labelOf(field)}"`));
  const entry = meant ? `question:${meant.get('id')}` : ENTRIES[code];
  if (entry) modeler.get('eventBus').fire('propertiesPanel.showEntry', { id: entry });
}

// The list is made anew by each verdict; whoever stands on a row stays on the same one.
function keepFocus(place, change) {
  const words = place.contains(document.activeElement) ? document.activeElement.textContent : null;
  change();
  if (words) [...place.querySelectorAll('button')].find((one) => one.textContent === words)?.focus();
}

function mark(modeler, root, findings) {
  const canvas = modeler.get('canvas');
  const overlays = modeler.get('overlays');
  const registry = modeler.get('elementRegistry');
  const worst = new Map();
  for (const { element, severity } of findings) {
    if (severity !== 'info' && registry.get(element) && !worst.has(element)) worst.set(element, severity);
  }
  for (const [id, severity] of worst) {
    canvas.addMarker(id, `has-${severity}`);
    const html = Object.assign(document.createElement('div'), { className: `flag flag--${severity}` });
    html.append(shape(root, SEVERITIES[severity][0]));
    overlays.add(id, 'problem', { html, position: registry.get(id).waypoints ? { bottom: 9, left: -9 } : { top: -10, left: -10 }, show: { minZoom: 0.3 } });
  }
  return () => {
    overlays.remove({ type: 'problem' });
    for (const [id, severity] of worst) if (registry.get(id)) canvas.removeMarker(id, `has-${severity}`);
  };
}

function button(words, className, act) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: words, className });
  made.addEventListener('click', act);
  return made;
}

const quiet = (words) => Object.assign(document.createElement('p'), { className: 'studio__quiet', textContent: words });
