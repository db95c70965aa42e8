"""What the canvas of the studio keeps of a file: opened and saved in Chromium, then compared.

The modeler reads a file into its own model and writes that; what the model cannot hold is put back.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from tests.browser.in_modeler import act, modeler, opened, saved
from tests.workflows.diagrams import round_trip
from tests.workflows.diagrams.round_trip import FOREIGN, NUMBERS, SHIPPED, lost

pytestmark = pytest.mark.long
REPORT = Path(__file__).parents[2] / "build" / "round-trip.tsv"

RENAMED = """const [one] = registry.filter(({ type, labelTarget }) => /Task|Event|Participant/.test(type) && !labelTarget);
modeling.updateProperties(one, { name: 'Renamed' });"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the modeler."""
    with modeler(browser) as page:
        yield page


@pytest.mark.parametrize("path", SHIPPED, ids=round_trip.names(SHIPPED))
def test_the_canvas_keeps_everything_of_a_shipped_diagram(page: Page, path: Path) -> None:
    data = path.read_bytes()
    assert opened(page, data) == []
    after = saved(page)
    assert as_one_writes(after) == as_one_writes(data)


def as_one_writes(data: bytes) -> bytes:
    """Give the file with signs and ends of elements written in one way; all else as it is."""
    return etree.tostring(etree.fromstring(data, etree.XMLParser(strip_cdata=False)))


def not_renamed(found: dict[str, list[str]]) -> list[str]:
    """Give all that was lost but for one name."""
    things = [thing for kind in found.values() for thing in kind]
    return things[1:] if things and " name=" in things[0] else things


if FOREIGN:

    def test_the_canvas_keeps_everything_of_foreign_diagrams(page: Page) -> None:
        """Each file's numbers are left in build/round-trip.tsv; docs/proofs.md tells of them."""
        lines: list[tuple[str, ...]] = [("file", *NUMBERS, "warnings", "saved again")]
        for path in FOREIGN:
            data = path.read_bytes()
            warnings = opened(page, data)
            after = saved(page)
            act(page, RENAMED)
            changed = saved(page)
            found = lost(data, after, drawn=True)
            found["attributes"] += not_renamed(lost(after, changed))
            opened(page, changed)
            again = "the same" if saved(page) == changed else "otherwise"
            numbers = [str(len(things)) for things in found.values()]
            lines.append((path.name, *numbers, str(len(warnings)), again))
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text("\n".join("\t".join(line) for line in lines) + "\n")
        whole = [line for line in lines[1:] if set(line[1:6]) == {"0"} and line[7] == "the same"]
        assert whole == lines[1:], REPORT.read_text()
