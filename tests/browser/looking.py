"""What a person with another screen, or a screen reader, would meet: axe-core and the width.

With PICTURES=yes in the environment every page looked at leaves its pictures in build/screenshots;
without it only pages with problems do, as pictures take a third of the time.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.person import PHONE, WIDE, ZOOMED, Person
from webapp.assets import FRONTEND

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# What sticks out of the window to the right and cannot be reached by scrolling a part of the page.
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1)
    .map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''} ${one.textContent.trim().slice(0, 40)}`)
    .slice(0, 5);
}"""

# Labels, hints and errors find their control by its id.
NOT_UNIQUE = """() => {
  const ids = [...document.querySelectorAll('[id]:not([id=""], svg *)')].map((one) => one.id);
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
}"""

# Within one form nobody has to guess which of two fields with the same words is meant. What stands
# in a row or below a question is told apart by the legends around it.
SAME_LABEL = """() => {
  const words = (one) => one?.textContent.replace(/\\s+/g, ' ').trim() ?? '';
  const around = (one) => {
    const group = one.parentElement.closest('fieldset');
    return group ? [...around(group), words(group.querySelector('legend'))] : [];
  };
  const asked = 'input:not([type=hidden]), select, textarea';
  return [...document.forms].flatMap((form) => {
    const names = [...form.elements]
      .filter((one) => one.matches(asked) && one.labels?.[0]?.checkVisibility())
      .map((one) => [...around(one), words(one.labels[0])].join(': '));
    return [...new Set(names.filter((name, place) => names.indexOf(name) !== place))];
  });
}"""

# What can have the focus and does not show it, when a key has brought it there.
NOT_SEEN_WITH_FOCUS = """() => {
  const ring = (one, pseudo) => {
    const style = one && getComputedStyle(one, pseudo);
    return !!style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const seen = (one) => ring(one) || ring(one.closest('.diagram__canvas, label'))
    || ring(one.labels?.[0], '::before');
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((one) => one.checkVisibility() && !one.disabled)
    .filter((one) => { one.focus(); return document.activeElement === one && !seen(one); })
    .map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''} ${one.textContent.trim().slice(0, 40)}`)
    .slice(0, 5);
}"""


@cache
def axe() -> str:
    """The script of axe-core, of the packages that the bundle is built from."""
    return (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """Everything that axe-core finds against WCAG 2.1 A and AA, one line for each place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    rules = json.dumps(
        {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
    )
    found: list[dict[str, Any]] = page.evaluate(
        f"async () => (await axe.run(document, {rules})).violations"
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def assert_clear(person: Person, name: str, *, thoroughly: bool = False) -> None:
    """Look at the page in three widths; axe looks at the widest of them, thoroughly at the telephone's too."""
    page = person.page
    problems: list[str] = []
    for size, width in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(width)
        settle(page)
        is_asked = thoroughly or width == WIDE
        found = [f"{size}: {problem}" for problem in violations(page)] if is_asked else []
        found += [f"{size}: sticks out: {one}" for one in page.evaluate(STICKS_OUT)]
        if found or os.environ.get("PICTURES"):
            person.photograph(PICTURES / f"{name}-{width['width']}.png")
        problems += found
    problems += [f"stands twice: #{one}" for one in page.evaluate(NOT_UNIQUE)]
    problems += [f"asks twice: {one}" for one in page.evaluate(SAME_LABEL)]
    page.set_viewport_size(ZOOMED)
    problems += [f"zoomed: sticks out: {one}" for one in page.evaluate(STICKS_OUT)]
    page.set_viewport_size(WIDE)
    assert problems == [], problems


def assert_focus_is_seen(person: Person) -> None:
    """Focus all that can have it, one after the other, as the Tab key would: each one shows it."""
    person.page.keyboard.press("Tab")
    assert person.page.evaluate(NOT_SEEN_WITH_FOCUS) == []


def settle(page: Page) -> None:
    """Wait until the fonts are there and every diagram of the page is drawn."""
    expect(page.locator("[data-diagram]:not([data-ready], details:not([open]) *)")).to_have_count(0)
    page.evaluate("() => document.fonts.ready.then(() => null)")
