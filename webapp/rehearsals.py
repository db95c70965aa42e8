"""Rehearsing a draft: playing it with invented people, and keeping what must go on as it went."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from models.database import db
from webapp import access, clock
from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.rehearsal_page import SHAPES, Page, form_of, gathered, kept_of, overview, xml_url
from webapp.runtime import runtime
from webapp.step_form import StepForm
from workflows import rehearsals, scenarios
from workflows.errors import InvalidAnswersError, NotFoundError, PolicyError
from workflows.publication import drafts
from workflows.publication.family import plan
from workflows.rehearsing import (
    Answer,
    Begin,
    Days,
    Move,
    Place,
    Ring,
    Until,
    Wait,
    expected_told,
)

bp = Blueprint("rehearsals", __name__, url_prefix="/diagrams/drafts/<int:draft_id>")

# Names of our own beside the fields of a step, which may be called anything else.
PLACE, BY, REVISION = "rehearsal-place", "rehearsal-by", "rehearsal-revision"
FILL = "rehearsal-fill"


class KeepForm(PageForm):
    """What a rehearsal is called that is kept as a scenario."""

    revision = HiddenField()
    title = StringField(
        "What it shows",
        description="Such as: a request is returned once and then approved.",
        validators=[
            DataRequired("Give it a title that says what it shows."),
            Length(max=scenarios.LONGEST_TITLE),
        ],
    )


class ReasonForm(PageForm):
    """Why a scenario is set aside or retired."""

    reason = TextAreaField(
        "Reason",
        validators=[DataRequired("Say why, for the record."), Length(max=scenarios.LONGEST_REASON)],
        render_kw={"rows": 2},
    )


# -- rehearsals -----------------------------------------------------------------------------------


@bp.get("/rehearsals")
def index(draft_id: int) -> ResponseReturnValue:
    """List the rehearsals and scenarios of a draft, and how much of it they go through."""
    page = overview(draft_id)
    address = xml_url(page.draft, page.draft.key)
    return render_template("rehearsals/index.html", page=page, draft=page.draft, xml_url=address)


@bp.post("/rehearsals")
def begin(draft_id: int) -> ResponseReturnValue:
    """Begin a rehearsal with the start of a process, or with the moves of a scenario."""
    by, now = access.me().id, clock.now()
    scenario = row_number(request.form.get("scenario"))
    if scenario is not None:
        row = rehearsals.begin_from(runtime(), draft_id, scenario, by=by, now=now)
    else:
        start = Begin(request.form.get("process", ""), request.form.get("starter", ""))
        row = rehearsals.begin(runtime(), draft_id, start, by=by, now=now)
    return _to(draft_id, row.id)


@bp.get("/rehearsals/<int:rehearsal_id>")
def show(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Show where a rehearsal stands, and the form of the step that was chosen."""
    wanted = Place.parse(request.args.get("step", ""))
    fills = request.args.get("fill") == "yes"
    return _page(gathered(draft_id, rehearsal_id, wanted=wanted, fills=fills))


