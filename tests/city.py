"""Northwater in miniature: the people that tests meet.

Rosa requests (Parks), Dan forwards (Parks), Chen reviews (Communications), Ivy advises (IT),
Cleo keeps records (Clerk), Hal is Human Resources, Ada the City Attorney; Nora has no role.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cases import Case, CaseSeries, DiagramVersion, Process
from models.people import Person, RoleGrant, Unit, UnitKind

LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True)
class Cast:
    """The ids of the units and people."""

    parks: int
    communications: int
    it: int
    clerk: int
    hr: int
    attorney: int
    fire: int
    rosa: int
    dan: int
    chen: int
    ivy: int
    cleo: int
    hal: int
    ada: int
    nora: int


def cast(session: Session) -> Cast:
    """Settle the whole cast; everybody holds their role since long ago."""
    parks = unit(session, "PRK", "Parks and Recreation")
    communications = unit(session, "COM", "Communications")
    it = unit(session, "ITD", "Information Technology")
    clerk = unit(session, "CLK", "City Clerk")
    hr = unit(session, "HRD", "Human Resources")
    attorney = unit(session, "ATT", "City Attorney")
    fire = unit(session, "FIR", "Fire")
    rosa = person(session, "Rosa", "Valdez", parks)
    dan = person(session, "Dan", "Okafor", parks)
    chen = person(session, "Chen", "Wu", communications)
    ivy = person(session, "Ivy", "Lindqvist", it)
    cleo = person(session, "Cleo", "Marsh", clerk)
    hal = person(session, "Hal", "Brandt", hr)
    ada = person(session, "Ada", "Osei", attorney)
    nora = person(session, "Nora", "Quist", fire)
    grant(session, dan, "dept_forwarder", unit_id=parks)
    grant(session, chen, "comms_reviewer")
    grant(session, ivy, "it_security")
    grant(session, cleo, "clerk_records")
    grant(session, hal, "hr_advisor")
    grant(session, ada, "attorney")
    return Cast(
        parks=parks,
        communications=communications,
        it=it,
        clerk=clerk,
        hr=hr,
        attorney=attorney,
        fire=fire,
        rosa=rosa,
        dan=dan,
        chen=chen,
        ivy=ivy,
        cleo=cleo,
        hal=hal,
        ada=ada,
        nora=nora,
    )


def unit(
    session: Session,
    code: str,
    name: str | None = None,
    *,
    kind: UnitKind = UnitKind.DEPARTMENT,
    forwarding_unit_id: int | None = None,
) -> int:
    """Found a unit and return its id."""
    row = Unit(code=code, name=name or code, kind=kind, forwarding_unit_id=forwarding_unit_id)
    session.add(row)
    session.flush()  # generate row.id
    return row.id


def person(
    session: Session,
    given_name: str,
    family_name: str,
    unit_id: int,
    *,
    password_hash: str | None = None,
    disabled_at: datetime | None = None,
) -> int:
    """Take on a person, with the address that the demo city would give, and return the id."""
    row = Person(
        given_name=given_name,
        family_name=family_name,
        email=f"{given_name}.{family_name}@northwater.example".lower(),
        unit_id=unit_id,
        password_hash=password_hash,
        disabled_at=disabled_at,
    )
    session.add(row)
    session.flush()  # generate row.id
    return row.id


def grant(
    session: Session,
    person_id: int,
    role: str,
    *,
    unit_id: int | None = None,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Give a role in one unit, or city-wide without one, and return the grant's id."""
    row = RoleGrant(
        person_id=person_id, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on
    )
    session.add(row)
    session.flush()  # generate row.id
    return row.id


def case(
    session: Session,
    started_by_id: int,
    unit_id: int,
    *,
    confidential: bool = False,
    started_at: datetime = datetime(2026, 11, 16, 15, 0, tzinfo=UTC),
) -> int:
    """Open a case with no tokens, for what only needs a case to belong to; return its id.

    Its process is a stand-in. Whoever tests steps starts a real case of a real diagram.
    """
    version = session.scalar(select(DiagramVersion).join(Process).where(Process.key == "stand-in"))
    if version is None:
        version = DiagramVersion(
            process=Process(key="stand-in", name="Stand-in"),
            number=1,
            xml=b"",
            sha256="",
            frozen={},
            note="",
            created_at=started_at,
            effective_from=started_at,
        )
    row = Case(
        series=CaseSeries.CONFIDENTIAL if confidential else CaseSeries.OPEN,
        number=session.scalars(select(func.coalesce(func.max(Case.number), 0))).one() + 1,
        version=version,
        title="A case of the tests",
        unit_id=unit_id,
        confidential=confidential,
        started_by_id=started_by_id,
        started_at=started_at,
    )
    session.add(row)
    session.flush()  # generate row.id
    return row.id
