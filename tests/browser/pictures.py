"""Take the pictures of the README anew: `python -m tests.browser.pictures`.

They show the demo city, as loaded at the moment: a case, where the cases of its process wait, and the
studio with a step too few.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import ViewportSize, expect

from config import ROOT
from tests.browser import chromium, city
from tests.browser.looking import settle
from tests.browser.person import Person
from tests.browser.test_studio import JUDGED, OWNER, SAVED, choose, open_studio, saved
from webapp import assets

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1366, "height": 1040}
# Each with who looks, at which page, and which heading stands at the top.
PICTURES = (
    ("case.png", "Odalys Fernbrook", "/cases/1042", None),
    ("status.png", "Celeste Varga-Holm", "/reports/processes/create-site", "Prepare site"),
)
STUDIO = "studio.png"
TO_THE_TOP = "one => scrollBy(0, one.getBoundingClientRect().top - 24)"


def take(images: Path) -> None:
    """Load the demo city with its past year, serve it, and take the pictures."""
    assets.build()
    with TemporaryDirectory() as folder:
        demo = Path(folder) / "demo.db"
        city.load_demo(demo, history=True)
        with city.served(demo, Path(folder)) as address, chromium.started() as browser:
            images.mkdir(parents=True, exist_ok=True)
            for name, who, path, heading in PICTURES:
                person = Person(browser, address, viewport=SIZE).sign_in(who)
                page = person.open(path)
                settle(page)
                if heading:
                    page.get_by_role("heading", name=heading, exact=True).evaluate(TO_THE_TOP)
                page.screenshot(path=images / name)
                person.close()
            draw(Person(browser, address, viewport=SIZE).sign_in(OWNER), images / STUDIO)


def draw(person: Person, picture: Path) -> None:
    """Delete a step on the canvas, and walk the way on which a rule would be broken to its end."""
    page = open_studio(person)
    choose(page, "Gather advice")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="See the way there").first.click(timeout=JUDGED)
    last = page.locator("[data-walk-next][aria-disabled=true]")
    while not last.count():
        page.keyboard.press("ArrowRight")
    expect(saved(page)).to_have_text(SAVED)
    settle(page)
    page.screenshot(path=picture)
    person.close()


if __name__ == "__main__":
    take(IMAGES)
    for name in (*(one for one, *_ in PICTURES), STUDIO):
        size = (IMAGES / name).stat().st_size // 1024
        sys.stdout.write(f"docs/images/{name}: {size} kB\n")
