"""What the register knows of what a launch names: its people, its document, platforms and codes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy import case as either
from sqlalchemy.orm import Session

from models.cases import Case, File
from models.people import Person
from models.sites import Platform, Site
from workflows.people import is_active_on

# What a number of the register looks like; beside such codes others may stand.
_NUMBERED = "^S[0-9]{1,15}$"


@dataclass(frozen=True)
class Named:
    """Whom and what a launch names: the people who will run the site, its owner, the contract's copy."""

    people: Collection[int]
    owner: int
    copy: int | None


@dataclass(frozen=True)
class Known:
    """How many of the people named are active, and whether the document is the case's."""

    active: int
    copy_is_ours: bool


def look_up(session: Session, case: Case, named: Named, *, now: datetime) -> Known:
    """Ask for all that a launch of a known site in this case must know, with one statement."""
    return Known(*session.execute(select(*_asked(case, named, now))).one())


def enter(
    session: Session, case: Case, named: Named, columns: Mapping[str, Any], *, now: datetime
) -> tuple[Site, Known]:
    """Enter the next site with these columns and ask what `look_up` asks, with one statement.

    Its code is the next one: launches take turns from here on, so that each gets a code of its own.
    An owner who is not active is not entered; the caller refuses, and nothing of it stays.
    """
    owner = select(Person.id).where(Person.id == named.owner, is_active_on(now.date()))
    _take_turns(session)
    entered = insert(Site).values(
        {**columns, "code": _next_code(), "owner_id": owner.scalar_subquery()}
    )
    site, active, is_ours = session.execute(
        entered.returning(Site, *_asked(case, named, now))
    ).one()
    return site, Known(active, is_ours)


def _asked(
    case: Case, named: Named, now: datetime
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    people = Person.id.in_(named.people), is_active_on(now.date())
    copy = select(File.id).where(File.id == named.copy, File.case_id == case.id)
    return select(func.count(Person.id)).where(*people).scalar_subquery(), copy.exists()


def next_code(session: Session) -> str:
    """The code of the next site (S11); two launches at once take turns."""
    _take_turns(session)
    return session.scalars(select(_next_code())).one()


def _take_turns(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('site.code'))"))


def _next_code() -> ScalarSelect[str]:
    """Give the code after the highest; others than S and a number do not count."""
    highest = func.max(cast(func.substr(Site.code, 2), BigInteger))
    number = func.coalesce(highest, 0) + 1
    digits = cast(number, String)
    code = literal("S") + either((number < 10, literal("0") + digits), else_=digits)
    return select(code).where(Site.code.regexp_match(_NUMBERED)).scalar_subquery()


def platform_named(session: Session, name: str) -> int:
    """The id of the platform with this name, whatever its case; it is added where it is new."""
    known = session.scalar(select(Platform.id).where(func.lower(Platform.name) == name.lower()))
    if known is not None:
        return known
    platform = Platform(name=name)
    session.add(platform)
    session.flush()  # gives the platform its id
    return platform.id
