"""A draft is submitted, and a second person publishes it or sends it back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import DiagramVersion, Process
from models.database import db, transaction
from models.people import Person
from models.publication import DiagramDraft, DraftReview, ReviewVerdict
from workflows import audit, check_reports, jobs, notices
from workflows.diagrams.check import Report
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError
from workflows.publication import drafts, gating, staff_notes
from workflows.publication.family import (
    Plan,
    diagrams_of,
    plan,
    reach,
    refuse_while_scheduled,
)
from workflows.publication.in_force import published
from workflows.publication.owners import holders_of
from workflows.publication.proving import prove, refuse_unpublishable
from workflows.publication.taking_effect import EFFECT_JOB
from workflows.publication.versions import (
    Publication,
    keep_reports,
    put_in_force,
    wait_for_turn,
)
from workflows.publication.wording import at_moment, name_of, on_day
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
        current = drafts.current_report(runtime, session, draft, now=now)
        if current is None or current.id != report.id:
            raise ConflictError(
                "The diagrams around this draft changed while it was checked. Nothing was submitted. "
                "Submit it again."
            )
        refuse_unpublishable({draft.key: check_reports.verdict_of(current)}, _names(draft, changes))
        told = holders_of(session, reviewers, runtime.calendar.day_of(now))
        told -= {by, draft.edited_by_id}
        if not told:
            raise ConflictError(
                "Nobody else may publish diagrams, and nobody publishes their own. Nothing was "
                "submitted. Ask an administrator to give the role to a second person."
            )
        draft.note, draft.effective_from = wish.note.strip(), wish.effective_from
        draft.for_staff = wish.for_staff.strip()
        draft.submitted_by_id, draft.submitted_at = by, now
        session.flush()
        text = f"A change of “{draft.name}” waits for your review, under Diagrams: {draft.note}"
        notices.tell(session, told, text, now=now)
        details = {"draft": draft.id, "sha256": draft.sha256, "note": draft.note}
        _record(session, "draft:submitted", draft, by, now, details)
    return drafts.of_id(db.session(), draft_id)


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
        _record(session, "draft:taken-back", draft, by, now, {"draft": draft.id})
    return drafts.of_id(db.session(), draft_id)


def send_back(
    runtime: Runtime, draft_id: int, word: Word, *, by: int, now: datetime
) -> DiagramDraft:
    """Return a submitted draft to its authors, with words that say what is missing."""
    _refuse_words(word.text, required=True)
    with transaction() as session:
        draft = drafts.locked(session, draft_id)
        refuse_reviewer(runtime, draft, word.revision, by)
        told = {draft.edited_by_id, draft.submitted_by_id or draft.edited_by_id}
        draft.submitted_by_id = draft.submitted_at = None
        session.add(_review(draft, by, now, ReviewVerdict.RETURNED, word.text))
        session.flush()
        text = f"Your change of “{draft.name}” came back from review: {word.text.strip()}"
        notices.tell(session, told, text, now=now)
        details = {"draft": draft.id, "words": word.text.strip()}
        _record(session, "draft:returned", draft, by, now, details)
    return drafts.of_id(db.session(), draft_id)


def publish(
    runtime: Runtime,
    draft_id: int,
    word: Word,
    *,
    by: int,
    owners: Collection[str],
    now: datetime,
) -> list[DiagramVersion]:
    """Publish a submitted draft, and with it anew all that calls it; give the versions, its own first.

    All of them are proved again under the policy in force. Never by the last editor or whoever
    submitted it (NotAllowedError). Raises UnpublishableError with the findings, and ConflictError
    that says who did what where something has changed. Holders of the roles `owners` are told.
    """
    _refuse_words(word.text)
    reader = db.session()
    draft = drafts.of_id(reader, draft_id)
    refuse_reviewer(runtime, draft, word.revision, by)
    changes = plan(reader, {draft.key: draft.xml}, now=now)
    refuse_plan(runtime, reader, draft, changes, now=now)
    names = _names(draft, changes)
    scenarios = gating.gate(runtime, reader, draft, changes)
    # The proof takes its time, and holds no transaction meanwhile.
    reader.commit()
    reports = prove(changes.new, pack=runtime.pack, library=changes.around)
    told = {**reports, draft.key: scenarios.told_in(reports[draft.key])}
    refuse_unpublishable(told, names)
    with transaction() as session:
        wait_for_turn(session)
        draft = drafts.locked(session, draft_id)
        refuse_reviewer(runtime, draft, word.revision, by)
        anew = plan(session, {draft.key: draft.xml}, now=now)
        refuse_plan(runtime, session, draft, anew, now=now)
        checked = gating.checked_of(session, draft, {**anew.around, **anew.new})
        if (anew, checked) != (changes, scenarios.checked):
            raise ConflictError(
                "What stands around this draft changed while it was proved. Nothing was published. "
                "Publish it again."
            )
        acting = _Act(runtime, by, owners, now)
        new = _put_in_force(session, acting, draft, anew, reports)
        _close(session, acting, draft, new)
        session.add(_review(draft, by, now, ReviewVerdict.PUBLISHED, word.text))
        details = {
            "draft": draft.id,
            "versions": {key: version.number for key, version in new.items()},
            "effective from": new[draft.key].effective_from.isoformat(),
            "words": word.text.strip(),
        }
        session.flush()
        _record(session, "diagrams:published", draft, by, now, details)
        return [new[draft.key], *(version for key, version in new.items() if key != draft.key)]


def _names(draft: DiagramDraft, changes: Plan) -> Mapping[str, str]:
    diagrams = diagrams_of(changes.new)
    return {
        key: f"“{diagram.name or key}”{'' if key == draft.key else ', which calls it,'}"
        for key, diagram in diagrams.items()
    }


@dataclass(frozen=True)
class _Act:
    """Who publishes when, and who else is told."""

    runtime: Runtime
    by: int
    owners: Collection[str]
    now: datetime


def _put_in_force(
    session: Session,
    acting: _Act,
    draft: DiagramDraft,
    changes: Plan,
    reports: Mapping[str, Report],
) -> dict[str, DiagramVersion]:
    because = f"Because “{draft.name}” changed, which it calls."
    act = Publication(
        by=acting.by,
        now=acting.now,
        effective_from=draft.effective_from,
        authors=dict.fromkeys(changes.new, draft.edited_by_id),
        notes={key: draft.note if key == draft.key else because for key in changes.new},
        for_staff={draft.key: draft.for_staff},
    )
    new = put_in_force(session, changes.new, act, around=changes.around)
    keep_reports(session, new, reports, policy=acting.runtime.pack.version, now=acting.now)
    if not act.takes_effect_at_once:
        own = new[draft.key]
        payload = {"versions": [version.id for version in new.values()]}
        key = f"{EFFECT_JOB}/{own.id}"
        jobs.schedule(session, kind=EFFECT_JOB, key=key, run_at=own.effective_from, payload=payload)
    return new


def _close(
    session: Session, acting: _Act, draft: DiagramDraft, new: Mapping[str, DiagramVersion]
) -> None:
    version, now, calendar = new[draft.key], acting.now, acting.runtime.calendar
    draft.closed_by_id, draft.closed_at, draft.version_id = acting.by, now, version.id
    gating.take_over(session, draft, by=acting.by, now=now)
    told = holders_of(session, acting.owners, calendar.day_of(now))
    told |= {draft.edited_by_id, draft.opened_by_id, draft.submitted_by_id or draft.edited_by_id}
    at_once = version.effective_from <= now
    when = "now" if at_once else on_day(version.effective_from, calendar)
    others = [other.process.name for key, other in new.items() if key != draft.key]
    anew = f" Published anew with it: {', '.join(others)}." if others else ""
    text = (
        f"Version {version.number} of “{draft.name}” is published and takes effect {when}: "
        f"{draft.note}{anew}"
    )
    staff = staff_notes.tell_staff(acting.runtime, session, version, now=now) if at_once else set()
    notices.tell(session, told - staff - {acting.by}, text, now=now)


def refuse_plan(
    runtime: Runtime, session: Session, draft: DiagramDraft, changes: Plan, *, now: datetime
) -> None:
    """Raise ConflictError where the draft cannot be published on what is in force now."""
    refuse_stale(runtime, session, draft, now=now)
    refuse_while_scheduled(session, changes, runtime.calendar, now=now)
    _refuse_retired_calls(session, draft, changes)


def refuse_stale(runtime: Runtime, session: Session, draft: DiagramDraft, *, now: datetime) -> None:
    """Raise ConflictError where another version has come into force than the draft starts from.

    A version that only froze a new version of what it calls says the same as the one before.
    """
    latest = published(session, now=now).get(draft.key)
    if latest is None:
        return
    if latest.sha256 == draft.sha256:
        raise ConflictError(
            f"The draft is the same as version {latest.number}, which is in force. There is nothing "
            "to publish."
        )
    if draft.based_on is not None and draft.based_on.sha256 == latest.sha256:
        return
    from_where = f"version {draft.based_on.number}" if draft.based_on else "none"
    who = latest.published_by_id
    publisher = name_of(session.get(Person, who) if who else None)
    when = on_day(latest.published_at or latest.created_at, runtime.calendar)
    raise ConflictError(
        f"The draft starts from {from_where}. Meanwhile {publisher} published version "
        f"{latest.number} {when}: {latest.note} Nothing was changed. Look at that version, bring "
        "over what is needed, then say on the page of the draft that it has regard to it."
    )


def _refuse_retired_calls(session: Session, draft: DiagramDraft, changes: Plan) -> None:
    diagrams = diagrams_of({**changes.around, **changes.new})
    called = set(reach(draft.key, diagrams)) - {draft.key}
    retired = session.scalars(
        select(Process.name).where(Process.key.in_(called), Process.retired_at.is_not(None))
    ).all()
    if retired:
        raise ConflictError(
            f"The draft calls what is retired: {', '.join(sorted(retired))}. Nothing was changed. "
            "Bring it back, or do not call it."
        )


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


def _refuse_words(words: str, *, required: bool = False) -> None:
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


def _review(
    draft: DiagramDraft, by: int, now: datetime, verdict: ReviewVerdict, words: str
) -> DraftReview:
    return DraftReview(
        draft_id=draft.id, reviewer_id=by, at=now, verdict=verdict, words=words.strip()
    )


def _record(
    session: Session,
    action: str,
    draft: DiagramDraft,
    by: int,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    subject = f"diagram {draft.key}"
    audit.record(session, action=action, subject=subject, actor=by, now=now, details=details)
