"""Small diagrams for tests of cases: a sketch, with acts, lanes, fields and operations put on."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from tests.workflows.engine.sketch import bpmn

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
OURS = "{urn:siteward:bpmn:1}"


def drawn(
    text: str,
    process: str = "main",
    *,
    name: str = "Small process",
    starters: str = "requester",
    confidential: bool = False,
    owner: str = "",
    inputs: str = "",
    acts: Mapping[str, str] | None = None,
    lanes: Mapping[str, Sequence[str]] | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
    topics: Mapping[str, str] | None = None,
) -> bytes:
    """Write a file with one process that people can start.

    By element: its act, its operation, and its fields, each as `id`, `id:type` or
    `id:enum:first,second`, with `@key` behind it for the register, then `>who` for those who are
    shown the answer and `!class` for its classification. Lanes name their elements.
    """
    root = ET.fromstring(bpmn(text, process, inputs=inputs))
    (body,) = root.findall(f"{BPMN}process")
    body.set("name", name)
    (ours,) = body.findall(f"{BPMN}extensionElements/{OURS}process")
    ours.set("starters", starters)
    ours.set("confidential", str(confidential).lower())
    if owner:
        ours.set("owner", owner)
    nodes = {node.get("id", ""): node for node in body.iter()}
    for element, act in (acts or {}).items():
        ET.SubElement(_extensions(nodes[element]), f"{OURS}step", act=act)
    for element, topic in (topics or {}).items():
        nodes[element].set(f"{CAMUNDA}type", "external")
        nodes[element].set(f"{CAMUNDA}topic", topic)
    for element, asked in (fields or {}).items():
        form = ET.SubElement(_extensions(nodes[element]), f"{CAMUNDA}formData")
        for written in asked:
            _add_field(form, written)
    if lanes:
        body.insert(1, _lane_set(lanes))
    written_out: bytes = ET.tostring(root, encoding="utf-8")
    return written_out


def _extensions(node: ET.Element) -> ET.Element:
    found = node.find(f"{BPMN}extensionElements")
    if found is None:
        found = ET.Element(f"{BPMN}extensionElements")
        node.insert(0, found)
    return found


def _add_field(form: ET.Element, written: str) -> None:
    written, _, class_ = written.partition("!")
    written, _, shown_to = written.partition(">")
    written, _, key = written.partition("@")
    identity, kind, options = [*written.split(":"), "", ""][:3]
    carrier = kind if kind in ("enum", "boolean", "long") else "string"
    field = ET.SubElement(
        form, f"{CAMUNDA}formField", {"id": identity, "label": identity, "type": carrier}
    )
    for option in filter(None, options.split(",")):
        ET.SubElement(field, f"{CAMUNDA}value", {"id": option, "name": option.title()})
    properties = ET.SubElement(field, f"{CAMUNDA}properties")
    marks = {
        "register": key,
        "shown-to": shown_to,
        "classification": class_,
        "widget": "" if carrier == kind else kind,
    }
    for name, value in marks.items():
        if value:
            ET.SubElement(properties, f"{CAMUNDA}property", {"id": name, "value": value})


def _lane_set(lanes: Mapping[str, Sequence[str]]) -> ET.Element:
    lane_set = ET.Element(f"{BPMN}laneSet", id="Lanes")
    for name, elements in lanes.items():
        lane = ET.SubElement(lane_set, f"{BPMN}lane", id=f"Lane{len(lane_set)}", name=name)
        for element in elements:
            ET.SubElement(lane, f"{BPMN}flowNodeRef").text = element
    return lane_set
