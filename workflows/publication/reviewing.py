"""A draft is submitted for review, taken back, or sent back; published it is in publishing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import db, transaction
from models.publication import CheckReport, DiagramDraft, DraftReview, ReviewVerdict
from workflows import audit, check_reports, notices
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError
from workflows.publication import drafts, staff_notes
from workflows.publication.conflicts import refuse_plan
from workflows.publication.family import (
    Plan,
    diagrams_of,
    plan,
)
from workflows.publication.owners import holders_of
from workflows.publication.proving import refuse_unpublishable
from workflows.publication.wording import at_moment
from workflows.runtime import Runtime

LONGEST_WORDS = 2000


@dataclass(frozen=True)
class Wish:
    """What the author asks the reviewer: to publish this revision, for what reason, from when on.

    `effective_from` None: as soon as it is published. `for_staff` is what those read whose steps change.
    """

    revision: int
    note: str
    effective_from: datetime | None = None
    for_staff: str = ""


@dataclass(frozen=True)
class Word:
    """What the reviewer says of the revision that they have read."""

    revision: int
    text: str = ""


def submit(
    runtime: Runtime,
    draft_id: int,
    wish: Wish,
    *,
    by: int,
    reviewers: Collection[str],
    now: datetime,
) -> DiagramDraft:
    """Submit a draft for review and tell those who may publish it: holders of these roles.

    Its latest report must find exactly this content publishable under the policy in force; where it
    has none of it, it is checked now. Raises InvalidAnswersError, UnpublishableError with the
    findings, and ConflictError where the draft, or what it stands on, has changed.
    """
    _refuse_wish(wish, now)
    report = drafts.check(runtime, draft_id, now=now)
    with transaction() as session:
        draft = drafts.editable(runtime, session, draft_id, wish.revision)
        changes = plan(session, {draft.key: draft.xml}, now=now)
        refuse_plan(runtime, session, draft, changes, now=now)
        report = _unchanged(runtime, session, draft, report.id, now=now)
        refuse_unpublishable(
            {draft.key: check_reports.verdict_of(report)}, names_of(draft, changes)
        )
        told = _reviewers(runtime, session, draft, reviewers, by=by, now=now)
        draft.note, draft.effective_from = wish.note.strip(), wish.effective_from
        draft.for_staff = wish.for_staff.strip()
        draft.submitted_by_id, draft.submitted_at = by, now
        session.flush()
        text = f"A change of “{draft.name}” waits for your review, under Diagrams: {draft.note}"
        notices.tell(session, told, text, now=now)
        details = {"draft": draft.id, "sha256": draft.sha256, "note": draft.note}
        record(session, "draft:submitted", draft, by, now, details)
    return drafts.of_id(db.session(), draft_id)


def _unchanged(
    runtime: Runtime, session: Session, draft: DiagramDraft, report_id: int, *, now: datetime
) -> CheckReport:
    """Give the report again; raises ConflictError where it is no longer of the draft as it is."""
    current = drafts.current_report(runtime, session, draft, now=now)
    if current is None or current.id != report_id:
        raise ConflictError(
            "The diagrams around this draft changed while it was checked. Nothing was submitted. "
            "Submit it again."
        )
    return current


def _reviewers(
    runtime: Runtime,
    session: Session,
    draft: DiagramDraft,
    roles: Collection[str],
    *,
    by: int,
    now: datetime,
) -> set[int]:
    found = holders_of(session, roles, runtime.calendar.day_of(now)) - {by, draft.edited_by_id}
    if not found:
        raise ConflictError(
            "Nobody else may publish diagrams, and nobody publishes their own. Nothing was "
            "submitted. Ask an administrator to give the role to a second person."
        )
    return found


def names_of(draft: DiagramDraft, changes: Plan) -> Mapping[str, str]:
    """Say of each process of a publication what it has to do with it, as a sentence begins."""
    diagrams = diagrams_of(changes.new)
    return {
        key: f"“{diagram.name or key}”{'' if key == draft.key else ', which calls it,'}"
        for key, diagram in diagrams.items()
    }


def _refuse_wish(wish: Wish, now: datetime) -> None:
    wrong = {}
    if words := drafts.wrong_note(wish.note):
        wrong["note"] = words
    if len(wish.for_staff.strip()) > staff_notes.LONGEST:
        wrong["for_staff"] = f"Write at most {staff_notes.LONGEST} characters."
    if wish.effective_from is not None and wish.effective_from <= now:
        wrong["effective_from"] = "Choose a day to come, or none to take effect once published."
    if wrong:
        raise InvalidAnswersError(wrong)


def take_back(
    runtime: Runtime, draft_id: int, *, revision: int, by: int, now: datetime
) -> DiagramDraft:
    """Take a submitted draft back, to edit it again."""
    with transaction() as session:
        draft = drafts.locked(session, draft_id)
        _refuse_unsubmitted(runtime, draft, revision)
        draft.submitted_by_id = draft.submitted_at = None
        session.flush()
        record(session, "draft:taken-back", draft, by, now, {"draft": draft.id})
    return drafts.of_id(db.session(), draft_id)


def send_back(
    runtime: Runtime, draft_id: int, word: Word, *, by: int, now: datetime
) -> DiagramDraft:
    """Return a submitted draft to its authors, with words that say what is missing."""
    refuse_words(word.text, required=True)
    with transaction() as session:
        draft = drafts.locked(session, draft_id)
        refuse_reviewer(runtime, draft, word.revision, by)
        told = {draft.edited_by_id, draft.submitted_by_id or draft.edited_by_id}
        draft.submitted_by_id = draft.submitted_at = None
        session.add(review_of(draft, by, now, ReviewVerdict.RETURNED, word.text))
        session.flush()
        text = f"Your change of “{draft.name}” came back from review: {word.text.strip()}"
        notices.tell(session, told, text, now=now)
        details = {"draft": draft.id, "words": word.text.strip()}
        record(session, "draft:returned", draft, by, now, details)
    return drafts.of_id(db.session(), draft_id)


def refuse_reviewer(runtime: Runtime, draft: DiagramDraft, revision: int, by: int) -> None:
    """Raise where this person may not answer to the draft as it was read."""
    _refuse_unsubmitted(runtime, draft, revision)
    if by in {draft.edited_by_id, draft.submitted_by_id}:
        raise NotAllowedError(
            "You edited or submitted this draft, and nobody publishes their own. Nothing was "
            "changed. It waits for a second person who may publish diagrams."
        )


def _refuse_unsubmitted(runtime: Runtime, draft: DiagramDraft, revision: int) -> None:
    drafts.refuse_closed(runtime, draft)
    if draft.submitted_at is None:
        raise ConflictError(
            f"This draft is not under review; {draft.edited_by.name} saved it last, "
            f"{at_moment(draft.edited_at, runtime.calendar)}. Nothing was changed."
        )
    drafts.refuse_changed(runtime, draft, revision)


def refuse_words(words: str, *, required: bool = False) -> None:
    """Raise InvalidAnswersError where the words of a review are missing or too long."""
    if required and not words.strip():
        raise InvalidAnswersError({"words": "Say what has to change, for the author."})
    if len(words.strip()) > LONGEST_WORDS:
        raise InvalidAnswersError({"words": f"Write at most {LONGEST_WORDS} characters."})


def reviews_of(session: Session, draft_id: int) -> list[DraftReview]:
    """Give what second persons said of a draft, oldest first."""
    return list(
        session.scalars(
            select(DraftReview)
            .where(DraftReview.draft_id == draft_id)
            .order_by(DraftReview.id)
            .options(joinedload(DraftReview.reviewer))
        )
    )


def review_of(
    draft: DiagramDraft, by: int, now: datetime, verdict: ReviewVerdict, words: str
) -> DraftReview:
    """Give the row that keeps what a second person said."""
    return DraftReview(
        draft_id=draft.id, reviewer_id=by, at=now, verdict=verdict, words=words.strip()
    )


def record(
    session: Session,
    action: str,
    draft: DiagramDraft,
    by: int,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    subject = f"diagram {draft.key}"
    audit.record(session, action=action, subject=subject, actor=by, now=now, details=details)
