"""The form of a user task, field by field."""

from collections.abc import Sequence

from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.graph import Field


@edit
def set_fields(sheet: Sheet, *, element: str, fields: Sequence[Field]) -> None:
    """Let a user task ask for exactly these fields, in this order; () for no form.

    Fields that are there already (by id) keep what we do not know about them. Fields of EditError:
    element, and `fields.ID.ATTRIBUTE` (`fields.decision.options`).
    """
    raise NotImplementedError


@edit
def add_field(sheet: Sheet, *, element: str, field: Field, after: str = "") -> None:
    """Ask for one field more, behind the field `after`, else last. Fields: element, after, ATTRIBUTE."""
    raise NotImplementedError


@edit
def replace_field(sheet: Sheet, *, element: str, former: str, field: Field) -> None:
    """Change a field; its id may change too. Fields: element, former, ATTRIBUTE of Field."""
    raise NotImplementedError


@edit
def move_field(sheet: Sheet, *, element: str, field: str, by: int) -> None:
    """Move a field up (-1) or down (1). Fields: element, field, by."""
    raise NotImplementedError


@edit
def remove_field(sheet: Sheet, *, element: str, field: str) -> None:
    """Ask for one field less; with the last one the form goes. Fields: element, field."""
    raise NotImplementedError
