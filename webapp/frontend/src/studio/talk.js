// Asks the server, with the token that writes need. An answer has a status and, mostly, data; no answer is an error.
const token = () => document.querySelector('meta[name="csrf-token"]');

export async function ask(address, { method = 'POST', body = '', headers = {}, as = 'json', signal } = {}) {
  const send = () =>
    fetch(address, {
      method,
      body,
      signal,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'Content-Type': 'application/xml', 'X-CSRFToken': token()?.content ?? '', ...headers },
    });
  let response = await send();
  // Who signed in again in another window has another token since.
  if (response.status === 400 && (await renewToken())) response = await send();
  if (response.redirected) return { status: 401, data: { sign_in: response.url } };
  return { status: response.status, data: await read(response, as) };
}

async function read(response, as) {
  if (as === 'text' && response.ok) return response.text();
  return response.json().catch(() => ({}));
}

async function renewToken() {
  const page = await fetch(location.href, { credentials: 'same-origin' });
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('meta[name="csrf-token"]');
  const changed = fresh && fresh.content !== token()?.content;
  if (changed) token()?.setAttribute('content', fresh.content);
  return Boolean(changed);
}

export const signInAddress = (data) => data?.sign_in ?? `/login?next=${encodeURIComponent(location.pathname)}`;
