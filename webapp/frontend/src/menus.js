// Menus are <details>: they open without scripts. Scripts close them again.

export function menus() {
  const open = () => [...document.querySelectorAll('details[data-menu][open]')];
  document.addEventListener('click', ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener('focusin', ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    }
  });

  const toggle = document.querySelector('[data-menu-toggle]');
  if (!toggle) return;
  const places = document.getElementById(toggle.getAttribute('aria-controls'));
  const narrow = window.matchMedia('(max-width: 63.99em)');
  const follow = () => (toggle.hidden = !narrow.matches);
  narrow.addEventListener('change', follow);
  follow();
  toggle.addEventListener('click', () => {
    const opened = places.classList.toggle('is-open');
    toggle.setAttribute('aria-expanded', opened);
  });
}
