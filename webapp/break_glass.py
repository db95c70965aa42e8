"""Breaking the glass: to read a confidential case without a part in it, by the word of a second."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from models.database import db
from webapp import access, clock, permissions
from webapp.forms import NOBODY_YET, Choice, PageForm, number_chosen
from webapp.runtime import runtime, settings
from webapp.templating import person as named
from workflows import break_glass
from workflows.break_glass import LONGEST_NUMBER, LONGEST_REASON, Answered, Asked
from workflows.errors import InvalidAnswersError

bp = Blueprint("break_glass", __name__, url_prefix="/break-glass")

CAPABILITY = "cases.break-glass"


class AskForm(PageForm):
    """Who needs to read a case, which one, and why."""

    number = StringField(
        "Number of the case",
        description="As somebody named it to you, such as C-07. Nobody is told whether it exists.",
        validators=[
            DataRequired("Write the number of a case, such as C-07."),
            Length(max=LONGEST_NUMBER),
        ],
    )
    reason = TextAreaField(
        "Reason",
        description="Why you must read it, and why nobody on its list can do what is needed.",
        validators=[
            DataRequired("Say why you must read the case, for the record."),
            Length(max=LONGEST_REASON),
        ],
    )
    second = SelectField(
        "Who shall confirm it",
        coerce=number_chosen,
        description="Somebody else who may break the glass. They answer for it with you.",
        validators=[InputRequired("Choose who shall confirm it.")],
    )


class AnswerForm(PageForm):
    """The second person's word."""

    granted = RadioField(
        "Your answer",
        choices=[Choice("yes", "I confirm it"), Choice("no", "I refuse it")],
        validators=[DataRequired("Choose whether you confirm it.")],
    )
    words = TextAreaField(
        "Why",
        validators=[
            DataRequired("Say in a sentence why, for the record."),
            Length(max=LONGEST_REASON),
        ],
    )


@bp.get("")
def index() -> ResponseReturnValue:
    """Show what one has asked and was asked, and the form to ask."""
    return _page(_ask_form())


def _page(
    form: AskForm, status: int = 200, answering: dict[int, AnswerForm] | None = None
) -> ResponseReturnValue:
    me = access.me().id
    requests = break_glass.requests_of(db.session(), me)
    waiting = [row for row in requests if row.second_id == me and row.answered_at is None]
    forms = {row.id: _answer_form(row.id) for row in waiting}
    forms |= {number: sent for number, sent in (answering or {}).items() if number in forms}
    page = render_template(
        "break_glass/index.html",
        form=form,
        waiting=waiting,
        forms=forms,
        mine=[row for row in requests if row.asked_by_id == me],
        answered=[row for row in requests if row.second_id == me and row.answered_at],
        lasts=_lasts(),
        now=clock.now(),
    )
    return page, status


@bp.post("")
def ask() -> ResponseReturnValue:
    """Ask the second person."""
    form = _ask_form()
    if not form.validate_on_submit():
        return _page(form, 422)
    asked = Asked(form.number.data or "", form.reason.data or "", form.second.data)
    holders, by = permissions.CAPABILITIES[CAPABILITY], access.me().id
    try:
        break_glass.ask(runtime(), asked, holders=holders, by=by, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return _page(form, 422)
    flash("The person you chose has been asked. You get a notice when they have answered.")
    return redirect(url_for("break_glass.index"), code=303)


@bp.post("/<int:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    """Confirm or refuse what somebody asked."""
    form = _answer_form(request_id)
    if not form.validate_on_submit():
        return _page(_ask_form(), 422, {request_id: form})
    said = Answered(form.granted.data == "yes", form.words.data or "", _lasts())
    break_glass.answer(runtime(), request_id, said, by=access.me().id, now=clock.now())
    flash("Your answer is on record, and the person who asked is told.")
    return redirect(url_for("break_glass.index"), code=303)


def _ask_form() -> AskForm:
    form = AskForm()
    holders, by = permissions.CAPABILITIES[CAPABILITY], access.me().id
    people = break_glass.seconds(db.session(), holders, by, clock.today())
    form.second.choices = [NOBODY_YET, *(Choice(one.id, named(one)) for one in people)]
    return form


def _answer_form(request_id: int) -> AnswerForm:
    # Each form has fields of its own name, for a page must not have an id twice.
    return AnswerForm(prefix=f"request-{request_id}-")


def _lasts() -> timedelta:
    return timedelta(hours=settings().break_glass_hours)
