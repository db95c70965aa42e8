"""What one can ask for."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import access, clock
from webapp.runtime import runtime
from webapp.task_page import duties
from workflows import cases, publication
from workflows.diagrams.graph import Diagram
from workflows.library import DiagramSet

bp = Blueprint("start", __name__, url_prefix="/start")


@dataclass(frozen=True)
class Offer:
    """A process that the person may start, and who will be asked in it."""

    key: str
    diagram: Diagram
    parties: str


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the processes that the person may start."""
    held = duties()
    session = db.session()
    offers = []
    for key, version in sorted(publication.published(session).items()):
        diagrams = runtime().library.of(session, version.id)
        main = diagrams.diagrams[diagrams.main]
        if held.has_role(main.starters):
            offers.append(Offer(key, main, _asked(diagrams)))
    return render_template("start/index.html", offers=offers)


def _asked(diagrams: DiagramSet) -> str:
    """Name everybody who will be asked, in the called diagrams too, but not who starts."""
    main = diagrams.diagrams[diagrams.main]
    starter = {node.lane for node in main.starts()}
    lanes = dict.fromkeys(lane for diagram in diagrams.diagrams.values() for lane in diagram.lanes)
    return ", ".join(lane for lane in lanes if lane not in starter)


@bp.post("/<key>")
def start(key: str) -> ResponseReturnValue:
    """Start a case and go on to its first form."""
    by = access.me().id
    case = cases.start_case(runtime(), key, by=by, now=clock.now())
    mine = cases.waits_for(case.id, by)
    if mine is None:
        return redirect(url_for("cases.show", number=case.number), code=303)
    return redirect(url_for("tasks.show", task_id=mine.id), code=303)
