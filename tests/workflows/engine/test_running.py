"""What a case waits for, what it passes, and how it ends."""

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, flows, names, nodes, specs, the
from workflows.engine import (
    EngineError,
    NotWaitingError,
    Passed,
    UnansweredError,
    Waiting,
    load,
    parse,
    start,
)

REWORK = """
    start S
    user Ask
    user Review
    xor G default=G-Ask
    service Launch
    end E
    S -> Ask -> Review -> G
    G -> Ask
    G -> Launch : Review.decision = "approve"
    Launch -> E
"""


def test_a_case_waits_at_its_first_step() -> None:
    run = begin(REWORK)
    (waiting,) = run.waiting()
    assert waiting == Waiting(waiting.id, "Ask", "main", "", "user")
    assert not run.ended
    assert run.ends == ()


def test_a_condition_is_decided_over_the_latest_answer() -> None:
    given = Given(Review__decision="return")
    run = begin(REWORK, given)
    do(run, "Ask", "Review")
    assert names(run) == ["Ask"]
    given.answers["", "Review", "decision"] = "approve"
    do(run, "Ask", "Review")
    assert the(run, "Launch").kind == "service"
    do(run, "Launch")
    assert run.ended
    assert run.ends == ("E",)
    assert run.waiting() == ()


def test_passed_names_nodes_and_flows_in_order() -> None:
    run = begin(REWORK, Given(Review__decision="approve"))
    do(run, "Ask", "Review", "Launch")
    assert [passed.element for passed in run.passed] == [
        "S", "S-Ask", "Ask", "Ask-Review", "Review", "Review-G", "G", "G-Launch", "Launch",
        "Launch-E", "E",
    ]  # fmt: skip
    assert run.passed[1] == Passed("S-Ask", "main", "", "flow")


def test_a_missing_answer_is_an_error_that_names_the_gateway_and_the_field() -> None:
    run = begin(REWORK)
    do(run, "Ask")
    with pytest.raises(UnansweredError) as caught:
        do(run, "Review")
    assert (caught.value.element, caught.value.field) == ("G", "Review.decision")


def test_a_step_cannot_be_done_twice_or_under_another_kind() -> None:
    run = begin(REWORK)
    waiting = the(run, "Ask")
    with pytest.raises(NotWaitingError, match="waits for a user"):
        run.fire(waiting.id)
    with pytest.raises(NotWaitingError, match="waits for a user"):
        run.deliver(waiting.id)
    run.complete(waiting.id)
    with pytest.raises(NotWaitingError, match="Nothing waits"):
        run.complete(waiting.id)


def test_what_waits_keeps_its_id_over_save_and_load_and_other_steps() -> None:
    text = "start S\nand F\nuser A\nuser B\nend E\nS -> F -> A -> E\nF -> B -> E"
    run = begin(text)
    waiting = the(run, "B")
    for _round in range(3):
        run = load(specs(text), run.save(), Given())
    assert the(run, "B") == waiting
    do(run, "A")
    assert the(load(specs(text), run.save(), Given()), "B") == waiting


def test_a_case_starts_at_the_plain_start_or_at_the_one_named() -> None:
    text = """
        start Told message=news
        start Plain
        start Weekly cycle=R/P7D
        user A
        user B
        user C
        Told -> A
        Plain -> B
        Weekly -> C
    """
    parsed = specs(text)
    assert names(start(parsed, Given())) == ["B"]
    assert names(start(parsed, Given(), at="Told")) == ["A"]
    assert names(start(parsed, Given(), at="Weekly")) == ["C"]
    with pytest.raises(EngineError, match="No start event"):
        start(parsed, Given(), at="A")


def test_parallel_flows_between_the_same_nodes_are_told_apart() -> None:
    run = begin("start S\nand F\nand J\nuser A\nS -> F -> J\nF -> J -> A")
    assert names(run) == ["A"]
    assert flows(run)[1:3] == ["F-J", "F-J-2"]


def test_a_call_has_a_scope_of_its_own_each_time() -> None:
    text = "start S\nxor M\ncall Ask to=inner\nxor G default=G-M\nend E\nS -> M -> Ask -> G -> M\n"
    text += 'G -> E : Ask.never = "x"'
    inner = "start I\nuser A\nI -> A"
    given = Given(Ask__never="y")
    run = begin(text, given, inner=inner)
    first = the(run, "A")
    assert first.diagram == "inner"
    assert first.scope.startswith("Ask.")
    assert len(first.scope) == len("Ask.") + 8
    do(run, "A")
    assert the(run, "A").scope != first.scope
    assert Passed("A", "inner", first.scope, "node") in run.passed
    assert Passed("Ask", "main", "", "node") in run.passed


def test_an_end_is_the_outcome_of_the_main_diagram_only() -> None:
    text = "start S\ncall C to=inner\nend E\nS -> C -> E"
    run = begin(text, inner="start I\nuser A\nend Inner\nI -> A -> Inner")
    do(run, "A")
    assert run.ends == ("E",)
    assert "Inner" in nodes(run)


def test_a_cancelled_case_waits_for_nothing() -> None:
    text = "start S\nsub In {\nstart I\nuser A\nI -> A\n}\nS -> In"
    run = begin(text)
    run.cancel()
    assert run.ended
    assert run.waiting() == ()
    assert load(specs(text), run.save(), Given()).ended


def test_a_process_that_is_not_given_is_named() -> None:
    with pytest.raises(EngineError, match="inner: The diagram is not among the files"):
        parse({"main": bpmn("start S\ncall C to=inner\nS -> C")}, "main")
