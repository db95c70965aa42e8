"""Interventions over HTTP: each act on a page that says what will happen, with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from models.cases import Case, Intervention, InterventionKind, Task, TaskKind
from models.database import db
from webapp import access, clock
from webapp.cases import reach_of
from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.runtime import runtime
from webapp.task_page import duties
from workflows import cases, interventions
from workflows.confidence import note_read, on_list
from workflows.diagrams.graph import Node
from workflows.errors import (
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.interventions import Prospect, Wish, Word
from workflows.library import DiagramSet
from workflows.reading import numbered
from workflows.timeline import intervened, state_of

bp = Blueprint("interventions", __name__)

K = InterventionKind

# What each of them does, said before it is done; {} is the step or event.
WILL = {
    K.SUSPEND: "Nobody can complete, take or send anything in the case until somebody resumes it. "
    "Its deadlines wait; what people type is kept.",
    K.RESUME: "People can go on. A deadline whose time has passed meanwhile comes at once.",
    K.CANCEL: "The case ends as cancelled. All that waits in it is closed, its deadlines are "
    "dropped, and who started it is told.",
    K.RETRY: "The deadline at “{}” that failed for good is tried again at once.",
    K.SKIP: "“{}” is closed without being done: no rule takes it for done. The case goes on behind it.",
    K.REOPEN: "“{}” waits again. What was decided before stays in the history.",
    K.PLACE: "“{}” waits, or begins, as if the case had come there. Nothing on the way counts as done.",
}
HEADINGS = {
    K.SUSPEND: "Suspend {case}",
    K.RESUME: "Resume {case}",
    K.CANCEL: "Cancel {case}",
    K.RETRY: "Try “{step}” of {case} again",
    K.SKIP: "Skip “{step}” in {case}",
    K.REOPEN: "Reopen “{step}” in {case}",
    K.PLACE: "Place {case} at “{step}”",
}
BUTTONS = {
    K.SUSPEND: "Suspend the case",
    K.RESUME: "Resume the case",
    K.CANCEL: "Cancel the case",
    K.RETRY: "Try it again",
    K.SKIP: "Skip the step",
    K.REOPEN: "Reopen it",
    K.PLACE: "Place it there",
}
MOVING = frozenset({K.REOPEN, K.PLACE})


class InterventionForm(PageForm):
    """Why, of the case as it was looked at."""

    revision = HiddenField()
    task = HiddenField()
    place = HiddenField()
    takes_back = BooleanField("Take back what waits elsewhere in the case")
    reason = TextAreaField(
        "Reason",
        description="It stands in the case's history under your name.",
        validators=[
            DataRequired("Say why, for the record."),
            Length(max=interventions.LONGEST_REASON),
        ],
    )


class WordForm(PageForm):
    """What the second person says."""

    revision = HiddenField()
    word = TextAreaField(
        "Why you agree or refuse",
        validators=[
            DataRequired("Say why you agree or refuse, for the record."),
            Length(max=interventions.LONGEST_REASON),
        ],
    )


@dataclass(frozen=True)
class Overview:
    """A case as those see it who may intervene in it."""

    case: Case
    sentence: str
    waiting: list[Task]
    done: list[Task]
    failed: list[tuple[str, str]]
    places: Mapping[str, list[tuple[str, str]]]
    rows: list[Intervention]
    diagrams: DiagramSet

    @property
    def pending(self) -> Intervention | None:
        return next((row for row in self.rows if interventions.is_pending(row)), None)

    def title(self, diagram: str, element: str) -> str:
        return self.diagrams.node(diagram, element).title


@bp.get("/interventions")
def index() -> ResponseReturnValue:
    """Show what waits for a second person, who may be the one who looks."""
    rows = interventions.waiting_for(runtime(), db.session(), access.me().id, now=clock.now())
    return render_template(
        "interventions/index.html", rows=rows, words={row.id: _in_words(row) for row in rows}
    )


def _in_words(row: Intervention) -> str:
    # Which step it is about is read on the case's own page: of a confidential one, noted there.
    return intervened(row, {}) if row.element is None else f"{row.kind} a step or an event"


@bp.get("/cases/<reference>/interventions")
def of_case(reference: str) -> ResponseReturnValue:
    """Show what can be done to a case from outside its diagram, and what has been."""
    return _overview_page(_opened(reference), WordForm())


@bp.get("/cases/<reference>/interventions/<kind>")
def prepare(reference: str, kind: str) -> ResponseReturnValue:
    """Say what an intervention would do, and ask why."""
    case = _opened(reference)
    form = InterventionForm(
        revision=case.revision, task=request.args.get("task"), place=request.args.get("place")
    )
    return _form_page(case, _kind(kind), form)


@bp.post("/cases/<reference>/interventions/<kind>")
def intervene(reference: str, kind: str) -> ResponseReturnValue:
    """Do it, or let it wait for a second person."""
    case, form, wanted = _opened(reference), InterventionForm(), _kind(kind)
    if not form.validate_on_submit():
        return _form_page(case, wanted, form), 422
    wish = _wish(case, wanted, form)
    try:
        row = interventions.intervene(runtime(), case.id, wish, by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return _form_page(_opened(reference), wanted, form), 422
    if interventions.is_pending(row):
        flash("It waits for a second person, who has been told. Nothing has changed until then.")
    else:
        flash(f"Done. {state_of(cases.with_history(row.case_id))}")
    return redirect(url_for("interventions.of_case", reference=reference), code=303)


@bp.post("/cases/<reference>/interventions/<int:intervention_id>/answer")
def answer(reference: str, intervention_id: int) -> ResponseReturnValue:
    """Agree to an intervention or refuse it."""
    case, form = _opened(reference), WordForm()
    agree = request.form.get("answer") == "agree"
    if intervention_id not in {row.id for row in interventions.of_case(db.session(), case.id)}:
        raise NotFoundError("There is no such intervention in this case.")
    if not form.validate_on_submit():
        return _overview_page(case, form), 422
    word = Word(
        agree=agree, text=form.word.data or "", revision=row_number(form.revision.data) or 0
    )
    interventions.answer(runtime(), intervention_id, word, by=access.me().id, now=clock.now())
    done = state_of(cases.with_history(case.id))
    flash(f"You agreed, and it is done. {done}" if agree else "It is off. Nothing has changed.")
    return redirect(url_for("interventions.of_case", reference=reference), code=303)


def may_intervene(case: Case) -> bool:
    """Say whether the person who is signed in may intervene in a case."""
    return interventions.may_intervene(
        runtime(), db.session(), case, access.me().id, now=clock.now()
    )


def _opened(reference: str) -> Case:
    """Give the case to somebody who may intervene; a look at a confidential one is noted first.

    Whoever may read it and not intervene is told so; to everybody else it is not there.
    """
    series, number = numbered(reference)
    held = duties()
    # A confidential case is looked for on the person's lists alone: finding one costs a statement.
    theirs = or_(Case.confidential.is_(False), on_list(held, now=clock.now()))
    wanted = select(Case).where(Case.series == series, Case.number == number, theirs)
    known = db.session.scalar(wanted)
    if known is None or not may_intervene(known):
        reach_of(reference, held)
        raise NotAllowedError(
            "Only the owners of this process and those who manage processes intervene in a case."
        )
    if known.confidential:
        by, now = access.me().id, clock.now()
        note_read(known.id, by=by, what="interventions in the case", now=now)
    return cases.with_history(known.id)


def _kind(written: str) -> InterventionKind:
    if written not in set(K):
        abort(404)
    return K(written)


def _overview_page(case: Case, form: WordForm) -> str:
    session = db.session()
    diagrams = runtime().library.of(session, case.version_id)
    rows = interventions.of_case(session, case.id)
    users = [task for task in case.tasks if task.kind == TaskKind.USER]
    done = {(t.diagram, t.element): t for t in users if t.completed_by_id is not None}
    overview = Overview(
        case=case,
        sentence=state_of(case),
        waiting=[task for task in users if task.is_open],
        done=sorted(done.values(), key=lambda task: task.closed_in or 0, reverse=True),
        failed=interventions.failed(session, case.id),
        places=_places(diagrams),
        rows=rows,
        diagrams=diagrams,
    )
    prospect = _prospect(case, _wish_of(overview.pending)) if overview.pending else None
    form.revision.data = str(case.revision)
    return render_template(
        "interventions/case.html",
        page=overview,
        words={row.id: intervened(row, diagrams.diagrams) for row in rows},
        done={row.id: intervened(row, diagrams.diagrams, done=True) for row in rows},
        prospect=prospect,
        form=form,
        me=access.me().id,
    )


def _places(diagrams: DiagramSet) -> dict[str, list[tuple[str, str]]]:
    """Give where a token may be put, by the name of the diagram: address and title of each."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, node in interventions.places(diagrams):
        name = diagrams.diagrams[key].name or key
        found.setdefault(name, []).append((f"{key}/{node.id}", node.title))
    return found


