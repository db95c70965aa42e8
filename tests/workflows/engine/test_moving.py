"""Placing and withdrawing tokens: moves, reopening, carrying a case over to another diagram."""

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, names, specs, the
from workflows.engine import EngineError, NotWaitingError, Run, empty, load, parse, start

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
    run.place("In")
    run.place("C")
    assert names(run) == ["A", "C", "C"]
    assert [waiting.scope for waiting in run.waiting()] == ["", "", ""]


def test_a_subprocess_that_is_not_running_is_entered_at_the_element() -> None:
    run = begin(TEXT, inner=INNER)
    run.place("C")
    assert names(run) == ["A", "C"]
    run = load(run.specs, run.save(), Given())
    assert names(run) == ["A", "C"]


def test_a_called_diagram_that_is_not_running_is_entered_at_the_element() -> None:
    run = begin(TEXT, inner=INNER)
    run.place("Deeper", "inner")
    assert names(run) == ["A", "Deeper"]
    assert the(run, "Deeper").scope.startswith("D.")
    run = load(run.specs, run.save(), Given())
    assert names(run) == ["A", "Deeper"]


NESTED = {
    "outer": "start S\nuser A\ncall M to=middle\non Late host=M duration=P1D\nuser L\nend E\n"
    "S -> A -> M -> E\nLate -> L",
    "middle": "start T\nuser B\nsub Box {\nstart V\nuser C\ncall I to=inner\nend W\nV -> C -> I -> W\n}\n"
    "end U\nT -> B -> Box -> U",
    "inner": "start X\nuser D\nuser G\nend Y\nX -> D -> G -> Y",
}


def nested() -> Run:
    files = {name: bpmn(text, name) for name, text in NESTED.items()}
    return start(parse(files, "outer"), Given())


def test_a_token_is_placed_inside_calls_inside_a_subprocess_with_the_events_around_it() -> None:
    run = nested()
    run.place("G", "inner")
    assert names(run) == ["A", "G", "Late"]
    assert [part.split(".")[0] for part in the(run, "G").scope.split("/")] == ["M", "I"]
    run = load(run.specs, run.save(), Given())
    do(run, "A", "G")
    assert names(run) == ["B", "Late"]


def test_the_nearest_diagram_that_is_running_is_entered_rather_than_another_beside_it() -> None:
    run = nested()
    do(run, "A", "B")
    box = the(run, "C").scope
    run.place("G", "inner")
    assert names(run) == ["C", "G", "Late"]
    assert the(run, "G").scope.startswith(f"{box}/I.")


def test_a_case_that_has_ended_and_was_not_kept_is_taken_up_empty() -> None:
    run = empty(nested().specs, Given())
    assert run.ended
    assert run.waiting() == ()
    run.place("C", "middle")
    assert not run.ended
    assert names(run) == ["C", "Late"]


def test_a_token_cannot_be_placed_in_a_scope_that_is_not_running() -> None:
    run = nested()
    with pytest.raises(EngineError, match="inner is not running where the token would be"):
        run.place("G", "inner", scope="M.12345678")


def test_a_token_cannot_be_placed_in_a_diagram_that_the_case_does_not_have() -> None:
    with pytest.raises(EngineError, match="elsewhere has no such element"):
        nested().place("G", "elsewhere")


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
