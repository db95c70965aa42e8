"""A second person publishes a submitted draft, and with it anew all that calls it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.cases import DiagramVersion
from models.database import db, transaction
from models.publication import DiagramDraft, ReviewVerdict
from workflows import jobs, notices
from workflows.diagrams.check import Report
from workflows.errors import ConflictError
from workflows.publication import drafts, gating, staff_notes
from workflows.publication.conflicts import refuse_plan
from workflows.publication.family import Plan, plan
from workflows.publication.owners import holders_of
from workflows.publication.proving import prove, refuse_unpublishable
from workflows.publication.reviewing import (
    Word,
    names_of,
    record,
    refuse_reviewer,
    refuse_words,
    review_of,
)
from workflows.publication.taking_effect import EFFECT_JOB
from workflows.publication.versions import (
    Publication,
    keep_reports,
    put_in_force,
    wait_for_turn,
)
from workflows.publication.wording import on_day
from workflows.runtime import Runtime


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
    refuse_words(word.text)
    proved = _prove(runtime, draft_id, word, by=by, now=now)
    acting = _Act(runtime, by, owners, now)
    with transaction() as session:
        wait_for_turn(session)
        draft = _as_proved(session, acting, draft_id, word, proved)
        new = _put_in_force(session, acting, draft, proved)
        _close(session, acting, draft, new)
        session.add(review_of(draft, by, now, ReviewVerdict.PUBLISHED, word.text))
        details = {
            "draft": draft.id,
            "versions": {key: version.number for key, version in new.items()},
            "effective from": new[draft.key].effective_from.isoformat(),
            "words": word.text.strip(),
        }
        session.flush()
        record(session, "diagrams:published", draft, by, now, details)
        return [new[draft.key], *(version for key, version in new.items() if key != draft.key)]


@dataclass(frozen=True)
class _Proved:
    """What was found publishable, and what stood around it: the digest tells if it still does."""

    changes: Plan
    reports: Mapping[str, Report]
    checked: str


def _prove(runtime: Runtime, draft_id: int, word: Word, *, by: int, now: datetime) -> _Proved:
    """Prove a draft with all that calls it. It takes its time, and holds no transaction meanwhile."""
    reader = db.session()
    draft = drafts.of_id(reader, draft_id)
    refuse_reviewer(runtime, draft, word.revision, by)
    changes = plan(reader, {draft.key: draft.xml}, now=now)
    refuse_plan(runtime, reader, draft, changes, now=now)
    names = names_of(draft, changes)
    key, scenarios = draft.key, gating.gate(runtime, reader, draft, changes)
    reader.commit()
    reports = prove(changes.new, pack=runtime.pack, library=changes.around)
    refuse_unpublishable({**reports, key: scenarios.told_in(reports[key])}, names)
    return _Proved(changes, reports, scenarios.checked)


def _as_proved(
    session: Session, acting: "_Act", draft_id: int, word: Word, proved: _Proved
) -> DiagramDraft:
    """Lock the draft; raises ConflictError where it, or what stands around it, is not as proved."""
    draft = drafts.locked(session, draft_id)
    refuse_reviewer(acting.runtime, draft, word.revision, acting.by)
    anew = plan(session, {draft.key: draft.xml}, now=acting.now)
    refuse_plan(acting.runtime, session, draft, anew, now=acting.now)
    checked = gating.checked_of(session, draft, {**anew.around, **anew.new})
    if (anew, checked) != (proved.changes, proved.checked):
        raise ConflictError(
            "What stands around this draft changed while it was proved. Nothing was published. "
            "Publish it again."
        )
    return draft


@dataclass(frozen=True)
class _Act:
    """Who publishes when, and who else is told."""

    runtime: Runtime
    by: int
    owners: Collection[str]
    now: datetime


def _put_in_force(
    session: Session, acting: _Act, draft: DiagramDraft, proved: _Proved
) -> dict[str, DiagramVersion]:
    changes = proved.changes
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
    keep_reports(session, new, proved.reports, policy=acting.runtime.pack.version, now=acting.now)
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
    told = holders_of(session, acting.owners, calendar.day_of(now))
    told |= {draft.edited_by_id, draft.opened_by_id, draft.submitted_by_id or draft.edited_by_id}
    at_once = version.effective_from <= now
    if at_once:
        gating.take_over(session, draft, by=acting.by, now=now)
    when = "now" if at_once else on_day(version.effective_from, calendar)
    others = [other.process.name for key, other in new.items() if key != draft.key]
    anew = f" Published anew with it: {', '.join(others)}." if others else ""
    text = (
        f"Version {version.number} of “{draft.name}” is published and takes effect {when}: "
        f"{draft.note}{anew}"
    )
    staff = staff_notes.tell_staff(acting.runtime, session, version, now=now) if at_once else set()
    notices.tell(session, told - staff - {acting.by}, text, now=now)
