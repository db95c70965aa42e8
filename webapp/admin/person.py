"""One person: their roles, their account."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from models.database import db
from webapp import access, clock, permissions
from webapp.admin.blueprint import bp
from webapp.admin.people import temporary_password
from webapp.forms import PageForm
from webapp.runtime import pack, runtime
from workflows import accounts, directory, roles
from workflows.errors import InvalidAnswersError
from workflows.roles import Terms


def _unit_or_city(value: str | int | None) -> int | None:
    return int(value) if value else None


class GrantForm(PageForm):
    role = SelectField("Role", [DataRequired("Choose a role.")])
    unit_id = SelectField(
        "Where it holds",
        coerce=_unit_or_city,
        description="Roles of a department hold in its unit; offices of the city, and whoever "
        "administers, owns processes or audits, act city-wide.",
    )
    starts_on = DateField("First day", [DataRequired("Enter the first day.")])
    ends_on = DateField("Last day", [Optional()], description="Leave empty for no end.")

    def validate_unit_id(self, field: SelectField) -> None:
        city_wide = set().union(*permissions.CAPABILITIES.values())
        if field.data is not None and self.role.data in city_wide:
            raise ValidationError("This role holds for the whole city. Choose City-wide.")


class ReasonForm(PageForm):
    reason = TextAreaField(
        "Why", [DataRequired("Say why, for the record."), Length(max=500)], render_kw={"rows": 3}
    )


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    return _page(person_id)


@bp.post("/people/<int:person_id>/roles")
def grant(person_id: int) -> ResponseReturnValue:
    form = _grant_form()
    if not form.validate_on_submit():
        return _page(person_id, grant_form=form), 422
    terms = Terms(
        role=form.role.data,
        unit_id=form.unit_id.data,
        starts_on=form.starts_on.data or clock.today(),
        ends_on=form.ends_on.data,
    )
    try:
        roles.grant_role(runtime(), person_id, terms, by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return _page(person_id, grant_form=form), 422
    flash(f"The role “{pack().roles[terms.role].title}” is given.")
    return _back(person_id)


@bp.post("/grants/<int:grant_id>/end")
def end_grant(grant_id: int) -> ResponseReturnValue:
    ended = roles.end_grant(runtime(), grant_id, by=access.me().id, now=clock.now())
    flash("The role has ended. What was done with it stays on record.")
    return _back(ended.person_id)


@bp.post("/people/<int:person_id>/closure")
def disable(person_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(person_id, reason_form=form), 422
    closed = accounts.disable(
        runtime(),
        person_id,
        reason=form.reason.data or "",
        by=access.me().id,
        now=clock.now(),
    )
    flash(f"The account of {closed.name} is disabled, and they are signed out everywhere.")
    return _back(person_id)


@bp.post("/people/<int:person_id>/opening")
def enable(person_id: int) -> ResponseReturnValue:
    opened = accounts.enable(runtime(), person_id, by=access.me().id, now=clock.now())
    flash(f"The account of {opened.name} is open again, with the roles it had.")
    return _back(person_id)


@bp.post("/people/<int:person_id>/temporary-password")
def reset_password(person_id: int) -> ResponseReturnValue:
    invited = accounts.reset_password(person_id, by=access.me().id, now=clock.now())
    return temporary_password(invited, heading="The password is new")


@bp.post("/people/<int:person_id>/sign-out")
def end_sign_ins(person_id: int) -> ResponseReturnValue:
    accounts.end_sign_ins(person_id, by=access.me().id, now=clock.now())
    flash("They are signed out everywhere.")
    return _back(person_id)


def _back(person_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.person", person_id=person_id), code=303)


def _grant_form() -> GrantForm:
    form = GrantForm(data={"starts_on": clock.today()})
    given = sorted(pack().roles.values(), key=lambda role: role.title)
    form.role.choices = [("", "Choose a role")] + [
        (role.id, role.title) for role in given if role.held == "grant"
    ]
    form.unit_id.choices = [("", "City-wide")] + [
        (unit.id, unit.name) for unit in directory.all_units(db.session())
    ]
    return form


def _page(
    person_id: int, *, grant_form: GrantForm | None = None, reason_form: ReasonForm | None = None
) -> str:
    session = db.session()
    someone = directory.person_in_full(session, person_id)
    day: date = clock.today()
    return render_template(
        "admin/person.html",
        someone=someone,
        form=grant_form or reason_form,
        grant_form=grant_form or _grant_form(),
        reason_form=reason_form or ReasonForm(),
        present=[row for row in someone.grants if row.ends_on is None or row.ends_on >= day],
        past=[row for row in someone.grants if row.ends_on is not None and row.ends_on < day],
        roles=pack().roles,
        last_seen=directory.last_seen(session, person_id),
        is_me=person_id == access.me().id,
        today=day,
    )
