// Walks the way to a problem, step by step on the canvas; steps of called diagrams are told in words only.
import { mark } from '../marks.js';

// Who waits while this step is done, in a sentence.
function meanwhile({ waits = [] }) {
  const told = waits.filter((one) => !one.is_around).map(({ title, party }) => (title ? `“${title}”${party ? ` (${party})` : ''}` : 'a branch, for the others'));
  return told.length ? ` Meanwhile waits: ${told.join(', ')}.` : '';
}

export function walking({ root, page, modeler }) {
  const pane = root.querySelector('[data-walk]');
  const said = pane.querySelector('[data-walk-now]');
  const [previous, next] = ['[data-walk-previous]', '[data-walk-next]'].map((one) => pane.querySelector(one));
  let way = null;
  let at = 0;
  let opener = null;
  let unmark = () => {};

  function begin(finding, from) {
    way = finding.way;
    opener = from;
    // The pad beside a chosen element would cover the way.
    modeler.get('selection').select(null);
    pane.hidden = false;
    go(0);
    next.focus();
    pane.scrollIntoView({ block: 'nearest' });
  }

  function go(number) {
    if (number < 0 || number >= way.length) return;
    at = number;
    const step = way[at];
    const last = at === way.length - 1;
    const elsewhere = step.diagram !== page.process;
    const where = elsewhere ? ` in “${step.name}”, which is not on this canvas` : '';
    said.textContent = `Step ${at + 1} of ${way.length}${where}: ${step.sentence}${meanwhile(step)}`;
    said.classList.toggle('is-wrong', last);
    previous.setAttribute('aria-disabled', String(at === 0));
    next.setAttribute('aria-disabled', String(last));
    paint(step, elsewhere, last);
  }

  function paint(step, elsewhere, last) {
    const here = elsewhere ? null : step.element;
    // Of a diagram that is entered again only the latest visit is painted.
    const visit = way.slice(0, at + 1).findLast(({ diagram }) => diagram === page.process)?.visit ?? 1;
    const isOfIt = (one) => one.diagram === page.process && (one.visit ?? 1) === visit;
    const before = way.slice(0, at + 1).filter(isOfIt);
    const live = (step.waits ?? []).filter(isOfIt).map(({ element }) => element);
    const passed = new Set(before.flatMap(({ element, flows }) => [element, ...flows]));
    passed.delete(here);
    unmark();
    unmark = mark(modeler, { passed: [...passed], ends: true, live, liveWords: 'Waits here', here, hereWords: last ? 'Here it goes wrong' : `Step ${at + 1}`, wrong: last });
    const element = here && modeler.get('elementRegistry').get(here);
    if (element) modeler.get('canvas').scrollToElement(element, 80);
  }

  function end() {
    if (!way) return;
    const had = pane.contains(document.activeElement);
    way = null;
    pane.hidden = true;
    unmark();
    unmark = () => {};
    if (had) opener?.focus();
  }

  previous.addEventListener('click', () => go(at - 1));
  next.addEventListener('click', () => go(at + 1));
  pane.querySelector('[data-walk-end]').addEventListener('click', end);
  pane.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') end();
    if (!by) return;
    event.preventDefault();
    go(at + by);
  });
  return { begin, end };
}
