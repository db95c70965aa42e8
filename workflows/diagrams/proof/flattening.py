"""A diagram and all that it calls as one list of steps, joined by wires: what the token game is played on.

A called diagram becomes a level of its own at each place that calls it. Nothing here decides whether
a diagram is good; what makes playing it senseless is refused with Unplayable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflows.diagrams.graph import (
    ACTIVITIES,
    BOUNDARIES,
    CATCHES,
    ENDS,
    GATEWAYS,
    KINDS,
    STARTS,
    Diagram,
    Flow,
    Node,
)

# Far above anything that people draw; called diagrams within called diagrams could grow without end.
MOST_STEPS = 5_000


class Unplayable(Exception):  # noqa: N818 - it states a fact about the diagram
    """The diagram cannot be played; the words say why. The lint reports it as an error too."""


@dataclass(frozen=True)
class Wire:
    """A sequence flow between two steps, by their indexes."""

    index: int
    flow: Flow
    source: int
    target: int


@dataclass
class Step:
    """A node at one place of the flattened diagram.

    `scope` is the index of the diagram that it belongs to, counted by calls; `outer` the step around
    it, a subprocess or a call, -1 at the top; `inner` its own first steps, where it is such a one.
    """

    index: int
    node: Node
    scope: int
    outer: int
    entering: list[Wire] = field(default_factory=list)
    leaving: list[Wire] = field(default_factory=list)
    boundaries: list[int] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    host: int = -1

    @property
    def kind(self) -> str:
        """Its kind, as the diagram says."""
        return self.node.kind

    @property
    def is_container(self) -> bool:
        """Whether steps stand inside it."""
        return bool(self.inner)

    @property
    def is_stopping(self) -> bool:
        """Whether a token here empties everything around it."""
        return self.node.kind in ("terminateEnd", "errorEnd")

    @property
    def is_join(self) -> bool:
        """Whether tokens wait in front of it for others."""
        return self.node.kind in ("parallelGateway", "inclusiveGateway") and len(self.entering) > 1


@dataclass(frozen=True)
class Scope:
    """One diagram at one place: which, called by the step of which other scope (-1: nobody)."""

    diagram: Diagram
    caller: int
    steps: dict[str, int] = field(default_factory=dict)


@dataclass
class Flat:
    """All steps and wires, and the indexes of the top's starts."""

    called: Mapping[str, Diagram]
    steps: list[Step] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def around(self, index: int) -> Iterator[int]:
        """Walk the steps around a step, the innermost first."""
        outer = self.steps[index].outer
        while outer >= 0:
            yield outer
            outer = self.steps[outer].outer

    def below(self, index: int) -> Iterator[int]:
        """Walk the steps inside a step, at any depth."""
        return (step.index for step in self.steps if index in self.around(step.index))

    def catcher(self, index: int) -> int | None:
        """Give the boundary event that catches the error of an error end, None where nobody does."""
        error = self.steps[index].node.error
        for host in self.around(index):
            for boundary in self.steps[host].boundaries:
                node = self.steps[boundary].node
                if node.kind == "boundaryError" and node.error in (None, error):
                    return boundary
        return None


def flatten(diagram: Diagram, called: Mapping[str, Diagram]) -> Flat:
    """Put a diagram and what it calls into one.

    `called` are the diagrams within reach, by process id; a call of any other is played as a plain
    task. Raises Unplayable.
    """
    flat = Flat(called)
    _add_scope(flat, diagram, caller=-1, outer=-1, chain=(diagram.process_id,))
    flat.starts = [step.index for step in flat.steps if step.outer < 0 and step.kind in STARTS]
    if not flat.starts:
        raise Unplayable("It has no start event.")
    for step in flat.steps:
        _check(flat, step)
    return flat


def _add_scope(
    flat: Flat, diagram: Diagram, *, caller: int, outer: int, chain: tuple[str, ...]
) -> None:
    scope = Scope(diagram, caller)
    flat.scopes.append(scope)
    number = len(flat.scopes) - 1
    first = len(flat.steps)
    for node in diagram.nodes.values():
        step = Step(len(flat.steps), node, number, outer)
        scope.steps[node.id] = step.index
        flat.steps.append(step)
        if len(flat.steps) > MOST_STEPS:
            raise Unplayable(f"With what it calls it has more than {MOST_STEPS} steps.")
    own = flat.steps[first:]
    for step in own:
        _nest(flat, scope, step, outer)
    for flow in diagram.flows.values():
        _connect(flat, scope, flow)
    for step in own:
        _enter(flat, step, chain)


def _nest(flat: Flat, scope: Scope, step: Step, outer: int) -> None:
    parent, host = step.node.parent, step.node.attached_to
    if parent is not None and parent not in scope.steps:
        raise Unplayable(f'"{step.node.title}" stands in nothing.')
    step.outer = outer if parent is None else scope.steps[parent]
    if step.kind in BOUNDARIES:
        if host not in scope.steps or scope.diagram.nodes[host].kind not in ACTIVITIES:
            raise Unplayable(f'"{step.node.title}" is on no step.')
        step.host = scope.steps[host]
        flat.steps[step.host].boundaries.append(step.index)


def _connect(flat: Flat, scope: Scope, flow: Flow) -> None:
    if flow.source not in scope.steps or flow.target not in scope.steps:
        raise Unplayable(f'The flow "{flow.id}" hangs loose.')
    source, target = flat.steps[scope.steps[flow.source]], flat.steps[scope.steps[flow.target]]
    if source.outer != target.outer:
        raise Unplayable(f'The flow "{flow.id}" crosses the border of a subprocess.')
    wire = Wire(len(flat.wires), flow, source.index, target.index)
    flat.wires.append(wire)
    source.leaving.append(wire)
    target.entering.append(wire)


def _enter(flat: Flat, step: Step, chain: tuple[str, ...]) -> None:
    """Find what begins inside a subprocess, and put what is called inside its call."""
    called = flat.called.get(step.node.called or "")
    if step.kind == "callActivity" and called is not None:
        if called.process_id in chain:
            raise Unplayable(f'"{step.node.title}" calls what calls it.')
        before = len(flat.steps)
        inner = (*chain, called.process_id)
        _add_scope(flat, called, caller=step.index, outer=step.index, chain=inner)
        inside = flat.steps[before:]
    elif step.kind == "subProcess":
        inside = flat.steps
    else:
        return
    step.inner = [s.index for s in inside if s.outer == step.index and s.kind == "start"][:1]
    if not step.inner:
        raise Unplayable(f'"{step.node.title}" has no start event inside.')


def _check(flat: Flat, step: Step) -> None:
    name = f'"{step.node.title}"'
    begins = step.kind in STARTS or step.kind in BOUNDARIES
    if step.kind not in KINDS:
        raise Unplayable(f"{name} is not run.")
    if begins and step.entering:
        raise Unplayable(f"A flow leads to {name}, which begins by itself.")
    if (step.kind in ENDS) == bool(step.leaving):
        raise Unplayable(
            f"{name} is an end and goes on." if step.leaving else f"Nothing follows {name}."
        )
    if step.kind == "eventBasedGateway":
        for wire in step.leaving:
            target = flat.steps[wire.target]
            if target.kind not in CATCHES | {"receiveTask"} or len(target.entering) > 1:
                raise Unplayable(f"What follows {name} is no event of its own.")
    elif step.kind not in GATEWAYS and any(wire.flow.condition for wire in step.leaving):
        raise Unplayable(f"A condition stands on a flow from {name}, which does not choose.")
