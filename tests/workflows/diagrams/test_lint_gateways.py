"""Lint: gateways and circles."""

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
    service,
    start,
    user,
)
from workflows.diagrams.graph import Diagram

CHOICE = field("decision", "enum", "yes no", required=True)
YES, NO = 'Ask.decision = "yes"', 'Ask.decision = "no"'


def decide(*parts: str, default: str = "") -> Diagram:
    """Ask, then an exclusive gateway "Which" to Yes and No."""
    return whole(
        start(), user("Ask", CHOICE), gateway("exclusive", "Which", default), end("Yes"), end("No"),
        flows("Begin Ask Which"), *parts,
    )  # fmt: skip


def test_a_decision_that_covers_every_choice_needs_no_default() -> None:
    assert found(decide(flow("Which", "Yes", YES), flow("Which", "No", NO))) == set()
    assert (
        found(decide(flow("Which", "Yes", YES), flow("Which", "No"), default="WhichToNo")) == set()
    )


def test_a_choice_without_a_way_is_named() -> None:
    diagram = decide(flow("Which", "Yes", YES), flow("Which", "No", YES))
    assert ("answer-without-flow", "Which") in found(diagram)
    assert '"no"' in message(diagram, "answer-without-flow")


def test_two_ways_for_one_choice_are_mentioned() -> None:
    diagram = decide(
        flow("Which", "Yes", YES), flow("Which", "No", 'Ask.decision in ["yes", "no"]')
    )
    assert found(diagram) == {("conditions-overlap", "WhichToNo")}
    assert 'only "WhichToYes" is taken' in message(diagram, "conditions-overlap")


def test_an_inclusive_gateway_may_take_both_ways() -> None:
    diagram = whole(
        start(), user("Ask", CHOICE), gateway("inclusive", "Which"), user("One"), user("Two"),
        gateway("inclusive", "All"), end(), flows("Begin Ask Which", "One All", "Two All", "All Done"),
        flow("Which", "One", "true"), flow("Which", "Two", YES),
    )  # fmt: skip
    assert found(diagram) == set()


@pytest.mark.parametrize(
    "asked",
    [
        field("decision", "enum", "yes no"),
        field("decision", "enum", "yes no", required=True, shown_when="Ask.other = true"),
        field("decision", "string", required=True),
    ],
)
def test_without_a_required_choice_a_default_is_needed(asked: str) -> None:
    other = field("other", "boolean")
    parts = [
        start(), user("Ask", asked, other), gateway("exclusive", "Which"), end("Yes"), end("No"),
        flows("Begin Ask Which"), flow("Which", "Yes", YES),
    ]  # fmt: skip
    assert ("no-default", "Which") in found(whole(*parts, flow("Which", "No", NO)))


def test_two_fields_are_tried_together_and_too_many_ask_for_a_default() -> None:
    def diagram(*conditions: str) -> Diagram:
        fields = [field(f"f{number}", "boolean", required=True) for number in range(10)]
        ends = [end(f"End{number}") for number in range(len(conditions))]
        return whole(
            start(), user("Ask", *fields), gateway("exclusive", "Which"), *ends, flows("Begin Ask Which"),
            *(flow("Which", f"End{number}", condition) for number, condition in enumerate(conditions)),
        )  # fmt: skip

    assert found(diagram("Ask.f0 and Ask.f1", "not(Ask.f0)", "Ask.f0 and not(Ask.f1)")) == set()
    missing = diagram("Ask.f0 and Ask.f1", "not(Ask.f0)")
    assert '"true with false"' in message(missing, "answer-without-flow")
    every = " and ".join(f"Ask.f{number}" for number in range(10))
    assert ("no-default", "Which") in found(diagram(every, f"not({every})"))


def test_counted_and_listed_answers_and_broken_types_ask_for_a_default() -> None:
    for condition in ('"yes" in Ask.many', "Ask.decision = 3", 'count(Ask.decision = "yes") > 1'):
        diagram = whole(
            start(), user("Ask", CHOICE, field("many", "enum", "yes", widget="multi-enum", required=True)),
            gateway("exclusive", "Which"), end("Yes"), end("No"), flows("Begin Ask Which"),
            flow("Which", "Yes", condition), flow("Which", "No", f"not({condition})"),
        )  # fmt: skip
        assert ("no-default", "Which") in found(diagram)


@pytest.mark.parametrize(
    ("parts", "default", "code", "element"),
    [
        ([flow("Which", "Yes", YES), flow("Which", "No")], "", "flow-without-condition", "WhichToNo"),
        ([flow("Which", "Yes", YES), flow("Which", "No", NO)], "WhichToNo", "condition-on-default", "WhichToNo"),
        ([flow("Which", "Yes", YES)], "", "condition-ignored", "WhichToYes"),
        ([flow("Which", "Yes")], "", "needless-gateway", "Which"),
        ([flow("Which", "Yes", "Ask.decision"), flow("Which", "No", "==")], "", "bad-condition", "WhichToNo"),
    ],
)  # fmt: skip
def test_a_gateway_must_say_which_way_is_taken(
    parts: list[str], default: str, code: str, element: str
) -> None:
    assert (code, element) in found(decide(*parts, default=default))


def test_a_gateway_that_joins_and_splits_is_mentioned() -> None:
    diagram = whole(
        start(), user("Ask", CHOICE), user("Also"), gateway("exclusive", "Which"), end("Yes"),
        flows("Begin Ask Which", "Also Which"), flow("Which", "Yes", YES), flow("Which", "Also", NO),
    )  # fmt: skip
    assert ("joins-and-splits", "Which") in found(diagram)


