"""Tokens of a running case carried to other diagrams: what stays, what goes astray, and why."""

from collections.abc import Mapping

import pytest

from tests.workflows.engine.sketch import Given, begin, do, names, specs, the
from workflows.engine import Astray, EngineError, Run, Transplant, load, transplant

PLAIN = """
    start S
    user A
    user B
    end E
    S -> A -> B -> E
"""


def carry(run: Run, text: str, decided: Mapping[str, str]) -> Transplant:
    """Carry a run over to another diagram; decided are elements of the main one."""
    where = {("main", gone): ("main", to) for gone, to in decided.items()}
    return transplant(run.save(), run.specs, specs(text), Given(), where)


def carried(run: Run, text: str, **called: str) -> Run:
    """Carry a run over where all of it has a place; what comes of it is loaded anew."""
    found = transplant(run.save(), run.specs, specs(text, **called), Given(), {})
    assert found.astray == ()
    assert found.run is not None
    return load(found.run.specs, found.run.save(), Given())


def astray(run: Run, text: str, **called: str) -> list[tuple[str, str]]:
    """Say what goes astray where nothing is decided."""
    found = transplant(run.save(), run.specs, specs(text, **called), Given(), {})
    assert found.run is None
    return [(one.element, one.why) for one in found.astray]


def test_a_token_stays_at_its_step_under_its_id() -> None:
    run = begin(PLAIN)
    new = carried(run, PLAIN.replace("S -> A -> B -> E", "user C\nS -> A -> B -> C -> E"))
    assert the(new, "A").id == the(run, "A").id
    do(new, "A", "B", "C")
    assert new.ended


def test_a_step_done_by_hand_is_a_step_of_people() -> None:
    assert names(carried(begin(PLAIN), PLAIN.replace("user A", "manual A"))) == ["A"]


def test_a_token_goes_on_where_somebody_decided() -> None:
    run = begin(PLAIN)
    text = "start S\nuser B\nend E\nS -> B -> E"
    assert astray(run, text) == [("A", "gone")]
    found = carry(run, text, decided={"A": "B"})
    assert found.run is not None
    assert names(found.run) == ["B"]
    assert found.astray == (Astray("main", "A", "", "gone"),)


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(EngineError, match="has no such element"):
        carry(begin(PLAIN), "start S\nuser B\nend E\nS -> B -> E", decided={"A": "Nowhere"})


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("user A", "receive A message=go", "kind"),
        ("catch A duration=P1D", "catch A message=go", "kind"),
        ("catch A message=go", "catch A message=come", "message"),
        ("user A times=2", "user A times=3", "times"),
        ("user A times=2", "user A times=2 sequential=yes", "times"),
        ("user A", "sub A {\nstart I\nuser C\nI -> C\n}", "kind"),
    ],
)
def test_an_element_that_became_another_thing_is_no_place(
    before: str, after: str, why: str
) -> None:
    run = begin(PLAIN.replace("user A", before))
    assert astray(run, PLAIN.replace("user A", after)) == [("A", why)]


def test_a_lost_message_cannot_be_decided_about() -> None:
    run = begin(PLAIN.replace("user A", "catch A message=go"))
    found = carry(run, PLAIN.replace("user A", "catch A message=come"), decided={"A": "B"})
    assert found.run is None


EVENTS = """
    start S
    user A
    on Late host=A duration=P1D interrupting=false
    on Stop host=A message=stop
    user Handle
    user Undo
    end E
    S -> A -> E
    Late -> Handle
    Stop -> Undo
"""


def test_armed_events_go_along_and_new_ones_are_armed() -> None:
    run = begin(EVENTS)
    new = carried(
        run, EVENTS.replace("user Undo", "user Undo\non More host=A duration=P9D\nMore -> Undo")
    )
    assert names(new) == ["A", "Late", "More", "Stop"]
    assert the(new, "Late").id == the(run, "Late").id
    do(new, "More")
    assert names(new) == ["Undo"]


def test_an_event_that_has_happened_is_not_armed_again() -> None:
    run = begin(EVENTS)
    do(run, "Late")
    assert names(carried(run, EVENTS)) == ["A", "Handle", "Stop"]


def test_an_event_that_waits_for_something_else_is_a_new_one() -> None:
    run = begin(EVENTS)
    new = carried(run, EVENTS.replace("message=stop", "message=halt"))
    assert the(new, "Stop").id != the(run, "Stop").id
    new = carried(run, EVENTS.replace("message=stop", "duration=P2D"))
    assert the(new, "Stop").kind == "deadline"


def test_events_come_and_go_with_their_step() -> None:
    bare = "start S\nuser A\nend E\nS -> A -> E"
    assert names(carried(begin(EVENTS), bare)) == ["A"]
    assert names(carried(begin(bare), EVENTS)) == ["A", "Late", "Stop"]


BRANCHES = """
    start S
    and F
    user A
    user B
    and J
    user C
    end E
    S -> F
    F -> A -> J
    F -> B -> J
    J -> C -> E
"""


