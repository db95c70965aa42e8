"""One action at a time on the engine, with everything that it can lead to."""

from collections.abc import Sequence

import pytest

from tests.workflows.engine.sketch import specs
from workflows.diagrams.conditions import Unset, Value
from workflows.engine import EngineError, UnansweredError, exploring, nodes
from workflows.engine.exploring import Asked, Explorer, Outcome, Situation, Spot, calls_of

DECIDING = """
    start S
    user A
    xor X default=X-N
    user Y
    user N
    xor M
    end E
    S -> A -> X
    X -> Y : A.ok = true
    X -> N
    Y -> M
    N -> M
    M -> E
"""


def either(_asked: Asked) -> Sequence[Value]:
    return [True, False]


def nothing(asked: Asked) -> Sequence[Value]:
    raise Unset(asked.element, asked.field)


def at_rest(outcomes: Sequence[Outcome]) -> list[Situation]:
    return [outcome.situation for outcome in outcomes if outcome.situation is not None]


def begun(explorer: Explorer) -> Situation:
    (situation,) = at_rest(explorer.begin("S", nothing))
    return situation


def elements(situations: Sequence[Situation]) -> list[list[str]]:
    return [[spot.element for spot in situation.spots] for situation in situations]


def act(explorer: Explorer, situation: Situation, element: str, answers=either) -> list[Outcome]:  # type: ignore[no-untyped-def]
    identity = next(one.id for spot, one in situation.waiting if spot.element == element)
    return explorer.act(situation, identity, answers)


def test_an_answer_that_may_be_one_of_several_leads_to_each() -> None:
    explorer = Explorer(specs(DECIDING))
    start = begun(explorer)
    assert elements([start]) == [["A"]]
    found = act(explorer, start, "A")
    assert elements(at_rest(found)) == [["Y"], ["N"]]
    assert [one.element for one in found[0].passed] == ["A", "A-X", "X", "X-Y"]
    (after,) = at_rest(act(explorer, at_rest(found)[0], "Y"))
    assert (after.ended, after.spots, after.waiting) == (True, (), ())


def test_equal_situations_are_equal_whatever_led_to_them() -> None:
    explorer = Explorer(
        specs(
            "start S\nand F\nuser A\nuser B\nuser C\nand J\nend E\nS -> F -> A -> J -> E\nF -> B -> J\nF -> C -> J"
        )
    )
    ways = []
    for order in ("AB", "BA"):
        here = begun(explorer)
        for element in order:
            (here,) = at_rest(act(explorer, here, element))
        ways.append(here)
    one, other = ways
    assert (one.marking, one.spots) == (other.marking, other.spots)
    assert set(one.spots) == {Spot((), "C"), Spot((), "J", "A-J"), Spot((), "J", "B-J")}


def test_an_answer_that_is_missing_and_a_breakdown_are_outcomes_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explorer = Explorer(specs(DECIDING))
    start = begun(explorer)
    (stopped,) = act(explorer, start, "A", nothing)
    assert stopped.situation is None
    assert isinstance(stopped.error, UnansweredError)
    monkeypatch.setattr(nodes.ExclusiveGateway, "choose", lambda _self, _token: 1 / 0)
    (broken,) = act(explorer, start, "A")
    assert isinstance(broken.error, EngineError)
    assert "broke down (ZeroDivisionError" in str(broken.error)


def test_ways_beyond_counting_are_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exploring, "MOST_WAYS", 1)
    explorer = Explorer(specs(DECIDING))
    assert len(act(explorer, begun(explorer), "A")) == 1
    assert not explorer.complete


def test_the_answers_of_instances_are_read_as_a_list() -> None:
    text = """
        start S
        user A times=2
        xor X default=X-N
        end Y
        end N
        S -> A -> X
        X -> Y : count(A.ok = true) >= 2
        X -> N
    """
    asked: list[Asked] = []

    def lists(one: Asked) -> Sequence[Value]:
        asked.append(one)
        return [[True, True], True]

    explorer = Explorer(specs(text))
    start = begun(explorer)
    assert start.spots == (Spot((), "A"),)
    (once,) = at_rest(act(explorer, start, "A", lists))
    found = act(explorer, once, "A", lists)
    assert [outcome.passed[-1].element for outcome in found] == ["Y", "N"]
    assert {passed.instance for passed in found[0].passed} == {"1", ""}
    assert asked[0] == Asked((), "A", "ok", times=True)


def test_calls_are_told_apart_by_the_elements_that_call() -> None:
    called = "start T\nuser B\nxor X default=X-N\nend Y\nend N\nT -> B -> X\nX -> Y : B.ok = true\nX -> N"
    asked: list[Asked] = []

    def either_way(one: Asked) -> Sequence[Value]:
        asked.append(one)
        return [True]

    explorer = Explorer(
        specs(
            "start S\nsub In {\nstart T\ncall C to=helper\nend F\nT -> C -> F\n}\nend E\nS -> In -> E",
            helper=called,
        )
    )
    start = begun(explorer)
    assert start.spots == (Spot((), "In"), Spot((), "C"), Spot(("C",), "B"))
    (after,) = act(explorer, start, "B", either_way)
    assert asked == [Asked(("C",), "B", "ok")]
    assert [one.calls for one in after.passed if one.element == "Y"] == [("C",)]
    assert calls_of("A.b.12345678/C.12345678#3") == ("A.b", "C")
    assert calls_of("") == ()


def test_deadlines_and_messages_happen_like_steps() -> None:
    text = (
        "start S\nuser A\non Late host=A duration=P1D\nuser B\non Told host=B message=news\nend E\nend F\n"
        "S -> A -> E\nLate -> B -> E\nTold -> F"
    )
    explorer = Explorer(specs(text))
    start = begun(explorer)
    assert elements([start]) == [["A", "Late"]]
    (late,) = at_rest(act(explorer, start, "Late"))
    assert elements([late]) == [["B", "Told"]]
    (told,) = act(explorer, late, "Told")
    assert [one.element for one in told.passed] == ["Told", "Told-F", "F"]
