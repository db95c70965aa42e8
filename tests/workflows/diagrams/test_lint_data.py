"""Lint: conditions against forms, marks against the policy pack, calls against other diagrams."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import KNOWN, found, linted, message, whole
from tests.workflows.diagrams.sketch import end, field, flow, flows, gateway, service, start, user
from workflows.diagrams.graph import Diagram, Field, Option
from workflows.diagrams.lint import KnownDiagram, known_diagram, lint

ALL_FIELDS = [
    field("decision", "enum", "approve reject", required=True),
    field("topics", "enum", "law money", widget="multi-enum"),
    field("note"),
    field("other_note", widget="long-text"),
    field("amount", "long"),
    field("price", widget="decimal"),
    field("sure", "boolean"),
    field("due", "date"),
    field("at", widget="datetime"),
    field("who", widget="person"),
    field("proof", widget="file"),
    field("rows", widget="table", columns={"a": "A | string"}),
]


def deciding(condition: str, *fields: str) -> Diagram:
    return whole(
        start(), user("Ask", *(fields or ALL_FIELDS)), gateway("exclusive", "Which", "WhichToNo"),
        end("Yes"), end("No"), flows("Begin Ask Which No"), flow("Which", "Yes", condition),
    )  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        'Ask.decision = "approve"',
        'Ask.decision in ["approve", "reject"]',
        'Ask.decision = Ask.note',
        '"law" in Ask.topics',
        "Ask.topics != null",
        'Ask.note = "x"',
        "Ask.note = Ask.other_note",
        "Ask.amount > 3 and Ask.price <= 2.5",
        "Ask.amount < Ask.price",
        "Ask.sure",
        "Ask.sure = true or not(Ask.sure)",
        'Ask.due >= "2027-01-31"',
        "Ask.due < Ask.at",
        "Ask.who = null",
        "Ask.rows != null and Ask.proof != null",
        "true",
    ],
)  # fmt: skip
def test_a_sensible_condition_passes(condition: str) -> None:
    assert found(deciding(condition)) == set()


@pytest.mark.parametrize(
    ("condition", "code", "words"),
    [
        ('Ask.decision == "approve"', "bad-condition", 'a single "="'),
        ("", "bad-condition", "empty"),
        ("x" * 90, "bad-condition", "..."),
        ('Ask.decision = "aprove"', "unknown-choice", 'did you mean "approve"'),
        ('Ask.decision in ["aprove"]', "unknown-choice", 'did you mean "approve"'),
        ('"laws" in Ask.topics', "unknown-choice", 'did you mean "law"'),
        ('Ask.decison = "approve"', "unknown-field", 'did you mean "decision"'),
        ('Ask.zzz = "approve"', "unknown-field", 'It asks for "decision"'),
        ('Asc.decision = "approve"', "unknown-step", 'did you mean "Ask"'),
        ("Ask.decision", "not-a-condition", "compare it"),
        ("3", "not-a-condition", "a number is no condition"),
        ('count(Ask.note = "x")', "not-a-condition", "a number is no condition"),
        ("Ask.decision = 3", "types-differ", "double quotes"),
        ("Ask.decision = true", "types-differ", "double quotes"),
        ('Ask.amount = "3"', "types-differ", "without quotes"),
        ("Ask.amount = true", "types-differ", "without quotes"),
        ('Ask.sure = "yes"', "types-differ", "= true or = false"),
        ('Ask.due > "soon"', "types-differ", '"2027-01-31"'),
        ('Ask.due > "P5D"', "types-differ", '"2027-01-31"'),
        ("Ask.due > 3", "types-differ", '"2027-01-31"'),
        ('Ask.topics = "law"', "types-differ", '"choice" in Ask.topics'),
        ('Ask.who = "7"', "types-differ", "null only"),
        ('"x" in Ask.note', "types-differ", "not several choices"),
        ("Ask.amount = Ask.note", "types-differ", "a number and a text"),
        ("Ask.rows = Ask.rows", "types-differ", "cannot be compared"),
        ("Ask.note > Ask.other_note", "no-order", "only numbers and dates"),
        ('Ask.decision > "approve"', "no-order", "only numbers and dates"),
        ('count(Ask.amount = "x") > 1', "types-differ", "without quotes"),
        ('1 < count(Ask.decision = "aprove")', "unknown-choice", "aprove"),
        ('count(Ask.note = "x") > 1', "one-answer", "without count"),
    ],
)
def test_a_condition_that_can_never_be_meant_is_found(
    condition: str, code: str, words: str
) -> None:
    diagram = deciding(condition)
    assert (code, "WhichToYes") in found(diagram)
    assert words in message(diagram, code)


def test_a_field_of_another_kind_and_one_that_nobody_knows_leave_the_rest_unchecked() -> None:
    assert {code for code, _ in found(deciding("Ask.ghost = Ask.note and Ask.ghost"))} == {
        "unknown-field"
    }
    assert {code for code, _ in found(deciding('"x" in Ask.ghost'))} == {"unknown-field"}


def test_an_answer_is_not_read_before_it_is_asked() -> None:
    diagram = whole(
        start(), user("Ask", field("sure", "boolean")), user("Later", field("sure", "boolean")),
        gateway("exclusive", "Which", "WhichToLater"), end("Yes"), end("No"),
        flows("Begin Ask Which Later No"), flow("Which", "Yes", "Later.sure = true"),
    )  # fmt: skip
    assert found(diagram) == {("read-before-asked", "WhichToYes")}


def test_a_called_diagram_reads_its_declared_inputs() -> None:
    def diagram(condition: str) -> Diagram:
        return whole(
            start(), gateway("exclusive", "Which", "WhichToNo"), end("Yes"), end("No"),
            flows("Begin Which No"), flow("Which", "Yes", condition), marks='owner="policy_owner" inputs="Review"',
        )  # fmt: skip

    assert found(diagram("Review.anything = 3")) == set()
    decision = Field("decision", "Decision", "enum", options=(Option("go", "Go"),))
    known = replace(KNOWN, caller_fields={"Review": (decision,)})
    assert found(diagram('Review.decision = "go"'), known) == set()
    assert found(diagram('Review.decision = "gone"'), known) == {("unknown-choice", "WhichToYes")}
    assert found(diagram("Review.sure"), known) == {("unknown-field", "WhichToYes")}
    assert found(diagram("Other.sure"), known) == {("unknown-step", "WhichToYes")}


def often(loop: str, condition: str = 'count(Vote.vote = "yes") >= 2') -> Diagram:
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>"
        f"{loop}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    return whole(
        start(), user("Ask", *ALL_FIELDS), user("Vote", field("vote", "enum", "yes no"), inner=many),
        gateway("exclusive", "Which", "WhichToNo"), end("Yes"), end("No"),
        flows("Begin Ask Vote Which No"), flow("Which", "Yes", condition),
    )  # fmt: skip


@pytest.mark.parametrize("loop", ["3", "Ask.amount", "Ask.topics", "Ask.rows"])
def test_a_step_done_several_times_is_counted(loop: str) -> None:
    assert found(often(loop)) == set()


def test_the_answers_of_a_step_done_several_times_must_be_counted() -> None:
    assert found(often("3", 'Vote.vote = "yes"')) == {("many-answers", "WhichToYes")}


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        ("0", "bad-count"),
        ("101", "bad-count"),
        ("-1", "bad-count"),
        ("Ask.note", "bad-count"),
        ("Ask.amount = 3", "bad-count"),
        ("true", "bad-count"),
        ("all", "bad-condition"),
        ("Ghost.amount", "unknown-step"),
        ('count(Ask.amount = "x")', "types-differ"),
    ],
)
def test_how_often_a_step_is_done_must_be_a_number(loop: str, code: str) -> None:
    assert (code, "Vote") in found(often(loop))


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("Ask.sure = true", None),
        ("Ask.sure == true", "bad-condition"),
        ("Ask.shure", "unknown-field"),
        ("Ask.sure > 3", "types-differ"),
        ("Ask.extra != null", "reads-itself"),
    ],
)
@pytest.mark.parametrize("rule", ["shown_when", "required_when"])
def test_when_a_field_is_shown_or_required_is_checked(
    rule: str, when: str, code: str | None
) -> None:
    extra = field("extra", **{rule: when})  # type: ignore[arg-type]
    diagram = whole(
        start(), user("Ask", field("sure", "boolean"), extra), end(), flows("Begin Ask Done")
    )
    assert found(diagram) == ({(code, "Ask")} if code else set())


def test_a_form_of_a_step_done_several_times_may_read_its_own_answers() -> None:
    diagram = often("3")
    vote = diagram.nodes["Vote"]
    fields = (*vote.fields, Field("why", "Why", shown_when='Vote.vote = "no"'))
    nodes = {**diagram.nodes, "Vote": replace(vote, fields=fields)}
    assert found(replace(diagram, nodes=nodes)) == set()


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
        (user("Step", marks=""), "Requester", "no-due", "P5BD"),
        (user("Step"), "Requestor", "unknown-party", 'did you mean "Requester"'),
    ],
)  # fmt: skip
def test_a_mark_that_the_policy_does_not_know_is_found(
    step: str, lane: str, code: str, words: str
) -> None:
    assert words in message(marked(step, lane), code)


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
