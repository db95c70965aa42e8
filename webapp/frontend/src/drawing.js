// A diagram in its place on the page: drawn from BPMN XML, to be zoomed, moved and marked.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { mark } from './marks.js';

// Below this scale labels cannot be read: begin where the case stands instead of showing the whole.
const SMALLEST = 0.42;
const READABLE = 0.8;
const STEP = 1.25;
const KEYS_HINT = 'Plus and minus zoom, zero shows all, arrow keys move.';

// Draws the XML into the holder; `show` marks another state, on another diagram where XML is given.
export async function draw(holder, xml, state, label = holder.dataset.label ?? 'Process diagram') {
  holder.querySelector('.diagram__fallback')?.remove();
  // Scrolling the page over a diagram must not zoom it; Ctrl and the wheel do.
  const viewer = new NavigatedViewer({ container: holder, zoomScroll: { enabled: false } });
  const view = navigation(viewer);
  let shown = state;
  const start = () => {
    view.all();
    fitHeight(holder, viewer);
    view.begin(shown);
  };
  const open = async (source, title) => {
    await viewer.importXML(source);
    name(holder, title);
  };
  await open(xml, label);
  let unmark = mark(viewer, state);
  start();
  controls(holder, view);
  fullScreen(holder, viewer, view);
  followWidth(holder, viewer, start);
  holder.dataset.ready = 'true';
  return {
    viewer,
    async show(next, source, title) {
      shown = next;
      if (source) await open(source, title);
      else unmark();
      unmark = mark(viewer, next);
      if (source) start();
      else view.toward(next.here);
    },
  };
}

// A turned telephone or a narrowed window: begin anew, the old part of the drawing may be out of sight.
function followWidth(holder, viewer, start) {
  let width = holder.clientWidth;
  new ResizeObserver(() => {
    if (holder.clientWidth === width || !holder.clientWidth || document.fullscreenElement) return;
    width = holder.clientWidth;
    viewer.get('canvas').resized();
    start();
  }).observe(holder);
}

function name(holder, label) {
  holder.setAttribute('role', 'group');
  holder.setAttribute('aria-label', label);
  const svg = holder.querySelector('.djs-container svg');
  svg.setAttribute('role', 'application');
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('aria-label', `${label}. ${KEYS_HINT}`);
}

// As high as the drawing needs at the page's width, within reason.
function fitHeight(holder, viewer) {
  const { inner, outer } = viewer.get('canvas').viewbox();
  const scale = Math.min(1, outer.width / (inner.width + 40));
  // Where only a part will show, that part deserves some room.
  const height = scale < SMALLEST ? 400 : inner.height * scale + 30;
  holder.style.height = `${Math.round(Math.max(260, Math.min(height, window.innerHeight * 0.9)))}px`;
  viewer.get('canvas').resized();
}

function navigation(viewer) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const all = () => {
    canvas.zoom('fit-viewport');
    // A little air, so that the outer lines and badges are not cut.
    canvas.zoom(Math.min(canvas.zoom() * 0.96, 1.2), 'auto');
  };
  return {
    all,
    zoom: (factor) => canvas.zoom(Math.min(4, Math.max(0.15, canvas.zoom() * factor)), 'auto'),
    move: (dx, dy) => canvas.scroll({ dx, dy }),
    toward(id) {
      const element = registry.get(id);
      if (element) canvas.scrollToElement(element, 60);
    },
    // On a narrow screen the whole would be unreadable: begin where the case stands.
    begin({ here, live = [], late = {}, notes = {}, changes = {} }) {
      all();
      if (canvas.zoom() >= SMALLEST) return;
      const waiting = [here, ...live, ...Object.keys(late), ...Object.keys(notes), ...Object.keys(changes)].find((one) => registry.get(one));
      const element = registry.get(waiting) ?? registry.find(({ type }) => type === 'bpmn:StartEvent');
      if (!element) return;
      const { width, height } = canvas.viewbox().outer;
      const size = { width: width / READABLE, height: height / READABLE };
      const inner = canvas.viewbox().inner;
      canvas.viewbox({
        x: Math.max(inner.x - 20, element.x + element.width / 2 - size.width / 2),
        y: inner.height < size.height ? inner.y - (size.height - inner.height) / 2 : element.y + element.height / 2 - size.height / 2,
        ...size,
      });
    },
  };
}

function controls(holder, view) {
  const bar = Object.assign(document.createElement('div'), { className: 'diagram__controls' });
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'Zoom');
  for (const [text, title, act] of [
    ['+', 'Zoom in', () => view.zoom(STEP)],
    ['−', 'Zoom out', () => view.zoom(1 / STEP)],
    ['Whole', 'Whole diagram', view.all],
  ]) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: text, title });
    button.setAttribute('aria-label', title);
    button.addEventListener('click', act);
    bar.append(button);
  }
  (holder.closest('.diagram')?.querySelector('.diagram__legend') ?? holder.parentElement).append(bar);

  steer(holder, view);
}

function steer(holder, view) {
  const keys = {
    '+': () => view.zoom(STEP),
    '=': () => view.zoom(STEP),
    '-': () => view.zoom(1 / STEP),
    0: view.all,
    ArrowLeft: () => view.move(60, 0),
    ArrowRight: () => view.move(-60, 0),
    ArrowUp: () => view.move(0, 60),
    ArrowDown: () => view.move(0, -60),
  };
  holder.addEventListener('keydown', (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  holder.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      view.zoom(event.deltaY < 0 ? STEP : 1 / STEP);
    },
    { passive: false },
  );
}

// A small window leaves a large diagram unreadable; the whole screen often does not.
function fullScreen(holder, viewer, view) {
  const figure = holder.closest('.diagram');
  if (!document.fullscreenEnabled || !figure) return;
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Full screen' });
  button.addEventListener('click', () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else figure.requestFullscreen();
  });
  figure.querySelector('.diagram__controls').append(button);
  figure.addEventListener('fullscreenchange', () => {
    button.textContent = document.fullscreenElement ? 'Leave full screen' : 'Full screen';
    viewer.get('canvas').resized();
    view.all();
  });
}
