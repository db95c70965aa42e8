"""Sentences for one person, and the statement on accessibility."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from models.cases import Case
from models.database import db
from models.trust import Notice
from webapp import access, clock
from webapp.incoming import row_number
from webapp.task_page import duties
from workflows import notices
from workflows.confidence import on_list, own_part

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    """Show what the person has been told and not read yet."""
    unread = notices.unread(db.session(), access.me().id)
    return render_template("notices/index.html", notices=unread, open_to_me=_open_to_me(unread))


def _open_to_me(unread: list[Notice]) -> set[int]:
    """Give the cases of these notices whose page the person may open, by their ids.

    Who is told of an offered step takes it from the list of tasks; before, there is no page.
    """
    secret = {notice.case.id for notice in unread if notice.case and notice.case.confidential}
    others = {notice.case.id for notice in unread if notice.case} - secret
    if not secret:
        return others
    held, now = duties(), clock.now()
    mine = or_(on_list(held, now=now), own_part(held.person_id))
    return others | set(db.session.scalars(select(Case.id).where(Case.id.in_(secret), mine)))


@bp.post("/notices/reading")
def read() -> ResponseReturnValue:
    """Put the notices away."""
    up_to = row_number(request.form.get("up_to")) or 0
    notices.mark_all_read(by=access.me().id, up_to=up_to, now=clock.now())
    flash("Your notices are read.")
    return redirect(url_for("notices.index"), code=303)


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how accessible the product is, and whom to tell where it is not."""
    return render_template("notices/accessibility.html")
