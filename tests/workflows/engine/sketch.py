"""Diagrams for tests from a few lines of text.

One line per node, `kind Id key=value …`, and one per flow, `A -> B -> C`, perhaps with
`: condition` after it. `sub Id {` opens a subprocess that `}` closes. A flow's id is `A-B`, the second
one between the same nodes `A-B-2`, or what stands after `as`.
"""

import shlex
from collections.abc import Callable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from workflows.diagrams.conditions import Unset, Value
from workflows.engine import Run, Specs, Waiting, parse, start

_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "error": "endEvent",
    "user": "userTask",
    "manual": "manualTask",
    "service": "serviceTask",
    "receive": "receiveTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "race": "eventBasedGateway",
    "call": "callActivity",
    "sub": "subProcess",
    "on": "boundaryEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
}
_ATTRIBUTES = {
    "default": "default",
    "host": "attachedToRef",
    "to": "calledElement",
    "interrupting": "cancelActivity",
}


def bpmn(
    text: str, process: str = "main", *, inputs: str = "", starters: str = "requester"
) -> bytes:
    """Write a BPMN file with one process."""
    messages: set[str] = set()
    errors: set[str] = set()
    flows: dict[str, int] = {}
    body = "\n".join(_line(line, messages, errors, flows) for line in _lines(text))
    heads = [f'<message id="m.{name}" name="{name}"/>' for name in sorted(messages)]
    heads += [f'<error id="e.{code}" errorCode="{code}"/>' for code in sorted(errors)]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:siteward="urn:siteward:bpmn:1" targetNamespace="urn:test">
{"".join(heads)}
<process id="{process}" isExecutable="true">
<extensionElements><siteward:process inputs="{inputs}" starters="{starters}"/></extensionElements>
{body}
</process></definitions>""".encode()


def _lines(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    return (line for line in lines if line and not line.startswith("#"))


def _line(line: str, messages: set[str], errors: set[str], flows: dict[str, int]) -> str:
    if line == "}":
        return "</subProcess>"
    if " -> " in line:
        return _flows(line, flows)
    kind, identity, *pairs = shlex.split(line.removesuffix("{"))
    marks = dict(pair.split("=", 1) for pair in pairs)
    messages.update({marks["message"]} if "message" in marks else set())
    errors.update({marks["error"]} - {""} if "error" in marks else set())
    attributes = {"id": identity} | {
        attribute: marks[name] for name, attribute in _ATTRIBUTES.items() if name in marks
    }
    if kind == "receive" and "message" in marks:
        attributes["messageRef"] = f"m.{marks['message']}"
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    closing = "" if line.endswith("{") else f"</{_TAGS[kind]}>"
    return f"<{_TAGS[kind]} {written}>{_inside(kind, marks)}{closing}"


def _inside(kind: str, marks: dict[str, str]) -> str:
    written = "<terminateEventDefinition/>" if kind == "terminate" else ""
    if "error" in marks:
        reference = f' errorRef="e.{marks["error"]}"' if marks["error"] else ""
        written += f"<errorEventDefinition{reference}/>"
    if "message" in marks and kind != "receive":
        written += f'<messageEventDefinition messageRef="m.{marks["message"]}"/>'
    for timer in ("Date", "Duration", "Cycle"):
        if timer.lower() in marks:
            text = marks[timer.lower()]
            written += (
                f"<timerEventDefinition><time{timer}>{text}</time{timer}></timerEventDefinition>"
            )
    if "times" in marks:
        order = ' isSequential="true"' if "sequential" in marks else ""
        written += (
            f"<multiInstanceLoopCharacteristics{order}><loopCardinality>{escape(marks['times'])}"
            "</loopCardinality></multiInstanceLoopCharacteristics>"
        )
    return written


def _flows(line: str, flows: dict[str, int]) -> str:
    path, _colon, condition = line.partition(" : ")
    path, _as, identity = path.partition(" as ")
    inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    stops = path.split(" -> ")
    written = []
    for source, target in pairwise(stops):
        name = identity or f"{source}-{target}"
        flows[name] = flows.get(name, 0) + 1
        name = name if flows[name] == 1 else f"{name}-{flows[name]}"
        written.append(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}'
            "</sequenceFlow>"
        )
    return "".join(written)


class Given:
    """Answers that a test gives; the latest per scope, element and field."""

    def __init__(self, **answers: Value) -> None:
        """Begin with answers in the main diagram, `Element__field=value`."""
        self.answers: dict[tuple[str, str, str], Value] = {}
        for name, value in answers.items():
            element, _, field = name.partition("__")
            self.answers["", element, field] = value

    def give(self, waiting: Waiting, field: str, value: Value) -> None:
        """Answer a field of a step that waits."""
        self.answers[waiting.scope, waiting.element, field] = value

    def value(self, scope: str, element: str, field: str) -> Value:
        """Give the answer in exactly this scope."""
        if (scope, element, field) not in self.answers:
            raise Unset(element, field)
        return self.answers[scope, element, field]

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        """Give the answers of all instances."""
        return [
            value
            for (where, name, asked), value in self.answers.items()
            if (name, asked) == (element, field)
            and where.rpartition("#")[0] == scope
            and "#" in where
        ]


def specs(text: str, **called: str) -> Specs:
    """Parse a main diagram and those it calls; `name__inputs` declares what one may read."""
    files = {"main": bpmn(text)}
    for name, body in called.items():
        if not name.endswith("__inputs"):
            files[name] = bpmn(body, name, inputs=called.get(f"{name}__inputs", ""))
    return parse(files, "main")


def begin(text: str, given: Given | None = None, **called: str) -> Run:
    """Parse and start."""
    return start(specs(text, **called), given or Given())


def names(run: Run) -> list[str]:
    """Name the elements that a run waits for, in alphabetical order."""
    return sorted(waiting.element for waiting in run.waiting())


def the(run: Run, element: str) -> Waiting:
    """Find the one thing of this name that a run waits for."""
    (found,) = [waiting for waiting in run.waiting() if waiting.element == element]
    return found


def do(run: Run, *elements: str) -> None:
    """Let what waits under these names happen, one after the other."""
    for element in elements:
        waiting = next(waiting for waiting in run.waiting() if waiting.element == element)
        happen: dict[str, Callable[[str], None]] = {
            "user": run.complete,
            "service": run.complete,
            "message": run.deliver,
            "deadline": run.fire,
        }
        happen[waiting.kind](waiting.id)


def nodes(run: Run) -> list[str]:
    """Name the nodes that a run passed, in order."""
    return [passed.element for passed in run.passed if passed.kind == "node"]


def flows(run: Run) -> list[str]:
    """Name the flows that a run took, in order."""
    return [passed.element for passed in run.passed if passed.kind == "flow"]
