"""Lint: beginnings, ends, arrows, gateways, circles, events."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import found, linted, message, whole
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
from workflows.diagrams.graph import Diagram, Flow, Node
from workflows.diagrams.lint import Known

CHOICE = field("decision", "enum", "yes no", required=True)
YES, NO = 'Ask.decision = "yes"', 'Ask.decision = "no"'


def test_a_plain_diagram_has_no_findings() -> None:
    assert linted(whole(start(), user("Ask"), end(), flows("Begin Ask Done"))) == []


def test_an_empty_process_lacks_start_and_end() -> None:
    assert found(whole()) == {("no-start", "try"), ("no-end", "try")}


def test_an_empty_subprocess_lacks_start_and_end() -> None:
    diagram = whole(start(), sketch.subprocess("Part"), end(), flows("Begin Part Done"))
    assert {("no-start", "Part"), ("no-end", "Part")} <= found(diagram)


def test_two_plain_starts_are_one_too_many_but_a_message_start_may_stand_beside() -> None:
    two = whole(start(), start("Again"), user("Ask"), end(), flows("Begin Ask Done", "Again Ask"))
    assert ("several-starts", "Again") in found(two)
    beside = whole(
        start(), start("Again", sketch.message()), user("Ask"), end(),
        flows("Begin Ask Done", "Again Ask"), top=sketch.MESSAGES,
    )  # fmt: skip
    assert found(beside) == set()


def test_a_subprocess_begins_with_a_plain_start() -> None:
    inner = (
        start("Inner", sketch.timer("R/P1D", "timeCycle"))
        + end("InnerDone")
        + flows("Inner InnerDone")
    )
    diagram = whole(start(), sketch.subprocess("Part", inner), end(), flows("Begin Part Done"))
    assert ("start-kind", "Part") in found(diagram)


@pytest.mark.parametrize(
    ("parts", "code", "element"),
    [
        (flows("Begin Ask", "Ask Begin"), "incoming-at-start", "Begin"),
        (flows("Begin Done"), "no-incoming", "Ask"),
        (flows("Begin Ask Done", "Done Ask"), "outgoing-at-end", "Done"),
        (flows("Begin Ask"), "no-outgoing", "Ask"),
        (flows("Begin Done", "Ask Ask"), "unreachable", "Ask"),
        (flows("Begin Ask", "Ask Ask"), "no-way-out", "Ask"),
        (flows("Begin Ask Done", "Ask Ask"), "split-without-gateway", "Ask"),
        (flow("Begin", "Ask") + flow("Ask", "Done", "true"), "condition-ignored", "AskToDone"),
    ],
)
def test_an_arrow_that_leads_nowhere_good_is_found(parts: str, code: str, element: str) -> None:
    assert (code, element) in found(whole(start(), user("Ask"), end(), parts))


@pytest.mark.parametrize(
    "identity", ["Start", "End", "Root", "try.EndJoin", "Ask.BoundaryEventSplit"]
)
def test_an_id_of_the_engine_is_refused(identity: str) -> None:
    diagram = whole(start(), user(identity), end(), flows(f"Begin {identity} Done"))
    assert ("reserved-id", identity) in found(diagram)


def test_a_step_without_name_and_a_crowded_diagram_are_mentioned() -> None:
    steps = " ".join(f"Ask{number}" for number in range(25))
    diagram = whole(
        start(), *(user(step).replace('name="Ask3"', "") for step in steps.split()), end(),
        flows(f"Begin {steps} Done"),
    )  # fmt: skip
    assert found(diagram) == {("no-name", "Ask3"), ("many-elements", "try")}


def test_a_boundary_event_needs_a_host_at_its_own_level() -> None:
    inner = start("Inner") + user("Deep") + end("InnerDone") + flows("Inner Deep InnerDone")
    diagram = whole(
        start(), sketch.subprocess("Part", inner), end(), end("Late"),
        boundary("Ghostly", "Ghost", sketch.timer("P1D")),
        boundary("Outside", "Deep", sketch.timer("P1D")),
        boundary("Wrong", "Begin", sketch.timer("P1D")),
        flows("Begin Part Done", "Ghostly Late", "Outside Late", "Wrong Late"),
    )  # fmt: skip
    assert {("boundary-without-host", name) for name in ("Ghostly", "Outside", "Wrong")} <= found(
        diagram
    )
    assert ("unreachable", "Late") not in found(diagram)


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


def test_a_node_outside_the_profile_is_linted_without_breaking_down() -> None:
    diagram = Diagram(
        "try",
        nodes={
            "Odd": Node("Odd", "unsupported"),
            "Lost": Node("Lost", "boundaryError", attached_to="Ghost", parent="Nowhere"),
        },
    )
    assert ("no-start", "try") in found(diagram, Known())


def test_a_diagram_with_loose_flows_is_linted_without_breaking_down() -> None:
    kinds = {
        "Begin": "start", "First": "eventBasedGateway", "Both": "parallelGateway", "Which": "exclusiveGateway",
        "Remind": "boundaryTimer", "Run": "serviceTask",
    }  # fmt: skip
    nodes = {name: Node(name, kind, interrupting=False) for name, kind in kinds.items()}
    arrows = [
        Flow(f"To{number}", source, "Ghost") for number, source in enumerate([*kinds, *kinds])
    ]
    arrows += [
        Flow("In", "Begin", "First"),
        Flow("Strange", "Ghost", "Both", condition='Ghost.x = "y"'),
    ]
    diagram = Diagram("try", nodes=nodes, flows={arrow.id: arrow for arrow in arrows})
    assert ("unknown-step", "Strange") in found(diagram, Known())
