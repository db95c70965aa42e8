"""The list of people, and inviting somebody new."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional

from models.database import db
from models.people import Person
from webapp import access, clock
from webapp.admin.blueprint import bp
from webapp.forms import PageForm
from webapp.incoming import page_number, row_number
from webapp.runtime import pack, runtime
from workflows import accounts, directory
from workflows.accounts import CATEGORIES, NewPerson
from workflows.directory import STATES, Search
from workflows.errors import InvalidAnswersError

NAME = Length(max=100, message="Write at most 100 characters.")


class PersonForm(PageForm):
    given_name = StringField("Given name", [DataRequired("Enter the given name."), NAME])
    family_name = StringField("Family name", [DataRequired("Enter the family name."), NAME])
    email = StringField(
        "Work e-mail address",
        [DataRequired("Enter the work e-mail address."), Length(max=254)],
        description="They sign in with it.",
        render_kw={"inputmode": "email", "spellcheck": "false"},
    )
    unit_id = SelectField("Unit", [DataRequired("Choose the unit.")], coerce=int)
    categories = SelectMultipleField(
        "How they serve the city",
        [Optional()],
        description="The groups of the policy overlap: choose all that apply.",
    )
    ends_on = DateField(
        "Last day of employment or term",
        [Optional()],
        description="For contractors, interns and terms of office. After it nobody signs in.",
    )

    @classmethod
    def empty(cls, person: Person | None = None) -> "PersonForm":
        """The form with the units to choose from, filled with a person where one is given."""
        present = [row.category for row in person.categories] if person else []
        form = cls(obj=person) if request.method == "POST" else cls(None, obj=person)
        if request.method != "POST":
            form.categories.data = present
        form.categories.choices = [(name, name[0].upper() + name[1:]) for name in CATEGORIES]
        form.unit_id.choices = [(unit.id, unit.name) for unit in directory.all_units(db.session())]
        return form

    def answers(self) -> NewPerson:
        return NewPerson(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            unit_id=self.unit_id.data,
            categories=tuple(self.categories.data or ()),
            ends_on=self.ends_on.data,
        )


@bp.get("/people")
def people() -> ResponseReturnValue:
    state = request.args.get("state", "")
    search = Search(
        text=request.args.get("q", "").strip(),
        state=state if state in STATES else STATES[0],
        unit_id=row_number(request.args.get("unit")),
        role=request.args.get("role", ""),
        page=page_number(),
    )
    session = db.session()
    return render_template(
        "admin/people.html",
        search=search,
        found=directory.find_people(session, search, day=clock.today()),
        states=STATES,
        units=directory.all_units(session),
        roles=pack().roles,
        per_page=directory.PER_PAGE,
    )


@bp.get("/people/new")
def invitation() -> ResponseReturnValue:
    return render_template("admin/invitation.html", form=PersonForm.empty())


@bp.post("/people")
def invite() -> ResponseReturnValue:
    form = PersonForm.empty()
    if not form.validate_on_submit():
        return render_template("admin/invitation.html", form=form), 422
    try:
        invited = accounts.invite(form.answers(), by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return render_template("admin/invitation.html", form=form), 422
    return temporary_password(invited, heading="The account is open")


@bp.get("/people/<int:person_id>/details")
def details(person_id: int) -> ResponseReturnValue:
    person = directory.person_in_full(db.session(), person_id)
    return render_template("admin/details.html", someone=person, form=PersonForm.empty(person))


@bp.post("/people/<int:person_id>/details")
def change_details(person_id: int) -> ResponseReturnValue:
    person = directory.person_in_full(db.session(), person_id)
    form = PersonForm.empty(person)
    if not form.validate_on_submit():
        return render_template("admin/details.html", someone=person, form=form), 422
    try:
        accounts.change_person(
            runtime(),
            person_id,
            form.answers(),
            by=access.me().id,
            now=clock.now(),
        )
    except InvalidAnswersError as error:
        form.take(error)
        return render_template("admin/details.html", someone=person, form=form), 422
    return redirect(url_for("admin.person", person_id=person_id), code=303)


def temporary_password(invited: accounts.Invited, *, heading: str) -> ResponseReturnValue:
    """Show a temporary password, this once: it is in no log, no cookie and no list."""
    person = directory.person_in_full(db.session(), invited.person_id)
    return render_template(
        "admin/temporary_password.html", someone=person, invited=invited, title=heading
    )
