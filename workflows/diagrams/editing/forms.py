"""The form of a user task, field by field."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lxml import etree

from workflows.diagrams.document import CAMUNDA, children, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import drop_empty, extensions, part_of
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.field_writing import write_field
from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.editing.spacing import arrange, make, put, take
from workflows.diagrams.graph import Field


@edit
def set_fields(sheet: Sheet, *, element: str, fields: Sequence[Field]) -> None:
    """Let a user task ask for exactly these fields, in this order; () for no form.

    Fields that are there already (by id) keep what we do not know about them. Fields of EditError:
    element, and `fields.ID.ATTRIBUTE` (`fields.decision.options`).
    """
    _check_ids(fields)
    form = _form(sheet, element, wanted=bool(fields))
    if form is None:
        return
    there = _by_id(form)
    for entry in list(children(form, "formField", ns=CAMUNDA)):
        if entry is not there[entry.get("id", "")] or entry.get("id") not in _ids(fields):
            take(entry)
    written = []
    for field in fields:
        with _about(f"fields.{field.id}."):
            written.append(_write(form, there.get(field.id), field))
    arrange(written)
    _close(sheet, element, form)


@edit
def add_field(sheet: Sheet, *, element: str, field: Field, after: str = "") -> None:
    """Ask for one field more, behind the field `after`, else last. Fields: element, after, ATTRIBUTE."""
    form = _needed(_form(sheet, element, wanted=True))
    there = _by_id(form)
    if field.id in there:
        raise EditError("id", f'The form asks for "{field.id}" already. Give the field another id.')
    made = etree.Element(f"{{{CAMUNDA}}}formField")
    last = form[-1] if len(form) else None
    put(form, made, after=_entry(there, after, "after") if after else last)
    write_field(made, field)


@edit
def replace_field(sheet: Sheet, *, element: str, former: str, field: Field) -> None:
    """Change a field; its id may change too. Fields: element, former, ATTRIBUTE of Field."""
    there = _by_id(_form(sheet, element, wanted=False))
    entry = _entry(there, former, "former")
    if field.id != former and field.id in there:
        raise EditError("id", f'The form asks for "{field.id}" already. Give the field another id.')
    write_field(entry, field)


@edit
def move_field(sheet: Sheet, *, element: str, field: str, by: int) -> None:
    """Move a field up (-1) or down (1). Fields: element, field, by."""
    there = _by_id(_form(sheet, element, wanted=False))
    entries = list(there.values())
    place = entries.index(_entry(there, field, "field"))
    if not 0 <= place + by < len(entries):
        raise EditError("by", "The field cannot be moved further that way.")
    entries.insert(place + by, entries.pop(place))
    arrange(entries)


@edit
def remove_field(sheet: Sheet, *, element: str, field: str) -> None:
    """Ask for one field less; with the last one the form goes. Fields: element, field."""
    form = _form(sheet, element, wanted=False)
    take(_entry(_by_id(form), field, "field"))
    if form is not None:
        _close(sheet, element, form)


def _form(sheet: Sheet, identity: str, *, wanted: bool) -> etree._Element | None:
    """Give the formData of a user task, made where it is wanted and missing."""
    node = sheet.node(identity)
    if local(node) != "userTask":
        raise EditError(
            "element",
            f"There is no form on {words.one(local(node))}. Only a user task, a step for a person, has one.",
        )
    form = part_of(node, "formData", CAMUNDA)
    if form is not None or not wanted:
        return form
    sheet.needs(CAMUNDA)
    container = extensions(sheet.node(identity))
    form = etree.Element(f"{{{CAMUNDA}}}formData")
    put(container, form, after=None)
    return form


def _needed(form: etree._Element | None) -> etree._Element:
    if form is None:
        raise EditError("element", "The step has no form.")
    return form


def _close(sheet: Sheet, identity: str, form: etree._Element) -> None:
    """Take out a form that asks nothing any more, and holds nothing of others."""
    if not len(form) and not form.attrib:
        take(form)
        drop_empty(sheet.node(identity))


def _by_id(form: etree._Element | None) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for entry in () if form is None else children(form, "formField", ns=CAMUNDA):
        found.setdefault(entry.get("id", ""), entry)
    return found


def _entry(there: dict[str, etree._Element], identity: str, argument: str) -> etree._Element:
    if identity not in there:
        raise EditError(
            argument,
            f'The form has no field "{identity[:80]}". It may have been removed; look again.',
        )
    return there[identity]


def _write(form: etree._Element, entry: etree._Element | None, field: Field) -> etree._Element:
    if entry is None:
        entry = make(form, "formField", ns=CAMUNDA)
    write_field(entry, field)
    return entry


def _ids(fields: Sequence[Field]) -> set[str]:
    return {field.id for field in fields}


def _check_ids(fields: Sequence[Field]) -> None:
    seen: set[str] = set()
    for field in fields:
        if field.id in seen:
            raise EditError(
                f"fields.{field.id}.id",
                f'The form would ask for "{field.id}" twice. Give each field its own id.',
            )
        seen.add(field.id)


@contextmanager
def _about(prefix: str) -> Iterator[None]:
    try:
        yield
    except EditError as error:
        raise EditError(f"{prefix}{error.field}", error.message) from error
