"""What the proof says may follow, and whether what the engine did is among it."""

from dataclasses import dataclass

from workflows.diagrams.proof.game import Broken, Flaw, Game, State
from workflows.diagrams.proof.net import Marking
from workflows.diagrams.proof.offers import Happening
from workflows.engine import UnansweredError
from workflows.engine.exploring import Outcome, Spot
from workflows.engine_gate.places import Places, UnknownSpot

# What nobody waits for.
BY_ITSELF = ("pass", "wait")
TWICE: frozenset[Flaw] = frozenset({"done-twice", "ends-twice"})
_UNANSWERED: frozenset[Flaw] = frozenset({"unanswered"})
_STOPPED: frozenset[Flaw] = frozenset({"no-branch", "unanswered", "error-not-caught"})


@dataclass(frozen=True)
class Following:
    """All that a move can lead to once nothing moves by itself any more.

    `at_rest` are the states in which somebody is waited for, by where their tokens are; `broken` what
    goes wrong on the way; `circles`: it may go round without end.
    """

    at_rest: dict[Marking, list[State]]
    broken: tuple[Broken, ...]
    circles: bool


@dataclass(frozen=True)
class Fit:
    """What the engine did as the proof sees it: states, or what goes wrong, or (neither) nothing that fits."""

    states: tuple[State, ...] = ()
    broken: Broken | None = None
    unlike: str = ""


class Moves:
    """The proof's moves, put together to what happens between two rests of the engine."""

    def __init__(self, game: Game, places: Places) -> None:
        """Ask one game."""
        self.game = game
        self.places = places
        lingering = game.net.lingering.values()
        self._read = {f"{one.element}.{one.field}" for one in game.variables.all}
        self.reads_unknown = False
        self._tokens = game.net.tokens & ~sum(lingering)
        self._known: dict[State, Following] = {}

    def following(self, after: "State | Broken") -> Following:
        """Give what the move can lead to whose first state, or what goes wrong at once, is this."""
        if isinstance(after, Broken):
            return Following({}, (after,), circles=False)
        if after not in self._known:
            self._known[after] = self._follow(after)
        return self._known[after]

    def _follow(self, first: State) -> Following:
        at_rest: dict[Marking, list[State]] = {}
        broken: list[Broken] = []
        seen, waiting = {first}, [first]
        for state in waiting:
            moves = [(h, after) for h, after in self.game.after(state) if h.kind == "pass"]
            moving = [move for move in moves if self._is_by_itself(move[0], state)]
            if not moving:
                at_rest.setdefault(state[0] & self._tokens, []).append(state)
                moving = [move for move in moves if self._is_several(move[0])]
            for _, after in moving:
                if isinstance(after, Broken):
                    broken.append(after)
                elif after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return Following(at_rest, tuple(broken), circles=not at_rest and not broken)

    def _is_several(self, happening: Happening) -> bool:
        """Whether it is a step that is done several times: it may be done not at all, but can rest."""
        return self.game.net.flat.steps[happening.step].node.loop is not None

    def _is_by_itself(self, happening: Happening, state: State) -> bool:
        """Whether nobody is waited for: not a step, nor what alone keeps a subprocess open."""
        kept_open = self.game.net.lingering.get(happening.step, 0) & state[0]
        return not (kept_open or self._is_several(happening))

    def fit(self, outcome: Outcome, following: Following, before: Marking, level: "Level") -> Fit:
        """Find what the engine did among what may follow; `before` is where the proof was."""
        situation = outcome.situation
        if situation is None:
            return self._stopped(outcome, following)
        try:
            marking, twice = self.places.marking(situation.spots)
        except UnknownSpot as unknown:
            return Fit(
                unlike=f'on the engine a token rests at "{unknown.spot.element}", where none can'
            )
        again = twice or self._ends_again(outcome, before)
        gone_wrong = next((one for one in following.broken if one.flaw in TWICE), None)
        if not again:
            here, beside = marking & level.places, marking & ~level.places
            is_beside = level.allows(beside)
            states = following.at_rest.get(here, ()) if is_beside else ()
            if states and situation.ended == (not marking):
                return Fit(tuple(states))
        if gone_wrong is not None and (again or _passed_twice(outcome)):
            return Fit(broken=gone_wrong)
        return Fit(unlike=self._rests(marking, situation.ended))

    def _stopped(self, outcome: Outcome, following: Following) -> Fit:
        error = outcome.error
        is_missing = isinstance(error, UnansweredError)
        if isinstance(error, UnansweredError) and error.field not in self._read:
            # A field that no form in reach asks for: an error of the lint, and anything to the proof.
            self.reads_unknown = True
            return Fit(broken=Broken("unanswered", -1, error.field))
        # Once two tokens are where one belongs, the proof looks no further; the engine goes on, and may stop.
        flaws = (_UNANSWERED if is_missing else _STOPPED) | TWICE
        fitting = next((one for one in following.broken if one.flaw in flaws), None)
        if fitting is None and following.circles and not is_missing:
            # Round and round: the engine gives up after some steps.
            fitting = Broken("no-branch", -1)
        if fitting is None:
            return Fit(unlike=f"the engine stops ({outcome.error})")
        return Fit(broken=fitting)

    def _ends_again(self, outcome: Outcome, before: Marking) -> bool:
        """Whether a token arrived at an end that has been reached before, or two of them did."""
        done = self.game.net.done
        for passed in outcome.passed:
            if passed.kind == "node":
                step = self.places.step(Spot(passed.calls, passed.element))
                mark = done.get(step, 0) if step is not None else 0
                if mark & before:
                    return True
                before |= mark
        return False

    def _rests(self, marking: Marking, ended: bool) -> str:
        steps = self.game.net.flat.steps
        names: list[str] = []
        rest = marking
        while rest:
            step = self.game.net.owner(rest)
            rest &= rest - 1
            if not step.is_container:
                names.append(f'"{steps[step.index].node.title}"')
        resting = ", ".join(dict.fromkeys(names))
        if resting:
            return f"the engine then waits at {resting}"
        return (
            "on the engine the case is then over" if ended else "the engine does not end the case"
        )


@dataclass(frozen=True)
class Level:
    """The places that are looked at, and the tokens that stay where they are in all others.

    `may_go`: they may be taken away with what is around them.
    """

    places: Marking
    beside: Marking = 0
    may_go: bool = False

    def allows(self, beside: Marking) -> bool:
        """Whether the tokens in all other places are what they should be."""
        return not beside & ~self.beside if self.may_go else beside == self.beside


def _passed_twice(outcome: Outcome) -> bool:
    return len(outcome.passed) > len(set(outcome.passed))
