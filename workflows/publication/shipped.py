"""The diagrams of the policy pack: published at set-up, and where the pack has changed since."""

from collections.abc import Mapping
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
from workflows.publication import gating
from workflows.publication.family import Plan, plan, refuse_while_scheduled
from workflows.publication.in_force import published
from workflows.publication.proving import prove, refuse_unpublishable, sha256_of
from workflows.publication.versions import (
    Publication,
    diagram_of,
    keep_reports,
    put_in_force,
    wait_for_turn,
)
from workflows.runtime import Runtime

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
    runtime: Runtime, files: Mapping[str, bytes], *, by: int | None, now: datetime
) -> list[DiagramVersion]:
    """Publish the diagrams of the policy pack that differ from what is in force.

    A diagram is published anew when it, or anything that it calls, has changed: its frozen set
    names the versions of every called diagram. What the city has changed by itself is left as the
    city has it. Returns the new versions; none if nothing changed. Raises UnpublishableError where
    the check, under this policy, does not find all of them publishable or a scenario that the city
    keeps goes otherwise on them, and ConflictError while a version of one of them waits to take
    effect.
    """
    for key, data in files.items():
        _ = diagram_of(key, data)
    for _attempt in range(ATTEMPTS):
        reader = db.session()
        changed = _changed(reader, files, now)
        if not changed:
            return []
        changes = plan(reader, changed, now=now)
        refuse_while_scheduled(reader, changes, runtime.calendar, now=now)
        # The check takes its time, and holds no transaction meanwhile.
        reader.commit()
        reports = prove(changes.new, pack=runtime.pack, library=changes.around)
        refuse_unpublishable(reports)
        kept = gating.kept_of(reader, changes.new)
        gating.refuse_failing(runtime, kept, changes)
        kept_ids = [one.id for one in kept]
        reader.commit()
        with transaction() as session:
            wait_for_turn(session)
            is_same = plan(session, _changed(session, files, now), now=now) == changes
            if is_same and kept_ids == [one.id for one in gating.kept_of(session, changes.new)]:
                refuse_while_scheduled(session, changes, runtime.calendar, now=now)
                act = Publication(by, now)
                return _publish(session, changes, reports, act, runtime.pack.version)
    raise ConflictError("Others publish at this moment. Nothing was published; try again.")


def _changed(session: Session, files: Mapping[str, bytes], now: datetime) -> dict[str, bytes]:
    """Give the files that differ from what is in force, but for what the city changed itself."""
    latest = published(session, now=now)
    own = _changed_by_the_city(session, latest)
    return {
        key: data
        for key, data in files.items()
        if key not in own and (key not in latest or latest[key].sha256 != sha256_of(data))
    }


def _changed_by_the_city(session: Session, latest: Mapping[str, DiagramVersion]) -> set[str]:
    drafts = select(DiagramDraft.key, DiagramDraft.sha256).where(
        DiagramDraft.version_id.is_not(None)
    )
    published_here = {(row.key, row.sha256) for row in session.execute(drafts)}
    return {key for key, version in latest.items() if (key, version.sha256) in published_here}


def _publish(
    session: Session,
    changes: Plan,
    reports: Mapping[str, Report],
    act: Publication,
    policy: str,
) -> list[DiagramVersion]:
    new = put_in_force(session, changes.new, act, around=changes.around)
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
