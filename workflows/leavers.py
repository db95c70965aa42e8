"""What people leave behind who are disabled, or whose employment or term has ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, Task, TaskKind
from models.database import transaction
from models.people import Absence, Person
from models.sites import Delegation
from workflows import audit
from workflows.absences import end_of_leaver
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.leads import leads_person
from workflows.moves import locking
from workflows.notices import tell
from workflows.offices import offices
from workflows.people import Duties, duties_of, holders, is_active_on
from workflows.policy.pack import Pack
from workflows.runtime import Runtime


@dataclass(frozen=True)
class LeftBehind:
    """Something that a leaver leaves to others, in a sentence without what a case says.

    `version_id` is the diagram's whose owners see to it, `told` others who should know.
    """

    message: str
    case_id: int | None
    version_id: int | None
    told: frozenset[int] = frozenset()


def release(session: Session, day: date) -> list[int]:
    """Give the tasks that leavers have taken back to everybody with the role; give their ids.

    In the caller's transaction, like all that follows.
    """
    released = session.scalars(
        update(Task)
        .where(Task.closed_at.is_(None), Task.claimed_by_id.in_(_leavers(day)))
        .values(claimed_by_id=None)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(released)


def end_absences(session: Session, day: date, now: datetime) -> list[int]:
    """End the absences of leavers, and those in which they stand in; give who has no substitute."""
    running = Absence.ended_early_at.is_(None), Absence.ends_on >= day
    leavers = set(
        session.scalars(
            select(Person.id)
            .join(Absence, (Absence.person_id == Person.id) | (Absence.substitute_id == Person.id))
            .where(*running, ~is_active_on(day))
        )
    )
    alone = [end_of_leaver(session, leaver, now=now, day=day) for leaver in sorted(leavers)]
    return sorted({person for people in alone for person in people} - leavers)


def left_behind(session: Session, day: date) -> Iterator[LeftBehind]:
    """Walk the steps and the delegations that wait for, or speak of, somebody who has left."""
    steps = session.execute(
        select(Task, Person)
        .join(Person, Person.id == Task.person_id)
        .where(Task.closed_at.is_(None), Task.kind == TaskKind.USER, ~is_active_on(day))
        .options(joinedload(Task.case))
        .order_by(Task.id)
    )
    for task, person in steps:
        said = (
            f"“{task.name}” in {task.case.label} waits for {person.name}, who has left. Whoever "
            "leads them, or a process manager, can hand it to somebody else."
        )
        if task.case.confidential:
            said = "A step of a confidential case waits for somebody who has left."
        yield LeftBehind(said, task.case_id, task.case.version_id)
    for delegation, person, version_id in session.execute(
        select(Delegation, Person, Case.version_id)
        .join(Person, Person.id == Delegation.person_id)
        .outerjoin(Case, Case.id == Delegation.case_id)
        .where(Delegation.revoked_at.is_(None), Delegation.valid_to >= day, ~is_active_on(day))
        .order_by(Delegation.id)
    ):
        yield LeftBehind(
            f"{person.name} has left with a delegation ({delegation.scope}). It counts no longer; "
            "whatever it was for, Communications has to authorize somebody else to do.",
            delegation.case_id,
            version_id,
            frozenset((delegation.granted_by_id,)),
        )


def may_hand_on(session: Session, task: Task, duties: Duties, day: date) -> bool:
    """Say whether somebody may hand a step of one named person on, because that person has left.

    Whoever leads the leaver may, or a process manager. What is one person's own part of a
    confidential case is handed to nobody.
    """
    if task.person_id is None or task.case.confidential or not task.is_open:
        return False
    leaver = session.get_one(Person, task.person_id)
    return _has_left(leaver, day) and leads_person(duties, leaver, Duties(leaver.id))


def successors(session: Session, pack: Pack, task: Task, day: date) -> Sequence[Person]:
    """Give those to whom a leaver's step may go: the people of the same unit.

    A delegate's authority passes to no colleague: such a step goes to those who may do the same
    act without it (GC-1).
    """
    if task.duty in offices(pack).personal:
        act = pack.acts.get(task.act or "")
        duties = [act.duty_in(party) for party in act.parties] if act else []
        people = {p.id: p for duty in duties for p in holders(session, pack, duty, None, day)}
        return list(people.values())
    home = select(Person.unit_id).where(Person.id == task.person_id).scalar_subquery()
    return session.scalars(
        select(Person)
        .where(Person.unit_id == home, is_active_on(day))
        .options(joinedload(Person.unit))
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()


def hand_on(
    runtime: Runtime, task_id: int, *, to: int, reason: str, by: int, now: datetime
) -> Task:
    """Hand a step of one named person, who has left, to somebody of the same unit.

    Raises InvalidAnswersError (fields to, reason), NotFoundError, NotAllowedError for who leads
    neither the leaver nor everything, and ConflictError for a step that is done or whose person
    is still there.
    """
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    with transaction() as session:
        task: Task | None = session.scalar(locking(), {"task": task_id})
        if task is None or task.case.confidential or task.person_id is None:
            raise NotFoundError("There is no such task.")
        day = runtime.calendar.day_of(now)
        duties = duties_of(session, by, runtime.pack, day)
        _check(session, task, duties, day)
        if to not in {person.id for person in successors(session, runtime.pack, task, day)}:
            raise InvalidAnswersError({"to": "Choose one of the people who are offered."})
        former, task.person_id, task.claimed_by_id = task.person_id, to, None
        text = f"{task.case.label} waits for you: {task.name}. It was handed on to you."
        tell(session, {to} - {by}, text, case_id=task.case_id, now=now)
        session.flush()
        audit.record(
            session,
            action="task:handed-on",
            subject=task.case.label,
            actor=by,
            now=now,
            details={"task": task.id, "from": former, "to": to, "reason": reason.strip()},
        )
        return task


def _check(session: Session, task: Task, duties: Duties, day: date) -> None:
    leaver = session.get_one(Person, task.person_id)
    if not leads_person(duties, leaver, Duties(leaver.id)):
        raise NotAllowedError(
            f"Only whoever leads {leaver.name}, or a process manager, hands “{task.name}” on."
        )
    if not task.is_open:
        raise ConflictError(f"“{task.name}” is done or no longer needed. Nothing was changed.")
    if not _has_left(leaver, day):
        raise ConflictError(
            f"“{task.name}” is for {leaver.name} alone, who is still here. Who is away for some "
            "days names a substitute."
        )


def _has_left(person: Person, day: date) -> bool:
    return not person.is_active or (person.ends_on is not None and person.ends_on < day)


def _leavers(day: date) -> ColumnElement[int]:
    return select(Person.id).where(~is_active_on(day)).scalar_subquery()
