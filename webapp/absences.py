"""Who is away, and who does their tasks: one's own absence, and those of people whom one leads."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField
from wtforms.validators import DataRequired, Optional

from models.database import db
from models.people import Absence, Person
from webapp import access, clock
from webapp.forms import NOBODY_YET, Choice, PageForm
from webapp.runtime import runtime
from webapp.task_page import duties
from webapp.templating import CityClock
from workflows import absences, publication
from workflows.absences import Away
from workflows.errors import InvalidAnswersError

bp = Blueprint("absences", __name__, url_prefix="/absences")


class AbsenceOfForm(PageForm):
    """Who is away on which days, and who does the tasks."""

    person_id = SelectField("Who is away", [DataRequired("Choose who is away.")])
    starts_on = DateField("First day away", [DataRequired("Enter the first day.")])
    ends_on = DateField("Last day away", [DataRequired("Enter the last day.")])
    substitute_id = SelectField(
        "Who does the tasks on these days", [DataRequired("Choose a substitute.")]
    )
    of_process = SelectField(
        "In which processes",
        [Optional()],
        description="Choose one to pass on only its tasks. You can enter another absence for others.",
    )


class AbsenceForm(AbsenceOfForm):
    """The same, of oneself."""

    person_id = None  # type: ignore[assignment]  # WTForms leaves such a field out


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show one's own absences, for whom one stands in, and a form."""
    return _mine(_form(AbsenceForm))


@bp.post("/")
def enter() -> ResponseReturnValue:
    """Enter an absence of one's own."""
    form = _form(AbsenceForm)
    if not form.validate_on_submit() or not _entered(form, access.me().id):
        return _mine(form), 422
    return redirect(url_for("absences.index"), code=303)


@bp.get("/others")
def others() -> ResponseReturnValue:
    """Show who of the people whom one leads is away, and a form to enter an absence for them."""
    return _of_others(_form_of_others())


@bp.post("/others")
def enter_for_another() -> ResponseReturnValue:
    """Enter the absence of somebody else."""
    form = _form_of_others()
    if not form.validate_on_submit() or not _entered(form, int(form.person_id.data)):
        return _of_others(form), 422
    return redirect(url_for("absences.others"), code=303)


@bp.post("/<int:absence_id>/end")
def end(absence_id: int) -> ResponseReturnValue:
    """End an absence before its last day."""
    ended = absences.end(runtime(), absence_id, by=access.me().id, now=clock.now())
    is_mine = ended.person_id == access.me().id
    flash("The absence has ended. Nobody does these tasks in somebody's place any more.")
    return redirect(url_for("absences.index" if is_mine else "absences.others"), code=303)


def _mine(form: AbsenceOfForm) -> str:
    session, me, day = db.session(), access.me().id, clock.today()
    return render_template(
        "absences/index.html",
        form=form,
        mine=absences.of_person(session, me, day=day),
        for_others=absences.stood_in_by(session, me, day=day),
        may_enter_others=bool(absences.others_of(session, duties(), day=day)),
        state_of=absences.state_of,
        processes=processes(),
        today=day,
    )


def _of_others(form: AbsenceOfForm) -> str:
    session, day = db.session(), clock.today()
    led = {person.id for person in absences.others_of(session, duties(), day=day)}
    alone = [a for a in absences.without_hands(session, day=day) if a.person_id in led]
    return render_template(
        "absences/others.html",
        form=form,
        away=[a for a in absences.current(session, day=day) if a.person_id in led],
        alone=[(absence, absences.waiting_for(session, absence)) for absence in alone],
        state_of=absences.state_of,
        processes=processes(),
        today=day,
    )


def _entered(form: AbsenceOfForm, person_id: int) -> bool:
    """Enter what the form says; show what is wrong with it and say no where it cannot be."""
    away = Away(
        person_id=person_id,
        substitute_id=int(form.substitute_id.data),
        starts_on=form.starts_on.data or clock.today(),
        ends_on=form.ends_on.data or clock.today(),
        process=form.of_process.data or None,
    )
    try:
        absence = absences.enter(runtime(), away, by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return False
    _say(absence)
    return True


def _say(absence: Absence) -> None:
    session, day = db.session(), CityClock(clock.zone(), clock.now).day
    person = session.get_one(Person, absence.person_id)
    substitute = session.get_one(Person, absence.substitute_id)
    who = "you are" if person.id == access.me().id else f"{person.name} is"
    until = f" to {day(absence.ends_on)}" if absence.ends_on != absence.starts_on else ""
    flash(
        f"It is entered that {who} away {day(absence.starts_on)}{until}. {substitute.name} has "
        "been told. It begins and ends by itself."
    )
    if both := _away_too(absence):
        flash(
            f"{substitute.name} is away {day(both.starts_on)} to {day(both.ends_on)} too. On days "
            "when both are away nobody else takes over: choose other days or somebody else.",
            "warning",
        )


def _away_too(absence: Absence) -> Absence | None:
    """Give an absence of the substitute on some of the same days."""
    theirs = absences.of_person(db.session(), absence.substitute_id, day=absence.starts_on)
    return next((other for other in theirs if other.starts_on <= absence.ends_on), None)


def _form(kind: type[AbsenceOfForm]) -> AbsenceOfForm:
    form = kind() if request.method == "POST" else kind(None, data={"starts_on": clock.today()})
    people = absences.possible_substitutes(db.session(), day=clock.today())
    form.substitute_id.choices = _people([p for p in people if p.id != access.me().id])
    form.of_process.choices = [
        ("", "All processes"),
        *sorted(processes().items(), key=lambda p: p[1]),
    ]
    return form


def _form_of_others() -> AbsenceOfForm:
    form = _form(AbsenceOfForm)
    led = absences.others_of(db.session(), duties(), day=clock.today())
    form.person_id.choices = _people(led)
    return form


def _people(people: Sequence[Person]) -> list[Choice]:
    found = [Choice(str(person.id), f"{person.name} ({person.unit.name})") for person in people]
    return [NOBODY_YET, *found]


def processes() -> dict[str, str]:
    """The processes that somebody starts, by key."""
    session, library = db.session(), runtime().library
    return {
        key: version.process.name
        for key, version in publication.published(session, now=clock.now()).items()
        if library.of(session, version.id).diagrams[key].starters
    }
