"""Where tokens wait along a way, and which visit of its diagram a step belongs to: for those who are shown it."""

from collections import Counter
from dataclasses import dataclass, field

from workflows.diagrams.graph import BOUNDARIES, ENDS, Waiting
from workflows.diagrams.proof.flattening import Flat, Step, Wire


@dataclass
class Tokens:
    """Follows the tokens of one way, as flows and steps are passed in their order.

    `at` are the steps that hold one, those with others inside them too; `visits` count, by scope, how
    often the diagram of it had been entered when it was.
    """

    flat: Flat
    at: set[int] = field(default_factory=set)
    visits: dict[int, int] = field(default_factory=lambda: {0: 1})
    _entered: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Count the diagram that the case begins with."""
        self._entered[self.flat.scopes[0].diagram.process_id] = 1

    def over(self, wire: Wire) -> None:
        """Take a flow: what was inside a step is over when it is left."""
        self._empty(wire.source)
        self.at.add(wire.target)

    def enter(self, step: Step) -> None:
        """Come to a step: a called diagram is entered, an event takes its step away."""
        if step.kind in BOUNDARIES and step.node.interrupting:
            self._empty(step.host)
        if step.is_container and step.kind == "callActivity":
            scope = self.flat.steps[step.inner[0]].scope
            process = self.flat.scopes[scope].diagram.process_id
            self._entered[process] += 1
            self.visits[scope] = self._entered[process]

    def leave(self, step: Step) -> None:
        """End what ends here, with all around it where the end stops that."""
        if step.kind == "terminateEnd":
            own = self.flat.below(step.outer) if step.outer >= 0 else [*self.at]
            self.at.difference_update(own)
        if step.kind in ENDS:
            self.at.discard(step.index)

    def visit(self, step: Step) -> int:
        """Give how often the diagram of a step had been entered when this was begun."""
        return self.visits.get(step.scope, 1)

    def beside(self, step: Step) -> tuple[Waiting, ...]:
        """Give what waits while a step is done: steps that hold a token, and what stands around them."""
        own = {step.index, *self.flat.around(step.index)}
        resting = [index for index in self.at if not self._holds_others(index) and index not in own]
        around = {outer for index in resting for outer in self.flat.around(index)} - own
        return tuple(
            self._waiting(self.flat.steps[index], is_around=index in around)
            for index in sorted({*resting, *around})
        )

    def _waiting(self, step: Step, *, is_around: bool) -> Waiting:
        diagram = self.flat.scopes[step.scope].diagram.process_id
        node = step.node
        # A branch that waits for others to join it waits for nobody's work.
        title = node.title if node.name.strip() or not step.is_join else ""
        party = None if step.is_join else node.lane
        return Waiting(diagram, self.visit(step), node.id, title, party, is_around)

    def _holds_others(self, index: int) -> bool:
        return any(index in self.flat.around(other) for other in self.at)

    def _empty(self, index: int) -> None:
        self.at.discard(index)
        self.at.difference_update(self.flat.below(index))
