"""What somebody meets whose system chooses the colours (forced colours), or who sees none.

Forced colours take every background away, shadows too. Whatever a page tells by a small filled
shape must still be told: by a border, an outline, or because it keeps its colours on purpose.
"""

from tests.browser.person import Person

# Small things with a ground of their own are marked while their colours are the city's.
FILLED = """() => {
  const none = (colour) => colour === 'transparent' || colour.endsWith(', 0)');
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!none(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  for (const one of document.body.querySelectorAll('*:not(svg *, th, td, option, script, template)')) {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || !one.checkVisibility()) continue;
    const own = getComputedStyle(one).backgroundColor;
    const small = box.height <= 60 && box.width <= 400 && !one.matches('.usa-button--unstyled');
    if (small && !none(own) && own !== ground(one.parentElement)) one.dataset.filled = 'self';
    for (const part of ['::before', '::after']) {
      const style = getComputedStyle(one, part);
      const there = style.content !== 'none' && style.content !== 'normal';
      const colour = style.backgroundColor;
      if (there && !none(colour) && colour !== ground(one)) one.dataset.filled = part;
    }
  }
}"""

LOST = """() => {
  const canvas = getComputedStyle(document.body).backgroundColor;
  const sides = ['Top', 'Right', 'Bottom', 'Left'];
  const told = (style) => style.forcedColorAdjust === 'none' || style.backgroundColor !== canvas
    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1)
    || sides.some((side) => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) >= 1
      && style[`border${side}Color`] !== canvas);
  const part = (one) => one.dataset.filled === 'self' ? null : one.dataset.filled;
  const lost = [...document.querySelectorAll('[data-filled]')].filter((one) => !told(getComputedStyle(one, part(one))));
  return [...new Set(lost.map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''} ${one.dataset.filled}`))];
}"""

# Where one is in a list of places: seen by a line or by weight, which no colour takes away.
NOT_CURRENT = """() => {
  const canvas = getComputedStyle(document.body).backgroundColor;
  const sides = ['Top', 'Right', 'Bottom', 'Left'];
  const look = (one) => {
    const style = getComputedStyle(one);
    const lines = sides.map((side) => style[`border${side}Color`] === canvas || style[`border${side}Style`] === 'none'
      ? 0 : style[`border${side}Width`]);
    return [style.fontWeight, style.textDecorationLine, style.outlineStyle, ...lines].join(' ');
  };
  const here = '[aria-current], .is-current';
  return [...document.querySelectorAll(here)].filter((one) => one.checkVisibility()).filter((one) => {
    const all = one.closest('ul, ol, nav, tbody').querySelectorAll(one.tagName);
    const others = [...all].filter((other) => !other.matches(here) && other.checkVisibility());
    return others.some((other) => look(other) === look(one));
  }).map((one) => `${one.tagName.toLowerCase()} ${one.textContent.trim().slice(0, 40)}`);
}"""

# A choice is drawn before its label; without its line nobody sees where to choose.
NO_BOX = """() => [...document.querySelectorAll('.usa-checkbox__input, .usa-radio__input')]
  .map((one) => one.labels[0]).filter((label) => label?.checkVisibility())
  .filter((label) => {
    const style = getComputedStyle(label, '::before');
    return style.outlineStyle === 'none' && style.borderTopStyle === 'none';
  })
  .map((label) => label.textContent.trim())"""

# The drawing is made of dark lines, so it stands on white whatever the system chooses.
DARK_DRAWING = """() => [...document.querySelectorAll('.diagram__canvas')]
  .filter((one) => getComputedStyle(one).backgroundColor !== 'rgb(255, 255, 255)')
  .map((one) => one.getAttribute('aria-label'))"""


def assert_told_without_colours(person: Person) -> None:
    """Take the colours of the page away and see that nothing was told by them alone."""
    page = person.page
    page.evaluate(FILLED)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    problems = {
        "lost its ground": page.evaluate(LOST),
        "looks like any other place": page.evaluate(NOT_CURRENT),
        "has no box": page.evaluate(NO_BOX),
        "dark on dark": page.evaluate(DARK_DRAWING),
    }
    page.emulate_media(forced_colors="null", color_scheme="light")
    found = {what: where for what, where in problems.items() if where}
    assert found == {}, found
