"""Rehearsals of a draft: begun, gone on with, taken back. Nothing but their own row is ever written.

They are not on the audit record: a rehearsal changes nothing that anybody decided. What is kept of
one as a scenario is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import transaction
from models.publication import DiagramDraft
from models.studio import Rehearsal, Scenario
from workflows.diagrams.graph import Diagram
from workflows.errors import ConflictError, NotFoundError, PolicyError, RefusedError
from workflows.library import DiagramSet
from workflows.publication import drafts
from workflows.publication.family import Plan, diagrams_of, plan
from workflows.publication.gating import CannotPlayError, set_of
from workflows.publication.wording import at_moment
from workflows.rehearsing import Begin, Move, Played, as_json, play, read
from workflows.runtime import Runtime

# More moves than any case has steps.
MOST_MOVES = 300


class NotPlayableError(PolicyError):
    """A draft that cannot be played; the message says what is wrong with it."""

    status = 422
    title = "This draft cannot be rehearsed yet"


class DoesNotFitError(PolicyError):
    """A move that the diagram does not allow now; nothing was changed."""

    title = "The rehearsal cannot go on this way"


@dataclass(frozen=True)
class Placed:
    """A rehearsal with the diagrams that it is played on, and where it stands on them."""

    rehearsal: Rehearsal
    changes: Plan
    diagrams: DiagramSet
    moves: Sequence[Move]
    played: Played


def of_draft(session: Session, draft_id: int) -> Sequence[Rehearsal]:
    """Give the rehearsals of a draft, the one that went on last first."""
    rows = select(Rehearsal).where(Rehearsal.draft_id == draft_id)
    newest = Rehearsal.changed_at.desc(), Rehearsal.id.desc()
    return session.scalars(rows.order_by(*newest).options(joinedload(Rehearsal.by))).all()


def of_id(session: Session, draft_id: int, rehearsal_id: int) -> Rehearsal:
    """Give a rehearsal of a draft, or raise NotFoundError."""
    row = session.scalar(
        select(Rehearsal)
        .where(Rehearsal.id == rehearsal_id, Rehearsal.draft_id == draft_id)
        .options(joinedload(Rehearsal.by))
    )
    if row is None:
        raise NotFoundError("There is no such rehearsal.")
    return row


def beginnings(changes: Plan, key: str) -> list[Diagram]:
    """Give the processes that a draft can be rehearsed in, the usual one first.

    A process that people start is played by itself; one that others call, from where they begin,
    for what it asks may have been answered there.
    """
    diagrams = diagrams_of({**changes.around, **changes.new})
    own = [diagrams[key]] if key in diagrams else []
    started = [diagrams[name] for name in changes.new if name in diagrams and name != key]
    callers = [diagram for diagram in started if diagram.starters]
    return own + callers if not callers or (own and own[0].starters) else callers + own


def begin(runtime: Runtime, draft_id: int, start: Begin, *, by: int, now: datetime) -> Rehearsal:
    """Begin a rehearsal of a draft with the start of a process: its own, or one that calls it.

    Raises NotPlayableError where the diagrams cannot be played, NotFoundError for another process.
    """
    with transaction() as session:
        draft = _open(runtime, session, draft_id)
        changes = plan(session, {draft.key: draft.xml}, now=now)
        if start.process not in changes.new:
            raise NotFoundError("This draft cannot be rehearsed in such a process.")
        moves = (start,)
        _refuse_stuck(_played(runtime, changes, moves, now))
        return _add(session, draft, as_json(moves), begins=now, by=by, now=now)


def begin_from(
    runtime: Runtime, draft_id: int, scenario_id: int, *, by: int, now: datetime
) -> Rehearsal:
    """Begin a rehearsal with the moves of a scenario, to go another way from there."""
    with transaction() as session:
        draft = _open(runtime, session, draft_id)
        scenario = session.get(Scenario, scenario_id)
        changes = plan(session, {draft.key: draft.xml}, now=now)
        if scenario is None or scenario.key not in changes.new:
            raise NotFoundError("There is no such scenario of this draft.")
        return _add(session, draft, scenario.moves, begins=scenario.begins, by=by, now=now)


def place(
    runtime: Runtime, session: Session, draft: DiagramDraft, rehearsal: Rehearsal, *, now: datetime
) -> Placed:
    """Play a rehearsal on its draft as it is now; raises NotPlayableError where that cannot be."""
    changes = plan(session, {draft.key: draft.xml}, now=now)
    moves = read(rehearsal.moves)
    diagrams = _set(changes, moves)
    played = play(runtime, diagrams, moves, begins=rehearsal.begins)
    if played.stage is None:
        _refuse_stuck(played)
    return Placed(rehearsal, changes, diagrams, moves, played)


def go_on(
    runtime: Runtime,
    draft_id: int,
    rehearsal_id: int,
    move: Move,
    *,
    revision: int,
    now: datetime,
) -> Rehearsal:
    """Make one more move.

    Raises RefusedError where a rule forbids it as it would at work, DoesNotFitError where the
    diagram does, and ConflictError where somebody has gone on since `revision`.
    """

    def one_more(found: Placed) -> list[Move]:
        if found.played.misfit is not None:
            raise ConflictError(
                "A move before does not fit the draft any more. Nothing was changed. Decide first "
                "what becomes of it and of the moves after it."
            )
        if len(found.moves) >= MOST_MOVES:
            raise ConflictError(f"A rehearsal has at most {MOST_MOVES} moves. Begin another one.")
        moves = [*found.moves, move]
        then = play(runtime, found.diagrams, moves, begins=found.rehearsal.begins)
        if then.misfit is not None and then.misfit.refusals:
            raise RefusedError(then.misfit.refusals)
        if then.misfit is not None:
            raise DoesNotFitError(f"{then.misfit} Nothing was changed.")
        return moves

    return _change(runtime, draft_id, rehearsal_id, one_more, revision=revision, now=now)


def undo(
    runtime: Runtime, draft_id: int, rehearsal_id: int, *, revision: int, now: datetime
) -> Rehearsal:
    """Take back the last move; the start stays."""
    return _change(
        runtime,
        draft_id,
        rehearsal_id,
        lambda found: list(found.moves[: max(1, len(found.moves) - 1)]),
        revision=revision,
        now=now,
    )


def cut(
    runtime: Runtime, draft_id: int, rehearsal_id: int, *, revision: int, now: datetime
) -> Rehearsal:
    """Drop the first move that does not fit any more and all after it, to go on from there."""
    return _change(
        runtime,
        draft_id,
        rehearsal_id,
        lambda found: list(found.moves[: found.played.made]),
        revision=revision,
        now=now,
    )


def _change(
    runtime: Runtime,
    draft_id: int,
    rehearsal_id: int,
    moves: Callable[[Placed], list[Move]],
    *,
    revision: int,
    now: datetime,
) -> Rehearsal:
    with transaction() as session:
        draft = _open(runtime, session, draft_id)
        rehearsal = session.scalar(
            select(Rehearsal)
            .where(Rehearsal.id == rehearsal_id, Rehearsal.draft_id == draft_id)
            .options(joinedload(Rehearsal.by))
            .with_for_update(of=Rehearsal)
        )
        if rehearsal is None:
            raise NotFoundError("There is no such rehearsal.")
        if rehearsal.revision != revision:
            raise ConflictError(
                "Somebody went on with this rehearsal "
                f"{at_moment(rehearsal.changed_at, runtime.calendar)}, after you opened it. Nothing "
                "was changed. Look where it stands now, then go on."
            )
        rehearsal.moves = as_json(moves(place(runtime, session, draft, rehearsal, now=now)))
        rehearsal.changed_at = now
        session.flush()
        return rehearsal


def _open(runtime: Runtime, session: Session, draft_id: int) -> DiagramDraft:
    draft = drafts.of_id(session, draft_id)
    drafts.refuse_closed(runtime, draft)
    return draft


def _add(
    session: Session,
    draft: DiagramDraft,
    moves: list[dict[str, object]],
    *,
    begins: datetime,
    by: int,
    now: datetime,
) -> Rehearsal:
    rehearsal = Rehearsal(
        draft_id=draft.id, begins=begins, moves=moves, by_id=by, begun_at=now, changed_at=now
    )
    session.add(rehearsal)
    session.flush()  # its id
    return rehearsal


def _played(runtime: Runtime, changes: Plan, moves: Sequence[Move], begins: datetime) -> Played:
    return play(runtime, _set(changes, moves), moves, begins=begins)


def _set(changes: Plan, moves: Sequence[Move]) -> DiagramSet:
    first = moves[0] if moves else None
    key = first.process if isinstance(first, Begin) else ""
    try:
        return set_of(key, {**changes.around, **changes.new})
    except CannotPlayError as error:
        raise NotPlayableError(
            f"{error} Mend it first; the check of the draft says more."
        ) from error


def _refuse_stuck(played: Played) -> None:
    if played.misfit is not None:
        raise NotPlayableError(f"{played.misfit} Mend the draft first.")
