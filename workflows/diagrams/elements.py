"""From the XML of a process to nodes and flows, level by level."""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows.diagrams.document import (
    BPMN,
    CAMUNDA,
    Findings,
    child,
    children,
    line_of,
    local,
    text_of,
)
from workflows.diagrams.extensions import check_extensions, read_step
from workflows.diagrams.forms import read_fields
from workflows.diagrams.graph import Flow, Node
from workflows.diagrams.profile import (
    ARTIFACTS,
    DATA,
    EVENTS,
    GATEWAYS,
    TASKS,
    check_inner,
    refuse,
)

# A node outside the profile: kept so that the drawing stays whole, always with an error finding.
UNSUPPORTED = "unsupported"
_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_FLOW_NODES = ("task", "process", "transaction", "gateway", "activity", "event", "choreography")
_POSSIBLE = frozenset(
    {
        "messageEventDefinition",
        "timerEventDefinition",
        "errorEventDefinition",
        "terminateEventDefinition",
    }
)
_LANGUAGES = ("", "feel", "http://www.omg.org/spec/FEEL/20140401")


@dataclass(frozen=True)
class Definitions:
    """Names of the messages and errors that a file defines, by id."""

    messages: dict[str, str]
    errors: dict[str, str]

    @classmethod
    def of(cls, root: etree._Element, findings: Findings) -> "Definitions":
        """Read them from the top of the file."""
        return cls(_names(root, "message", findings), _names(root, "error", findings))


@dataclass(frozen=True)
class Scope:
    """What reading a process needs at hand, and what it has found so far.

    `unsaid` is the class of data of an answer whose field names none.
    """

    definitions: Definitions
    lane_of: dict[str, str]
    findings: Findings
    unsaid: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    elements: dict[str, etree._Element] = field(default_factory=dict)


def _names(root: etree._Element, tag: str, findings: Findings) -> dict[str, str]:
    names: dict[str, str] = {}
    for element in children(root, tag):
        name = " ".join((element.get("name") or element.get("errorCode") or "").split())
        if not name:
            findings.error(
                f"{tag}-without-name",
                element,
                f"The {tag} has no name. Give it one to be known by.",
            )
        names[element.get("id", "")] = name or element.get("id", "")
    return names


def read_level(container: etree._Element, parent: str | None, scope: Scope) -> None:
    """Read everything directly inside a process or an embedded subprocess, and what is inside that."""
    for element in container.iterchildren(f"{{{BPMN}}}*"):
        tag = local(element)
        if tag == "sequenceFlow":
            _read_flow(element, parent, scope)
        elif (
            tag in TASKS
            or tag in GATEWAYS
            or tag in EVENTS
            or tag in ("subProcess", "callActivity")
        ):
            _read_node(element, parent, scope)
        elif tag == "laneSet" and parent is None:
            continue
        elif tag in DATA:
            scope.findings.warning(
                "only-drawn", element, "Data shapes are only drawn; nothing is stored in them."
            )
        elif tag not in ARTIFACTS | {"documentation", "extensionElements", "incoming", "outgoing"}:
            _read_foreign(element, parent, scope)


def _read_foreign(element: etree._Element, parent: str | None, scope: Scope) -> None:
    refuse(element, scope.findings)
    if element.get("id") and local(element).lower().endswith(_FLOW_NODES):
        _keep(_basics(element, UNSUPPORTED, parent, scope), element, scope)


def _read_flow(element: etree._Element, parent: str | None, scope: Scope) -> None:
    check_inner(element, scope.findings)
    check_extensions(element, scope.findings)
    expression = child(element, "conditionExpression")
    if not element.get("id"):
        scope.findings.error("missing-id", element, "A flow has no id. Draw it anew.")
        return
    if expression is not None and expression.get("language", "").lower() not in _LANGUAGES:
        scope.findings.error(
            "code-in-diagram",
            element,
            f'The condition is written in "{expression.get("language", "")[:80]}". Conditions are '
            'written like Step.decision = "approve"; remove the language.',
        )
    identity = element.get("id", "")
    scope.elements[identity] = element
    scope.flows[identity] = Flow(
        id=identity,
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        name=" ".join((element.get("name") or "").split()),
        condition=None if expression is None else text_of(expression),
        parent=parent,
        line=line_of(element),
    )


