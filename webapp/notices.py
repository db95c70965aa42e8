"""Sentences for one person, and the statement on accessibility."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import access, clock
from webapp.incoming import row_number
from workflows import notices

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    """Show what the person has been told and not read yet."""
    unread = notices.unread(db.session(), access.me().id)
    return render_template("notices/index.html", notices=unread)


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
