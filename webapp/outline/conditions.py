"""Conditions chosen from drop-downs, row by row, or written as text: without scripts, and checked."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request
from wtforms import (
    DateField,
    DecimalField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from webapp.outline import pieces
from webapp.outline.answers import Asked
from webapp.outline.comparing import SEEN, SPARE, NotComparableError, Spare, spare_members
from webapp.outline.offering import offered
from webapp.outline.page import Opened, OutlineForm, filled
from webapp.outline.pieces import ALL, ANSWERED, ANY, IS, UNANSWERED, Piece
from workflows.diagrams.conditions import MAXIMUM_LENGTH, ConditionError, compile_condition
from workflows.diagrams.fields_at import FieldAt
from workflows.diagrams.graph import Field

ROWS, TEXT, OTHERWISE, ALWAYS = "rows", "text", "otherwise", "always"
# A row that is removed leaves a gap, so that nothing typed moves to another row.
LAST_ROW = 40
_ONLY_ROWS = json.dumps({"field": "when", "is": "=", "value": ROWS})
_ONLY_TEXT = json.dumps({"field": "when", "is": "=", "value": TEXT})


class ConditionForm(OutlineForm):
    """Rows of comparisons, or a text; the rows are members named row_0_is, row_0_values and so on."""

    asked: Asked
    rows: Mapping[int, Piece]
    wrong: Mapping[str, str]
    condition: str | None = None

    def row_fields(self) -> list[tuple[int, str, list[Any]]]:
        """Give for each row its number, what it is about and its fields."""
        parts = ("name", "is", "values")
        return [
            (
                number,
                self.asked.label(piece.name),
                [self[f"row_{number}_{part}"] for part in parts if f"row_{number}_{part}" in self],
            )
            for number, piece in self.rows.items()
        ]

    @property
    def sent_rows(self) -> list[Piece]:
        """Give the rows as they were filled in."""
        return [
            Piece(piece.name, self[f"row_{n}_is"].data or "", self._values(n))
            for n, piece in self.rows.items()
        ]

    def _values(self, number: int) -> tuple[str, ...]:
        name = f"row_{number}_values"
        given = self[name].data if name in self else None
        if given in (None, "", []):
            return ()
        return tuple(given) if isinstance(given, list) else (str(given),)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then whether rows or text make a condition, which is `condition` then."""
        super().validate(extra_validators)
        self.tell_wrong()
        self.condition = self._made()
        return not self.errors

    def tell_wrong(self) -> None:
        """Say of the comparisons that could not be taken along what is wrong."""
        for name, words in self.wrong.items():
            self[name].errors = [words]

    def spares(self) -> list[tuple[str, list[Any]]]:
        """Give the rows that wait to be filled in: what they are called, and their fields."""
        first = "One comparison more" if self.rows else "A comparison"
        titles = (first, "Another one", "A third one", "A fourth one", "A fifth one", "A sixth one")
        return [
            (title, [self[f"{name}{part}"] for part in ("", "_how", "_with")])
            for name, title in zip(SPARE, titles, strict=True)
        ]

    @property
    def seen(self) -> int:
        """How many of these rows are seen at once: all where a later one was filled in."""
        later = (self[f"{name}{part}"] for name in SPARE[SEEN:] for part in ("", "_how", "_with"))
        return len(SPARE) if any(field.errors for field in later) else SEEN

    def _made(self) -> str | None:
        if self.when.data == ROWS:
            return self._of_rows()
        if any(self.asked.piece(self[name].data or "") for name in SPARE):
            # Without scripts the list is there whatever is chosen above it.
            told = "Choose “When these comparisons hold” as well, or no answer here."
            self.more.errors = [*self.more.errors, told]
        if self.when.data == TEXT:
            return self._of_text()
        return None

    def _of_rows(self) -> str | None:
        rows = self.sent_rows
        if self.wrong:
            return None
        if not rows:
            self.more.errors = [*self.more.errors, "Choose an answer to compare."]
            return None
        if self._lacks_values(rows):
            return None
        return pieces.condition_of(self.joined.data or ALL, rows, self.asked.fields)

    def _lacks_values(self, rows: Sequence[Piece]) -> bool:
        wrong = False
        for number, piece in zip(self.rows, rows, strict=True):
            needs = piece.operator not in (ANSWERED, UNANSWERED)
            if needs and not piece.values:
                values = self[f"row_{number}_values"]
                values.errors = values.errors or ["Say what it is compared with."]
                wrong = True
        return wrong

    def _of_text(self) -> str | None:
        text = (self.text.data or "").strip()
        if not text:
            self.text.errors = ["Write the condition, or choose another way to say it."]
            return None
        try:
            compile_condition(text)
        except ConditionError as error:
            self.text.errors = [str(error)]
            return None
        return text


def condition_form(
    page: Opened,
    base: type[ConditionForm],
    asked: Asked,
    text: str | None,
    **data: Any,
) -> ConditionForm:
    """Give the form of a condition: as it stands, or as it was sent, with a row more or less."""
    taken = pieces.pieces_of(text) if text else (ALL, [])
    fitting = taken is not None and all(pieces.fits(one, asked.field(one.name)) for one in taken[1])
    joined, kept = taken if taken and fitting else (ALL, [])
    rows = dict(enumerate(pieces.on_row(one, asked.at[one.name].field) for one in kept))
    taken_along, wrong = _taken_along(asked)
    if request.method == "POST":
        rows = _sent_rows(asked, taken_along.values())
    members: dict[str, Any] = {"asked": asked, "rows": rows, "wrong": wrong}
    for number, piece in rows.items():
        members |= _row_members(number, asked.at[piece.name].field)
    if text and not data.get("when"):
        data["when"] = ROWS if fitting else TEXT
    form_class = type("RowsForm", (base,), members)
    row_data = _row_data(rows, asked)
    form: ConditionForm = filled(
        form_class, page, joined=joined, text=text or "", **data, **row_data
    )
    for number, piece in rows.items():
        if piece.values and asked.at[piece.name].field.type == "enum":
            # What was chosen from the list was not sent as the values of its row.
            form[f"row_{number}_values"].data = list(piece.values)
    _show_spares(form, taken_along)
    return form


