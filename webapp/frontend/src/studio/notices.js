// Notices above the canvas: what else happens to the draft. Each has a name, and stands there once.
export function notices(root) {
  const place = root.querySelector('[data-notices]');
  const drop = (name) => place.querySelector(`[data-notice="${name}"]`)?.remove();
  return {
    drop,
    // `words` are texts and {text, href} links; `acts` are [label, what to do] pairs, made to buttons.
    show(name, kind, words, acts = []) {
      const notice = Object.assign(document.createElement('div'), { className: `notice notice--${kind}` });
      notice.dataset.notice = name;
      const body = document.createElement('div');
      const said = document.createElement('p');
      said.append(...words.map(part));
      body.append(said);
      if (acts.length) body.append(buttons(acts, () => notice.remove()));
      notice.append(body);
      const before = place.querySelector(`[data-notice="${name}"]`);
      if (before?.textContent === notice.textContent) return;
      before?.remove();
      place.append(notice);
    },
  };
}

function part(one) {
  if (typeof one === 'string') return one;
  return Object.assign(document.createElement('a'), { textContent: one.text, href: one.href });
}

function buttons(acts, close) {
  const row = Object.assign(document.createElement('p'), { className: 'studio__acts' });
  for (const [label, act] of acts) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label, className: 'usa-button usa-button--outline' });
    button.addEventListener('click', () => {
      close();
      act?.();
    });
    row.append(button);
  }
  return row;
}
