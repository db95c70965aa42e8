"""A way through a diagram step by step, each on the diagram that it stands in, to be read and to be painted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from workflows.diagrams.graph import WayStep
from workflows.diagrams.proof import sentences
from workflows.diagrams.proof.flattening import Flat, Step, Wire
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.tokens import Tokens


def way(
    flat: Flat, path: Iterable[Happening], wrong: int, conclusion: str, *, until: str | None = None
) -> tuple[WayStep, ...]:
    """Tell a way step by step; the last one is `conclusion`, at the step that is `wrong`.

    `until` is an element that the last happening passes: what lies beyond it is left out. Nothing for
    no path.
    """
    happenings = list(path)
    if not happenings:
        return ()
    walk = _Walk(flat)
    for happening in happenings[:-1]:
        walk.take(happening, None)
    walk.take(happenings[-1], until)
    walk.tell(flat.steps[wrong], conclusion)
    return tuple(walk.told)


@dataclass
class _Walk:
    """Follows a way. `taken` are, by step, the flows that lead to it and were not told yet."""

    flat: Flat
    told: list[WayStep] = field(default_factory=list)
    taken: dict[int, list[Wire]] = field(default_factory=dict)
    _by_id: dict[str, list[Step | Wire]] = field(default_factory=dict)
    _tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        """Find what carries an id: a diagram that is called twice has every id twice."""
        self._tokens = Tokens(self.flat)
        for step in self.flat.steps:
            self._by_id.setdefault(step.node.id, []).append(step)
        for wire in self.flat.wires:
            self._by_id.setdefault(wire.flow.id, []).append(wire)

    def take(self, happening: Happening, until: str | None) -> None:
        """Follow one happening over all that it passes, as far as an element."""
        own = self.flat.steps[happening.step]
        near = [own.index, *(wire.source for wire in own.entering)]
        for identity in happening.trace:
            thing = self._found(identity, near)
            if isinstance(thing, Wire):
                self._over(thing)
                near.append(thing.target)
                continue
            near += [thing.index, *thing.inner, *self._caught(thing)]
            self._pass(thing, happening)
            if identity == until:
                return

    def tell(self, step: Step, sentence: str) -> None:
        """Add a step with the flows that led to it."""
        diagram = self.flat.scopes[step.scope].diagram
        flows = tuple(wire.flow.id for wire in self.taken.pop(step.index, ()))
        name = diagram.name or diagram.process_id
        whole = f"{sentence[0].upper()}{sentence[1:]}" + ("" if sentence.endswith(".") else ".")
        visit, waits = self._tokens.visit(step), self._tokens.beside(step)
        self.told.append(
            WayStep(diagram.process_id, name, step.node.id, flows, whole, visit, waits)
        )

    def _found(self, identity: str, near: list[int]) -> Step | Wire:
        """Give what is meant by an id: that which stands nearest to what was passed last."""
        passed = {index: number for number, index in enumerate(near)}

        def nearness(thing: Step | Wire) -> int:
            return passed.get(thing.source if isinstance(thing, Wire) else thing.index, -1)

        return max(self._by_id[identity], key=nearness)

    def _caught(self, step: Step) -> list[int]:
        catcher = self.flat.catcher(step.index) if step.kind == "errorEnd" else None
        return [] if catcher is None else [catcher]

    def _over(self, wire: Wire) -> None:
        """Take a flow; what led to a step that nothing was told of leads on."""
        self._tokens.over(wire)
        before = self.taken.pop(wire.source, [])
        self.taken.setdefault(wire.target, []).extend([*before, wire])

    def _pass(self, step: Step, happening: Happening) -> None:
        self._tokens.enter(step)
        chosen = [wire for wire in step.leaving if wire.flow.id in happening.trace]
        if step.index == happening.step and happening.kind not in ("begin", "pass"):
            words = sentences.told(self.flat, happening)
        else:
            words = sentences.passed(self.flat, step, chosen)
        if words:
            self.tell(step, words)
        self._tokens.leave(step)
