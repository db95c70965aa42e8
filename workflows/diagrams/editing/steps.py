"""Steps: add, name, document, move, hand to another party, remove."""

from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import set_or_drop
from workflows.diagrams.editing.marks import write_documentation
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet, edit


@edit
def add(sheet: Sheet, *, block: Block | Plain, after: str, name: str = "", party: str = "") -> str:
    """Put a new step behind an element or on a flow, which then leads to it; gives its id.

    Without `name` it is the block's; without `party` that of the element before it. An element from
    which several ways lead on wants the flow named. A subprocess comes with a start and an end.
    Fields: block, after, name, party, and of a Plain topic, called, timer, message, error.
    """
    raise NotImplementedError


@edit
def rename(sheet: Sheet, *, element: str, name: str) -> None:
    """Name a step, gateway or event; its id stays. Fields: element, name."""
    set_or_drop(sheet.node(element), "name", words.text(name, "name", words.LONGEST_NAME))


@edit
def document(sheet: Sheet, *, element: str, documentation: str) -> None:
    """Say what a step is for, "" for nothing. Fields: element, documentation."""
    write_documentation(sheet.node(element), documentation)


@edit
def move(sheet: Sheet, *, element: str, after: str) -> None:
    """Move a step behind another element or onto a flow; its place is closed. Fields: element, after."""
    raise NotImplementedError


@edit
def to_party(sheet: Sheet, *, element: str, party: str) -> None:
    """Hand a step, with the events on its border, to another party. Fields: element, party."""
    raise NotImplementedError


@edit
def remove(sheet: Sheet, *, element: str, keep: str = "", and_cut_off: bool = False) -> Removal:
    """Take out a step, gateway or event, with the events on its border; its flows are joined.

    Of several ways on, `keep` is the flow that stays. With `and_cut_off` steps that nothing leads to
    afterwards go too. Fields: element, keep.
    """
    raise NotImplementedError
