"""One field of a form, written the way workflows/diagrams/forms.py reads it.

Only what differs from what stands there is touched, so that whatever we do not know is kept.
"""

from collections.abc import Callable
from dataclasses import fields as attributes_of
from dataclasses import replace
from functools import partial
from typing import Any

from lxml import etree

from workflows.diagrams.document import CAMUNDA, Findings, child, children, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import set_or_drop
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.spacing import arrange, empty, put, take
from workflows.diagrams.forms import CARRIERS, COLUMN, read_field
from workflows.diagrams.graph import Field, Option

# The parts of a formField in the order in which modelers write them.
_PARTS = ("properties", "validation", "value")
# What modelers write before its like.
_FIRST = frozenset({"required", "widget"})
_CONDITIONS = ("required_when", "shown_when", "refuse_when")
# Attribute of Field -> property of the form field.
_PROPERTIES = {
    "required_when": "required-when",
    "shown_when": "shown-when",
    "refuse_when": "refuse-when",
    "refuse_message": "refuse-message",
    "pattern": "pattern",
    "help": "help",
    "classification": "classification",
    "register": "register",
}
_CONSTRAINTS = {
    "minimum": "min",
    "maximum": "max",
    "min_length": "minlength",
    "max_length": "maxlength",
}
# What the reader says is wrong -> the attribute that it is about.
_ABOUT = {
    "bad-field-id": "id",
    "unknown-field-type": "type",
    "bad-option": "options",
    "bad-column": "columns",
    "bad-constraint": "max_length",
    "bad-shown-to": "shown_to",
}


def write_field(element: etree._Element, field: Field) -> None:
    """Let a formField say what `field` does. Raises EditError, its field an attribute of Field."""
    before = Findings()
    former, wanted = read_field(element, before), _plain(field)
    if wanted.id != former.id:
        element.set("id", wanted.id)
    for attribute in attributes_of(Field):
        value = getattr(wanted, attribute.name)
        if attribute.name != "id" and value != getattr(former, attribute.name):
            _WRITERS[attribute.name](element, wanted)
    known = {finding.code for finding in before.found}
    _check(element, wanted, known if wanted.id == former.id else known - {"bad-field-id"})


def _plain(field: Field) -> Field:
    """Give the field as the reader would: no white space around words, nothing for none."""
    given: dict[str, Any] = {
        name: words.text(value, name)
        for name in ("id", "type", "refuse_message", "help", "classification")
        if isinstance(value := getattr(field, name), str)
    }
    maybe: dict[str, Any] = {
        name: words.text(value, name) or None
        for name in (*_CONDITIONS, "pattern", "register", "minimum", "maximum")
        if (value := getattr(field, name)) is not None
    }
    given["classification"] = given["classification"] or "public"
    return replace(
        field,
        **given,
        **maybe,
        label=" ".join(words.text(field.label, "label").split()) or given["id"],
        default=None if field.default is None else words.text(field.default, "default"),
        options=tuple(_plain_option(option) for option in field.options),
        columns=tuple(_plain_column(column, maybe.get("register")) for column in field.columns),
    )


def _plain_option(option: Option) -> Option:
    identity = words.text(option.id, "options")
    return Option(identity, " ".join(words.text(option.label, "options").split()) or identity)


def _plain_column(column: Field, register: str | None) -> Field:
    label = " ".join(words.text(column.label, "columns").split()) or column.id
    options = tuple(_plain_option(option) for option in column.options)
    # A column of people is written to the register by its table.
    kept = register if column.type == "person" else None
    return replace(column, label=label, options=options, register=kept)


def _check(element: etree._Element, wanted: Field, known: set[str]) -> None:
    """Refuse what would be read as something else than was asked."""
    findings = Findings()
    now = read_field(element, findings)
    for finding in findings.found:
        if finding.severity == "error" and finding.code not in known:
            raise EditError(_ABOUT.get(finding.code, ""), finding.message)
    for name in (attribute.name for attribute in attributes_of(Field)):
        if getattr(now, name) != getattr(wanted, name):
            raise EditError(name, _MISREAD.get(name, _MISREAD[""]).format(field=wanted.label))


_MISREAD = {
    "": 'This cannot be written for the field "{field}". Leave it empty or change it.',
    "columns": 'A column of "{field}" has more than a label, a type, "required" and choices, or the sign '
    "| ; or = in its words. Make it simpler.",
    "options": 'Two choices of "{field}" have the same id. Give each its own.',
}


def _write_label(element: etree._Element, field: Field) -> None:
    set_or_drop(element, "label", "" if field.label == field.id else field.label)


def _write_type(element: etree._Element, field: Field) -> None:
    carrier = field.type if field.type in CARRIERS else "string"
    element.set("type", "enum" if field.type == "multi-enum" else carrier)
    _set_property(element, "widget", "" if field.type in CARRIERS else field.type)


def _write_default(element: etree._Element, field: Field) -> None:
    if field.default is not None:
        element.set("defaultValue", field.default)
    elif "defaultValue" in element.attrib:
        del element.attrib["defaultValue"]