def _form_page(case: Case, kind: InterventionKind, form: InterventionForm) -> str:
    diagrams = runtime().library.of(db.session(), case.version_id)
    wish = _wish(case, kind, form)
    node = _node(diagrams, wish)
    if kind in {*MOVING, K.SKIP, K.RETRY} and node is None:
        raise NotFoundError("There is no such step in this case.")
    if kind not in MOVING:
        del form.takes_back
    return render_template(
        "interventions/form.html",
        case=case,
        kind=kind,
        form=form,
        heading=HEADINGS[kind].format(case=case.label, step=node.title if node else ""),
        will=WILL[kind].format(node.title if node else ""),
        button=BUTTONS[kind],
        prospect=_prospect(case, wish),
    )


def _prospect(case: Case, wish: Wish) -> Prospect:
    return interventions.prospect(runtime(), db.session(), case, wish)


def _wish(case: Case, kind: InterventionKind, form: InterventionForm) -> Wish:
    """Give what the form asks for; a task by its id, any other place as diagram/element."""
    task_id = row_number(form.task.data)
    task = next((task for task in case.tasks if task.id == task_id), None)
    diagram, _, element = (form.place.data or "").partition("/")
    return Wish(
        kind=kind,
        reason=form.reason.data or "",
        revision=row_number(str(form.revision.data)) or 0,
        task_id=task.id if task else None,
        diagram=task.diagram if task else diagram or None,
        element=task.element if task else element or None,
        scope=task.scope if task else None,
        takes_back="takes_back" in form and bool(form.takes_back.data),
    )


def _wish_of(row: Intervention) -> Wish:
    return Wish(
        kind=K(row.kind),
        reason=row.reason,
        revision=0,
        task_id=row.task_id,
        diagram=row.diagram,
        element=row.element,
    )


def _node(diagrams: DiagramSet, wish: Wish) -> Node | None:
    diagram = diagrams.diagrams.get(wish.diagram or "")
    return diagram.nodes.get(wish.element or "") if diagram else None
