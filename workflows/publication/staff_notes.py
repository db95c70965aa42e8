"""What staff are told of a new version: what is otherwise for them, and from when on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from models.cases import DiagramVersion
from models.people import Person, RoleGrant
from workflows import notices
from workflows.diagrams.comparing import Change, Topic, compare
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.people import holds_on, is_active_on
from workflows.policy.pack import Pack
from workflows.runtime import Runtime

LONGEST = 2000
# What is otherwise for those who do the steps; the rest is for those who own the process.
_FOR_STAFF = (Topic.STEPS, Topic.DECISIONS, Topic.FORMS, Topic.TIMES)


def proposed(changes: Sequence[Change]) -> str:
    """Propose what staff read of these changes: a paragraph for each party, "" where none is concerned."""
    lines: dict[str, list[str]] = {}
    for change in changes:
        if change.party and change.topic in _FOR_STAFF:
            lines.setdefault(change.party, []).append(change.sentence)
    return "\n".join(f"{party}: {' '.join(some)}" for party, some in lines.items())


def tell_staff(
    runtime: Runtime, session: Session, version: DiagramVersion, *, now: datetime
) -> set[int]:
    """Tell those whose steps a version changes what its note for staff says; give their ids.

    To be called when the version takes effect, within a use case. Who starts a process by a role that
    everybody has is told by the page where it is started.
    """
    if not version.for_staff:
        return set()
    after = _diagram(session, version.id)
    before = _before(session, version)
    parties = set(after.lanes) if before is None else _parties(compare(before, after))
    concerned = _doing(runtime, session, after, parties, now)
    text = (
        f"“{version.process.name}” goes otherwise from now on (version {version.number}). "
        f"{version.for_staff}"
    )
    notices.tell(session, concerned, text, now=now)
    return concerned


def _parties(changes: Sequence[Change]) -> set[str]:
    return {change.party for change in changes if change.party and change.topic in _FOR_STAFF}


def _before(session: Session, version: DiagramVersion) -> Diagram | None:
    """Give the diagram that was in force before this version."""
    earlier = session.scalar(
        select(DiagramVersion.id)
        .where(
            DiagramVersion.process_id == version.process_id,
            DiagramVersion.number < version.number,
            DiagramVersion.published_at.is_not(None),
            DiagramVersion.withdrawn_at.is_(None),
        )
        .order_by(DiagramVersion.number.desc())
        .limit(1)
    )
    return _diagram(session, earlier) if earlier else None


def _diagram(session: Session, version_id: int) -> Diagram:
    row = session.get_one(DiagramVersion, version_id, options=[undefer(DiagramVersion.xml)])
    diagram = read(row.xml)[0]
    if diagram is None:
        msg = "A published version is always a diagram."
        raise RuntimeError(msg)
    return diagram


def _doing(
    runtime: Runtime, session: Session, diagram: Diagram, parties: set[str], now: datetime
) -> set[int]:
    roles: set[str] = set()
    for node in diagram.nodes.values():
        if node.lane in parties:
            roles |= _roles(runtime.pack, node.act, node.lane)
    day = runtime.calendar.day_of(now)
    return set(
        session.scalars(
            select(Person.id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(RoleGrant.role.in_(roles), holds_on(day), is_active_on(day))
        )
    )


def _roles(pack: Pack, act: str | None, party: str | None) -> set[str]:
    known, lane = pack.acts.get(act or ""), pack.parties.get(party or "")
    roles = known.roles if known else lane.roles if lane else ()
    return {role for role in roles if pack.roles[role].held != "everyone"}
