"""The inbox and the tasks in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from flask import (
    Blueprint,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from models.cases import Task
from models.database import db
from models.people import Person
from webapp import access, clock
from webapp.forms import NOBODY_YET, Choice, PageForm, number_chosen
from webapp.incoming import page_number
from webapp.runtime import runtime
from webapp.task_page import TaskPage, duties, gather, open_task, sent_form, taken_task
from webapp.templating import CityClock
from webapp.uploads import receive_files
from workflows import cases, drafts, inbox, leavers, offers, progress, publication, tasks
from workflows.confidence import unexcluded
from workflows.errors import InvalidAnswersError, NotFoundError
from workflows.people import Duties
from workflows.timeline import join

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

HEADINGS = {
    "mine": "Mine",
    "roles": "My roles",
    "others": "Waiting for others",
    "done": "Done",
}
EMPTY = {
    "mine": "Tasks that you take, and tasks that only you can do, stand here.",
    "roles": "Tasks that anybody with your roles can do stand here until somebody takes them.",
    "others": "When a case of yours waits for somebody else, you see here for whom.",
    "done": "What you complete stands here, newest first.",
}


class ConflictForm(PageForm):
    """Somebody keeps themselves from a confidential case, and says why."""

    reason = TextAreaField(
        "What the conflict is",
        description="One sentence, such as: I am related to a person concerned. It is kept for "
        "the record and not shown in the case.",
        validators=[
            DataRequired("Say in a sentence what the conflict is."),
            Length(max=offers.LONGEST_REASON),
        ],
    )


class HandoverForm(PageForm):
    """A lead gives a task to somebody, with a reason."""

    to = SelectField(
        "Hand over to",
        id="handover-to",
        coerce=number_chosen,
        validators=[InputRequired("Choose to whom you hand it over.")],
    )
    reason = TextAreaField(
        "Why you hand it over",  # the step itself may ask for a reason
        id="handover-reason",
        validators=[DataRequired("Say why, for the record."), Length(max=500)],
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what waits for the person, in four tabs."""
    session["inbox"] = request.full_path
    held, filters, now = duties(), _filters(), clock.now()
    seen = inbox.look(db.session(), _tab(), held, filters, page=page_number(), now=now)
    return render_template(
        "tasks/index.html",
        tab=seen.tab,
        headings=HEADINGS,
        counts=seen.counts,
        page=seen.page,
        filters_given=filters,
        now=now,
        empty_text=EMPTY[seen.tab],
        most=inbox.MOST_COUNTED,
        duty_titles=_duty_titles(held),
        in_place_of=_in_whose_place(seen.page.rows, held),
    )


