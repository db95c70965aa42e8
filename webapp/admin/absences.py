"""Who is away, and who does their tasks."""

from flask import render_template
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import clock
from webapp.absences import processes
from webapp.admin.blueprint import bp
from workflows import absences as away


@bp.get("/absences")
def absences() -> ResponseReturnValue:
    session, day = db.session(), clock.today()
    return render_template(
        "admin/absences.html",
        away=away.current(session, day=day),
        state_of=away.state_of,
        processes=processes(),
        today=day,
    )
