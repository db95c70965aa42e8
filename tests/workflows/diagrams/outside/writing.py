"""Drawings as BPMN files, as one tool or another writes them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.workflows.diagrams.outside.drawing import Drawing, Node

TASKS = {"task": "userTask", "service": "serviceTask", "call": "callActivity", "sub": "subProcess"}
GATEWAYS = {
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "events": "eventBasedGateway",
}
ON_BORDER = {"timer", "reminder", "message", "note", "catch"}


MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPACES = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:siteward="urn:siteward:bpmn:1"'
)


@dataclass
class Hand:
    """How a tool writes its files; nothing of it changes what is drawn."""

    prefix: str = "bpmn"
    definitions: str = ""
    pool: bool = False
    picture: bool = False
    backwards: bool = False
    refs: bool = True

    def tag(self, name: str) -> str:
        return f"{self.prefix}:{name}" if self.prefix else name


def escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def words(identity: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", identity).capitalize()


def written(drawn: Drawing, hand: Hand | None = None) -> bytes:
    """Write the drawing as a BPMN file."""
    hand = hand or Hand()
    t = hand.tag
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    space = f'xmlns:{hand.prefix}="{MODEL}"' if hand.prefix else f'xmlns="{MODEL}"'
    lines.append(
        f'<{t("definitions")} {space} {SPACES} id="Definitions_{drawn.key}" '
        f'targetNamespace="http://bpmn.io/schema/bpmn" {hand.definitions}>'
    )
    if hand.pool:
        lines += [
            f'<{t("collaboration")} id="Collaboration_1">',
            f'<{t("participant")} id="Participant_1" name="Pool" processRef="{drawn.key}"/>',
            f"</{t('collaboration')}>",
        ]
    lines.append(f'<{t("process")} id="{drawn.key}" name="{words(drawn.key)}" isExecutable="true">')
    starters = f' starters="{drawn.starters}"' if drawn.starters else ""
    inputs = f' inputs="{drawn.inputs}"' if drawn.inputs else ""
    lines.append(
        f'<{t("extensionElements")}><siteward:process owner="policy_owner"{starters}{inputs} '
        f'subject="{drawn.subject}" confidential="{str(drawn.confidential).lower()}"/>'
        f"</{t('extensionElements')}>"
    )
    lines += _lanes(drawn, t)
    lines += _scope(drawn, "", hand)
    lines.append(f"</{t('process')}>")
    messages = dict.fromkeys(
        node.value
        for node in drawn.nodes.values()
        if node.word in {"message", "note", "receive", "tell", "begin"}
    )
    lines += [f'<{t("message")} id="Message_{n}" name="{n}"/>' for n in messages]
    errors = dict.fromkeys(
        node.value for node in drawn.nodes.values() if node.word in {"error", "catch"}
    )
    lines += [f'<{t("error")} id="Error_{n}" name="{n}" errorCode="{n}"/>' for n in errors]
    if hand.picture:
        lines += _picture(drawn)
    lines.append(f"</{t('definitions')}>")
    return "\n".join(lines).encode()


def _lanes(drawn: Drawing, t: Callable[[str], str]) -> list[str]:
    lanes: dict[str, list[str]] = {}
    first = next(node.lane for node in drawn.nodes.values() if node.lane)
    for node in drawn.nodes.values():
        if not node.scope:
            host = drawn.nodes.get(node.host)
            lanes.setdefault(node.lane or (host.lane if host else "") or first, []).append(node.id)
    # A step in a subprocess is in the lane that names it.
    for node in drawn.nodes.values():
        if node.scope and node.lane:
            lanes.setdefault(node.lane, []).append(node.id)
    lines = [f'<{t("laneSet")} id="LaneSet_1">']
    for number, (name, members) in enumerate(lanes.items(), 1):
        lines.append(f'<{t("lane")} id="Lane_{number}" name="{name}">')
        lines += [f"<{t('flowNodeRef')}>{one}</{t('flowNodeRef')}>" for one in members]
        lines.append(f"</{t('lane')}>")
    return [*lines, f"</{t('laneSet')}>"]


def _scope(drawn: Drawing, scope: str, hand: Hand) -> list[str]:
    nodes = [node for node in drawn.nodes.values() if node.scope == scope]
    flows = [flow for flow in drawn.flows if drawn.nodes[flow.source].scope == scope]
    if hand.backwards:
        nodes, flows = nodes[::-1], flows[::-1]
    lines: list[str] = []
    for node in nodes:
        lines += _element(drawn, node, hand)
    t = hand.tag
    for flow in flows:
        head = f'<{t("sequenceFlow")} id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}"'
        if flow.condition in ("", "else"):
            lines.append(f"{head}/>")
        else:
            lines.append(
                f'{head}><{t("conditionExpression")} xsi:type="{t("tFormalExpression")}">'
                f"{escaped(flow.condition)}</{t('conditionExpression')}></{t('sequenceFlow')}>"
            )
    return lines


def _tag(node: Node) -> str:
    if node.word in TASKS:
        return TASKS[node.word]
    if node.word in GATEWAYS:
        return GATEWAYS[node.word]
    if node.word in ON_BORDER and node.host:
        return "boundaryEvent"
    known = {
        "start": "startEvent",
        "begin": "startEvent",
        "end": "endEvent",
        "terminate": "endEvent",
        "error": "endEvent",
    }
    known |= {"wait": "intermediateCatchEvent", "receive": "intermediateCatchEvent"}
    known |= {"tell": "intermediateThrowEvent"}
    return known[node.word]


def _element(drawn: Drawing, node: Node, hand: Hand) -> Iterator[str]:
    t, tag = hand.tag, _tag(node)
    yield f"<{t(tag)} {_attributes(drawn, node)}>"
    if node.word in {"task", "service"} or node.act:
        yield f"<{t('extensionElements')}>"
        yield from _form(node, drawn.data)
        due = ' due="P5BD"' if node.word == "task" else ""
        act = f' act="{node.act}"' if node.act else ""
        yield f"<siteward:step{act}{due}/></{t('extensionElements')}>"
    if hand.refs:
        yield from (f"<{t('incoming')}>{flow.id}</{t('incoming')}>" for flow in drawn.into(node.id))
        yield from (
            f"<{t('outgoing')}>{flow.id}</{t('outgoing')}>" for flow in drawn.out_of(node.id)
        )
    yield from _inside(node, hand)
    if node.word == "sub":
        yield from _scope(drawn, node.id, hand)
    yield f"</{t(tag)}>"


def _attributes(drawn: Drawing, node: Node) -> str:
    attributes = f'id="{node.id}" name="{escaped(node.name or words(node.id))}"'
    if node.host:
        attributes += f' attachedToRef="{node.host}"'
        if node.word in {"reminder", "note"}:
            attributes += ' cancelActivity="false"'
    if node.word == "service":
        attributes += f' camunda:type="external" camunda:topic="{node.topic or node.act}"'
    if node.word == "call":
        attributes += f' calledElement="{node.value}"'
    default = [flow.id for flow in drawn.out_of(node.id) if flow.condition == "else"]
    return attributes + (f' default="{default[0]}"' if default else "")


def _form(node: Node, data: str) -> Iterator[str]:
    if node.word != "task":
        return
    of = (
        f'<camunda:properties><camunda:property id="classification" value="{data}"/></camunda:properties>'
        if data
        else ""
    )
    yield "<camunda:formData>"
    for name, choices in node.fields.items():
        kind = choices[0] if choices[0] in {"string", "long", "boolean", "date"} else "enum"
        yield f'<camunda:formField id="{name}" label="{words(name)}" type="{kind}">'
        yield of
        if kind == "enum":
            yield from (f'<camunda:value id="{one}" name="{words(one)}"/>' for one in choices)
        yield '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
        yield "</camunda:formField>"
    if not node.fields:
        yield f'<camunda:formField id="remark" label="Remark" type="string">{of}</camunda:formField>'
    yield "</camunda:formData>"


def _inside(node: Node, hand: Hand) -> Iterator[str]:
    t = hand.tag
    if node.word in {"timer", "reminder", "wait"}:
        yield (
            f'<{t("timerEventDefinition")} id="{node.id}_def"><{t("timeDuration")} '
            f'xsi:type="{t("tFormalExpression")}">{node.value}</{t("timeDuration")}></{t("timerEventDefinition")}>'
        )
    if node.word in {"message", "note", "receive", "tell", "begin"}:
        yield f'<{t("messageEventDefinition")} id="{node.id}_def" messageRef="Message_{node.value}"/>'
    if node.word in {"error", "catch"}:
        yield f'<{t("errorEventDefinition")} id="{node.id}_def" errorRef="Error_{node.value}"/>'
    if node.word == "terminate":
        yield f'<{t("terminateEventDefinition")} id="{node.id}_def"/>'
    if node.times:
        yield (
            f"<{t('multiInstanceLoopCharacteristics')}><{t('loopCardinality')} "
            f'xsi:type="{t("tFormalExpression")}">{node.times}</{t("loopCardinality")}>'
            f"</{t('multiInstanceLoopCharacteristics')}>"
        )


def _picture(drawn: Drawing) -> list[str]:
    di = "http://www.omg.org/spec/BPMN/20100524/DI"
    dc, dd = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
    lines = [
        f'<bpmndi:BPMNDiagram xmlns:bpmndi="{di}" xmlns:dc="{dc}" xmlns:di="{dd}" id="D_1">',
        f'<bpmndi:BPMNPlane id="P_1" bpmnElement="{drawn.key}">',
    ]
    for number, node in enumerate(drawn.nodes):
        lines.append(
            f'<bpmndi:BPMNShape id="{node}_di" bpmnElement="{node}"><dc:Bounds x="{100 + number * 150}" '
            f'y="100" width="100" height="80"/></bpmndi:BPMNShape>'
        )
    lines += [
        f'<bpmndi:BPMNEdge id="{flow.id}_di" bpmnElement="{flow.id}"><di:waypoint x="1" y="1"/>'
        '<di:waypoint x="2" y="2"/></bpmndi:BPMNEdge>'
        for flow in drawn.flows
    ]
    return [*lines, "</bpmndi:BPMNPlane>", "</bpmndi:BPMNDiagram>"]
