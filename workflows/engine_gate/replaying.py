"""Every way that the proof shows to be wrong, walked on the engine, step by step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from workflows.diagrams.proof import Proof
from workflows.diagrams.proof.game import Broken, Next, State
from workflows.diagrams.proof.offers import Happening
from workflows.engine.exploring import Outcome
from workflows.engine_gate.following import BY_ITSELF, TWICE, Fit, Level
from workflows.engine_gate.instances import is_again, is_partly_done
from workflows.engine_gate.walking import Difference, Limits, Pair, Stage

# What only the proof knows of; the way there is walked all the same.
_BESIDE_THE_ENGINE = frozenset({"read-while-asked"})
MOST_AT_ONCE = 64
MOST_INSTANCES = 50


@dataclass(frozen=True)
class _Stretch:
    """One thing that happens, and what then happens by itself."""

    happening: Happening
    passing: tuple[Happening, ...]


class Replay:
    """Walks ways of one proof on the engine."""

    def __init__(self, stage: Stage, limits: Limits) -> None:
        """Use the same stage as the walk did."""
        self._stage = stage
        self._limits = limits
        self._level = Level(stage.everything)
        # What is kept open now by something beside.
        self._open: set[int] = set()

    def differences(self, proof: Proof) -> Iterator[Difference]:
        """Find the ways of a proof that the engine does not go, or along which it does not go wrong."""
        ways = [(f'"{one.what}"', one.step, one.path) for one in proof.wrong]
        ways += [
            (f"rule {one.rule.id}", one.step, one.path)
            for one in proof.judged
            if one.verdict == "violated"
        ]
        has_orders = self._stage.game.net.has_inclusive_joins
        for what, step, path in ways:
            if path and not self._limits.are_met() and not self.goes(path):
                words = f"the engine does not go the way that shows {what} to the proof"
                ids = tuple(identity for one in path for identity in one.trace)
                waits = any(one.kind == "wait" for one in path)
                yield Difference(words, step, path, ids, has_orders or waits)

    def goes(self, path: Sequence[Happening]) -> bool:
        """Whether the engine can go a way of the proof."""
        self._level, self._open = Level(self._stage.everything), set()
        here: Sequence[Pair | None] = [None]
        stretches = _stretches(path)
        kept_open = {one.step for one in path if one.kind == "wait"}
        for stretch in stretches:
            if kept_open:
                here = [pair and self._with_reminder(pair, kept_open) for pair in here]
            there: dict[object, Pair] = {}
            for pair in here:
                for after in self._after(pair, stretch.happening):
                    if self._goes_wrong(pair, stretch, after):
                        return True
                    if stretch is stretches[-1] and self._is_done(pair, stretch, after):
                        return True
                    for reached in self._reached(pair, stretch, after):
                        there[reached.situation.marking, reached.state] = reached
            here = list(there.values())[:MOST_AT_ONCE]
        return bool(here)

    def _with_reminder(self, pair: Pair, kept_open: set[int]) -> Pair:
        """Let what the proof walked by itself begin, where it is to keep a subprocess or call open."""
        net = self._stage.game.net
        for event in sorted(net.hidden):
            around = net.flat.steps[net.flat.steps[event].host].outer
            identity = self._stage.waits_at(pair, event) if around in kept_open else None
            if identity is None:
                continue
            kept_open.discard(around)
            self._open.add(around)
            begun = self._stage.explorer.act(
                pair.situation, identity, self._stage.answers.given(None)
            )
            situation = begun[0].situation
            if situation is not None:
                own = net.places(net.handlers[event].copies[event], done=True)
                marking, _ = self._stage.places.marking(situation.spots)
                level = self._level
                beside = level.beside | marking & own
                self._level = Level(level.places & ~own, beside, may_go=True)
                pair = Pair(situation, pair.state)
        return pair

    # -- the proof's side -----------------------------------------------------------------------

    def _after(self, pair: Pair | None, happening: Happening) -> list["State | Broken"]:
        game = self._stage.game
        moves: Iterable[Next]
        if pair is None:
            moves = game.beginnings()
        elif happening.step in game.net.hidden:
            moves = [game.at_event(happening.step)]
            self._look_beside(pair, happening.step)
        else:
            moves = game.after(pair.state)
        return [after for one, after in moves if _alike(one, happening)]

    def _look_beside(self, pair: Pair, event: int) -> None:
        """From here on only what the event began moves."""
        net = self._stage.game.net
        places = net.places(net.handlers[event].copies[event], done=True)
        marking, _ = self._stage.places.marking(pair.situation.spots)
        self._level = Level(places, marking & ~places)

    def _passed(
        self, after: "State | Broken", passing: Iterable[Happening]
    ) -> "list[State | Broken]":
        """Give where the proof is after what happens by itself."""
        here: list[State | Broken] = [after]
        for happening in passing:
            here = [
                then
                for state in here
                if not isinstance(state, Broken)
                for one, then in self._stage.game.after(state)
                if _alike(one, happening)
            ]
        return here

    # -- the engine's side ----------------------------------------------------------------------

    def _goes_wrong(self, pair: Pair | None, stretch: _Stretch, after: "State | Broken") -> bool:
        """Whether the way ends here with something wrong, in the engine too."""
        ends = [one for one in self._passed(after, stretch.passing) if isinstance(one, Broken)]
        if any(one.flaw in _BESIDE_THE_ENGINE for one in ends):
            return True
        flaws = {one.flaw for one in ends}
        # The same second token can be seen where it comes to rest or where it ends.
        flaws |= TWICE if flaws & TWICE else set()
        return bool(ends) and any(
            fit.broken is not None and (fit.broken.flaw in flaws or fit.broken.step < 0)
            for _, fit in self._done(pair, stretch.happening, after, after)
        )

    def _is_done(self, pair: Pair | None, stretch: _Stretch, after: "State | Broken") -> bool:
        """Whether the last step of a way is done, though by the proof something goes wrong behind it."""
        done = self._done(pair, stretch.happening, after, after)
        return not stretch.passing and any(fit.broken for _, fit in done)

    def _reached(
        self, pair: Pair | None, stretch: _Stretch, after: "State | Broken"
    ) -> Iterator[Pair]:
        for then in self._passed(after, stretch.passing):
            if isinstance(then, Broken):
                continue
            closes = any(one.kind == "pass" and one.step in self._open for one in stretch.passing)
            for outcome, fit in self._done(pair, stretch.happening, after, then, closes=closes):
                if outcome.situation is not None:
                    yield from (Pair(outcome.situation, state) for state in fit.states)

    def _done(
        self,
        pair: Pair | None,
        happening: Happening,
        after: "State | Broken",
        then: "State | Broken",
        *,
        closes: bool = False,
    ) -> list[tuple[Outcome, Fit]]:
        """Let something happen; `then` is where the proof is after what passes by itself.

        `closes`: among that is the end of what alone kept a subprocess or a call open.
        """
        if pair is None:
            outcomes, before = self._stage.begin(happening, after), 0
        else:
            outcomes, before = self._outcomes(pair, happening, after), pair.state[0]
        if closes:
            outcomes = [self._finished(one) for one in outcomes]
        return self._stage.fits(outcomes, then, before, self._level)

    def _finished(self, outcome: Outcome) -> Outcome:
        """Do all that is open beside what the proof walks."""
        net, possible = self._stage.game.net, self._stage.answers.given(None)
        for _step in range(MOST_INSTANCES):
            situation = outcome.situation
            if situation is None:
                break
            waiting = (
                one.id
                for spot, one in situation.waiting
                if (step := self._stage.places.step(spot)) is not None
                and net.at[step] & self._level.beside
            )
            identity = next(waiting, None)
            if identity is None:
                break
            outcome = self._stage.explorer.act(situation, identity, possible)[0]
        return outcome

    def _outcomes(self, pair: Pair, happening: Happening, after: "State | Broken") -> list[Outcome]:
        step = self._stage.game.net.flat.steps[happening.step]
        done: list[Outcome] = []
        for _instance in range(MOST_INSTANCES):
            found = self._stage.act(pair, happening.step, after)
            partly = [one for one in found if is_partly_done(step, one)]
            if is_again(step, happening):
                return partly
            done += [one for one in found if one not in partly]
            if not partly or partly[0].situation is None:
                break
            # The way tells of the last instance only; those before it are done alike.
            pair = Pair(partly[0].situation, pair.state)
        return done


def _stretches(path: Sequence[Happening]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for happening in path:
        if happening.kind in BY_ITSELF and found:
            found[-1] = replace(found[-1], passing=(*found[-1].passing, happening))
        else:
            found.append(_Stretch(happening, ()))
    return found


def _alike(one: Happening, other: Happening) -> bool:
    facts = ("kind", "step", "trace", "atoms", "said")
    return all(getattr(one, fact) == getattr(other, fact) for fact in facts)
