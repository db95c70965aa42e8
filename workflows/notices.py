"""Sentences for one person each, shown in the pages until they are read.

A notice is read by nobody but its person, so it may say what that person may know; of a
confidential case it says no more than its number.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from models.database import Base, transaction
from models.trust import Notice
from workflows.errors import NotFoundError


def tell(
    session: Session,
    person_ids: Iterable[int],
    text: str,
    *,
    now: datetime,
    case_id: int | None = None,
) -> int:
    """Tell each of these people once, in the caller's transaction; return how many there were."""
    rows = [
        {"person_id": person_id, "case_id": case_id, "text": text, "at": now}
        for person_id in sorted(set(person_ids))
    ]
    if rows:
        session.execute(insert(Notice), rows)
    return len(rows)


def tell_each(
    session: Session,
    texts: Mapping[int, str],
    *,
    now: datetime,
    cases: Mapping[int, int],
) -> None:
    """Tell people a sentence each, by their ids, in the caller's transaction and one statement.

    `cases` gives the case that the sentence of a person is about, where it may be named to them.
    """
    rows = [
        {"person_id": person_id, "case_id": cases.get(person_id), "text": text, "at": now}
        for person_id, text in sorted(texts.items())
    ]
    if rows:
        # To the table itself: the mapper would write those without a case by a statement of theirs.
        session.execute(insert(Base.metadata.tables[Notice.__tablename__]), rows)


def unread(session: Session, person_id: int, *, limit: int = 50) -> list[Notice]:
    """List what the person has not read yet, with its cases, the newest first."""
    waiting = (
        select(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None))
        .order_by(Notice.id.desc())
        .options(joinedload(Notice.case))
        .limit(limit)
    )
    return list(session.scalars(waiting))


def count_unread(session: Session, person_id: int) -> int:
    """Count what the person has not read yet."""
    waiting = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None))
    )
    return session.scalars(waiting).one()


def mark_read(notice_id: int, *, by: int, now: datetime) -> None:
    """Note that the person has read it; to do so twice changes nothing.

    Raises NotFoundError for the notice of somebody else, as for one that never was. Not on the
    audit record: it changes nothing that the policy speaks of.
    """
    with transaction() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.person_id != by:
            msg = "There is no such notice among yours. The list shows those you have."
            raise NotFoundError(msg)
        notice.read_at = notice.read_at or now


def mark_all_read(*, by: int, up_to: int, now: datetime) -> int:
    """Note that the person has read all notices up to this id, the newest that the page showed.

    Returns how many there were. One that came after the page was shown stays unread.
    """
    shown = update(Notice).where(
        Notice.person_id == by, Notice.read_at.is_(None), Notice.id <= up_to
    )
    with transaction() as session:
        return len(session.scalars(shown.values(read_at=now).returning(Notice.id)).all())
