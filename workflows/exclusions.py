"""Who must have no part in a confidential case: named by its forms, or by themselves (K34)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.cases import Case
from models.confidence import CaseExclusion, ExclusionReason
from models.trust import Notice
from workflows.answers import Done, History, people_in
from workflows.diagrams.graph import Diagram, Field, Node
from workflows.notices import tell

# The register keys of the fields that name people to be kept out.
NAMING = {
    "excluded.subject": ExclusionReason.SUBJECT,
    "excluded.complainant": ExclusionReason.COMPLAINANT,
    "excluded.conflict": ExclusionReason.CONFLICT,
}

# What a field can be shown to (its property "shown-to"), beside those on the list.
SHOWN_TO = {
    "complainant": ExclusionReason.COMPLAINANT,
    "subject": ExclusionReason.SUBJECT,
}


def exclude(
    session: Session,
    case_id: int,
    person_id: int,
    why: ExclusionReason,
    *,
    by: int | None,
    now: datetime,
) -> None:
    """Keep somebody from a case, at once and with what they were told of it put away.

    Within the caller's transaction, who settles the case after it. Twice is as good as once, but
    what somebody declares of themselves stands from then on.
    """
    same = select(CaseExclusion).where(
        CaseExclusion.case_id == case_id,
        CaseExclusion.person_id == person_id,
        CaseExclusion.why == why,
    )
    row = session.scalar(same)
    if row is not None:
        row.named_by_id = person_id if by == person_id else row.named_by_id
        return
    session.add(
        CaseExclusion(case_id=case_id, person_id=person_id, why=why, named_by_id=by, since=now)
    )
    session.execute(
        update(Notice)
        .where(Notice.case_id == case_id, Notice.person_id == person_id, Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def follow_answers(
    session: Session,
    case: Case,
    history: History,
    diagrams: Mapping[str, Diagram],
    *,
    step: Node,
    now: datetime,
) -> None:
    """Let the exclusions be what the latest answers of each step say, and tell who is shown one.

    Called when a step of a confidential case has been done, within its transaction. Somebody
    whom a form names no longer may have a part again; a conflict that they declared stays.
    """
    named = _named(history, diagrams)
    rows = session.scalars(select(CaseExclusion).where(CaseExclusion.case_id == case.id)).all()
    for row in rows:
        is_declared = row.named_by_id == row.person_id
        if not is_declared and (row.person_id, row.why) not in named:
            session.delete(row)
    for (person_id, why), by in named.items():
        exclude(session, case.id, person_id, ExclusionReason(why), by=by, now=now)
    session.flush()  # the exclusions that are asked next
    _show(session, case, step, history.steps[-1], now)


def shown_in(step: Node, answers: Mapping[str, object]) -> dict[str, list[Field]]:
    """Give the answered fields of a step by the party that they are shown to beside the list."""
    found: dict[str, list[Field]] = {}
    for field in step.fields:
        if answers.get(field.id) is not None:
            for party in field.shown_to:
                found.setdefault(party, []).append(field)
    return found


def _named(history: History, diagrams: Mapping[str, Diagram]) -> dict[tuple[int, str], int | None]:
    """Give whom the latest answers of all steps name, as what, with who named them."""
    latest = {
        (done.diagram, done.element, done.scope): done
        for done in history.steps
        if done.answers is not None
    }
    return {
        (person, why): done.performer
        for done in latest.values()
        for field in _fields(done, diagrams)
        if (why := NAMING.get(field.register or "")) is not None
        for person in people_in((done.answers or {}).get(field.id))
    }


def _fields(done: Done, diagrams: Mapping[str, Diagram]) -> tuple[Field, ...]:
    node = diagrams[done.diagram].nodes.get(done.element)
    return node.fields if node else ()


def _show(session: Session, case: Case, step: Node, done: Done, now: datetime) -> None:
    """Let those whom an answer is shown to know that there is something for them."""
    parties = shown_in(step, done.answers or {})
    if not parties:
        return
    reasons = [SHOWN_TO[party] for party in parties if party in SHOWN_TO]
    rows = session.scalars(
        select(CaseExclusion).where(
            CaseExclusion.case_id == case.id, CaseExclusion.why.in_(reasons)
        )
    ).all()
    people = {row.person_id for row in rows}
    for row in rows:
        row.shown_at = row.shown_at or now
    if "complainant" in parties and not any(row.why == "complainant" for row in rows):
        people.add(case.started_by_id)
    people -= {done.performer}
    tell(session, people, f"{case.label} has news for you.", now=now, case_id=case.id)
