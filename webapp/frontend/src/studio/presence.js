// Says every fifteen seconds that this page is open, and shows what others do to the draft meanwhile.
import { ask, signInAddress } from './talk.js';

const EVERY = 15_000;

export function presence({ root, page, modeler, saver, tell }) {
  const others = root.querySelector('[data-others]');
  const check = root.querySelector('[data-check]');

  async function say() {
    if (document.visibilityState === 'hidden') return;
    const [draft, revision] = [page.draft, saver.state.revision];
    const { status, data } = await ask(page.presence);
    if (status === 401) return signedOut(data);
    if (status !== 200 || page.draft !== draft) return;
    tell.drop('sign-in');
    saver.resume();
    names(others, data.editors);
    told(check, saver.unsaved() ? { state: 'none' } : data.check);
    shut(data);
    // While this page saves, the newer revision is its own; so is that of a draft that was just kept apart.
    const isOwn = revision === null || saver.state.sending || saver.state.revision !== revision;
    if (!isOwn && data.revision > revision) savedByOthers(data);
  }

  function signedOut(data) {
    const link = { text: 'Sign in again', href: signInAddress(data) };
    tell.show('sign-in', 'warning', ['Your sign-in has ended. What you drew is kept in this browser. ', link, ' and it is saved.']);
  }

  function savedByOthers(data) {
    const look = { text: 'look at it', href: page.hub };
    const words = [`Saved by ${data.edited_by} at ${data.saved}: `, look, '. What you draw now is kept as a draft beside it.'];
    tell.show('others-saved', 'warning', words, saver.unsaved() ? [] : [['Go on from theirs', () => location.reload()]]);
  }

  function shut(data) {
    if (data.closed) tell.show('shut', 'warning', ['This draft has been closed. What you draw now is kept as a draft of its own.']);
    else if (data.submitted) tell.show('shut', 'warning', ['This draft has been submitted for review. What you draw now is kept as a draft of its own.']);
    else tell.drop('shut');
  }

  const again = () => say().catch(() => {});
  setInterval(again, EVERY);
  // What was checked is no longer what is drawn.
  modeler.on('commandStack.changed', () => void (check.hidden = true));
  document.addEventListener('visibilitychange', again);
  return again();
}

function names(place, editors) {
  const words = editors.length ? `${listed(editors)} ${editors.length > 1 ? 'have' : 'has'} this draft open too` : '';
  place.hidden = !words;
  if (place.textContent !== words) place.textContent = words;
}

function told(place, { state, publishable, url }) {
  place.hidden = state === 'none';
  const words = state === 'running' ? 'Whole check: running' : `Whole check: ${publishable ? 'may be published' : 'may not be published'}`;
  if (place.textContent === words) return;
  const link = Object.assign(document.createElement('a'), { href: url, textContent: words });
  place.replaceChildren(state === 'running' ? words : link);
}

const listed = (all) => new Intl.ListFormat('en', { type: 'conjunction' }).format(all);