def test_conditions_on_a_parallel_gateway_are_refused() -> None:
    diagram = whole(
        start(), user("Ask", CHOICE), gateway("parallel", "Both"), user("One"), user("Two"),
        gateway("parallel", "All"), end(),
        flows("Begin Ask Both Two All Done", "One All"), flow("Both", "One", YES),
    )  # fmt: skip
    assert found(diagram) == {("condition-ignored", "BothToOne")}


def split(first: str, second: str, **more: str) -> Diagram:
    return whole(
        start(), user("Ask", CHOICE), gateway(first, "Split"), user("One"), user("Two"),
        gateway(second, "Join"), end(), flows("Begin Ask Split", "One Join", "Two Join", "Join Done"),
        flow("Split", "One", more.get("one")), flow("Split", "Two", more.get("two")),
    )  # fmt: skip


def test_a_parallel_join_behind_a_choice_waits_for_ever() -> None:
    diagram = split("exclusive", "parallel", one=YES, two=NO)
    assert found(diagram) == {("waits-for-ever", "Join")}
    assert "only one of them happens" in message(diagram, "waits-for-ever")


def test_a_choice_behind_a_parallel_split_happens_twice() -> None:
    assert found(split("parallel", "exclusive")) == {("done-twice", "Join")}


def test_matching_splits_and_joins_are_fine() -> None:
    assert found(split("parallel", "parallel")) == set()
    assert found(split("exclusive", "exclusive", one=YES, two=NO)) == set()
    assert found(split("parallel", "inclusive")) == set()


def test_an_event_gateway_waits_for_events_only() -> None:
    def after(*parts: str) -> Diagram:
        return whole(
            start(), gateway("eventBased", "First"), end(), end("Late"), *parts, flows("Begin First"),
            top=sketch.MESSAGES,
        )  # fmt: skip

    answer, late = catch("Answer", sketch.message()), catch("TooLate", sketch.timer("P5D"))
    good = after(answer, late, flows("First Answer Done", "First TooLate Late"))
    assert found(good) == set()
    alone = after(answer, flows("First Answer Done"))
    assert ("event-gateway-alone", "First") in found(alone)
    task = after(answer, user("Ask"), flows("First Answer Done", "First Ask Late"))
    assert ("event-gateway-target", "FirstToAsk") in found(task)
    twice = after(
        answer, late, user("Ask"), flows("First Answer Done", "First TooLate Late", "Ask TooLate")
    )
    assert ("event-gateway-target", "FirstToTooLate") in found(twice)


def test_a_circle_in_which_nobody_is_asked_is_refused() -> None:
    diagram = whole(
        start(), user("Ask", CHOICE), gateway("exclusive", "Which", "WhichToRun"), service("Run"), end("Yes"),
        flows("Begin Ask Which Run Which"), flow("Which", "Yes", YES),
    )  # fmt: skip
    assert "would turn for ever" in message(diagram, "automatic-cycle")
    assert '"Run"' in message(diagram, "automatic-cycle")


@pytest.mark.parametrize(
    "waiting",
    [
        user("Wait"), catch("Wait", sketch.timer("P1D")), '<bpmn:manualTask id="Wait" name="W"/>',
        sketch.call("Wait", "unknown"),
    ],
)  # fmt: skip
def test_a_circle_with_a_pause_is_fine(waiting: str) -> None:
    diagram = whole(
        start(), user("Ask", CHOICE), gateway("exclusive", "Which", "WhichToWait"), waiting, end("Yes"),
        flows("Begin Ask Which Wait Which"), flow("Which", "Yes", YES),
    )  # fmt: skip
    assert "automatic-cycle" not in {code for code, _ in found(diagram)}


def test_a_circle_through_a_subprocess_counts_what_is_inside() -> None:
    def diagram(step: str) -> Diagram:
        inner = start("Inner") + step + end("InnerDone") + flows("Inner Step InnerDone")
        return whole(
            start(), user("Ask", CHOICE), gateway("exclusive", "Which", "WhichToPart"),
            sketch.subprocess("Part", inner), end("Yes"),
            flows("Begin Ask Which Part Which"), flow("Which", "Yes", YES),
        )  # fmt: skip

    assert "automatic-cycle" in {code for code, _ in found(diagram(service("Step")))}
    assert "automatic-cycle" not in {code for code, _ in found(diagram(user("Step")))}


def test_an_error_caught_and_tried_again_at_once_is_a_circle() -> None:
    inner = start("Inner") + end("Fail", sketch.error()) + flows("Inner Fail")
    diagram = whole(
        start(), sketch.subprocess("Part", inner), boundary("Failed", "Part", sketch.error()), end(),
        flows("Begin Part Done", "Failed Part"), top=sketch.ERRORS,
    )  # fmt: skip
    assert "automatic-cycle" in {code for code, _ in found(diagram)}


def test_a_branch_is_followed_back_over_a_circle_only_once() -> None:
    diagram = whole(
        start(), user("Ask"), user("Again"), gateway("parallel", "Join"), end(),
        flows("Ask Again Ask", "Begin Join Done"), flow("Ghost", "Join", id="Loose").replace("Ghost", "Ask"),
    )  # fmt: skip
    assert ("split-without-gateway", "Ask") in found(diagram)
    assert "waits-for-ever" not in {code for code, _ in found(diagram)}
