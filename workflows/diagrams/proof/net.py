"""The places where tokens of a flattened diagram can rest, and where each way leads to.

A place is one bit of an int, so that a marking is one int. Steps that nobody waits for (starts, merges,
plain splits, ends, thrown messages) have no place: a token passes them on its way to the next one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workflows.diagrams.graph import BOUNDARIES, STARTS
from workflows.diagrams.proof.flattening import Flat, Step, Wire
from workflows.diagrams.proof.handlers import Handler

Marking = int
_ENDING = frozenset({"end", "messageEnd"})
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True)
class Landing:
    """Where tokens come to rest: all places as one mask, and the ids of what is passed on the way.

    `twice` is the step that one and the same move reaches a second time, -1 for none.
    """

    mask: Marking
    trace: tuple[str, ...]
    twice: int


@dataclass
class Net:
    """Places of a flattened diagram.

    `hidden` are non-interrupting events that are left out, `uncounted` ends at which any number of
    tokens may arrive.
    """

    flat: Flat
    hidden: frozenset[int] = frozenset()
    handlers: dict[int, Handler] = field(default_factory=dict)
    uncounted: frozenset[int] = frozenset()
    owners: list[int] = field(default_factory=list)
    at: list[Marking] = field(default_factory=list)
    waiting_at: dict[int, Marking] = field(default_factory=dict)
    armed: dict[int, Marking] = field(default_factory=dict)
    done: dict[int, Marking] = field(default_factory=dict)
    # Containers that what was left out may keep open, while an event around them can still come.
    lingering: dict[int, Marking] = field(default_factory=dict)
    _landings: dict[tuple[int, ...], Landing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give every step, join, event and end its places."""
        for step in self.flat.steps:
            rests = not (step.is_join or self.passes(step) or step.kind in BOUNDARIES)
            self.at.append(self._place(step.index) if rests else 0)
            if step.is_join:
                self.waiting_at |= {wire.index: self._place(step.index) for wire in step.entering}
            elif step.kind in _ENDING and step.index not in self.uncounted:
                self.done[step.index] = self._place(step.index)
            elif step.index not in self.hidden and rings_once(step):
                self.armed[step.index] = self._place(step.index)
            if self._may_linger(step):
                self.lingering[step.index] = self._place(step.index)

    def _may_linger(self, step: Step) -> bool:
        steps = self.flat.steps
        around = (step.index, *self.flat.around(step.index))
        return any(steps[steps[one].host].outer == step.index for one in self.hidden) and any(
            steps[event].kind != "boundaryError" and event not in self.hidden
            for container in around
            for event in steps[container].boundaries
        )

    def _place(self, owner: int) -> Marking:
        self.owners.append(owner)
        return 1 << (len(self.owners) - 1)

    def owner(self, marking: Marking) -> Step:
        """Give the step of the lowest place of a marking."""
        return self.flat.steps[self.owners[(marking & -marking).bit_length() - 1]]

    def passes(self, step: Step) -> bool:
        """Whether a token never rests here."""
        if step.kind in STARTS or step.kind in _ENDING or step.kind == "messageThrow":
            return True
        if step.kind == "parallelGateway":
            return not (step.is_join or self.splits_slowly(step))
        return step.kind in _CHOOSING and not step.is_join and not decides(step)

    @cached_property
    def has_inclusive_joins(self) -> bool:
        """Whether it matters in which order tokens move that nobody waits for."""
        return any(step.kind == "inclusiveGateway" and step.is_join for step in self.flat.steps)

    def splits_slowly(self, step: Step) -> bool:
        """Whether a token is looked at in front of a parallel split: an inclusive join may see it there."""
        is_split = step.kind == "parallelGateway" and not step.is_join and len(step.leaving) > 1
        return is_split and self.has_inclusive_joins

    def landing(self, wires: Sequence[Wire]) -> Landing:
        """Give where tokens on these wires come to rest."""
        key = tuple(wire.index for wire in wires)
        if key not in self._landings:
            self._landings[key] = self._land(wires)
        return self._landings[key]

    def beginning(self, start: int) -> Landing:
        """Give where the token of a start event comes to rest."""
        landing = self.landing(self.flat.steps[start].leaving)
        trace = (self.flat.steps[start].node.id, *landing.trace)
        return Landing(landing.mask, trace, landing.twice)

    def _land(self, wires: Sequence[Wire]) -> Landing:
        waiting = list(reversed(wires))
        trace: list[str] = []
        passed: set[int] = set()
        mask, twice = 0, -1
        while waiting:
            wire = waiting.pop()
            step = self.flat.steps[wire.target]
            trace.append(wire.flow.id)
            place = self._rest(step, wire)
            if place & mask or step.index in passed:
                twice = step.index
                continue
            mask |= place
            if step.is_join or (place and not step.is_container and step.kind not in _ENDING):
                continue
            passed.add(step.index)
            trace.append(step.node.id)
            for inner in step.inner:
                trace.append(self.flat.steps[inner].node.id)
                waiting += reversed(self.flat.steps[inner].leaving)
            if not step.is_container:
                waiting += reversed(step.leaving)
        return Landing(mask, tuple(trace), twice)

    def _rest(self, step: Step, wire: Wire) -> Marking:
        if step.is_join:
            return self.waiting_at[wire.index]
        armed = sum(self.armed.get(boundary, 0) for boundary in step.boundaries)
        return self.at[step.index] | armed | self.done.get(step.index, 0)

    @cached_property
    def tokens(self) -> Marking:
        """All places but those that only remember: an empty rest means that all is done."""
        return (1 << len(self.owners)) - 1 & ~sum(self.done.values())

    @cached_property
    def emptied(self) -> dict[int, Marking]:
        """Give everything inside each container, the ends that it remembers included."""
        return {
            step.index: self.places(self.flat.below(step.index), done=True)
            for step in self.flat.steps
            if step.is_container
        }

    @cached_property
    def inside(self) -> dict[int, Marking]:
        """Give the places inside each container."""
        return {
            index: places & self.tokens | self.lingering.get(index, 0)
            for index, places in self.emptied.items()
        }

    @cached_property
    def cleared(self) -> dict[int, Marking]:
        """Give what is emptied when a step is left: itself, its events, all that is inside it."""
        found = {}
        for step in self.flat.steps:
            if self.at[step.index]:
                own = self.at[step.index] | sum(self.armed.get(b, 0) for b in step.boundaries)
                inside = self.emptied.get(step.index, 0) | self.lingering.get(step.index, 0)
                found[step.index] = own | inside
        return found

    def places(self, steps: Iterable[int], *, done: bool) -> Marking:
        """Give all places of some steps, with or without those that remember an end."""
        wanted = set(steps)
        mask = 0
        for number, owner in enumerate(self.owners):
            if owner in wanted:
                mask |= 1 << number
        return mask if done else mask & self.tokens


def decides(step: Step) -> bool:
    """Whether a gateway has to choose between its flows."""
    return step.kind in _CHOOSING and (
        len(step.leaving) > 1 or any(wire.flow.condition is not None for wire in step.leaving)
    )


def rings_once(step: Step) -> bool:
    """Whether a non-interrupting event happens only once for each time that its step begins."""
    return (
        step.kind == "boundaryTimer"
        and not step.node.interrupting
        and step.node.timer_kind != "cycle"
    )
