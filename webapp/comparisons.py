"""Two versions of a process side by side: what differs, and what it would have meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import DiagramVersion, Process
from models.database import db
from webapp import clock
from webapp.diagrams import FEWEST_TOLD, told
from webapp.painted_changes import Named, grouped, sides
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.comparing import Change, compare
from workflows.errors import NotFoundError
from workflows.library import DiagramSet
from workflows.migrating.fitting import Destination
from workflows.migrating.sorting import Sorting, in_confidence, running, sort
from workflows.publication import drafts
from workflows.publication.family import diagrams_of, plan
from workflows.publication.gating import CannotPlayError, set_of
from workflows.replaying import Impact, impact

# Played and sorted while somebody waits: about a second each.
PLAYED = 100
SORTED = 200
LISTED = 25

bp = Blueprint("comparisons", __name__, url_prefix="/diagrams")


@bp.get("/<key>/compare")
def versions(key: str) -> ResponseReturnValue:
    """Show what differs between two versions of a process: in words, and marked on both."""
    session = db.session()
    known = _versions(session, key)
    before, after = _chosen(session, known)
    changes = _changes(session, before, after)
    return render_template(
        "diagrams/compare.html",
        process=after.process,
        versions=known,
        before=before,
        after=after,
        groups=grouped(changes),
        sides=sides(_named(before), _named(after), changes),
    )


@bp.get("/<key>/versions/<int:number>/impact")
def played(key: str, number: int) -> ResponseReturnValue:
    """Show what the latest cases of the process would have met on this version."""
    session = db.session()
    version = publication.version_of(session, key, number)
    part = _played(version.process, runtime().library.of(session, version.id))
    name = f"{version.process.name}, version {number}"
    back = url_for("diagrams.show_version", key=key, number=number)
    return _impact(name, back, [part])


@bp.get("/drafts/<int:draft_id>/impact")
def played_on_draft(draft_id: int) -> ResponseReturnValue:
    """Show what the latest cases would have met on a draft: its own, or those of what calls it."""
    session, now = db.session(), clock.now()
    draft = drafts.of_id(session, draft_id)
    changed = plan(session, {draft.key: draft.xml}, now=now)
    files = {**changed.around, **changed.new}
    diagrams = diagrams_of(files)
    processes = {
        process.key: process
        for process in session.scalars(select(Process).where(Process.key.in_(changed.new)))
    }
    name = f"{draft.name}: draft {draft_id}"
    back = url_for("diagram_drafts.show", draft_id=draft_id)
    try:
        parts = [
            _played_and_sorted(process, set_of(key, files, diagrams))
            for key, process in sorted(processes.items())
            if key in diagrams and diagrams[key].starters
        ]
    except CannotPlayError as error:
        # Every case would get stuck at its start, which says nothing about any of them.
        return _impact(name, back, [], problem=str(error))
    return _impact(name, back, parts)


def _impact(name: str, back: str, parts: Sequence["Part"], problem: str = "") -> str:
    return render_template(
        "diagrams/impact.html",
        name=name,
        back=back,
        parts=parts,
        problem=problem,
        most=PLAYED,
        listed=LISTED,
    )


@dataclass(frozen=True)
class Part:
    """What the cases of one process would have met; `found` None where they are confidential.

    `running` are those that run, sorted for a draft; None for a version, which has a page for it.
    `running_in_confidence` says roughly how many run of a confidential process that a draft changes.
    """

    name: str
    found: Impact | None
    running: Sorting | None = None
    running_in_confidence: int | str | None = None

    @property
    def are_many_in_confidence(self) -> bool:
        """Whether so many of the played cases are confidential that this may be told."""
        return self.found is not None and self.found.in_confidence >= FEWEST_TOLD


def _played(process: Process, on: DiagramSet) -> Part:
    """Play the cases of a process; confidential ones not: from a few steps one could guess whose."""
    if on.diagrams[on.main].confidential:
        return Part(process.name, None)
    found = impact(db.session(), runtime().library, process.id, on, now=clock.now(), most=PLAYED)
    return Part(process.name, found)


def _played_and_sorted(process: Process, on: DiagramSet) -> Part:
    """Also sort the running cases, for owners who would want to move them to it."""
    part = _played(process, on)
    if part.found is None:
        secret = in_confidence(db.session(), process.key)
        return replace(part, running_in_confidence=told(secret, confidential=True))
    to = Destination(runtime().pack, on)
    found = sort(db.session(), runtime().library, running(process.key, but=None), to, most=SORTED)
    return replace(part, running=found)


def _versions(session: Session, key: str) -> Sequence[DiagramVersion]:
    found = session.scalars(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(Process.key == key, DiagramVersion.published_at.is_not(None))
        .order_by(DiagramVersion.number.desc())
        .options(joinedload(DiagramVersion.process))
    ).all()
    if not found:
        raise NotFoundError(f'No version of the process "{key}" is published.')
    return found


def _chosen(
    session: Session, known: Sequence[DiagramVersion]
) -> tuple[DiagramVersion, DiagramVersion]:
    """Give the two versions asked for; else the one in force and the one before it."""
    numbers = {version.number: version for version in known}
    in_force = publication.published(session, now=clock.now()).get(known[0].process.key, known[0])
    after = numbers.get(request.args.get("after", type=int) or in_force.number, in_force)
    earlier = [version for version in known if version.number < after.number]
    usual = earlier[0] if earlier else after
    return numbers.get(request.args.get("before", type=int) or usual.number, usual), after


def _changes(session: Session, before: DiagramVersion, after: DiagramVersion) -> list[Change]:
    library, key = runtime().library, after.process.key
    acts = runtime().pack.acts
    others = [
        library.of(session, version.id).diagrams[name]
        for name, version in publication.published(session, now=clock.now()).items()
        if name != key
    ]
    return compare(
        library.of(session, before.id).diagrams[key],
        library.of(session, after.id).diagrams[key],
        title_of_act=lambda act: acts[act].title if act in acts else act,
        elsewhere=frozenset(
            clause for other in others for node in other.nodes.values() for clause in node.clauses
        ),
    )


def _named(version: DiagramVersion) -> Named:
    return Named(
        f"Version {version.number}",
        url_for("diagrams.xml", key=version.process.key, number=version.number),
    )
