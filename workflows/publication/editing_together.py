"""A draft while it is edited in a browser: saved after each pause, by several people at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from models.database import db, transaction
from models.people import Person
from models.publication import DiagramDraft
from models.studio import DraftEditor
from models.trust import Job, JobState
from workflows.diagrams.check import Report
from workflows.diagrams.reading import read
from workflows.gates import check_files
from workflows.jobs import schedule
from workflows.publication import drafts
from workflows.publication.drafts import Saved
from workflows.publication.family import plan
from workflows.publication.proving import sha256_of
from workflows.runtime import Runtime

# A page says every 15 seconds that it is open; after this long it is closed, or asleep.
AWAY_AFTER = timedelta(seconds=45)
# One sitting is one entry of the audit record, however often the page saves.
SITTING = timedelta(minutes=10)
# Saving goes on while somebody draws: the whole check waits until they pause.
CHECK_AFTER = timedelta(seconds=4)
CHECK_JOB = "check-draft"
# An edit is judged while somebody waits for it; what takes longer is left to the whole check.
VERDICT_SECONDS = 8.0


@dataclass(frozen=True)
class Presence:
    """A draft as the page of an editor follows it: who else has it open, whether a check is on."""

    draft: DiagramDraft
    others: Sequence[Person]
    is_being_checked: bool


def autosave(draft_id: int, content: bytes, *, revision: int, by: int, now: datetime) -> Saved:
    """Keep what an editor's page holds, as `drafts.replace` does, and have it checked soon.

    The record tells of the first save of a sitting; what was submitted and published is recorded by
    its digest. The same content again changes nothing.
    """
    sha256 = sha256_of(content)
    draft = drafts.of_id(db.session(), draft_id)
    if draft.revision == revision and draft.sha256 == sha256:
        return Saved(draft)
    sits = draft.edited_by_id == by and now - draft.edited_at < SITTING
    saved = drafts.replace(
        draft_id, content, revision=revision, by=by, now=now, is_recorded=not sits
    )
    have_checked(saved.draft.id, now=now)
    return saved


def have_checked(draft_id: int, *, now: datetime) -> None:
    """Let the worker check the draft once nobody has saved it for a moment."""
    with transaction() as session:
        schedule(
            session,
            kind=CHECK_JOB,
            key=_key(draft_id),
            run_at=now + CHECK_AFTER,
            payload={"draft": draft_id},
        )


def check_draft(runtime: Runtime, job: Job, now: datetime) -> None:
    """Check a draft, as the worker does it: outside any transaction. A closed one is let be."""
    draft = db.session().get(DiagramDraft, job.payload["draft"])
    if draft is not None and draft.closed_at is None:
        drafts.check(runtime, draft.id, now=now)


def is_being_checked(session: Session, draft_id: int) -> bool:
    """Whether a check by the worker is due or on."""
    waiting = select(Job.id).where(Job.key == _key(draft_id), Job.state == JobState.DUE)
    return session.scalar(waiting) is not None


def _key(draft_id: int) -> str:
    return f"{CHECK_JOB}:{draft_id}"


def mark_present(draft_id: int, *, by: int, now: datetime) -> Presence:
    """Note that somebody has the draft open, and say who else has.

    Not on the audit record: to look at a draft changes nothing. Raises NotFoundError.
    """
    with transaction() as session:
        draft = drafts.of_id(session, draft_id)
        gone = DraftEditor.seen_at < now - AWAY_AFTER
        session.execute(delete(DraftEditor).where(DraftEditor.draft_id == draft_id, gone))
        is_postgres = session.get_bind().dialect.name == "postgresql"
        upsert = postgresql.insert(DraftEditor) if is_postgres else sqlite.insert(DraftEditor)
        session.execute(
            upsert.values(draft_id=draft_id, person_id=by, seen_at=now).on_conflict_do_update(
                index_elements=["draft_id", "person_id"], set_={"seen_at": now}
            )
        )
        return Presence(draft, _others(session, draft_id, by), is_being_checked(session, draft_id))


def others_present(draft_id: int, *, but: int, now: datetime) -> list[Person]:
    """Give who else has the draft open, by name."""
    return _others(db.session(), draft_id, but, now - AWAY_AFTER)


def _others(
    session: Session, draft_id: int, but: int, since: datetime | None = None
) -> list[Person]:
    query = select(DraftEditor).where(
        DraftEditor.draft_id == draft_id, DraftEditor.person_id != but
    )
    if since is not None:
        query = query.where(DraftEditor.seen_at >= since)
    rows = session.scalars(query.options(joinedload(DraftEditor.person)))
    return sorted((row.person for row in rows), key=lambda person: person.name)


def verdict(runtime: Runtime, content: bytes, *, now: datetime) -> Report:
    """Say what the proof says of a diagram that need not be saved, with all in force around it.

    Without the run on the engine, so that it is there in about a second: nothing is published by it.
    Never raises for a file.
    """
    session = db.session()
    diagram = read(content)[0]
    key = diagram.process_id if diagram else ""
    changes = plan(session, {key: content} if key else {}, now=now)
    around = {**changes.around, **changes.new}
    around.pop(key, None)
    session.commit()
    return check_files(
        {f"{key or 'diagram'}.bpmn": content},
        pack=runtime.pack,
        library=around,
        with_engine=False,
        seconds=VERDICT_SECONDS,
    )[0]
