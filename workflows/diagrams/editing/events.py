"""What events wait for or tell: timers, messages, errors; and events on the border of a step."""

from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.sheet import Sheet, edit


@edit
def set_timer(sheet: Sheet, *, element: str, timer: str) -> None:
    """Say when a timer event happens: P5BD, PT4H, a date. Fields: element, timer."""
    raise NotImplementedError


@edit
def set_message(sheet: Sheet, *, element: str, message: str) -> None:
    """Say by name which message a receive task or event waits for or sends, "" for none.

    The message is defined at the top where it is new; one that nobody refers to any more goes.
    Fields: element, message.
    """
    raise NotImplementedError


@edit
def set_error(sheet: Sheet, *, element: str, error: str) -> None:
    """Say by name which error an event ends with or catches, "" for any. Fields: element, error."""
    raise NotImplementedError


@edit
def catch_message(
    sheet: Sheet, *, host: str, message: str, leads_to: str | Block | Plain, name: str = ""
) -> str:
    """Let a message interrupt a step; see deadlines.add. Gives the id of the event."""
    raise NotImplementedError


@edit
def catch_error(
    sheet: Sheet, *, host: str, error: str, leads_to: str | Block | Plain, name: str = ""
) -> str:
    """Catch an error of a called diagram or subprocess; see deadlines.add. Gives the event's id."""
    raise NotImplementedError
