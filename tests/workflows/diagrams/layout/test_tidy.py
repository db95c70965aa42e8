"""Any diagram is drawn by our laws, and nothing but its drawing changes."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.layout.drawn import SHIPPED, diagrams, long_process
from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.layout import LayoutError, tidy
from workflows.diagrams.reading import read

# What no drawing of ours ever has.
NEVER = {
    "not-drawn", "shape-size", "lane-height", "outside-lane", "column-gap", "shapes-overlap",
    "flow-slanted", "flow-without-line", "flow-loose", "flow-through-shape",
}  # fmt: skip
DRAWING = re.compile(rb"\s*<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", re.DOTALL)


def codes(data: bytes) -> Counter[str]:
    return Counter(fault.code for fault in drawing_faults(data))


def assert_only_the_drawing_changed(data: bytes, drawn: bytes) -> None:
    assert DRAWING.sub(b"", drawn) == DRAWING.sub(b"", data)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_diagram_is_drawn_by_the_laws(path: Path) -> None:
    data = path.read_bytes()
    drawn = tidy(data)
    assert not codes(drawn).keys() & NEVER
    assert_only_the_drawing_changed(data, drawn)
    assert read(drawn)[0] == read(data)[0]
    assert tidy(drawn) == drawn


def test_what_remains_of_the_shipped_diagrams_is_counted() -> None:
    remaining = sum((codes(tidy(path.read_bytes())) for path in SHIPPED), Counter[str]())
    assert remaining["flows-cross"] <= 0.7 * len(SHIPPED)
    assert remaining.total() - remaining["flows-cross"] <= 0.5 * len(SHIPPED)


def _is_drawn(data: bytes) -> None:
    drawn = tidy(data)
    assert not codes(drawn).keys() & NEVER, drawing_faults(drawn)
    assert DRAWING.sub(b"", drawn).replace(b"\n", b"") == data
    assert tidy(drawn) == drawn


@settings(max_examples=40)
@given(diagrams())
def test_any_diagram_is_drawn(data: bytes) -> None:
    _is_drawn(data)


@pytest.mark.long
@settings(max_examples=1_500)
@given(diagrams())
def test_very_many_diagrams_are_drawn(data: bytes) -> None:
    _is_drawn(data)


@pytest.mark.parametrize(("number", "seconds"), [(60, 0.2), (500, 3.0)])
def test_a_large_diagram_is_drawn_in_time(number: int, seconds: float) -> None:
    data = long_process(number)
    begin = time.process_time()
    drawn = tidy(data)
    taken = time.process_time() - begin
    assert not codes(drawn).keys() & NEVER
    assert taken < seconds


def test_one_step_more_moves_no_lane_and_no_step_before_it() -> None:
    def places(data: bytes) -> dict[str, str | None]:
        shapes = etree.fromstring(data).iter("{*}BPMNShape")
        return {shape.get("bpmnElement", ""): shape[0].get("x") for shape in shapes}

    before = [sketch.start(), sketch.user("One"), sketch.user("Two"), sketch.end()]
    few = places(tidy(sketch.process(*before, sketch.flows("Begin One Two Done"))))
    more = places(
        tidy(
            sketch.process(*before, sketch.user("Three"), sketch.flows("Begin One Two Three Done"))
        )
    )
    assert {name: more[name] for name in ("Begin", "One", "Two")} == {
        name: few[name] for name in ("Begin", "One", "Two")
    }


def test_colours_ids_and_foreign_marks_of_the_drawing_stay() -> None:
    name = '<bpmndi:BPMNShape id="MyShape" bpmnElement="Begin" bioc:stroke="#831311" color:border-color="#831311">'
    data = sketch.process(sketch.start(), sketch.end(), sketch.flows("Begin Done")).replace(
        b"</bpmn:definitions>",
        (
            '<!-- kept --><bpmndi:BPMNDiagram id="D" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
            'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"><bpmndi:BPMNPlane id="P" '
            f'bpmnElement="try">{name}<dc:Bounds x="1" y="2" width="36" height="36"/><x:note xmlns:x="urn:x">'
            "seen</x:note></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
        ).encode(),
    )
    drawn = tidy(data)
    assert b"<!-- kept -->" in drawn
    (shape,) = [
        one for one in etree.fromstring(drawn).iter("{*}BPMNShape") if one.get("id") == "MyShape"
    ]
    assert shape.get("{http://bpmn.io/schema/bpmn/biocolor/1.0}stroke") == "#831311"
    assert (
        shape.get("{http://www.omg.org/spec/BPMN/non-normative/color/1.0}border-color") == "#831311"
    )
    assert [note.text for note in shape.iter("{urn:x}note")] == ["seen"]


def test_line_ends_and_the_mark_at_the_beginning_stay() -> None:
    data = b"\xef\xbb\xbf" + sketch.process(sketch.start()).replace(b"><", b">\r\n<")
    drawn = tidy(data)
    assert drawn.startswith(b"\xef\xbb\xbf<bpmn:definitions")
    assert b"\n" not in drawn.replace(b"\r\n", b"")


def test_a_second_drawing_goes_and_prefixes_of_the_file_are_used() -> None:
    diagram = (
        b'<ui:BPMNDiagram id="D%d"><ui:BPMNPlane id="P%d" bpmnElement="try"/></ui:BPMNDiagram>'
    )
    data = sketch.process(sketch.start()).replace(b"xmlns:bpmndi=", b"xmlns:ui=")
    data = data.replace(b"xmlns:dc=", b"xmlns:bpmndi=").replace(
        b"</bpmn:definitions>", diagram % (1, 1) + diagram % (2, 2) + b"</bpmn:definitions>"
    )
    drawn = tidy(data)
    assert drawn.count(b"<ui:BPMNDiagram") == 1
    assert b"<bpmndi:Bounds" in drawn


def test_a_file_without_a_process_stays_as_it_is() -> None:
    assert tidy(sketch.definitions("")) == sketch.definitions("")


def test_bytes_that_are_no_diagram_are_refused() -> None:
    with pytest.raises(LayoutError, match="not well-formed"):
        tidy(b"<bpmn")


def test_what_two_hosts_of_events_lead_to_stands_below_both() -> None:
    parts = [sketch.user(name) for name in ("One", "Two")] + [sketch.end()]
    parts += [sketch.boundary(f"On{name}", name, sketch.timer("P1D")) for name in ("Two", "One")]
    _is_drawn(sketch.process(*parts, sketch.flows("OnTwo Done", "OnOne Done")))


def test_events_on_a_border_stand_in_the_order_that_crosses_least() -> None:
    parts = [sketch.start(), sketch.user("One"), sketch.user("Two"), sketch.end()]
    parts += [sketch.end(name) for name in ("Late", "Gone")]
    parts += [
        sketch.boundary(f"On{name}", "Two", sketch.timer("P1D")) for name in ("Late", "Gone", "One")
    ]
    flows = sketch.flows("Begin One Two Done", "OnLate Late", "OnGone Gone", "OnOne One")
    drawn = tidy(sketch.process(*parts, flows))
    assert not codes(drawn)
    x = {
        shape.get("bpmnElement"): float(shape[0].get("x", ""))
        for shape in etree.fromstring(drawn).iter("{*}BPMNShape")
    }
    assert x["OnOne"] < min(x["OnLate"], x["OnGone"])


def test_a_join_stands_right_of_the_side_ways_that_end_before_it() -> None:
    ways = ("A", "B", "C")
    parts = [
        sketch.start(),
        sketch.gateway("parallel", "Split"),
        sketch.gateway("parallel", "Join"),
    ]
    parts += [sketch.user(way) for way in ways] + [sketch.service(f"Tell{way}") for way in ways]
    parts += [sketch.end(f"Told{way}") for way in ways] + [sketch.end()]
    parts += [sketch.boundary(f"On{way}", way, sketch.timer("P1D")) for way in ways]
    parts += [sketch.flows(f"Split {way} Join", f"On{way} Tell{way} Told{way}") for way in ways]
    assert not codes(tidy(sketch.process(*parts, sketch.flows("Begin Split", "Join Done"))))


def test_many_ways_out_of_one_gateway_leave_it_by_one_trunk() -> None:
    steps = [f"Step{at}" for at in range(12)]
    parts = [
        sketch.start(),
        sketch.gateway("parallel", "Split"),
        sketch.gateway("parallel", "Join"),
        sketch.end(),
    ]
    parts += [sketch.user(step) + sketch.flows(f"Split {step} Join") for step in steps]
    assert not codes(tidy(sketch.process(*parts, sketch.flows("Begin Split", "Join Done"))))


def test_a_part_that_no_way_leads_to_stands_at_the_foot_of_its_lane_and_in_no_way() -> None:
    part = sketch.subprocess("Part", sketch.start("In"), sketch.user("Do"), sketch.flow("In", "Do"))
    parts = [sketch.start(), sketch.user("One"), sketch.user("Two"), sketch.end(), part]
    flows = sketch.flows("Begin One Two Done")

    def drawn(lanes: dict[str, str]) -> dict[str, tuple[float, float]]:
        tidied = tidy(sketch.process(*parts, flows, lanes=lanes))
        assert not codes(tidied).keys() & NEVER
        shapes = etree.fromstring(tidied).iter("{*}BPMNShape")
        return {
            shape.get("bpmnElement", ""): (
                float(shape[0].get("x", "")),
                float(shape[0].get("y", "")),
            )
            for shape in shapes
        }

    alone = drawn({"Clerk": "Begin One Part", "Desk": "Two Done"})
    assert alone["Two"][1] > alone["One"][1]
    below = drawn({"Clerk": "Begin One Two Done Part"})
    assert below["Part"][1] > below["One"][1] + 80
    # It does not make the first column as wide as it is.
    assert below["One"][0] - below["Begin"][0] < 200
