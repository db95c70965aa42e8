// Two versions side by side: moved and zoomed together, and each change of the list shown on both.
const viewers = new WeakMap();

// Called for every diagram that is drawn; when both of a pair are there, they are joined.
export function beside(holder, viewer) {
  const pair = holder.closest('[data-painted]');
  if (!pair) return;
  viewers.set(holder, viewer);
  const both = [...pair.querySelectorAll('[data-diagram]')].map((one) => viewers.get(one));
  if (both.length === 2 && both.every(Boolean)) join(pair, both);
}

function join(pair, both) {
  const together = box(pair);
  let isLed = false;
  const lead = (act) => {
    isLed = true;
    act();
    isLed = false;
  };
  both.forEach((viewer, place) => {
    const canvas = viewer.get('canvas');
    const other = both[1 - place].get('canvas');
    viewer.get('eventBus').on('canvas.viewbox.changed', () => {
      if (!isLed && together.checked) lead(() => follow(other, canvas.viewbox()));
    });
  });
  for (const change of document.querySelectorAll('li[data-change]')) {
    change.append(' ', shower(change.dataset, () => lead(() => show(pair, both, change.dataset))));
  }
}

// The middle of what one shows is the middle of what the other shows, as large.
function follow(canvas, { x, y, width, height, scale }) {
  const { outer } = canvas.viewbox();
  const size = { width: outer.width / scale, height: outer.height / scale };
  canvas.viewbox({ x: x + (width - size.width) / 2, y: y + (height - size.height) / 2, ...size });
}

function box(pair) {
  const holder = Object.assign(document.createElement('div'), { className: 'usa-checkbox painted__together' });
  const input = Object.assign(document.createElement('input'), { type: 'checkbox', id: 'painted-together', checked: true, className: 'usa-checkbox__input' });
  const label = Object.assign(document.createElement('label'), { htmlFor: input.id, className: 'usa-checkbox__label', textContent: 'Move both together' });
  holder.append(input, label);
  pair.querySelector('.side-by-side').before(holder);
  return input;
}

function shower({ change, before, after }, act) {
  if (!before && !after) return '';
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'usa-button usa-button--unstyled changes__show', textContent: 'Show' });
  button.setAttribute('aria-label', `Show change ${change} on the drawings`);
  button.addEventListener('click', act);
  return button;
}

function show(pair, both, { before, after }) {
  pair.scrollIntoView({ block: 'start' });
  [before, after].forEach((ids, place) => bring(both[place], ids.split(' ').filter(Boolean)));
  pair.querySelector('.side-by-side svg[role]')?.focus({ preventScroll: true });
}

// What is to be shown comes to the middle, large enough to be read, and is lit until something else is.
function bring(viewer, ids) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  for (const { id } of registry.filter((one) => canvas.hasMarker(one.id, 'is-shown'))) canvas.removeMarker(id, 'is-shown');
  const found = ids.map((id) => registry.get(id)).filter(Boolean);
  for (const { id } of found) canvas.addMarker(id, 'is-shown');
  if (!found.length) return;
  const { x, y } = middle(found[0]);
  const { outer } = canvas.viewbox();
  const scale = Math.max(canvas.zoom(), 0.7);
  canvas.viewbox({ x: x - outer.width / scale / 2, y: y - outer.height / scale / 2, width: outer.width / scale, height: outer.height / scale });
}

function middle({ x, y, width, height, waypoints }) {
  if (!waypoints) return { x: x + width / 2, y: y + height / 2 };
  return waypoints[Math.floor(waypoints.length / 2)];
}
