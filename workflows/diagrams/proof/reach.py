"""Which places can lead to which: what an inclusive join waits for, and which answers are still read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from workflows.diagrams.graph import BOUNDARIES
from workflows.diagrams.proof.flattening import Step
from workflows.diagrams.proof.net import Marking, Net, decides


@dataclass(frozen=True)
class Way:
    """From one place to others in one move; `done` if it is the normal way on from the step."""

    place: Marking
    step: int
    done: bool
    landing: Marking


@dataclass
class Reach:
    """Questions about what may come after a place, whatever is answered."""

    net: Net

    @cached_property
    def ways(self) -> list[Way]:
        """Give every move that a token can make."""
        return [way for step in self.net.flat.steps for way in self._ways(step)]

    def _ways(self, step: Step) -> Iterator[Way]:
        net = self.net
        if step.kind in BOUNDARIES:
            yield from self._event(step)
            return
        places = [net.waiting_at[wire.index] for wire in step.entering] if step.is_join else []
        for place in places or ([net.at[step.index]] if net.at[step.index] else []):
            for landing in self._landings(step):
                yield Way(place, step.index, True, landing)

    def _event(self, step: Step) -> Iterator[Way]:
        if step.index not in self.net.hidden:
            place = self.net.armed.get(step.index, self.net.at[step.host])
            yield Way(place, step.index, False, self.net.landing(step.leaving).mask)

    def _landings(self, step: Step) -> Iterator[Marking]:
        if step.is_stopping:
            return
        if step.kind == "eventBasedGateway":
            for wire in step.leaving:
                yield self.net.landing(self.net.flat.steps[wire.target].leaving).mask
        elif decides(step):
            yield from (self.net.landing([wire]).mask for wire in step.leaving)
        else:
            yield self.net.landing(step.leaving).mask

    def leading_to(self, places: Marking, *, blocked: Iterable[int] = ()) -> Marking:
        """Give the places from which a token can come to one of these, themselves included.

        The normal ways on from the `blocked` steps are not gone.
        """
        closed = set(blocked)
        found, waiting = places, places
        while waiting:
            number = (waiting & -waiting).bit_length() - 1
            waiting &= waiting - 1
            for way in self._into[number]:
                if not (way.place & found or (way.done and way.step in closed)):
                    found |= way.place
                    waiting |= way.place
        return found

    @cached_property
    def _into(self) -> list[list[Way]]:
        """Give the moves that end at each place, by its number."""
        into: list[list[Way]] = [[] for _ in self.net.owners]
        for way in self.ways:
            rest = way.landing
            while rest:
                into[(rest & -rest).bit_length() - 1].append(way)
                rest &= rest - 1
        return into

    def joining(self, join: Step) -> list[tuple[Marking, Marking]]:
        """Give for each flow into a join its place, and the places that can still bring a token there.

        Only places beside the join count: what is inside a subprocess is seen as the subprocess.
        """
        beside = [step.index for step in self.net.flat.steps if step.outer == join.outer]
        level = self.net.places(beside, done=False)
        places = [self.net.waiting_at[wire.index] for wire in join.entering]
        return [(place, self.leading_to(place, blocked=[join.index]) & level) for place in places]
