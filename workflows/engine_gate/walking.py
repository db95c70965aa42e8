"""The engine and the proof walk every way of a diagram side by side, one happening at a time.

From each pair of situation and state everything is done that the proof says can happen. What the
engine then does must be among what the proof says may follow; both must wait for the same things.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TypeAlias

from workflows.diagrams.proof.exploring import Graph
from workflows.diagrams.proof.flattening import Step
from workflows.diagrams.proof.game import Broken, Game, Next, State
from workflows.diagrams.proof.net import decides
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.variables import Values
from workflows.engine.exploring import Explorer, Outcome, Situation
from workflows.engine_gate.answers import Answers
from workflows.engine_gate.following import BY_ITSELF, Fit, Level, Moves
from workflows.engine_gate.instances import is_again, is_partly_done
from workflows.engine_gate.places import Places

# A gateway and the flows that it chose together.
Choice: TypeAlias = tuple[str, frozenset[str]]
# So often does the engine act in one comparison: some seconds.
MOST_ACTS = 6_000
# So many differences are told; one fault shows in many places.
MOST_DIFFERENCES = 3


@dataclass(frozen=True)
class Limits:
    """How many pairs may be met, until when (time.perf_counter), and how often the engine may act."""

    pairs: int
    until: float
    acts: int = MOST_ACTS

    def are_met(self, pairs: int = 0, acts: int = 0) -> bool:
        """Whether the walk has to stop."""
        is_much = pairs >= self.pairs or acts >= self.acts
        return is_much or time.perf_counter() > self.until

    def half(self, acts: int) -> "Limits":
        """Give half of the time and of the acts that are left after so many."""
        now = time.perf_counter()
        until, most = now + (self.until - now) / 2, acts + (self.acts - acts) // 2
        return replace(self, until=min(until, self.until), acts=most)


@dataclass(frozen=True)
class Pair:
    """The engine's situation and the proof's state of one and the same case."""

    situation: Situation
    state: State


@dataclass(frozen=True)
class Way:
    """How a pair was first met: from which one, what happened, what the engine passed."""

    before: int
    happening: Happening
    passed: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Where engine and proof part: after which happenings, at which step, and in which respect.

    `is_other_order`: the proof plays every order of what moves by itself, and the engine takes another.
    """

    what: str
    step: int
    path: tuple[Happening, ...] = ()
    ids: tuple[str, ...] = ()
    is_other_order: bool = False


class Stage:
    """What both need: the engine on one side, the proof's moves on the other, and what they may read."""

    def __init__(self, game: Game, explorer: Explorer) -> None:
        """Bring one game and one explorer together."""
        self.game = game
        self.explorer = explorer
        self.answers = Answers(game.net.flat, game.variables)
        self.places = Places(game.net)
        self.moves = Moves(game, self.places)
        self.everything = (1 << len(game.net.owners)) - 1
        self.deciding = {
            step.node.id: frozenset(wire.flow.id for wire in step.leaving)
            for step in game.net.flat.steps
            if decides(step)
        }
        self.acts = 0
        # What was done once is not done again for a replay.
        self._done: dict[tuple[str | bytes, str, Values | None], list[Outcome]] = {}

    def begin(self, happening: Happening, after: "State | Broken") -> list[Outcome]:
        """Begin a case on the engine."""
        at, values = self.game.net.flat.steps[happening.step].node.id, _values(after)
        if (at, "", values) not in self._done:
            outcomes = self.explorer.begin(at, self.answers.given(values))
            self._done[at, "", values] = outcomes
        return self._done[at, "", values]

    def act(self, pair: Pair, step: int, after: "State | Broken") -> list[Outcome]:
        """Let a step happen on the engine. Nothing comes where it does not wait for it."""
        identity = self.waits_at(pair, step)
        if identity is None:
            return []
        key = (pair.situation.state, identity, _values(after))
        if key not in self._done:
            self.acts += 1
            possible = self.answers.given(_values(after))
            self._done[key] = self.explorer.act(pair.situation, identity, possible)
        return self._done[key]

    def fits(
        self, outcomes: Sequence[Outcome], then: "State | Broken", before: int, level: Level
    ) -> list[tuple[Outcome, Fit]]:
        """Find what the engine did among what the proof says can follow."""
        following = self.moves.following(then)
        found = [(one, self.moves.fit(one, following, before, level)) for one in outcomes]
        if isinstance(then, Broken) and any(fit.broken for _, fit in found):
            # One of the answers that anything may stand for shows it; the others are not real.
            return [(one, fit) for one, fit in found if fit.broken]
        return found

    def waits_at(self, pair: Pair, step: int) -> str | None:
        """Give the id under which the engine waits at a step, the first instance of several."""
        return next(
            (one.id for spot, one in pair.situation.waiting if self.places.step(spot) == step), None
        )


