"""Versions and drafts of a process side by side: what differs, and what it would have meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import DiagramVersion, Process
from models.database import db
from models.publication import DiagramDraft
from webapp import clock
from webapp.diagrams import FEWEST_TOLD, told
from webapp.incoming import row_number
from webapp.painted_changes import Named, grouped, sides
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.comparing import Change, compare
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import ConflictError, NotFoundError
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
# How the other one of a comparison is named in an address: draft-12, version-3.
DRAFT, VERSION = "draft", "version"

bp = Blueprint("comparisons", __name__, url_prefix="/diagrams")


@bp.get("/<key>/compare")
def versions(key: str) -> ResponseReturnValue:
    """Show what differs between two versions of a process: in words, and marked on both."""
    session = db.session()
    known = _versions(session, key)
    before, after = _chosen(session, known)
    library = runtime().library
    changes = _changes(
        session,
        key,
        library.of(session, before.id).diagrams[key],
        library.of(session, after.id).diagrams[key],
    )
    return render_template(
        "diagrams/compare.html",
        process=after.process,
        versions=known,
        before=before,
        after=after,
        groups=grouped(changes),
        sides=sides(_named(before), _named(after), changes),
    )


@bp.get("/drafts/<int:draft_id>/compare")
def with_draft(draft_id: int) -> ResponseReturnValue:
    """Show what a draft says otherwise than another draft, or a version, of the same process."""
    session = db.session()
    draft = drafts.of_id(session, draft_id)
    others = _others(session, draft)
    other = _other(session, draft, others)
    both = [one for one in (other, draft) if isinstance(one, DiagramDraft)]
    page = {"draft": draft, "other": other, "others": others, "drafts": both}
    before, after = _diagram(session, other or draft), _diagram(session, draft)
    if before is None or after is None:
        damaged = [one for one in both if read(one.xml)[0] is None]
        return render_template(
            "diagrams/not_comparable.html", damaged=damaged, **page
        ), ConflictError.status
    changes = _changes(session, draft.key, before, after)
    return render_template(
        "diagrams/compare_draft.html",
        groups=grouped(changes),
        sides=sides(_named(other or draft), _named(draft), changes),
        **page,
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
    found = _published(session, key)
    if not found:
        raise NotFoundError(f'No version of the process "{key}" is published.')
    return found


def _published(session: Session, key: str) -> Sequence[DiagramVersion]:
    return session.scalars(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(Process.key == key, DiagramVersion.published_at.is_not(None))
        .order_by(DiagramVersion.number.desc())
        .options(joinedload(DiagramVersion.process))
    ).all()


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


def _others(session: Session, draft: DiagramDraft) -> list[DiagramDraft | DiagramVersion]:
    """Give what a draft can be compared with: open drafts of its process, then its versions."""
    found = [one for one in drafts.open_drafts(session) if one.key == draft.key]
    versions = _published(session, draft.key)
    return [*(one for one in found if one.id != draft.id), *versions]


def _other(
    session: Session, draft: DiagramDraft, others: Sequence[DiagramDraft | DiagramVersion]
) -> DiagramDraft | DiagramVersion | None:
    """Give the one that was asked for; else the first that there is, None where there is none.

    One that is closed can be asked for as well.
    """
    asked = request.args.get("other", "")
    if not asked:
        first = others[0] if others else None
        return drafts.of_id(session, first.id) if isinstance(first, DiagramDraft) else first
    kind, _, number = asked.partition("-")
    known = row_number(number) or 0
    if kind == VERSION:
        return publication.version_of(session, draft.key, known)
    other = drafts.of_id(session, known if kind == DRAFT else 0)
    if other.key != draft.key:
        raise NotFoundError(
            f"Draft {other.id} is of another process ({other.name}) than draft {draft.id}. Only two "
            "of the same process can be compared."
        )
    return other


def _diagram(session: Session, one: DiagramDraft | DiagramVersion) -> Diagram | None:
    """Give what one of the two says; None where a draft is damaged."""
    if isinstance(one, DiagramDraft):
        return read(one.xml)[0]
    return runtime().library.of(session, one.id).diagrams[one.process.key]


def _changes(session: Session, key: str, before: Diagram, after: Diagram) -> list[Change]:
    library, acts = runtime().library, runtime().pack.acts
    others = [
        library.of(session, version.id).diagrams[name]
        for name, version in publication.published(session, now=clock.now()).items()
        if name != key
    ]
    return compare(
        before,
        after,
        title_of_act=lambda act: acts[act].title if act in acts else act,
        elsewhere=frozenset(
            clause for other in others for node in other.nodes.values() for clause in node.clauses
        ),
    )


def _named(one: DiagramDraft | DiagramVersion) -> Named:
    if isinstance(one, DiagramDraft):
        return Named(f"Draft {one.id}", url_for("diagram_drafts.xml", draft_id=one.id))
    return Named(
        f"Version {one.number}",
        url_for("diagrams.xml", key=one.process.key, number=one.number),
    )
