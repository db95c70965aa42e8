"""Diagrams: how each process goes, in which version, in picture and words."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from models.cases import Case, DiagramVersion, Process
from models.database import db
from models.people import Person
from webapp import access, clock, permissions
from webapp.forms import PageForm
from webapp.runtime import runtime
from webapp.text_twin import in_force as diagrams_in_force
from webapp.text_twin import in_words
from workflows import publication
from workflows.diagrams.graph import Diagram
from workflows.errors import ConflictError, NotFoundError
from workflows.publication import retiring, taking_effect

# Fewer confidential cases than this are not counted before anybody's eyes.
FEWEST_TOLD = 5

bp = Blueprint("diagrams", __name__, url_prefix="/diagrams")

OWNERS = permissions.CAPABILITIES["diagrams.publish"]


class ReasonForm(PageForm):
    """Why, for the record."""

    reason = TextAreaField(
        "Reason",
        description="It stands on the record under your name.",
        validators=[
            DataRequired("Say why, for the record."),
            Length(max=taking_effect.LONGEST_REASON),
        ],
        render_kw={"rows": 2},
    )


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
    return _page(_in_force(key))


@bp.get("/<key>/versions/<int:number>")
def show_version(key: str, number: int) -> ResponseReturnValue:
    """Show one version of a process."""
    return _page(publication.version_of(db.session(), key, number))


@bp.post("/<key>/versions/<int:number>/withdrawal")
def withdraw(key: str, number: int) -> ResponseReturnValue:
    """Withdraw a version before it takes effect, with all that was published with it."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(publication.version_of(db.session(), key, number), form), 422
    why, by, now = form.reason.data or "", access.me().id, clock.now()
    try:
        rows = taking_effect.withdraw(runtime(), (key, number), why, by=by, owners=OWNERS, now=now)
    except ConflictError as error:
        form.form_errors.append(str(error))
        return _page(publication.version_of(db.session(), key, number), form), error.status
    named = ", ".join(f"version {row.number} of {row.process.name}" for row in rows)
    flash(f"Withdrawn: {named}. What is in force stays.")
    return redirect(url_for("diagrams.show_version", key=key, number=number), code=303)


@bp.post("/<key>/retirement")
def retire(key: str) -> ResponseReturnValue:
    """Let no new case of a process begin, or bring a retired one back."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(_in_force(key), form), 422
    back = request.form.get("back") == "yes"
    act = retiring.bring_back if back else retiring.retire
    why, by, now = form.reason.data or "", access.me().id, clock.now()
    try:
        process = act(runtime(), key, why, by=by, owners=OWNERS, now=now)
    except ConflictError as error:
        form.form_errors.append(str(error))
        return _page(_in_force(key), form), error.status
    flash(
        f"{process.name} is back: cases of it can begin."
        if back
        else f"{process.name} is retired. No new case of it begins; those that run go on."
    )
    return redirect(url_for("diagrams.show", key=key), code=303)


def _in_force(key: str) -> DiagramVersion:
    version = publication.published(db.session(), now=clock.now()).get(key)
    if version is None:
        raise NotFoundError(f'No version of the process "{key}" is published.')
    return version


def _page(version: DiagramVersion, form: ReasonForm | None = None) -> str:
    session = db.session()
    key = version.process.key
    diagram = runtime().library.of(session, version.id).diagrams[key]
    versions = session.scalars(
        select(DiagramVersion)
        .where(DiagramVersion.process_id == version.process_id)
        .order_by(DiagramVersion.number.desc())
        .options(joinedload(DiagramVersion.author), joinedload(DiagramVersion.published_by))
    ).all()
    in_force = publication.published(session, now=clock.now()).get(key)
    states = {one.id: _state(one, in_force) for one in versions}
    running = session.scalar(
        select(func.count()).where(Case.version_id == version.id, Case.ended_at.is_(None))
    )
    pack, around = runtime().pack, diagrams_in_force()
    cited = {clause for node in diagram.nodes.values() for clause in node.clauses}
    return render_template(
        "diagrams/show.html",
        version=version,
        versions=versions,
        states=states,
        retired_by=_person(version.process.retired_by_id),
        withdrawn_by=_person(version.withdrawn_by_id),
        form=form or ReasonForm(formdata=None),
        diagram=diagram,
        steps=in_words(diagram, around),
        running=told(running or 0, diagram.confidential),
        clauses=[pack.clauses[clause] for clause in sorted(cited) if clause in pack.clauses],
        called=_called(diagram, around),
    )


def _called(diagram: Diagram, around: Mapping[str, Diagram]) -> dict[str, str]:
    """Give the names of the processes that it calls, by their ids, each once."""
    keys = [node.called for node in diagram.of_kind("callActivity") if node.called]
    return {key: around[key].name or key for key in keys if key in around}


def _person(person_id: int | None) -> Person | None:
    return db.session.get(Person, person_id) if person_id else None


def _state(version: DiagramVersion, in_force: DiagramVersion | None) -> tuple[str, str]:
    """Give the state of a version as a word, and the kind of its mark."""
    if version.withdrawn_at:
        return "Withdrawn", "refused"
    if version.published_at is None:
        return "Not published", "draft"
    if version.effective_from > clock.now():
        return "Scheduled", "waiting"
    is_in_force = in_force is not None and version.id == in_force.id
    return ("In force", "done") if is_in_force else ("Earlier", "ended")


def told(count: int, confidential: bool) -> int | str:
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
