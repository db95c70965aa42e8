"""Making the moves of a rehearsal, from the first one on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.business_time import after_business_days
from workflows.diagrams.conditions import ConditionError, Unset
from workflows.diagrams.timers import TimerError
from workflows.engine import EngineError
from workflows.library import DiagramSet
from workflows.rehearsing.moves import Answer, Begin, Days, Move, Ring, Until
from workflows.rehearsing.stage import Misfit, Stage
from workflows.runtime import Runtime

# A clock that is moved further shows nothing that a shorter way would not.
MOST_YEARS = 10
MOST_DAYS = 260 * MOST_YEARS


@dataclass(frozen=True)
class Played:
    """Where a rehearsal stands: after all its moves, or before the first that does not fit.

    `made` is how many moves were made; `stage` is None where not even the first could be.
    """

    stage: Stage | None
    made: int
    misfit: Misfit | None = None


def play(
    runtime: Runtime, diagrams: DiagramSet, moves: Sequence[Move], *, begins: datetime
) -> Played:
    """Make the moves on these diagrams, the clock beginning at `begins`. Takes milliseconds.

    What does not fit is told in the answer, never raised; nothing is read or written.
    """
    played = _played(runtime, diagrams, moves, begins)
    if played.misfit is None or played.made == 0:
        return played
    # What stands half-way is thrown away: the moves before it are made once more.
    before = _played(runtime, diagrams, moves[: played.made], begins)
    return Played(before.stage, played.made, played.misfit)


def _played(
    runtime: Runtime, diagrams: DiagramSet, moves: Sequence[Move], begins: datetime
) -> Played:
    stage = Stage(runtime, diagrams, begins)
    for number, move in enumerate(moves):
        stage.number = number
        try:
            _make(stage, move)
        except Misfit as misfit:
            return Played(None, number, misfit)
        except (Unset, ConditionError, TimerError, EngineError, OverflowError) as error:
            return Played(None, number, Misfit(f"The diagram cannot go on: {error}"))
    return Played(stage, len(moves))


def _make(stage: Stage, move: Move) -> None:
    match move:
        case Begin(process, by):
            if process != stage.diagrams.main:
                raise Misfit(f"It begins with another process than “{process}”.")
            stage.begin(by)
        case Answer():
            stage.answer(move)
        case Ring(place, title):
            _move_clock(stage, stage.deadline_at(place, title).at)
        case Days(number):
            if not 0 < number <= MOST_DAYS:
                raise Misfit(f"Move the clock by 1 to {MOST_DAYS} working days.")
            _move_clock(stage, after_business_days(stage.runtime.calendar, number, stage.now))
        case Until(moment):
            _move_clock(stage, moment)


def _move_clock(stage: Stage, target: datetime) -> None:
    if target < stage.now:
        raise Misfit("The clock of a rehearsal does not go back. Take back moves instead.")
    if target - stage.now > timedelta(days=366 * MOST_YEARS):
        raise Misfit(f"Move the clock by at most {MOST_YEARS} years.")
    local = target.astimezone(stage.runtime.calendar.time_zone)
    stage.tell(
        "clock", f"The clock was moved to {local:%A} {local.day} {local:%B %Y}, {local:%H:%M}."
    )
    stage.advance(target)
