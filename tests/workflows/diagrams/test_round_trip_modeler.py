"""What the canvas of the studio keeps of a file: opened and saved in Chromium, then compared.

The modeler reads a file into its own model and writes that; what the model cannot hold is put back.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.workflows.diagrams import round_trip
from tests.workflows.diagrams.in_modeler import modeler, opened, saved
from tests.workflows.diagrams.round_trip import FOREIGN, NUMBERS, SHIPPED, lost
from workflows.diagrams.reading import read

pytestmark = [pytest.mark.browser, pytest.mark.long]
REPORT = Path(__file__).parents[3] / "build" / "round-trip.tsv"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """An empty page with the modeler."""
    with modeler() as page:
        yield page


@pytest.mark.parametrize("path", SHIPPED, ids=round_trip.names(SHIPPED))
def test_the_canvas_keeps_everything_of_a_shipped_diagram(page: Page, path: Path) -> None:
    data = path.read_bytes()
    assert opened(page, data) == []
    after = saved(page)
    found = lost(data, after, drawn=True)
    assert not any(found.values()), found
    assert not any(lost(after, data).values())
    assert read(after)[0] == read(data)[0]
    assert lines_of(after) == lines_of(data)


def lines_of(data: bytes) -> list[bytes]:
    """Give all lines: the canvas has its own order of shapes, and marks every decision in the drawing."""
    return sorted(re.sub(rb' isMarkerVisible="true"| (?=/>)', b"", data).splitlines())


if FOREIGN:

    def test_the_canvas_keeps_everything_of_foreign_diagrams(page: Page) -> None:
        """Each file's numbers are left in build/round-trip.tsv; docs/proofs.md tells of them."""
        lines: list[tuple[str, ...]] = [("file", *NUMBERS, "warnings", "saved again")]
        for path in FOREIGN:
            data = path.read_bytes()
            warnings = opened(page, data)
            after = saved(page)
            opened(page, after)
            again = "the same" if saved(page) == after else "otherwise"
            numbers = [str(len(things)) for things in lost(data, after, drawn=True).values()]
            lines.append((path.name, *numbers, str(len(warnings)), again))
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text("\n".join("\t".join(line) for line in lines) + "\n")
        whole = [line for line in lines[1:] if set(line[1:6]) == {"0"} and line[7] == "the same"]
        assert whole == lines[1:], REPORT.read_text()
