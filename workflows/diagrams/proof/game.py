"""The token game: from a marking and the answers still read, everything that can happen next.

What nobody waits for happens at once, one token after the other (in every order where an inclusive
join looks on); people, operations, timers and messages then come in any order and at any time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from workflows.diagrams.condition_tree import Name, Unset
from workflows.diagrams.lint.known import Known
from workflows.diagrams.proof.deciding import Answer, Mark, Outcomes, outcomes
from workflows.diagrams.proof.flattening import Step, Unplayable, Wire
from workflows.diagrams.proof.net import Landing, Marking, Net, decides
from workflows.diagrams.proof.offers import Happening, Offer, Offers, event_happening
from workflows.diagrams.proof.reach import Reach
from workflows.diagrams.proof.variables import Values, Variables

# An inclusive gateway with more conditions that may come out either way is beyond people, too.
MOST_CHOICES = 4_096
State: TypeAlias = tuple[Marking, Values]
Flaw = Literal[
    "done-twice", "ends-twice", "no-branch", "unanswered", "error-not-caught", "read-while-asked"
]


@dataclass(frozen=True)
class Broken:
    """What goes wrong instead of a next state. `detail` is for the sentence about it."""

    flaw: Flaw
    step: int
    detail: str = ""


Next: TypeAlias = tuple[Happening, "State | Broken"]


class Game:
    """The moves of one net. `is_called`: an error may leave the diagram, as its callers catch it."""

    def __init__(self, net: Net, variables: Variables, known: Known, *, is_called: bool) -> None:
        self.net = net
        self.variables = variables
        self._is_called = is_called
        self._steps = net.flat.steps
        reach = self.reach = Reach(net)
        self._alive = variables.alive(reach)
        by_kind = {
            kind: [s for s in self._steps if s.kind == kind and s.is_join] for kind in _JOINS
        }
        self.and_joins = [(self._all_in(join), join) for join in by_kind["parallelGateway"]]
        self.or_joins = [(reach.joining(join), join) for join in by_kind["inclusiveGateway"]]
        self.at_once = sum(
            net.at[s.index]
            for s in self._steps
            if s.is_stopping or net.splits_slowly(s) or (decides(s) and not s.is_join)
        )
        self._containers = [
            (net.at[s.index], net.inside[s.index], s) for s in self._steps if s.is_container
        ]
        offers = Offers(net, variables, known)
        self.offers = {net.at[s.index]: list(offers.at(s)) for s in self._steps if net.at[s.index]}
        self._offering = sum(place for place, offers in self.offers.items() if offers)
        self._writers = {
            number: net.at[v.writer] for number, v in enumerate(variables.all) if v.writer >= 0
        }
        self._waiting = {index: Happening("wait", index, ()) for index in net.lingering}
        self._passings: dict[tuple[int, Landing], Happening] = {}
        self._chosen: dict[tuple[int, Values], list[tuple[Wire, ...] | Broken]] = {}

    # -- beginnings ---------------------------------------------------------------------------

    def beginnings(self) -> Iterator[Next]:
        """Give every way in which a case can begin."""
        for start in self.net.flat.starts:
            landing = self.net.beginning(start)
            for values in self.variables.beginnings():
                yield (
                    Happening("begin", start, landing.trace),
                    self._land((0, values), landing),
                )

    def at_event(self, boundary: int) -> Next:
        """Give the beginning of what a boundary event leads to, without anything beside it."""
        net = self.net
        landing = net.landing(self._steps[boundary].leaving)
        unset: Values = (Mark.UNSET,) * len(self.variables.all)
        happening = event_happening(net, self._steps[boundary], landing)
        return happening, self._land((0, unset), landing)

    def is_over(self, marking: Marking) -> bool:
        """Whether no token is left."""
        return not marking & self.net.tokens

    # -- what happens next --------------------------------------------------------------------

    def after(self, state: State) -> Iterator[Next]:
        """Give everything that can happen next."""
        moves = self.moving(state)
        first = next(moves, None)
        if first is None:
            yield from self._happen(state)
            return
        yield from first
        if self.net.has_inclusive_joins:
            # Such a join looks at where all tokens are, so what moves first makes a difference.
            for others in moves:
                yield from others

    def moving(self, state: State) -> Iterator[Iterable[Next]]:
        """Give the moves that nobody waits for, by what moves."""
        marking, values = state
        rest = marking & self.at_once
        while rest:
            yield self._pass(state, self.net.owner(rest))
            rest &= rest - 1
        for needed, join in self.and_joins:
            if marking & needed == needed:
                yield [self._passing(join, (marking & ~needed, values), join.leaving)]
        for place, inside, step in self._containers:
            if marking & place and not marking & inside:
                yield self._leave(state, step)
        for flows, join in self.or_joins:
            if filled := _joins_now(marking, flows):
                yield self._choose(join, (marking & ~filled, values))

    def _leave(self, state: State, step: Step) -> Iterator[Next]:
        """Leave a container that is done, or stay while what was left out is still under way."""
        marking, values = state
        left = marking & ~self.net.cleared[step.index]
        yield self._passing(step, (left, values), step.leaving)
        if step.index in self._waiting:
            lingering = marking | self.net.lingering[step.index]
            yield self._waiting[step.index], (lingering, values)

    def stuck_at(self, marking: Marking) -> list[Step]:
        """Give the joins where tokens wait."""
        found: dict[int, Step] = {}
        for wire, place in self.net.waiting_at.items():
            if marking & place:
                step = self._steps[self.net.flat.wires[wire].target]
                found[step.index] = step
        return list(found.values())

    def _happen(self, state: State) -> Iterator[Next]:
        marking = state[0]
        rest = marking & self._offering
        while rest:
            place = rest & -rest
            rest ^= place
            for offer in self.offers[place]:
                if offer.needs & marking == offer.needs and not offer.without & marking:
                    yield offer.happening, self.take(state, offer)

    def take(self, state: State, offer: Offer) -> "State | Broken":
        """Give the state after something that can happen."""
        marking, values = state
        for number in offer.reads:
            if values[number] is Mark.UNSET:
                variable = self.variables.all[number]
                missing = str(Unset(variable.element, variable.field))
                return Broken("unanswered", offer.happening.step, missing)
        if offer.writes:
            changed = list(values)
            for number, answer in offer.writes:
                changed[number] = answer
            values = tuple(changed)
        if offer.landing is None:
            return marking, values
        return self._land((marking & ~offer.clears, values), offer.landing)

    def _land(self, state: State, landing: Landing) -> "State | Broken":
        marking, values = state
        if landing.twice >= 0:
            return Broken("done-twice", landing.twice)
        if both := marking & landing.mask:
            step = self.net.owner(both)
            return Broken("ends-twice" if step.index in self.net.done else "done-twice", step.index)
        marking |= landing.mask
        if values and any(answer is not Mark.UNSET for answer in values):
            values = tuple(
                answer if marking & alive else Mark.UNSET
                for answer, alive in zip(values, self._alive, strict=True)
            )
        return marking, values

    # -- what happens by itself ---------------------------------------------------------------

    def _pass(self, state: State, step: Step) -> Iterator[Next]:
        marking, values = state
        left = marking & ~self.net.at[step.index]
        if decides(step):
            yield from self._choose(step, (left, values))
        elif step.kind == "terminateEnd":
            keep = left & ~self.net.emptied[step.outer] if step.outer >= 0 else 0
            yield Happening("pass", step.index, (step.node.id,)), (keep, values)
        elif step.kind == "parallelGateway":
            yield self._passing(step, (left, values), step.leaving)
        else:
            yield self._throw(step, (left, values))

    def _throw(self, step: Step, state: State) -> Next:
        marking, values = state
        catcher = self.net.flat.catcher(step.index)
        if catcher is None:
            thrown = Happening("pass", step.index, (step.node.id,))
            if self._is_called:
                return thrown, (0, values)
            return thrown, Broken("error-not-caught", step.index, step.node.error or "")
        boundary = self._steps[catcher]
        landing = self.net.landing(boundary.leaving)
        trace = (step.node.id, boundary.node.id, *landing.trace)
        left = marking & ~self.net.cleared[boundary.host]
        return Happening("pass", step.index, trace), self._land((left, values), landing)

    def _choose(self, step: Step, state: State) -> Iterator[Next]:
        if not decides(step):
            yield self._passing(step, state, step.leaving)
            return
        marking, values = state
        pending = [n for n, writer in self._writers.items() if writer & marking]
        for number in pending:
            if step.index in self.variables.readers[number]:
                variable = self.variables.all[number]
                asked = f"{variable.element}.{variable.field}"
                waiting = Happening("pass", step.index, (step.node.id,))
                yield waiting, Broken("read-while-asked", step.index, asked)
        key = (step.index, values)
        if key not in self._chosen:
            self._chosen[key] = list(self._choices(step, values))
        for chosen in self._chosen[key]:
            if isinstance(chosen, Broken):
                yield Happening("pass", step.index, (step.node.id,)), chosen
            else:
                yield self._passing(step, state, chosen)

    def _passing(self, step: Step, state: State, wires: Sequence[Wire]) -> Next:
        landing = self.net.landing(wires)
        key = (step.index, landing)
        if key not in self._passings:
            own = () if step.is_container else (step.node.id,)
            self._passings[key] = Happening("pass", step.index, (*own, *landing.trace))
        return self._passings[key], self._land(state, landing)

    # -- choosing -----------------------------------------------------------------------------

    def _choices(self, step: Step, values: Values) -> Iterator["tuple[Wire, ...] | Broken"]:
        """Give each set of flows that may be taken, or why none can be."""
        default = next((w for w in step.leaving if w.flow.id == step.node.default_flow), None)
        asked = [wire for wire in step.leaving if wire is not default]
        sofar: set[tuple[Wire, ...]] = {()}
        is_one = step.kind == "exclusiveGateway"
        for wire in asked:
            if is_one and () not in sofar:
                break  # an earlier flow fits whatever was answered: this one is not asked
            found = self._outcomes(wire, step, values)
            yield from (Broken("unanswered", step.index, o) for o in found if isinstance(o, str))
            grown: set[tuple[Wire, ...]] = set()
            for taken in sofar:
                if is_one and taken:
                    grown.add(taken)
                    continue
                grown |= {(*taken, wire)} if True in found else set()
                grown |= {taken} if False in found else set()
            sofar = grown
            if len(sofar) > MOST_CHOICES:
                raise Unplayable(
                    f'"{step.node.title}" can choose in more than {MOST_CHOICES} ways.'
                )
        for taken in sorted(sofar, key=lambda wires: [wire.index for wire in wires]):
            if taken:
                yield taken
            else:
                yield (default,) if default is not None else Broken("no-branch", step.index)

    def _outcomes(self, wire: Wire, step: Step, values: Values) -> Outcomes:
        condition = self.variables.conditions.get(wire.index)
        if condition is None:
            # A flow without a condition is always taken; the lint asks for one.
            return frozenset({True})

        def answer(name: Name) -> Answer:
            number = self.variables.names.get((step.scope, name.element, name.field))
            return Mark.ANY if number is None else values[number]

        return outcomes(condition.tree, answer)

    def _all_in(self, join: Step) -> Marking:
        return sum(self.net.waiting_at[wire.index] for wire in join.entering)


_JOINS = ("parallelGateway", "inclusiveGateway")


def _joins_now(marking: Marking, flows: Sequence[tuple[Marking, Marking]]) -> Marking:
    """Give the tokens that an inclusive join takes now, 0 while it has to wait.

    It waits while a token can still come to one of its empty flows and to none of the others
    (BPMN 2.0, 13.4.3).
    """
    filled = empty = reach_filled = reach_empty = 0
    for place, reach in flows:
        if marking & place:
            filled, reach_filled = filled | place, reach_filled | reach
        else:
            empty, reach_empty = empty | place, reach_empty | reach
    return 0 if marking & reach_empty & ~reach_filled else filled
