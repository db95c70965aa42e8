"""Leave out orders that make no difference: for diagrams with more states than can be walked one by one.

Branches that run side by side can be done in any order, and their orders are what most states are. A
step that nothing else depends on and that no rule speaks of may be done first without loss: every
other order leads through the same things. In the words of partial-order reduction it is a persistent
set of one invisible transition, and a state that was met before is walked in full, so that nothing is
put off for ever. Steps in doubt are not such steps.

The whole walk stays the reference: this one is made only where that one does not come to its end.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from workflows.diagrams.proof.forms import Atoms
from workflows.diagrams.proof.game import Broken, Game, Next, State
from workflows.diagrams.proof.net import Marking
from workflows.diagrams.proof.offers import Offer

# What moves by itself after a step comes to rest after fewer moves, or is walked in full.
MOST_MOVES = 200


@dataclass(frozen=True)
class _Change:
    """A step with all that moves by itself after it: the end, and the places it took from and gave to."""

    end: State
    taken: Marking
    given: Marking


@dataclass
class Reduction:
    """Finds steps of a game that may be done first. `heard` are the atoms that some rule speaks of."""

    game: Game
    heard: Atoms

    def first(self, state: State, known: Collection[State]) -> Next | None:
        """Give the one thing that need only be walked here, None where everything has to be.

        `known` are the states met before.
        """
        if next(self.game.moving(state), None) is not None:
            return None
        for offer in self._candidates(state[0]):
            after = self.game.take(state, offer)
            if isinstance(after, Broken):
                return None
            change = self._settled(state, after)
            if (
                change is not None
                and change.end not in known
                and self._is_apart(change, offer, state)
            ):
                return offer.happening, after
        return None

    @property
    def is_of_use(self) -> bool:
        """Whether there are steps of which there may be orders to leave out."""
        return len(self._quiet) > 1

    # -- which steps ------------------------------------------------------------------------------

    def _candidates(self, marking: Marking) -> Iterator[Offer]:
        """Give the steps that can be done in one way only and that no rule and no answer knows of."""
        return (offer for offer in self._quiet if marking & offer.needs == offer.needs)

    @cached_property
    def _quiet(self) -> list[Offer]:
        alone = [offers[0] for offers in self.game.offers.values() if len(offers) == 1]
        return [
            offer
            for offer in alone
            if offer.landing is not None
            and not (offer.writes or offer.reads or offer.without)
            and not (offer.happening.atoms and offer.happening.atoms & self.heard)
            and not self._may_be_called_off(offer.happening.step)
        ]

    def _may_be_called_off(self, index: int) -> bool:
        """Whether an event can come as long as the step keeps something around it open."""
        net = self.game.net
        return any(self.game.offers.get(net.at[host]) for host in net.flat.around(index))

    # -- what a step changes ------------------------------------------------------------------------

    def _settled(self, before: State, after: State) -> _Change | None:
        """Follow what moves by itself, None where it may move in several ways or to its harm."""
        taken, given = before[0] & ~after[0], after[0] & ~before[0]
        for _ in range(MOST_MOVES):
            moves = [move for group in self.game.moving(after) for move in group]
            if not moves:
                return _Change(after, taken, given) if after[1] == before[1] else None
            happening, following = moves[0]
            if len(moves) > 1 or isinstance(following, Broken) or happening.atoms:
                return None
            taken |= after[0] & ~following[0]
            given |= following[0] & ~after[0]
            after = following
        return None

    # -- what else has to do with it ----------------------------------------------------------------

    def _is_apart(self, change: _Change, step: Offer, state: State) -> bool:
        """Whether nothing that can happen before the step has to do with what it changes."""
        changed = change.taken | change.given
        if changed & self._watched or not self._come_once(change, state[0]):
            return False
        rest = state[0] & ~change.taken
        possible = self._reachable(rest, step)
        if possible & change.taken:
            return False  # a second token may come while the first is there
        around = possible | state[0]
        return not any(
            offer.needs & around == offer.needs and self._minds(offer, change)
            for offers in self.game.offers.values()
            for offer in offers
            if offer is not step
        ) and not any(around & place and region & changed for place, region in self._stops)

    def _minds(self, offer: Offer, change: _Change) -> bool:
        changed = change.taken | change.given
        return bool(offer.needs & change.taken or (offer.without | offer.clears) & changed)

    @cached_property
    def _watched(self) -> Marking:
        """Give the places that an inclusive join looks at, and those where something is decided."""
        return self.game.at_once | sum_of(
            place | reach for flows, _join in self.game.or_joins for place, reach in flows
        )

    def _come_once(self, change: _Change, marking: Marking) -> bool:
        """Whether the parallel joins that the step brings a token to get one token on each flow.

        A second one would be lost from sight, if the join acts as soon as the step is done.
        """
        rest = marking & ~change.taken
        return all(
            not is_doubled
            and (leading & ~place & rest).bit_count()
            <= (0 if place & (marking | change.given) else 1)
            for needed, flows in self._joins
            if needed & change.given
            for place, leading, is_doubled in flows
        )

    @cached_property
    def _joins(self) -> list[tuple[Marking, list[tuple[Marking, Marking, bool]]]]:
        """Give for each parallel join its places, and for each what leads to it, perhaps with two tokens."""
        net, reach = self.game.net, self.game.reach
        found = []
        for needed, join in self.game.and_joins:
            places = [net.waiting_at[wire.index] for wire in join.entering]
            leading = [reach.leading_to(place, blocked=[join.index]) for place in places]
            flows = [
                (p, one, self._is_doubled(one)) for p, one in zip(places, leading, strict=True)
            ]
            found.append((needed, flows))
        return found

    def _is_doubled(self, leading: Marking) -> bool:
        """Whether one token may become two on its way there."""
        net = self.game.net
        splits = ("parallelGateway", "inclusiveGateway")
        return any(
            sum(bool(net.landing([wire]).mask & leading) for wire in step.leaving) > 1
            for step in net.flat.steps
            if step.kind not in ("exclusiveGateway", "eventBasedGateway")
            and (step.kind in splits or len(step.leaving) > 1)
        )

    @cached_property
    def _stops(self) -> list[tuple[Marking, Marking]]:
        """Give the places of terminate and error ends, each with what it empties."""
        net, everything = self.game.net, -1
        found = []
        for step in net.flat.steps:
            if step.is_stopping:
                catcher = net.flat.catcher(step.index) if step.kind == "errorEnd" else None
                host = net.flat.steps[catcher].host if catcher is not None else step.outer
                is_bounded = host >= 0 and (step.kind == "terminateEnd" or catcher is not None)
                found.append((net.at[step.index], net.cleared[host] if is_bounded else everything))
        return found

    def _reachable(self, rest: Marking, step: Offer) -> Marking:
        """Give the places that may be marked at some time while the step is still to be done.

        More than that where in doubt: choices, deadlines and messages come out in every way. But a
        parallel join needs all its branches, and what the step stands in cannot be done before it.
        """
        closed = {step.happening.step, *self.game.net.flat.around(step.happening.step)}
        ways = [way for way in self.game.reach.ways if not (way.done and way.step in closed)]
        found, before = rest, -1
        while found != before:
            before = found
            for way in ways:
                needs = self._joined.get(way.step, way.place)
                if found & needs == needs:
                    found |= way.landing
        return found

    @cached_property
    def _joined(self) -> dict[int, Marking]:
        return {join.index: needed for needed, join in self.game.and_joins}


def sum_of(masks: Iterator[Marking]) -> Marking:
    """Put masks that may overlap into one."""
    found = 0
    for mask in masks:
        found |= mask
    return found
