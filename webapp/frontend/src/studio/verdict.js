// After each pause: what the proof says of the diagram as it is drawn now, in a line and on the canvas.
import { xmlOf } from './canvas.js';
import { counted, shape } from './names.js';
import { problemList } from './problems.js';
import { ask } from './talk.js';

const PAUSE = 900;
const PATIENCE = 60_000;
const AGAIN = 15_000;

export function verdicts({ root, page, modeler, walk }) {
  const line = root.querySelector('[data-verdict]');
  const list = problemList({ root, page, modeler, walk });
  let timer = null;
  let asking = null;

  async function judge() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const slow = setTimeout(() => asking.abort(), PATIENCE);
    line.classList.add('is-old');
    try {
      const { status, data } = await ask(page.verdict, { body: await xmlOf(modeler), signal });
      if (signal.aborted) return;
      if (status === 200) show(data);
      else failed(status === 401 ? 'your sign-in has ended' : 'the server could not');
    } catch {
      if (asking.signal === signal) failed('no connection');
    } finally {
      clearTimeout(slow);
    }
  }

  function show(report) {
    list.show(report.findings);
    root.dataset.judged = String(Number(root.dataset.judged ?? 0) + 1);
    const errors = report.findings.filter(({ severity }) => severity === 'error').length;
    if (errors) say('refused', `${counted(errors, 'problem')} in the way of publishing`);
    else if (!report.complete) say('attention', 'Too large to be judged while you draw: the whole check tells');
    else if (!report.publishable) say('refused', 'May not be published');
    else say('done', 'Nothing in the way of publishing');
  }

  function failed(why) {
    say('attention', `Not judged: ${why}`);
    plan(AGAIN);
  }

  function say(kind, words) {
    line.classList.remove('is-old');
    if (line.dataset.words === words) return;
    line.dataset.words = words;
    line.replaceChildren(shape(root, kind), words);
    line.dataset.kind = kind;
  }

  function plan(wait = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(judge, wait);
  }
  modeler.on('commandStack.changed', () => plan());
  window.addEventListener('online', () => plan());
  return { judge, plan };
}
