"""Confidential cases: who is on the list of one, who is kept from it, and that reads are noted.

Being on the list takes both a role and an assignment: somebody took or was given a step, and
still holds the duty of that step. Whoever is excluded has no part in it, whatever they hold.
Everything that shows or counts cases asks here (docs/confidential-cases.md).
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.cases import Case, DiagramVersion, Process, Task
from models.confidence import AccessReason, CaseAccess, CaseExclusion, CaseRead
from models.database import transaction
from workflows import audit
from workflows.errors import ConflictError, RefusedError, StuckError, UnavailableError
from workflows.people import Duties, holders
from workflows.runtime import Runtime

# A step of these parties is one person's own part of a case, and puts nobody on its list.
OWN_PART = frozenset({"starter", "subject"})


def running(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """A condition on entries of the list: this one has not ended."""
    return or_(CaseAccess.until.is_(None), CaseAccess.until > now)


def working() -> ColumnElement[bool]:
    """A condition on entries of the list: by this one the person works on the case, not only reads."""
    return CaseAccess.why != AccessReason.BREAK_GLASS


def listed(
    holding: ColumnElement[bool], person: ColumnElement[int] | int, is_running: ColumnElement[bool]
) -> Select[int]:
    """Give the cases on whose list the person is, by their id.

    `holding` is the condition on CaseAccess.duty and unit_id that the person holds them today,
    `is_running` that the entry has not ended.
    """
    return select(CaseAccess.case_id).where(
        CaseAccess.person_id == person,
        is_running,
        or_(CaseAccess.duty.is_(None), holding),
        CaseAccess.case_id.not_in(closed_to(person)),
    )


def closed_to(person: ColumnElement[int] | int) -> Select[int]:
    """Give the cases from which the person is excluded, by their id."""
    return select(CaseExclusion.case_id).where(CaseExclusion.person_id == person)


def on_list(duties: Duties, *, now: datetime, at_work: bool = False) -> ColumnElement[bool]:
    """A condition on cases: the person with these duties is on the list of this one.

    `at_work` leaves out those who only read it, by break glass.
    """
    is_running = and_(running(now), working()) if at_work else running(now)
    return Case.id.in_(listed(holding(duties), duties.person_id, is_running))


def excluded(person_id: int) -> ColumnElement[bool]:
    """A condition on cases: this person is kept from it (K34)."""
    return Case.id.in_(closed_to(person_id))


def own_part(person_id: int) -> ColumnElement[bool]:
    """A condition on confidential cases: the person has a part of their own to see in it.

    They started it, have or had a step that is theirs alone, or an answer is meant for them.
    """
    own_step = exists().where(Task.case_id == Case.id, Task.person_id == person_id)
    shown = exists().where(
        CaseExclusion.case_id == Case.id,
        CaseExclusion.person_id == person_id,
        CaseExclusion.shown_at.is_not(None),
    )
    return and_(Case.confidential, or_(Case.started_by_id == person_id, own_step, shown))


def offered_to(duties: Duties) -> ColumnElement[bool]:
    """A condition on open tasks of confidential cases: the person may take this one."""
    return and_(
        Task.offered,
        Task.person_id.is_(None),
        Task.closed_at.is_(None),
        Task.case_id.not_in(closed_to(duties.person_id)),
        _held(duties, Task.duty, Task.unit_id, Task.case_id),
    )


def holding(duties: Duties) -> ColumnElement[bool]:
    """A condition on entries of the list: the person holds their duty today."""
    return _held(duties, CaseAccess.duty, CaseAccess.unit_id, CaseAccess.case_id)


def _held(
    duties: Duties,
    duty: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    unit: InstrumentedAttribute[int | None],
    case_id: InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """Say in SQL what Duties.may says of one duty in one unit, substitutes included."""
    ways = _own(duties, duty, unit)
    for absent in duties.standing_in:
        # Who acts for somebody who is excluded from the case is as little free to.
        is_free = case_id.not_in(closed_to(absent.person_id))
        theirs = and_(is_free, or_(false(), *_own(absent.duties, duty, unit)))
        if absent.processes is not None:
            of_process = (
                select(Case.id)
                .join(DiagramVersion, DiagramVersion.id == Case.version_id)
                .join(Process, Process.id == DiagramVersion.process_id)
                .where(Process.key.in_(absent.processes), Case.confidential)
            )
            theirs = and_(theirs, case_id.in_(of_process))
        ways.append(theirs)
    return or_(false(), *ways)


def _own(
    duties: Duties,
    duty: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    unit: InstrumentedAttribute[int | None],
) -> list[ColumnElement[bool]]:
    ways: list[ColumnElement[bool]] = [and_(unit.is_(None), duty.in_(duties.city))]
    ways += [and_(unit == unit_id, duty.in_(held)) for unit_id, held in duties.units.items()]
    if duties.every_unit:
        ways.append(and_(unit.is_not(None), duty.in_(duties.every_unit)))
    return ways


def may_do(session: Session, duties: Duties, task: Task, *, now: datetime) -> bool:
    """Say whether a step of a confidential case waits for this person, with one statement.

    A step of one named person is that person's alone. Any other is for those on the list who
    hold its duty; while it is offered it must be taken first.
    """
    if task.person_id is not None:
        return task.person_id == duties.person_id
    if task.offered:
        return False
    mine = select(Task.id).join(Case, Case.id == Task.case_id)
    mine = mine.where(
        Task.id == task.id,
        on_list(duties, now=now, at_work=True),
        _held(duties, Task.duty, Task.unit_id, Task.case_id),
    )
    return session.scalar(mine) is not None


def may_take(session: Session, duties: Duties, task: Task) -> bool:
    """Say whether a step of a confidential case is offered to this person now."""
    return session.scalar(select(Task.id).where(Task.id == task.id, offered_to(duties))) is not None


def may_be_given(session: Session, duties: Duties, task: Task) -> bool:
    """Say whether a step may be handed to this person: they hold its duty and are not excluded."""
    fit = select(Task.id).where(
        Task.id == task.id,
        Task.person_id.is_(None),
        Task.case_id.not_in(closed_to(duties.person_id)),
        _held(duties, Task.duty, Task.unit_id, Task.case_id),
    )
    return session.scalar(fit) is not None


def is_on_list(
    session: Session, case_id: int, duties: Duties, *, now: datetime, at_work: bool = False
) -> bool:
    """Say whether the person is on the list of this case; `at_work`: not only to read it."""
    wanted = select(Case.id).where(Case.id == case_id, on_list(duties, now=now, at_work=at_work))
    return session.scalar(wanted) is not None


def is_hidden(session: Session, duties: Duties, task: Task, *, now: datetime) -> bool:
    """Say whether the person may not know of the case of a task, but perhaps their own part."""
    return task.case.confidential and not is_on_list(session, task.case_id, duties, now=now)


@contextmanager
def discreetly(session: Session, duties: Duties, task: Task, *, now: datetime) -> Generator[None]:
    """Keep from who sees only their own part of a confidential case why it cannot go on."""
    hidden = is_hidden(session, duties, task, now=now)
    try:
        yield
    except (ConflictError, RefusedError, StuckError) as error:
        if not hidden:
            raise
        raise ConflictError(
            "Your step cannot be done at the moment, and nothing was changed. Those who work on "
            "the case must act first. Try again later."
        ) from error


def unexcluded(session: Session, case_id: int, people: Iterable[int]) -> list[int]:
    """Give those of these people who are not excluded from the case, in the same order."""
    kept_out = set(
        session.scalars(
            select(CaseExclusion.person_id).where(CaseExclusion.case_id == case_id).distinct()
        )
    )
    return [person for person in people if person not in kept_out]


def awaited(session: Session, runtime: Runtime, task: Task, *, now: datetime) -> Sequence[int]:
    """Give whom an open step of a confidential case waits for, by their ids.

    While it is offered these are all who may take it, then those on the list who hold its duty.
    """
    if task.person_id is not None:
        return [task.person_id]
    day = runtime.calendar.day_of(now)
    held_by = [p.id for p in holders(session, runtime.pack, task.duty, task.unit_id, day)]
    free = unexcluded(session, task.case_id, held_by)
    if task.offered:
        return free
    entered = select(CaseAccess.person_id).where(
        CaseAccess.case_id == task.case_id, running(now), working()
    )
    at_work = set(session.scalars(entered))
    return [person for person in free if person in at_work]


def note_read(case_id: int, *, by: int, what: str, now: datetime) -> None:
    """Put on record that somebody is about to see something of a confidential case.

    Called before anything of it is read for them, in a transaction of its own: raises
    UnavailableError when the record cannot be written, and then nothing is shown (ARCHITECTURE,
    promise 4). `what` is which page or document, without a word of what is in it.
    """
    try:
        with transaction() as session:
            case = session.get_one(Case, case_id)
            session.add(CaseRead(case_id=case_id, person_id=by, what=what, at=now))
            audit.record(
                session,
                action="case:read",
                subject=case.label,
                actor=by,
                now=now,
                details={"what": what},
            )
    except SQLAlchemyError as error:
        raise UnavailableError(
            "Each look at this page is put on record first, and the record cannot be written at "
            "the moment. So nothing is shown. Try again in a minute."
        ) from error
