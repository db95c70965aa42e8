"""Diagrams: how each process goes, in which version, in picture and words."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

from models.cases import Case, DiagramVersion, Process
from models.database import db
from webapp import clock
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.text import describe
from workflows.errors import NotFoundError

# Fewer confidential cases than this are not counted before anybody's eyes.
FEWEST_TOLD = 5

bp = Blueprint("diagrams", __name__, url_prefix="/diagrams")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show every process with the version in force."""
    session = db.session()
    versions = publication.published(session, now=clock.now())
    library = runtime().library
    rows = [
        (key, version, library.of(session, version.id).diagrams[key])
        for key, version in sorted(versions.items())
    ]
    return render_template("diagrams/index.html", rows=rows)


@bp.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show how a process goes: the version in force, in picture and words."""
    version = publication.published(db.session(), now=clock.now()).get(key)
    if version is None:
        raise NotFoundError(f'No version of the process "{key}" is published.')
    return _page(version)


@bp.get("/<key>/versions/<int:number>")
def show_version(key: str, number: int) -> ResponseReturnValue:
    """Show one version of a process."""
    return _page(publication.version_of(db.session(), key, number))


def _page(version: DiagramVersion) -> ResponseReturnValue:
    session = db.session()
    key = version.process.key
    diagram = runtime().library.of(session, version.id).diagrams[key]
    versions = session.scalars(
        select(DiagramVersion)
        .where(DiagramVersion.process_id == version.process_id)
        .order_by(DiagramVersion.number.desc())
    ).all()
    running = session.scalar(
        select(func.count()).where(Case.version_id == version.id, Case.ended_at.is_(None))
    )
    pack = runtime().pack
    cited = {clause for node in diagram.nodes.values() for clause in node.clauses}
    return render_template(
        "diagrams/show.html",
        version=version,
        versions=versions,
        diagram=diagram,
        steps=list(describe(diagram)),
        running=_told(running or 0, diagram.confidential),
        clauses=[pack.clauses[clause] for clause in sorted(cited) if clause in pack.clauses],
        called=[node.called for node in diagram.of_kind("callActivity")],
    )


def _told(count: int, confidential: bool) -> int | str:
    """Say how many cases there are; of confidential ones only whether they are few.

    Everybody reads this: a number that grows by one tells that somebody has just complained.
    """
    if not confidential:
        return count
    return f"fewer than {FEWEST_TOLD}" if count < FEWEST_TOLD else f"{FEWEST_TOLD} or more"


@bp.get("/<key>/versions/<int:number>/xml")
def xml(key: str, number: int) -> ResponseReturnValue:
    """Hand out the BPMN of a version. It never changes, so browsers may keep it."""
    version = db.session.scalar(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(Process.key == key, DiagramVersion.number == number)
        .options(undefer(DiagramVersion.xml), joinedload(DiagramVersion.process))
    )
    if version is None:
        raise NotFoundError(f'There is no version {number} of "{key}".')
    response = Response(version.xml, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{number}.bpmn"'
    response.set_etag(version.sha256)
    return response.make_conditional(request)
