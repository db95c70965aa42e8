"""Who works on a confidential case: steps are offered or not, people come onto its list and go.

`settle` brings an open case into order after anything that may have changed who can do its
steps: a step opened, somebody took one, was excluded, left, lost a role, or is absent.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models.cases import Case, Task, TaskKind
from models.confidence import AccessReason, CaseAccess, CaseExclusion
from models.people import Absence, Person, RoleGrant
from models.trust import Incident
from workflows.confidence import OWN_PART, may_be_given, running, unexcluded, working
from workflows.errors import NotAllowedError
from workflows.incidents import SEEN, put_right, report
from workflows.notices import tell
from workflows.people import Duties, duties_of, holders, holds_on, is_active_on
from workflows.runtime import Runtime

NOBODY_LEFT = "list"


def settle(session: Session, runtime: Runtime, case: Case, *, now: datetime) -> None:
    """Offer the open steps of a confidential case that nobody on its list can do, and only those.

    Called within the transaction that changed something, with the case locked. A claim of
    somebody who can no longer do the step ends. Where no one at all could take an offered step,
    an incident is opened and the process's owners are told, without a word of what it is about.
    """
    if not case.confidential:
        return
    waiting = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None)).order_by(Task.id)
    ).all()
    if not waiting:
        return
    process = runtime.library.of(session, case.version_id).main
    at_work = _at_work(session, runtime, case, process, now)
    for task in waiting:
        if task.person_id is not None or task.kind != TaskKind.USER:
            _settle_named(session, runtime, task, now)
        else:
            _settle(session, runtime, task, at_work, process, now)
    session.flush()


def settle_all(session: Session, runtime: Runtime, *, now: datetime) -> list[int]:
    """Settle every open confidential case, within the transaction that changed people or roles.

    The cases are locked in the order of their ids, as everything locks cases before tasks. Gives
    the ids of incidents that are closed by it, for the record: somebody can do the step again.
    """
    open_cases = select(Case).where(Case.confidential, Case.ended_at.is_(None)).order_by(Case.id)
    for case in session.scalars(open_cases.with_for_update()).all():
        settle(session, runtime, case, now=now)
    return _put_right(session, runtime, now)


def admit(
    session: Session,
    task: Task,
    person_id: int,
    *,
    why: AccessReason,
    by: int | None,
    now: datetime,
) -> None:
    """Put somebody on the list for the duty of a step, within the caller's transaction.

    A step of one person by name has no duty that others hold: the entry is the person's as such.
    """
    duty = task.duty if task.person_id is None else None
    unit_id = task.unit_id if task.person_id is None else None
    known = select(CaseAccess.id).where(
        CaseAccess.case_id == task.case_id,
        CaseAccess.person_id == person_id,
        CaseAccess.duty.is_not_distinct_from(duty),
        CaseAccess.unit_id.is_not_distinct_from(unit_id),
        running(now),
        working(),
    )
    if session.scalar(known.limit(1)) is None:
        session.add(
            CaseAccess(
                case_id=task.case_id,
                person_id=person_id,
                why=why,
                duty=duty,
                unit_id=unit_id,
                since=now,
                granted_by_id=by,
            )
        )


def hand_on(
    session: Session, runtime: Runtime, task: Task, theirs: Duties, *, by: int, now: datetime
) -> None:
    """Let somebody come onto the list for a step that they are given, and its former holder go.

    Within the caller's transaction, who writes down that they hold it. Raises NotAllowedError for
    somebody who is excluded or does not hold the duty of the step.
    """
    if not may_be_given(session, theirs, task):
        raise NotAllowedError("The person you chose may not do this task.")
    former = task.claimed_by_id
    if former is not None and former != theirs.person_id:
        step_back(session, task, former, by=by, now=now)
    admit(session, task, theirs.person_id, why=AccessReason.ASSIGNED, by=by, now=now)
    session.flush()  # the list that is asked next
    settle(session, runtime, task.case, now=now)


def step_back(session: Session, task: Task, person_id: int, *, by: int, now: datetime) -> None:
    """End somebody's entry for the duty of a step that is handed over, unless they have another.

    Within the caller's transaction.
    """
    another = select(Task.id).where(
        Task.case_id == task.case_id,
        Task.id != task.id,
        Task.duty == task.duty,
        Task.claimed_by_id == person_id,
        Task.closed_at.is_(None),
    )
    if session.scalar(another.limit(1)) is not None:
        return
    session.execute(
        update(CaseAccess)
        .where(
            CaseAccess.case_id == task.case_id,
            CaseAccess.person_id == person_id,
            CaseAccess.duty == task.duty,
            CaseAccess.unit_id.is_not_distinct_from(task.unit_id),
            running(now),
        )
        .values(until=now, ended_by_id=by, ended_why="handed the step over")
        .execution_options(synchronize_session=False)
    )


def _at_work(
    session: Session, runtime: Runtime, case: Case, process: str, now: datetime
) -> list[Duties]:
    """Give what those on the list may do who are there today; whoever is absent is not counted."""
    day = runtime.calendar.day_of(now)
    away = select(Absence.person_id).where(
        Absence.starts_on <= day,
        Absence.ends_on >= day,
        Absence.ended_early_at.is_(None),
        or_(Absence.process.is_(None), Absence.process == process),
    )
    entries = session.scalars(
        select(CaseAccess)
        .where(
            CaseAccess.case_id == case.id,
            running(now),
            working(),
            CaseAccess.person_id.not_in(away),
            CaseAccess.person_id.not_in(
                select(CaseExclusion.person_id).where(CaseExclusion.case_id == case.id)
            ),
        )
        .order_by(CaseAccess.person_id)
    ).all()
    held = {
        person_id: duties_of(session, person_id, runtime.pack, day)
        for person_id in dict.fromkeys(entry.person_id for entry in entries)
    }
    listed = {
        entry.person_id
        for entry in entries
        if entry.duty is None or held[entry.person_id].may(entry.duty, entry.unit_id, process)
    }
    return [held[person_id] for person_id in sorted(listed)]


def _settle_named(session: Session, runtime: Runtime, task: Task, now: datetime) -> None:
    """A step of one person: theirs alone, or given to them by name, which puts them on the list."""
    task.offered = False
    party = runtime.pack.parties.get(task.party or "")
    is_own_part = party is None or party.scope in OWN_PART
    if task.person_id is not None and task.kind == TaskKind.USER and not is_own_part:
        admit(session, task, task.person_id, why=AccessReason.ASSIGNED, by=None, now=now)


def _settle(
    session: Session,
    runtime: Runtime,
    task: Task,
    at_work: Sequence[Duties],
    process: str,
    now: datetime,
) -> None:
    able = {held.person_id for held in at_work if held.may(task.duty, task.unit_id, process)}
    task.offered = not able
    if task.claimed_by_id is not None and task.claimed_by_id not in able:
        task.claimed_by_id = None
    if task.offered:
        _look_for_anybody(session, runtime, task, now)


def _look_for_anybody(session: Session, runtime: Runtime, task: Task, now: datetime) -> None:
    """Report an offered step that no one could take."""
    if _anybody(session, runtime, task, now):
        return
    message = _nobody_in_words(task)
    incident = report(session, kind=NOBODY_LEFT, message=message, now=now, case_id=task.case_id)
    if incident.id is None:
        session.flush()  # so that the same of another step is not reported again
        case = session.get_one(Case, task.case_id)
        tell(session, owners_of(session, runtime, case, now=now), message, now=now)


def _anybody(session: Session, runtime: Runtime, task: Task, now: datetime) -> bool:
    """Say whether somebody holds the duty of a step who may have a part in its case."""
    day = runtime.calendar.day_of(now)
    people = holders(session, runtime.pack, task.duty, task.unit_id, day)
    return bool(unexcluded(session, task.case_id, [person.id for person in people]))


def _nobody_in_words(task: Task) -> str:
    return (
        f"A confidential step for {task.party or 'somebody'} waits for nobody: no one holds its "
        "duty who may have a part in the case. Give the role to somebody else, for a time."
    )


def _put_right(session: Session, runtime: Runtime, now: datetime) -> list[int]:
    """Close the incidents of steps that somebody can take again, or that wait no more."""
    reported = select(Incident).where(Incident.kind == NOBODY_LEFT, Incident.resolved_at.is_(None))
    closed = []
    for incident in session.scalars(reported.order_by(Incident.id)).all():
        waiting = session.scalars(
            select(Task).where(
                Task.case_id == incident.case_id,
                Task.kind == TaskKind.USER,
                Task.closed_at.is_(None),
                Task.offered,
            )
        )
        if not any(
            _nobody_in_words(task) == incident.message and not _anybody(session, runtime, task, now)
            for task in waiting
        ):
            put_right(incident, note=SEEN, now=now)
            closed.append(incident.id)
    return closed


def owners_of(session: Session, runtime: Runtime, case: Case, *, now: datetime) -> Sequence[int]:
    """Give those who own the process of a confidential case and are not excluded from it."""
    day = runtime.calendar.day_of(now)
    diagrams = runtime.library.of(session, case.version_id)
    owner = diagrams.diagrams[diagrams.main].owner
    people = session.scalars(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == owner, holds_on(day), is_active_on(day))
        .distinct()
    ).all()
    return unexcluded(session, case.id, people)
