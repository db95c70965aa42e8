"""The fields of a step's form: from the diagram's types to WTForms, and from answers to JSON."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import FileInput

from webapp.forms import Choice
from webapp.incoming import row_number
from workflows.diagrams import graph
from workflows.form_rules import LONGEST_TEXT, MOST_ROWS, misfit

# More choices than this are a list to pick from rather than buttons to look over.
MOST_BUTTONS = 7
LONGEST_NAME = 300

Choices = list[Choice]
NONE = Choice("", "- Choose -")


@dataclass(frozen=True)
class Surroundings:
    """What a form offers to choose from, looked up only when a field asks for it.

    `choices` maps a field type (person, unit, site, platform) to (value, label) pairs; `document`
    gives the name of a file that is attached already.
    """

    zone: ZoneInfo
    choices: Callable[[str], Choices]
    document: Callable[[int], str | None] = field(default=lambda _: None)


class _Unanswerable:
    """Leaves an empty choice to the form, which knows whether it is required."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, "", "None"):  # type: ignore[attr-defined]
            super().pre_validate(form)  # type: ignore[misc]


class ButtonsField(_Unanswerable, RadioField):
    """One of a few choices."""


class PickField(_Unanswerable, SelectField):
    """One of many choices, the first of them none."""


class RowsField(FieldList):  # type: ignore[type-arg]  # generic only in the types of WTForms
    """The rows of a table."""

    has_too_many = False

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Leave out numbers of rows that WTForms takes for digits and Python cannot read."""
        readable = (name for name in formdata if name.isascii() and len(name) <= LONGEST_NAME)
        numbers = set(super()._extract_indices(prefix, readable))  # type: ignore[misc]
        self.has_too_many = len(numbers) > MOST_ROWS
        return iter(numbers)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse rows beyond the most, which WTForms would leave out without a word."""
        super().validate(*args, **kwargs)
        if self.has_too_many:
            self.errors = [*self.errors, f"Give at most {MOST_ROWS} rows; more were sent."]
        return not self.errors


class DocumentWidget(FileInput):
    """A file input that keeps what is attached already, so that an error elsewhere loses nothing."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kept = Markup()
        if field.kept:
            kept = Markup(
                '<input type="hidden" name="{}-kept" value="{}"><p class="kept-file">Attached: {}</p>'
            ).format(field.name, field.kept, field.kept_name or f"document {field.kept}")
        return kept + super().__call__(field, **kwargs)


class DocumentField(FileField):
    """A document of the case; its answer is the id of the stored file."""

    widget = DocumentWidget()
    kept: int | None = None
    kept_name: str | None = None


def unbound(spec: graph.Field) -> Any:
    """Give the WTForms field for a question of the diagram, not bound to a form yet."""
    common: dict[str, Any] = {
        "label": spec.label or spec.id,
        "description": spec.help,
        "validators": [Optional(), *_checks(spec)],
        "render_kw": {},
    }
    if spec.type == "boolean" and spec.required:
        # A required checkbox could only be ticked; a question can be answered with no.
        return ButtonsField(choices=[Choice("yes", "Yes"), Choice("no", "No")], **common)
    if spec.type in _SHAPED:
        return _SHAPED[spec.type](spec, common)
    return _SIMPLE[spec.type](**common)


def _table(spec: graph.Field, common: dict[str, Any]) -> Any:
    row = type("Row", (Form,), {column.id: _cell(column) for column in spec.columns})
    common |= {"validators": [], "render_kw": {"data-row-name": _row_name(spec)}}
    return RowsField(FormField(row), min_entries=1, max_entries=MOST_ROWS, **common)


def _cell(column: graph.Field) -> Any:
    """Give the field of a table's cell: a list to pick from, where buttons would fill the row."""
    cell = _cell_of_its_type(column)
    if column.required:
        cell.kwargs["validators"] = [*cell.kwargs.get("validators", ()), _Marked()]
    return cell


