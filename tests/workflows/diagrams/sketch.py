"""Small BPMN files for tests, written as a policy owner would draw them."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:siteward="urn:siteward:bpmn:1"'
)


def definitions(inner: str) -> bytes:
    return f'<bpmn:definitions {NAMESPACES} targetNamespace="t">{inner}</bpmn:definitions>'.encode()


def process(
    *parts: str,
    id: str = "try",  # noqa: A002 - the attribute's name
    lanes: dict[str, str] | None = None,
    marks: str = 'owner="policy_owner" starters="requester"',
    top: str = "",
    executable: str = "true",
) -> bytes:
    """One process; `lanes` maps a lane's name to the ids in it; `top` stands before the process."""
    lane_set = "".join(
        f'<bpmn:lane id="Lane{number}" name={quoteattr(name)}>'
        + "".join(f"<bpmn:flowNodeRef>{identity}</bpmn:flowNodeRef>" for identity in ids.split())
        + "</bpmn:lane>"
        for number, (name, ids) in enumerate((lanes or {}).items())
    )
    if lane_set:
        lane_set = f'<bpmn:laneSet id="Lanes">{lane_set}</bpmn:laneSet>'
    extensions = f"<bpmn:extensionElements><siteward:process {marks}/></bpmn:extensionElements>"
    return definitions(
        f'{top}<bpmn:process id="{id}" name="Try" isExecutable="{executable}">{extensions}{lane_set}'
        f"{''.join(parts)}</bpmn:process>"
    )


def start(id: str = "Begin", inner: str = "") -> str:  # noqa: A002
    return f'<bpmn:startEvent id="{id}" name="{id}">{inner}</bpmn:startEvent>'


def end(id: str = "Done", inner: str = "") -> str:  # noqa: A002
    return f'<bpmn:endEvent id="{id}" name="{id}">{inner}</bpmn:endEvent>'


def flow(source: str, target: str, condition: str | None = None, id: str = "") -> str:  # noqa: A002
    inner = (
        ""
        if condition is None
        else f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
    )
    identity = id or f"{source}To{target}"
    return (
        f'<bpmn:sequenceFlow id="{identity}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</bpmn:sequenceFlow>"
    )


def flows(*chain: str) -> str:
    """Flows along `A B C`, one chain per argument."""
    return "".join(
        flow(source, target)
        for line in chain
        for source, target in zip(line.split(), line.split()[1:], strict=False)
    )


def field(
    id: str,  # noqa: A002
    type: str = "string",  # noqa: A002
    choices: str = "",
    *,
    required: bool = False,
    constraints: str = "",
    default: str | None = None,
    columns: Mapping[str, str] | None = None,
    **properties: str,
) -> str:
    """A form field; `choices` are ids, properties are given with _ for -."""
    values = "".join(
        f'<camunda:value id="{choice}" name="{choice.capitalize()}"/>' for choice in choices.split()
    )
    rules = '<camunda:constraint name="required"/>' * required + "".join(
        f'<camunda:constraint name="{rule.split("=")[0]}" config="{rule.split("=")[1]}"/>'
        for rule in constraints.split()
    )
    named = {name.replace("_", "-"): value for name, value in properties.items()}
    named |= {f"column.{name}": value for name, value in (columns or {}).items()}
    entries = "".join(
        f'<camunda:property id="{name}" value={quoteattr(value)}/>' for name, value in named.items()
    )
    first = "" if default is None else f" defaultValue={quoteattr(default)}"
    return (
        f'<camunda:formField id="{id}" label="{id.capitalize()}" type="{type}"{first}>'
        f"<camunda:properties>{entries}</camunda:properties>"
        f"<camunda:validation>{rules}</camunda:validation>{values}</camunda:formField>"
    )


def user(
    id: str,  # noqa: A002
    *fields: str,
    marks: str = 'due="P5BD"',
    inner: str = "",
    attributes: str = "",
) -> str:
    form = f"<camunda:formData>{''.join(fields)}</camunda:formData>" if fields else ""
    return (
        f'<bpmn:userTask id="{id}" name="{id}" {attributes}><bpmn:extensionElements>{form}'
        f"<siteward:step {marks}/></bpmn:extensionElements>{inner}</bpmn:userTask>"
    )


def service(id: str, topic: str = "remind", marks: str = "") -> str:  # noqa: A002
    step = (
        f"<bpmn:extensionElements><siteward:step {marks}/></bpmn:extensionElements>"
        if marks
        else ""
    )
    return (
        f'<bpmn:serviceTask id="{id}" name="{id}" camunda:type="external" camunda:topic="{topic}">'
        f"{step}</bpmn:serviceTask>"
    )


def call(id: str, process: str) -> str:  # noqa: A002
    return f'<bpmn:callActivity id="{id}" name="{id}" calledElement="{process}"/>'


def gateway(kind: str, id: str, default: str = "") -> str:  # noqa: A002
    chosen = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{id}" name="{id}"{chosen}/>'


def subprocess(id: str, *parts: str) -> str:  # noqa: A002
    return f'<bpmn:subProcess id="{id}" name="{id}">{"".join(parts)}</bpmn:subProcess>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def message(reference: str = "Message_1") -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}"/>'


def error(reference: str = "Error_1") -> str:
    return f'<bpmn:errorEventDefinition errorRef="{reference}"/>'


def boundary(id: str, host: str, inner: str, *, stops: bool = True, marks: str = "") -> str:  # noqa: A002
    step = (
        f"<bpmn:extensionElements><siteward:step {marks}/></bpmn:extensionElements>"
        if marks
        else ""
    )
    return (
        f'<bpmn:boundaryEvent id="{id}" name="{id}" attachedToRef="{host}" '
        f'cancelActivity="{str(stops).lower()}">{step}{inner}</bpmn:boundaryEvent>'
    )


def catch(id: str, inner: str) -> str:  # noqa: A002
    return (
        f'<bpmn:intermediateCatchEvent id="{id}" name="{id}">{inner}</bpmn:intermediateCatchEvent>'
    )


MESSAGES = (
    '<bpmn:message id="Message_1" name="withdraw"/><bpmn:message id="Message_2" name="answer"/>'
)
ERRORS = '<bpmn:error id="Error_1" name="refused" errorCode="refused"/>'
