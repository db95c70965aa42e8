"""Which answers may be read where."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from config import ROOT
from tests.workflows.drawn import drawn
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.fields_at import fields_at
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read

SHIPPED = sorted((ROOT / "bpmn").glob("*.bpmn"))


def diagram(text: str, process: str = "main", inputs: str = "", **fields: str) -> Diagram:
    asked = {name: written.split() for name, written in fields.items()}
    found = read(drawn(text, process, inputs=inputs, fields=asked))[0]
    assert found is not None
    return found


def known(found: Diagram, place: str, *callers: Diagram) -> dict[str, bool]:
    """Give what may be read at a place, and whether it is there on every way."""
    around = fields_at(found, place, lambda _process: callers)
    return {f"{one.step}.{one.field.id}": one.always for one in around}


CHOICE = """
    start Begin
    user Ask
    xor Which default=Which-Short
    user Long
    user Short
    xor Again
    end Done
    Begin -> Ask -> Which
    Which -> Long : Ask.way = "long"
    Which -> Short
    Long -> Again
    Short -> Again -> Done
"""


def test_what_was_asked_before_a_gateway_is_there_and_what_comes_later_is_not() -> None:
    found = diagram(CHOICE, Ask="way:enum:long,short", Long="why")
    assert known(found, "Which") == {"Ask.way": True}
    assert known(found, "Ask") == {}


def test_a_flow_knows_the_answers_of_the_step_that_it_leaves() -> None:
    found = diagram(CHOICE, Ask="way:enum:long,short")
    assert known(found, "Ask-Which") == {"Ask.way": True}
    assert known(found, "Which-Long") == {"Ask.way": True}


def test_a_step_on_one_of_two_ways_may_not_have_been_done_and_the_last_stands_first() -> None:
    found = diagram(CHOICE, Ask="way", Long="why", Short="so")
    assert known(found, "Again") == {"Long.why": False, "Short.so": False, "Ask.way": True}
    assert list(known(found, "Again"))[-1] == "Ask.way"


def test_where_branches_meet_again_all_of_them_have_been_done() -> None:
    found = diagram(
        """
        start Begin
        and Fork
        user One
        user Two
        and Join
        end Done
        Begin -> Fork -> One -> Join -> Done
        Fork -> Two -> Join
        """,
        One="a",
        Two="b",
    )
    assert known(found, "Join") == {"One.a": True, "Two.b": True}
    assert known(found, "Two") == {}


def test_a_step_that_is_come_back_to_knows_what_lies_on_the_way_round() -> None:
    found = diagram(
        """
        start Begin
        xor Back
        user Ask
        xor Which default=Which-Done
        end Done
        Begin -> Back -> Ask -> Which -> Done
        Which -> Back : Ask.again = true
        """,
        Ask="again:boolean",
    )
    assert known(found, "Ask") == {"Ask.again": False}
    assert known(found, "Which") == {"Ask.again": True}


def test_a_deadline_rings_before_its_step_is_answered() -> None:
    found = diagram(
        """
        start Begin
        user First
        user Slow
        on Late host=Slow duration=P5BD
        end Done
        end Over
        Begin -> First -> Slow -> Done
        Late -> Over
        """,
        First="a",
        Slow="b",
    )
    assert known(found, "Late-Over") == {"Slow.b": False, "First.a": True}


def test_inside_a_subprocess_what_was_asked_before_it_is_there() -> None:
    found = diagram(
        """
        start Begin
        user Ask
        sub Part {
        start In
        user Inner
        end Out
        In -> Inner -> Out
        }
        end Done
        Begin -> Ask -> Part -> Done
        """,
        Ask="a",
        Inner="b",
    )
    assert known(found, "Out") == {"Inner.b": True, "Ask.a": True}
    assert known(found, "Part-Done") == {"Ask.a": True}


def test_behind_a_subprocess_what_was_asked_inside_on_every_way_is_there() -> None:
    found = diagram(
        """
        start Begin
        sub Part {
        start First
        user Always
        xor Which default=Which-Soon
        user Seldom
        end Soon
        end Late
        error Wrong code=Odd
        xor Late2 default=Late2-Late
        First -> Always -> Which
        Which -> Seldom : Always.sure = true
        Which -> Soon
        Seldom -> Late2
        Late2 -> Wrong : Always.sure = true
        Late2 -> Late
        }
        on Slow host=Part duration=P1D
        on Caught host=Part code=Odd
        end Done
        end Over
        Begin -> Part -> Done
        Slow -> Over
        Caught -> Over
        """,
        Always="sure:boolean",
        Seldom="why",
    )
    assert known(found, "Done") == {"Seldom.why": False, "Always.sure": True}
    assert known(found, "Over") == {"Seldom.why": False, "Always.sure": False}


def test_a_step_done_several_times_is_counted() -> None:
    found = diagram("start Begin\nuser Ask times=3\nend Done\nBegin -> Ask -> Done", Ask="a b")
    assert [(one.step_title, one.counted) for one in fields_at(found, "Done")] == [
        ("Ask", True),
        ("Ask", True),
    ]


CALLER = "start Begin\nuser Ask\ncall Help to=help\nend Done\nBegin -> Ask -> Help -> Done"
CALLED = "start In\nuser Inner\nend Out\nIn -> Inner -> Out"


def test_a_called_diagram_knows_the_steps_of_its_caller_that_it_names() -> None:
    caller = diagram(CALLER, Ask="a")
    called = diagram(CALLED, "help", "Ask", Inner="b")
    assert known(called, "Out", caller) == {"Inner.b": True, "Ask.a": True}
    assert known(diagram(CALLED, "help", Inner="b"), "Out", caller) == {"Inner.b": True}
    assert known(called, "Out") == {"Inner.b": True}
    assert [one.step for one in fields_at(called, "Out")] == ["Inner"]


def test_an_input_that_one_of_its_callers_has_not_asked_may_be_missing() -> None:
    caller = diagram(CALLER, Ask="a")
    other = diagram(CALLER, "other", Begin="c")
    called = diagram(CALLED, "help", "Ask", Inner="b")
    assert known(called, "Out", caller, other) == {"Inner.b": True, "Ask.a": False}


def test_inputs_are_found_from_call_to_call_and_diagrams_that_call_each_other_end() -> None:
    outer = diagram(CALLER.replace("to=help", "to=middle"), Ask="a")
    middle = diagram("start In\ncall Help to=help\nend Out\nIn -> Help -> Out", "middle", "Ask")
    called = diagram(CALLED, "help", "Ask", Inner="b")
    callers: Mapping[str, Sequence[Diagram]] = {"help": [middle], "middle": [outer]}
    found = fields_at(called, "Out", lambda process: callers[process])
    assert [(one.step, one.always) for one in found] == [("Inner", True), ("Ask", True)]
    itself = diagram(CALLED.replace("user Inner", "call Inner to=help"), "help", "Ask")
    assert fields_at(itself, "Out", lambda _process: [itself]) == ()


def test_a_place_that_is_not_there_or_never_reached_knows_nothing() -> None:
    found = diagram(f"{CHOICE}\nuser Lost\nxor Alone\nLost -> Alone", Lost="a")
    assert known(found, "Nowhere") == {}
    assert known(found, "Alone") == {"Lost.a": False}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_condition_of_a_shipped_diagram_reads_what_may_be_read_there(path: Path) -> None:
    diagrams = {one.process_id: one for file in SHIPPED if (one := read(file.read_bytes())[0])}

    def callers(process: str) -> list[Diagram]:
        return [
            one
            for one in diagrams.values()
            if any(node.called == process for node in one.of_kind("callActivity"))
        ]

    found = read(path.read_bytes())[0]
    assert found is not None
    for flow in found.flows.values():
        there = {(one.step, one.field.id) for one in fields_at(found, flow.id, callers)}
        if flow.condition is not None:
            assert compile_condition(flow.condition).names <= there
