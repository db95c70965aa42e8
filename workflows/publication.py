"""Diagram versions: what is published, in which frozen set, by whom."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.cases import DiagramVersion, Process
from models.database import transaction
from workflows import audit, engine
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import NotFoundError, UnpublishableError
from workflows.library import parse


def shipped(folder: Path) -> dict[str, bytes]:
    """Give the diagrams of a policy pack: process id -> XML.

    Raises UnpublishableError for a file that is no diagram, naming it and what is wrong.
    """
    files = {}
    for path in sorted(folder.glob("*.bpmn")):
        data = path.read_bytes()
        files[_diagram(path.name, data).process_id] = data
    return files


def publish_shipped(
    files: Mapping[str, bytes], *, by: int | None, now: datetime
) -> list[DiagramVersion]:
    """Publish the diagrams of the policy pack that differ from what is in force.

    A diagram is published anew when it, or anything that it calls, has changed: its frozen set
    names the versions of every called diagram. Returns the new versions; none if nothing changed.
    Raises UnpublishableError for a file that cannot be read, calls what is not among the files,
    or cannot be run.
    """
    diagrams = {key: _diagram(key, data) for key, data in files.items()}
    for key in _not_called(diagrams):
        _try_on_the_engine(files, diagrams, key)
    with transaction() as session:
        _wait_for_turn(session)
        latest = _latest(session)
        changed = {
            key
            for key in files
            if any(not _same(latest.get(name), files[name]) for name in _called(key, diagrams))
        }
        new = {key: _version(session, diagrams[key], files[key], by, now) for key in changed}
        for key, version in new.items():
            current = {**latest, **new}
            version.frozen = {name: current[name].id for name in _called(key, diagrams)}
        if new:
            details = {key: version.number for key, version in new.items()}
            audit.record(
                session,
                action="diagrams:published",
                subject="diagrams",
                actor=by,
                now=now,
                details=details,
            )
        return list(new.values())


def _diagram(name: str, data: bytes) -> Diagram:
    diagram, findings = read(data)
    wrong = [finding.message for finding in findings if finding.severity == "error"]
    if diagram is None or wrong:
        raise UnpublishableError(f"{name} cannot be published: {' '.join(wrong)}")
    return diagram


def _wait_for_turn(session: Session) -> None:
    """Let two who publish at once, as two hosts that start do, take turns."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('diagram_version'))"))


def _not_called(diagrams: Mapping[str, Diagram]) -> list[str]:
    """Give the processes that cases run; the others are tried as parts of these."""
    called = {
        node.called for diagram in diagrams.values() for node in diagram.of_kind("callActivity")
    }
    return [key for key in diagrams if key not in called]


def _try_on_the_engine(
    files: Mapping[str, bytes], diagrams: Mapping[str, Diagram], key: str
) -> None:
    try:
        _ = parse({name: files[name] for name in _called(key, diagrams)}, key).specs
    except engine.EngineError as error:
        raise UnpublishableError(f'"{key}" cannot be run: {error}') from error


def _called(key: str, diagrams: Mapping[str, Diagram]) -> list[str]:
    """Give a process and everything that it calls, directly or not, itself first."""
    found, queue = [key], [key]
    while queue:
        for node in diagrams[queue.pop()].of_kind("callActivity"):
            called = node.called or "nothing"
            if called not in diagrams:
                message = f'"{key}" calls "{called}", which is not among the files.'
                raise UnpublishableError(message)
            if called not in found:
                found.append(called)
                queue.append(called)
    return found


def _same(version: DiagramVersion | None, data: bytes) -> bool:
    return version is not None and version.sha256 == hashlib.sha256(data).hexdigest()


def _version(
    session: Session, diagram: Diagram, data: bytes, by: int | None, now: datetime
) -> DiagramVersion:
    process = session.scalar(select(Process).where(Process.key == diagram.process_id))
    if process is None:
        process = Process(key=diagram.process_id, name=diagram.name or diagram.process_id)
        session.add(process)
        session.flush()  # its id, for the number of the version
    process.name = diagram.name or diagram.process_id
    numbers = select(func.max(DiagramVersion.number)).where(DiagramVersion.process_id == process.id)
    version = DiagramVersion(
        process=process,
        number=(session.scalar(numbers) or 0) + 1,
        xml=data,
        sha256=hashlib.sha256(data).hexdigest(),
        frozen={},
        note="Shipped with the policy pack.",
        author_id=by,
        created_at=now,
        published_at=now,
        published_by_id=by,
        effective_from=now,
    )
    session.add(version)
    session.flush()  # its id, for the frozen sets
    return version


def _latest(session: Session) -> dict[str, DiagramVersion]:
    return {row[0]: row[1] for row in session.execute(_newest())}


@cache
def _newest() -> Select[str, DiagramVersion]:
    """Give the statement behind `published`: the lists of tasks ask it, so it is built once."""
    newest = (
        select(func.max(DiagramVersion.number))
        .where(DiagramVersion.process_id == Process.id, DiagramVersion.published_at.is_not(None))
        .correlate(Process)
        .scalar_subquery()
    )
    return (
        select(Process.key, DiagramVersion)
        .join(DiagramVersion.process)
        .where(DiagramVersion.number == newest)
        .options(contains_eager(DiagramVersion.process))
    )


def published(session: Session) -> dict[str, DiagramVersion]:
    """Give the version in force of every process, by process id."""
    return _latest(session)


def version_of(session: Session, process: str, number: int) -> DiagramVersion:
    """Give one version of a process, or raise NotFoundError."""
    version = session.scalar(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(Process.key == process, DiagramVersion.number == number)
        .options(joinedload(DiagramVersion.process))
    )
    if version is None:
        raise NotFoundError(f'There is no version {number} of "{process}".')
    return version
