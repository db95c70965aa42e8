"""Which roles there are, who holds them, and whom nobody acts for."""

from flask import render_template
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import clock
from webapp.admin.blueprint import bp
from webapp.runtime import pack, runtime
from workflows import directory
from workflows.vacancies import needed, thin_parties, unreachable_units, vacancies


@bp.get("/roles")
def roles() -> ResponseReturnValue:
    session, day = db.session(), clock.today()
    wanted = needed(session, runtime(), now=clock.now())
    return render_template(
        "admin/roles.html",
        roles=sorted(pack().roles.values(), key=lambda role: role.title),
        held=directory.holders_by_role(session, day=day),
        vacancies=vacancies(session, pack(), day),
        thin=thin_parties(session, pack(), wanted.parties, day),
        unreachable=unreachable_units(session, pack(), wanted.unit_duties, day),
    )
