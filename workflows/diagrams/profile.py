"""Which parts of BPMN the product runs, and what to say about every other one.

Everything that is not allowed here is a finding that names the element: nothing is ignored silently.
"""

from lxml import etree

from workflows.diagrams.document import BPMN, CAMUNDA, Findings, local, namespace

TASKS = frozenset({"userTask", "manualTask", "serviceTask", "receiveTask"})
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
# Event tag -> event definition ("" for none) -> our kind.
EVENTS: dict[str, dict[str, str]] = {
    "startEvent": {
        "": "start",
        "messageEventDefinition": "messageStart",
        "timerEventDefinition": "timerStart",
    },
    "endEvent": {
        "": "end",
        "terminateEventDefinition": "terminateEnd",
        "errorEventDefinition": "errorEnd",
        "messageEventDefinition": "messageEnd",
    },
    "boundaryEvent": {
        "timerEventDefinition": "boundaryTimer",
        "messageEventDefinition": "boundaryMessage",
        "errorEventDefinition": "boundaryError",
    },
    "intermediateCatchEvent": {
        "timerEventDefinition": "timerCatch",
        "messageEventDefinition": "messageCatch",
    },
    "intermediateThrowEvent": {"messageEventDefinition": "messageThrow"},
}
# Drawn for the reader; without meaning for the run.
ARTIFACTS = frozenset({"textAnnotation", "association", "group"})
DATA = frozenset({"dataObject", "dataObjectReference", "dataStoreReference"})
DEFINITIONS = frozenset(
    {
        "process",
        "collaboration",
        "message",
        "error",
        "category",
        "extensionElements",
        "documentation",
    }
)
_COMMON = frozenset({"documentation", "extensionElements", "incoming", "outgoing"})
INNER: dict[str, frozenset[str]] = {
    "userTask": _COMMON | {"multiInstanceLoopCharacteristics"},
    "multiInstanceLoopCharacteristics": frozenset({"loopCardinality", "extensionElements"}),
    "timerEventDefinition": frozenset({"timeDate", "timeDuration", "timeCycle"}),
    "sequenceFlow": frozenset({"documentation", "extensionElements", "conditionExpression"}),
    "lane": frozenset({"documentation", "extensionElements", "flowNodeRef"}),
    "collaboration": frozenset(
        {"documentation", "extensionElements", "participant", "messageFlow", *ARTIFACTS}
    ),
}

_MENDING = {
    "task": "A task without a type says nobody how it is done. Change it to a user task (a person "
    "answers a form), a manual task or a service task.",
    "scriptTask": "A script task runs code, and code never lives in a diagram. Use a service task with "
    "one of the operations.",
    "businessRuleTask": "Decision tables (DMN) are not run. Use gateways with conditions, or a user "
    "task where a person decides.",
    "sendTask": "Send tasks are not run. Use a message throw event.",
    "complexGateway": "Complex gateways are not run. Use exclusive, parallel or inclusive gateways.",
    "transaction": "Transactions are not run. Use a plain subprocess.",
    "adHocSubProcess": "Ad-hoc subprocesses are not run. Use parallel branches.",
    "eventSubProcess": "Event subprocesses are not run. Put a boundary event on a subprocess instead.",
    "callChoreography": "Choreographies are not run. Describe one process.",
    "standardLoopCharacteristics": "The loop marker is not run. Draw the loop with a gateway.",
    "multiInstanceLoopCharacteristics": "Only a user task may be done several times at once "
    "(multi-instance). Remove the marker.",
    "loopDataInputRef": "Multi-instance over a data list is not run. Say how often with a number "
    "(loop cardinality), such as 3 or Step.field.",
    "completionCondition": "A completion condition is not run. Remove it; all instances are waited for.",
    "childLaneSet": "Lanes inside lanes are not read. Use one lane for each party.",
    "signalEventDefinition": "Signals are not run. Use a message.",
    "escalationEventDefinition": "Escalations are not run. Use a boundary timer or an error.",
    "conditionalEventDefinition": "Conditional events are not run. Use a gateway with a condition.",
    "linkEventDefinition": "Links are not run. Draw the flow, or move the part into a called diagram.",
    "compensateEventDefinition": "Compensation is not run. Draw the steps that undo the work.",
    "cancelEventDefinition": "Cancel events are not run. Use an error event.",
    "dataInputAssociation": "Data associations are not run. A later step reads answers by itself; "
    "remove the arrow.",
    "dataOutputAssociation": "Data associations are not run. Answers are stored with the step; remove "
    "the arrow.",
    "ioSpecification": "Data inputs and outputs are not run. Remove them; forms say what is asked.",
    "dataInput": "Data inputs are not run. Declare inputs of a called diagram on its process.",
    "dataOutput": "Data outputs are not run. Remove it.",
    "potentialOwner": "Owners are not read. The lane and the act say who does the step.",
    "humanPerformer": "Performers are not read. The lane and the act say who does the step.",
    "performer": "Performers are not read. The lane and the act say who does the step.",
    "resourceRole": "Roles inside the task are not read. The lane and the act say who does the step.",
    "startEvent": "This kind of start is not run. Use a plain, message or timer start.",
    "endEvent": "This kind of end is not run. Use a plain, terminate, error or message end.",
    "boundaryEvent": "This kind of boundary event is not run. Use a timer, a message or an error.",
    "intermediateCatchEvent": "This event waits for nothing known. Use a timer or a message.",
    "intermediateThrowEvent": "This event does nothing here. Use a message throw event, or remove it.",
}
_WORDS = {
    "eventSubProcess": "event subprocess",
    "multiInstanceLoopCharacteristics": "multi-instance marker",
    "standardLoopCharacteristics": "loop marker",
    "childLaneSet": "lane inside a lane",
    "ioSpecification": "data input or output",
}

