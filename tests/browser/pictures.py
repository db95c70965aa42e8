"""Take the picture of the README anew: `python -m tests.browser.pictures`.

It shows a case of the demo city, as loaded at the moment, and writes docs/images/case.png.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import ViewportSize

from config import ROOT
from tests.browser import chromium, city
from tests.browser.looking import settle
from tests.browser.person import Person
from webapp import assets

PICTURE = ROOT / "docs" / "images" / "case.png"
SIZE: ViewportSize = {"width": 1366, "height": 1040}
WHO, CASE = "Odalys Fernbrook", "/cases/1042"


def take(picture: Path) -> None:
    """Load the demo city, serve it, and take the picture of the case."""
    assets.build()
    with TemporaryDirectory() as folder:
        demo = Path(folder) / "demo.db"
        city.load_demo(demo)
        with city.served(demo, Path(folder)) as address, chromium.started() as browser:
            person = Person(browser, address, viewport=SIZE).sign_in(WHO)
            settle(person.open(CASE))
            picture.parent.mkdir(parents=True, exist_ok=True)
            person.page.screenshot(path=picture)
            person.close()


if __name__ == "__main__":
    take(PICTURE)
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB\n")
