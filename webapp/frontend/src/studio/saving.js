// Saves what is drawn a second after the last change, says truthfully whether it is saved, and loses nothing:
// until the server has it, this browser keeps it.
import { xmlOf } from './canvas.js';
import { forget, keep, kept } from './kept.js';
import { ask, signInAddress } from './talk.js';

const PAUSE = 1_000;
const RETRY = 5_000;
const LONGEST_RETRY = 40_000;

export function saving({ root, page, modeler, tell }) {
  const state = { page, revision: page.revision, changes: 0, saved: 0, sending: false, retry: RETRY, timer: null };
  const say = sayer(root.querySelector('[data-saved]'), root.querySelector('[data-said]'));

  const plan = (wait) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(send, wait);
  };
  const unsaved = () => state.changes !== state.saved;

  async function send() {
    if (state.sending || !unsaved()) return;
    state.sending = true;
    const until = state.changes;
    const xml = await xmlOf(modeler).catch(unwritable);
    if (xml) await deliver(xml, until);
    state.sending = false;
    if (state.changes !== until) plan(PAUSE);
  }

  async function deliver(xml, until) {
    try {
      const room = keep(page, xml, state.revision);
      say('Saving…');
      await take(await put(xml), until, room);
    } catch {
      failed('no connection');
    }
  }

  // Nothing is sent or kept then, and trying again would help only after another change.
  function unwritable() {
    say('Not saved', true);
    tell.show('refused', 'error', ['It was not saved, because what is drawn now cannot be written as a file. Undo the last change, and it is saved again.']);
  }

  // A draft that was just kept apart has a revision that nobody has told yet.
  async function put(xml) {
    state.revision ??= (await ask(page.presence)).data.revision;
    return ask(page.content, { method: 'PUT', body: xml, headers: { 'If-Match': `"${state.revision}"` } });
  }

  async function take({ status, data }, until, room) {
    const arrived = status === 200 || (status === 409 && data.kept_as);
    if (!arrived) return refused(status, data, room);
    tell.drop('sign-in');
    tell.drop('refused');
    state.retry = RETRY;
    state.saved = until;
    if (!unsaved()) forget(page);
    if (status === 409) part(data);
    else state.revision = data.revision;
    say(unsaved() ? 'Not saved yet' : `Saved ${data.saved ?? clock()}`);
  }

  // Somebody else was faster. Both are kept; this page goes on with the one that it made.
  function part(data) {
    const compare = { text: 'Compare theirs and yours', href: data.compare };
    const theirs = { text: 'Look at theirs', href: page.hub };
    const { id, url } = data.kept_as;
    forget(page);
    page.content = page.content.replace(`/${page.draft}/`, `/${id}/`);
    page.presence = page.presence.replace(`/${page.draft}/`, `/${id}/`);
    page.draft = id;
    page.hub = url;
    state.revision = null;
    history.replaceState(null, '', `${url}/studio`);
    for (const link of document.querySelectorAll('[data-hub]')) link.href = url;
    for (const link of document.querySelectorAll('[data-outline]')) link.href = `${url}/outline`;
    for (const one of document.querySelectorAll('[data-draft-number]')) one.textContent = id;
    tell.drop('others-saved');
    tell.show('parted', 'warning', [`${data.message} You are now editing draft ${id}. `, compare, ', ', theirs, ', ', { text: `draft ${id}`, href: url }, '.']);
  }

  function refused(status, data, room) {
    if (status === 401) {
      say('Not saved: your sign-in has ended', true);
      const link = { text: 'Sign in again', href: signInAddress(data) };
      return tell.show('sign-in', 'warning', ['Your sign-in has ended. What you drew is kept in this browser. ', link, ' and it is saved.']);
    }
    if (status >= 500 || status === 429) return failed('the server cannot take it now', room);
    const why = data.message ?? data.detail ?? data.title ?? `the server refused it (${status})`;
    say('Not saved', true);
    return tell.show('refused', 'error', [`It was not saved. ${why} What you drew is kept in this browser; change it and it is sent again.`]);
  }

  function failed(why, room = true) {
    say(`Not saved: ${why}. ${room ? 'Kept in this browser, sent when it is back' : 'This browser has no room to keep it: do not close the page'}`, true);
    plan(state.retry);
    state.retry = Math.min(state.retry * 2, LONGEST_RETRY);
  }

  function note() {
    state.changes += 1;
    if (!state.sending) say('Not saved yet');
    plan(PAUSE);
  }

  // What was drawn this very second is kept as well; it waits for no timer, because none comes any more.
  const keepNow = () => void xmlOf(modeler).then((xml) => unsaved() && keep(page, xml, state.revision));

  // What this browser kept after a crash, a lost connection or an ended sign-in comes back.
  async function takeUpKept() {
    const found = kept(page);
    if (!found || found.xml === page.xml) return forget(page);
    const when = clock(new Date(found.at));
    const asSaved = ['Go back to what is saved', () => putBack(page.xml)];
    try {
      await modeler.importXML(found.xml);
    } catch {
      return forget(page);
    }
    state.revision = found.revision;
    const beside = found.revision === page.revision ? 'It is being saved now.' : 'Somebody saved the draft since, so both versions will be kept.';
    tell.show('kept', 'info', [`What you drew until ${when} had not been saved. It is back. ${beside}`], [['Good', null], asSaved]);
    note();
  }

  async function putBack(xml) {
    await modeler.importXML(xml);
    note();
  }

  modeler.on('commandStack.changed', ({ trigger }) => void (trigger !== 'clear' && note()));
  window.addEventListener('online', () => plan(0));
  window.addEventListener('beforeunload', (event) => {
    // What is typed counts as soon as its field is left, and leaving the page leaves it.
    document.activeElement?.blur();
    if (!unsaved()) return;
    keepNow();
    if (!root.querySelector('[data-notice="sign-in"]')) event.preventDefault();
  });
  window.addEventListener('pagehide', () => unsaved() && keepNow());
  document.addEventListener('visibilitychange', () => unsaved() && plan(0));

  return { state, unsaved, note, takeUpKept, resume: () => unsaved() && plan(0) };
}

// Seen by everybody, and told to those who listen only when it went wrong or is well again.
function sayer(place, aloud) {
  let bad = false;
  return (words, failed = false) => {
    if (place.textContent !== words) place.textContent = words;
    place.classList.toggle('is-failed', failed);
    if (failed || (bad && words.startsWith('Saved'))) {
      aloud.textContent = words;
      bad = failed;
    }
  };
}

const clock = (at = new Date()) => at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