# Camunda attributes that say nothing here and harm nothing.
_HARMLESS = frozenset(
    {
        "historyTimeToLive",
        "versionTag",
        "exclusive",
        "jobPriority",
        "isStartableInTasklist",
        "diagramRelationId",
        "asyncBefore",
        "asyncAfter",
        "calledElementBinding",
    }
)
# What another reading of the standard would obey: drawn so, the run would not be what is drawn.
_PLAIN = {
    "isForCompensation": ("false", "0"),
    "startQuantity": ("1",),
    "completionQuantity": ("1",),
    "eventGatewayType": ("Exclusive",),
    "instantiate": ("false", "0"),
}
# Of these a reader would take the first and a drawing tool the last.
_ONCE = (
    "extensionElements",
    "conditionExpression",
    "multiInstanceLoopCharacteristics",
    "loopCardinality",
)
_TIMES = ("timeDate", "timeDuration", "timeCycle")
_CODE = frozenset(
    {"class", "expression", "delegateExpression", "resultVariable", "resource", "decisionRef"}
)
_CODE_ELEMENTS = frozenset(
    {
        "executionListener",
        "taskListener",
        "inputOutput",
        "connector",
        "script",
        "preScript",
        "postScript",
        "serviceTaskOperator",
        "calledDecisionId",
        "ioMapping",
        "taskDefinition",
        "executionListeners",
        "taskListeners",
    }
)


def words(name: str) -> str:
    """Give a tag as a policy owner would say it: `sendTask` is a send task."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return _WORDS.get(name, spaced.removesuffix(" definition"))


def refuse(element: etree._Element, findings: Findings, name: str = "") -> None:
    """Say that a BPMN element is outside the profile, and what to draw instead."""
    name = name or local(element)
    mending = _MENDING.get(name, "It is not run here. Remove it.")
    code = "script-task" if name == "scriptTask" else "unsupported-element"
    findings.error(code, element, f"{_label(element, words(name))} cannot be used. {mending}")


def check_inner(element: etree._Element, findings: Findings) -> None:
    """Report every BPMN child that has no meaning for its parent here."""
    allowed = INNER.get(local(element), _COMMON)
    for part in element.iterchildren(f"{{{BPMN}}}*"):
        if local(part) not in allowed and not local(part).endswith("EventDefinition"):
            refuse(part, findings)


def check_once(element: etree._Element, findings: Findings) -> None:
    """Report what is written twice: people would be shown one of them, and cases run by the other."""
    for names in (*((one,) for one in _ONCE), _TIMES):
        parts = [part for name in names for part in element.iterchildren(f"{{{BPMN}}}{name}")]
        if len(parts) > 1:
            findings.error(
                "written-twice",
                element,
                f"{_label(element)} has <{local(parts[0])}> and again <{local(parts[1])}>. Keep the one "
                "that counts.",
            )


def check_attributes(element: etree._Element, findings: Findings) -> None:
    """Report attributes that another engine would obey and this one does not."""
    for mark, plain in _PLAIN.items():
        if element.get(mark, plain[0]) not in plain:
            findings.error(
                "unsupported-element",
                element,
                f'{_label(element)} has {mark}="{element.get(mark, "")[:40]}", which is not run. Remove '
                "it, and draw what is to happen.",
            )
    for attribute in element.attrib:
        name = etree.QName(attribute)
        if name.namespace != CAMUNDA or name.localname in _HARMLESS:
            continue
        if name.localname in _CODE:
            findings.error(
                "code-in-diagram",
                element,
                f"{_label(element)} has camunda:{name.localname}, which is code. Remove it; a service "
                "task names its operation with camunda:topic.",
            )
        elif name.localname == "formKey":
            findings.error(
                "form-elsewhere",
                element,
                f"{_label(element)} names a form kept elsewhere. Draw the form into the task "
                "(Generated Task Form).",
            )
        elif name.localname not in ("type", "topic"):
            findings.warning(
                "no-effect",
                element,
                f"camunda:{name.localname} has no effect here. The lane and the act say who does a "
                "step, and siteward:step says by when.",
            )


def check_extension(element: etree._Element, findings: Findings) -> None:
    """Report an extension element of another product: code is refused, the rest has no effect."""
    name = local(element)
    if name in _CODE_ELEMENTS:
        findings.error(
            "code-in-diagram",
            element,
            f"<{name}> runs code or moves data, which a diagram may not do. Remove it.",
        )
        return
    where = "Camunda" if namespace(element) == CAMUNDA else f'"{namespace(element)[:80]}"'
    findings.warning("no-effect", element, f"<{name}> of {where} has no effect here.")


def _label(element: etree._Element, what: str = "") -> str:
    what = what or words(local(element))
    name = " ".join((element.get("name") or element.get("id") or "").split())
    return f'The {what} "{name}"' if name else f"The {what}"
