"""The diagrams are drawn with care, and the laws that judge them see a careless one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bpmn.drawing import BPMN, FILES, Box, Drawing, read_drawing
from tests.bpmn.laws import LAWS, Complaints

Law = Callable[[Drawing], Complaints]
Change = Callable[[Drawing], Drawing]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_drawing_keeps_the_law(file: Path, law: Law) -> None:
    assert list(law(read_drawing(file.read_bytes()))) == []


def _move(node: str, across: int, down: int) -> Change:
    def changed(drawing: Drawing) -> Drawing:
        shape = drawing.shapes[node]
        box = replace(shape.box, x=shape.box.x + across, y=shape.box.y + down)
        return replace(drawing, shapes={**drawing.shapes, node: replace(shape, box=box)})

    return changed


def _resize(node: str, width: int, height: int) -> Change:
    def changed(drawing: Drawing) -> Drawing:
        shape = drawing.shapes[node]
        box = replace(shape.box, width=width, height=height)
        return replace(drawing, shapes={**drawing.shapes, node: replace(shape, box=box)})

    return changed


def _label(node: str, box: Box) -> Change:
    def changed(drawing: Drawing) -> Drawing:
        return replace(
            drawing,
            shapes={**drawing.shapes, node: replace(drawing.shapes[node], label=box)},
        )

    return changed


def _route(flow: str, *points: tuple[int, int]) -> Change:
    def changed(drawing: Drawing) -> Drawing:
        return replace(
            drawing,
            lines={**drawing.lines, flow: replace(drawing.lines[flow], points=points)},
        )

    return changed


def _lower(lane: str, by: int) -> Change:
    def changed(drawing: Drawing) -> Drawing:
        box = drawing.lanes[lane]
        return replace(drawing, lanes={**drawing.lanes, lane: replace(box, height=box.height - by)})

    return changed


# Of agree-contract: the task at (348, 160), the gateway right of it at (528, 175).
CARELESS: dict[str, Change] = {
    "nodes_have_their_size": _resize("IdentifyContract", 100, 80),
    "lanes_fill_the_pool": _lower("DelegateLane", 100),
    "nodes_stand_in_their_lane": _move("IdentifyContract", 0, -100),
    "nodes_keep_apart": _move("IdentifyContract", 150, 0),
    "boundary_events_hang_below_their_host": _move("ReviewIsSlow", 0, -80),
    "flows_are_orthogonal": _route("IdentifyContractToReviewNeeded", (468, 180), (528, 200)),
    "flows_begin_and_end_on_an_edge": _route(
        "IdentifyContractToReviewNeeded", (480, 200), (528, 200)
    ),
    "flows_cross_no_node": _route(
        "IdentifyContractToReviewNeeded", (348, 200), (528, 200), (900, 200)
    ),
    "flows_cross_no_flow": _route("AcceptContractToContractAccepted", (700, 100), (700, 700)),
    "labels_lie_on_no_flow": _label("ReviewNeeded", Box(470, 190, 60, 14)),
    "labels_lie_on_no_node": _label("ReviewNeeded", Box(540, 190, 60, 14)),
    "labels_stay_in_one_lane": _label("ReviewNeeded", Box(540, 424, 60, 14)),
    "labels_keep_apart": _label("ReviewNeeded", Box(240, 225, 60, 14)),
}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_sees_a_careless_drawing(law: Law) -> None:
    drawing = read_drawing((BPMN / "agree-contract.bpmn").read_bytes())
    assert list(law(CARELESS[law.__name__](drawing)))
