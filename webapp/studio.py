"""The studio: a draft on a canvas, with building blocks, a panel and the verdict beside it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.database import db
from models.publication import DiagramDraft
from webapp import access, clock
from workflows.diagrams.proof import WAY
from workflows.diagrams.reading import read
from workflows.errors import ConflictError
from workflows.publication import drafts

bp = Blueprint("studio", __name__, url_prefix="/diagrams")


@bp.get("/drafts/<int:draft_id>/studio")
def show(draft_id: int) -> ResponseReturnValue:
    """Open a draft in the studio; one that nobody may edit now says why not.

    A damaged one opens in the outline.
    """
    draft = drafts.of_id(db.session(), draft_id)
    if draft.closed_at or draft.submitted_at:
        return render_template("studio/shut.html", draft=draft), ConflictError.status
    if read(draft.xml)[0] is None:
        flash(
            "The canvas cannot draw this draft: it is damaged. The outline shows what can be read."
        )
        return redirect(url_for("outline.show", draft_id=draft_id))
    # What can be read is UTF-8.
    page = {"xml": draft.xml.decode("utf-8-sig"), **_seen(draft), **_addresses(draft)}
    return render_template("studio/show.html", draft=draft, page=page)


def _addresses(draft: DiagramDraft) -> dict[str, str]:
    """Give where the page asks for what it shows, and sends what was drawn."""
    return {
        "content": url_for("studio_api.save", draft_id=draft.id),
        "presence": url_for("studio_api.presence", draft_id=draft.id),
        "verdict": url_for("studio_api.verdict"),
        "tidy": url_for("studio_api.tidied"),
        "vocabulary": url_for("studio_vocabulary.show"),
        "remarks": url_for("draft_remarks.index", draft_id=draft.id),
        "outline": url_for("outline.show", draft_id=draft.id),
        "hub": url_for("diagram_drafts.show", draft_id=draft.id),
    }


def _seen(draft: DiagramDraft) -> dict[str, object]:
    """Give what the page knows of the draft when it opens: who saved it, when, and who looks."""
    return {
        "draft": draft.id,
        "process": draft.key,
        "revision": draft.revision,
        "saved": f"{draft.edited_at.astimezone(clock.zone()):%H:%M}",
        "person": access.me().id,
        "way": WAY,
    }
