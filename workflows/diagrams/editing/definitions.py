"""Messages and errors at the top of a file: made when first named, gone when last."""

from lxml import etree

from workflows.diagrams.document import BPMN, children, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.naming import new_id, pascal
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import make, take
from workflows.diagrams.editing.traces import is_used

_ATTRIBUTES = {"id", "name", "errorCode"}


def definition(sheet: Sheet, kind: str, name: str) -> str:
    """Give the id of the message or error of this name, defined where it is new.

    `kind` is message or error. What one diagram ends with another catches by the code of the error,
    so the code is made of the name alone.
    """
    given = words.needed(name, kind, f"the {kind}")
    for known in children(sheet.root, kind):
        said = known.get("name") or known.get("errorCode") or known.get("id") or ""
        if " ".join(said.split()) == given:
            return known.get("id", "")
    made = make(sheet.root, kind, after=_last_definition(sheet))
    made.set("id", new_id(sheet, f"{pascal(given)}{kind.capitalize()}", kind.capitalize()))
    made.set("name", given)
    if kind == "error":
        made.set("errorCode", pascal(given) or given)
    return made.get("id", "")


def _last_definition(sheet: Sheet) -> etree._Element | None:
    found = list(sheet.root.iterchildren(f"{{{BPMN}}}*"))
    return found[-1] if found else None


def release(sheet: Sheet, identity: str | None) -> None:
    """Take out a message or error that nobody refers to any more, if it says no more than its name."""
    if not identity or is_used(sheet, identity):
        return
    for known in list(children(sheet.root, "message", "error")):
        says_more = len(known) or not set(known.attrib) <= _ATTRIBUTES or not known.get("name")
        if known.get("id") == identity and not says_more:
            take(known)


def references(element: etree._Element) -> set[str]:
    """Give the ids of messages and errors that an element and what is in it refer to."""
    return {
        part.get(attribute, "")
        for part in element.iter("*")
        for attribute in ("messageRef", "errorRef")
        if part.get(attribute) and local(part) != "participant"
    }