def choices(passed: Sequence[str], deciding: Mapping[str, frozenset[str]]) -> set[Choice]:
    """Give the flows that were taken together, by the gateways passed."""
    found: set[Choice] = set()
    for place, element in enumerate(passed):
        own = deciding.get(element)
        if own is not None:
            found.add((element, frozenset(takewhile(own.__contains__, passed[place + 1 :]))))
    return found


def _values(after: "State | Broken") -> Values | None:
    # What is given before something goes wrong at once is not known: anything may be read then.
    return None if isinstance(after, Broken) else after[1]


@dataclass
class Walk:
    """All pairs met on one level, by number, with the engine's own graph of them."""

    stage: Stage
    limits: Limits
    level: Level
    steps: frozenset[int] | None = None
    # Events that can come again all the while, though what they begin again is not walked.
    again: frozenset[int] = frozenset()
    pairs: list[Pair] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    graph: Graph = field(default_factory=Graph)
    passed: set[str] = field(default_factory=set)
    # Which flows were taken together, by the gateway that chose them.
    chosen: set[Choice] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)
    led_here: list[Way] = field(default_factory=list)
    _known: dict[tuple[object, State], int] = field(default_factory=dict)
    # What can happen in a pair and was not tried there, numbered; None where nobody looked yet.
    _open: dict[int, list[tuple[int, Next]] | None] = field(default_factory=dict)
    _numbers: dict[Happening, int] = field(default_factory=dict)
    _tried: Counter[int] = field(default_factory=Counter)
    # Where that which was never tried can happen.
    _untried: dict[int, int] = field(default_factory=dict)
    _here: int = -1
    _goes_deep: bool = False

    # -- walking ------------------------------------------------------------------------------

    def begin(self, beginnings: Iterator[Next]) -> None:
        """Begin a case in every way."""
        for happening, after in beginnings:
            self.graph.begun.append(happening)
            outcomes = self.stage.begin(happening, after)
            for outcome, fit in self.stage.fits(outcomes, after, 0, self.level):
                numbers = self.meet(-1, happening, outcome, fit)
                self.graph.first += [n for n in numbers if n not in self.graph.first]

    def begin_beside(self, way: list[Way], pair: Pair, event: Next) -> None:
        """Begin what an event leads to, in a case that has come to where the event waits."""
        happening, after = event
        self.led_here = way
        for outcome, fit in self._act(pair, happening, after):
            self.graph.begun.append(happening)
            self.graph.first += self.meet(-1, happening, outcome, fit)

    def go_on(self, limits: Limits | None = None) -> None:
        """Walk on until everything was tried in each pair, or the limits (the walk's own) are met.

        What was tried least goes first, and from where it led on and on to an end: so everything
        was passed once long before everything was tried, however many steps wait side by side.
        """
        limits = limits or self.limits
        while self._open and not limits.are_met(len(self.pairs), self.stage.acts):
            if len(self.differences) >= MOST_DIFFERENCES:
                break
            self._try_one(self._next())
        self.graph.complete = not self._open
        self.graph.explored = len(self.pairs) if self.graph.complete else 0

    def _next(self) -> int:
        """Go on from here; else to what was never tried, else deep and broad by turns."""
        if self._here in self._open:
            return self._here
        if self._untried:
            return next(iter(self._untried.values()))
        self._goes_deep = not self._goes_deep
        return next(reversed(self._open) if self._goes_deep else iter(self._open))

    def _try_one(self, number: int) -> None:
        """Let happen in a pair what was tried least of all that can happen there."""
        offers = self._offers(number)
        if offers:
            chosen = min(range(len(offers)), key=lambda place: self._tried[offers[place][0]])
            what, (happening, after) = offers.pop(chosen)
            self._tried[what] += 1
            self._untried.pop(what, None)
            for outcome, fit in self._act(self.pairs[number], happening, after):
                self._step(number, happening, outcome, fit)
        if not offers:
            del self._open[number]

    def _offers(self, number: int) -> list[tuple[int, Next]]:
        """Give what can happen in a pair and was not tried there; compare both when first asked."""
        found = self._open[number]
        if found is not None:
            return found
        pair = self.pairs[number]
        offers = [one for one in self.stage.game.after(pair.state) if one[0].kind not in BY_ITSELF]
        self._open[number] = found = []
        if not self._both_wait(number, pair, offers):
            return found
        if pair.situation.ended or (self.steps is not None and not pair.state[0]):
            self.graph.over.append(number)
        for happening, after in offers:
            if not is_again(self._node(happening), happening):
                what = self._numbers.setdefault(happening, len(self._numbers))
                found.append((what, (happening, after)))
                if not self._tried[what]:
                    self._untried.setdefault(what, number)
        return found

    def _act(
        self, pair: Pair, happening: Happening, after: "State | Broken"
    ) -> list[tuple[Outcome, Fit]]:
        outcomes = self.stage.act(pair, happening.step, after)
        return self.stage.fits(outcomes, after, pair.state[0], self.level)

    def _step(self, number: int, happening: Happening, outcome: Outcome, fit: Fit) -> None:
        if is_partly_done(self._node(happening), outcome):
            # One of several instances is done and others are not: all else stays as it is.
            pair = self.pairs[number]
            happening, fit = self._again(pair, happening), self._unchanged(pair, outcome)
        reached = self.meet(number, happening, outcome, fit)
        self.graph.leaving[number] += [(happening, after) for after in reached]

    def meet(self, before: int, happening: Happening, outcome: Outcome, fit: Fit) -> list[int]:
        """Note what an action led to; give the numbers of the pairs, none where something goes wrong."""
        passed = tuple(one.element for one in outcome.passed)
        self.passed.update(passed)
        self.chosen |= choices(passed, self.stage.deciding)
        if fit.broken is not None:
            self.graph.broken.append((before, happening, fit.broken))
            self.graph.astray.setdefault(before, []).append(happening)
        if not fit.states or outcome.situation is None:
            if fit.broken is None:
                self._differ(before, Way(before, happening, passed), fit.unlike, happening.step)
            return []
        numbers = []
        for state in fit.states:
            key = (outcome.situation.marking, state)
            if key not in self._known:
                self._known[key] = len(self.pairs)
                self.pairs.append(Pair(outcome.situation, state))
                self.ways.append(Way(before, happening, passed))
                self.graph.states.append(state)
                self.graph.leaving.append([])
                self.graph.before.append((before, happening))
                self._here = self._known[key]
                self._open[self._here] = None
            numbers.append(self._known[key])
        return numbers

    # -- several times --------------------------------------------------------------------------

    def _node(self, happening: Happening) -> Step:
        return self.stage.game.net.flat.steps[happening.step]

    def _again(self, pair: Pair, done: Happening) -> Happening:
        for happening, _ in self.stage.game.after(pair.state):
            same = (happening.step, happening.atoms, happening.said)
            if is_again(self._node(happening), happening) and same == (
                done.step,
                done.atoms,
                done.said,
            ):
                return happening
        return Happening(done.kind, done.step, (self._node(done).node.id,), done.atoms, done.said)

    def _unchanged(self, pair: Pair, outcome: Outcome) -> Fit:
        now = outcome.situation.spots if outcome.situation else ()
        if sorted(map(repr, now)) == sorted(map(repr, pair.situation.spots)):
            return Fit((pair.state,))
        return Fit(unlike="on the engine more changes than that one of several instances is done")

    # -- what both wait for ---------------------------------------------------------------------

    def _both_wait(self, number: int, pair: Pair, offers: Sequence[Next]) -> bool:
        """Compare what they wait for, and note where that differs."""
        offered = {happening.step for happening, _ in offers} | self._hidden(pair.state)
        waited: set[int] = set()
        for spot, _ in pair.situation.waiting:
            step = self.stage.places.step(spot)
            if step is None:
                self._differ(
                    number, None, f'the engine waits at "{spot.element}", which is no step', -1
                )
                return False
            if self.steps is None or step in self.steps | self.again:
                waited.add(step)
        for step in sorted(waited ^ (offered | (waited & self._held_back(pair.state)))):
            title = f'"{self.stage.game.net.flat.steps[step].node.title}"'
            waits = "waits for" if step in waited else "does not wait for"
            self._differ(number, None, f"the engine {waits} {title}", step)
            return False
        return True

    def _hidden(self, state: State) -> set[int]:
        """Give the events that the proof walks by themselves and that the engine waits for here."""
        net = self.stage.game.net
        here = (event for event in net.hidden if self.steps is None or event in self.steps)
        return set(self.again) | {e for e in here if state[0] & net.at[net.flat.steps[e].host]}

    def _held_back(self, state: State) -> set[int]:
        """Give the events that may come again, but of which the proof plays one copy at a time."""
        net = self.stage.game.net
        return {
            event
            for event, handler in net.handlers.items()
            if event in handler.copies and state[0] & net.places(handler.copies[event], done=False)
        }

    # -- telling --------------------------------------------------------------------------------

    def _differ(self, before: int, last: Way | None, what: str, step: int) -> None:
        path = [*self.way(before), *([last] if last is not None else [])]
        happenings = tuple(way.happening for way in path)
        passed = tuple(identity for way in path for identity in way.passed)
        self.differences.append(Difference(what, step, happenings, passed))

    def way(self, number: int) -> list[Way]:
        """Give the way to a pair, the beginning first."""
        found: list[Way] = []
        while number >= 0:
            found.append(self.ways[number])
            number = self.ways[number].before
        return [*self.led_here, *reversed(found)]

    def find(self, step: int) -> int | None:
        """Give the first pair in which the engine waits at a step."""
        numbers = range(len(self.pairs))
        return next((n for n in numbers if self.stage.waits_at(self.pairs[n], step)), None)
