"""The outline of a draft: its steps in words, with the verdict beside them."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import access, clock
from webapp.incoming import row_number
from webapp.outline import rows
from webapp.outline.blueprint import bp
from webapp.outline.page import after, opened, opened_to_edit
from webapp.outline.verdict import verdict_on
from workflows.publication import undoing


@bp.get("/drafts/<int:draft_id>/outline")
def show(draft_id: int) -> ResponseReturnValue:
    """Show the process of a draft as an outline that can be edited."""
    page = opened(draft_id)
    edits = undoing.edits_of(db.session(), page.draft)
    return render_template(
        "outline/show.html",
        page=page,
        rows=rows.rows_of(page),
        meetings=rows.meetings(page),
        verdict=verdict_on(page),
        edits=edits,
    )


@bp.get("/drafts/<int:draft_id>/outline/words")
def words(draft_id: int) -> ResponseReturnValue:
    """Show the process in words alone, to be read or printed."""
    return render_template("outline/words.html", page=opened(draft_id))


@bp.post("/drafts/<int:draft_id>/outline/undo")
def undo(draft_id: int) -> ResponseReturnValue:
    """Take the last edit back."""
    page = opened_to_edit(draft_id)
    revision = row_number(request.form.get("revision")) or 0
    saved, words = undoing.undo(
        page.draft.id, revision=revision, by=access.me().id, now=clock.now()
    )
    return after(saved, f"Undone: {words}", page.address())
