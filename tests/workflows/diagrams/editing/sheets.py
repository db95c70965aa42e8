"""Files to edit, and how two files are compared."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

from lxml import etree

from config import ROOT
from workflows.diagrams.document import BPMN, children, local, namespace
from workflows.diagrams.editing import Sheet
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read

SHIPPED = sorted((ROOT / "bpmn").glob("*.bpmn"))
FOREIGN = sorted(Path(os.environ.get("FOREIGN_DIAGRAMS", "/nonexistent")).rglob("*.bpmn"))
MIB = 1024 * 1024
FILES = [*SHIPPED, *(path for path in FOREIGN if path.stat().st_size < MIB)]


def shipped(name: str) -> Sheet:
    return Sheet.open((ROOT / "bpmn" / f"{name}.bpmn").read_bytes())


def canonical(data: bytes) -> str:
    return str(etree.canonicalize(etree.fromstring(data).getroottree(), with_comments=True))


def same(one: bytes, other: bytes) -> bool:
    # Canonical writing is slow, and mostly the bytes are the same already.
    return one == other or canonical(one) == canonical(other)


def same_but_for_lists(one: bytes, other: bytes) -> bool:
    """Whether only the order differs in which steps list flows, and lanes steps."""
    return same(one, other) or canonical(_listed(one)) == canonical(_listed(other))


def _listed(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in ("incoming", "outgoing", "flowNodeRef"):
            members = list(children(element, name))
            for member, text in zip(
                members, sorted(one.text or "" for one in members), strict=True
            ):
                member.text = text
    return etree.tostring(root.getroottree())


def diagram_of(data: bytes) -> Diagram:
    diagram, findings = read(data)
    assert diagram is not None, findings
    return diagram


def without_lines(diagram: Diagram) -> Diagram:
    nodes = {key: replace(node, line=None) for key, node in sorted(diagram.nodes.items())}
    flows = {key: replace(flow, line=None) for key, flow in sorted(diagram.flows.items())}
    return replace(diagram, nodes=nodes, flows=flows, line=None)


def owner_of(element: etree._Element) -> str:
    """The id of the BPMN element that the XML element is or belongs to."""
    for candidate in (element, *element.iterancestors()):
        if isinstance(candidate.tag, str) and namespace(candidate) == BPMN and candidate.get("id"):
            return candidate.get("id", "")
    return ""


def parts(data: bytes) -> Counter[tuple[object, ...]]:
    """Every element, comment and instruction of a file with what it says and to whom it belongs."""
    root = etree.fromstring(data)
    return Counter(
        (
            owner_of(element),
            str(element.tag),
            tuple(sorted((str(key), str(value)) for key, value in element.attrib.items()))
            if isinstance(element.tag, str)
            else (),
            (element.text or "").strip(),
        )
        for element in root.getroottree().iter()
    )


def touched(before: bytes, after: bytes) -> set[str]:
    """The ids of the elements in which something is different now."""
    old, new = parts(before), parts(after)
    return {str(part[0]) for part in ((old - new) + (new - old))}


def as_the_canvas_writes_it(data: bytes) -> bytes:
    """The same diagram in other clothes: another order of flows in a step, no line breaks."""
    root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    for element in root.iter(f"{{{BPMN}}}*"):
        ends = list(children(element, "incoming", "outgoing"))
        for end in ends:
            element.remove(end)
        place = sum(
            1
            for part in element.iterchildren("*")
            if local(part) in ("documentation", "extensionElements")
        )
        for end in ends:
            element.insert(place, end)
    return etree.tostring(root)


def in_step(sheet: Sheet) -> bool:
    """Whether every step lists the flows that it has, and no other."""
    flows = list(sheet.flows())
    for node in sheet.nodes():
        for tag, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            listed = sorted(part.text or "" for part in children(node, tag))
            if listed != sorted(
                flow.get("id", "") for flow in flows if flow.get(end) == node.get("id")
            ):
                return False
    return True
