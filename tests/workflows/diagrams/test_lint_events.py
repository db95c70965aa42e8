"""Lint: timers, messages and errors."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import found, message, whole
from tests.workflows.diagrams.sketch import (
    boundary,
    catch,
    end,
    field,
    flow,
    flows,
    gateway,
    start,
    user,
)
from workflows.diagrams.graph import Diagram

CHOICE = field("decision", "enum", "yes no", required=True)
YES, NO = 'Ask.decision = "yes"', 'Ask.decision = "no"'


def timed(place: str, text: str, kind: str = "timeDuration") -> Diagram:
    if place == "catch":
        parts = [catch("Wait", sketch.timer(text, kind)), flows("Begin Wait Done")]
    else:
        stops = place == "boundary"
        parts = [
            user("Ask"), boundary("Wait", "Ask", sketch.timer(text, kind), stops=stops), end("Late"),
            flows("Begin Ask Done", "Wait Late"),
        ]  # fmt: skip
    return whole(start(), end(), *parts)


@pytest.mark.parametrize(
    ("place", "text", "kind", "code"),
    [
        ("catch", "", "timeDuration", "no-timer"),
        ("catch", "soon", "timeDuration", "bad-timer"),
        ("catch", "${x}", "timeDuration", "bad-timer"),
        ("catch", "P1D", "timeDate", "timer-kind"),
        ("catch", "R3/P1D", "timeCycle", "timer-repeats"),
        ("boundary", "R3/P1D", "timeCycle", "timer-repeats"),
        ("beside", "R3/P1D", "timeCycle", None),
        ("boundary", "P5BD", "timeDuration", None),
        ("catch", "2027-01-31", "timeDate", None),
    ],
)
def test_a_timer_must_ring_and_mean_something(
    place: str, text: str, kind: str, code: str | None
) -> None:
    assert found(timed(place, text, kind)) == ({(code, "Wait")} if code else set())


def test_a_timer_without_definition_is_found() -> None:
    data = whole(
        start(), catch("Wait", "<bpmn:timerEventDefinition/>"), end(), flows("Begin Wait Done")
    )
    assert ("no-timer", "Wait") in found(data)


@pytest.mark.parametrize(("due", "fits"), [("P5BD", True), ("PT4H", True), ("R3/P1D", False), ("soon", False), ("2027-01-31", False)])  # fmt: skip
def test_a_time_limit_is_a_length_of_time(due: str, fits: bool) -> None:
    diagram = whole(start(), user("Ask", marks=f'due="{due}"'), end(), flows("Begin Ask Done"))
    assert (found(diagram) == set()) is fits
    assert fits or "The time limit" in message(diagram, "bad-due")


def test_an_event_without_message_is_found() -> None:
    diagram = whole(
        start(), catch("Wait", "<bpmn:messageEventDefinition/>"), '<bpmn:receiveTask id="Get" name="G"/>',
        end(inner="<bpmn:messageEventDefinition/>"), flows("Begin Wait Get Done"),
    )  # fmt: skip
    assert found(diagram) >= {("no-message", "Wait"), ("no-message", "Get"), ("no-message", "Done")}


def test_a_message_that_two_places_wait_for_at_once_is_mentioned() -> None:
    def both(kind: str, *more: str) -> Diagram:
        return whole(
            start(), user("Ask", CHOICE), gateway(kind, "Split"), catch("One", sketch.message()),
            catch("Two", sketch.message()), gateway(kind, "Join"), end(),
            flows("Begin Ask Split", "One Join", "Two Join", "Join Done"),
            flow("Split", "One", more[0] if more else None), flow("Split", "Two", more[1] if more else None),
            top=sketch.MESSAGES,
        )  # fmt: skip

    assert found(both("parallel")) == {("message-caught-twice", "Two")}
    assert found(both("exclusive", YES, NO)) == set()


def test_a_message_waited_for_around_and_inside_is_mentioned() -> None:
    inner = (
        start("Inner")
        + catch("Deep", sketch.message())
        + end("InnerDone")
        + flows("Inner Deep InnerDone")
    )
    diagram = whole(
        start(), sketch.subprocess("Part", inner), boundary("Around", "Part", sketch.message()), end(),
        end("Out"), flows("Begin Part Done", "Around Out"), top=sketch.MESSAGES,
    )  # fmt: skip
    assert {code for code, _ in found(diagram)} == {"message-caught-twice"}


def test_a_message_waited_for_beside_a_reminder_is_mentioned() -> None:
    diagram = whole(
        start(), user("Ask"), boundary("Remind", "Ask", sketch.timer("P1D"), stops=False),
        catch("Wait", sketch.message()), end("Reminded"), boundary("Stop", "Ask", sketch.message()), end(),
        end("Out"), flows("Begin Ask Done", "Remind Wait Reminded", "Stop Out"), top=sketch.MESSAGES,
    )  # fmt: skip
    assert {code for code, _ in found(diagram)} == {"message-caught-twice"}


def test_an_error_needs_somebody_to_catch_it() -> None:
    def diagram(*parts: str, marks: str = 'owner="policy_owner" starters="requester"') -> Diagram:
        inner = start("Inner") + end("Fail", sketch.error()) + flows("Inner Fail")
        return whole(
            start(), sketch.subprocess("Part", inner), end(), flows("Begin Part Done"), *parts,
            top=sketch.ERRORS, marks=marks,
        )  # fmt: skip

    caught = boundary("Failed", "Part", sketch.error()) + end("Bad") + flows("Failed Bad")
    assert found(diagram(caught)) == set()
    assert found(diagram()) == {("error-not-caught", "Fail")}
    assert found(diagram(marks='owner="policy_owner"')) == {("error-leaves-diagram", "Fail")}
    catch_all = caught.replace(' errorRef="Error_1"', "")
    assert found(diagram(catch_all)) == set()


def test_an_error_without_name_and_one_that_nobody_throws_are_found() -> None:
    inner = start("Inner") + end("Stop") + flows("Inner Stop")
    diagram = whole(
        start(), sketch.subprocess("Part", inner), user("Ask"), end("Fail", "<bpmn:errorEventDefinition/>"),
        boundary("OnPart", "Part", sketch.error()), boundary("OnAsk", "Ask", sketch.error()),
        flows("Begin Part Ask Fail", "OnPart Fail", "OnAsk Fail"), top=sketch.ERRORS,
    )  # fmt: skip
    assert {
        ("no-error", "Fail"),
        ("error-never-thrown", "OnPart"),
        ("error-never-thrown", "OnAsk"),
    } <= found(diagram)
