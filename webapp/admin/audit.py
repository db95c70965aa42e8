"""Who did what, and when, for auditors."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp.admin.blueprint import bp
from webapp.incoming import page_number, row_number
from workflows import audit_trail
from workflows.audit_trail import TrailSearch


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    search = TrailSearch(
        action=request.args.get("action", "").strip(),
        subject=request.args.get("subject", "").strip(),
        actor_id=row_number(request.args.get("person")),
        page=page_number(),
    )
    return render_template(
        "admin/audit.html",
        search=search,
        trail=audit_trail.read_trail(db.session(), search),
        per_page=audit_trail.PER_PAGE,
    )
