"""Deadlines: timers on the border of a step."""

from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet, edit


@edit
def add(
    sheet: Sheet,
    *,
    host: str,
    timer: str,
    leads_to: str | Block | Plain,
    interrupting: bool = True,
    name: str = "",
) -> str:
    """Put a deadline on a step; gives the id of the event.

    `timer` is P5BD, PT4H or a date. `leads_to` is the id of an element; or an end (Plain) that is
    made; or a Block or Plain step, such as a reminder, that is made with an end behind it. Without
    `interrupting` the step stays open. Fields: host, timer, leads_to, name.
    """
    raise NotImplementedError


@edit
def change(
    sheet: Sheet,
    *,
    event: str,
    timer: str | None = None,
    interrupting: bool | None = None,
    name: str | None = None,
    leads_to: str | None = None,
) -> None:
    """Change a deadline; None leaves as it is. Fields: event, timer, interrupting, name, leads_to."""
    raise NotImplementedError


@edit
def remove(sheet: Sheet, *, event: str, and_cut_off: bool = True) -> Removal:
    """Take a deadline out, and what only it led to. Field: event."""
    raise NotImplementedError
