"""Who read which confidential case, and who asked to: numbers and people, never what stands in it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, CaseSeries
from models.confidence import BreakGlass, CaseRead
from models.people import Person

PER_PAGE = 50
# A list for a spreadsheet ends here; its last line is then the oldest that fits.
MOST_LISTED = 20_000
# What was read is shown for as long as access by breaking glass can last.
SHOWN_FOR = timedelta(days=2)


@dataclass(frozen=True)
class ReadSearch:
    """What somebody looks for: the number of a case (C-07), a person, and from when until when."""

    case: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Request:
    """A request to break the glass, with what its asker read because of it, oldest first."""

    row: BreakGlass
    reads: Sequence[CaseRead]

    @property
    def state(self) -> str:
        if self.row.answered_at is None:
            return "waits for the second person"
        return "granted" if self.row.granted else "refused"


def reads(session: Session, search: ReadSearch, *, page: int) -> tuple[list[CaseRead], int]:
    """Give a page of the reads that the search asks for, newest first, and how many there are."""
    wanted = _wanted(search)
    total = session.scalar(
        select(func.count()).select_from(CaseRead).join(CaseRead.case).where(*wanted)
    )
    found = _reads(wanted).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return list(session.scalars(found)), total or 0


def all_reads(session: Session, search: ReadSearch) -> Sequence[CaseRead]:
    """Give all reads that the search asks for, newest first, for a spreadsheet."""
    return session.scalars(_reads(_wanted(search)).limit(MOST_LISTED)).all()


def readers(session: Session) -> list[tuple[int, str]]:
    """Give those who have read any confidential case, by family name."""
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(select(CaseRead.person_id)))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return [(person.id, person.name) for person in people]


def requests(session: Session) -> list[Request]:
    """Give every request to break the glass, newest first, with two statements."""
    rows = session.scalars(
        select(BreakGlass)
        .options(
            joinedload(BreakGlass.case),
            joinedload(BreakGlass.asked_by),
            joinedload(BreakGlass.second),
        )
        .order_by(BreakGlass.asked_at.desc(), BreakGlass.id.desc())
        .limit(MOST_LISTED)
    ).all()
    granted = [row for row in rows if row.granted and row.case_id is not None]
    by_both = _reads_by(session, {row.case_id or 0 for row in granted})
    return [Request(row, _because_of(row, by_both)) for row in rows]


def _reads_by(
    session: Session, cases: Collection[int]
) -> dict[tuple[int | None, int], list[CaseRead]]:
    asked = select(BreakGlass.asked_by_id).where(BreakGlass.granted.is_(True))
    found: dict[tuple[int | None, int], list[CaseRead]] = defaultdict(list)
    for read in session.scalars(
        select(CaseRead)
        .where(CaseRead.case_id.in_(cases), CaseRead.person_id.in_(asked))
        .order_by(CaseRead.id)
        .limit(MOST_LISTED)
    ):
        found[read.case_id, read.person_id].append(read)
    return found


def _because_of(
    row: BreakGlass, by_both: dict[tuple[int | None, int], list[CaseRead]]
) -> list[CaseRead]:
    if not row.granted or row.answered_at is None:
        return []
    first, last = row.answered_at, row.answered_at + SHOWN_FOR
    return [read for read in by_both[row.case_id, row.asked_by_id] if first <= read.at <= last]


def _reads(wanted: Sequence[ColumnElement[bool]]) -> Select[CaseRead]:
    return (
        select(CaseRead)
        .join(CaseRead.case)
        .where(*wanted)
        .options(joinedload(CaseRead.case), joinedload(CaseRead.person))
        .order_by(CaseRead.id.desc())
    )


def _wanted(search: ReadSearch) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.case:
        number = search.case.strip().upper().removeprefix(f"{CaseSeries.CONFIDENTIAL}-")
        known = int(number) if number.isdecimal() and len(number) < 10 else 0
        wanted += [Case.series == CaseSeries.CONFIDENTIAL, Case.number == known]
    if search.person_id is not None:
        wanted.append(CaseRead.person_id == search.person_id)
    if search.since is not None:
        wanted.append(CaseRead.at >= search.since)
    if search.until is not None:
        wanted.append(CaseRead.at < search.until)
    return wanted
