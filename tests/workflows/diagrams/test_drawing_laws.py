"""The laws of drawing, on small drawings that keep or break one of them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.diagrams import sketch
from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.geometry import Box, Point, Segment, straightened

SHAPES = {
    "Begin": (100, 122, 36, 36),
    "Ask": (200, 100, 120, 80),
    "Which": (400, 115, 50, 50),
    "Done": (520, 122, 36, 36),
}
EDGES = {
    "BeginToAsk": "136,140 200,140",
    "AskToWhich": "320,140 400,140",
    "WhichToDone": "450,140 520,140",
}
LANE = (0, 50, 900, 180)


def bounds(box: tuple[float, ...]) -> str:
    x, y, width, height = box
    return f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'


def label(box: tuple[float, ...] | None) -> str:
    return "" if box is None else f"<bpmndi:BPMNLabel>{bounds(box)}</bpmndi:BPMNLabel>"


def drawn(
    shapes: Mapping[str, tuple[float, ...]] | None = None,
    edges: dict[str, str] | None = None,
    labels: Mapping[str, tuple[float, ...]] | None = None,
    lane: tuple[float, ...] = LANE,
    more: str = "",
) -> bytes:
    labels = labels or {}
    parts = "".join(
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">{bounds(box)}{label(labels.get(name))}'
        "</bpmndi:BPMNShape>"
        for name, box in {"Lane0": lane, **SHAPES, **(shapes or {})}.items()
    )
    parts += "".join(
        f'<bpmndi:BPMNEdge id="{name}_di" bpmnElement="{name}">'
        + "".join(
            '<di:waypoint x="{}" y="{}"/>'.format(*point.split(",")) for point in points.split()
        )
        + f"{label(labels.get(name))}</bpmndi:BPMNEdge>"
        for name, points in {**EDGES, **(edges or {})}.items()
    )
    data = sketch.process(
        sketch.start(), sketch.user("Ask"), sketch.gateway("exclusive", "Which"), sketch.end(),
        sketch.flows("Begin Ask Which Done"), more, lanes={"Clerk": "Begin Ask Which Done"},
    )  # fmt: skip
    plane = f'<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P">{parts}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    return data.replace(b"</bpmn:definitions>", plane.encode() + b"</bpmn:definitions>")


def faults(data: bytes) -> set[tuple[str, str | None]]:
    found = drawing_faults(data)
    assert {finding.severity for finding in found} <= {"info"}
    return {(finding.code, finding.element) for finding in found}


def test_a_drawing_by_the_laws_has_no_faults() -> None:
    labels = {
        "Which": (400, 85, 50, 14),
        "WhichToDone": (470, 120, 30, 14),
        "Begin": (90, 165, 60, 14),
    }
    assert faults(drawn(labels=labels)) == set()


EXTRA = sketch.user("Else") + sketch.flow("Which", "Else")
ELSE = (600, 100, 120, 80)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (drawn({"Ask": (200, 100, 100, 80)}, {"AskToWhich": "300,140 400,140"}), ("shape-size", "Ask")),
        (drawn({"Which": (400, 110, 60, 60)}, {"WhichToDone": "460,140 520,140"}), ("shape-size", "Which")),
        (drawn({"Done": (520, 120, 40, 40)}), ("shape-size", "Done")),
        (drawn(lane=(0, 90, 900, 100)), ("lane-height", "Lane0")),
        (drawn(lane=(0, 50, 500, 180)), ("outside-lane", "Done")),
        (drawn({"Done": (480, 122, 36, 36)}, {"WhichToDone": "450,140 480,140"}), ("column-gap", "WhichToDone")),
        (drawn({"Done": (430, 122, 36, 36)}, {"WhichToDone": "450,140 430,140"}), ("shapes-overlap", "Which")),
        (drawn(edges={"WhichToDone": "450,140 520,130"}), ("flow-slanted", "WhichToDone")),
        (drawn(edges={"WhichToDone": "450,140"}), ("flow-without-line", "WhichToDone")),
        (drawn(edges={"WhichToDone": "450,140 460,140 460,150 480,150 480,140 520,140"}), ("flow-bends", "WhichToDone")),
        (drawn(edges={"WhichToDone": "460,140 520,140"}), ("flow-loose", "WhichToDone")),
        (drawn(edges={"BeginToAsk": "136,140 425,140 425,60 260,60 260,100"}), ("flow-through-shape", "BeginToAsk")),
        (drawn(labels={"Which": (410, 120, 30, 14)}), ("label-on-shape", "Which")),
        (drawn(labels={"Begin": (105, 130, 20, 14)}), ("label-on-shape", "Begin")),
        (drawn(labels={"WhichToDone": (300, 110, 30, 14)}), ("label-on-shape", "WhichToDone")),
        (drawn(labels={"WhichToDone": (470, 133, 30, 14)}), ("label-on-flow", "WhichToDone")),
        (drawn(labels={"WhichToDone": (460, 100, 40, 14), "Which": (450, 95, 40, 14)}), ("labels-overlap", "Which")),
        (drawn(more=sketch.end("Else")), ("not-drawn", "Else")),
        (drawn(more=sketch.flow("Ask", "Done")), ("not-drawn", "AskToDone")),
        (drawn({"Else": ELSE}, {"WhichToElse": "425,115 425,90 260,90 260,170"}, more=EXTRA), ("flow-loose", "WhichToElse")),
        (drawn({"Else": ELSE}, {"WhichToElse": "425,165 425,200 490,200 490,100 660,100"}, more=EXTRA), ("flows-cross", "WhichToDone")),
        (drawn({"Else": ELSE}, {"AskToElse": "320,140 600,140"}, more=sketch.user("Else") + sketch.flow("Ask", "Else")), ("flows-overlap", "WhichToDone")),
    ],
)  # fmt: skip
def test_a_broken_law_is_found(data: bytes, fault: tuple[str, str]) -> None:
    assert fault in faults(data)


def test_flows_to_the_same_end_may_share_the_way() -> None:
    more = sketch.user("Else") + sketch.flow("Else", "Done")
    data = drawn({"Else": (600, 100, 120, 80)}, {"ElseToDone": "600,140 538,140"}, more=more)
    assert not {code for code, _ in faults(data)} & {"flows-overlap", "flows-cross"}


def test_an_event_on_a_border_and_an_opened_subprocess_hold_shapes() -> None:
    inner = sketch.subprocess("Part", sketch.user("Deep"))
    late = sketch.boundary("Late", "Ask", sketch.timer("P1D"))
    shapes = {"Part": (600, 60, 240, 160), "Deep": (660, 100, 120, 80), "Late": (240, 162, 36, 36)}
    assert faults(drawn(shapes, more=inner + late)) == set()


@pytest.mark.parametrize("number", ["", "wide", "NaN", "inf", "1e9"])
def test_a_shape_without_sensible_numbers_is_not_drawn(number: str) -> None:
    data = drawn().replace(b'x="200"', f'x="{number}"'.encode(), 1)
    assert ("not-drawn", "Ask") in faults(data)
    bent = drawn().replace(b'<di:waypoint x="450"', f'<di:waypoint x="{number}"'.encode())
    assert ("flow-without-line", "WhichToDone") in faults(bent)


def test_a_shape_without_bounds_or_of_nothing_is_not_drawn() -> None:
    data = drawn().replace(bounds(SHAPES["Ask"]).encode(), b"")
    assert ("not-drawn", "Ask") in faults(data)
    ghost = b'<bpmndi:BPMNShape bpmnElement="Ghost"><dc:Bounds x="1" y="1" width="1" height="1"/></bpmndi:BPMNShape><bpmndi:BPMNEdge bpmnElement="Ghost"/></bpmndi:BPMNPlane>'
    assert faults(drawn().replace(b"</bpmndi:BPMNPlane>", ghost)) == set()


def test_what_is_no_diagram_has_no_drawing_to_check() -> None:
    assert drawing_faults(b"nothing") == []


coordinates = st.integers(min_value=-50, max_value=50)
points = st.builds(Point, coordinates, coordinates)
boxes = st.builds(Box, coordinates, coordinates, st.integers(1, 60), st.integers(1, 60))


@given(points, points, boxes)
def test_a_line_crosses_a_box_where_a_fine_walk_along_it_finds_its_inside(
    begin: Point, end: Point, box: Box
) -> None:
    walk = [
        Point(begin.x + (end.x - begin.x) * step / 400, begin.y + (end.y - begin.y) * step / 400)
        for step in range(401)
    ]
    inside = any(box.x < place.x < box.right and box.y < place.y < box.bottom for place in walk)
    crosses = Segment(begin, end).crosses(box)
    # The walk may step over a corner, never the other way round.
    assert crosses or not inside or begin == end


@given(boxes, boxes)
def test_overlapping_is_mutual_and_a_box_contained_overlaps(one: Box, other: Box) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    assert not one.contains(other) or one.overlaps(other)


def test_segments_meet_run_along_and_stand_upright() -> None:
    level = Segment(Point(0, 0), Point(10, 0))
    upright = Segment(Point(5, -5), Point(5, 5))
    assert level.meets(upright)
    assert not level.meets(Segment(Point(5, 0), Point(5, 5)))
    assert level.runs_along(Segment(Point(4, 0), Point(20, 0)))
    assert not level.runs_along(Segment(Point(10, 0), Point(20, 0)))
    assert not level.runs_along(upright)
    assert upright.runs_along(Segment(Point(5, 0), Point(5, 20)))
    assert upright.is_orthogonal
    assert not Segment(Point(0, 0), Point(3, 3)).is_orthogonal
    assert not level.crosses(Box(0, 0, 10, 10))
    assert not Segment(Point(0, 20), Point(10, 20)).crosses(Box(0, 0, 10, 10))


def test_points_on_a_straight_piece_are_no_bends() -> None:
    line = [Point(0, 0), Point(5, 0), Point(9, 0), Point(9, 9)]
    assert straightened(line) == [Point(0, 0), Point(9, 0), Point(9, 9)]
    assert straightened(line[:1]) == line[:1]
    assert straightened([]) == []
