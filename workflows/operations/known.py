"""What the register knows of what a launch names: its people, its document, platforms and codes."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.cases import Case, File
from models.people import Person
from models.sites import Platform, Site
from workflows.people import is_active_on

_CODE = re.compile(r"S(\d+)")


@dataclass(frozen=True)
class Known:
    """Who of the people named is active, whether the document is the case's, the codes in use.

    `codes` is empty where the case has its site already: it has its code.
    """

    named: frozenset[int]
    active: frozenset[int]
    copy_is_ours: bool
    codes: tuple[str, ...]


def look_up(
    session: Session, case: Case, named: Collection[int], *, copy: int | None, now: datetime
) -> Known:
    """Ask for all that a launch in this case must know, with one statement.

    `named` are the people who will run the site, `copy` is the document of its contract. Where the
    site is new, launches take turns from here on, so that each gets a code of its own.
    """
    asked = [_asked("person", Person.id, Person.id.in_(named), is_active_on(now.date()))]
    if copy is not None:
        asked.append(_asked("file", File.id, File.id == copy, File.case_id == case.id))
    if case.site_id is None:
        _take_turns(session)
        asked.append(_asked("code", Site.code, _is_numbered()))
    found: dict[str, list[str]] = {"person": [], "file": [], "code": []}
    for kind, value in session.execute(union_all(*asked)):
        found[kind].append(value)
    active = frozenset(int(number) for number in found["person"])
    return Known(frozenset(named), active, bool(found["file"]), tuple(found["code"]))


def _asked(
    kind: str, column: InstrumentedAttribute[Any], *where: ColumnElement[bool]
) -> Select[str, str]:
    return select(literal(kind), cast(column, String)).where(*where)


def next_code(session: Session) -> str:
    """The code of the next site (S11); two launches at once take turns."""
    _take_turns(session)
    return code_after(session.scalars(select(Site.code).where(_is_numbered())))


def _take_turns(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('site.code'))"))


def _is_numbered() -> ColumnElement[bool]:
    return Site.code.like("S%")


def code_after(codes: Iterable[str]) -> str:
    """The code after the highest of these; others than S and a number do not count."""
    numbers = [int(match[1]) for code in codes if (match := _CODE.fullmatch(code))]
    return f"S{max(numbers, default=0) + 1:02d}"


def platform_named(session: Session, name: str) -> int:
    """The id of the platform with this name, whatever its case; it is added where it is new."""
    known = session.scalar(select(Platform.id).where(func.lower(Platform.name) == name.lower()))
    if known is not None:
        return known
    platform = Platform(name=name)
    session.add(platform)
    session.flush()  # gives the platform its id
    return platform.id
