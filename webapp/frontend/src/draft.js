// Saves what is typed so far by POST to data-draft-url, at most every ten seconds.
const PAUSE = 1_500;
const INTERVAL = 10_000;
const NOT_OPEN = [403, 404, 409, 410];

export function autosave(form) {
  if (form.draftSaved !== undefined) return;
  form.draftSaved = 0;
  const state = form.querySelector('[data-draft-state]');
  let timer = null;
  let changed = false;
  let over = false;

  const say = (text, failed = false) => {
    if (!state) return;
    state.classList.toggle('is-failed', failed);
    if (state.textContent !== text) state.textContent = text;
  };

  const save = async (keepalive = false) => {
    clearTimeout(timer);
    timer = null;
    if (!changed || over) return;
    changed = false;
    form.draftSaved = Date.now();
    try {
      const response = await fetch(form.dataset.draftUrl, {
        method: 'POST',
        body: typedSoFar(form),
        headers: { 'X-CSRFToken': form.elements.csrf_token?.value ?? '' },
        keepalive,
      });
      await tell(response);
    } catch {
      changed = true;
      say('Not saved: no connection. Trying again.', true);
      plan();
    }
  };

  const tell = async (response) => {
    if (response.ok) {
      const text = (await response.text()).trim();
      say(`Draft saved at ${/^\d\d:\d\d$/.test(text) ? text : clock()}`);
    } else if (NOT_OPEN.includes(response.status)) {
      over = true;
      say('This is no longer open to you. Copy what you need, then reload.', true);
    } else {
      changed = true;
      say('Draft not saved. Trying again.', true);
      plan();
    }
  };

  const plan = () => {
    timer ??= setTimeout(save, Math.max(PAUSE, INTERVAL - (Date.now() - form.draftSaved)));
  };

  const note = () => {
    changed = true;
    plan();
  };
  for (const event of ['input', 'change', 'rows:changed']) form.addEventListener(event, note);
  form.addEventListener('submit', () => {
    over = true;
    clearTimeout(timer);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save(true);
  });
}

function typedSoFar(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && name !== 'csrf_token') fields.append(name, value);
  }
  return fields;
}

const clock = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
