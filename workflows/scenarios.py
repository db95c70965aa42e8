"""Scenarios: rehearsals that were kept, so that whoever changes the process sees whether they hold."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import transaction
from models.publication import DiagramDraft
from models.studio import Rehearsal, Scenario, ScenarioSetAside
from workflows import audit, rehearsals
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import drafts
from workflows.publication.family import Plan
from workflows.publication.gating import is_open_for
from workflows.rehearsing import expected_of
from workflows.runtime import Runtime

LONGEST_TITLE = 120
LONGEST_REASON = 1000


def of_plan(session: Session, draft_id: int, changes: Plan) -> Sequence[Scenario]:
    """Give the open scenarios of a draft: its own, its process's and those of what calls it."""
    return session.scalars(
        select(Scenario)
        .where(Scenario.key.in_(changes.new), is_open_for(draft_id))
        .order_by(Scenario.id)
        .options(joinedload(Scenario.made_by))
    ).all()


def retired_of(session: Session, changes: Plan) -> Sequence[Scenario]:
    """Give the scenarios of these processes that hold no longer, the latest first."""
    return session.scalars(
        select(Scenario)
        .where(Scenario.key.in_(changes.new), Scenario.retired_at.is_not(None))
        .order_by(Scenario.retired_at.desc(), Scenario.id.desc())
        .options(joinedload(Scenario.retired_by), joinedload(Scenario.made_by))
    ).all()


def of_id(session: Session, scenario_id: int) -> Scenario:
    """Give a scenario with its people, or raise NotFoundError."""
    row = session.scalar(
        select(Scenario)
        .where(Scenario.id == scenario_id)
        .options(joinedload(Scenario.made_by), joinedload(Scenario.retired_by))
    )
    if row is None:
        raise NotFoundError("There is no such scenario.")
    return row


def save(
    runtime: Runtime,
    rehearsal_id: int,
    title: str,
    *,
    revision: int,
    by: int,
    now: datetime,
) -> Scenario:
    """Keep a rehearsal as a scenario of its draft: its moves, and what came of them.

    It is of the draft until that takes effect, then of the process. Raises InvalidAnswersError
    without a title, ConflictError where the rehearsal has changed or does not fit the draft.
    """
    _refuse_words("title", title, LONGEST_TITLE, "Give it a title that says what it shows.")
    with transaction() as session:
        rehearsal = session.get_one(Rehearsal, rehearsal_id)
        draft = drafts.of_id(session, rehearsal.draft_id)
        drafts.refuse_closed(runtime, draft)
        found = rehearsals.place(runtime, session, draft, rehearsal, now=now)
        if rehearsal.revision != revision:
            raise ConflictError("Somebody went on with this rehearsal. Look where it stands now.")
        if found.played.misfit is not None or found.played.stage is None:
            raise ConflictError(
                "Not all its moves fit the draft any more. Decide about them first."
            )
        scenario = Scenario(
            key=found.diagrams.main,
            draft_id=draft.id,
            title=title.strip(),
            begins=rehearsal.begins,
            moves=rehearsal.moves,
            expects=expected_of(found.played.stage),
            made_by_id=by,
            made_at=now,
        )
        session.add(scenario)
        session.flush()  # its id
        _record(session, "scenario:kept", scenario, by, now, title=scenario.title)
        return scenario


def retire(scenario_id: int, reason: str, *, by: int, now: datetime) -> Scenario:
    """Retire a scenario that holds no longer, with the reason; it is kept, and gates nothing more."""
    _refuse_words("reason", reason, LONGEST_REASON, "Say why it holds no longer, for the record.")
    with transaction() as session:
        scenario = _locked(session, scenario_id)
        if scenario.retired_at is not None:
            raise ConflictError(f"“{scenario.title}” is retired already. Nothing was changed.")
        scenario.retired_by_id, scenario.retired_at = by, now
        scenario.retired_why = reason.strip()
        session.flush()
        _record(session, "scenario:retired", scenario, by, now, reason=reason.strip())
        return scenario


def set_aside(
    runtime: Runtime, draft_id: int, scenario_id: int, reason: str, *, by: int, now: datetime
) -> ScenarioSetAside:
    """Say that a draft means to break a scenario, and why.

    The reviewer reads it; the scenario is retired with this reason when what is published of the
    draft takes effect.
    """
    _refuse_words(
        "reason", reason, LONGEST_REASON, "Say why the draft breaks it, for the reviewer."
    )
    with transaction() as session:
        _refuse_submitted(runtime, drafts.locked(session, draft_id))
        scenario = _locked(session, scenario_id)
        if scenario.retired_at is not None:
            raise ConflictError(f"“{scenario.title}” is retired, so it is in nobody's way.")
        if session.get(ScenarioSetAside, (draft_id, scenario_id)) is not None:
            raise ConflictError(f"“{scenario.title}” is set aside for this draft already.")
        row = ScenarioSetAside(
            draft_id=draft_id, scenario_id=scenario_id, by_id=by, at=now, reason=reason.strip()
        )
        session.add(row)
        session.flush()
        details = {"draft": draft_id, "reason": row.reason}
        _record(session, "scenario:set-aside", scenario, by, now, **details)
        return row


def take_up(runtime: Runtime, draft_id: int, scenario_id: int, *, by: int, now: datetime) -> None:
    """Let a scenario that was set aside for a draft hold for it again."""
    with transaction() as session:
        _refuse_submitted(runtime, drafts.locked(session, draft_id))
        row = session.get(ScenarioSetAside, (draft_id, scenario_id))
        if row is None:
            raise ConflictError("It is not set aside for this draft. Nothing was changed.")
        session.delete(row)
        session.flush()
        _record(
            session, "scenario:taken-up", _locked(session, scenario_id), by, now, draft=draft_id
        )


def _refuse_submitted(runtime: Runtime, draft: DiagramDraft) -> None:
    """What the reviewer reads is what is published: nothing is set aside meanwhile."""
    drafts.refuse_closed(runtime, draft)
    if draft.submitted_at is not None:
        raise ConflictError(
            "This draft waits for its review. Take it back first; nothing was changed."
        )


def _refuse_words(field: str, words: str, longest: int, missing: str) -> None:
    if not words.strip():
        raise InvalidAnswersError({field: missing})
    if len(words.strip()) > longest:
        raise InvalidAnswersError({field: f"Write at most {longest} characters."})


def _locked(session: Session, scenario_id: int) -> Scenario:
    row = session.scalar(select(Scenario).where(Scenario.id == scenario_id).with_for_update())
    if row is None:
        raise NotFoundError("There is no such scenario.")
    return row


def _record(
    session: Session, action: str, scenario: Scenario, by: int, now: datetime, **details: object
) -> None:
    audit.record(
        session,
        action=action,
        subject=f"diagram {scenario.key}",
        actor=by,
        now=now,
        details={"scenario": scenario.id, **details},
    )
