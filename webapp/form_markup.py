"""What macros/forms.html asks about a WTForms field: its kind, its errors, its attributes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectFieldBase,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)

SEARCHABLE_FROM = 16
"""A select with at least so many choices is made searchable when scripts run."""

_GROUP_KEYS = {"data-shown-when", "data-required-when", "data-row-name"}

# The order matters: a RadioField is a select, a SubmitField is a checkbox to WTForms.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (HiddenField, "hidden"),
    (SubmitField, "submit"),
    (FieldList, "rows"),
    (FormField, "group"),
    (RadioField, "radios"),
    (SelectMultipleField, "checkboxes"),
    (SelectFieldBase, "select"),
    (BooleanField, "checkbox"),
    ((FileField, MultipleFileField), "file"),
    (TextAreaField, "textarea"),
)


@dataclass(frozen=True)
class ErrorLink:
    """One line of the error summary: the id of the control to go to, and what is wrong there."""

    target: str
    label: str
    message: str


def kind(field: Field) -> str:
    """Which of the shapes of macros/forms.html draws this field."""
    return next((name for types, name in _KINDS if isinstance(field, types)), "input")


def own_errors(field: Field) -> list[str]:
    """The messages about the field itself, not those inside its rows or columns."""
    errors = field.errors
    if isinstance(errors, dict):
        return [str(message) for message in errors.get(None, ())]
    return [str(error) for error in errors if not isinstance(error, dict | list | tuple)]


def error_links(form: Form) -> list[ErrorLink]:
    """Everything that is wrong with a form, in the order of its fields."""
    links = [ErrorLink("", "", str(error)) for error in getattr(form, "form_errors", [])]
    for field in form:
        links.extend(_links_of(field, field.label.text))
    return links


def _links_of(field: Field, label: str) -> Iterator[ErrorLink]:
    name = label.rstrip("?:")
    for message in own_errors(field):
        # A token is nothing that a person could correct in place.
        target = "" if kind(field) == "hidden" else first_control(field)
        # A message that names its field already would say the label twice.
        yield ErrorLink(target, "" if name in message else name, message)
    if isinstance(field, FormField):
        for inner in field.form:
            yield from _links_of(inner, f"{label}, {inner.label.text}")
    elif isinstance(field, FieldList):
        for number, entry in enumerate(field.entries, start=1):
            yield from _links_of(entry, f"{label} {number}")


def first_control(field: Field) -> str:
    """The id that takes the focus: the first choice of a group, the group itself for rows."""
    if isinstance(field, RadioField | SelectMultipleField) and choice_list(field):
        return f"{field.id}-0"
    return str(field.id)


def choice_list(field: SelectFieldBase) -> list[tuple[str, str, bool]]:
    """The choices as (value, label, chosen)."""
    return [(str(value), str(label), bool(chosen)) for value, label, chosen, *_ in _choices(field)]


def _choices(field: SelectFieldBase) -> list[tuple[object, ...]]:
    if getattr(field, "choices", None) is None:
        return []
    return list(field.iter_choices())


def chosen(field: SelectFieldBase) -> str:
    """The value that a browser shows in a select; the searchable kind has to be told."""
    choices = choice_list(field)
    first = choices[0][0] if choices else ""
    return next((value for value, _, is_chosen in choices if is_chosen), first)


def searchable(field: SelectFieldBase) -> bool:
    """Whether a select is long enough to be worth a search box."""
    return not field.has_groups() and len(_choices(field)) >= SEARCHABLE_FROM


def _described_by(field: Field) -> str:
    ids = [f"{field.id}-hint"] if field.description else []
    ids += [f"{field.id}-error"] if own_errors(field) else []
    return " ".join(ids)


def describedby(field: Field) -> Markup:
    """The attributes that tie help and error to a group of controls."""
    ids = _described_by(field)
    return Markup(' aria-describedby="{}"').format(ids) if ids else Markup("")


def control(field: Field, css_class: str) -> dict[str, object]:
    """The attributes of a single control; those of the group stay on the group."""
    attributes: dict[str, object] = dict.fromkeys(_GROUP_KEYS, False)
    own = (field.render_kw or {}).get("class", "")
    invalid = bool(own_errors(field))
    error_class = "usa-input--error" if invalid else ""
    attributes["class_"] = " ".join(filter(None, [css_class, str(own), error_class]))
    attributes["aria-describedby"] = _described_by(field) or False
    attributes["aria-invalid"] = "true" if invalid else False
    return attributes


def next_row(field: "FieldList[Field]") -> int:
    """The first free index for a row that is added."""
    indices = [int(entry.name.rsplit("-", 1)[1]) for entry in field.entries]
    return max(indices, default=-1) + 1


def blank_row(field: "FieldList[Field]", index: int | str) -> Field:
    """One more row of a table, empty; `index` may be a mark for the script to replace."""
    name = f"{field.name}-{index}"
    # A row belongs to its list, not to the form: FieldList itself binds entries to no form.
    entry: Field = field.unbound_field.bind(form=None, name=name, id=name, _meta=field.meta)  # type: ignore[arg-type]
    entry.process(None)
    return entry


def has_file(form: Form) -> bool:
    return any(kind(field) == "file" for field in _all_fields(form))


def has_required(form: Form) -> bool:
    return any(field.flags.required for field in _all_fields(form))


def _all_fields(form: Form) -> Iterator[Field]:
    for field in form:
        yield field
        if isinstance(field, FormField):
            yield from _all_fields(field.form)
        elif isinstance(field, FieldList):
            row = blank_row(field, 0)
            yield from _all_fields(row.form) if isinstance(row, FormField) else iter([row])


FILTERS: dict[str, Callable[..., object]] = {
    function.__name__: function
    for function in (
        kind,
        own_errors,
        error_links,
        choice_list,
        chosen,
        searchable,
        describedby,
        control,
        next_row,
        blank_row,
        has_file,
        has_required,
    )
}