class _Marked:
    """Marks a column as required; whether a row was begun at all, only the form knows."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, _form: Any, _bound: Any) -> None:
        """Leave the check to the form."""


def _cell_of_its_type(column: graph.Field) -> Any:
    if column.type == "enum":
        options = [Choice(option.id, option.label) for option in column.options]
        return PickField(label=column.label, choices=[NONE, *options], description=column.help)
    return unbound(column)


def _several(spec: graph.Field, common: dict[str, Any]) -> Any:
    options = [Choice(option.id, option.label) for option in spec.options]
    return SelectMultipleField(choices=options, **common)


def _reference(_spec: graph.Field, common: dict[str, Any]) -> Any:
    return PickField(choices=[NONE], **common)


def _moment(_spec: graph.Field, common: dict[str, Any]) -> Any:
    return DateTimeLocalField(format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **common)


_SIMPLE: dict[str, type[Field]] = {
    "string": StringField,
    "long-text": TextAreaField,
    "long": IntegerField,
    "boolean": BooleanField,
    "date": DateField,
    "url": URLField,
    "email": EmailField,
    "file": DocumentField,
}


def _row_name(spec: graph.Field) -> str:
    label = spec.label or spec.id
    many = label.endswith("s") and not label.endswith(("ss", "series"))
    return label[:-1] if many else label


def _choice(spec: graph.Field, common: dict[str, Any]) -> Any:
    options = [Choice(option.id, option.label) for option in spec.options]
    if len(options) <= MOST_BUTTONS:
        return ButtonsField(choices=options, **common)
    return PickField(choices=[NONE, *options], **common)


def _amount(_spec: graph.Field, common: dict[str, Any]) -> Any:
    # As typed: rounding an answer to two places would change it.
    return DecimalField(places=None, **common)


_SHAPED: dict[str, Callable[[graph.Field, dict[str, Any]], Any]] = {
    "table": _table,
    "enum": _choice,
    "multi-enum": _several,
    "person": _reference,
    "unit": _reference,
    "site": _reference,
    "platform": _reference,
    "datetime": _moment,
    "decimal": _amount,
}


class _Fits:
    """Asks the one check of answers about what was typed; the browser is told of lengths too."""

    def __init__(self, spec: graph.Field) -> None:
        self.spec = spec
        self.field_flags: dict[str, int] = {}
        if spec.type in ("string", "long-text", "url", "email"):
            self.field_flags["maxlength"] = spec.max_length or LONGEST_TEXT
            if spec.min_length is not None:
                self.field_flags["minlength"] = spec.min_length

    def __call__(self, _form: Any, bound: Any) -> None:
        """Refuse what is no answer to the question; what could not be read has been said already."""
        data = _as_said(bound.data)
        if data not in (None, "") and (message := misfit(self.spec, data)) is not None:
            raise ValidationError(message)


def _as_said(data: Any) -> Any:
    match data:
        case date():
            return data.isoformat()
        case str():
            return data.strip()
    return data


def _checks(spec: graph.Field) -> list[Any]:
    is_typed = spec.type in _SIMPLE or spec.type in ("decimal", "datetime")
    return [_Fits(spec)] if is_typed and spec.type not in ("boolean", "file") else []


def offer(spec: graph.Field, bound: Any, around: Surroundings) -> None:
    """Fill in what a bound field offers to choose from, also in the rows of a table."""
    if spec.type in ("person", "unit", "site", "platform"):
        bound.choices = [NONE, *around.choices(spec.type)]
    elif spec.type == "table":
        _offer_rows(spec, bound, around)
    elif spec.type == "file" and bound.kept:
        bound.kept_name = around.document(bound.kept)
        if bound.kept_name is None:
            bound.kept = None  # a document of another case, or none at all


def _offer_rows(spec: graph.Field, bound: Any, around: Surroundings) -> None:
    chosen = {
        column.id: [NONE, *around.choices(column.type)]
        for column in spec.columns
        if column.type in ("person", "unit", "site", "platform")
    }
    for entry in bound.entries:
        for name, choices in chosen.items():
            entry.form[name].choices = choices
    if chosen:
        # The blank row that scripts copy is made from the row's class.
        base = bound.unbound_field.args[0]
        row = type(base.__name__, (base,), {})
        for column in spec.columns:
            if column.id in chosen:
                offered = unbound(column)
                offered.kwargs["choices"] = chosen[column.id]
                setattr(row, column.id, offered)
        bound.unbound_field = FormField(row)


def to_answer(spec: graph.Field, bound: Any, zone: ZoneInfo) -> Any:
    """Give the answer as JSON: text, number, truth, id, list of choices or list of rows."""
    if spec.type == "table":
        rows = [
            {column.id: to_answer(column, entry.form[column.id], zone) for column in spec.columns}
            for entry in bound.entries
        ]
        return [row for row in rows if any(value not in (None, False) for value in row.values())]
    if spec.type == "file":
        return bound.kept
    return _plain(spec, bound.data, zone)


def _plain(spec: graph.Field, data: Any, zone: ZoneInfo) -> Any:
    if spec.type == "boolean":
        return _truth(data)
    if data in (None, "", "None", []):
        return None
    if spec.type in ("person", "unit", "site", "platform"):
        # What is no number is refused as a choice that is not offered.
        return row_number(data)
    return _as_json(data, zone)


def _as_json(data: Any, zone: ZoneInfo) -> Any:
    match data:
        case datetime():
            return data.replace(tzinfo=zone).isoformat()
        case date():
            return data.isoformat()
        case Decimal():
            return float(data) if data.is_finite() else None
        case str():
            return data.strip()
    return data


def _truth(data: Any) -> bool | None:
    """Give what a checkbox or a yes-or-no question says; None for a question left open."""
    return data if isinstance(data, bool) else {"yes": True, "no": False}.get(data or "")


def from_answer(spec: graph.Field, answer: Any, zone: ZoneInfo) -> Any:
    """Give a stored answer back as the data of a field."""
    if answer is None:
        return None
    if spec.type == "table":
        return [
            {column.id: from_answer(column, row.get(column.id), zone) for column in spec.columns}
            for row in answer
        ]
    convert: Mapping[str, Callable[[Any], Any]] = {
        "date": date.fromisoformat,
        "datetime": lambda text: datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None),
        "decimal": lambda number: Decimal(str(number)),
        "person": str,
        "unit": str,
        "site": str,
        "platform": str,
    }
    if spec.type == "boolean" and spec.required:
        return "yes" if answer else "no"
    return convert.get(spec.type, lambda same: same)(answer)
