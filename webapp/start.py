"""What one can ask for."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.cases import DiagramVersion
from models.database import db
from webapp import access, clock
from webapp.runtime import runtime
from webapp.task_page import duties
from webapp.templating import plural
from workflows import cases, progress, publication
from workflows.diagrams.graph import Diagram
from workflows.library import DiagramSet

bp = Blueprint("start", __name__, url_prefix="/start")

# Fewer confidential cases than this are not counted before anybody's eyes.
FEWEST_TOLD = 5
# So long the page says what a new version does otherwise.
CHANGED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Offer:
    """A process that the person may start, who will be asked in it, and how long it takes."""

    key: str
    diagram: Diagram
    parties: str
    takes: str
    version: DiagramVersion
    changed: bool


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the processes that the person may start."""
    held = duties()
    session = db.session()
    offers = []
    for key, version in sorted(publication.published(session, now=clock.now()).items()):
        if version.process.retired_at:
            continue
        diagrams = runtime().library.of(session, version.id)
        main = diagrams.diagrams[diagrams.main]
        if held.has_role(main.starters):
            takes = _takes(progress.usual(session, version.process_id), main.confidential)
            is_new = version.effective_from > clock.now() - CHANGED_FOR
            changed = bool(version.for_staff) and is_new
            offers.append(Offer(key, main, _asked(diagrams), takes, version, changed))
    return render_template("start/index.html", offers=offers)


def _asked(diagrams: DiagramSet) -> str:
    """Name everybody who will be asked, in the called diagrams too, but not who starts."""
    main = diagrams.diagrams[diagrams.main]
    starter = {node.lane for node in main.starts()}
    lanes = dict.fromkeys(lane for diagram in diagrams.diagrams.values() for lane in diagram.lanes)
    return ", ".join(lane for lane in lanes if lane not in starter)


def _takes(usual: progress.Usual | None, confidential: bool) -> str:
    """Say how long it usually takes, and by how many cases that is known.

    Of confidential cases it is told only where so many have ended that it tells of none of them,
    and never how many.
    """
    if confidential:
        if usual is None or usual.cases < FEWEST_TOLD:
            return "not told: too few of these confidential cases have come to their end"
        return f"about {plural(max(1, round(usual.time / timedelta(days=1))), 'day')}"
    if usual is None:
        return "not known yet: no case has come to its end"
    days = max(1, round(usual.time / timedelta(days=1)))
    if usual.cases == 1:
        return f"{plural(days, 'day')}, as the one case did that has come to its end"
    return f"{plural(days, 'day')}, by the last {usual.cases} cases that have come to their end"


@bp.post("/<key>")
def start(key: str) -> ResponseReturnValue:
    """Start a case and go on to its first form."""
    by = access.me().id
    case = cases.start_case(runtime(), key, by=by, now=clock.now())
    mine = cases.waits_for(case.id, by)
    if mine is None:
        return redirect(url_for("cases.show", reference=case.reference), code=303)
    return redirect(url_for("tasks.show", task_id=mine.id), code=303)
