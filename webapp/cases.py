"""Cases: where each stands, how it got there, and what one may do about it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from models.cases import Case, File, Intervention, InterventionKind, Task, TaskKind
from models.database import db
from models.sites import Site
from webapp import access, clock
from webapp.answers_shown import StepAnswers, answers_of
from webapp.forms import PageForm
from webapp.incoming import page_number
from webapp.own_part import gather_own
from webapp.runtime import runtime
from webapp.task_page import duties, version_number
from webapp.templating import CityClock
from webapp.text_twin import in_words
from workflows import cases, inbox, interventions, progress, tasks
from workflows.confidence import note_read
from workflows.diagrams.graph import CATCHES
from workflows.errors import InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.library import DiagramSet
from workflows.migrating.reports import moves_of, remembered
from workflows.people import Duties
from workflows.reading import Reach, may_add, reach, readable, sight, started_by
from workflows.task_care import care_for
from workflows.timeline import Event, state_of, timeline, with_moves

bp = Blueprint("cases", __name__, url_prefix="/cases")

STATES = ("open", "ended")
# What stands above a step in the picture that somebody intervened at.
INTERVENED_AT = {
    InterventionKind.SKIP: "Skipped",
    InterventionKind.REOPEN: "Reopened",
    InterventionKind.PLACE: "Placed",
}


class ReasonForm(PageForm):
    """An act that asks once and wants to know why."""

    reason = TextAreaField(
        "Reason",
        validators=[DataRequired("Say why, for the record."), Length(max=1000)],
    )


@dataclass(frozen=True)
class Picture:
    """One diagram of a case with the path that its tokens took and where they are."""

    key: str
    name: str
    number: int
    state: dict[str, Any]
    steps: list[Any]


@dataclass(frozen=True)
class CasePage:
    """A case as one person sees it."""

    case: Case
    sentence: str
    site: Site | None
    events: list[Event]
    steps: list[StepAnswers]
    files: list[File]
    pictures: list[Picture]
    waiting: list[Task]
    mine: set[int]
    messages: list[Task]
    people: list[tuple[str, str]]
    may_remark: bool
    may_intervene: bool
    pending: bool


@bp.get("/")
def index() -> ResponseReturnValue:
    """Search the cases that one may read; those that one started are a tab of their own."""
    text = request.args.get("q", "")
    state = request.args.get("state")
    page = page_number()
    held = duties()
    mine = request.args.get("tab") == "mine"
    now = clock.now()
    everything = readable(held, all_cases=access.may(access.me(), "cases.read"), now=now)
    scope = started_by(held, with_state=state in STATES, now=now) if mine else everything
    found, total = inbox.search_cases(
        db.session(),
        scope,
        text,
        page=page,
        state=state if state in STATES else None,  # type: ignore[arg-type]
    )
    return render_template(
        "cases/index.html", cases=found, total=total, page=page, q=text, state=state, mine=mine
    )


@bp.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Show where a case is and how it got here; to some, only their own part of it."""
    held = duties()
    found = reach_of(reference, held)
    if found.confidential:
        what = "the case" if found.whole else "their own part"
        note_read(found.case_id, by=held.person_id, what=what, now=clock.now())
        found = reach_of(reference, held)
    case = cases.with_history(found.case_id)
    if not found.whole:
        return render_template("cases/own_part.html", page=gather_own(case), form=ReasonForm())
    return render_template("cases/show.html", page=_gather(case, held), form=ReasonForm())


def reach_of(reference: str, held: Duties) -> Reach:
    """Say how far the person may read a case, without reading it; raises NotFoundError."""
    everything = access.may(access.me(), "cases.read")
    return reach(db.session(), reference, held, all_cases=everything, now=clock.now())


def _may_remark(case_id: int, held: Duties) -> bool:
    """Say whether the person has a part in the case; whoever only looks on adds nothing to it."""
    manages = access.may(access.me(), "cases.manage")
    return may_add(db.session(), case_id, held, all_cases=manages, now=clock.now())


def _gather(case: Case, held: Duties) -> CasePage:
    diagrams = runtime().library.of(db.session(), case.version_id)
    files = cases.files_of(case.id)
    rows, remarks = interventions.of_case(db.session(), case.id), cases.comments_on(case.id)
    waiting = [task for task in case.tasks if task.is_open and task.kind == TaskKind.USER]
    sees = sight(runtime().pack, case, held, diagrams.main)
    moves = moves_of(db.session(), case.id)
    known = remembered(db.session(), runtime().library, case, moves)
    happened = timeline(case, known, remarks, files, rows, care_for(case.id))
    return CasePage(
        case=case,
        sentence=_sentence(case),
        site=db.session.get(Site, case.site_id) if case.site_id else None,
        events=with_moves(happened, moves),
        steps=answers_of(case.tasks, known, sees),
        files=files,
        pictures=_pictures(case, diagrams, rows),
        waiting=waiting,
        mine={task.id for task in waiting if _is_for(held, task, diagrams.main)},
        messages=_messages(case, held, diagrams.main),
        people=_people(case),
        may_remark=_may_remark(case.id, held),
        may_intervene=interventions.may_intervene(
            runtime(), db.session(), case, held.person_id, now=clock.now()
        ),
        pending=any(interventions.is_pending(row) for row in rows),
    )


