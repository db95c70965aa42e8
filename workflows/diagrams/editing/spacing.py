"""Elements come and go with the white space around them, so that a file stays as tidy as it was."""

from collections.abc import Sequence

from lxml import etree

from workflows.diagrams.document import BPMN, local, namespace

# What stands inside a BPMN element, in the order of its schema; everything else is a 5.
_RANKS = {
    "documentation": 0,
    "extensionElements": 1,
    "auditing": 2,
    "monitoring": 2,
    "categoryValueRef": 2,
    "partitionElement": 2,
    "laneSet": 3,
    "incoming": 3,
    "flowNodeRef": 3,
    "outgoing": 4,
    "textAnnotation": 6,
    "association": 6,
    "group": 6,
}
_CONTENT = 5


def make(
    parent: etree._Element, name: str, *, ns: str = BPMN, after: etree._Element | None = None
) -> etree._Element:
    """Make a child of that name: behind `after`, else where the schema of BPMN wants it."""
    element = etree.Element(f"{{{ns}}}{name}")
    if after is None and ns == BPMN:
        after = _last_before(parent, rank(element))
        put(parent, element, after=after)
    else:
        put(parent, element, after=_last(parent) if after is None else after)
    return element


def rank(element: etree._Element) -> int:
    """Give the place of a child among its siblings by the schema of BPMN."""
    return _RANKS.get(local(element), _CONTENT) if namespace(element) == BPMN else _CONTENT


def _last_before(parent: etree._Element, place: int) -> etree._Element | None:
    found = [child for child in parent.iterchildren("*") if rank(child) <= place]
    return found[-1] if found else None


def _last(parent: etree._Element) -> etree._Element | None:
    return parent[-1] if len(parent) else None


def put(parent: etree._Element, child: etree._Element, *, after: etree._Element | None) -> None:
    """Put a child behind another one, or first (None), on a line of its own."""
    if not len(parent):
        inner = inner_lead(parent)
        if inner and not (parent.text or "").strip():
            parent.text = inner
            child.tail = lead(parent)
        parent.append(child)
        return
    if after is None:
        child.tail = parent.text
        parent.insert(0, child)
    elif after.getnext() is None:
        child.tail, after.tail = after.tail, lead(after) or None
        parent.append(child)
    else:
        child.tail = after.tail
        parent.insert(parent.index(after) + 1, child)


def take(element: etree._Element) -> None:
    """Take an element out, with the line that it stood on."""
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if element.getnext() is None and previous is not None:
        previous.tail = element.tail
    elif element.getnext() is None and not (parent.text or "").strip():
        parent.text = None
    parent.remove(element)


def lead(element: etree._Element) -> str:
    """Give the line break and indentation before an element, "" where it begins no line."""
    previous, parent = element.getprevious(), element.getparent()
    if parent is None:
        return "\n"
    text = (parent.text if previous is None else previous.tail) or ""
    if text.strip() or "\n" not in text:
        return ""
    return "\n" + text.rsplit("\n", 1)[1]


def inner_lead(parent: etree._Element) -> str:
    """Give the line break and indentation for the children of an element, "" in a file on one line."""
    outer, unit = lead(parent), _unit(parent)
    return f"{outer}{unit}" if outer and unit else ""


def _unit(element: etree._Element) -> str:
    """Give by how much the file indents, "" where it does not."""
    root = element.getroottree().getroot()
    return (lead(root[0]) if len(root) else "").removeprefix("\n")


def empty(container: etree._Element) -> None:
    """Take out a container that holds nothing any more."""
    if len(container) or container.attrib or (container.text or "").strip():
        return
    take(container)


def arrange(elements: Sequence[etree._Element]) -> None:
    """Let children of one parent stand in this order in their own places; the lines stay put."""
    parent = elements[0].getparent() if elements else None
    if parent is None:
        return
    places = sorted(parent.index(element) for element in elements)
    tails = [parent[place].tail for place in places]
    for element in elements:
        parent.remove(element)
    for place, element, tail in zip(places, elements, tails, strict=True):
        element.tail = tail
        parent.insert(place, element)
