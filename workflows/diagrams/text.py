"""The text twin of a diagram: what the picture says, as numbered steps for reading and for speech."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from workflows.diagrams.condition_tree import Name
from workflows.diagrams.graph import BOUNDARIES, ENDS, STARTS, Diagram, Field, Flow, Node
from workflows.diagrams.wording import condition_words, length_words, timer_words

TitleOfAct = Callable[[str], str]


@dataclass(frozen=True)
class Branch:
    """Where it goes on from a step: the sentence, and the number of the step that it names.

    `element` is the flow in the diagram, or the event on the step's border.
    """

    text: str
    to: int | None
    element: str = field(default="", compare=False)


@dataclass(frozen=True)
class TextStep:
    """One step in words.

    `number` counts from 1; `element` is the id in the diagram; `party` the lane; `part_of` the title of
    the subprocess that it stands in; `notes` say time limits, act and form; `branches` where it goes on.
    `called` is the process that it calls, as (id, name), where its name is known; the text says the
    name in quotes.
    """

    number: int
    element: str
    kind: str
    party: str | None
    text: str
    part_of: str | None = None
    notes: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    called: tuple[str, str] | None = None


def describe(
    diagram: Diagram,
    title_of_act: TitleOfAct | None = None,
    caller_fields: Mapping[str, tuple[Field, ...]] = MappingProxyType({}),
    process_names: Mapping[str, str] = MappingProxyType({}),
) -> list[TextStep]:
    """Describe a diagram as numbered steps: by whom, what, by when, and where it goes on.

    `title_of_act` gives the policy's words for an act id; without it acts are not mentioned.
    `caller_fields` are the forms of those steps of a caller that a called diagram reads, by step id.
    `process_names` are what people call the processes that it may call, by their ids.
    Works for every diagram that `read` gives, faults included.
    """
    shown = [node for node in _ordered(diagram) if not _is_passed_through(diagram, node)]
    numbers = {node.id: number for number, node in enumerate(shown, 1)}
    writer = _Writer(diagram, numbers, title_of_act, caller_fields, process_names)
    return [writer.step(node) for node in shown]


def _ordered(diagram: Diagram) -> list[Node]:
    """Order the nodes so that what follows comes after: inside a subprocess first, exceptions last.

    What no start leads to follows, each way from where it begins.
    """
    finished: list[str] = []
    seen: set[str] = set()
    for start in reversed(diagram.starts()):
        _visit(diagram, start.id, seen, finished)
    order = finished[::-1]
    for begin in _beginnings(diagram, [*diagram.nodes]):
        finished = []
        _visit(diagram, begin, seen, finished)
        order += reversed(finished)
    return [diagram.nodes[identity] for identity in order]


def _beginnings(diagram: Diagram, nodes: list[str]) -> list[str]:
    """Put first what nothing leads to, events on borders and what stands inside last."""
    return sorted(nodes, key=lambda one: _rank(diagram, diagram.nodes[one]))


def _rank(diagram: Diagram, node: Node) -> tuple[bool, bool, bool]:
    return node.parent is not None, bool(diagram.incoming(node.id)), node.attached_to is not None


def _visit(diagram: Diagram, begin: str, seen: set[str], finished: list[str]) -> None:
    if begin in seen:
        return
    seen.add(begin)
    stack = [(begin, _following(diagram, begin))]
    while stack:
        identity, following = stack[-1]
        if not following:
            finished.append(identity)
            stack.pop()
            continue
        # From the last to the first, so that the first way comes first in the reversed order.
        if (target := following.pop()) not in seen:
            seen.add(target)
            stack.append((target, _following(diagram, target)))


def _following(diagram: Diagram, identity: str) -> list[str]:
    held = [node.id for node in diagram.inside(identity)]
    inside = [start.id for start in diagram.starts(identity)]
    inside = inside or [one for one in held if not diagram.incoming(one)] or held[:1]
    flows = [flow.target for flow in _ways(diagram, identity) if flow.target in diagram.nodes]
    return inside + flows + [boundary.id for boundary in diagram.boundaries(identity)]


def _ways(diagram: Diagram, identity: str) -> list[Flow]:
    """Give the flows that leave a node, the default last as one says "otherwise"."""
    default = diagram.nodes[identity].default_flow
    return sorted(diagram.outgoing(identity), key=lambda flow: flow.id == default)


def _is_passed_through(diagram: Diagram, node: Node) -> bool:
    """Whether a reader need not stop here: events on a border, gateways that only merge."""
    if node.kind in BOUNDARIES and node.attached_to in diagram.nodes:
        return True
    one_way = len(diagram.outgoing(node.id)) == 1
    return one_way and (
        node.kind == "exclusiveGateway"
        or (
            node.kind in ("parallelGateway", "inclusiveGateway")
            and len(diagram.incoming(node.id)) < 2
        )
    )


@dataclass(frozen=True)
class _Writer:
    diagram: Diagram
    numbers: dict[str, int]
    title_of_act: TitleOfAct | None
    caller_fields: Mapping[str, tuple[Field, ...]]
    process_names: Mapping[str, str]

    def step(self, node: Node) -> TextStep:
        parent = self.diagram.nodes.get(node.parent or "")
        return TextStep(
            number=self.numbers[node.id],
            element=node.id,
            kind=node.kind,
            party=node.lane,
            text=self.sentence(node),
            part_of=parent.title if parent else None,
            notes=tuple(self.notes(node)),
            branches=tuple(self.branches(node)),
            called=self.called(node),
        )

    def sentence(self, node: Node) -> str:
        if node.kind != "callActivity":
            return _SENTENCES.get(node.kind, _other)(self.diagram, node)
        called = self.called(node)
        name = called[1] if called else node.called or "not chosen"
        return f'{node.title}: follow the diagram "{name}", then come back here.'

    def called(self, node: Node) -> tuple[str, str] | None:
        name = " ".join(self.process_names.get(node.called or "", "").split())
        return (node.called or "", name) if name else None

    def notes(self, node: Node) -> Iterator[str]:
        if node.documentation:
            yield " ".join(node.documentation.split())
        if node.act and self.title_of_act is not None:
            yield f"In the policy: {self.title_of_act(node.act)}."
        if node.clauses:
            yield f"Clauses: {', '.join(node.clauses)}."
        if node.due:
            yield f"Time limit: {length_words(node.due)}."
        if node.loop:
            manner = "one after the other" if node.sequential else "at the same time"
            times = node.loop if node.loop.isdigit() else f"as often as {node.loop} says"
            yield f"Done several times ({times}), {manner}."
        if node.fields:
            yield f"Asks for: {'; '.join(field.label.rstrip('.?') for field in node.fields)}."
        yield from self.refusals(node)

    def refusals(self, node: Node) -> Iterator[str]:
        for asked in node.fields:
            if asked.refuse_when:
                words = condition_words(asked.refuse_when, _Labels(self, node))
                yield f"Not accepted if {words}: {asked.refuse_message}"

    def branches(self, node: Node) -> Iterator[Branch]:
        outgoing = _ways(self.diagram, node.id)
        for flow in outgoing:
            number = self.target(flow.target)
            if len(outgoing) == 1:
                if number not in (None, self.numbers[node.id] + 1) or node.kind == "subProcess":
                    yield self.branch("Then", number, node, flow.id)
            else:
                yield self.branch(self.when(node, flow), number, node, flow.id)
        for boundary in self.diagram.boundaries(node.id):
            yield self.exception(boundary, node)

    def when(self, node: Node, flow: Flow) -> str:
        if node.kind == "inclusiveGateway" and flow.condition is None:
            return "Otherwise"
        if flow.condition is None and flow.id != node.default_flow and _splits(node):
            return "At the same time"
        target = self.diagram.nodes.get(flow.target)
        if node.kind == "eventBasedGateway" and target is not None:
            return _event(target)
        if flow.condition is not None and flow.id != node.default_flow:
            words = condition_words(flow.condition, _Labels(self, node))
            if words == f"({flow.condition})":
                words = f'"{flow.name}"' if flow.name else "its condition, which is not run, holds"
            return "Always" if words == "always" else f"If {words}"
        return "Otherwise" if flow.id == node.default_flow else (flow.name or "Also")

    def exception(self, boundary: Node, host: Node) -> Branch:
        outgoing = self.diagram.outgoing(boundary.id)
        number = self.target(outgoing[0].target) if outgoing else None
        stays = ", while this step stays open"
        if boundary.interrupting:
            stays = "" if boundary.kind == "boundaryError" else ", instead of this step"
        event = _event(boundary)
        if boundary.act and self.title_of_act is not None:
            event = f"{event} (in the policy: {self.title_of_act(boundary.act)})"
        return self.branch(f"{event}{stays}", number, host, boundary.id)

    def branch(self, words: str, number: int | None, node: Node, element: str) -> Branch:
        if number is None:
            return Branch(f"{words}, nothing follows.", None, element)
        back = number <= self.numbers[node.id]
        way = "go back" if back else "go"
        return Branch(f"{words}, {way} to step {number}.", number, element)

    def target(self, identity: str) -> int | None:
        """Give the number of the next shown step, over gateways that only merge."""
        seen: set[str] = set()
        while identity not in self.numbers and identity not in seen:
            seen.add(identity)
            outgoing = self.diagram.outgoing(identity)
            if not outgoing:
                return None
            identity = outgoing[0].target
        return self.numbers.get(identity)


@dataclass(frozen=True)
class _Labels:
    """The names in a condition, as read at one step."""

    writer: _Writer
    reader: Node

    def field(self, name: Name) -> Field | None:
        node = self.writer.diagram.nodes.get(name.element)
        fields = node.fields if node else self.writer.caller_fields.get(name.element, ())
        return next((field for field in fields if field.id == name.field), None)

    def label(self, name: Name) -> str:
        field = self.field(name)
        words = field.label if field else re.sub("[_-]", " ", name.field)
        number = self.writer.numbers.get(name.element)
        if number is None:
            return f'"{words}" (asked before)'
        is_near = self.writer.numbers.get(self.reader.id, 0) - number in (0, 1)
        return f'"{words}"' if is_near else f'"{words}" (step {number})'


def _event(node: Node) -> str:
    """Say what happens, as the beginning of a sentence."""
    if node.timer:
        words = timer_words(node.timer)
        is_named = node.name.strip() and node.title.lower() not in (words, words.split(" ", 1)[-1])
        title = f' ("{node.title}")' if is_named else ""
        return f"{words[0].upper()}{words[1:]}{title}"
    if node.kind in ("boundaryMessage", "messageCatch", "receiveTask"):
        return f'When "{" ".join(node.name.split()) or node.message or node.id}" arrives'
    if node.kind == "boundaryError":
        return (
            f'If it ends with the error "{node.error}"'
            if node.error
            else "If it ends with an error"
        )
    return f'When "{node.title}" happens'


def _sentence_end(node: Node) -> str:
    """Give the title so that a full stop may follow."""
    return node.title.rstrip(".?! ")


def _named(words: str, node: Node) -> str:
    """Add the name, if there is one; nobody reads an id aloud."""
    return f"{words}: {_sentence_end(node)}" if node.name.strip() else words


def _message(node: Node) -> str:
    """Give what people call a message in quotes: the name of the event, with that of the message."""
    name, message = " ".join(node.name.split()), node.message or ""
    if not name or name.lower() == message.lower():
        return f'"{name or message or node.id}"'
    return f'"{name}" (message "{message}")' if message else f'"{name}"'


def _splits(node: Node) -> bool:
    """Whether all ways out of it are taken at once."""
    return node.kind == "parallelGateway" or not node.kind.endswith("Gateway")


def _plain(text: str, diagram: Diagram, node: Node) -> str:  # noqa: ARG001 - one shape of sentence
    operation = f"operation {node.topic}" if node.topic else "no operation is chosen"
    return text.format(title=_sentence_end(node), lane=node.lane or "Somebody", operation=operation)


def _whole(node: Node) -> str:
    return "part" if node.parent else "case"


def _other(diagram: Diagram, node: Node) -> str:
    if node.kind in STARTS:
        return f"{_named(f'The {_whole(node)} begins', node)}."
    if node.kind in ENDS:
        return f"{_named('The part ends' if node.parent else 'The end', node)}."
    title = "{title}" if node.name.strip() else "A step without a name"
    return _plain(f"{title} (this kind of step is not run).", diagram, node)


def _wait(diagram: Diagram, node: Node) -> str:  # noqa: ARG001 - one shape of sentence
    if node.timer:
        return f"Wait: go on {timer_words(node.timer)} ({node.title})."
    return f"Wait for {_message(node)}."


def _join_or_split(all_words: str, split_words: str, diagram: Diagram, node: Node) -> str:
    joins = len(diagram.incoming(node.id)) > 1
    splits = len(diagram.outgoing(node.id)) > 1
    mark = " " if node.title.endswith("?") else ": "
    name = f"{node.title}{mark}" if node.name.strip() else ""
    if joins and splits:
        return f"{name}{all_words} Then {split_words[0].lower()}{split_words[1:]}"
    return f"{name}{all_words if joins else split_words}"


def _error_end(diagram: Diagram, node: Node) -> str:  # noqa: ARG001 - one shape of sentence
    error = f'the error "{node.error}"' if node.error else "an error"
    name = "" if node.name.strip() == (node.error or "") else f": {_sentence_end(node)}"
    return f"The end with {error}{name}. The step around it goes on from there."


_SENTENCES: dict[str, Callable[[Diagram, Node], str]] = {
    "messageStart": lambda _, node: f"The {_whole(node)} begins when {_message(node)} arrives.",
    "timerStart": lambda _, node: (
        f"The {_whole(node)} begins by itself {timer_words(node.timer or '')}."
    ),
    "userTask": partial(_plain, "{lane}: {title}."),
    "manualTask": partial(_plain, "{lane}, outside the system: {title}."),
    "receiveTask": partial(_plain, "{lane}: wait for {title}."),
    "serviceTask": partial(_plain, "The system: {title} ({operation})."),
    "subProcess": partial(_plain, "{title}, in several steps."),
    "exclusiveGateway": lambda _, node: (
        f"Decision: {node.title}" if node.name.strip() else "Decision."
    ),
    "inclusiveGateway": partial(
        _join_or_split, "Wait for all that were begun.", "Do everything that applies."
    ),
    "parallelGateway": partial(
        _join_or_split, "Wait until all of them are done.", "Do all of these, in any order."
    ),
    "eventBasedGateway": partial(_plain, "Wait for what happens first."),
    "timerCatch": _wait,
    "messageCatch": _wait,
    "messageThrow": lambda _, node: f"Send the message {_message(node)}.",
    "messageEnd": lambda _, node: (
        f"{_named('The end', node)}. "
        + (f'The message "{node.message}" is sent.' if node.message else "A message is sent.")
    ),
    "terminateEnd": lambda _, node: (
        f"{_named('The end', node)}. Whatever is still open is stopped."
    ),
    "errorEnd": _error_end,
}
