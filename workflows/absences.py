"""Days on which somebody else does a person's steps; they begin and end by themselves.

What a substitute may do on such a day, `people.duties_of` says. Both days are the city's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select, true, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.cases import Case, DiagramVersion, Process, Task, TaskKind
from models.database import transaction
from models.people import Absence, Person
from workflows import audit
from workflows.case_list import settle_all
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.leads import leads_person
from workflows.notices import tell
from workflows.people import ADMINISTRATOR, Duties, duties_of, is_active_on
from workflows.runtime import Runtime

State = Literal["now", "to come", "over", "ended early"]


@dataclass(frozen=True, kw_only=True)
class Away:
    """Who is away from which day to which, and who does their steps: of one process, or (None) all."""

    person_id: int
    substitute_id: int
    starts_on: date
    ends_on: date
    process: str | None = None


def enter(runtime: Runtime, away: Away, *, by: int, now: datetime) -> Absence:
    """Enter an absence: one's own, or as a lead or an administrator that of somebody else.

    Both people are told by a notice, unless they enter it themselves. Raises NotFoundError,
    NotAllowedError, and InvalidAnswersError (fields person_id, substitute_id, starts_on, ends_on,
    process) with a sentence for each wrong field.
    """
    today = runtime.calendar.day_of(now)
    with transaction() as session:
        person = _people(session, away)
        _check_hand(session, runtime, person, by=by, today=today)
        _check(session, away, by=by, today=today)
        absence = Absence(**asdict(away), entered_by_id=by, entered_at=now)
        session.add(absence)
        session.flush()  # generate absence.id
        entered = f"{person.name} is away {_days(away)}"
        substitute = session.get_one(Person, away.substitute_id)
        _tell(session, substitute.id, f"{entered}: you stand in for them.", by=by, now=now)
        told = f"It was entered that you are away {_days(away)}: {substitute.name} stands in."
        _tell(session, person.id, told, by=by, now=now)
        closed = settle_all(session, runtime, now=now)
        details = asdict(away) | ({"closed": closed} if closed else {})
        _record(session, "absence:entered", absence, by=by, now=now, **details)
        return absence


def end(runtime: Runtime, absence_id: int, *, by: int, now: datetime) -> Absence:
    """End an absence now, before its last day or its first; who may enter it may end it.

    Raises NotFoundError, NotAllowedError, and ConflictError when it is over already.
    """
    today = runtime.calendar.day_of(now)
    with transaction() as session:
        absence = session.get(Absence, absence_id, with_for_update=True)
        if absence is None:
            raise NotFoundError("There is no such absence on record.")
        person = session.get_one(Person, absence.person_id)
        _check_hand(session, runtime, person, by=by, today=today)
        if state_of(absence, today) in ("over", "ended early"):
            raise ConflictError("This absence is over already. Nothing was changed.")
        absence.ended_early_at = now
        ended = f"The absence of {person.name} has ended early: you stand in for them no more."
        _tell(session, absence.substitute_id, ended, by=by, now=now)
        _tell(session, person.id, "Your absence has been ended early.", by=by, now=now)
        closed = settle_all(session, runtime, now=now)
        details = {"closed": closed} if closed else {}
        _record(session, "absence:ended", absence, by=by, now=now, **details)
        return absence


def end_of_leaver(session: Session, person_id: int, *, now: datetime, day: date) -> Sequence[int]:
    """End what a person who leaves was away for or stood in for, in the caller's transaction.

    Gives the ids of the people whose substitute is gone, who were told so.
    """
    leaver = session.get_one(Person, person_id)
    running = Absence.ended_early_at.is_(None), Absence.ends_on >= day
    alone = set(
        session.scalars(
            select(Absence.person_id).where(*running, Absence.substitute_id == person_id)
        )
    )
    session.execute(
        update(Absence)
        .where(*running, or_(Absence.person_id == person_id, Absence.substitute_id == person_id))
        .values(ended_early_at=now)
        .execution_options(synchronize_session=False)
    )
    text = f"{leaver.name}, who was to stand in for you, has left. Name another substitute."
    tell(session, alone, text, now=now)
    return sorted(alone)


def state_of(absence: Absence, day: date) -> State:
    """Say whether an absence runs on that day, is still to come, or is over."""
    if absence.ended_early_at is not None:
        return "ended early"
    if absence.ends_on < day:
        return "over"
    return "now" if absence.starts_on <= day else "to come"


def of_person(session: Session, person_id: int, *, day: date) -> list[Absence]:
    """List the absences of a person that run or are to come, the first day first."""
    return _listed(session, _current(day), Absence.person_id == person_id)


def stood_in_by(session: Session, person_id: int, *, day: date) -> list[Absence]:
    """List for whom this person stands in, today or on days to come."""
    return _listed(session, _current(day), Absence.substitute_id == person_id)


def current(session: Session, *, day: date) -> list[Absence]:
    """List the absences of everybody that run or are to come."""
    return _listed(session, _current(day))


def without_hands(session: Session, *, day: date) -> list[Absence]:
    """List the absences that run on a day on which the substitute is away too, for all their work.

    Nobody inherits a substitution: the steps of these people wait, unless others have the role.
    """
    other = select(Absence.id).where(
        Absence.person_id == Person.id, *_running(day), Absence.process.is_(None)
    )
    gone = select(Person.id).where(other.correlate(Person).exists())
    return _listed(session, and_(*_running(day)), Absence.substitute_id.in_(gone))


def may_enter_for(lead: Duties, person: Person, of_person: Duties) -> bool:
    """Say whether somebody may enter and end the absence of this person: a lead of theirs may.

    So may the person, and an administrator.
    """
    is_oneself = lead.person_id == person.id
    return is_oneself or lead.has_role([ADMINISTRATOR]) or leads_person(lead, person, of_person)


def _people(session: Session, away: Away) -> Person:
    """Lock both people, so that two absences entered at once see each other; give the absent one."""
    wanted = sorted({away.person_id, away.substitute_id})
    locked = select(Person).where(Person.id.in_(wanted)).order_by(Person.id).with_for_update()
    people = {person.id: person for person in session.scalars(locked)}
    if away.person_id not in people:
        raise NotFoundError("There is no such person.")
    return people[away.person_id]


def _check_hand(
    session: Session, runtime: Runtime, person: Person, *, by: int, today: date
) -> None:
    if by == person.id:
        return
    duties, of_person = (duties_of(session, who, runtime.pack, today) for who in (by, person.id))
    if not may_enter_for(duties, person, of_person):
        raise NotAllowedError(
            f"The absence of {person.name} is entered and ended by {person.given_name}, by whoever "
            "leads their office, or by an administrator."
        )


def _check(session: Session, away: Away, *, by: int, today: date) -> None:
    errors = {
        field: said
        for field, said in (
            ("substitute_id", _wrong_substitute(session, away, by=by, today=today)),
            ("starts_on", _wrong_start(away, today)),
            ("ends_on", _wrong_end(away)),
            ("process", _wrong_process(session, away)),
        )
        if said
    }
    if errors:
        raise InvalidAnswersError(errors)
    if said := _in_the_way(session, away):
        raise InvalidAnswersError(said)


def _wrong_start(away: Away, today: date) -> str:
    if away.starts_on < today:
        return "Begin today or later: what is past cannot be done in somebody's place."
    return ""


def _wrong_end(away: Away) -> str:
    return "The last day cannot be before the first." if away.ends_on < away.starts_on else ""


def _wrong_process(session: Session, away: Away) -> str:
    if away.process is None:
        return ""
    in_force = select(DiagramVersion.id).join(DiagramVersion.process)
    known = in_force.where(Process.key == away.process, DiagramVersion.published_at.is_not(None))
    found = session.scalar(known.limit(1))
    return "" if found else "Choose one of the processes in force, or all of them."


def _wrong_substitute(session: Session, away: Away, *, by: int, today: date) -> str:
    if away.substitute_id == away.person_id:
        return "Choose somebody else: nobody stands in for themselves."
    if away.substitute_id == by:
        # Else whoever leads or administers could let themselves into anybody's work.
        return "Nobody makes themselves the substitute of somebody else. Choose another person."
    substitute = session.get(Person, away.substitute_id)
    return _unfit(substitute, away, today) if substitute else "Choose one of the city's people."


def _unfit(substitute: Person, away: Away, today: date) -> str:
    name, last = substitute.name, substitute.ends_on
    if not substitute.is_active or (last is not None and last < today):
        return f"{name} has left and cannot stand in. Choose another person."
    if last is not None and last < away.ends_on:
        return f"{name} leaves on {_day(last)}, before the absence ends."
    if substitute.password_hash is None:
        return f"{name} has an account without a password and cannot sign in yet."
    return ""


def _in_the_way(session: Session, away: Away) -> dict[str, str]:
    """Say which other absence on the same days forbids this one."""
    same_days = (
        Absence.ended_early_at.is_(None),
        Absence.starts_on <= away.ends_on,
        Absence.ends_on >= away.starts_on,
    )
    for other in _listed(session, and_(*same_days), Absence.person_id == away.person_id):
        if other.process == away.process:
            return {
                "starts_on": f"{other.person.name} is entered as away {_days(other)} already, with "
                f"{other.substitute.name} as substitute. End that one first, or choose other days."
            }
    both = Absence.person_id == away.substitute_id, Absence.substitute_id == away.person_id
    for other in _listed(session, and_(*same_days), *both):
        return {
            "substitute_id": f"{other.person.name} is away {_days(other)}, with "
            f"{other.substitute.name} as substitute: two people cannot stand in for each other "
            "on the same days. Choose another person."
        }
    return {}


def _running(day: date) -> tuple[ColumnElement[bool], ...]:
    return Absence.ended_early_at.is_(None), Absence.starts_on <= day, Absence.ends_on >= day


def _current(day: date) -> ColumnElement[bool]:
    return and_(Absence.ended_early_at.is_(None), Absence.ends_on >= day)


def _listed(session: Session, *where: ColumnElement[bool]) -> list[Absence]:
    rows = (
        select(Absence)
        .where(*where)
        .order_by(Absence.starts_on, Absence.id)
        .options(
            joinedload(Absence.person).joinedload(Person.unit),
            joinedload(Absence.substitute).joinedload(Person.unit),
        )
    )
    return list(session.scalars(rows))


def _tell(session: Session, person_id: int, text: str, *, by: int, now: datetime) -> None:
    if person_id != by:
        tell(session, [person_id], text, now=now)


def _record(
    session: Session, action: str, absence: Absence, *, by: int, now: datetime, **details: object
) -> None:
    audit.record(
        session,
        action=action,
        subject=f"person {absence.person_id}",
        actor=by,
        now=now,
        details={"absence": absence.id, **details},
    )


def _days(away: Away | Absence) -> str:
    if away.starts_on == away.ends_on:
        return f"on {_day(away.starts_on)}"
    return f"from {_day(away.starts_on)} to {_day(away.ends_on)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def others_of(session: Session, duties: Duties, *, day: date) -> list[Person]:
    """List the active people whose absence this person may enter, beside their own.

    Everybody for an administrator and whoever leads all; else the people of the units that the
    person leads. Others whom they lead by an office are entered by who leads their unit.
    """
    if duties.has_role([ADMINISTRATOR]) or duties.leads_all or duties.led_in_every_unit:
        where: ColumnElement[bool] = true()
    else:
        units = {unit_id for unit_id in duties.led if unit_id is not None}
        units |= {duties.home} if duties.home and duties.led.get(None) else set()
        where = Person.unit_id.in_(units)
    return _listed_people(session, where, Person.id != duties.person_id, is_active_on(day))


def possible_substitutes(session: Session, *, day: date) -> list[Person]:
    """List the people who can sign in and so stand in for somebody."""
    return _listed_people(session, Person.password_hash.is_not(None), is_active_on(day))


def _listed_people(session: Session, *where: ColumnElement[bool]) -> list[Person]:
    people = select(Person).join(Person.unit).options(contains_eager(Person.unit)).where(*where)
    return list(session.scalars(people.order_by(Person.family_name, Person.given_name, Person.id)))


def waiting_for(session: Session, absence: Absence) -> list[Task]:
    """List the open steps of ordinary cases that the absent person alone does, or has taken."""
    theirs = or_(Task.person_id == absence.person_id, Task.claimed_by_id == absence.person_id)
    steps = (
        select(Task)
        .join(Task.case)
        .options(contains_eager(Task.case))
        .where(
            theirs,
            Task.closed_at.is_(None),
            Task.kind == TaskKind.USER,
            Case.confidential.is_(False),
        )
        .order_by(Task.due_at, Task.id)
    )
    return list(session.scalars(steps))
