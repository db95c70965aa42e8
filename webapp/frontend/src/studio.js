// The studio: a draft on a canvas. What is drawn is saved, judged and shown by the parts in studio/.
import { open } from './studio/canvas.js';
import { hinting } from './studio/hints.js';
import { notices } from './studio/notices.js';
import { palette } from './studio/palette.js';
import { placing } from './studio/placing.js';
import { presence } from './studio/presence.js';
import { keepToProfile } from './studio/profile.js';
import { saving } from './studio/saving.js';
import { tools } from './studio/tools.js';
import { verdicts } from './studio/verdict.js';
import { walking } from './studio/walk.js';

async function begin(root) {
  const page = JSON.parse(root.querySelector('[data-studio-page]').textContent);
  const holder = root.querySelector('[data-canvas]');
  const words = fetch(page.vocabulary, { credentials: 'same-origin' }).then((answer) => answer.json());
  const modeler = await open(holder, root.querySelector('[data-panel]'), page);
  const tell = notices(root);
  const say = speaker(root, tell);
  tools({ root, page, modeler, tell, say });
  const saver = saving({ root, page, modeler, tell });
  const judge = verdicts({ root, page, modeler, walk: walking({ root, page, modeler }) });
  keepToProfile(modeler, palette({ root, modeler, vocabulary: await words, placer: placing(modeler), say }));
  hinting({ root, modeler });
  await saver.takeUpKept();
  presence({ root, page, modeler, saver, tell });
  judge.plan();
  fold(root);
  holder.dataset.ready = 'true';
}

// What has just been done, for those who listen; what could not be done, for everybody.
function speaker(root, tell) {
  const aloud = root.querySelector('[data-said]');
  return (words, refused = false) => {
    tell.drop('act');
    if (refused) tell.show('act', 'warning', [words], [['Close', null]]);
    else aloud.textContent = words;
  };
}

// On a narrow screen the canvas comes first, and the rest opens on demand.
function fold(root) {
  const narrow = matchMedia('(max-width: 64em)');
  const set = () => root.querySelectorAll('[data-fold]').forEach((one) => (one.open = !narrow.matches));
  narrow.addEventListener('change', set);
  set();
}

for (const root of document.querySelectorAll('[data-studio]')) {
  begin(root).catch((error) => {
    const holder = root.querySelector('[data-canvas]');
    holder.dataset.ready = 'failed';
    const note = Object.assign(document.createElement('p'), { className: 'diagram__fallback' });
    note.textContent = `The draft could not be drawn: ${error.message} Edit it as an outline, or put another file in its place.`;
    holder.replaceChildren(note);
  });
}