def _sentence(case: Case) -> str:
    at = progress.goes_on_at(db.session(), case.id)
    goes_on = CityClock(clock.zone(), clock.now).day(at) if at else "at its time"
    return state_of(case, goes_on=goes_on)


def _messages(case: Case, held: Duties, process: str) -> list[Task]:
    """Give the messages that this person may send now, each act once."""
    open_to = {
        task.act: task
        for task in case.tasks
        if task.is_open and task.kind == TaskKind.MESSAGE and _is_for(held, task, process)
    }
    return list(open_to.values())


def _is_for(held: Duties, task: Task, process: str) -> bool:
    return tasks.is_for(db.session(), held, task, process, now=clock.now())


def _pictures(case: Case, diagrams: DiagramSet, rows: list[Intervention]) -> list[Picture]:
    """Give the main diagram, and each called one that the case has been in."""
    passed: dict[str, set[str]] = {diagrams.main: set()}
    for task in case.tasks:
        for diagram, element in task.passed or []:
            passed.setdefault(diagram, set()).add(element)
    live = [(t.diagram, t.element) for t in case.tasks if t.is_open and t.kind == TaskKind.USER]
    # A deadline on the edge of a step is the step's; one of its own holds a token.
    live += [
        place
        for place in progress.deadlines_at(db.session(), case.id)
        if diagrams.node(*place).kind in CATCHES
    ]
    for diagram, _ in live:
        passed.setdefault(diagram, set())
    # A case that was moved may have passed what its version now does not have.
    passed = {key: elements for key, elements in passed.items() if key in diagrams.diagrams}
    return [
        Picture(
            key=key,
            name=diagrams.diagrams[key].name or key,
            number=version_number(case, key),
            state={
                "passed": sorted(elements),
                "live": [element for diagram, element in live if diagram == key],
                "notes": _intervened_at(rows, key),
            },
            steps=in_words(diagrams.diagrams[key], diagrams.diagrams),
        )
        for key, elements in passed.items()
    ]


def _intervened_at(rows: list[Intervention], diagram: str) -> dict[str, str]:
    """Give a word for each element of a diagram at which somebody intervened; the latest counts."""
    done = [row for row in rows if row.done_at is not None and row.diagram == diagram]
    return {
        row.element or "": INTERVENED_AT[InterventionKind(row.kind)]
        for row in done
        if row.kind in INTERVENED_AT
    }


def _people(case: Case) -> list[tuple[str, str]]:
    """Give who took part in the case, each once with the parties that they acted for."""
    parts: dict[str, set[str]] = {case.started_by.name: {"Requester"}}
    for task in case.tasks:
        if task.completed_by:
            parts.setdefault(task.done_by, set()).add(task.party or "the system")
    return [(name, ", ".join(sorted(parties))) for name, parties in sorted(parts.items())]


@bp.post("/<reference>/messages/<int:task_id>")
def send(reference: str, task_id: int) -> ResponseReturnValue:
    """Send a message that the case waits for, such as a withdrawal, with a reason."""
    found = reach_of(reference, duties())
    form = ReasonForm()
    if not form.validate_on_submit():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    if not cases.has_message(found.case_id, task_id):
        raise NotFoundError("The case does not wait for this.")
    reason = {"reason": (form.reason.data or "").strip()}
    by, now = access.me().id, clock.now()
    done = tasks.complete(runtime(), task_id, by=by, answers=reason, now=now)
    if found.confidential:
        flash(f"“{done.task.name}” is done.")
    else:
        flash(f"“{done.task.name}” is done. {_sentence(cases.with_history(found.case_id))}")
    return redirect(url_for("cases.show", reference=reference), code=303)


@bp.post("/<reference>/comments")
def comment(reference: str) -> ResponseReturnValue:
    """Add a remark to a case."""
    held = duties()
    found = reach_of(reference, held)
    if not found.whole:
        raise NotFoundError("There is no such case.")
    if not _may_remark(found.case_id, held):
        raise NotAllowedError("You read this case by your office. Remarks are for its people.")
    cases.comment(found.case_id, request.form.get("text", ""), by=access.me().id, now=clock.now())
    flash("Your comment stands in the case.")
    return redirect(url_for("cases.show", reference=reference) + "#history", code=303)
