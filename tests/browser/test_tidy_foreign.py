"""A file from another modeler, opened as a draft, tidied on the canvas, undone and saved: nothing goes.

It asks for public files, named by FOREIGN_DIAGRAMS; without them two shipped ones are tidied.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.test_studio import OWNER, ready
from tests.workflows.diagrams.round_trip import FOREIGN, SHIPPED, lost
from workflows.diagrams.layout import tidy

pytestmark = pytest.mark.long
# Pools and messages; everything; data; parts inside; parts that events begin.
CHOSEN = ("C.2.0", "B.2.0", "C.5.0", "C.6.0", "C.9.2")
FILES = [path for path in FOREIGN if path.stem in CHOSEN] or SHIPPED[3:5]


def draft_of(page: Page, path: Path) -> str:
    """Upload a file as a draft and open it on the canvas; gives the address of its XML."""
    page.goto("/diagrams/drafts")
    file: FilePayload = {
        "name": path.name,
        "mimeType": "application/xml",
        "buffer": path.read_bytes(),
    }
    page.locator("main input[type=file]").set_input_files(file)
    page.locator("main .page-form__buttons button[type=submit]").click(timeout=60_000)
    page.get_by_role("link", name="Edit it on the canvas").first.click(timeout=60_000)
    ready(page)
    return re.sub(r"/studio.*", "/xml", page.url)


def stored(page: Page, address: str, is_there: Callable[[bytes], bool]) -> bytes:
    """Wait until the draft is saved as it should be; gives it."""
    until, data = time.monotonic() + 60, b""
    while time.monotonic() < until:
        data = page.request.get(address).body()
        if is_there(data):
            break
        page.wait_for_timeout(300)
    return data


def places(data: bytes) -> dict[str, tuple[float, ...]]:
    """Give where the shapes of the first drawing stand."""
    drawing = next(etree.fromstring(data).iter("{*}BPMNDiagram"))
    return {
        shape.get("bpmnElement", "").rpartition(":")[2]: tuple(
            round(float(bounds.get(key, ""))) for key in ("x", "y", "width", "height")
        )
        for shape in drawing.iter("{*}BPMNShape")
        for bounds in shape.findall("{*}Bounds")
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_tidied_undone_and_saved_with_nothing_lost(arrive: Arrive, path: Path) -> None:
    data = path.read_bytes()
    page = arrive(OWNER).page
    address = draft_of(page, path)
    was, wanted = places(data), places(tidy(data))
    page.get_by_role("button", name="Tidy").click()
    expect(page.locator("[data-said]")).to_contain_text("The diagram is drawn anew.")
    common = was.keys() & wanted.keys()

    def is_tidied(saved: bytes) -> bool:
        now = places(saved)
        return all(now[one] == wanted[one] for one in common)

    def is_as_before(saved: bytes) -> bool:
        return places(saved) == was

    after = stored(page, address, is_tidied)
    assert {one: places(after)[one] for one in common} == {one: wanted[one] for one in common}
    assert not any(lost(data, after).values())
    page.get_by_role("button", name="Undo").click()
    back = stored(page, address, is_as_before)
    assert places(back) == was
    assert not any(lost(data, back).values())
