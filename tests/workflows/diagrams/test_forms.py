"""Forms: what the panels write is read back, and what cannot be asked is found."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import found, message, whole
from tests.workflows.diagrams.sketch import field
from workflows.diagrams.graph import Field, Finding, Option
from workflows.diagrams.lint.notes import quoted
from workflows.diagrams.reading import read


def form(*fields: str) -> tuple[tuple[Field, ...], list[Finding]]:
    diagram, findings = read(sketch.process(sketch.user("Ask", *fields)))
    assert diagram is not None
    return diagram.nodes["Ask"].fields, findings


def test_every_part_of_a_field_is_read() -> None:
    (asked,), findings = form(
        field(
            "strategy",
            "enum",
            "full mixed",
            required=True,
            default="full",
            help="As the Clerk advises.",
            classification="private",
            register="site-role",
            pattern="[a-z]+",
            shown_when="Ask.kind = 1",
            required_when="Ask.kind = 2",
        )
    )
    assert findings == []
    assert asked == Field(
        id="strategy",
        label="Strategy",
        type="enum",
        required=True,
        required_when="Ask.kind = 2",
        shown_when="Ask.kind = 1",
        options=(Option("full", "Full"), Option("mixed", "Mixed")),
        pattern="[a-z]+",
        help="As the Clerk advises.",
        classification="private",
        default="full",
        register="site-role",
    )


def test_the_widget_names_the_type_that_camunda_lacks() -> None:
    (asked,), findings = form(field("conditions", "string", widget="long-text"))
    assert (asked.type, findings) == ("long-text", [])


def test_limits_and_lengths_are_read() -> None:
    fields, findings = form(
        field("count", "long", constraints="min=1 max=9"),
        field("name", "string", constraints="minlength=2 maxlength=80 required=false"),
    )
    assert findings == []
    assert (fields[0].minimum, fields[0].maximum) == ("1", "9")
    assert (fields[1].min_length, fields[1].max_length, fields[1].required) == (2, 80, False)


def test_an_answer_may_be_shown_to_those_whom_the_case_is_about() -> None:
    (asked, other), findings = form(
        field("reply", "string", shown_to="complainant, subject complainant"),
        field("notes", "string"),
    )
    assert findings == []
    assert (asked.shown_to, other.shown_to) == (("complainant", "subject"), ())


def test_an_answer_is_shown_to_nobody_unknown() -> None:
    (asked,), (finding,) = (
        form(field("reply", "string", shown_to="complainants press"))[0],
        form(field("reply", "string", shown_to="complainants"))[1],
    )
    assert asked.shown_to == ()
    assert finding.code == "bad-shown-to"
    assert 'did you mean "complainant"?' in finding.message


def test_a_table_has_typed_columns() -> None:
    columns = {
        "who": "Who | person | required",
        "kind": "Kind | enum | | a=First; b",
        "note": "Note | string",
    }
    (asked,), findings = form(
        field("people", "string", widget="table", register="site-role", columns=columns)
    )
    assert findings == []
    assert asked.columns == (
        Field("who", "Who", "person", required=True, register="site-role"),
        Field("kind", "Kind", "enum", options=(Option("a", "First"), Option("b", "b"))),
        Field("note", "Note", "string"),
    )


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (field("2nd"), "bad-field-id", "begin with a letter"),
        (field("a") + field("a"), "duplicate-field", "twice"),
        (field("a", "emum"), "unknown-field-type", 'did you mean "enum"'),
        (field("a", widget="tabel"), "unknown-field-type", 'did you mean "table"'),
        (field("a", constraints="requird=x"), "unknown-constraint", 'did you mean "required"'),
        (field("a", constraints="maxlength=many"), "bad-constraint", "whole number"),
        (field("a", requird_when="x"), "unknown-property", 'did you mean "required-when"'),
        (field("a", "enum", "x x"), "bad-option", "id of its own"),
        (field("a", "enum").replace("</camunda:formField>", '<camunda:value name="X"/></camunda:formField>'), "bad-option", "id of its own"),
        (field("a", widget="table", columns={"b": "B"}), "bad-column", "cannot be read"),
        (field("a", widget="table", columns={"b": "B | file"}), "bad-column", "cannot be read"),
        (field("a", widget="table", columns={"b": "B | string | yes"}), "bad-column", "third part"),
        (field("a", widget="table", columns={"2": "B | string"}), "bad-column", "cannot be read"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_found(asked: str, code: str, words: str) -> None:
    _, findings = form(asked)
    assert [finding.code for finding in findings] == [code]
    assert words in findings[0].message
    assert findings[0].element == "Ask"


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (field("a", "enum"), "no-choices", "offers no choices"),
        (field("data"), "reserved-field-id", 'has the id "data", which the form keeps'),
        (field("_a"), "reserved-field-id", "Give it another id"),
        (field("a", "string", "x y"), "choices-ignored", "Make it an enum"),
        (field("a", widget="table"), "table-without-columns", "has no columns"),
        (field("a", columns={"b": "B | string"}), "columns-without-table", "make it a table"),
        (field("a", widget="table", columns={"b": "B | enum"}), "no-choices", "offers no choices"),
        (
            field("a", widget="table", columns={"b": "B | enum | | =X"}),
            "bad-option",
            "without an id",
        ),
        (field("a", constraints="min=1"), "bad-limit", "only numbers and dates"),
        (field("a", "long", constraints="min=one"), "bad-limit", "not a number"),
        (field("a", "long", constraints="min=NaN"), "bad-limit", "not a number"),
        (field("a", "date", constraints="min=soon"), "bad-limit", "not a date"),
        (field("a", "date", constraints="min=P1D"), "bad-limit", "not a date"),
        (field("a", "long", constraints="min=9 max=1"), "bad-limit", "no answer would do"),
        (field("a", "long", constraints="minlength=9"), "bad-limit", "only texts"),
        (field("a", constraints="minlength=9 maxlength=1"), "bad-limit", "no answer would do"),
        (field("a", pattern="["), "bad-pattern", "Write a simpler one"),
        (field("a", pattern="(a+)+b"), "bad-pattern", "take for ever"),
        (field("a", pattern="a" * 201), "bad-pattern", "longer than 200"),
        (field("a", "enum", "x y", default="z"), "bad-default", "not a choice"),
        (field("a", "boolean", default="maybe"), "bad-default", '"true" or "false"'),
        (field("a", "long", default="many"), "bad-default", "not a number"),
        (field("a", default="${x}"), "expression", "Write the plain value"),
        (field("a", classification="privat"), "unknown-classification", 'did you mean "private"'),
    ],
)
def test_a_field_that_nobody_could_answer_is_found(asked: str, code: str, words: str) -> None:
    diagram = whole(sketch.user("Ask", asked))
    assert (code, "Ask") in found(diagram)
    assert words in message(diagram, code)


def test_sound_fields_raise_nothing() -> None:
    diagram = whole(
        sketch.start(),
        sketch.user(
            "Ask",
            field("count", "long", constraints="min=1 max=9", default="3"),
            field("when", "date", constraints="min=2026-01-01 max=2027-01-31"),
            field("name", "string", constraints="minlength=2 maxlength=80", pattern="[a-z]+"),
            field("sure", "boolean", default="true"),
            field("kind", "enum", "a b", default="a"),
            field("rows", widget="table", columns={"who": "Who | person"}),
        ),
        sketch.end(),
        sketch.flows("Begin Ask Done"),
    )
    assert found(diagram) == set()


def test_of_very_many_choices_only_the_first_are_listed_and_none_is_suggested() -> None:
    ids = [f"choice{number}" for number in range(400)]
    asked = field("a", "enum", " ".join(ids), default="choice")
    words = message(whole(sketch.user("Ask", asked)), "bad-default")
    assert "did you mean" not in words
    assert quoted(ids).startswith('"choice0", "choice1", ')
    assert quoted(ids).endswith(', "choice14" and 385 others')
