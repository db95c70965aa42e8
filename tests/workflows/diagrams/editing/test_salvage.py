"""A broken draft still opens with what can be read of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from tests.workflows.diagrams import sketch
from workflows.diagrams.editing import steps
from workflows.diagrams.editing.salvage import salvage
from workflows.diagrams.reading import read

WHOLE = (ROOT / "bpmn" / "give-notices.bpmn").read_bytes()


def errors_of(data: bytes) -> list[str]:
    return [finding.message for finding in read(data)[1] if finding.severity == "error"]


def test_a_file_in_order_opens_with_nothing_to_say() -> None:
    sheet, said = salvage(WHOLE)
    assert sheet is not None
    assert said == ()


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.95])
def test_a_file_that_was_cut_off_opens_with_what_stands_before(part: float) -> None:
    sheet, said = salvage(WHOLE[: int(len(WHOLE) * part)])
    assert sheet is not None
    assert "cannot be read" in said[0]
    assert said[-1].startswith("Could be read:")
    assert sheet.diagram.process_id == "give-notices"
    first = next(iter(sheet.diagram.nodes))
    steps.rename(sheet, element=first, name="Goes on")


def test_a_stray_sign_costs_nothing() -> None:
    broken = WHOLE.replace(b'name="No" sourceRef', b'name="No & no &copy; &amp; \x01" sourceRef', 1)
    sheet, said = salvage(broken)
    assert sheet is not None
    names = [flow.name for flow in sheet.diagram.flows.values()]
    assert "No & no &copy; &" in names
    assert len(said) == 3
    assert len(sheet.diagram.nodes) == len(read(WHOLE)[0].nodes)  # type: ignore[union-attr]


def test_ids_given_twice_are_told_apart() -> None:
    twice = sketch.process(
        sketch.start(),
        sketch.user("A"),
        sketch.user("A"),
        sketch.end(),
        sketch.flows("Begin A Done"),
    )
    sheet, said = salvage(twice)
    assert sheet is not None
    assert list(sheet.diagram.nodes) == ["Begin", "A", "AAgain", "Done"]
    assert said[0] == 'The id "A" was given twice; one is "AAgain" now.'
    assert errors_of(sheet.to_bytes()) == []


def test_loose_ends_are_left_out_and_told() -> None:
    loose = sketch.process(
        sketch.start(), sketch.gateway("exclusive", "G", "GToNobody"), sketch.end(),
        sketch.boundary("Late", "Nobody", sketch.timer("P1D")),
        sketch.flows("Begin G Done", "G Nobody", "Late Done"), lanes={"One": "Begin Nobody"},
    ).replace(b'name="G"', b'name="G" strange:mark="1"').replace(b"</bpmn:process>", b"<odd:thing/></bpmn:process>")  # fmt: skip
    sheet, said = salvage(loose)
    assert sheet is not None
    assert list(sheet.diagram.nodes) == ["Begin", "G", "Done"]
    assert list(sheet.diagram.flows) == ["BeginToG", "GToDone"]
    assert errors_of(sheet.to_bytes()) == []
    assert any("thing" in line for line in said)
    assert any("Late" in line for line in said)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<a/>",
        b"<a>&b",
        b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + WHOLE,
        b"<bpmn:definitions",
        sketch.definitions(""),
        sketch.definitions("&x;"),
        WHOLE + b"<!--" + b"x" * 1024 * 1024 + b"-->",
    ],
)
def test_where_nothing_can_be_read_it_says_why(data: bytes) -> None:
    sheet, said = salvage(data)
    assert sheet is None or not sheet.root.findall("{*}process")
    assert sheet is not None or said


@given(st.integers(0, len(WHOLE)), st.integers(0, 400), st.binary(max_size=8))
@settings(max_examples=60)
def test_any_damage_is_answered(begin: int, length: int, instead: bytes) -> None:
    damaged = WHOLE[:begin] + instead + WHOLE[begin + length :]
    sheet, said = salvage(damaged)
    assert sheet is not None or said
    if sheet is not None and said:
        assert read(sheet.to_bytes())[0] is not None
