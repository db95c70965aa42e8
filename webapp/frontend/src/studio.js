// The studio: a draft on a canvas. What is drawn is saved, judged and shown by the parts in studio/.
import { open } from './studio/canvas.js';
import { notices } from './studio/notices.js';
import { presence } from './studio/presence.js';
import { saving } from './studio/saving.js';
import { tools } from './studio/tools.js';

async function begin(root) {
  const page = JSON.parse(root.querySelector('[data-studio-page]').textContent);
  const tell = notices(root);
  const holder = root.querySelector('[data-canvas]');
  const modeler = await open(holder, root.querySelector('[data-panel]'), page);
  tools(root, modeler, holder);
  const saver = saving({ root, page, modeler, tell });
  presence({ root, page, saver, tell });
  await saver.takeUpKept();
  holder.dataset.ready = 'true';
}

for (const root of document.querySelectorAll('[data-studio]')) {
  begin(root).catch((error) => {
    const holder = root.querySelector('[data-canvas]');
    holder.dataset.ready = 'failed';
    const note = holder.querySelector('.diagram__fallback') ?? holder.appendChild(document.createElement('p'));
    note.className = 'diagram__fallback';
    note.textContent = `The draft could not be drawn: ${error.message}`;
  });
}
