"""A case walked over the city's own diagrams on the real engine, with its rules looking on."""

from datetime import UTC, datetime, timedelta
from functools import cache

from tests.bpmn.drawing import BPMN, FILES
from workflows.diagrams.conditions import Unset, Value
from workflows.diagrams.graph import Diagram, Node
from workflows.diagrams.reading import read
from workflows.engine import Specs, Waiting, parse, start
from workflows.policy.guard import Deed, open_duties, verdict
from workflows.policy.pack import Pack, load

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


@cache
def pack() -> Pack:
    return load(BPMN / "policy")


@cache
def diagrams() -> dict[str, Diagram]:
    """The city's diagrams by process id."""
    found = {}
    for file in FILES:
        diagram, _findings = read(file.read_bytes())
        assert diagram is not None
        found[diagram.process_id] = diagram
    return found


@cache
def specs(process: str) -> Specs:
    return parse({file.stem: file.read_bytes() for file in FILES}, process)


class Walk:
    """A case. Each party is one person; each step that carries an act asks the rules first."""

    def __init__(self, process: str = "create-site") -> None:
        self.answers: dict[tuple[str, str, str], Value] = {}
        self.deeds: list[Deed] = []
        self.process = process
        self.run = start(specs(process), self)

    def value(self, scope: str, element: str, field: str) -> Value:
        if (scope, element, field) not in self.answers:
            raise Unset(element, field)
        return self.answers[scope, element, field]

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        return [self.value(scope, element, field)]

    @property
    def waits_for(self) -> set[str]:
        """The steps that people or operations have to do now."""
        return {w.element for w in self.run.waiting() if w.kind in ("user", "service")}

    def do(self, element: str, **answers: Value) -> "Walk":
        """Do a step, refused where a rule of the city forbids its act."""
        waiting = self._waiting(element)
        node = self._node(waiting)
        for field, value in answers.items():
            assert field in {known.id for known in node.fields}, f"{element} does not ask {field}"
            self.answers[waiting.scope, element, field] = value
        self._perform(node, waiting)
        self.run.complete(waiting.id)
        return self

    def event(self, element: str) -> "Walk":
        """Let a deadline come or a message arrive."""
        waiting = self._waiting(element)
        self._perform(self._node(waiting), waiting)
        if waiting.kind == "message":
            self.run.deliver(waiting.id)
        else:
            self.run.fire(waiting.id)
        return self

    @property
    def end(self) -> str:
        """The name of the end that the case came to, with nothing left undone."""
        assert self.run.ended, self.waits_for
        assert open_duties(pack(), self.deeds) == []
        (*_others, last) = self.run.ends
        return diagrams()[self.process].nodes[last].name

    def _waiting(self, element: str) -> Waiting:
        (found,) = [w for w in self.run.waiting() if w.element == element]
        return found

    def _node(self, waiting: Waiting) -> Node:
        return diagrams()[waiting.diagram].nodes[waiting.element]

    def _perform(self, node: Node, waiting: Waiting) -> None:
        topic_act = pack().act_of(node.topic) if node.topic else None
        act = topic_act.id if topic_act else node.act
        if act is None:
            return
        party = "Requester" if node.kind == "boundaryMessage" else node.lane
        attempt = Deed(
            act,
            self._outcome(node, act, waiting),
            party,
            None if node.kind == "serviceTask" else self._who(party, act),
            MONDAY + timedelta(days=len(self.deeds)),
        )
        assert verdict(pack(), self.deeds, attempt) == []
        self.deeds.append(attempt)

    def _who(self, party: str | None, act: str) -> int:  # noqa: ARG002 - some walks tell them apart
        return hash(party)

    def _outcome(self, node: Node, act: str, waiting: Waiting) -> str | None:
        fields = [(field.id, [option.id for option in field.options]) for field in node.fields]
        asked = pack().outcome_field(act, fields)
        if asked is None:
            return pack().acts[act].default
        outcome = self.value(waiting.scope, node.id, asked)
        assert isinstance(outcome, str)
        return outcome
