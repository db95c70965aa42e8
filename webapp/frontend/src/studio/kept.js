// What is not saved yet, kept in this browser for this draft and this person until it is.
const keyOf = ({ draft, person }) => `siteward:draft:${draft}:of:${person}`;

// Says whether there was room for it.
export function keep(page, xml, revision) {
  try {
    localStorage.setItem(keyOf(page), JSON.stringify({ xml, revision, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function kept(page) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(page)));
    return found?.xml ? found : null;
  } catch {
    return null;
  }
}

export function forget(page) {
  try {
    localStorage.removeItem(keyOf(page));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
