"""Ends."""

from workflows.diagrams.document import local
from workflows.diagrams.editing.building import Place, build, prepare
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.plain import Plain
from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.editing.wiring import draw, lead_to
from workflows.diagrams.graph import ENDS


@edit
def add(sheet: Sheet, *, end: Plain, after: str, name: str = "", party: str = "") -> str:
    """Add an end; gives its id.

    Behind an element: one more way from it leads to the end. On a flow: that way ends there, and what
    it led to may be cut off. Fields: end, after, name, party, and of Plain message, error.
    """
    if end.kind not in ENDS:
        raise EditError("end", "This is no kind of end. Choose one.")
    prepare(sheet, end)
    flow = next((flow for flow in sheet.flows() if flow.get("id") == after), None)
    source = flow.get("sourceRef", "") if flow is not None else after
    if local(sheet.node(source, "after")) == "endEvent":
        raise EditError("after", "Nothing follows an end. Choose the step before it.")
    made = build(sheet, end, Place(source, party), name)
    if flow is None:
        draw(sheet, sheet.node(source), made)
    else:
        lead_to(sheet, sheet.flow(after), made)
    return made.get("id", "")
