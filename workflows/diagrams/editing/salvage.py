"""What can still be read of a draft that is broken: cut off, with a stray sign, with ids given twice."""

import re

from lxml import etree

from workflows.diagrams.document import BPMN, MAXIMUM_BYTES, children, local
from workflows.diagrams.editing.containers import inner_text
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.naming import new_id
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import take
from workflows.diagrams.editing.wiring import title

_STRAY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(r"\s*<\?xml.{0,200}?\?>", re.DOTALL)
_LISTS = ("incoming", "outgoing")


def salvage(data: bytes) -> tuple[Sheet | None, tuple[str, ...]]:
    """Open what can be read of a file, and say what was mended or left out.

    A file in order opens as it is, with nothing to say. None: nothing can be read, and why. Never
    raises; entities are not resolved, nothing is loaded.
    """
    try:
        sheet, said = Sheet.open(data), list[str]()
    except EditError as error:
        if len(data) > MAXIMUM_BYTES or b"<!DOCTYPE" in data:
            return None, (error.message,)
        found = _recovered(data)
        if found is None:
            return None, (error.message,)
        sheet, said = found
    try:
        said += [*_with_own_ids(sheet), *_without_loose_ends(sheet)]
        told = _told(sheet) if said else ()
    except EditError as error:
        return None, (*said, error.message)
    return sheet, (*said, *told)


def _recovered(data: bytes) -> tuple[Sheet, list[str]] | None:
    """Parse as far as it goes; None where that is no BPMN document."""
    text, said = _cleaned(data.decode("utf-8-sig", errors="replace"))
    try:
        return Sheet.open(text.encode()), said
    except EditError:
        pass
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or root.tag != f"{{{BPMN}}}definitions":
        return None
    faults = list(parser.error_log)
    if faults:
        said.append(
            f"Line {faults[0].line} cannot be read ({faults[0].message.strip()}). What stands behind it "
            "may be missing."
        )
    said += _without_strangers(root)
    try:
        return Sheet.open(etree.tostring(root.getroottree(), encoding="utf-8")), said
    except EditError:
        return None


def _cleaned(text: str) -> tuple[str, list[str]]:
    """Give the text without what no XML may hold, and what was mended."""
    said = []
    # Whatever it declares, it is written as UTF-8 from now on.
    text = _DECLARATION.sub("", text, count=1).lstrip()
    if "\ufffd" in text or _FORBIDDEN.search(text):
        said.append("Signs that no file may hold were left out; look at the words again.")
        text = _FORBIDDEN.sub("", text)
    if _STRAY.search(text):
        said.append("A stray & was written as one that can be read.")
        text = _STRAY.sub("&amp;", text)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', said


def _without_strangers(root: etree._Element) -> list[str]:
    """Take out elements and attributes whose prefix is declared nowhere."""
    strangers = [part for part in root.iter("*") if _is_strange(str(part.tag))]
    for part in strangers:
        take(part)
    for part in root.iter("*"):
        for name in filter(_is_strange, [str(name) for name in part.attrib]):
            del part.attrib[name]
    tags = dict.fromkeys(str(part.tag) for part in strangers)
    return [f"<{tag}> was left out: its prefix means nothing." for tag in tags]


def _is_strange(name: str) -> bool:
    """Whether a prefix is still part of the name: lxml leaves it there where it is not declared."""
    return ":" in name.rsplit("}", 1)[-1]


def _with_own_ids(sheet: Sheet) -> list[str]:
    """Give every element an id of its own; the first keeps the one that several have."""
    said, seen = [], set()
    for part in sheet.root.iter(f"{{{BPMN}}}*"):
        identity = part.get("id")
        if identity in seen and identity is not None:
            part.set("id", new_id(sheet, "", f"{identity}Again"))
            said.append(f'The id "{identity}" was given twice; one is "{part.get("id")}" now.')
        elif identity:
            seen.add(identity)
    return said


def _without_loose_ends(sheet: Sheet) -> list[str]:
    """Take out ways, events and lists that name what is not there."""
    said = []
    nodes = {node.get("id", "") for node in sheet.nodes()}
    for event in list(sheet.nodes()):
        if local(event) == "boundaryEvent" and event.get("attachedToRef") not in nodes:
            said.append(f'The event "{title(event)}" was left out: its step is missing.')
            nodes.discard(event.get("id", ""))
            take(event)
    for flow in list(sheet.flows()):
        ends = {flow.get("sourceRef", ""), flow.get("targetRef", "")}
        if not ends <= nodes:
            said.append(f'The way "{title(flow)}" was left out: it leads from or to nothing.')
            take(flow)
    _without_dangling_names(sheet, nodes)
    return said


def _without_dangling_names(sheet: Sheet, nodes: set[str]) -> None:
    flows = {flow.get("id", "") for flow in sheet.flows()}
    for node in sheet.nodes():
        if node.get("default") and node.get("default") not in flows:
            del node.attrib["default"]
        for part in list(children(node, *_LISTS)):
            if inner_text(part) not in flows:
                take(part)
    for member in list(sheet.process.iter(f"{{{BPMN}}}flowNodeRef")):
        if inner_text(member) not in nodes:
            take(member)


def _told(sheet: Sheet) -> tuple[str, ...]:
    diagram = sheet.diagram
    steps, ways, lanes = len(diagram.nodes), len(diagram.flows), len(diagram.lanes)
    return (
        f"Could be read: {steps} steps, gateways and events, {ways} ways between them, {lanes} parties.",
    )