def _in_whose_place(rows: Sequence[Task], held: Duties) -> dict[int, str]:
    """Give for tasks, by their ids, the absent people in whose place they are done, by name."""
    library, session = runtime().library, db.session()
    absent = {
        task.id: task.acting_for_id
        or held.acting_for(task, library.of(session, task.case.version_id).main)
        for task in rows
        if held.standing_in or task.acting_for_id
    }
    # Of whom a confidential case keeps out, its row says nothing.
    for task in (row for row in rows if row.case.confidential and absent.get(row.id)):
        free = unexcluded(session, task.case_id, [absent[task.id] or 0])
        absent[task.id] = next(iter(free), None)
    wanted = {person_id for person_id in absent.values() if person_id}
    if not wanted:
        return {}
    people = {p.id: p.name for p in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    return {task: people[person] for task, person in absent.items() if person}


def _tab() -> inbox.Tab | None:
    asked = request.args.get("tab")
    return next((tab for tab in inbox.TABS if tab == asked), None)


def _filters() -> inbox.Filters:
    sort = request.args.get("sort", "due")
    field = sort.removeprefix("-")
    held = request.args.get("held")
    return inbox.Filters(
        overdue=request.args.get("overdue") == "yes",
        duty=request.args.get("duty") or None,
        held="nobody" if held == "nobody" else "somebody" if held == "somebody" else None,
        sort=field if field in get_args(inbox.Sort) else "due",  # type: ignore[arg-type]
        descending=sort.startswith("-"),
    )


def _duty_titles(held: Duties) -> list[tuple[str, str]]:
    """Give the kinds of task to choose from: the person's acts that stand in a process in force."""
    acts = runtime().pack.acts
    mine = held.city.union(held.every_unit, *held.units.values())
    known = {duty.partition("/")[0] for duty in mine} & acts.keys() & _acts_in_force()
    return sorted(((act, acts[act].title) for act in known), key=lambda pair: pair[1])


def _acts_in_force() -> set[str | None]:
    session, library = db.session(), runtime().library
    return {
        step.act
        for version in publication.published(session, now=clock.now()).values()
        for diagram in library.of(session, version.id).diagrams.values()
        for step in diagram.of_kind("userTask", "manualTask")
    }


@bp.get("/<int:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    """Show what is to do, why by this person, and what follows; or that it may be taken."""
    opened = open_task(task_id)
    if opened.part == "offer":
        return _offer(opened.task, ConflictForm(prefix="conflict-"))
    return _page(gather(task_id))


def _offer(task: Task, form: ConflictForm, status: int = 200) -> ResponseReturnValue:
    """Show a step that somebody may take, without a word of what it is about."""
    back = session.get("inbox", url_for("tasks.index"))
    page = render_template("tasks/offer.html", task=task, form=form, back=back, now=clock.now())
    return page, status


@bp.post("/<int:task_id>/taking")
def take(task_id: int) -> ResponseReturnValue:
    """Take a step of a confidential case, and so come onto its list."""
    open_task(task_id)
    offers.take(runtime(), task_id, by=access.me().id, now=clock.now())
    flash("You work on this step now, and may read the case. Each look at it is put on record.")
    return redirect(url_for("tasks.show", task_id=task_id), code=303)


@bp.post("/<int:task_id>/conflict")
def declare_conflict(task_id: int) -> ResponseReturnValue:
    """Keep oneself from a confidential case."""
    opened, form = open_task(task_id), ConflictForm(prefix="conflict-")
    if not form.validate_on_submit():
        if opened.part == "offer":
            return _offer(opened.task, form, 422)
        raise InvalidAnswersError({"reason": "Say in a sentence what the conflict is."})
    by, now = access.me().id, clock.now()
    offers.declare_conflict(runtime(), task_id, reason=form.reason.data or "", by=by, now=now)
    flash("It is on record that you have a conflict of interest. The case is not shown to you.")
    return redirect(session.get("inbox", url_for("tasks.index")), code=303)


def _page(page: TaskPage, status: int = 200) -> ResponseReturnValue:
    handover = HandoverForm()
    handover.to.choices = _candidates(page)
    return (
        render_template(
            "tasks/show.html",
            page=page,
            form=page.form,
            handover=handover,
            conflict=ConflictForm(prefix="conflict-"),
            back=session.get("inbox", url_for("tasks.index")),
            now=clock.now(),
        ),
        status,
    )


@bp.post("/<int:task_id>/completion")
def complete(task_id: int) -> ResponseReturnValue:
    """Send the form: the case moves on, or the form comes back with what is wrong."""
    by, now = access.me().id, clock.now()
    task, node, form = sent_form(task_id, request.form)
    wrong = receive_files(form, node, task, by=by)
    if wrong or not form.validate():
        return _page(_with_errors(gather(task_id, form), wrong), 422)
    done = tasks.complete(runtime(), task_id, by=by, answers=form.answers, now=now)
    flash(_what_next(done, by))
    return redirect(session.get("inbox", url_for("tasks.index")), code=303)


def _with_errors(page: TaskPage, wrong: dict[str, str]) -> TaskPage:
    page.form.validate()
    for name, message in wrong.items():
        page.form[name].errors = [message]
    return replace(page, draft=None)


def _what_next(done: tasks.Completion, by: int) -> str:
    """Say what happened and with whom the case waits now."""
    if done.case.confidential:  # read on a page that is not the case's
        return f"Your step in {done.case.label} is done."
    said = f"“{done.task.name}” is done."
    if done.case.ended_at is not None:
        return f"{said} {done.case.label} has ended: {done.case.outcome}."
    waits = [task for task in done.opened if task.kind == "user"]
    if not waits:
        return f"{said} {_meanwhile(done)}"
    whom = " and ".join(
        "you" if task.person_id == by else f"{task.party} (“{task.name}”)" for task in waits
    )
    return f"{said} {done.case.label} now waits for {whom}."


def _meanwhile(done: tasks.Completion) -> str:
    """Say what a step led to that gave nobody a new task."""
    after = done.after or progress.aftermath(db.session(), done.task)
    said = f"Siteward did by itself: {join(list(after.operations))}. " if after.operations else ""
    if after.waiting:
        whom = join([f"{task.party} (“{task.name}”)" for task in after.waiting])
        return f"{said}{done.case.label} still waits for {whom}."
    at = after.goes_on_at
    when = CityClock(clock.zone(), clock.now).day(at) if at else "at its time"
    return f"{said}Nothing waits for anybody now; the next step comes {when}."


@bp.post("/<int:task_id>/draft")
def draft(task_id: int) -> ResponseReturnValue:
    """Keep what has been typed so far; the browser asks for it every few seconds."""
    taken_task(task_id)
    typed = {
        name: values
        for name, values in request.form.lists()
        if name != "csrf_token" and not name.endswith("csrf_token")
    }
    kept = drafts.save_draft(runtime(), task_id, by=access.me().id, answers=typed, now=clock.now())
    if not kept:
        return jsonify(message="The task is closed, or somebody else works on it."), 409
    return jsonify(saved_at=clock.now().astimezone(clock.zone()).strftime("%H:%M"))


@bp.post("/<int:task_id>/claim")
def claim(task_id: int) -> ResponseReturnValue:
    """Take the task."""
    taken_task(task_id)
    task = tasks.claim(runtime(), task_id, by=access.me().id, now=clock.now())
    flash(f"You work on “{task.name}” now; others see that.")
    return redirect(url_for("tasks.show", task_id=task_id), code=303)


@bp.post("/<int:task_id>/release")
def release(task_id: int) -> ResponseReturnValue:
    """Give the task back."""
    taken_task(task_id)
    task = tasks.release(runtime(), task_id, by=access.me().id, now=clock.now())
    name = "The step" if task.case.confidential else f"“{task.name}”"
    flash(f"{name} waits for everybody with the role again.")
    return redirect(session.get("inbox", url_for("tasks.index")), code=303)


def _candidates(page: TaskPage) -> list[Choice]:
    return [NOBODY_YET, *(Choice(person.id, person.name) for person in page.candidates)]


@bp.post("/<int:task_id>/assignment")
def hand_over(task_id: int) -> ResponseReturnValue:
    """Give the task to somebody else, as a lead."""
    page = gather(task_id)
    form = HandoverForm()
    form.to.choices = _candidates(page)
    if not form.validate_on_submit():
        raise InvalidAnswersError({name or "": " ".join(e) for name, e in form.errors.items()})
    # A step of one person goes to a colleague only because that person has left.
    hand = tasks.reassign if page.task.person_id is None else leavers.hand_on
    hand(
        runtime(),
        task_id,
        to=form.to.data,
        reason=form.reason.data or "",
        by=access.me().id,
        now=clock.now(),
    )
    name = "The step" if page.task.case.confidential else f"“{page.task.name}”"
    flash(f"{name} has been handed over.")
    return redirect(session.get("inbox", url_for("tasks.index")), code=303)


@bp.post("/<int:task_id>/comments")
def comment(task_id: int) -> ResponseReturnValue:
    """Add a remark to the case of the task."""
    opened = taken_task(task_id)
    if opened.part != "whole":
        raise NotFoundError("There is no such task.")
    text = request.form.get("text", "")
    cases.comment(opened.task.case_id, text, by=access.me().id, now=clock.now())
    flash("Your comment stands in the case.")
    return redirect(url_for("tasks.show", task_id=task_id) + "#history", code=303)
