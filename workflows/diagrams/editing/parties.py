"""Parties: the lanes of the process, known by their names."""

from workflows.diagrams.editing.sheet import Sheet, edit


@edit
def add(sheet: Sheet, *, name: str, after: str = "") -> str:
    """Add a party's lane below that of the party `after`, else last; gives the lane's id.

    The first lane of a process takes all steps. Fields: name, after.
    """
    raise NotImplementedError


@edit
def rename(sheet: Sheet, *, party: str, name: str) -> None:
    """Rename a lane. Fields: party, name."""
    raise NotImplementedError


@edit
def move(sheet: Sheet, *, party: str, by: int) -> None:
    """Move a lane up (-1) or down (1). Fields: party, by."""
    raise NotImplementedError


@edit
def remove(sheet: Sheet, *, party: str) -> None:
    """Take an empty lane out; with steps in it EditError names them. Field: party."""
    raise NotImplementedError