def _read_node(element: etree._Element, parent: str | None, scope: Scope) -> None:
    findings, tag = scope.findings, local(element)
    if not element.get("id"):
        findings.error("missing-id", element, f"A {tag} has no id. Draw it anew.")
        return
    check_extensions(element, findings)
    if tag != "subProcess":
        check_inner(element, findings)
    facts: dict[str, Any] = {}
    if tag in EVENTS:
        kind, facts = _event(element, scope)
    elif tag == "subProcess":
        kind = _subprocess(element, scope)
    else:
        kind, facts = tag, _activity(element, tag, scope)
    _keep(_basics(element, kind, parent, scope, **facts), element, scope)
    if tag == "subProcess":
        read_level(element, element.get("id"), scope)


def _keep(node: Node, element: etree._Element, scope: Scope) -> None:
    scope.nodes[node.id] = node
    scope.elements[node.id] = element


def _basics(
    element: etree._Element, kind: str, parent: str | None, scope: Scope, **facts: Any
) -> Node:
    marks = read_step(element, scope.findings)
    identity = element.get("id", "")
    lane = scope.lane_of.get(identity)
    if lane is None and parent in scope.nodes:
        lane = scope.nodes[parent].lane
    if lane is None and element.get("attachedToRef"):
        lane = scope.lane_of.get(element.get("attachedToRef", ""))
    return Node(
        id=identity,
        kind=kind,
        name=element.get("name") or "",
        documentation=text_of(child(element, "documentation")),
        lane=lane,
        act=marks.act,
        clauses=marks.clauses,
        due=marks.due,
        default_flow=element.get("default"),
        parent=parent,
        line=line_of(element),
        **facts,
    )


def _activity(element: etree._Element, tag: str, scope: Scope) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if tag == "userTask":
        facts["fields"] = read_fields(
            child(element, "extensionElements"), scope.findings, scope.unsaid
        )
        facts.update(_loop(element, scope))
    if tag == "serviceTask":
        facts["topic"] = _topic(element, scope.findings)
    if tag == "callActivity":
        facts["called"] = (element.get("calledElement") or "").strip() or None
    if tag == "receiveTask":
        facts["message"] = _message(element, scope)
    return facts


def _topic(element: etree._Element, findings: Findings) -> str | None:
    topic = (element.get(f"{{{CAMUNDA}}}topic") or "").strip()
    if topic and element.get(f"{{{CAMUNDA}}}type") != "external":
        findings.error(
            "service-type",
            element,
            f'The service task with the topic "{topic[:80]}" must be of the type External.',
        )
    return topic or None


def _loop(element: etree._Element, scope: Scope) -> dict[str, Any]:
    marker = child(element, "multiInstanceLoopCharacteristics")
    if marker is None:
        return {}
    check_inner(marker, scope.findings)
    for attribute in marker.attrib:
        name = etree.QName(attribute)
        if name.namespace == CAMUNDA and name.localname in ("collection", "elementVariable"):
            refuse(marker, scope.findings, "loopDataInputRef")
    loop = text_of(child(marker, "loopCardinality"))
    if not loop:
        scope.findings.error(
            "loop-without-number",
            element,
            "The multi-instance task does not say how often it is done. Give a loop cardinality: a "
            "number, or a field such as Step.field.",
        )
    return {"loop": loop or None, "sequential": marker.get("isSequential") in ("true", "1")}


def _subprocess(element: etree._Element, scope: Scope) -> str:
    if element.get("triggeredByEvent") in ("true", "1"):
        refuse(element, scope.findings, "eventSubProcess")
        return UNSUPPORTED
    return "subProcess"


