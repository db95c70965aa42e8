"""Departments, boards, commissions and elected offices."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from models.database import db
from models.people import Unit, UnitKind
from webapp import access, clock
from webapp.admin.blueprint import bp
from webapp.forms import PageForm
from webapp.runtime import pack
from workflows import directory
from workflows import units as founding
from workflows.errors import InvalidAnswersError
from workflows.units import UnitTerms


def _other_unit(value: str | int | None) -> int | None:
    return int(value) if value else None


class UnitForm(PageForm):
    name = StringField("Name", [DataRequired("Enter the name."), Length(max=100)])
    code = StringField(
        "Short code",
        [DataRequired("Enter a short code, such as PRK."), Length(max=12)],
        description="Used where a table brings in people or sites, e.g. PRK.",
    )
    kind = SelectField("What it is")
    is_public_body = BooleanField(
        "It is a public body",
        description="Its members together fall under the open meeting law, so it gets advice on it.",
    )
    forwarding_unit_id = SelectField(
        "Requests are forwarded by",
        coerce=_other_unit,
        description="A board has no department head: its liaison's department forwards for it.",
    )

    @classmethod
    def empty(cls, unit: Unit | None = None) -> "UnitForm":
        form = cls(obj=unit) if request.method == "POST" else cls(None, obj=unit)
        form.kind.choices = [(kind.value, kind.capitalize()) for kind in UnitKind]
        form.forwarding_unit_id.choices = [("", "Its own forwarding authority")] + [
            (other.id, other.name)
            for other in directory.all_units(db.session())
            if unit is None or other.id != unit.id
        ]
        return form

    def answers(self) -> UnitTerms:
        return UnitTerms(
            code=self.code.data or "",
            name=self.name.data or "",
            kind=self.kind.data,
            is_public_body=bool(self.is_public_body.data),
            forwarding_unit_id=self.forwarding_unit_id.data,
        )


@bp.get("/units")
def units() -> ResponseReturnValue:
    forwarding = {
        role for party in pack().parties.values() if party.scope == "unit" for role in party.roles
    }
    lines = directory.units_with_forwarders(db.session(), frozenset(forwarding), day=clock.today())
    return render_template("admin/units.html", lines=lines)


@bp.get("/units/new")
def new_unit() -> ResponseReturnValue:
    return render_template("admin/unit.html", form=UnitForm.empty(), unit=None)


@bp.post("/units")
def found_unit() -> ResponseReturnValue:
    return _save(None)


@bp.get("/units/<int:unit_id>")
def unit(unit_id: int) -> ResponseReturnValue:
    found = directory.unit_by_id(db.session(), unit_id)
    return render_template("admin/unit.html", form=UnitForm.empty(found), unit=found)


@bp.post("/units/<int:unit_id>")
def change_unit(unit_id: int) -> ResponseReturnValue:
    return _save(directory.unit_by_id(db.session(), unit_id))


def _save(unit: Unit | None) -> ResponseReturnValue:
    form = UnitForm.empty(unit)
    if not form.validate_on_submit():
        return render_template("admin/unit.html", form=form, unit=unit), 422
    try:
        saved = founding.save_unit(
            unit.id if unit else None, form.answers(), by=access.me().id, now=clock.now()
        )
    except InvalidAnswersError as error:
        form.take(error)
        return render_template("admin/unit.html", form=form, unit=unit), 422
    flash(f"{saved.name} is saved.")
    return redirect(url_for("admin.units"), code=303)
