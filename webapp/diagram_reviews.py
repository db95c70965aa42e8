"""Reviews: a second person publishes a draft of a diagram, or sends it back with words."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from webapp import access, clock, permissions
from webapp.draft_page import gathered, shown
from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.runtime import runtime
from workflows.errors import ConflictError, InvalidAnswersError, UnpublishableError
from workflows.publication import publishing, reviewing
from workflows.publication.reviewing import Word

bp = Blueprint("diagram_reviews", __name__, url_prefix="/diagrams")

# They are told of what was published.
OWNERS = permissions.CAPABILITIES["diagrams.publish"]


class ReviewForm(PageForm):
    """What the second person says."""

    revision = HiddenField()
    words = TextAreaField(
        "What you say to it",
        description="To send it back, say what has to change. It stands with the draft.",
        validators=[Length(max=reviewing.LONGEST_WORDS)],
        render_kw={"rows": 3},
    )


@bp.get("/drafts/<int:draft_id>/review")
def show(draft_id: int) -> ResponseReturnValue:
    """Show a second person what would be published, and what it changes."""
    return _review_page(draft_id, None)


@bp.post("/drafts/<int:draft_id>/review")
def answer(draft_id: int) -> ResponseReturnValue:
    """Publish a submitted draft, or send it back with words."""
    form = ReviewForm()
    is_answered = form.validate_on_submit()
    if request.form.get("answer") not in ("publish", "return"):
        form.form_errors.append("Choose whether to publish it or to send it back.")
        is_answered = False
    if not is_answered:
        return _review_page(draft_id, form), 422
    word = Word(row_number(form.revision.data) or 0, form.words.data or "")
    by, now = access.me().id, clock.now()
    try:
        if request.form.get("answer") == "publish":
            versions = publishing.publish(runtime(), draft_id, word, by=by, owners=OWNERS, now=now)
            own = versions[0]
            flash(f"Version {own.number} of {own.process.name} is published.")
            target = url_for("diagrams.show_version", key=own.process.key, number=own.number)
            return redirect(target, code=303)
        reviewing.send_back(runtime(), draft_id, word, by=by, now=now)
    except (InvalidAnswersError, ConflictError, UnpublishableError) as error:
        if isinstance(error, InvalidAnswersError):
            form.take(error)
        else:
            form.form_errors.append(str(error))
        return _review_page(draft_id, form), error.status
    flash("It is back with its author, who has been told.")
    return redirect(url_for("diagram_drafts.index"), code=303)


def _review_page(draft_id: int, form: ReviewForm | None) -> str:
    page = gathered(draft_id)
    form = form or ReviewForm(formdata=None, data={"revision": page.draft.revision})
    return render_template("diagrams/review.html", page=page, form=form, **shown(page))