def _event(element: etree._Element, scope: Scope) -> tuple[str, dict[str, Any]]:
    findings, tag = scope.findings, local(element)
    definitions = [part for part in element if local(part).endswith("EventDefinition")]
    if len(definitions) > 1 or child(element, "eventDefinitionRef") is not None:
        findings.error(
            "unsupported-element",
            element,
            "An event with several triggers cannot be used. Draw one event for each.",
        )
        return UNSUPPORTED, {}
    trigger = local(definitions[0]) if definitions else ""
    kind = EVENTS[tag].get(trigger)
    if kind is None:
        refuse(element, findings, trigger if trigger and trigger not in _POSSIBLE else tag)
        return UNSUPPORTED, _attachment(element)
    facts = _attachment(element) if tag == "boundaryEvent" else {}
    if definitions:
        check_inner(definitions[0], findings)
        check_extensions(definitions[0], findings)
        facts.update(_trigger(definitions[0], scope))
    return kind, facts


def _attachment(element: etree._Element) -> dict[str, Any]:
    return {
        "attached_to": element.get("attachedToRef"),
        "interrupting": element.get("cancelActivity", "true") in ("true", "1"),
    }


def _trigger(definition: etree._Element, scope: Scope) -> dict[str, Any]:
    tag = local(definition)
    if tag == "messageEventDefinition":
        return {"message": _message(definition, scope)}
    if tag == "errorEventDefinition":
        return {"error": _reference(definition, "errorRef", scope.definitions.errors, scope)}
    for name, kind in _TIMERS.items():
        if (part := child(definition, name)) is not None:
            return {"timer": text_of(part), "timer_kind": kind}
    return {}


def _message(element: etree._Element, scope: Scope) -> str | None:
    return _reference(element, "messageRef", scope.definitions.messages, scope)


def _reference(
    element: etree._Element, attribute: str, names: dict[str, str], scope: Scope
) -> str | None:
    reference = element.get(attribute)
    if not reference:
        return None
    if reference not in names:
        what = attribute.removesuffix("Ref")
        scope.findings.error(
            "dangling-reference",
            element,
            f'The {what} "{reference[:140]}" is not defined in the file. Choose the {what} again.',
        )
    return names.get(reference)


def check_flows(scope: Scope) -> None:
    """Report flows, defaults and boundary events that name something that is not there."""
    for flow in scope.flows.values():
        _check_ends(flow, scope)
    leaving = {(flow.source, flow.id) for flow in scope.flows.values()}
    for node in scope.nodes.values():
        element = scope.elements[node.id]
        if node.default_flow and (node.id, node.default_flow) not in leaving:
            scope.findings.error(
                "dangling-reference",
                element,
                f'The default flow "{node.default_flow[:140]}" does not leave "{node.title}". Choose '
                "the default again.",
            )
        _check_references(element, scope)


def _check_ends(flow: Flow, scope: Scope) -> None:
    element = scope.elements[flow.id]
    for end, place in ((flow.source, "begins"), (flow.target, "ends")):
        node = scope.nodes.get(end)
        if node is None:
            scope.findings.error(
                "dangling-flow",
                element,
                f'The flow {place} at "{end[:140]}", which is not in the process. Draw it anew from '
                "step to step.",
            )
        elif node.parent != flow.parent:
            scope.findings.error(
                "flow-crosses-subprocess",
                element,
                f'The flow {place} at "{node.title}", across the border of a subprocess. End it at the '
                "subprocess itself.",
            )


def _check_references(element: etree._Element, scope: Scope) -> None:
    missing = {text_of(part) for part in children(element, "incoming", "outgoing")} - set(
        scope.flows
    )
    for identity in sorted(missing):
        scope.findings.warning(
            "dangling-reference",
            element,
            f'The step lists the flow "{identity[:140]}", which is not in the process. Save the '
            "diagram again in the editor.",
        )