@bp.post("/rehearsals/<int:rehearsal_id>/answers")
def answer(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Let an invented person do a step or send a message, checked as at work."""
    page = gathered(draft_id, rehearsal_id, wanted=Place.parse(request.form.get(PLACE, "")))
    wait = page.chosen
    if wait is None or wait.place != page.wanted:
        raise NotFoundError(
            "This step does not wait here any more. Look where the rehearsal stands."
        )
    form = form_of(page, wait, request.form)
    if FILL in request.form:
        # A box that is not ticked says nothing yet.
        given = {name: said for name, said in form.answers.items() if said is not False}
        return _page(gathered(draft_id, rehearsal_id, wanted=wait.place, fills=True, given=given))
    page = Page(page.draft, page.placed, wanted=wait.place, sent=form)
    if not form.validate():
        return _page(page, 422)
    move = Answer(wait.place, request.form.get(BY, ""), _answers(wait, form), wait.node.title)
    try:
        return _move(draft_id, rehearsal_id, move)
    except PolicyError as error:
        again = gathered(draft_id, rehearsal_id, wanted=wait.place, sent=form, error=error)
        if again.chosen is None or again.chosen.place != wait.place:
            raise
        return _page(again, error.status)


def _answers(wait: Wait, form: StepForm) -> dict[str, object]:
    if wait.node.fields:
        return form.answers
    reason = request.form.get("rehearsal-reason", "").strip()[:4000]
    return {"reason": reason} if reason else {}


@bp.post("/rehearsals/<int:rehearsal_id>/clock")
def move_clock(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Move the clock: to a deadline, by working days, or to a moment."""
    return _move(draft_id, rehearsal_id, _clock_move(draft_id, rehearsal_id))


def _clock_move(draft_id: int, rehearsal_id: int) -> Move:
    place = Place.parse(request.form.get("deadline", ""))
    if place is not None:
        page = gathered(draft_id, rehearsal_id)
        titles = [one.title for one in page.deadlines if one.place == place]
        return Ring(place, titles[0] if titles else place.element)
    if request.form.get("to") == "moment":
        try:
            written = datetime.fromisoformat(request.form.get("moment", "")[:16])
            return Until(written.replace(tzinfo=clock.zone()).astimezone(UTC))
        except (ValueError, OverflowError):
            raise InvalidAnswersError({"moment": "Give a day and an hour to come."}) from None
    days = row_number(request.form.get("days"))
    if days is None:
        raise InvalidAnswersError({"days": "Give a number of working days, such as 3."})
    return Days(days)


@bp.post("/rehearsals/<int:rehearsal_id>/undo")
def undo(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Take back the last move."""
    rehearsals.undo(runtime(), draft_id, rehearsal_id, revision=_revision(), now=clock.now())
    return _to(draft_id, rehearsal_id)


@bp.post("/rehearsals/<int:rehearsal_id>/cut")
def cut(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Go on without the moves that do not fit the draft any more."""
    rehearsals.cut(runtime(), draft_id, rehearsal_id, revision=_revision(), now=clock.now())
    flash("The moves that did not fit are dropped.")
    return _to(draft_id, rehearsal_id)


@bp.post("/rehearsals/<int:rehearsal_id>/scenario")
def keep(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    """Keep a rehearsal as a scenario."""
    rehearsals.of_id(db.session(), draft_id, rehearsal_id)
    form = KeepForm()
    if not form.validate_on_submit():
        return _page(gathered(draft_id, rehearsal_id), 422, form)
    revision, by, now = row_number(form.revision.data) or 0, access.me().id, clock.now()
    kept = scenarios.save(
        runtime(), rehearsal_id, form.title.data or "", revision=revision, by=by, now=now
    )
    flash(f"“{kept.title}” is kept. Each check of this draft plays it again.")
    return redirect(url_for("rehearsals.scenario", draft_id=draft_id, scenario_id=kept.id), 303)


def _move(draft_id: int, rehearsal_id: int, move: Move) -> ResponseReturnValue:
    rehearsals.go_on(runtime(), draft_id, rehearsal_id, move, revision=_revision(), now=clock.now())
    return _to(draft_id, rehearsal_id)


def _page(page: Page, status: int = 200, keeping: KeepForm | None = None) -> ResponseReturnValue:
    revision = {"revision": page.rehearsal.revision}
    shown = render_template(
        "rehearsals/show.html",
        page=page,
        draft=page.draft,
        says=page.says,
        keeping=keeping or KeepForm(formdata=None, data=revision),
        shapes=SHAPES,
        names={"place": PLACE, "by": BY, "revision": REVISION, "fill": FILL},
        chosen_by=request.form.get(BY, ""),
    )
    return shown, status


def _revision() -> int:
    return row_number(request.form.get(REVISION)) or 0


def _to(draft_id: int, rehearsal_id: int) -> ResponseReturnValue:
    address = url_for("rehearsals.show", draft_id=draft_id, rehearsal_id=rehearsal_id)
    return redirect(f"{address}#now", 303)


# -- scenarios ------------------------------------------------------------------------------------


@bp.get("/scenarios/<int:scenario_id>")
def scenario(draft_id: int, scenario_id: int) -> ResponseReturnValue:
    """Show what a scenario expects, and how it goes on this draft."""
    return _scenario_page(draft_id, scenario_id)


@bp.post("/scenarios/<int:scenario_id>/set-aside")
def set_aside(draft_id: int, scenario_id: int) -> ResponseReturnValue:
    """Say that the draft means to break a scenario, and why."""
    form = ReasonForm(prefix="aside-")
    if not form.validate_on_submit():
        return _scenario_page(draft_id, scenario_id, aside=form, status=422)
    scenarios.set_aside(
        runtime(), draft_id, scenario_id, form.reason.data or "", by=access.me().id, now=clock.now()
    )
    flash("It is set aside for this draft. The reviewer reads the reason.")
    return _to_scenario(draft_id, scenario_id)


@bp.post("/scenarios/<int:scenario_id>/take-up")
def take_up(draft_id: int, scenario_id: int) -> ResponseReturnValue:
    """Let a scenario that was set aside hold again."""
    scenarios.take_up(runtime(), draft_id, scenario_id, by=access.me().id, now=clock.now())
    flash("The scenario holds for this draft again.")
    return _to_scenario(draft_id, scenario_id)


@bp.post("/scenarios/<int:scenario_id>/retire")
def retire(draft_id: int, scenario_id: int) -> ResponseReturnValue:
    """Retire a scenario that holds no longer."""
    form = ReasonForm(prefix="retire-")
    if not form.validate_on_submit():
        return _scenario_page(draft_id, scenario_id, retiring=form, status=422)
    scenarios.retire(scenario_id, form.reason.data or "", by=access.me().id, now=clock.now())
    flash("The scenario is retired. It stays on record.")
    return _to_scenario(draft_id, scenario_id)


def _scenario_page(
    draft_id: int,
    scenario_id: int,
    *,
    aside: ReasonForm | None = None,
    retiring: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    draft = drafts.of_id(session, draft_id)
    row = scenarios.of_id(session, scenario_id)
    changes = plan(session, {draft.key: draft.xml}, now=clock.now())
    if row.key not in changes.new:
        raise NotFoundError("There is no such scenario of this draft.")
    open_ones = kept_of(draft, changes)
    shown = render_template(
        "rehearsals/scenario.html",
        draft=draft,
        scenario=row,
        kept=next((one for one in open_ones if one.scenario.id == row.id), None),
        expects=expected_told(row.expects, runtime().pack),
        aside=aside or ReasonForm(formdata=None, prefix="aside-"),
        retiring=retiring or ReasonForm(formdata=None, prefix="retire-"),
        shapes=SHAPES,
    )
    return shown, status


def _to_scenario(draft_id: int, scenario_id: int) -> ResponseReturnValue:
    address = url_for("rehearsals.scenario", draft_id=draft_id, scenario_id=scenario_id)
    return redirect(address, 303)
