"""Reading a confidential case without a part in it: asked by one person, confirmed by another.

Neither the asker nor the second learns whether a case has the number that was asked for: every
answer is the same, and takes the same work. What came of it, the auditor reads.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, CaseSeries
from models.confidence import AccessReason, BreakGlass, CaseAccess
from models.database import transaction
from models.people import Person, RoleGrant
from workflows import audit
from workflows.case_list import owners_of
from workflows.confidence import running, unexcluded
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.notices import tell, tell_each
from workflows.people import holds_on, is_active_on
from workflows.reading import numbered
from workflows.runtime import Runtime

LONGEST_REASON = 1000
LONGEST_NUMBER = 20
MOST_LISTED = 50


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: a case by its number, why, and who shall confirm it."""

    number: str
    reason: str
    second_id: int


def ask(
    runtime: Runtime, asked: Asked, *, holders: Collection[str], by: int, now: datetime
) -> BreakGlass:
    """Ask a second person to confirm that one reads a case without a part in it.

    `holders` are the roles, held city-wide, whose people may ask and confirm. Raises
    InvalidAnswersError for what is missing or cannot be a number, and for a second person who is
    the asker or holds none of the roles; never for a number that no case has.
    """
    reason, number = asked.reason.strip(), asked.number.strip().upper()
    _check(number, reason)
    with transaction() as session:
        day = runtime.calendar.day_of(now)
        if asked.second_id not in {person.id for person in seconds(session, holders, by, day)}:
            text = "Choose somebody else who may confirm this; nobody confirms for themselves."
            raise InvalidAnswersError({"second": text})
        row = BreakGlass(
            number_asked=number,
            case_id=_case_called(session, number),
            asked_by_id=by,
            second_id=asked.second_id,
            reason=reason,
            asked_at=now,
        )
        session.add(row)
        session.flush()  # generate row.id
        text = "Somebody asks you to confirm that they read a confidential case (break glass)."
        tell(session, [asked.second_id], text, now=now)
        details = {"number": number, "reason": reason, "second": asked.second_id}
        _record(session, "break-glass:asked", row, by=by, now=now, details=details)
        return row


@dataclass(frozen=True)
class Answered:
    """What the second person says, in words too, and how long the case is open by a yes."""

    granted: bool
    words: str
    lasts: timedelta


def answer(
    runtime: Runtime, request_id: int, said: Answered, *, by: int, now: datetime
) -> BreakGlass:
    """Confirm or refuse a request, with a word on it; a confirmed one opens the case for a time.

    It opens nothing for somebody who is excluded from the case, or where the second is, and
    neither is told so. Raises NotFoundError for everybody but the second person, ConflictError for
    a request that is answered, and InvalidAnswersError without words.
    """
    words, granted = said.words.strip(), said.granted
    if not words or len(words) > LONGEST_REASON:
        text = f"Say in a sentence why, in at most {LONGEST_REASON:,} characters."
        raise InvalidAnswersError({"words": text})
    with transaction() as session:
        row = session.get(BreakGlass, request_id, with_for_update=True)
        if row is None or row.second_id != by:
            raise NotFoundError("There is no such request for you to answer.")
        if row.answered_at is not None:
            raise ConflictError("You have answered this request already.")
        row.answered_at, row.granted, row.answer = now, granted, words
        until = now + said.lasts
        if granted:
            _open_or_seem_to(session, runtime, row, until=until, now=now)
        what = "was confirmed" if granted else "was refused"
        tell(session, [row.asked_by_id], f"Your request to break the glass {what}.", now=now)
        details = {"granted": granted, "words": words, "until": until if granted else None}
        _record(session, "break-glass:answered", row, by=by, now=now, details=details)
        return row


