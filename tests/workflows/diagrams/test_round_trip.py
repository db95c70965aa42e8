"""Nothing but the drawing of a file changes when it is drawn anew, wherever the file comes from."""

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.workflows.diagrams import round_trip
from tests.workflows.diagrams.round_trip import FOREIGN, SHIPPED, lost
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.layout import LayoutError, tidy

ELEMENT = re.compile(rb"\s*<((?:\w+:)?BPMNDiagram)\b.*?</\1>", re.DOTALL)


@pytest.mark.parametrize("path", SHIPPED, ids=round_trip.names(SHIPPED))
def test_a_shipped_diagram_keeps_everything_when_it_is_drawn_anew(path: Path) -> None:
    data = path.read_bytes()
    assert not any(lost(data, tidy(data)).values())


def test_what_is_lost_is_seen() -> None:
    before = b'<a xmlns:x="urn:x"><!-- why --><b id="B" name="n" x:mark="1">words<x:c/></b></a>'
    found = lost(before, b'<a><b id="B"/></a>')
    assert {kind: len(things) for kind, things in found.items()} == {
        "elements": 0, "attributes": 2, "texts": 1, "extension elements": 1, "comments": 1,
    }  # fmt: skip


# Only where somebody names a folder of such files: they are not part of this repository.
if FOREIGN:

    @pytest.mark.parametrize("path", FOREIGN, ids=round_trip.names(FOREIGN))
    def test_a_foreign_diagram_keeps_everything_when_it_is_drawn_anew(path: Path) -> None:
        data = path.read_bytes()
        if len(data) > MAXIMUM_BYTES:
            with pytest.raises(LayoutError, match="1 MiB"):
                tidy(data)
            return
        drawn = tidy(data)
        assert ELEMENT.sub(b"", drawn).split() == ELEMENT.sub(b"", data).split()
        assert not any(lost(data, drawn).values())
        assert etree.fromstring(drawn).nsmap == etree.fromstring(data).nsmap
