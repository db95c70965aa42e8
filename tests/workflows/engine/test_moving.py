"""Placing and withdrawing tokens: moves, reopening, carrying a case over to another diagram."""

import pytest

from tests.workflows.engine.sketch import Given, begin, do, names, specs, the
from workflows.engine import EngineError, NotWaitingError, load

TEXT = """
    start S
    user A
    user B
    on Late host=B duration=P1D
    user Handle
    user Many times=2
    sub In {
    start I
    user C
    I -> C
    }
    call D to=inner
    and F
    user X
    user Y
    and J
    end E
    S -> A -> B -> Many -> In -> D -> F
    F -> X -> J
    F -> Y -> J
    J -> E
    Late -> Handle
"""
INNER = "start I\nuser Deep\nuser Deeper\nI -> Deep -> Deeper"


@pytest.mark.parametrize(
    ("element", "waiting"),
    [
        ("S", ["A"]),
        ("B", ["B", "Late"]),
        ("Many", ["Many", "Many"]),
        ("In", ["C"]),
        ("D", ["Deep"]),
        ("F", ["X", "Y"]),
        ("J", []),
        ("E", []),
    ],
)
def test_a_token_may_be_placed_on_anything_that_a_flow_may_enter(
    element: str, waiting: list[str]
) -> None:
    run = begin(TEXT, inner=INNER)
    run.place(element)
    assert names(run) == sorted(["A", *waiting])
    run = load(run.specs, run.save(), Given())
    assert names(run) == sorted(["A", *waiting])


def test_a_case_moves_by_placing_and_withdrawing() -> None:
    run = begin(TEXT, inner=INNER)
    do(run, "A")
    run.place("Many")
    run.withdraw(the(run, "B").id)
    assert names(run) == ["Many", "Many"]
    do(run, "Many", "Many", "C")
    assert names(run) == ["Deep"]


def test_a_step_done_several_times_is_withdrawn_as_a_whole() -> None:
    run = begin(TEXT, inner=INNER)
    run.place("Many")
    run.withdraw(next(waiting.id for waiting in run.waiting() if waiting.element == "Many"))
    assert names(run) == ["A"]


def test_a_deadline_may_be_withdrawn_alone() -> None:
    run = begin(TEXT, inner=INNER)
    do(run, "A")
    run.withdraw(the(run, "Late").id)
    assert names(run) == ["B"]
    do(run, "B")
    assert names(run) == ["Many", "Many"]


def test_withdrawing_the_last_token_inside_takes_the_activity_away_too() -> None:
    inner = "start I\nsub Deepest {\nstart J\nuser Deep\nJ -> Deep\n}\nI -> Deepest"
    run = begin(TEXT, inner=inner)
    run.place("D")
    run.withdraw(the(run, "Deep").id)
    assert names(run) == ["A"]
    run.withdraw(the(run, "A").id)
    assert run.ended


def test_withdrawing_lets_an_inclusive_join_go_on() -> None:
    run = begin(
        "start S\nand F\nuser A\nuser B\nor J\nuser C\nS -> F -> A -> J\nF -> B -> J\nJ -> C"
    )
    do(run, "A")
    assert names(run) == ["B"]
    run.withdraw(the(run, "B").id)
    assert names(run) == ["C"]


def test_an_ended_case_is_reopened_by_placing_a_token() -> None:
    text = "start S\nuser A\nend E\nS -> A -> E"
    run = begin(text)
    do(run, "A")
    run = load(specs(text), run.save(), Given())
    run.place("A")
    assert not run.ended
    assert names(load(specs(text), run.save(), Given())) == ["A"]
    do(run, "A")
    assert run.ended


def test_a_token_may_be_placed_in_a_called_diagram_that_is_running() -> None:
    run = begin(TEXT, inner=INNER)
    with pytest.raises(EngineError, match="inner is not running"):
        run.place("Deeper", "inner")
    run.place("D")
    run.place("Deeper", "inner")
    assert names(run) == ["A", "Deep", "Deeper"]
    assert the(run, "Deeper").scope == the(run, "Deep").scope


def test_calls_of_one_diagram_are_told_apart_by_their_scope() -> None:
    run = begin(
        "start S\nand F\ncall D to=inner\ncall G to=inner\nS -> F -> D\nF -> G", inner=INNER
    )
    second = run.waiting()[1]
    run.place("Deeper", "inner", scope=second.scope)
    assert the(run, "Deeper").scope == second.scope


def test_a_token_may_be_placed_in_a_subprocess_that_is_running() -> None:
    run = begin(TEXT, inner=INNER)
    with pytest.raises(EngineError, match="no such element where it is"):
        run.place("C")
    run.place("In")
    run.place("C")
    assert names(run) == ["A", "C", "C"]


@pytest.mark.parametrize("element", ["Nothing", " ", "B [host]", "Many [child]"])
def test_a_token_cannot_be_placed_on_what_was_not_drawn(element: str) -> None:
    run = begin(TEXT, inner=INNER)
    with pytest.raises(EngineError, match="no such element"):
        run.place(element)


def test_a_token_cannot_be_placed_on_a_boundary_event() -> None:
    run = begin(TEXT, inner=INNER)
    with pytest.raises(EngineError, match="Late: A boundary event has no place of its own"):
        run.place("Late")


def test_what_does_not_wait_cannot_be_withdrawn() -> None:
    run = begin(TEXT, inner=INNER)
    with pytest.raises(NotWaitingError):
        run.withdraw("0" * 32)
