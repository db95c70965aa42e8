"""Who did what, and when, for auditors."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp.admin.blueprint import bp
from workflows import audit_trail
from workflows.audit_trail import TrailSearch


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    search = TrailSearch(
        action=request.args.get("action", "").strip(),
        subject=request.args.get("subject", "").strip(),
        actor_id=request.args.get("person", type=int),
        page=max(1, request.args.get("page", 1, type=int)),
    )
    return render_template(
        "admin/audit.html",
        search=search,
        trail=audit_trail.read_trail(db.session(), search),
        per_page=audit_trail.PER_PAGE,
    )