def seconds(session: Session, holders: Collection[str], by: int, day: date) -> Sequence[Person]:
    """Give the people who may confirm what this one asks, by family name."""
    granted = select(RoleGrant.person_id).where(
        RoleGrant.role.in_(holders), RoleGrant.unit_id.is_(None), holds_on(day)
    )
    return session.scalars(
        select(Person)
        .where(Person.id.in_(granted), Person.id != by, is_active_on(day))
        .options(joinedload(Person.unit))
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()


def requests_of(session: Session, person_id: int) -> Sequence[BreakGlass]:
    """Give the latest requests that somebody made or was asked to answer, newest first."""
    return session.scalars(
        select(BreakGlass)
        .where(or_(BreakGlass.asked_by_id == person_id, BreakGlass.second_id == person_id))
        .options(joinedload(BreakGlass.asked_by), joinedload(BreakGlass.second))
        .order_by(BreakGlass.id.desc())
        .limit(MOST_LISTED)
    ).all()


def _check(number: str, reason: str) -> None:
    wrong: dict[str, str] = {}
    try:
        numbered(number[: LONGEST_NUMBER + 1])
    except NotFoundError:
        wrong["number"] = "Write the number of a case, such as C-07."
    if not reason:
        wrong["reason"] = "Say why you must read the case, for the record."
    elif len(reason) > LONGEST_REASON:
        wrong["reason"] = f"Write at most {LONGEST_REASON:,} characters."
    if wrong:
        raise InvalidAnswersError(wrong)


def _case_called(session: Session, number: str) -> int | None:
    series, count = numbered(number)
    known = select(Case.id).where(
        Case.series == series, Case.series == CaseSeries.CONFIDENTIAL, Case.number == count
    )
    return session.scalar(known)


def _open_or_seem_to(
    session: Session, runtime: Runtime, row: BreakGlass, *, until: datetime, now: datetime
) -> None:
    """Open the case to who asked; where there is none, or not for them, do the work and undo it.

    Else the second could tell by the time that their answer takes which of the two it was.
    """
    another = select(Case.id).where(Case.series == CaseSeries.CONFIDENTIAL).limit(1)
    instead = session.scalar(another)
    is_opened = _may_open(session, row)
    case_id = row.case_id if is_opened else instead
    if case_id is None:  # there are no such cases at all
        return
    with session.begin_nested() as work:
        _open(session, runtime, row, case_id, until=until, now=now)
        if not is_opened:
            work.rollback()


def _may_open(session: Session, row: BreakGlass) -> bool:
    both = [row.asked_by_id, row.second_id]
    is_free = unexcluded(session, row.case_id or 0, both) == both
    return is_free and row.case_id is not None


def _open(
    session: Session,
    runtime: Runtime,
    row: BreakGlass,
    case_id: int,
    *,
    until: datetime,
    now: datetime,
) -> None:
    """Put the asker on the list to read, and tell those on it and the owners of the process."""
    case = session.get_one(Case, case_id)
    on_it = session.scalars(
        select(CaseAccess.person_id).where(CaseAccess.case_id == case_id, running(now)).distinct()
    ).all()
    session.add(
        CaseAccess(
            case_id=case_id,
            person_id=row.asked_by_id,
            why=AccessReason.BREAK_GLASS,
            since=now,
            granted_by_id=row.second_id,
            until=until,
        )
    )
    known = [person for person in unexcluded(session, case_id, on_it) if person != row.asked_by_id]
    text = "was opened to somebody without a part in it, for a time (break glass)."
    told = dict.fromkeys(owners_of(session, runtime, case, now=now), f"A confidential case {text}")
    told |= dict.fromkeys(known, f"{case.label} {text}")
    told.pop(row.asked_by_id, None)
    tell_each(session, told, now=now, cases=dict.fromkeys(known, case_id))


def _record(
    session: Session,
    action: str,
    row: BreakGlass,
    *,
    by: int,
    now: datetime,
    details: dict[str, object],
) -> None:
    subject = f"break glass {row.id}"
    audit.record(session, action=action, subject=subject, actor=by, now=now, details=details)
