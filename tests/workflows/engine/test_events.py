"""Deadlines, messages, boundary events, event-based gateways and ends."""

import pytest

from tests.workflows.engine.sketch import Given, begin, do, flows, names, nodes, specs, the
from workflows.engine import NotWaitingError, load

REMIND = """
    start S
    user A
    on Remind host=A cycle=R3/P1D interrupting=false
    user Call
    end Called
    on Late host=A duration=P5BD
    user Escalate
    end E
    S -> A -> E
    Remind -> Call -> Called
    Late -> Escalate -> E
"""


def test_a_deadline_is_reported_as_it_was_written_and_only_the_caller_fires_it() -> None:
    run = begin(REMIND)
    late = the(run, "Late")
    assert (late.kind, late.timer, late.timer_kind) == ("deadline", "P5BD", "duration")
    assert (late.host, late.interrupting) == ("A", True)
    remind = the(run, "Remind")
    assert (remind.timer, remind.timer_kind, remind.interrupting) == ("R3/P1D", "cycle", False)
    with pytest.raises(NotWaitingError):
        run.complete(late.id)


def test_an_interrupting_deadline_takes_the_step_away() -> None:
    run = begin(REMIND)
    do(run, "Late")
    assert names(run) == ["Escalate"]
    assert flows(run)[-1] == "Late-Escalate"
    do(run, "Escalate")
    assert run.ended


def test_a_step_that_is_done_takes_its_deadlines_away() -> None:
    run = begin(REMIND)
    do(run, "A")
    assert run.ended


def test_a_repeated_deadline_fires_as_often_as_told_under_the_same_id() -> None:
    run = begin(REMIND)
    identity = the(run, "Remind").id
    for times in range(1, 4):
        run.fire(identity)
        run = load(specs(REMIND), run.save(), Given())
        assert names(run) == ["A", *["Call"] * times, "Late", "Remind"]
    assert the(run, "Remind").id == identity


def test_what_a_repeated_deadline_started_survives_the_step() -> None:
    run = begin(REMIND)
    do(run, "Remind", "A")
    assert names(run) == ["Call"]
    assert not run.ended
    do(run, "Call")
    assert run.ended
    assert run.ends == ("E", "Called")


def test_a_single_non_interrupting_deadline_fires_once() -> None:
    run = begin(REMIND.replace("cycle=R3/P1D", "duration=P1D"))
    do(run, "Remind")
    assert names(run) == ["A", "Call", "Late"]


def test_a_repeated_deadline_that_interrupts_fires_once() -> None:
    run = begin(REMIND.replace("duration=P5BD", "cycle=R/P1D"))
    do(run, "Late")
    assert names(run) == ["Escalate"]


RACE = """
    start S
    race G
    catch Early date=2026-12-01T09:00:00Z
    catch Later duration=P30D
    catch News message=news
    receive Letter message=letter
    user A
    user B
    user C
    user D
    S -> G -> Early -> A
    G -> Later -> B
    G -> News -> C
    G -> Letter -> D
"""


@pytest.mark.parametrize(
    ("event", "step"), [("Early", "A"), ("Later", "B"), ("News", "C"), ("Letter", "D")]
)
def test_the_first_event_decides_an_event_based_gateway(event: str, step: str) -> None:
    run = begin(RACE)
    assert names(run) == ["Early", "Later", "Letter", "News"]
    kinds = {waiting.element: waiting.kind for waiting in run.waiting()}
    assert kinds == dict.fromkeys(["Early", "Later"], "deadline") | dict.fromkeys(
        ["Letter", "News"], "message"
    )
    run = load(specs(RACE), run.save(), Given())
    do(run, event)
    assert names(run) == [step]
    assert flows(run) == [f"G-{event}", f"{event}-{step}"]


def test_each_event_of_a_gateway_waits_under_its_own_id() -> None:
    run = begin(RACE)
    gateway = {waiting.id.partition(":")[0] for waiting in run.waiting()}
    assert len(gateway) == 1
    assert {waiting.id.partition(":")[2] for waiting in run.waiting()} == set(names(run))


