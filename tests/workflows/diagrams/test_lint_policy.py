"""Lint: marks against the policy pack, calls against other diagrams."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import KNOWN, found, linted, message, whole
from tests.workflows.diagrams.sketch import end, field, flow, flows, gateway, service, start, user
from workflows.diagrams.graph import Diagram
from workflows.diagrams.lint import Known, KnownDiagram, known_diagram, lint


def marked(step: str, lane: str = "Requester", marks: str = 'owner="policy_owner"') -> Diagram:
    return whole(
        start(), step, end(), flows("Begin Step Done"), lanes={lane: "Begin Step Done"}, marks=marks
    )


APPROVE = 'act="approve-site" due="P5BD"'
OUTCOME = field("decision", "enum", "approve reject return", required=True)


def test_marks_that_the_policy_knows_pass() -> None:
    assert (
        found(marked(user("Step", marks='act="request-site" clauses="GC-2 CO-2" due="P5BD"')))
        == set()
    )
    assert found(marked(user("Step", OUTCOME, marks=APPROVE), "Communications")) == set()
    assert found(marked(service("Step", "launch-site", 'act="launch-site"'))) == set()
    assert found(marked(service("Step"))) == set()


@pytest.mark.parametrize(
    ("step", "lane", "code", "words"),
    [
        (user("Step", marks='act="request-sight" due="P1D"'), "Requester", "unknown-act", 'did you mean "request-site"'),
        (user("Step", marks='clauses="GC-3" due="P1D"'), "Requester", "unknown-clause", 'did you mean "GC-2"'),
        (user("Step", marks='act="request-site" due="P1D"'), "City Clerk", "act-party", 'only "Requester" may do it'),
        (user("Step", marks='act="launch-site" due="P1D"'), "Requester", "act-performer", "Make \"Step\" a service task"),
        (service("Step", "remind", 'act="request-site"'), "Requester", "act-performer", "a user task"),
        (service("Step", "remind", 'act="launch-site"'), "Requester", "operation-act", "Remove the act"),
        (service("Step", "launch-site"), "Requester", "operation-act", "set that act"),
        (service("Step", "launch-site", 'act="ghost"'), "Requester", "operation-act", 'Set the act "launch-site"'),
        (service("Step", "lunch-site"), "Requester", "unknown-topic", 'did you mean "launch-site"'),
        ('<bpmn:serviceTask id="Step" name="S"/>', "Requester", "no-topic", "names no operation"),
        (user("Step", marks=APPROVE), "Communications", "outcomes-missing", '"approve" and "reject"'),
        (user("Step", field("decision", "enum", "approve"), marks=APPROVE), "Communications", "outcomes-missing", "Add such a field"),
        (user("Step", field("d", "enum", "approve reject"), marks=APPROVE), "Communications", "outcome-optional", "make it required"),
        (user("Step", field("d", "enum", "approve reject maybe", required=True), marks=APPROVE), "Communications", "outcome-unknown", '"maybe"'),
        (user("Step", marks=""), "Requester", "no-due", "within what time"),
        (user("Step"), "Requestor", "unknown-party", 'did you mean "Requester"'),
    ],
)  # fmt: skip
def test_a_mark_that_the_policy_does_not_know_is_found(
    step: str, lane: str, code: str, words: str
) -> None:
    assert words in message(marked(step, lane), code)


@pytest.mark.parametrize(
    ("refused", "is_refused"),
    [
        ('Step.d = "reject"', True),
        ('not(Step.d = "approve")', True),
        ('Step.d != "approve" or Step.why = "x"', True),
        ('Step.why = "x" or Step.d in ["reject"]', True),
        ('Step.d = "reject" and Step.why = "x"', False),
        ('not(Step.why = "x") and Step.d = "reject"', False),
        ('Step.d = "approve" and Step.why = "x"', False),
        ('Step.d = "reject" and Step.why = null', False),
        ('count(Ask.d = "reject") > 0', False),
        ('count(Step.d = "reject") > 0', True),
        ("Step.d > 3", False),
        ("Step.d = ", False),
    ],
)
def test_a_decision_that_the_form_never_takes_is_found(refused: str, is_refused: bool) -> None:
    choice = field("d", "enum", "approve reject", required=True)
    why = field("why", refuse_when=refused, refuse_message="No.")
    wrong = found(marked(user("Step", choice, why, marks=APPROVE), "Communications"))
    assert (("outcome-refused", "Step") in wrong) == is_refused


SAYS = replace(
    KNOWN,
    acts={**KNOWN.acts, "request-site": replace(KNOWN.acts["request-site"], says=("site.name",))},
)


@pytest.mark.parametrize(
    ("marks", "starters", "is_found"),
    [
        ('act="withdraw-request" due="P1D"', "requester", True),
        ('due="P1D"', "requester", True),
        ('act="request-site" due="P1D"', "requester", False),
        # Another process may ask for the name of a site, a part of others may not.
        ('due="P1D"', "alone", False),
        ('due="P1D"', "", True),
    ],
)
def test_what_a_decision_is_about_is_asked_for_under_its_act_alone(
    marks: str, starters: str, is_found: bool
) -> None:
    name = field("name", register="site.name")
    first = user("Ask", marks='act="request-site" due="P1D"') if starters == "requester" else ""
    steps = "Begin Ask Step Done" if first else "Begin Step Done"
    diagram = whole(
        start(), first, user("Step", name, marks=marks), end(), flows(steps),
        marks=f'owner="policy_owner" starters="{"requester" if starters else ""}"',
    )  # fmt: skip
    told = [one for one in linted(diagram, SAYS) if one.code == "says-too-much"]
    assert [one.element for one in told] == ["Step"] * is_found
    assert all('Only "Request a site" may ask for it' in one.message for one in told)


def test_an_act_on_a_gateway_is_misplaced() -> None:
    diagram = marked(user("Step"))
    nodes = {**diagram.nodes, "Done": replace(diagram.nodes["Done"], act="request-site")}
    assert found(replace(diagram, nodes=nodes)) == {("act-misplaced", "Done")}


def test_a_message_carries_an_act_whatever_its_lane() -> None:
    stop = sketch.boundary("Stop", "Step", sketch.message(), marks='act="withdraw-request"')
    diagram = whole(
        start(), user("Step"), end(), end("Out"), stop, flows("Begin Step Done", "Stop Out"),
        lanes={"City Clerk": "Begin Step Done"}, top=sketch.MESSAGES,
    )  # fmt: skip
    assert found(diagram) == set()


def test_a_user_task_in_no_lane_and_roles_that_nobody_has_are_found() -> None:
    data = whole(
        start(), user("Step"), end(), flows("Begin Step Done"), lanes={}, marks='starters="nobody"'
    )
    assert found(data) == {("no-lane", "Step"), ("unknown-role", "try"), ("no-owner", "try")}


def calling(called: str, *more: str) -> Diagram:
    return whole(
        start(), user("Ask", field("note")), sketch.call("Call", called), end(), flows("Begin Ask Call Done"),
        *more, top=sketch.ERRORS,
    )  # fmt: skip


def test_a_call_needs_its_inputs_and_somebody_to_catch_its_errors() -> None:
    caught = sketch.boundary("Failed", "Call", sketch.error()) + end("Bad") + flows("Failed Bad")
    assert found(calling("gather-advice", caught)) == set()
    assert found(calling("gather-advice")) == {("error-not-caught", "Call")}
    asks_more = replace(KNOWN, diagrams={"gather-advice": KnownDiagram(inputs=("Asc",))})
    assert 'did you mean "Ask"' in message(calling("gather-advice"), "input-missing", asks_more)
    never = replace(KNOWN, diagrams={"gather-advice": KnownDiagram(inputs=("Ask",))})
    assert found(calling("gather-advice", caught), never) == {("error-never-thrown", "Failed")}


def test_an_error_of_a_call_inside_a_subprocess_may_be_caught_around_it() -> None:
    inner = (
        start("Inner")
        + sketch.call("Call", "gather-advice")
        + end("Stop")
        + flows("Inner Call Stop")
    )
    caught = sketch.boundary("Failed", "Part", sketch.error()) + end("Bad") + flows("Failed Bad")
    diagram = whole(
        start(), user("Ask", field("note")), sketch.subprocess("Part", inner), end(), caught,
        flows("Begin Ask Part Done"), top=sketch.ERRORS,
    )  # fmt: skip
    assert found(diagram) == set()


def test_a_call_of_nothing_or_of_something_unknown_is_found() -> None:
    assert found(calling("")) == {("no-called", "Call")}
    assert 'did you mean "gather-advice"' in message(calling("gather-advise"), "unknown-called")


def test_a_call_that_leads_back_is_refused() -> None:
    assert found(calling("try")) == {("call-cycle", "Call")}
    circle = {
        "one": KnownDiagram(calls=frozenset({"two", "gone"})),
        "two": KnownDiagram(calls=frozenset({"one", "try"})),
        "three": KnownDiagram(calls=frozenset({"three"})),
    }
    known = replace(KNOWN, diagrams=circle)
    assert found(calling("one"), known) == {("call-cycle", "Call")}
    assert found(calling("three"), known) == set()


def test_a_circle_over_a_called_diagram_that_never_waits_is_refused() -> None:
    def diagram() -> Diagram:
        return whole(
            start(), user("Ask", field("sure", "boolean")), gateway("exclusive", "Which", "WhichToCall"),
            sketch.call("Call", "machine"), end("Yes"),
            flows("Begin Ask Which Call Which"), flow("Which", "Yes", "Ask.sure"),
        )  # fmt: skip

    for waits in (True, False):
        known = replace(KNOWN, diagrams={"machine": KnownDiagram(waits=waits)})
        assert ("automatic-cycle" in {code for code, _ in found(diagram(), known)}) is not waits


def test_what_callers_must_know_of_a_diagram() -> None:
    inner = start("Inner") + end("Caught", sketch.error()) + flows("Inner Caught")
    diagram = whole(
        start(), sketch.subprocess("Part", inner), sketch.boundary("Failed", "Part", sketch.error()),
        sketch.call("Call", "other"), end("Fail", sketch.error("Error_2")),
        flows("Begin Part Call Fail", "Failed Fail"), marks='inputs="Ask"',
        top=sketch.ERRORS + '<bpmn:error id="Error_2" name="lost"/>',
    )  # fmt: skip
    assert known_diagram(diagram) == KnownDiagram(
        inputs=("Ask",), calls=frozenset({"other"}), errors=frozenset({"lost"}), waits=False
    )


def test_findings_come_by_line_and_each_once() -> None:
    diagram = marked(user("Step", marks='act="ghost" clauses="X X" due="P1D"'))
    wrong = linted(diagram)
    assert [finding.line or 0 for finding in wrong] == sorted(
        finding.line or 0 for finding in wrong
    )
    assert len(wrong) == len(set(wrong)) == 2
    assert lint(diagram, KNOWN) == wrong


def test_a_step_without_act_and_clause_is_noted() -> None:
    bare, named = user("Ask"), user("Ask", marks='clauses="GC-2" due="P5BD"')
    acting = user("Ask", marks='act="request-site" due="P5BD"')
    codes = [{finding.code for finding in lint(whole(one), KNOWN)} for one in (bare, named, acting)]
    assert ["no-clause" in one for one in codes] == [True, False, False]
    (finding,) = [one for one in lint(whole(bare), KNOWN) if one.code == "no-clause"]
    assert (finding.severity, finding.element) == ("warning", "Ask")
    assert "Name the clause that asks for it" in finding.message
    assert "no-clause" not in {one.code for one in lint(whole(bare), Known())}


TOLD = 'act="request-site" due="P5BD"'


def one_after_the_other(*steps: str) -> set[tuple[str, str | None]]:
    names = " ".join(step.split('id="')[1].split('"')[0] for step in steps)
    return found(marked_steps(*steps, flows(f"Begin {names} Done")))


def marked_steps(*parts: str) -> Diagram:
    return whole(start(), end(), *parts, marks='owner="policy_owner"')


def test_the_same_act_on_two_notices_of_one_way_is_noticed() -> None:
    wrong = one_after_the_other(user("TellRequester", marks=TOLD), user("TellClerk", marks=TOLD))
    assert wrong == {("same-act", "TellClerk")}
    between = user("Wait", marks='due="P5BD"')
    later = one_after_the_other(
        user("TellRequester", marks=TOLD), between, user("TellClerk", marks=TOLD)
    )
    assert later == {("same-act", "TellClerk")}


def test_the_same_act_on_ways_apart_or_as_a_later_decision_is_not() -> None:
    apart = marked_steps(
        gateway("exclusive", "Which", default="WhichToTellClerk"),
        user("Ask", field("who", "enum", "clerk requester", required=True)),
        user("TellRequester", marks=TOLD),
        user("TellClerk", marks=TOLD),
        flows("Begin Ask Which TellClerk Done"),
        flow("Which", "TellRequester", 'Ask.who = "requester"'),
        flow("TellRequester", "Done"),
    )
    assert found(apart) == set()
    twice = [
        user(name, OUTCOME.replace("approve reject return", "approve reject"), marks=APPROVE)
        for name in ("Decide", "DecideAgain")
    ]
    diagram = whole(
        start(),
        *twice,
        end(),
        flows("Begin Decide DecideAgain Done"),
        lanes={"Communications": "Begin Decide DecideAgain Done"},
        marks='owner="policy_owner"',
    )
    assert "same-act" not in {code for code, _ in found(diagram)}
