"""Drafts of diagrams: what is being changed, by whom, what the check says, and how it goes on."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, FileField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from models.database import db
from models.publication import DiagramDraft
from webapp import access, clock, permissions
from webapp.draft_page import DamagedDraftError, gathered, shown
from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.runtime import runtime
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.errors import InvalidAnswersError, NotFoundError, PolicyError
from workflows.publication import drafts, editing_together, reviewing, staff_notes
from workflows.publication.drafts import UnreadableDiagramError
from workflows.publication.reviewing import Wish

bp = Blueprint("diagram_drafts", __name__, url_prefix="/diagrams")

# Who may publish: they are told of what waits for a review.
OWNERS = permissions.CAPABILITIES["diagrams.publish"]


class UploadForm(PageForm):
    """A BPMN file."""

    # It stands on the same page as the submission.
    revision = HiddenField(id="revision-of-file")
    file = FileField(
        "BPMN file",
        description=f"Up to {MAXIMUM_BYTES // 1024} kB, as a modeler saves it.",
        validators=[InputRequired("Choose a file first.")],
    )


class SubmissionForm(PageForm):
    """What changes and why, and from when on it shall hold."""

    revision = HiddenField()
    note = TextAreaField(
        "What changes, and why",
        description="It stands with the version for good.",
        validators=[
            DataRequired("Say what changes, and why."),
            Length(max=drafts.LONGEST_NOTE),
        ],
        render_kw={"rows": 3},
    )
    for_staff = TextAreaField(
        "What staff will read",
        description="Those whose steps change are told it on the day of effect, and it stands where "
        "the process is started. Proposed from what the draft changes; empty it to tell nobody.",
        validators=[Optional(), Length(max=staff_notes.LONGEST)],
        render_kw={"rows": 4},
    )
    effective_from = DateField(
        "Takes effect on",
        description="A day to come, from its first minute. Empty: as soon as it is published.",
        validators=[Optional()],
    )


@bp.get("/drafts")
def index() -> ResponseReturnValue:
    """List what is being changed, and take in a file as a new draft."""
    return _index(UploadForm(formdata=None))


def _index(form: UploadForm) -> str:
    return render_template(
        "diagrams/drafts.html", drafts=drafts.open_drafts(db.session()), form=form
    )


@bp.post("/drafts")
def upload() -> ResponseReturnValue:
    """Open a draft from a file, and have it checked."""
    form = UploadForm()
    content = _sent(form)
    if content is None:
        return _index(form), 422
    try:
        draft = drafts.open_upload(content, by=access.me().id, now=clock.now())
    except UnreadableDiagramError as error:
        return _findings(error, url_for("diagram_drafts.index")), 422
    editing_together.have_checked(draft.id, now=clock.now())
    flash("The file is kept as a draft. It is being checked.")
    return _to(draft)


@bp.post("/<key>/drafts")
def open_draft(key: str) -> ResponseReturnValue:
    """Open a draft from the version in force, or from the older one that was named."""
    number = row_number(request.form.get("version"))
    draft = drafts.open_from(key, number, by=access.me().id, now=clock.now())
    flash("The draft is open. Draw it, or edit it as an outline.")
    return _to(draft)


@bp.get("/drafts/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """Show a draft: its picture, what it changes, what the check says, what can be done."""
    return _page(draft_id)


@bp.get("/drafts/<int:draft_id>/xml")
def xml(draft_id: int) -> ResponseReturnValue:
    """Hand out the BPMN of a draft as it is now."""
    draft = drafts.of_id(db.session(), draft_id)
    response = Response(draft.xml, mimetype="application/xml")
    name = f"{draft.key}-draft-{draft.id}.bpmn"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/drafts/<int:draft_id>/content")
def replace(draft_id: int) -> ResponseReturnValue:
    """Put an uploaded file in the place of what the draft holds, and have it checked."""
    form = UploadForm()
    content = _sent(form)
    if content is None:
        return _page(draft_id, upload=form), 422
    revision = row_number(form.revision.data) or 0
    try:
        saved = drafts.replace(
            draft_id, content, revision=revision, by=access.me().id, now=clock.now()
        )
    except UnreadableDiagramError as error:
        return _findings(error, url_for("diagram_drafts.show", draft_id=draft_id)), 422
    editing_together.have_checked(saved.draft.id, now=clock.now())
    if saved.parted_from is not None:
        return render_template("diagrams/parted.html", saved=saved), 409
    flash("The file is saved. It is being checked.")
    return _to(saved.draft)


@bp.post("/drafts/<int:draft_id>/check")
def check(draft_id: int) -> ResponseReturnValue:
    """Check the draft as it is now, under the policy in force."""
    report = drafts.check(runtime(), draft_id, now=clock.now())
    flash("Checked: it may be published." if report.publishable else "Checked: see what is wrong.")
    return redirect(url_for("check_reports.of_draft", draft_id=draft_id), code=303)


@bp.post("/drafts/<int:draft_id>/note")
def note(draft_id: int) -> ResponseReturnValue:
    """Write down what the draft changes."""
    form = SubmissionForm()
    revision = row_number(form.revision.data) or 0
    by, now = access.me().id, clock.now()
    try:
        drafts.describe(
            runtime(), draft_id, form.note.data or "", revision=revision, by=by, now=now
        )
    except PolicyError as error:
        return _again(draft_id, form, error)
    flash("The note is saved.")
    return redirect(url_for("diagram_drafts.show", draft_id=draft_id), code=303)


@bp.post("/drafts/<int:draft_id>/submission")
def submit(draft_id: int) -> ResponseReturnValue:
    """Submit the draft for review by a second person."""
    form = SubmissionForm()
    if not form.validate_on_submit():
        return _page(draft_id, submission=form), 422
    wish = Wish(
        row_number(form.revision.data) or 0,
        form.note.data or "",
        _moment(form),
        form.for_staff.data or "",
    )
    try:
        reviewing.submit(
            runtime(), draft_id, wish, by=access.me().id, reviewers=OWNERS, now=clock.now()
        )
    except PolicyError as error:
        return _again(draft_id, form, error)
    flash("It waits for a second person, who has been told. Nobody edits it meanwhile.")
    return redirect(url_for("diagram_drafts.show", draft_id=draft_id), code=303)


def _moment(form: SubmissionForm) -> datetime | None:
    day = form.effective_from.data
    return datetime.combine(day, time(), clock.zone()).astimezone(UTC) if day else None


def _again(draft_id: int, form: SubmissionForm, error: PolicyError) -> ResponseReturnValue:
    """Show what stands in the way above what was typed, so that nothing of it is lost."""
    if isinstance(error, NotFoundError):
        raise error
    if isinstance(error, InvalidAnswersError):
        form.take(error)
    else:
        form.form_errors.append(str(error))
    return _page(draft_id, submission=form), error.status


@bp.post("/drafts/<int:draft_id>/take-back")
def take_back(draft_id: int) -> ResponseReturnValue:
    """Take a submitted draft back, to edit it again."""
    draft = reviewing.take_back(
        runtime(), draft_id, revision=_revision(), by=access.me().id, now=clock.now()
    )
    flash("It is yours to edit again. Submit it when it is ready.")
    return _to(draft)


@bp.post("/drafts/<int:draft_id>/base")
def take_up(draft_id: int) -> ResponseReturnValue:
    """Say that the draft has regard to the version that came into force meanwhile."""
    draft = drafts.take_up(
        runtime(), draft_id, revision=_revision(), by=access.me().id, now=clock.now()
    )
    flash("The draft now starts from the version in force.")
    return _to(draft)


@bp.post("/drafts/<int:draft_id>/drop")
def drop(draft_id: int) -> ResponseReturnValue:
    """Close a draft without publishing it."""
    drafts.drop(runtime(), draft_id, revision=_revision(), by=access.me().id, now=clock.now())
    flash("The draft is dropped. Nothing in force has changed.")
    return redirect(url_for("diagram_drafts.index"), code=303)


def _page(
    draft_id: int, *, upload: UploadForm | None = None, submission: SubmissionForm | None = None
) -> str:
    try:
        page = gathered(draft_id)
    except DamagedDraftError as error:
        form = upload or UploadForm(formdata=None, data={"revision": error.draft.revision})
        return render_template("diagrams/damaged.html", draft=error.draft, upload=form)
    revision = page.draft.revision
    told = page.draft.for_staff or staff_notes.proposed(page.all_changes)
    wish = {"revision": revision, "note": page.draft.note, "for_staff": told}
    return render_template(
        "diagrams/draft.html",
        page=page,
        upload=upload or UploadForm(formdata=None, data={"revision": revision}),
        submission=submission or SubmissionForm(formdata=None, data=wish),
        **shown(page),
    )


def _sent(form: UploadForm) -> bytes | None:
    """Give the file that was sent; None, with the form saying so, where there is none."""
    if not form.validate_on_submit():
        return None
    # A little more than is taken is enough to say that it is too much.
    with request.files["file"].stream as sent:
        content: bytes = sent.read(MAXIMUM_BYTES + 1)
    return content


def _findings(error: UnreadableDiagramError, back: str) -> str:
    told_findings: Sequence[object] = error.report["findings"] if error.report else ()
    return render_template("diagrams/findings.html", error=error, findings=told_findings, back=back)


def _revision() -> int:
    return row_number(request.form.get("revision")) or 0


def _to(draft: DiagramDraft) -> ResponseReturnValue:
    return redirect(url_for("diagram_drafts.show", draft_id=draft.id), code=303)
