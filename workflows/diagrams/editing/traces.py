"""What else in a file names an element: lanes, associations, message flows, the drawing."""

from collections.abc import Collection

from lxml import etree

from workflows.diagrams.document import BPMN, BPMNDI, children, local
from workflows.diagrams.editing.containers import inner_text
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import take

_LINKS = (f"{{{BPMN}}}association", f"{{{BPMN}}}messageFlow")


def forget(sheet: Sheet, ids: Collection[str]) -> None:
    """Take out what names one of the elements, which are gone or about to go."""
    gone = set(ids)
    for link in list(sheet.root.iter(*_LINKS)):
        if link.get("sourceRef") in gone or link.get("targetRef") in gone:
            gone.add(link.get("id", ""))
            take(link)
    for lane in lanes(sheet):
        for member in list(children(lane, "flowNodeRef")):
            if inner_text(member) in gone:
                take(member)
    undraw(sheet, gone)


def undraw(sheet: Sheet, ids: Collection[str]) -> None:
    """Take the elements out of the drawing."""
    for drawing in list(children(sheet.root, "BPMNDiagram", ns=BPMNDI)):
        for shape in list(drawing.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")):
            if shape.get("bpmnElement") in ids:
                take(shape)


def lanes(sheet: Sheet) -> list[etree._Element]:
    """Give the lanes of the process from top to bottom."""
    return [
        lane
        for lane_set in children(sheet.process, "laneSet")
        for lane in children(lane_set, "lane")
    ]


def is_used(sheet: Sheet, identity: str) -> bool:
    """Whether any element refers to a definition at the top of the file."""
    for element in sheet.root.iter("*"):
        for attribute, value in element.attrib.items():
            if attribute != "id" and str(value).split(":")[-1] == identity:
                return True
        if local(element).endswith("Ref") and inner_text(element).split(":")[-1] == identity:
            return True
    return False