def test_a_message_goes_to_one_waiting_step_only() -> None:
    text = "start S\nand F\ncatch A message=news\ncatch B message=news\nS -> F -> A\nF -> B"
    run = begin(text)
    assert the(run, "A").message == the(run, "B").message == "news"
    run.deliver(the(run, "A").id)
    assert names(run) == ["B"]


def test_a_message_that_is_sent_is_passed_on_to_the_caller_and_caught_by_nobody() -> None:
    text = """
        start S
        and F
        throw Tell message=news
        catch Hear message=news
        end Say message=news
        S -> F -> Tell -> Say
        F -> Hear
    """
    run = begin(text)
    assert names(run) == ["Hear"]
    assert {"Tell", "Say"} <= set(nodes(run))


def test_a_message_on_a_step_is_offered_beside_it_and_interrupts_it() -> None:
    text = """
        start S
        user A
        on Withdraw host=A message=withdraw-request
        end Withdrawn
        end E
        S -> A -> E
        Withdraw -> Withdrawn
    """
    run = begin(text)
    withdraw = the(run, "Withdraw")
    assert (withdraw.kind, withdraw.message, withdraw.host) == ("message", "withdraw-request", "A")
    run.deliver(withdraw.id)
    assert run.ends == ("Withdrawn",)


WITHDRAW = """
    start S
    sub All {
    start I
    and F
    user A
    user Many times=3
    call Ask to=inner
    I -> F -> A
    F -> Many
    F -> Ask
    }
    on Withdraw host=All message=withdraw-request
    user Tell
    end E
    S -> All -> E
    Withdraw -> Tell
"""


def test_a_message_on_a_subprocess_clears_everything_in_it() -> None:
    run = begin(WITHDRAW, inner="start I\nuser Deep\nI -> Deep")
    assert names(run) == ["A", "Deep", "Many", "Many", "Many", "Withdraw"]
    do(run, "Many", "Withdraw")
    assert names(run) == ["Tell"]
    assert len(run.save()) < 200


def test_a_terminate_end_clears_its_own_process_only() -> None:
    text = """
        start S
        and Top
        user Beside
        sub In {
        start I
        and F
        user A
        user B
        terminate T
        I -> F -> A -> T
        F -> B -> T
        }
        user After
        S -> Top -> Beside
        Top -> In -> After
    """
    run = begin(text)
    do(run, "A")
    assert names(run) == ["After", "Beside"]


def test_a_terminate_end_of_the_main_process_ends_the_case() -> None:
    run = begin("start S\nand F\nuser A\nuser B\nterminate T\nS -> F -> A -> T\nF -> B")
    do(run, "A")
    assert run.ended
    assert run.ends == ("T",)


def test_a_case_ends_only_when_every_token_has_ended() -> None:
    run = begin("start S\nand F\nuser A\nuser B\nend E\nend D\nS -> F -> A -> E\nF -> B -> D")
    do(run, "A")
    assert not run.ended
    do(run, "B")
    assert run.ended
    assert run.ends == ("E", "D")


def test_a_way_without_an_end_event_ends_too() -> None:
    run = begin("start S\nuser A\nS -> A")
    do(run, "A")
    assert run.ended
    assert run.ends == ()


def test_a_message_that_does_not_interrupt_can_be_heard_again() -> None:
    text = (
        "start S\nuser A\non Asks host=A message=question interrupting=false\nuser Answer\nend D\nend E\n"
        "S -> A -> E\nAsks -> Answer -> D"
    )
    run = begin(text)
    first = the(run, "Asks").id
    do(run, "Asks")
    assert names(run) == ["A", "Answer", "Asks"]
    # It is another one that waits now: whoever lists what may be sent lists it anew.
    assert the(run, "Asks").id != first
    do(run, "Asks", "A", "Answer", "Answer")
    assert run.ended
