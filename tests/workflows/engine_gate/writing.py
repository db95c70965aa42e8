"""A diagram written as BPMN again: as much of it as the engine reads."""

from xml.sax.saxutils import escape, quoteattr

from workflows.diagrams.graph import Diagram, Flow, Node

_TAGS = {
    "start": "startEvent",
    "messageStart": "startEvent",
    "timerStart": "startEvent",
    "end": "endEvent",
    "terminateEnd": "endEvent",
    "errorEnd": "endEvent",
    "messageEnd": "endEvent",
    "boundaryTimer": "boundaryEvent",
    "boundaryMessage": "boundaryEvent",
    "boundaryError": "boundaryEvent",
    "timerCatch": "intermediateCatchEvent",
    "messageCatch": "intermediateCatchEvent",
    "messageThrow": "intermediateThrowEvent",
}
_TIMERS = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}
_MARKS = {"called": "calledElement", "attached_to": "attachedToRef", "default_flow": "default"}


def bpmn(diagram: Diagram) -> bytes:
    """Write the file of a diagram."""
    nodes = diagram.nodes.values()
    messages = sorted({node.message for node in nodes if node.message})
    errors = sorted({node.error for node in nodes if node.error})
    heads = [f"<message id={_id('m', one)} name={quoteattr(one)}/>" for one in messages]
    heads += [f"<error id={_id('e', one)} errorCode={quoteattr(one)}/>" for one in errors]
    marks = f'inputs="{" ".join(diagram.inputs)}" starters="{" ".join(diagram.starters)}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:siteward="urn:siteward:bpmn:1" targetNamespace="urn:test">
{"".join(heads)}
<process id="{diagram.process_id}" isExecutable="true">
<extensionElements><siteward:process {marks}/></extensionElements>
{_level(diagram, None)}
</process></definitions>""".encode()


def _level(diagram: Diagram, parent: str | None) -> str:
    flows = (flow for flow in diagram.flows.values() if flow.parent == parent)
    written = [_node(diagram, node) for node in diagram.inside(parent)]
    return "\n".join([*written, *map(_flow, flows)])


def _node(diagram: Diagram, node: Node) -> str:
    tag = _TAGS.get(node.kind, node.kind)
    marks = [f'id="{node.id}"']
    marks += [
        f'{name}="{value}"'
        for mark, name in _MARKS.items()
        if (value := getattr(node, mark)) is not None
    ]
    marks += [] if node.interrupting else ['cancelActivity="false"']
    if node.kind == "receiveTask" and node.message:
        marks.append(f"messageRef={_id('m', node.message)}")
    inside = _level(diagram, node.id) if node.kind == "subProcess" else _definition(node)
    return f"<{tag} {' '.join(marks)}>{inside}{_times(node)}</{tag}>"


def _definition(node: Node) -> str:
    if node.kind == "terminateEnd":
        return "<terminateEventDefinition/>"
    if node.kind in ("errorEnd", "boundaryError"):
        reference = f" errorRef={_id('e', node.error)}" if node.error else ""
        return f"<errorEventDefinition{reference}/>"
    if "imer" in node.kind:
        timer = _TIMERS[node.timer_kind or "duration"]
        text = escape(node.timer or "P1D")
        return f"<timerEventDefinition><{timer}>{text}</{timer}></timerEventDefinition>"
    if "essage" in node.kind:
        return f"<messageEventDefinition messageRef={_id('m', node.message or '')}/>"
    return ""


def _times(node: Node) -> str:
    if node.loop is None:
        return ""
    order = ' isSequential="true"' if node.sequential else ""
    return (
        f"<multiInstanceLoopCharacteristics{order}><loopCardinality>{escape(node.loop)}"
        "</loopCardinality></multiInstanceLoopCharacteristics>"
    )


def _flow(flow: Flow) -> str:
    text = escape(flow.condition) if flow.condition is not None else None
    inner = "" if text is None else f"<conditionExpression>{text}</conditionExpression>"
    marks = f'id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}"'
    return f"<sequenceFlow {marks}>{inner}</sequenceFlow>"


def _id(kind: str, name: str) -> str:
    return quoteattr(f"{kind}.{name.encode().hex()}")
