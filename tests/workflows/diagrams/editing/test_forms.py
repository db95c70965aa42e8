"""Fields of a form, written and read back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import SHIPPED, shipped, touched
from workflows.diagrams.editing import EditError, Sheet, forms
from workflows.diagrams.graph import FIELD_TYPES, Diagram, Field, Option
from workflows.diagrams.reading import read

CHOICES = (Option("a", "The first"), Option("b", "b"))
EVERYTHING = Field(
    "all", "All of it", required=True, required_when='Ask.old = "x"', shown_when="true",
    refuse_when='Ask.old = "y"', refuse_message="Not that.", minimum="1", maximum="9", min_length=2,
    max_length=40, pattern="a+", help="Help\nin two lines.", classification="security", default="7",
    register="site.name", shown_to=("subject", "complainant"),
)  # fmt: skip
NOTHING = Field("all", "all")
TABLE = Field(
    "people", "Who?", "table", register="site-roles",
    columns=(
        Field("name", "Name", "person", required=True, register="site-roles"),
        Field("role", "Role", "enum", options=CHOICES),
        Field("since", "since", "date"),
    ),
)  # fmt: skip


def asking(*fields: str) -> Sheet:
    """A process whose step Ask has these fields; the namespace of forms is declared at the top."""
    return Sheet.open(
        sketch.process(
            sketch.start(),
            sketch.user("Ask", *fields),
            sketch.end(),
            sketch.flows("Begin Ask Done"),
        )
    )


OLD = sketch.field("old", help="As before.", colour="blue")


def fields_of(sheet: Sheet, step: str = "Ask") -> tuple[Field, ...]:
    return sheet.diagram.nodes[step].fields


def diagrams() -> list[Diagram]:
    return [diagram for path in SHIPPED if (diagram := read(path.read_bytes())[0])]


def test_every_field_of_the_shipped_diagrams_reads_back_in_a_new_form() -> None:
    kinds = set()
    for diagram in diagrams():
        for node in diagram.nodes.values():
            if node.fields:
                sheet = asking()
                forms.set_fields(sheet, element="Ask", fields=node.fields)
                assert fields_of(sheet) == node.fields
                kinds |= {field.type for field in node.fields}
    assert kinds >= {"string", "table", "multi-enum", "decimal", "file", "person", "datetime"}


@pytest.mark.parametrize("kind", sorted(FIELD_TYPES - {"table"}))
def test_a_field_of_each_type_reads_back_and_turns_into_each_other(kind: str) -> None:
    sheet = asking(OLD)
    wanted = replace(EVERYTHING, type=kind, options=CHOICES if "enum" in kind else ())
    forms.add_field(sheet, element="Ask", field=wanted)
    assert fields_of(sheet)[1] == wanted
    for other in sorted(FIELD_TYPES - {"table"}):
        changed = replace(wanted, type=other)
        forms.replace_field(sheet, element="Ask", former="all", field=changed)
        assert fields_of(sheet)[1] == changed


def test_whatever_a_field_said_can_be_taken_back() -> None:
    sheet = asking(OLD)
    forms.add_field(sheet, element="Ask", field=NOTHING)
    bare = sheet.to_bytes()
    forms.replace_field(sheet, element="Ask", former="all", field=EVERYTHING)
    forms.replace_field(sheet, element="Ask", former="all", field=NOTHING)
    assert sheet.to_bytes() == bare


def test_a_table_reads_back_with_its_columns_in_their_order() -> None:
    sheet = asking(OLD)
    forms.add_field(sheet, element="Ask", field=TABLE)
    assert fields_of(sheet)[1] == TABLE
    turned = replace(TABLE, columns=(TABLE.columns[2], TABLE.columns[0]))
    forms.replace_field(sheet, element="Ask", former="people", field=turned)
    assert fields_of(sheet)[1] == turned


def test_what_we_do_not_know_about_a_field_is_kept() -> None:
    sheet = asking(OLD)
    field = replace(fields_of(sheet)[0], label="New", help="", required=True)
    forms.set_fields(sheet, element="Ask", fields=[Field("first", "First"), field])
    assert [one.id for one in fields_of(sheet)] == ["first", "old"]
    assert fields_of(sheet)[1] == field
    assert b'<camunda:property id="colour" value="blue"/>' in sheet.to_bytes()


def test_a_field_is_named_anew_moved_and_removed() -> None:
    sheet = asking(OLD)
    forms.add_field(sheet, element="Ask", field=Field("second", "Second"))
    forms.add_field(sheet, element="Ask", field=Field("between", "Between"), after="old")
    assert [one.id for one in fields_of(sheet)] == ["old", "between", "second"]
    forms.move_field(sheet, element="Ask", field="second", by=-1)
    forms.replace_field(
        sheet, element="Ask", former="old", field=replace(fields_of(sheet)[0], id="x")
    )
    assert [one.id for one in fields_of(sheet)] == ["x", "second", "between"]
    for field in ("x", "second", "between"):
        forms.remove_field(sheet, element="Ask", field=field)
    assert b"formData" not in sheet.to_bytes()
    assert sheet.diagram.nodes["Ask"].due == "P5BD"


def test_a_form_touches_nothing_but_its_step() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    form = fields_of(sheet, "ReviewRequest")
    forms.set_fields(
        sheet, element="ReviewRequest", fields=[replace(form[0], label="Well?"), *form[2:]]
    )
    assert touched(before, sheet.to_bytes()) == {"ReviewRequest"}


REFUSED = {
    "id": (replace(NOTHING, id="9 lives"), "id"),
    "type": (replace(NOTHING, type="colour"), "type"),
    "condition": (replace(NOTHING, shown_when="Ask.old =="), "shown_when"),
    "length": (replace(NOTHING, max_length=10**10), "max_length"),
    "choice twice": (replace(NOTHING, type="enum", options=(*CHOICES, CHOICES[0])), "options"),
    "choice without id": (replace(NOTHING, type="enum", options=(Option("", "No"),)), "options"),
    "shown to": (replace(NOTHING, shown_to=("everybody",)), "shown_to"),
    "column of files": (replace(TABLE, columns=(Field("f", "F", "file"),)), "columns"),
    "column with help": (replace(TABLE, columns=(Field("f", "F", help="?"),)), "columns"),
    "column with a bar": (replace(TABLE, columns=(Field("f", "F | G"),)), "columns"),
    "control character": (replace(NOTHING, help="a\x07b"), "help"),
    "too long": (replace(NOTHING, label="x" * 20_000), "label"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_field_that_could_not_be_read_back_is_refused(why: str) -> None:
    field, attribute = REFUSED[why]
    sheet = asking(OLD)
    before = sheet.to_bytes()
    with pytest.raises(EditError) as refused:
        forms.add_field(sheet, element="Ask", field=field)
    assert refused.value.field == attribute
    with pytest.raises(EditError) as refused:
        forms.set_fields(sheet, element="Ask", fields=[field])
    assert refused.value.field == f"fields.{field.id}.{attribute}"
    assert sheet.to_bytes() == before


def test_fields_that_are_not_there_or_there_twice_are_refused() -> None:
    sheet = asking(OLD)
    field = fields_of(sheet)[0]
    forms.add_field(sheet, element="Ask", field=NOTHING)
    refused: list[Callable[[], object]] = [
        lambda: forms.set_fields(sheet, element="Ask", fields=[field, field]),
        lambda: forms.set_fields(sheet, element="Begin", fields=[field]),
        lambda: forms.add_field(sheet, element="Ask", field=field),
        lambda: forms.add_field(sheet, element="Ask", field=TABLE, after="nobody"),
        lambda: forms.replace_field(sheet, element="Ask", former="nobody", field=field),
        lambda: forms.replace_field(sheet, element="Ask", former="all", field=field),
        lambda: forms.move_field(sheet, element="Ask", field="old", by=-1),
        lambda: forms.remove_field(sheet, element="Ask", field="nobody"),
    ]
    for act in refused:
        with pytest.raises(EditError):
            act()


def test_a_form_of_several_fields_with_the_same_id_keeps_the_first() -> None:
    sheet = asking(OLD, sketch.field("old", "date"))
    forms.set_fields(sheet, element="Ask", fields=fields_of(sheet))
    assert sheet.to_bytes().count(b"<camunda:formField") == 1


def test_a_form_for_a_file_that_never_heard_of_camunda_declares_it_at_the_top() -> None:
    bare = sketch.process(
        sketch.start(), '<bpmn:userTask id="Ask"/>', sketch.end(), marks="", executable="true"
    ).replace(b' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"', b"")
    sheet = Sheet.open(bare)
    forms.set_fields(sheet, element="Ask", fields=[EVERYTHING])
    assert fields_of(sheet) == (EVERYTHING,)
    assert sheet.to_bytes().index(b"xmlns:camunda") < sheet.to_bytes().index(b"<bpmn:process")
    assert sheet.to_bytes().count(b"xmlns:camunda") == 1
