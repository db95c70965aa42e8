"""Where tokens rest, said in two tongues: the engine's spots and the bits of the proof's marking."""

from collections.abc import Iterable

from workflows.diagrams.graph import BOUNDARIES
from workflows.diagrams.proof.net import Marking, Net
from workflows.engine.exploring import Spot
from workflows.engine_gate.answers import calls_around


class UnknownSpot(Exception):  # noqa: N818 - it states a fact about a token
    """A token rests where the proof has no place for one."""

    def __init__(self, spot: Spot) -> None:
        """Keep where."""
        self.spot = spot
        super().__init__(spot.element)


class Places:
    """The dictionary between the two for one flattened diagram."""

    def __init__(self, net: Net) -> None:
        """Give every place of the net its spot."""
        self._marks: dict[Spot, Marking] = {}
        self._steps: dict[Spot, int] = {}
        for step in net.flat.steps:
            calls = calls_around(net.flat, step.scope)
            self._steps[Spot(calls, step.node.id)] = step.index
            if step.is_join:
                for wire in step.entering:
                    spot = Spot(calls, step.node.id, wire.flow.id)
                    self._marks[spot] = net.waiting_at[wire.index]
            elif net.at[step.index] or step.kind in BOUNDARIES:
                # An event that is armed as long as its step is under way has no place of its own.
                mark = net.at[step.index] | net.armed.get(step.index, 0)
                self._marks[Spot(calls, step.node.id)] = mark

    def step(self, spot: Spot) -> int | None:
        """Give the step of a spot, None where the proof has none."""
        return self._steps.get(spot)

    def marking(self, spots: Iterable[Spot]) -> tuple[Marking, bool]:
        """Give the marking, and whether more than one token rests on a place. Raises UnknownSpot."""
        marking, twice = 0, False
        for spot in spots:
            if spot not in self._marks:
                raise UnknownSpot(spot)
            mark = self._marks[spot]
            twice = twice or bool(marking & mark)
            marking |= mark
        return marking, twice
