"""Remarks on a draft of a diagram, as its pages take them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from models.database import db
from webapp import access, clock
from webapp.draft_page import Page, gathered
from webapp.forms import PageForm
from webapp.runtime import runtime
from workflows.diagrams.graph import ACTIVITIES, Diagram
from workflows.errors import InvalidAnswersError
from workflows.publication import remarks

bp = Blueprint("draft_remarks", __name__, url_prefix="/diagrams")

WHOLE = "", "The draft as a whole"


class RemarkForm(PageForm):
    """What somebody remarks, and on what."""

    element = SelectField("On", description="Empty: on the whole draft.", validate_choice=False)
    words = TextAreaField(
        "Your remark",
        description="Those who work on this draft are told of it.",
        validators=[
            DataRequired("Say what you mean."),
            Length(max=remarks.LONGEST_REMARK),
        ],
        render_kw={"rows": 2},
    )


def remark_form(diagram: Diagram, *, sent: bool = False) -> RemarkForm:
    """Give the form for a remark on an element of this diagram; the address may name one."""
    form = RemarkForm() if sent else RemarkForm(formdata=None)
    steps = [node for node in diagram.nodes.values() if node.kind in ACTIVITIES]
    others = [node for node in diagram.nodes.values() if node not in steps and node.name]
    form.element.choices = [WHOLE, *((node.id, node.title) for node in (*steps, *others))]
    if not sent:
        form.element.data = request.args.get("element", "")
    return form


@bp.get("/drafts/<int:draft_id>/remarks")
def index(draft_id: int) -> ResponseReturnValue:
    """Show the remarks on a draft, and take another."""
    page = gathered(draft_id)
    return _page(page, remark_form(page.diagram))


@bp.post("/drafts/<int:draft_id>/remarks")
def remark(draft_id: int) -> ResponseReturnValue:
    """Make a remark."""
    page = gathered(draft_id)
    form = remark_form(page.diagram, sent=True)
    if not form.validate_on_submit():
        return _page(page, form), 422
    element, words = form.element.data or None, form.words.data or ""
    try:
        remarks.remark(runtime(), draft_id, words, element, by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return _page(page, form), 422
    flash("The remark stands here. Those who work on the draft have been told.")
    return redirect(url_for("draft_remarks.index", draft_id=draft_id), code=303)


@bp.post("/drafts/<int:draft_id>/remarks/<int:remark_id>/settled")
def settle(draft_id: int, remark_id: int) -> ResponseReturnValue:
    """Say that a remark is settled."""
    remarks.settle(runtime(), draft_id, remark_id, by=access.me().id, now=clock.now())
    flash("The remark is settled.")
    return redirect(url_for("draft_remarks.index", draft_id=draft_id), code=303)


def _page(page: Page, form: RemarkForm) -> str:
    rows = remarks.of_draft(db.session(), page.draft.id)
    titles = {node.id: node.title for node in page.diagram.nodes.values()}
    return render_template(
        "diagrams/remarks.html", page=page, draft=page.draft, rows=rows, titles=titles, form=form
    )
