"""The shipped diagrams drawn anew."""

from pathlib import Path

import pytest

from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.layout import LayoutError, tidy
from workflows.diagrams.reading import read

SHIPPED = sorted((Path(__file__).parents[4] / "bpmn").glob("*.bpmn"))
NEVER = {"not-drawn", "flow-through-shape", "shapes-overlap", "outside-lane", "flow-slanted"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_diagram_is_drawn_whole_and_stays_the_same_process(path: Path) -> None:
    data = path.read_bytes()
    drawn = tidy(data)
    assert not {fault.code for fault in drawing_faults(drawn)} & NEVER
    before, after = read(data), read(drawn)
    assert before[0] == after[0]
    assert tidy(drawn) == drawn


def test_bytes_that_are_no_diagram_are_refused() -> None:
    with pytest.raises(LayoutError, match="not well-formed"):
        tidy(b"<bpmn")
