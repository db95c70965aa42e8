"""What came into force meanwhile and stands in the way of a draft."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Process
from models.people import Person
from models.publication import DiagramDraft
from workflows.errors import ConflictError
from workflows.publication.family import Plan, diagrams_of, reach, refuse_while_scheduled
from workflows.publication.in_force import published
from workflows.publication.wording import name_of, on_day
from workflows.runtime import Runtime


def refuse_plan(
    runtime: Runtime, session: Session, draft: DiagramDraft, changes: Plan, *, now: datetime
) -> None:
    """Raise ConflictError where the draft cannot be published on what is in force now."""
    refuse_stale(runtime, session, draft, now=now)
    refuse_while_scheduled(session, changes, runtime.calendar, now=now)
    _refuse_retired_calls(session, draft, changes)


def refuse_stale(runtime: Runtime, session: Session, draft: DiagramDraft, *, now: datetime) -> None:
    """Raise ConflictError where another version has come into force than the draft starts from.

    A version that only froze a new version of what it calls says the same as the one before.
    """
    latest = published(session, now=now).get(draft.key)
    if latest is None:
        return
    if latest.sha256 == draft.sha256:
        raise ConflictError(
            f"The draft is the same as version {latest.number}, which is in force. There is nothing "
            "to publish."
        )
    if draft.based_on is not None and draft.based_on.sha256 == latest.sha256:
        return
    from_where = f"version {draft.based_on.number}" if draft.based_on else "none"
    who = latest.published_by_id
    publisher = name_of(session.get(Person, who) if who else None)
    when = on_day(latest.published_at or latest.created_at, runtime.calendar)
    raise ConflictError(
        f"The draft starts from {from_where}. Meanwhile {publisher} published version "
        f"{latest.number} {when}: {latest.note} Nothing was changed. Look at that version, bring "
        "over what is needed, then say on the page of the draft that it has regard to it."
    )


def _refuse_retired_calls(session: Session, draft: DiagramDraft, changes: Plan) -> None:
    diagrams = diagrams_of({**changes.around, **changes.new})
    called = set(reach(draft.key, diagrams)) - {draft.key}
    retired = session.scalars(
        select(Process.name).where(Process.key.in_(called), Process.retired_at.is_not(None))
    ).all()
    if retired:
        raise ConflictError(
            f"The draft calls what is retired: {', '.join(sorted(retired))}. Nothing was changed. "
            "Bring it back, or do not call it."
        )
