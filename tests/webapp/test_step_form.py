"""The form of a step: what is asked, what is required, what comes out of it."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from webapp.forms import Choice
from webapp.step_fields import Surroundings
from webapp.step_form import StepForm, form_for
from workflows.diagrams.graph import Field, Node, Option

ZONE = ZoneInfo("America/Chicago")
PEOPLE = [Choice("1", "Rosa Valdez (Parks)"), Choice("2", "Dan Okafor (Parks)")]
YES_OR_NO = (Option("approve", "Approve"), Option("reject", "Reject"))


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def repr_short(value: object) -> str:
    if isinstance(value, Field):
        limits = (value.minimum, value.maximum, value.min_length, value.max_length, value.pattern)
        return f"{value.type}{'-required' if value.required else ''}{sum(map(bool, limits)) or ''}"
    return str(value)


def around() -> Surroundings:
    return Surroundings(ZONE, lambda _kind: PEOPLE, lambda number: f"plan-{number}.pdf")


def step(*fields: Field) -> Node:
    return Node("DecideRequest", "userTask", fields=fields)


def sent(app: Flask, node: Node, *pairs: tuple[str, str]) -> StepForm:
    with app.test_request_context(method="POST"):
        form = form_for(node, around(), submitted=MultiDict(pairs))
        form.validate()
        return form


def shown(app: Flask, node: Node, answers: dict[str, Any] | None = None) -> StepForm:
    with app.test_request_context():
        return form_for(node, around(), answers=answers)


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        (Field("x", "X"), " a name ", "a name"),
        (Field("x", "X", "long-text"), "two\nlines", "two\nlines"),
        (Field("x", "X", "long"), "42", 42),
        (Field("x", "X", "decimal"), "2.5", 2.5),
        (Field("x", "X", "boolean"), "y", True),
        (Field("x", "X", "boolean", required=True), "no", False),
        (Field("x", "X", "date"), "2026-12-01", "2026-12-01"),
        (Field("x", "X", "datetime"), "2026-12-01T09:00", "2026-12-01T09:00:00-06:00"),
        (Field("x", "X", "enum", options=YES_OR_NO), "approve", "approve"),
        (Field("x", "X", "multi-enum", options=YES_OR_NO), "reject", ["reject"]),
        (Field("x", "X", "url"), "https://example.org/page", "https://example.org/page"),
        (Field("x", "X", "email"), "ivy@northwater.example", "ivy@northwater.example"),
        (Field("x", "X", "person"), "2", 2),
    ],
    ids=repr_short,
)
def test_an_answer_is_stored_as_its_type_says(
    app: Flask, field: Field, typed: str, answer: Any
) -> None:
    form = sent(app, step(field), ("x", typed))
    assert form.errors == {}
    assert form.answers == {"x": answer}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (Field("x", "X", max_length=3), "four"),
        (Field("x", "X", min_length=3), "no"),
        (Field("x", "X", "long"), "many"),
        (Field("x", "X", "long", minimum="2", maximum="5"), "6"),
        (Field("x", "X", "date", minimum="2026-01-01"), "2025-12-31"),
        (Field("x", "X", "date", maximum="2026-01-01"), "2026-01-02"),
        (Field("x", "X", "enum", options=YES_OR_NO), "perhaps"),
        (Field("x", "X", "url"), "javascript:alert(1)"),
        (Field("x", "X", "url"), "example"),
        (Field("x", "X", "email"), "ivy"),
        (Field("x", "X", "person"), "99"),
        (Field("x", "X", pattern="[a-z]+"), "abc1"),
    ],
    ids=repr_short,
)
def test_what_does_not_fit_is_refused_and_stays_in_the_field(
    app: Flask, field: Field, typed: str
) -> None:
    form = sent(app, step(field), ("x", typed))
    assert form["x"].errors
    assert typed in (str(form["x"].data), *map(str, form["x"].raw_data))


@pytest.mark.parametrize(
    "field",
    [
        Field("x", "Purpose", required=True),
        Field("x", "Purpose", "enum", required=True, options=YES_OR_NO),
        Field("x", "Purpose", "boolean", required=True),
        Field("x", "Purpose", "file", required=True),
        Field("x", "Purpose", "person", required=True),
        Field("x", "Purpose", "table", required=True, columns=(Field("a", "A"),)),
    ],
    ids=repr_short,
)
def test_a_required_question_says_what_is_missing(app: Flask, field: Field) -> None:
    form = sent(app, step(field), ("x", ""))
    assert len(form["x"].errors) == 1
    assert "Purpose" in form["x"].errors[0]


def test_a_reason_is_required_only_for_the_choice_that_needs_one(app: Flask) -> None:
    node = step(
        Field("decision", "Decision", "enum", required=True, options=YES_OR_NO),
        Field("reason", "Reason", required_when='DecideRequest.decision = "reject"'),
    )
    assert sent(app, node, ("decision", "approve")).errors == {}
    assert "reason" in sent(app, node, ("decision", "reject")).errors
    assert sent(app, node, ("decision", "reject"), ("reason", "No need.")).errors == {}


def test_answers_that_do_not_go_together_are_refused_in_the_words_of_the_diagram(
    app: Flask,
) -> None:
    node = step(
        Field("decision", "Decision", "enum", required=True, options=YES_OR_NO),
        Field(
            "paid",
            "Is it paid for?",
            "boolean",
            required=True,
            refuse_when='DecideRequest.decision = "approve" and DecideRequest.paid = false',
            refuse_message="Only what is paid for can be approved.",
        ),
    )
    refused = sent(app, node, ("decision", "approve"), ("paid", "no"))
    assert refused.errors == {"paid": ["Only what is paid for can be approved."]}
    assert refused["decision"].data == "approve"
    assert sent(app, node, ("decision", "approve"), ("paid", "yes")).errors == {}
    assert sent(app, node, ("decision", "reject"), ("paid", "no")).errors == {}


def test_what_is_not_asked_or_not_answered_is_not_refused(app: Flask) -> None:
    node = step(
        Field("decision", "Decision", "enum", options=YES_OR_NO),
        Field(
            "paid",
            "Is it paid for?",
            "boolean",
            required=True,
            shown_when='DecideRequest.decision = "reject"',
            refuse_when="DecideRequest.paid = false",
            refuse_message="Pay first.",
        ),
    )
    assert sent(app, node, ("decision", "approve"), ("paid", "no")).errors == {}
    (missing,) = sent(app, node, ("decision", "reject")).errors["paid"]
    assert "Pay first." not in missing


def test_what_is_not_asked_is_neither_checked_nor_kept(app: Flask) -> None:
    node = step(
        Field("decision", "Decision", "enum", required=True, options=YES_OR_NO),
        Field(
            "count",
            "Count",
            "long",
            required=True,
            shown_when='DecideRequest.decision = "reject"',
        ),
    )
    form = sent(app, node, ("decision", "approve"), ("count", "not a number"))
    assert form.errors == {}
    assert form.answers == {"decision": "approve"}
    assert "count" in sent(app, node, ("decision", "reject")).errors


def test_a_question_that_depends_on_an_open_one_is_not_asked_yet(app: Flask) -> None:
    node = step(
        Field("decision", "Decision", "enum", options=YES_OR_NO),
        Field("why", "Why", required=True, shown_when='DecideRequest.decision = "reject"'),
    )
    assert sent(app, node, ("decision", "")).errors == {}


def test_the_rows_of_a_table_become_a_list_without_the_blank_ones(app: Flask) -> None:
    node = step(
        Field(
            "admins",
            "Administrators",
            "table",
            columns=(
                Field("person", "Person", "person", required=True),
                Field("role", "Role", "enum", options=YES_OR_NO),
            ),
        )
    )
    form = sent(
        app,
        node,
        ("admins-0-person", "1"),
        ("admins-0-role", "approve"),
        ("admins-1-person", ""),
        ("admins-1-role", ""),
        ("admins-2-person", "2"),
    )
    assert form.errors == {}
    assert form.answers == {
        "admins": [{"person": 1, "role": "approve"}, {"person": 2, "role": None}]
    }


def test_a_row_that_was_begun_must_be_finished(app: Flask) -> None:
    node = step(
        Field(
            "admins",
            "Administrators",
            "table",
            columns=(Field("person", "Person", required=True), Field("note", "Note")),
        )
    )
    form = sent(app, node, ("admins-0-note", "away until May"))
    assert form["admins"].entries[0].form["person"].errors
    assert form.errors


def test_a_document_attached_before_is_kept_when_the_form_comes_back(app: Flask) -> None:
    node = step(Field("plan", "Plan", "file", required=True))
    form = sent(app, node, ("plan-kept", "7"))
    assert form.errors == {}
    assert form.answers == {"plan": 7}
    with app.test_request_context():
        assert "plan-7.pdf" in str(form["plan"]())


def test_the_answers_of_the_last_round_stand_in_the_form_again(app: Flask) -> None:
    fields = (
        Field("name", "Name"),
        Field("when", "When", "date"),
        Field("at", "At", "datetime"),
        Field("cost", "Cost", "decimal"),
        Field("who", "Who", "person"),
        Field("sure", "Sure", "boolean", required=True),
        Field("rows", "Rows", "table", columns=(Field("a", "A"),)),
    )
    answers = {
        "name": "Parks",
        "when": "2026-12-01",
        "at": "2026-12-01T09:00:00-06:00",
        "cost": 2.5,
        "who": 2,
        "sure": False,
        "rows": [{"a": "one"}],
    }
    form = shown(app, step(*fields), answers)
    with app.test_request_context():
        html = "".join(str(field()) for field in form)
    for text in ("Parks", "2026-12-01", "2026-12-01T09:00", "2.5", "one"):
        assert f'value="{text}"' in html
    assert form["who"].data == "2"
    assert form["sure"].data == "no"


def test_a_box_that_must_be_ticked_says_so(app: Flask) -> None:
    node = step(Field("read", "I have read it", "boolean", required_when="true"))
    assert sent(app, node).errors == {"read": ["Tick “I have read it” to go on."]}
    assert sent(app, node, ("read", "y")).errors == {}


def test_a_default_is_there_before_anything_is_typed(app: Flask) -> None:
    node = step(Field("n", "N", "long", default="3"), Field("b", "B", "boolean", default="true"))
    form = shown(app, node)
    assert form["b"].data is True
    assert str(form["n"].data) == "3"


def test_the_script_gets_the_conditions_of_the_form(app: Flask) -> None:
    node = step(
        Field("decision", "Decision", "enum", options=YES_OR_NO),
        Field("paid", "Paid", "boolean", required=True),
        Field(
            "a",
            "A",
            shown_when='DecideRequest.decision = "reject" and not(DecideRequest.paid = true)',
        ),
        Field("b", "B", shown_when='DecideRequest.decision in ["approve"] or DecideRequest.paid'),
        Field("c", "C", required_when='count(DecideRequest.decision = "approve") > 1'),
    )
    form = shown(app, node)
    assert form["a"].render_kw["data-shown-when"] == (
        '{"and": [{"field": "decision", "is": "=", "value": "reject"}, '
        '{"not": {"field": "paid", "is": "=", "value": "yes"}}]}'
    )
    assert '"is": "in"' in form["b"].render_kw["data-shown-when"]
    assert form["c"].render_kw["data-required-when"] == '{"const": true}'


def test_those_who_will_run_a_site_are_different_people(app: Flask) -> None:
    node = step(
        Field("first", "First administrator", "person", register="site-role:owner"),
        Field("backup", "Backup", "person", register="site-role:admin"),
        Field("custodian", "Custodian", "person"),
    )
    same = sent(app, node, ("first", "1"), ("backup", "1"), ("custodian", "1"))
    assert same.errors == {"backup": ["Choose somebody else than for “First administrator”."]}
    assert not sent(app, node, ("first", "1"), ("backup", "2"), ("custodian", "1")).errors
    assert not sent(app, node).errors