def _show_spares(form: ConditionForm, taken: Collection[str]) -> None:
    """Offer what can be compared, and empty the rows that were taken along."""
    for name in SPARE:
        form[name].choices = form.asked.choices
        if name in taken:
            form[name].data, form[f"{name}_how"].data, form[f"{name}_with"].data = "", IS, ""
    form.tell_wrong()


def _taken_along(asked: Asked) -> tuple[dict[str, Piece], dict[str, str]]:
    """Give the new comparisons that become rows, added or saved with the rest, and what is wrong.

    By the name of the row that was filled in, and by that of the control.
    """
    do = request.form.get("do", "")
    if do != "add" and (do or request.form.get("when") != ROWS):
        return {}, {}
    taken: dict[str, Piece] = {}
    wrong: dict[str, str] = {}
    for spare in Spare.sent():
        try:
            piece = spare.piece(asked)
        except NotComparableError as error:
            wrong[error.part] = str(error)
            continue
        if piece is not None:
            taken[spare.name] = piece
    return taken, wrong


def with_when(choices: Sequence[tuple[str, str]]) -> type[ConditionForm]:
    """Give the form with these ways to say when."""

    class WhenForm(ConditionForm):
        when = RadioField(
            "When", [InputRequired("Say when.")], choices=offered(choices), default=choices[0][0]
        )
        joined = RadioField(
            "If there are several comparisons",
            choices=offered([(ALL, "All of them must hold"), (ANY, "One of them is enough")]),
            default=ALL,
            render_kw={"data-shown-when": _ONLY_ROWS},
        )
        text = TextAreaField(
            "The condition as text",
            description='For example ReviewRequest.decision = "approve" and count(Advise.concern = true) > 1.',
            validators=[Optional(), Length(max=MAXIMUM_LENGTH)],
            render_kw={"rows": 3, "data-shown-when": _ONLY_TEXT, "spellcheck": "false"},
        )

    return type("SpareForm", (WhenForm,), spare_members())


def _sent_rows(asked: Asked, new: Iterable[Piece]) -> dict[int, Piece]:
    """Read which rows the form has, without the one to remove and with the new ones."""
    do = request.form.get("do", "")
    names = {number: request.form.get(f"row_{number}_name", "") for number in range(LAST_ROW)}
    rows = {
        number: Piece(name, "")
        for number, name in names.items()
        if name in asked.at and do != f"remove-{number}"
    }
    for piece in new:
        rows[max(rows, default=-1) + 1] = piece
    return rows


def is_about_rows() -> bool:
    """Whether the form was sent only to have a row more or less."""
    do = request.form.get("do", "")
    return do == "add" or do.startswith("remove-")


def _row_members(number: int, field: Field) -> dict[str, Any]:
    words = pieces.comparisons_for(field)
    members: dict[str, Any] = {
        f"row_{number}_name": HiddenField(),
        f"row_{number}_is": SelectField("How", choices=offered(words.items())),
    }
    values = _values_field(field)
    return members | ({f"row_{number}_values": values} if values else {})


def _values_field(field: Field) -> Any:
    """Give the control for what a field is compared with, None where it can only be answered or not."""
    options = offered((option.id, option.label) for option in field.options)
    yes_or_no = offered([("true", "yes"), ("false", "no")])
    made: dict[str, tuple[type[Any], dict[str, Any]]] = {
        "enum": (SelectMultipleField, {"choices": options}),
        "multi-enum": (SelectField, {"choices": options}),
        "boolean": (SelectField, {"choices": yes_or_no}),
        "long": (DecimalField, {"places": None}),
        "decimal": (DecimalField, {"places": None}),
        "date": (DateField, {}),
        "datetime": (DateField, {}),
    }
    if pieces.comparisons_for(field).keys() <= {ANSWERED, UNANSWERED}:
        return None
    control, more = made.get(field.type, (StringField, {}))
    return control("Compared with", validators=[Optional()], **more)


def _row_data(rows: Mapping[int, Piece], asked: Asked) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for number, piece in rows.items():
        kind = asked.at[piece.name].field.type
        data[f"row_{number}_name"] = piece.name
        if piece.operator:
            data[f"row_{number}_is"] = piece.operator
        if piece.values:
            data[f"row_{number}_values"] = _typed(kind, piece.values)
    return data


def _typed(kind: str, values: tuple[str, ...]) -> Any:
    if kind == "enum":
        return list(values)
    if kind in ("date", "datetime"):
        return date.fromisoformat(values[0][:10])
    return values[0]


def own_fields(page: Opened, element: str, but: str) -> list[FieldAt]:
    """Give the other questions of the same form, which a condition of a question may read."""
    node = page.node(element)
    return [
        FieldAt(element, node.title, replace(one), always=True)
        for one in node.fields
        if one.id != but
    ]
