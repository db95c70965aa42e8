"""Ends."""

from workflows.diagrams.editing.plain import Plain
from workflows.diagrams.editing.sheet import Sheet, edit


@edit
def add(sheet: Sheet, *, end: Plain, after: str, name: str = "", party: str = "") -> str:
    """Add an end; gives its id.

    Behind an element: one more way from it leads to the end. On a flow: that way ends there, and what
    it led to may be cut off. Fields: end, after, name, party, and of Plain message, error.
    """
    raise NotImplementedError
