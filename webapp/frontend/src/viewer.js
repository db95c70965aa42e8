// Draws every [data-diagram] of the page from its BPMN XML and marks where a case stands.
import { beside } from './compare.js';
import { draw } from './drawing.js';
import { follow } from './way.js';

async function read(address) {
  const response = await fetch(address, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`The diagram could not be read (${response.status}).`);
  return response.text();
}

async function fill(holder) {
  const way = holder.closest('[data-way]');
  if (way) return follow(way, holder, read);
  const drawn = await draw(holder, await read(holder.dataset.xmlUrl), JSON.parse(holder.dataset.state || '{}'));
  beside(holder, drawn.viewer);
  return drawn;
}

function begin(holder) {
  fill(holder).catch((error) => {
    holder.dataset.ready = 'failed';
    const note = holder.querySelector('.diagram__fallback') ?? holder.appendChild(document.createElement('p'));
    note.className = 'diagram__fallback';
    note.textContent = `${error.message} The same stands in words on this page.`;
  });
}

for (const holder of document.querySelectorAll('[data-diagram]')) {
  // What is folded away has no size to be drawn in.
  const folded = holder.closest('details:not([open])');
  if (folded) folded.addEventListener('toggle', () => begin(holder), { once: true });
  else begin(holder);
}
