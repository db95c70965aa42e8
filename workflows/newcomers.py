"""Telling people who are new in a role what waits for them in it."""

from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.cases import Case, Task, TaskKind
from models.people import Person, RoleGrant
from workflows.notices import tell
from workflows.offices import offices
from workflows.people import NOTHING, is_active_on
from workflows.policy.pack import Pack


def greet(session: Session, pack: Pack, grant: RoleGrant, *, now: datetime) -> None:
    """Tell somebody in the caller's transaction how much waits in a role that they hold from today.

    Steps of confidential cases are not counted: each of them is offered in the list of tasks.
    """
    waiting = _waiting(session, pack, grant)
    tasks = {0: "No task waits", 1: "1 task waits"}.get(waiting, f"{waiting:,} tasks wait")
    role = pack.roles[grant.role].title if grant.role in pack.roles else grant.role
    text = f"{tasks} for you in your new role: {role}."
    tell(session, [grant.person_id], text, now=now)


def greet_since(
    session: Session, pack: Pack, *, since: date, day: date, now: datetime
) -> list[int]:
    """Greet those whose roles, given in advance, began after the day `since`; give the grants' ids.

    In the caller's transaction.
    """
    begun = session.scalars(
        select(RoleGrant)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.starts_on > since,
            RoleGrant.starts_on <= day,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
            is_active_on(day),
        )
        .order_by(RoleGrant.id)
    ).all()
    for grant in begun:
        greet(session, pack, grant, now=now)
    return [grant.id for grant in begun]


def _waiting(session: Session, pack: Pack, grant: RoleGrant) -> int:
    """Count the open steps that this one role lets somebody do and that nobody has taken."""
    known = offices(pack)
    of_units = known.unit.get(grant.role, NOTHING)
    if grant.unit_id is None:
        of_city = known.city.get(grant.role, NOTHING)
        reach = or_(
            and_(Task.unit_id.is_(None), Task.duty.in_(of_city)),
            and_(Task.unit_id.is_not(None), Task.duty.in_(of_units)),
        )
    else:
        reach = and_(Task.unit_id == grant.unit_id, Task.duty.in_(of_units))
    open_steps = (
        select(func.count())
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .where(
            reach,
            Task.closed_at.is_(None),
            Task.kind == TaskKind.USER,
            Task.person_id.is_(None),
            Task.claimed_by_id.is_(None),
            Case.confidential.is_(False),
        )
    )
    return session.scalar(open_steps) or 0
