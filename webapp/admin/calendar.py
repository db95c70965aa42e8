"""The days that count: public holidays and the city's own closed days."""

from datetime import date, timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length

from models.database import db
from webapp import access, clock
from webapp.admin.blueprint import bp
from webapp.forms import PageForm
from webapp.runtime import runtime
from workflows import closures
from workflows.business_time import Calendar
from workflows.errors import InvalidAnswersError

SHOWN = timedelta(days=366)
SATURDAY = 5


class ClosureForm(PageForm):
    day = DateField("Day", [DataRequired("Enter the day.")])
    reason = StringField(
        "Why the offices are closed",
        [DataRequired("Say why the offices are closed."), Length(max=100)],
    )


@bp.get("/calendar")
def calendar() -> ResponseReturnValue:
    return _page(ClosureForm(formdata=None))


@bp.post("/calendar")
def close_day() -> ResponseReturnValue:
    form = ClosureForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _page(form), 422
    try:
        closures.close_day(
            form.day.data,
            reason=form.reason.data or "",
            by=access.me().id,
            now=clock.now(),
            today=clock.today(),
        )
    except InvalidAnswersError as error:
        form.take(error)
        return _page(form), 422
    flash("The day is entered. Time limits that begin from now on count it as closed.")
    return redirect(url_for(".calendar"), code=303)


@bp.post("/calendar/<day>/opening")
def open_day(day: str) -> ResponseReturnValue:
    try:
        opened = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    closures.open_day(opened, by=access.me().id, now=clock.now())
    flash("The day is a business day again.")
    return redirect(url_for(".calendar"), code=303)


def _page(form: ClosureForm) -> str:
    today = clock.today()
    return render_template(
        "admin/calendar.html",
        form=form,
        closures=closures.closures(db.session(), since=today),
        holidays=_holidays(runtime().calendar, today),
    )


def _holidays(calendar: Calendar, since: date) -> list[date]:
    """The working weekdays of a year that public holidays take away."""
    days = (since + timedelta(days=number) for number in range(SHOWN.days))
    return [
        day
        for day in days
        if day.weekday() < SATURDAY
        and day not in calendar.closures
        and not calendar.is_business_day(day)
    ]
