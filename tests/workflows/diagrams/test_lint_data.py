"""Lint: conditions against forms."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams.pack import KNOWN, found, linted, message, whole
from tests.workflows.diagrams.sketch import (
    end,
    field,
    flow,
    flows,
    gateway,
    start,
    subprocess,
    user,
)
from workflows.diagrams.graph import Diagram, Field, Option

ALL_FIELDS = [
    field("decision", "enum", "approve reject", required=True),
    field("topics", "enum", "law money", widget="multi-enum", required=True),
    field("note", required=True),
    field("other_note", widget="long-text", required=True),
    field("amount", "long", required=True),
    field("price", widget="decimal", required=True),
    field("sure", "boolean"),
    field("due", "date", required=True),
    field("at", widget="datetime", required=True),
    field("who", widget="person", required=True),
    field("proof", widget="file", required=True),
    field("rows", widget="table", columns={"a": "A | string"}, required=True),
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
    decision = Field("decision", "Decision", "enum", required=True, options=(Option("go", "Go"),))
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
        start(), user("Ask", *ALL_FIELDS), user("Vote", field("vote", "enum", "yes no", required=True), inner=many),
        gateway("exclusive", "Which", "WhichToNo"), end("Yes"), end("No"),
        flows("Begin Ask Vote Which No"), flow("Which", "Yes", condition),
    )  # fmt: skip


@pytest.mark.parametrize("loop", ["3", "Ask.amount", "Ask.topics", "Ask.rows"])
def test_a_step_done_several_times_is_counted(loop: str) -> None:
    assert found(often(loop)) == set()


def test_counting_leaves_out_who_left_the_field_empty() -> None:
    diagram = often("3")
    vote = replace(diagram.nodes["Vote"].fields[0], required=False)
    nodes = {**diagram.nodes, "Vote": replace(diagram.nodes["Vote"], fields=(vote,))}
    assert found(replace(diagram, nodes=nodes)) == set()


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


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("Ask.sure = true", None),
        ('Ask.sure = true and Ask.extra = "x"', None),
        ("Ask.sure == true", "bad-condition"),
        ("Ask.shure", "unknown-field"),
    ],
)
def test_when_answers_are_refused_is_checked_and_may_read_the_answer_itself(
    when: str, code: str | None
) -> None:
    extra = field("extra", refuse_when=when, refuse_message="Not so.")
    diagram = whole(
        start(), user("Ask", field("sure", "boolean"), extra), end(), flows("Begin Ask Done")
    )
    assert found(diagram) == ({(code, "Ask")} if code else set())


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"refuse_when": "Ask.sure = true"}, "refusal-without-words"),
        ({"refuse_message": "Not so."}, "refusal-never"),
    ],
)
def test_a_refusal_has_words_and_a_moment(rule: dict[str, str], code: str) -> None:
    extra = field("extra", **rule)  # type: ignore[arg-type]
    diagram = whole(
        start(), user("Ask", field("sure", "boolean"), extra), end(), flows("Begin Ask Done")
    )
    assert found(diagram) == {(code, "Ask")}


def test_a_form_of_a_step_done_several_times_may_read_its_own_answers() -> None:
    diagram = often("3")
    vote = diagram.nodes["Vote"]
    fields = (*vote.fields, Field("why", "Why", shown_when='Vote.vote = "no"'))
    nodes = {**diagram.nodes, "Vote": replace(vote, fields=fields)}
    assert found(replace(diagram, nodes=nodes)) == set()


OPTIONAL = [field("amount", "long"), field("also", "long"), field("note"), field("sure", "boolean")]


@pytest.mark.parametrize(
    "condition",
    [
        "Ask.amount > 3",
        'Ask.note = "x"',
        "not(Ask.amount = 3)",
        "Ask.amount > 3 and Ask.amount != null",
        "Ask.amount = null and Ask.amount > 3",
        "Ask.amount != null or Ask.amount > 3",
        "Ask.sure or Ask.amount > 3",
        "Ask.amount != null and Ask.also > 3",
        "not(Ask.amount != null) and Ask.amount > 3",
    ],
)
def test_a_field_that_may_be_left_empty_is_not_compared_unasked(condition: str) -> None:
    diagram = deciding(condition, *OPTIONAL)
    assert found(diagram) == {("may-be-empty", "WhichToYes")}
    assert "!= null and" in message(diagram, "may-be-empty")


@pytest.mark.parametrize(
    "condition",
    [
        "Ask.amount != null and Ask.amount > 3",
        "Ask.amount = null or Ask.amount > 3",
        "not(Ask.amount = null) and Ask.amount > 3",
        "not(Ask.amount = null or Ask.amount < 3)",
        "Ask.amount != null and Ask.also != null and Ask.amount > Ask.also",
        "Ask.sure",
        "Ask.note = null",
        "Ask.amount != null and Ask.amount > 3 or Ask.note = null",
    ],
)
def test_a_field_that_may_be_left_empty_is_compared_after_asking(condition: str) -> None:
    assert found(deciding(condition, *OPTIONAL)) == set()


@pytest.mark.parametrize("rule", ["shown_when", "required_when"])
def test_a_field_asked_only_sometimes_is_a_warning_where_it_is_read(rule: str) -> None:
    extra = field("extra", **{rule: "Ask.sure"})  # type: ignore[arg-type]
    diagram = deciding('Ask.extra = "x"', field("sure", "boolean"), extra)
    assert [(one.severity, one.code) for one in linted(diagram)] == [("warning", "may-be-empty")]


def test_what_was_asked_inside_a_subprocess_is_read_behind_it() -> None:
    # Who puts two steps into a subprocess goes on deciding by their answers outside.
    diagram = whole(
        start(), subprocess("Part", start("In"), user("Ask", field("sure", "boolean", required=True)),
        end("Out"), flows("In Ask Out")), gateway("exclusive", "Which", "WhichToNo"), end("Yes"),
        end("No"), flows("Begin Part Which No"), flow("Which", "Yes", "Ask.sure = true"),
    )  # fmt: skip
    assert found(diagram) == set()


def test_a_form_and_a_count_read_only_what_came_before() -> None:
    parts = [start(), user("Ask", field("note")), end(), flows("Begin Ask Later Done")]
    early = field("extra", shown_when="Later.sure")
    shown = whole(
        *parts[:1], user("Ask", early), user("Later", field("sure", "boolean")), *parts[2:]
    )
    assert found(shown) == {("read-before-asked", "Ask")}
    often_later = often("Late.many")
    late = replace(often_later.nodes["Ask"], id="Late")
    nodes = {**often_later.nodes, "Late": late}
    assert ("read-before-asked", "Vote") in found(replace(often_later, nodes=nodes))
