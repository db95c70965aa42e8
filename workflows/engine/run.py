"""One case on its diagrams: what it waits for, and what happens when that comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from workflows.engine import nodes, seam, tokens
from workflows.engine.drawing import Node
from workflows.engine.errors import EngineError, NotWaitingError
from workflows.engine.scopes import CaseScope, Passed, path
from workflows.engine.script import Answers, ConditionEngine
from workflows.engine.seam import Scope, Token
from workflows.engine.specs import Specs

WaitingKind: TypeAlias = Literal["user", "service", "message", "deadline"]
Marking: TypeAlias = tuple[Any, ...]

_KINDS: dict[str, WaitingKind] = {
    "userTask": "user",
    "manualTask": "user",
    "serviceTask": "service",
    "receiveTask": "message",
}
_EVENT_KINDS: dict[str, WaitingKind] = {"message": "message", "timer": "deadline"}


@dataclass(frozen=True)
class Waiting:
    """Something that a case waits for.

    `id` stays the same for as long as it waits. `scope` is where answers belong. `message` names
    the message and `timer` holds the timer as written, of `timer_kind` date, duration or cycle.
    `host` is the activity that a boundary event sits on, which it interrupts or not.
    """

    id: str
    element: str
    diagram: str
    scope: str
    kind: WaitingKind
    message: str | None = None
    timer: str | None = None
    timer_kind: str | None = None
    interrupting: bool = True
    host: str | None = None


def start(specs: Specs, answers: Answers, *, at: str | None = None) -> "Run":
    """Start a case, at the plain start event or at the one named, up to its first waiting points."""
    top = CaseScope(specs, ConditionEngine(specs, answers))
    entry = at or top.spec.entry
    node = specs.drawings[specs.main].nodes.get(entry)
    if node is None or node.tag != "startEvent" or node.parent is not None:
        raise EngineError(entry, "No start event of the process has this id.")
    top.enter(entry)
    run = Run(specs, top)
    run.go_on()
    return run


def load(specs: Specs, state: bytes, answers: Answers) -> "Run":
    """Take up a case from what `save` gave, on the same diagrams parsed anew or not."""
    top = CaseScope(specs, ConditionEngine(specs, answers))
    tokens.restore(top, state)
    return Run(specs, top)


def empty(specs: Specs, answers: Answers) -> "Run":
    """Take up a case that has ended, for tokens to be placed in it again."""
    top = CaseScope(specs, ConditionEngine(specs, answers))
    top.finish()
    return Run(specs, top)


class Run:
    """The tokens of one case.

    After an exception from any method it is to be discarded: tokens may stand half-way. The state
    that it was loaded from is still good.
    """

    def __init__(self, specs: Specs, top: CaseScope) -> None:
        """Use `start` or `load`."""
        self.specs = specs
        self._top = top

    @property
    def ended(self) -> bool:
        """Whether no token is left."""
        return self._top.completed

    @property
    def passed(self) -> tuple[Passed, ...]:
        """Nodes completed and flows taken since start or load, in order."""
        return tuple(self._top.passed)

    @property
    def ends(self) -> tuple[str, ...]:
        """End events of the main diagram that the case has ever reached, the latest last."""
        return tuple(self._top.ends)

    def waiting(self) -> tuple[Waiting, ...]:
        """Give all that the case waits for, outer scopes first, in an order that stays the same."""
        return tuple(waiting for waiting, _token in self._all_waiting())

    def complete(self, identity: str) -> None:
        """Go on from a task that a person or an operation has done.

        Its answers must be readable by now. Raises NotWaitingError, and EngineError where the case
        cannot go on (UnansweredError where a condition lacks an answer).
        """
        self._happen(identity, "user", "service")

    def fire(self, identity: str) -> None:
        """Go on from a deadline that has come. A repeated one on an activity goes on waiting."""
        self._happen(identity, "deadline")

    def deliver(self, identity: str) -> None:
        """Go on from a message that has arrived. One that does not interrupt its step can come again."""
        self._happen(identity, "message")

    def place(self, element: str, diagram: str | None = None, *, scope: str | None = None) -> None:
        """Put a token on an element, of the main diagram or of one that it calls.

        Serves moves, reopening and migration; a gateway that joins goes on without waiting. An
        ended case runs again. Where the element's diagram or subprocess is not running, it is
        entered there, by way of the activities around it. `scope` tells calls of one diagram
        apart, as in Waiting. Raises EngineError where there is no such place.
        """
        self.put(element, diagram, scope=scope)
        self.go_on()

    def put(self, element: str, diagram: str | None = None, *, scope: str | None = None) -> None:
        """Place a token without going on, for who places several; `go_on` is called after the last."""
        diagram = diagram or self.specs.main
        node = self.specs.drawings[diagram].nodes.get(element) if self._knows(diagram) else None
        if node is None:
            raise EngineError(element, f"{diagram} has no such element.")
        if node.tag == "boundaryEvent":
            raise EngineError(element, "A boundary event has no place of its own.")
        for outer, way in self._ways(diagram, node):
            for running in self._top.all():
                if running.spec.name == outer and scope in (None, running.path):
                    running.enter(*way)
                    return
        raise EngineError(element, f"{diagram} is not running where the token would be.")

    def _knows(self, diagram: str) -> bool:
        return diagram in self.specs.drawings

    def _ways(self, diagram: str, node: Node) -> Iterator[tuple[str, list[str]]]:
        """Walk the scopes that lead to a node, the nearest first, and what to enter from each."""
        queue = [(diagram, node, [node.id])]
        for here, inner, from_inner in queue:
            way, around = from_inner, inner.parent
            while around is not None:
                yield f"{here}/{around}", way
                way = [around, *way]
                around = self.specs.drawings[here].nodes[around].parent
            yield here, way
            queue += [
                (caller.process, call, [call.id, *way])
                for caller in self.specs.drawings.values()
                for call in caller.nodes.values()
                if call.called == here
            ]

    def withdraw(self, identity: str) -> None:
        """Take one token away, with the boundary events of its step; nothing goes on from there."""
        _waiting, token = self._find(identity)
        scope = token.workflow
        if isinstance(token.parent.task_spec, nodes.Instances):
            token = token.parent
        self._remove(token)
        while scope.is_quiet and scope is not self._top:
            activity = self._top.caller(scope)
            scope = activity.workflow
            self._remove(activity)
        scope.settle()
        self.go_on()

    def cancel(self) -> None:
        """Take every token away: the case is over."""
        seam.cancel_all(self._top)
        self._top.finish()
        tokens.shrink(self._top)

    def save(self) -> bytes:
        """Give the state: a few hundred bytes, whatever has happened so far."""
        return tokens.dump(self._top)

    def marking(self) -> Marking:
        """Say where the tokens are, equal for equal situations, for those who explore a diagram."""
        return _marking(self._top, self._top.task_tree)

    def go_on(self) -> None:
        """Run to the next waiting points and forget what is over."""
        self._top.advance()
        tokens.shrink(self._top)

    def _happen(self, identity: str, *kinds: WaitingKind) -> None:
        waiting, token = self._find(identity)
        if waiting.kind not in kinds:
            raise NotWaitingError(waiting.element, f"It waits for a {waiting.kind}.")
        spec = token.task_spec
        if isinstance(spec, nodes.Stop):
            token.run()
        elif isinstance(spec, nodes.EventGateway):
            token.internal_data["chosen"] = _place_of(spec, waiting.element)
            seam.arrive(token)
        elif waiting.timer_kind == "cycle" and not waiting.interrupting:
            # The one that waits stays; another of its kind happens.
            seam.arrive(seam.add(token.parent, spec, occurred=True))
        else:
            if waiting.kind == "message" and not waiting.interrupting:
                # The step goes on, and what it is told may be told again.
                seam.arrive(seam.add(token.parent, spec))
            token.internal_data["occurred"] = True
            seam.arrive(token)
        self.go_on()

    def _find(self, identity: str) -> tuple[Waiting, Token]:
        for waiting, token in self._all_waiting():
            if waiting.id == identity:
                return waiting, token
        raise NotWaitingError(None, f"Nothing waits under {identity}.")

    def _all_waiting(self) -> Iterator[tuple[Waiting, Token]]:
        for scope in self._top.all():
            for token in seam.below(scope.task_tree):
                for waiting in _waitings(token):
                    yield waiting, token

    def _remove(self, token: Token) -> None:
        seam.cancel(token)
        host = token.parent
        if isinstance(host.task_spec, nodes.Host) and host.task_spec.main is token.task_spec:
            nodes.disarm(host)


def _waitings(token: Token) -> Iterator[Waiting]:
    spec = token.task_spec
    if isinstance(spec, nodes.EventGateway) and seam.is_live(token):
        for event in spec.outputs:
            yield _waiting(token, event.node, f"{token.id.hex}:{event.bpmn_id}")
    elif isinstance(spec, nodes.Stop | nodes.Catch) and seam.is_live(token):
        yield _waiting(token, spec.node, token.id.hex)


def _waiting(token: Token, node: Node, identity: str) -> Waiting:
    scope: Scope = token.workflow
    event = node.event
    return Waiting(
        id=identity,
        element=node.id,
        diagram=scope.diagram,
        scope=path(token),
        kind=_KINDS.get(node.tag) or _EVENT_KINDS[event.kind],
        message=event.text if event.kind == "message" else None,
        timer=event.text if event.kind == "timer" else None,
        timer_kind=event.timer_kind,
        interrupting=node.interrupting,
        host=node.attached_to,
    )


def _place_of(gateway: nodes.EventGateway, element: str) -> int:
    return [flow.target for flow in gateway.flows].index(element)


def _marking(scope: Scope, parent: Token) -> Marking:
    return tuple(sorted((_mark(scope, token) for token in parent.children), key=repr))


def _mark(scope: Scope, token: Token) -> Marking:
    inner = scope.top_workflow.subprocesses.get(token.id)
    return (
        token.task_spec.name,
        tuple(sorted(token.internal_data.items())),
        _marking(scope, token),
        () if inner is None else _marking(inner, inner.task_tree),
    )
