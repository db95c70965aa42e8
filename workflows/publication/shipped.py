"""The diagrams of the policy pack: published at set-up, and where the pack has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import DiagramVersion
from models.database import db, transaction
from models.publication import DiagramDraft
from workflows import audit
from workflows.diagrams.check import Report
from workflows.errors import ConflictError
from workflows.policy.pack import Pack
from workflows.publication.in_force import published, scheduled
from workflows.publication.proving import prove, refuse_unpublishable, sha256_of
from workflows.publication.versions import (
    Publication,
    called_by,
    contents,
    diagram_of,
    keep_reports,
    put_in_force,
    wait_for_turn,
)

# Hosts that start at once take turns; each looks again at what the one before left to do.
ATTEMPTS = 5


def shipped(folder: Path) -> dict[str, bytes]:
    """Give the diagrams of a policy pack: process id -> XML.

    Raises UnpublishableError for a file that is no diagram, naming it and what is wrong.
    """
    files = {}
    for path in sorted(folder.glob("*.bpmn")):
        data = path.read_bytes()
        files[diagram_of(path.name, data).process_id] = data
    return files


def publish_shipped(
    files: Mapping[str, bytes], *, pack: Pack, by: int | None, now: datetime
) -> list[DiagramVersion]:
    """Publish the diagrams of the policy pack that differ from what is in force.

    A diagram is published anew when it, or anything that it calls, has changed: its frozen set
    names the versions of every called diagram. What the city has changed by itself is left as the
    city has it. Returns the new versions; none if nothing changed. Raises UnpublishableError where
    the check, under this policy, does not find all of them publishable, and ConflictError while a
    version of one of them waits to take effect.
    """
    for key, data in files.items():
        _ = diagram_of(key, data)
    for _attempt in range(ATTEMPTS):
        plan = _plan(db.session(), files, now)
        if not plan.new:
            return []
        # The check takes its time, and holds no transaction meanwhile.
        db.session.commit()
        reports = prove(plan.new, pack=pack, library=plan.around)
        refuse_unpublishable(reports)
        with transaction() as session:
            wait_for_turn(session)
            if _plan(session, files, now) == plan:
                return _publish(session, plan, reports, Publication(by, now), pack.version)
    raise ConflictError("Others publish at this moment. Nothing was published; try again.")


@dataclass(frozen=True)
class _Plan:
    """What is to be published, what stands around it, and on which versions both were found."""

    new: Mapping[str, bytes]
    around: Mapping[str, bytes]
    in_force: Mapping[str, int]


def _plan(session: Session, files: Mapping[str, bytes], now: datetime) -> _Plan:
    latest = published(session, now=now)
    own = _changed_by_the_city(session, latest)
    kept = {key: version for key, version in latest.items() if key in own or key not in files}
    all_files = {**files, **contents(session, kept.values())}
    diagrams = {key: diagram_of(key, data) for key, data in all_files.items()}
    sha256 = {key: sha256_of(data) for key, data in all_files.items()}
    changed = {key for key in files if key not in latest or latest[key].sha256 != sha256[key]}
    new = {key for key in diagrams if changed.intersection(called_by(key, diagrams))}
    if new:
        _refuse_while_scheduled(session, new, now)
    return _Plan(
        {key: all_files[key] for key in sorted(new)},
        {key: data for key, data in sorted(all_files.items()) if key not in new},
        {key: version.id for key, version in latest.items()},
    )


def _changed_by_the_city(session: Session, latest: Mapping[str, DiagramVersion]) -> set[str]:
    drafts = select(DiagramDraft.key, DiagramDraft.sha256).where(
        DiagramDraft.version_id.is_not(None)
    )
    published_here = {(row.key, row.sha256) for row in session.execute(drafts)}
    return {key for key, version in latest.items() if (key, version.sha256) in published_here}


def _refuse_while_scheduled(session: Session, new: set[str], now: datetime) -> None:
    waiting = [version for key, version in scheduled(session, now=now).items() if key in new]
    if waiting:
        named = ", ".join(f"{one.process.name}, version {one.number}" for one in waiting)
        raise ConflictError(
            f"The policy pack has changed diagrams of which a version waits to take effect: {named}."
            " Nothing was published. Publish the pack again when it has taken effect, or withdraw "
            "it on its page."
        )


def _publish(
    session: Session,
    plan: _Plan,
    reports: Mapping[str, Report],
    act: Publication,
    policy: str,
) -> list[DiagramVersion]:
    new = put_in_force(session, plan.new, act, around=plan.around)
    keep_reports(session, new, reports, policy=policy, now=act.now)
    audit.record(
        session,
        action="diagrams:published",
        subject="diagrams",
        actor=act.by,
        now=act.now,
        details={key: version.number for key, version in new.items()},
    )
    return list(new.values())
