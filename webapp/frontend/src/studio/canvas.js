// The canvas: bpmn-js without its own palette, which no key reaches, and with the panel beside it.
import GlobalConnectModule from 'diagram-js/lib/features/global-connect';
import HandToolModule from 'diagram-js/lib/features/hand-tool';
import LassoToolModule from 'diagram-js/lib/features/lasso-tool';
import Modeler from 'bpmn-js/lib/Modeler';
import PaletteModule from 'bpmn-js/lib/features/palette';
import SpaceToolModule from 'bpmn-js/lib/features/space-tool';
import { lossless } from './lossless.js';
import { rowAbove } from './pad.js';
import { moddle, panelModule } from './panel/index.js';

// Below the one, labels cannot be read; at the other they can.
const SMALLEST = 0.42;
const READABLE = 0.7;
const KEYS_HINT = 'Press ? for the keys.';

class Studio extends lossless(Modeler) {}
Studio.prototype._modules = [
  ...Modeler.prototype._modules.filter((module) => module !== PaletteModule),
  SpaceToolModule,
  LassoToolModule,
  HandToolModule,
  GlobalConnectModule,
];

export async function open(holder, panel, page) {
  holder.querySelector('.diagram__fallback')?.remove();
  const modeler = new Studio({
    container: holder,
    propertiesPanel: { parent: panel },
    siteward: { vocabulary: page.vocabulary, fieldsAt: page.fieldsAt, form: page.form },
    zoomScroll: { enabled: false },
    additionalModules: [panelModule],
    moddleExtensions: moddle,
  });
  await modeler.importXML(page.xml);
  name(holder);
  begin(modeler);
  new ResizeObserver(() => holder.clientWidth && holder.clientHeight && resized(modeler)).observe(holder);
  scrollOnlyWithFocus(holder, modeler.get('zoomScroll'));
  rowAbove(modeler);
  staysChosen(modeler.get('eventBus'), modeler.get('selection'));
  return modeler;
}

function name(holder) {
  holder.setAttribute('role', 'group');
  holder.setAttribute('aria-label', holder.dataset.label);
  const svg = holder.querySelector('.djs-container svg');
  svg.setAttribute('role', 'application');
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('aria-label', `${holder.dataset.label}. ${KEYS_HINT}`);
}

// Whoever scrolls the page is not caught by the canvas; whoever works on it scrolls it.
function scrollOnlyWithFocus(holder, zoomScroll) {
  holder.addEventListener('focusin', () => zoomScroll.toggle(true));
  holder.addEventListener('focusout', () => zoomScroll.toggle(false));
}

// A second click on what is chosen leaves it chosen: the panel does not vanish under the hand.
function staysChosen(eventBus, selection) {
  let before = [];
  eventBus.on('element.click', 2_000, () => void (before = selection.get()));
  eventBus.on('element.click', 100, ({ element }) => {
    if (before.length === 1 && before[0] === element && !selection.get().length) selection.select(element);
  });
}

export function whole(modeler) {
  const canvas = modeler.get('canvas');
  canvas.resized();
  canvas.zoom('fit-viewport', 'auto');
  canvas.zoom(Math.min(canvas.zoom() * 0.96, 1.2), 'auto');
  fitted.set(modeler, canvas.zoom());
}

// The zoom at which each was last seen whole.
const fitted = new WeakMap();

// What fitted into the window fits into the new one as well: with more room it grows again. Who zoomed keeps their zoom.
function resized(modeler) {
  const canvas = modeler.get('canvas');
  const isFitted = isWhole(modeler) && canvas.zoom() === fitted.get(modeler);
  keepWhole(modeler, () => canvas.resized());
  if (isFitted) whole(modeler);
}

// What was seen whole before a change is seen whole after it.
export function keepWhole(modeler, change) {
  const before = isWhole(modeler);
  const made = change();
  if (before && !isWhole(modeler)) whole(modeler);
  return made;
}

function isWhole(modeler) {
  const { inner, x, y, width, height } = modeler.get('canvas').viewbox();
  return width > 0 && height > 0 && inner.x >= x && inner.y >= y && inner.x + inner.width <= x + width && inner.y + inner.height <= y + height;
}

// Where the whole could not be read, it begins where the process begins.
function begin(modeler) {
  whole(modeler);
  const canvas = modeler.get('canvas');
  const start = modeler.get('elementRegistry').find(({ type }) => type === 'bpmn:StartEvent');
  if (canvas.zoom() >= SMALLEST || !start) return;
  const { width, height } = canvas.viewbox().outer;
  const size = { width: width / READABLE, height: height / READABLE };
  canvas.viewbox({ x: start.x - size.width / 4, y: start.y + start.height / 2 - size.height / 2, ...size });
}

export const xmlOf = async (modeler) => (await modeler.saveXML({ format: true })).xml;

// Selects an element and brings it into sight.
export function go(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  if (!element) return false;
  modeler.get('canvas').scrollToElement(element, 80);
  modeler.get('selection').select(element);
  return true;
}
