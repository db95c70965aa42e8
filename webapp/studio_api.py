"""What the pages of the studio ask the server while somebody edits: JSON and XML, no pages."""

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from models.database import db
from models.publication import DiagramDraft
from webapp import access, clock
from webapp.incoming import row_number
from webapp.runtime import runtime
from workflows.diagrams.check import is_publishable
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.layout import tidy
from workflows.errors import ConflictError
from workflows.publication import drafts, editing_together
from workflows.publication.drafts import UnreadableDiagramError

bp = Blueprint("studio_api", __name__, url_prefix="/diagrams")


@bp.put("/drafts/<int:draft_id>/content")
def save(draft_id: int) -> ResponseReturnValue:
    """Keep the XML that was sent, if the draft is still as the page knew it; else beside it."""
    revision = row_number(request.headers.get("If-Match", "").strip('"')) or 0
    try:
        saved = editing_together.autosave(
            draft_id, _sent(), revision=revision, by=access.me().id, now=clock.now()
        )
    except UnreadableDiagramError as error:
        return _refused(error)
    if saved.parted_from is not None:
        return _kept_apart(saved.draft, saved.parted_from)
    return jsonify(revision=saved.draft.revision, saved=_clock_time(saved.draft))


@bp.post("/drafts/<int:draft_id>/presence")
def presence(draft_id: int) -> ResponseReturnValue:
    """Note that this page is open, and tell what else happens to the draft."""
    now = clock.now()
    present = editing_together.mark_present(draft_id, by=access.me().id, now=now)
    draft = present.draft
    report = drafts.current_report(runtime(), db.session(), draft, now=now)
    state = "running" if present.is_being_checked else "done" if report else "none"
    return jsonify(
        revision=draft.revision,
        edited_by=draft.edited_by.name,
        edited_at=draft.edited_at.isoformat(),
        saved=_clock_time(draft),
        editors=[person.name for person in present.others],
        submitted=draft.submitted_at is not None,
        closed=draft.closed_at is not None,
        check={
            "state": state,
            "publishable": report.publishable if report else None,
            "url": url_for("check_reports.of_draft", draft_id=draft.id),
        },
    )


@bp.post("/studio/verdict")
def verdict() -> ResponseReturnValue:
    """Say what the proof says of the XML that was sent. Nothing is kept."""
    report = editing_together.verdict(runtime(), _sent(), now=clock.now())
    return jsonify(
        publishable=is_publishable(report, without_engine=True),
        complete=report["proof"]["complete"],
        milliseconds=report["milliseconds"],
        findings=report["findings"],
    )


@bp.post("/studio/tidy")
def tidied() -> ResponseReturnValue:
    """Draw the XML that was sent anew, lane by lane. Nothing is kept."""
    content = _sent()
    try:
        drafts.readable(content)
    except UnreadableDiagramError as error:
        return _refused(error)
    return Response(tidy(content), mimetype="application/xml")


def _sent() -> bytes:
    """Give the XML that was sent; a byte more than is taken is enough to say that it is too much."""
    return request.get_data(cache=False)[: MAXIMUM_BYTES + 1]


def _refused(error: UnreadableDiagramError) -> ResponseReturnValue:
    found = error.report["findings"] if error.report else []
    return jsonify(title=error.title, message=str(error), findings=found), error.status


def _kept_apart(own: DiagramDraft, theirs: DiagramDraft) -> ResponseReturnValue:
    message = (
        f"{theirs.edited_by.name} changed draft {theirs.id} at {_clock_time(theirs)}, while you had it "
        f"open. Theirs stays as it is; yours is kept as draft {own.id}. Compare them and go on in one."
    )
    return jsonify(
        title="Both versions are kept",
        message=message,
        kept_as={"id": own.id, "url": url_for("diagram_drafts.show", draft_id=own.id)},
        compare=url_for("comparisons.with_draft", draft_id=own.id, other=f"draft-{theirs.id}"),
        theirs={"id": theirs.id, "url": url_for("diagram_drafts.show", draft_id=theirs.id)},
    ), ConflictError.status


def _clock_time(draft: DiagramDraft) -> str:
    return f"{draft.edited_at.astimezone(clock.zone()):%H:%M}"
