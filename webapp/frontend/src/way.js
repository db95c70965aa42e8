// A way through diagrams, step by step: the list is there without scripts; this paints the same on the picture.
import { draw } from './drawing.js';

export async function follow(way, holder, read) {
  const told = JSON.parse(way.querySelector('script[type="application/json"]').textContent);
  // Several ways on one page share their pictures, which may be large.
  const { steps, diagrams = JSON.parse(document.querySelector('[data-way-pictures]').textContent) } = told;
  const links = [...way.querySelectorAll('[data-way-step]')];
  const sources = new Map();
  const sourceOf = (key) => {
    const { url, xml } = diagrams[key] ?? {};
    if (!sources.has(key)) sources.set(key, xml ?? (url ? read(url) : undefined));
    return sources.get(key);
  };
  const missing = way.querySelector('[data-way-missing]');
  let at = Math.max(0, links.findIndex((link) => link.getAttribute('aria-current') === 'step'));
  let shown = null;
  let drawing = null;
  let turn = Promise.resolve();

  const paint = async (number) => {
    const key = steps[number].diagram;
    const source = key === shown ? undefined : await sourceOf(key);
    const state = stateAt(steps, number, way.dataset.wayWrong !== undefined);
    missing.hidden = key === shown || Boolean(source);
    if (!missing.hidden) return;
    const title = `${steps[number].name}, step ${number + 1} of ${steps.length}`;
    if (drawing) await drawing.show(state, source, title);
    else drawing = await draw(holder, source, state, title);
    shown = key;
  };
  const go = (number) => {
    if (number < 0 || number >= steps.length || number === at) return;
    at = number;
    tell(way, links, steps, at);
    // One after the other: a diagram may still be on its way while the next step is asked for.
    turn = turn.then(() => (number === at ? paint(number) : undefined)).catch(() => {});
  };

  bringIntoSight(way.querySelector('[data-way-list]'), links[at]);
  turn = paint(at);
  await turn;
  holder.dataset.ready = 'true';
  listen(way, links, () => at, go);
}

// What has been passed until then in this visit of the diagram of the step, where it is, and what waits there meanwhile.
function stateAt(steps, number, endsWrong) {
  const { diagram, element, visit = 1, waits = [] } = steps[number];
  const isThere = (one) => one.diagram === diagram && (one.visit ?? 1) === visit;
  const passed = new Set(steps.slice(0, number + 1).filter(isThere).flatMap((step) => [step.element, ...step.flows]));
  passed.delete(element);
  const live = waits.filter(isThere).map((one) => one.element);
  const wrong = endsWrong && number === steps.length - 1;
  return { passed: [...passed], ends: true, live, liveWords: 'Waits here', here: element, hereWords: wrong ? 'Here it goes wrong' : `Step ${number + 1}`, wrong };
}

function tell(way, links, steps, at) {
  links.forEach((link, number) => {
    if (number === at) link.setAttribute('aria-current', 'step');
    else link.removeAttribute('aria-current');
  });
  bringIntoSight(way.querySelector('[data-way-list]'), links[at]);
  way.querySelector('[data-way-now]').textContent =
    `Step ${at + 1} of ${steps.length}, in "${steps[at].name}": ${steps[at].sentence}`;
  const waits = links[at].parentElement.querySelector('[data-way-waits]')?.textContent ?? '';
  way.querySelector('[data-way-meanwhile]').textContent = waits;
  const [previous, next] = ['[data-way-previous]', '[data-way-next]'].map((one) => way.querySelector(one));
  point(previous, links[at - 1]);
  point(next, links[at + 1]);
  const address = links[at].getAttribute('href');
  // Each step has its own address, and Back leads to the page before, not through all steps.
  if (address.startsWith('?') || address.startsWith('/')) history.replaceState(null, '', address);
}

// Only the list is scrolled; the page stays where the reader is.
function bringIntoSight(list, link) {
  const line = link.getBoundingClientRect();
  const frame = list.getBoundingClientRect();
  if (line.top < frame.top) list.scrollTop -= frame.top - line.top + 8;
  if (line.bottom > frame.bottom) list.scrollTop += line.bottom - frame.bottom + 8;
}

function point(button, link) {
  if (link) {
    button.setAttribute('href', link.getAttribute('href'));
    button.removeAttribute('aria-disabled');
  } else {
    button.removeAttribute('href');
    button.setAttribute('aria-disabled', 'true');
    button.setAttribute('role', 'link');
    button.setAttribute('tabindex', '0');
  }
}

function listen(way, links, at, go) {
  const buttons = way.querySelector('[data-way-buttons]');
  buttons.hidden = false;
  way.addEventListener('click', (event) => {
    const link = event.target.closest?.('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const by = { wayPrevious: -1, wayNext: 1 };
    const name = Object.keys(by).find((one) => one in link.dataset);
    const number = name ? at() + by[name] : links.indexOf(link);
    if (number < 0 && !name) return;
    event.preventDefault();
    go(number);
  });
  const alone = document.querySelectorAll('[data-way]').length === 1;
  document.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    // On the picture the arrows move it; while somebody types they move the cursor.
    if (event.target.closest?.('input, select, textarea, dialog, [role=application]')) return;
    if (!alone && !way.contains(event.target)) return;
    event.preventDefault();
    go(at() + by);
  });
}