def test_a_token_at_a_join_waits_on_for_the_other_branch() -> None:
    run = begin(BRANCHES)
    do(run, "A")
    new = carried(run, BRANCHES.replace("F -> B -> J", "user D\nF -> B -> D -> J"))
    do(new, "B", "D")
    assert names(new) == ["C"]


def test_a_join_knows_a_branch_by_where_it_comes_from() -> None:
    run = begin(BRANCHES)
    do(run, "A")
    new = carried(run, BRANCHES.replace("F -> A -> J", "F -> A\nA -> J as Another"))
    do(new, "B")
    assert names(new) == ["C"]


def test_a_token_at_a_join_without_its_branch_goes_astray() -> None:
    run = begin(BRANCHES)
    do(run, "A")
    text = BRANCHES.replace("F -> A -> J", "user D\nF -> A -> D -> J")
    assert astray(run, text) == [("J", "way")]
    found = carry(run, text, decided={"J": "D"})
    assert found.run is not None
    assert names(found.run) == ["B", "D"]


def test_a_join_that_needs_nobody_more_goes_on() -> None:
    run = begin(BRANCHES)
    do(run, "A")
    text = BRANCHES.replace("F -> B -> J", "F -> B -> E")
    assert names(carried(run, text)) == ["B", "C"]


def test_an_inclusive_join_goes_on_where_nothing_can_come_any_more() -> None:
    text = BRANCHES.replace("and J", "or J")
    run = begin(text)
    do(run, "A")
    assert names(carried(run, text)) == ["B"]
    assert names(carried(run, text.replace("F -> B -> J", "F -> B -> E"))) == ["B", "C"]


INNER = """
    start S
    sub In {
    start I
    user A
    sub Deeper {
    start I2
    user B
    I2 -> B
    }
    I -> A -> Deeper
    }
    call Call to=other
    user C
    end E
    S -> In -> Call -> C -> E
"""
OTHER = "start O\nuser X\nuser Y\nO -> X -> Y"


def test_tokens_inside_stay_inside() -> None:
    run = begin(INNER, other=OTHER)
    new = carried(run, INNER, other=OTHER)
    do(new, "A")
    new = carried(new, INNER, other=OTHER)
    do(new, "B")
    new = carried(new, INNER, other=OTHER)
    assert the(new, "X").scope.startswith("Call.")
    do(new, "X", "Y", "C")
    assert new.ended


def test_what_is_inside_a_subprocess_that_is_gone_needs_a_place() -> None:
    run = begin(INNER, other=OTHER)
    do(run, "A")
    text = "start S\nuser C\nend E\nS -> C -> E"
    assert astray(run, text) == [("B", "gone")]
    found = carry(run, text, decided={"B": "C"})
    assert found.run is not None
    assert names(found.run) == ["C"]


def test_a_call_that_is_gone_or_calls_something_else_keeps_the_case() -> None:
    run = begin(INNER, other=OTHER)
    do(run, "A", "B")
    assert astray(run, PLAIN) == [("Call", "called")]
    text = INNER.replace("to=other", "to=third")
    assert astray(run, text, third=OTHER) == [("Call", "called")]


def test_a_token_is_placed_in_the_call_that_it_was_in() -> None:
    both = "start O\nand F\nuser X\nuser Y\nand J\nO -> F\nF -> X -> J\nF -> Y -> J\nend Q\nJ -> Q"
    run = begin("start S\ncall Call to=other\nend E\nS -> Call -> E", other=both)
    text = "start S\ncall Call to=other\nend E\nS -> Call -> E"
    after = specs(
        text, other=both.replace("user Y", "user Z").replace("F -> Y -> J", "F -> Z -> J")
    )
    decided = {("other", "Y"): ("other", "Z")}
    found = transplant(run.save(), run.specs, after, Given(), decided)
    assert found.run is not None
    assert the(found.run, "Z").scope == the(run, "X").scope == the(found.run, "X").scope


def test_a_call_whose_tokens_all_go_elsewhere_is_left() -> None:
    text = "start S\ncall Call to=other\nuser C\nend E\nS -> Call -> C -> E"
    run = begin(text, other=OTHER)
    after = specs(text, other="start O\nuser Z\nO -> Z")
    found = transplant(run.save(), run.specs, after, Given(), {("other", "X"): ("main", "C")})
    assert found.run is not None
    assert names(found.run) == ["C"]
    found = transplant(run.save(), run.specs, after, Given(), {("other", "X"): ("other", "Z")})
    assert found.run is not None
    assert names(found.run) == ["Z"]


def test_steps_done_several_times_go_on_counting() -> None:
    text = PLAIN.replace("user A", "user A times=3\non Late host=A duration=P1D\nLate -> B")
    run = begin(text)
    do(run, "A")
    new = carried(run, text)
    assert names(new) == ["A", "A", "Late"]
    do(new, "A", "A")
    assert names(new) == ["B"]


def test_an_end_that_was_reached_beside_is_kept_while_it_is_drawn() -> None:
    text = "start S\nand F\nuser A\nend E\nend Early\nS -> F\nF -> A -> E\nF -> Early"
    run = begin(text)
    assert carried(run, text).ends == ("Early",)
    assert carried(run, text.replace("Early", "Sooner")).ends == ()
