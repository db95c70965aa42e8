"""Cases: where each stands, how it got there, and what one may do about it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from models.cases import Case, File, Task, TaskKind
from models.database import db
from models.sites import Site
from webapp import access, clock
from webapp.answers_shown import StepAnswers, answers_of
from webapp.forms import PageForm
from webapp.incoming import page_number
from webapp.runtime import runtime
from webapp.task_page import duties, version_number
from webapp.templating import CityClock
from workflows import cases, inbox, progress, tasks
from workflows.diagrams.graph import CATCHES
from workflows.diagrams.text import describe
from workflows.errors import InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.library import DiagramSet
from workflows.people import Duties
from workflows.reading import may_read, readable
from workflows.timeline import Event, state_of, timeline

bp = Blueprint("cases", __name__, url_prefix="/cases")


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


@bp.get("/")
def index() -> ResponseReturnValue:
    """Search the cases that one may read; those that one started are a tab of their own."""
    text = request.args.get("q", "")
    state = request.args.get("state")
    page = page_number()
    held = duties()
    mine = request.args.get("tab") == "mine"
    scope = (
        Case.started_by_id == held.person_id
        if mine
        else readable(held, all_cases=access.may(access.me(), "cases.read"))
    )
    found, total = inbox.search_cases(
        db.session(),
        scope,
        text,
        page=page,
        state=state if state in ("open", "ended") else None,  # type: ignore[arg-type]
    )
    return render_template(
        "cases/index.html", cases=found, total=total, page=page, q=text, state=state, mine=mine
    )


@bp.get("/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """Show where a case is and how it got here."""
    case, held = _readable_case(number)
    return render_template("cases/show.html", page=_gather(case, held), form=ReasonForm())


def _readable_case(number: int) -> tuple[Case, Duties]:
    case, held = cases.find(number), duties()
    everything = access.may(access.me(), "cases.read")
    if not may_read(db.session(), case, held, all_cases=everything):
        # A case that one may not read looks like one that does not exist.
        raise NotFoundError("There is no such case.")
    return case, held


def _may_remark(case: Case, held: Duties) -> bool:
    """Say whether the person has a part in the case; whoever only looks on adds nothing to it."""
    manages = access.may(access.me(), "cases.manage")
    return may_read(db.session(), case, held, all_cases=manages)


def _gather(case: Case, held: Duties) -> CasePage:
    diagrams = runtime().library.of(db.session(), case.version_id)
    files = cases.files_of(case.id)
    waiting = [task for task in case.tasks if task.is_open and task.kind == TaskKind.USER]
    return CasePage(
        case=case,
        sentence=_sentence(case),
        site=db.session.get(Site, case.site_id) if case.site_id else None,
        events=timeline(case, diagrams.diagrams, cases.comments_on(case.id), files),
        steps=answers_of(case, diagrams.diagrams, held),
        files=files,
        pictures=_pictures(case, diagrams),
        waiting=waiting,
        mine={task.id for task in waiting if tasks.may_do(held, task, diagrams.main)},
        messages=_messages(case, held, diagrams.main),
        people=_people(case),
        may_remark=_may_remark(case, held),
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
        if task.is_open and task.kind == TaskKind.MESSAGE and tasks.may_do(held, task, process)
    }
    return list(open_to.values())


def _pictures(case: Case, diagrams: DiagramSet) -> list[Picture]:
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
    return [
        Picture(
            key=key,
            name=diagrams.diagrams[key].name or key,
            number=version_number(case, key),
            state={
                "passed": sorted(elements),
                "live": [element for diagram, element in live if diagram == key],
            },
            steps=list(describe(diagrams.diagrams[key])),
        )
        for key, elements in passed.items()
    ]


def _people(case: Case) -> list[tuple[str, str]]:
    """Give who took part in the case, each once with the parties that they acted for."""
    parts: dict[str, set[str]] = {case.started_by.name: {"Requester"}}
    for task in case.tasks:
        if task.completed_by:
            parts.setdefault(task.done_by, set()).add(task.party or "the system")
    return [(name, ", ".join(sorted(parties))) for name, parties in sorted(parts.items())]


@bp.post("/<int:number>/messages/<int:task_id>")
def send(number: int, task_id: int) -> ResponseReturnValue:
    """Send a message that the case waits for, such as a withdrawal, with a reason."""
    case, _ = _readable_case(number)
    form = ReasonForm()
    if not form.validate_on_submit():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    if task_id not in {task.id for task in case.tasks if task.kind == TaskKind.MESSAGE}:
        raise NotFoundError("The case does not wait for this.")
    reason = {"reason": (form.reason.data or "").strip()}
    by, now = access.me().id, clock.now()
    done = tasks.complete(runtime(), task_id, by=by, answers=reason, now=now)
    flash(f"“{done.task.name}” is done. {_sentence(cases.with_history(case.id))}")
    return redirect(url_for("cases.show", number=number), code=303)


@bp.post("/<int:number>/comments")
def comment(number: int) -> ResponseReturnValue:
    """Add a remark to a case."""
    case, held = _readable_case(number)
    if not _may_remark(case, held):
        raise NotAllowedError("You read this case by your office. Remarks are for its people.")
    cases.comment(case.id, request.form.get("text", ""), by=access.me().id, now=clock.now())
    flash("Your comment stands in the case.")
    return redirect(url_for("cases.show", number=number) + "#history", code=303)
