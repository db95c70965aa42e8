"""Writing versions with their frozen sets, once it has been shown that they may be in force."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.cases import DiagramVersion, Process
from workflows import check_reports, engine
from workflows.diagrams.check import Report
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import UnpublishableError
from workflows.library import parse
from workflows.publication.in_force import published
from workflows.publication.proving import digest_of, sha256_of

SHIPPED = "Shipped with the policy pack."


@dataclass(frozen=True)
class Publication:
    """Who publishes when, from when it holds, and what is noted of each process.

    `authors`, `notes` and `for_staff` (what staff are told) map process ids; a process without a note
    was shipped.
    """

    by: int | None
    now: datetime
    effective_from: datetime | None = None
    authors: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    for_staff: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes_effect_at_once(self) -> bool:
        return self.effective_from is None or self.effective_from <= self.now


def wait_for_turn(session: Session) -> None:
    """Let two who publish at once, as two hosts that start do, take turns."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('diagram_version'))"))


def diagram_of(name: str, data: bytes) -> Diagram:
    """Read a diagram; raises UnpublishableError that says by this name what is wrong with it."""
    diagram, findings = read(data)
    wrong = [finding.message for finding in findings if finding.severity == "error"]
    if diagram is None or wrong:
        raise UnpublishableError(f"{name} cannot be published: {' '.join(wrong)}")
    return diagram


def calls_of(diagram: Diagram) -> list[str]:
    """Give the process ids that a diagram itself calls."""
    return [node.called or "nothing" for node in diagram.of_kind("callActivity")]


def called_by(key: str, diagrams: Mapping[str, Diagram]) -> list[str]:
    """Give a process and everything that it calls, directly or not, itself first.

    Raises UnpublishableError where it calls what is not among the diagrams.
    """
    found, queue = [key], [key]
    while queue:
        for called in calls_of(diagrams[queue.pop()]):
            if called not in diagrams:
                message = f'"{key}" calls "{called}", which is not among the files.'
                raise UnpublishableError(message)
            if called not in found:
                found.append(called)
                queue.append(called)
    return found


def contents(session: Session, versions: Iterable[DiagramVersion]) -> dict[str, bytes]:
    """Give the files of these versions by process id, in one statement."""
    ids = {version.id: version.process.key for version in versions}
    rows = session.execute(
        select(DiagramVersion.id, DiagramVersion.xml).where(DiagramVersion.id.in_(ids))
    )
    return {ids[row.id]: row.xml for row in rows}


def put_in_force(
    session: Session,
    files: Mapping[str, bytes],
    act: Publication,
    *,
    around: Mapping[str, bytes],
) -> dict[str, DiagramVersion]:
    """Write a new version of each file (process id -> XML), with the set that it freezes.

    `around` is what is in force beside them. Whether the files may be published has been asked
    before; here it is only tried that the engine can run them. Raises UnpublishableError.
    """
    diagrams = {key: diagram_of(key, data) for key, data in {**around, **files}.items()}
    for key in _not_called(files, diagrams):
        _try_on_the_engine({**around, **files}, called_by(key, diagrams))
    in_force = published(session, now=act.now)
    new = {key: _version(session, diagrams[key], files[key], act) for key in files}
    current = {**in_force, **new}
    for key, version in new.items():
        version.frozen = {name: current[name].id for name in called_by(key, diagrams)}
    session.flush()
    return new


def keep_reports(
    session: Session,
    versions: Mapping[str, DiagramVersion],
    reports: Mapping[str, Report],
    *,
    policy: str,
    now: datetime,
) -> None:
    """Keep with each new version what the check said of it under this policy."""
    for key, version in versions.items():
        checked = checked_of(session, version)
        check_reports.save(
            session, reports[key], version_id=version.id, checked=checked, policy=policy, now=now
        )


def checked_of(session: Session, version: DiagramVersion) -> str:
    """Give the digest of a version and all that it calls, as its reports carry it."""
    rows = session.execute(
        select(DiagramVersion.id, DiagramVersion.sha256).where(
            DiagramVersion.id.in_(version.frozen.values())
        )
    )
    sha256 = {row.id: row.sha256 for row in rows}
    return digest_of({key: sha256[frozen_id] for key, frozen_id in version.frozen.items()})


def _not_called(keys: Collection[str], diagrams: Mapping[str, Diagram]) -> list[str]:
    """Give those that cases run; the others are tried as parts of these."""
    called = {name for key in keys for name in calls_of(diagrams[key])}
    return [key for key in keys if key not in called]


def _try_on_the_engine(files: Mapping[str, bytes], names: list[str]) -> None:
    try:
        _ = parse({name: files[name] for name in names}, names[0]).specs
    except engine.EngineError as error:
        raise UnpublishableError(f'"{names[0]}" cannot be run: {error}') from error


def _version(session: Session, diagram: Diagram, data: bytes, act: Publication) -> DiagramVersion:
    key = diagram.process_id
    process = session.scalar(select(Process).where(Process.key == key))
    if process is None:
        process = Process(key=key, name=diagram.name or key)
        session.add(process)
        session.flush()  # its id, for the number of the version
    if act.takes_effect_at_once:
        process.name = diagram.name or key
    numbers = select(func.max(DiagramVersion.number)).where(DiagramVersion.process_id == process.id)
    version = DiagramVersion(
        process=process,
        number=(session.scalar(numbers) or 0) + 1,
        xml=data,
        sha256=sha256_of(data),
        frozen={},
        note=act.notes.get(key, SHIPPED),
        for_staff=act.for_staff.get(key, ""),
        author_id=act.authors.get(key, act.by),
        created_at=act.now,
        published_at=act.now,
        published_by_id=act.by,
        effective_from=act.now if act.takes_effect_at_once else act.effective_from,
    )
    session.add(version)
    session.flush()  # its id, for the frozen sets
    return version
