"""Drafts of diagrams: opened, changed, checked, dropped. What happens to them then: reviewing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, undefer

from models.cases import DiagramVersion
from models.database import db, transaction
from models.publication import CheckReport, DiagramDraft
from workflows import audit, check_reports
from workflows.diagrams.check import Report, report
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError, UnpublishableError
from workflows.publication.family import plan
from workflows.publication.gating import checked_of, gate
from workflows.publication.in_force import published, version_of
from workflows.publication.proving import prove, sha256_of
from workflows.publication.versions import contents
from workflows.publication.wording import at_moment, name_of
from workflows.runtime import Runtime

LONGEST_NOTE = 2000
LONGEST_NAME = 200

# Addresses of pages under /diagrams; no process can be known by one of them.
RESERVED = frozenset({"check", "drafts"})


class UnreadableDiagramError(UnpublishableError):
    """What was sent is no diagram that could be kept; `report` says what the check found."""

    title = "This file was not taken"

    def __init__(self, message: str, told: Report | None = None) -> None:
        super().__init__(message)
        self.report = told


@dataclass(frozen=True)
class Saved:
    """The draft that holds what was saved; `parted_from` the one that somebody changed meanwhile."""

    draft: DiagramDraft
    parted_from: DiagramDraft | None = None


def open_from(key: str, number: int | None, *, by: int, now: datetime) -> DiagramDraft:
    """Open a draft of a process from the version in force, or from an older one to return to.

    Raises NotFoundError where there is no such version.
    """
    with transaction() as session:
        in_force = published(session, now=now).get(key)
        source = in_force if number is None else version_of(session, key, number)
        if source is None or source.published_at is None:
            raise NotFoundError(f'No such version of the process "{key}" is published.')
        xml = contents(session, [source])[key]
        is_older = in_force is not None and source.id != in_force.id
        note = f"Return to version {source.number}." if is_older else ""
        draft = _new(read(xml)[0], xml, note, based_on=in_force or source, by=by, now=now)
        session.add(draft)
        session.flush()  # its id
        details = {"process": key, "from version": source.number}
        _record(session, "draft:opened", draft, by, now, **details)
        return _with_people(session, draft.id)


def open_upload(content: bytes, *, by: int, now: datetime) -> DiagramDraft:
    """Open a draft of the process that an uploaded file is of; it may be a new process.

    Raises UnreadableDiagramError, with what the check found, where it is no diagram.
    """
    diagram = readable(content)
    with transaction() as session:
        in_force = published(session, now=now).get(diagram.process_id)
        draft = _new(diagram, content, "", based_on=in_force, by=by, now=now)
        session.add(draft)
        session.flush()  # its id
        details = {"process": draft.key, "sha256": draft.sha256}
        _record(session, "draft:uploaded", draft, by, now, **details)
        return _with_people(session, draft.id)


def replace(
    draft_id: int,
    content: bytes,
    *,
    revision: int,
    by: int,
    now: datetime,
    is_recorded: bool = True,
) -> Saved:
    """Put a file in the place of what the draft holds.

    Where somebody else has changed, submitted or closed the draft since `revision`, theirs stays
    and this is kept as a draft of its own. Raises UnreadableDiagramError where the file is no
    diagram of the same process. `is_recorded` False leaves a save out of the audit record.
    """
    key = db.session().scalar(select(DiagramDraft.key).where(DiagramDraft.id == draft_id))
    diagram = readable(content, key)
    with transaction() as session:
        draft = locked(session, draft_id)
        if draft.revision == revision and not (draft.closed_at or draft.submitted_at):
            draft.xml, draft.sha256 = content, sha256_of(content)
            draft.name = _name(diagram)
            _edited(draft, by, now)
            session.flush()
            if is_recorded:
                _record(session, "draft:saved", draft, by, now, sha256=draft.sha256)
            return Saved(_with_people(session, draft.id))
        apart = _new(diagram, content, draft.note, based_on=None, by=by, now=now)
        apart.based_on_id = draft.based_on_id
        session.add(apart)
        session.flush()  # its id
        _record(session, "draft:kept-apart", apart, by, now, beside=draft.id)
        return Saved(_with_people(session, apart.id), _with_people(session, draft.id))


def describe(
    runtime: Runtime, draft_id: int, note: str, *, revision: int, by: int, now: datetime
) -> DiagramDraft:
    """Write down what the draft changes and why. Raises ConflictError as `editable` does."""
    wrong = wrong_note(note)
    if wrong:
        raise InvalidAnswersError({"note": wrong})
    with transaction() as session:
        draft = editable(runtime, session, draft_id, revision)
        draft.note = note.strip()
        _edited(draft, by, now)
        session.flush()
        _record(session, "draft:described", draft, by, now, note=draft.note)
        return _with_people(session, draft.id)


def wrong_note(note: str) -> str:
    """Say what is wrong with a note, "" where nothing is."""
    if len(note.strip()) > LONGEST_NOTE:
        return f"Write at most {LONGEST_NOTE} characters."
    return "" if note.strip() else "Say what changes, and why."


def take_up(
    runtime: Runtime, draft_id: int, *, revision: int, by: int, now: datetime
) -> DiagramDraft:
    """Say that the draft has regard to the version in force, published since it was opened."""
    with transaction() as session:
        draft = editable(runtime, session, draft_id, revision)
        in_force = published(session, now=now).get(draft.key)
        if in_force is None:
            raise ConflictError("No version of this process is in force, so nothing is to be seen.")
        draft.based_on_id = in_force.id
        _edited(draft, by, now)
        session.flush()
        _record(session, "draft:based-anew", draft, by, now, version=in_force.number)
        return _with_people(session, draft.id)


def drop(runtime: Runtime, draft_id: int, *, revision: int, by: int, now: datetime) -> DiagramDraft:
    """Close a draft without publishing it. It can still be downloaded."""
    with transaction() as session:
        draft = editable(runtime, session, draft_id, revision)
        draft.closed_by_id, draft.closed_at = by, now
        session.flush()
        _record(session, "draft:dropped", draft, by, now)
        return _with_people(session, draft.id)


def check(runtime: Runtime, draft_id: int, *, now: datetime) -> CheckReport:
    """Let the draft be checked as it is, with all around it in force, and keep what is said.

    The scenarios of its process, and of what calls it, are played on it as well.
    What was found publishable under this policy, with the same diagrams around, is not checked
    again. Takes seconds, bounded, and holds no transaction meanwhile. Not on the audit record: it
    changes nothing that anybody decided.
    """
    reader = db.session()
    draft = of_id(reader, draft_id)
    kept = current_report(runtime, reader, draft, now=now)
    if kept and kept.publishable:
        return kept
    changes = plan(reader, {draft.key: draft.xml}, now=now)
    scenarios = gate(runtime, reader, draft, changes)
    reader.commit()
    # With all that would be published with it, so that to publish it asks nothing new.
    reports = prove(changes.new, pack=runtime.pack, library=changes.around)
    with transaction() as session:
        locked(session, draft_id)
        check_reports.save(
            session,
            scenarios.told_in(reports[draft.key]),
            draft_id=draft_id,
            checked=scenarios.checked,
            policy=runtime.pack.version,
            now=now,
        )
        return session.scalars(select(CheckReport).where(CheckReport.draft_id == draft_id)).one()


def current_report(
    runtime: Runtime, session: Session, draft: DiagramDraft, *, now: datetime
) -> CheckReport | None:
    """Give the report of the draft if it is of this content and these scenarios under this policy."""
    kept = check_reports.of_draft(session, draft.id)
    files = contents(session, published(session, now=now).values())
    checked = checked_of(session, draft, files)
    return kept if kept and is_of(kept, checked, runtime) else None


def is_of(report: CheckReport, checked: str, runtime: Runtime) -> bool:
    """Say whether a report is of these diagrams under the policy in force."""
    return report.checked == checked and report.policy == runtime.pack.version


def readable(content: bytes, key: str | None = None) -> Diagram:
    """Read an uploaded file; raises UnreadableDiagramError unless it is a diagram, of this process."""
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableDiagramError(
            f"The file is larger than {MAXIMUM_BYTES // 1024} KiB, the most that a diagram may have. "
            "Nothing was kept. Draw part of it as a diagram that it calls."
        )
    diagram, findings = read(content)
    if diagram is None or not diagram.process_id or diagram.process_id in RESERVED:
        raise UnreadableDiagramError(
            "The file is no diagram of a process that could be known by its id. Nothing was kept.",
            report("the file", None, findings, 0),
        )
    if key is not None and diagram.process_id != key:
        raise UnreadableDiagramError(
            f'The file is of the process "{diagram.process_id}", and this draft of "{key}". Nothing '
            "was kept. Upload it as a draft of its own, or give its process the same id."
        )
    return diagram


def open_drafts(session: Session) -> list[DiagramDraft]:
    """Give the drafts that are open, the one edited last first, with who works on them."""
    rows = _drafts().where(DiagramDraft.closed_at.is_(None))
    return list(session.scalars(rows.order_by(DiagramDraft.edited_at.desc(), DiagramDraft.id)))


def of_id(session: Session, draft_id: int) -> DiagramDraft:
    """Give a draft with its content and people, or raise NotFoundError."""
    draft = session.scalar(
        _drafts().where(DiagramDraft.id == draft_id).options(undefer(DiagramDraft.xml))
    )
    if draft is None:
        raise NotFoundError("There is no such draft.")
    return draft


def locked(session: Session, draft_id: int) -> DiagramDraft:
    """Give a draft to be changed in this transaction, or raise NotFoundError."""
    draft = session.scalar(
        _drafts()
        .where(DiagramDraft.id == draft_id)
        .options(undefer(DiagramDraft.xml))
        .with_for_update(of=DiagramDraft)
    )
    if draft is None:
        raise NotFoundError("There is no such draft.")
    return draft


def editable(runtime: Runtime, session: Session, draft_id: int, revision: int) -> DiagramDraft:
    """Give a draft to be edited; raises ConflictError where it changed since, and says who did."""
    draft = locked(session, draft_id)
    refuse_closed(runtime, draft)
    refuse_submitted(runtime, draft)
    refuse_changed(runtime, draft, revision)
    return draft


def refuse_submitted(runtime: Runtime, draft: DiagramDraft) -> None:
    """Raise ConflictError that says who submitted a draft, while it waits for review."""
    if draft.submitted_at:
        raise ConflictError(
            f"{name_of(draft.submitted_by)} submitted this draft for review "
            f"{at_moment(draft.submitted_at, runtime.calendar)}. Nothing was changed. Take it back "
            "first to edit it."
        )


def refuse_closed(runtime: Runtime, draft: DiagramDraft) -> None:
    """Raise ConflictError that says how a draft was closed, where it is no longer open."""
    if draft.closed_at is None:
        return
    when = at_moment(draft.closed_at, runtime.calendar)
    if draft.version:
        raise ConflictError(
            f"{name_of(draft.version.published_by)} published this draft {when}, as version "
            f"{draft.version.number}. Nothing was changed. Open a new draft from it to go on."
        )
    raise ConflictError(
        f"This draft was dropped {when}. Nothing was changed. Download it, and upload it as a new "
        "draft to go on."
    )


def refuse_changed(runtime: Runtime, draft: DiagramDraft, revision: int) -> None:
    """Raise ConflictError that says who changed a draft since somebody looked at it."""
    if draft.revision != revision:
        raise ConflictError(
            f"{draft.edited_by.name} saved this draft {at_moment(draft.edited_at, runtime.calendar)}, "
            "after you opened it. Nothing was changed. Look at it as it is now, then try again."
        )


def _new(
    diagram: Diagram | None,
    xml: bytes,
    note: str,
    *,
    based_on: DiagramVersion | None,
    by: int,
    now: datetime,
) -> DiagramDraft:
    if diagram is None:
        msg = "A published version is always a diagram."
        raise RuntimeError(msg)
    return DiagramDraft(
        key=diagram.process_id,
        name=_name(diagram),
        based_on_id=based_on.id if based_on else None,
        xml=xml,
        sha256=sha256_of(xml),
        note=note,
        opened_by_id=by,
        opened_at=now,
        edited_by_id=by,
        edited_at=now,
    )


def _name(diagram: Diagram) -> str:
    return (diagram.name or diagram.process_id)[:LONGEST_NAME]


def _edited(draft: DiagramDraft, by: int, now: datetime) -> None:
    draft.edited_by_id, draft.edited_at = by, now


def _record(
    session: Session, action: str, draft: DiagramDraft, by: int, now: datetime, **details: object
) -> None:
    audit.record(
        session,
        action=action,
        subject=f"diagram {draft.key}",
        actor=by,
        now=now,
        details={"draft": draft.id, **details},
    )


def _drafts() -> Select[DiagramDraft]:
    return select(DiagramDraft).options(
        joinedload(DiagramDraft.opened_by),
        joinedload(DiagramDraft.edited_by),
        joinedload(DiagramDraft.submitted_by),
        joinedload(DiagramDraft.based_on).joinedload(DiagramVersion.process),
        joinedload(DiagramDraft.version).joinedload(DiagramVersion.published_by),
    )


def _with_people(session: Session, draft_id: int) -> DiagramDraft:
    return session.scalars(
        _drafts().where(DiagramDraft.id == draft_id).execution_options(populate_existing=True)
    ).one()
