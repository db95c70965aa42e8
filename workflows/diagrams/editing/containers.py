"""The parts of an element that hold our marks and forms, made when needed, gone when empty."""

from collections.abc import Sequence

from lxml import etree

from workflows.diagrams.document import child, children
from workflows.diagrams.editing.spacing import empty, make, put


def extensions(element: etree._Element) -> etree._Element:
    """Give the extensionElements of an element, made where there are none."""
    found = child(element, "extensionElements")
    if found is not None:
        return found
    return make(element, "extensionElements")


def part_of(element: etree._Element, name: str, ns: str) -> etree._Element | None:
    """Give the first such part of the element's extensions, None where there is none."""
    found = child(element, "extensionElements")
    return None if found is None else child(found, name, ns)


def drop_empty(element: etree._Element) -> None:
    """Take out the element's extensions where nothing is left in them."""
    found = child(element, "extensionElements")
    if found is not None:
        empty(found)


def inner_text(element: etree._Element | None) -> str:
    """Give the words inside, remarks left out, without white space around them."""
    return "" if element is None else str(element.xpath("string()")).strip()


def enlist(parent: etree._Element, name: str, identity: str, order: Sequence[str]) -> None:
    """Add an id to the children `name` of an element, before those that come later in `order`."""
    places = {known: place for place, known in enumerate(order)}
    own = places.get(identity, len(places))
    members = list(children(parent, name))
    later = [one for one in members if places.get(inner_text(one), -1) > own]
    if later:
        made = etree.Element(later[0].tag)
        put(parent, made, after=later[0].getprevious())
    else:
        made = make(parent, name, after=members[-1] if members else None)
    made.text = identity


def rewrite(element: etree._Element, words: str) -> None:
    """Let an element hold these words; untouched where it says them already."""
    if inner_text(element) == words:
        return
    for part in list(element):
        element.remove(part)
    element.text = words


def set_or_drop(element: etree._Element, attribute: str, value: str) -> None:
    """Write an attribute, or take it away where the value is empty."""
    if value:
        if element.get(attribute) != value:
            element.set(attribute, value)
    elif attribute in element.attrib:
        del element.attrib[attribute]