def _write_required(element: etree._Element, field: Field) -> None:
    _set_constraint(element, "required", "" if field.required else None)


def _write_constraint(name: str, element: etree._Element, field: Field) -> None:
    value = getattr(field, name)
    _set_constraint(element, _CONSTRAINTS[name], None if value is None else str(value))


def _write_condition(name: str, element: etree._Element, field: Field) -> None:
    words.condition(getattr(field, name) or "", name)
    _write_property(name, element, field)


def _write_property(name: str, element: etree._Element, field: Field) -> None:
    value = getattr(field, name) or ""
    is_unsaid = name == "classification" and value == "public"
    _set_property(element, _PROPERTIES[name], "" if is_unsaid else value)


def _write_shown_to(element: etree._Element, field: Field) -> None:
    _set_property(element, "shown-to", words.several(field.shown_to, "shown_to"))


def _write_options(element: etree._Element, field: Field) -> None:
    there = {value.get("id", "").strip(): value for value in children(element, "value", ns=CAMUNDA)}
    wanted = {option.id: option.label for option in field.options}
    for value in list(children(element, "value", ns=CAMUNDA)):
        if there[value.get("id", "").strip()] is not value or value.get("id") not in wanted:
            take(value)
    values = []
    for identity, label in wanted.items():
        value = there[identity] if identity in there else _new_part(element, "value")
        value.set("id", identity)
        if (" ".join((value.get("name") or "").split()) or identity) != label:
            value.set("name", label)
        values.append(value)
    arrange(values)


def _write_columns(element: etree._Element, field: Field) -> None:
    wanted = {f"{COLUMN}{column.id}": _column_words(column) for column in field.columns}
    for name in [name for name in _properties(element) if name.startswith(COLUMN)]:
        if name not in wanted:
            _set_property(element, name, "")
    for name, value in wanted.items():
        if " ".join(_properties(element).get(name, "").split()) != value:
            _set_property(element, name, value)
    container = child(element, "properties", CAMUNDA)
    entries = [] if container is None else list(children(container, "property", ns=CAMUNDA))
    by_name = {entry.get("id", ""): entry for entry in entries}
    arrange([by_name[name] for name in wanted])


def _column_words(column: Field) -> str:
    """Write `Label | type | required | a=Label A; b=Label B`, without empty parts at its end."""
    choices = "; ".join(
        option.id if option.label == option.id else f"{option.id}={option.label}"
        for option in column.options
    )
    parts = [column.label, column.type, "required" if column.required else "", choices]
    while not parts[-1]:
        parts.pop()
    return " | ".join(parts)


def _properties(element: etree._Element) -> dict[str, str]:
    container = child(element, "properties", CAMUNDA)
    entries = [] if container is None else children(container, "property", ns=CAMUNDA)
    return {entry.get("id", ""): entry.get("value") or "" for entry in entries}


def _set_property(element: etree._Element, name: str, value: str) -> None:
    _set_entry(element, ("properties", "property"), ("id", name, "value"), value or None)


def _set_constraint(element: etree._Element, name: str, value: str | None) -> None:
    _set_entry(element, ("validation", "constraint"), ("name", name, "config"), value)


def _set_entry(
    element: etree._Element, place: tuple[str, str], key: tuple[str, str, str], value: str | None
) -> None:
    """Write one entry of a container, both made where missing; None takes it away."""
    container = child(element, place[0], CAMUNDA)
    entries = [] if container is None else list(children(container, place[1], ns=CAMUNDA))
    named = [entry for entry in entries if entry.get(key[0]) == key[1]]
    if value is None:
        for entry in named:
            take(entry)
        if container is not None:
            empty(container)
        return
    if not named:
        container = _new_part(element, place[0]) if container is None else container
        made = etree.Element(f"{{{CAMUNDA}}}{place[1]}")
        put(container, made, after=None if key[1] in _FIRST else _last(container))
        made.set(key[0], key[1])
        named = [made]
    # Of several of the same name the last is read.
    set_or_drop(named[-1], key[2], value)


def _last(container: etree._Element) -> etree._Element | None:
    return container[-1] if len(container) else None


def _new_part(element: etree._Element, name: str) -> etree._Element:
    """Make a part of a formField where modelers write it."""
    before = [
        part
        for part in children(element, *_PARTS, ns=CAMUNDA)
        if _PARTS.index(local(part)) <= _PARTS.index(name)
    ]
    made = etree.Element(f"{{{CAMUNDA}}}{name}")
    put(element, made, after=before[-1] if before else None)
    return made


_WRITERS: dict[str, Callable[[etree._Element, Field], None]] = {
    "label": _write_label,
    "type": _write_type,
    "required": _write_required,
    "options": _write_options,
    "columns": _write_columns,
    "default": _write_default,
    "shown_to": _write_shown_to,
    **{name: partial(_write_property, name) for name in _PROPERTIES},
    **{name: partial(_write_condition, name) for name in _CONDITIONS},
    **{name: partial(_write_constraint, name) for name in _CONSTRAINTS},
}
