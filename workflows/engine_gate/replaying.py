"""Every way that the proof shows to be wrong, walked on the engine, step by step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from workflows.diagrams.proof import Proof
from workflows.diagrams.proof.game import Broken, Next, State
from workflows.diagrams.proof.offers import Happening
from workflows.engine_gate.following import Level
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

    def differences(self, proof: Proof) -> Iterator[Difference]:
        """Find the ways of a proof that the engine does not go, or along which it does not go wrong."""
        ways = [(f'"{one.what}"', one.step, one.path) for one in proof.wrong]
        ways += [
            (f"rule {one.rule.id}", one.step, one.path)
            for one in proof.judged
            if one.verdict == "violated"
        ]
        for what, step, path in ways:
            if path and not self._limits.are_met(0) and not self.goes(path):
                words = f"does not go the way that shows {what} to the proof"
                yield Difference(words, step, path, tuple(i for one in path for i in one.trace))

    def goes(self, path: Sequence[Happening]) -> bool:
        """Whether the engine can go a way of the proof."""
        self._level = Level(self._stage.everything)
        here: Sequence[Pair | None] = [None]
        for stretch in _stretches(path):
            there: dict[object, Pair] = {}
            for pair in here:
                for after in self._after(pair, stretch.happening):
                    if self._goes_wrong(pair, stretch, after):
                        return True
                    for reached in self._reached(pair, stretch, after):
                        there[reached.situation.marking, reached.state] = reached
            here = list(there.values())[:MOST_AT_ONCE]
        return bool(here)

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
        return bool(ends) and any(
            fit.broken is not None and (fit.broken.flaw in flaws or fit.broken.step < 0)
            for _, fit in self._done(pair, stretch.happening, after)
        )

    def _reached(
        self, pair: Pair | None, stretch: _Stretch, after: "State | Broken"
    ) -> Iterator[Pair]:
        wanted: set[State] = set()
        for state in self._passed(after, stretch.passing):
            if not isinstance(state, Broken):
                at_rest = self._stage.moves.following(state).at_rest.values()
                wanted.update(one for states in at_rest for one in states)
        for outcome, fit in self._done(pair, stretch.happening, after):
            for state in fit.states:
                if state in wanted and outcome.situation is not None:
                    yield Pair(outcome.situation, state)

    def _done(self, pair: Pair | None, happening: Happening, after: "State | Broken"):  # type: ignore[no-untyped-def]
        if pair is None:
            return list(self._stage.begin(happening, after))
        return list(self._stage.act(pair, happening, after, self._level))


def _stretches(path: Sequence[Happening]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for happening in path:
        if happening.kind == "pass" and found:
            found[-1] = replace(found[-1], passing=(*found[-1].passing, happening))
        else:
            found.append(_Stretch(happening, ()))
    return found


def _alike(one: Happening, other: Happening) -> bool:
    facts = ("kind", "step", "trace", "atoms", "said")
    return all(getattr(one, fact) == getattr(other, fact) for fact in facts)
