"""Remarks on a draft: on one of its elements or on all of it, made and settled by whoever may edit it."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.database import transaction
from models.people import Person
from models.publication import DiagramDraft
from models.studio import DraftComment
from workflows import audit, notices
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import drafts
from workflows.publication.wording import at_moment
from workflows.runtime import Runtime

LONGEST_REMARK = 2000


def remark(
    runtime: Runtime, draft_id: int, words: str, element: str | None, *, by: int, now: datetime
) -> DraftComment:
    """Make a remark on an element (its id) of a draft, or on the draft (None).

    Told of it are those who opened, edited or submitted the draft, and who made remarks on it before.
    Raises InvalidAnswersError where nothing is said or there is no such element, and ConflictError
    where the draft is closed.
    """
    words = words.strip()
    if not words or len(words) > LONGEST_REMARK:
        wrong = f"Write at most {LONGEST_REMARK} characters." if words else "Say what you mean."
        raise InvalidAnswersError({"words": wrong})
    with transaction() as session:
        draft = drafts.locked(session, draft_id)
        drafts.refuse_closed(runtime, draft)
        where = _title(read(draft.xml)[0], element)
        row = DraftComment(draft_id=draft_id, element=element, words=words, by_id=by, at=now)
        session.add(row)
        session.flush()
        who = session.get_one(Person, by).name
        text = f"{who} made a remark on {where} in draft {draft.id} of “{draft.name}”: {words}"
        notices.tell(session, _concerned(session, draft) - {by}, text, now=now)
        _record(session, "draft:remarked", draft, row, by, now)
        return row


def settle(
    runtime: Runtime, draft_id: int, remark_id: int, *, by: int, now: datetime
) -> DraftComment:
    """Say that what a remark asks for is done, or will not be. Whoever made it is told.

    Raises NotFoundError, and ConflictError where somebody has said so already.
    """
    with transaction() as session:
        draft = drafts.locked(session, draft_id)
        row = session.scalar(_remarks(draft_id).where(DraftComment.id == remark_id))
        if row is None:
            raise NotFoundError("There is no such remark on this draft.")
        if row.settled_at is not None and row.settled_by is not None:
            when = at_moment(row.settled_at, runtime.calendar)
            raise ConflictError(f"{row.settled_by.name} settled this remark {when}.")
        row.settled_by_id, row.settled_at = by, now
        session.flush()
        who = session.get_one(Person, by).name
        text = f"{who} settled your remark in draft {draft.id} of “{draft.name}”: {row.words}"
        notices.tell(session, {row.by_id} - {by}, text, now=now)
        _record(session, "draft:remark-settled", draft, row, by, now)
        return row


def of_draft(session: Session, draft_id: int) -> list[DraftComment]:
    """Give the remarks on a draft with their people, those that are open first, then the oldest."""
    rows = session.scalars(_remarks(draft_id).order_by(DraftComment.id)).all()
    return sorted(rows, key=lambda row: row.settled_at is not None)


def open_on(session: Session, draft_id: int) -> int:
    """Count the remarks on a draft that are not settled."""
    waiting = DraftComment.draft_id == draft_id, DraftComment.settled_at.is_(None)
    return session.scalar(select(func.count(DraftComment.id)).where(*waiting)) or 0


def _remarks(draft_id: int) -> Select[DraftComment]:
    return (
        select(DraftComment)
        .where(DraftComment.draft_id == draft_id)
        .options(joinedload(DraftComment.by), joinedload(DraftComment.settled_by))
    )


def _title(diagram: Diagram | None, element: str | None) -> str:
    if element is None:
        return "all of it"
    if diagram is not None and element in diagram.nodes:
        return f"“{diagram.nodes[element].title}”"
    if diagram is not None and element in diagram.flows:
        return "one of the ways"
    raise InvalidAnswersError({"element": "The draft has no such step any more. Choose another."})


def _concerned(session: Session, draft: DiagramDraft) -> set[int]:
    earlier = select(DraftComment.by_id).where(DraftComment.draft_id == draft.id)
    own = {draft.opened_by_id, draft.edited_by_id, draft.submitted_by_id or draft.edited_by_id}
    return own | set(session.scalars(earlier))


def _record(
    session: Session, action: str, draft: DiagramDraft, row: DraftComment, by: int, now: datetime
) -> None:
    audit.record(
        session,
        action=action,
        subject=f"diagram {draft.key}",
        actor=by,
        now=now,
        details={"draft": draft.id, "remark": row.id, "element": row.element},
    )
