"""What is public of complaints about a named person, for the Clerk who answers a data request."""

from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from models.database import db
from models.people import Person, Unit
from webapp import access, clock
from webapp.answers_shown import Answer, answers_of
from webapp.forms import NOBODY_YET, Choice, PageForm, number_chosen
from webapp.runtime import runtime
from workflows import public_facet
from workflows.errors import InvalidAnswersError
from workflows.public_facet import LONGEST_REASON

bp = Blueprint("personnel_data", __name__, url_prefix="/records/personnel-data")


class LookupForm(PageForm):
    """Whom somebody asked about, and whose request it is."""

    about = SelectField(
        "Person asked about",
        coerce=number_chosen,
        validators=[InputRequired("Choose the person.")],
    )
    reason = TextAreaField(
        "Whose request, and which",
        description="Such as: request of the Northwater Courier of 3 November. It is put on record.",
        validators=[
            DataRequired("Say whose request you answer, for the record."),
            Length(max=LONGEST_REASON),
        ],
    )


@dataclass(frozen=True)
class Shown:
    """One complaint: its status, and what else is public of it."""

    status: str
    answers: list[Answer]
    official: bool


@bp.get("")
def index() -> ResponseReturnValue:
    """Ask whom the request is about."""
    return _page(_form())


@bp.post("")
def look_up() -> ResponseReturnValue:
    """Put the lookup on record and show what is public."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, 422)
    by, now = access.me().id, clock.now()
    try:
        facets = public_facet.look_up(
            runtime(), form.about.data, reason=form.reason.data or "", by=by, now=now
        )
    except InvalidAnswersError as error:
        form.take(error)
        return _page(form, 422)
    person = db.session.get_one(Person, form.about.data)
    found = [Shown(facet.status, _answers(facet), facet.official) for facet in facets]
    return render_template("personnel_data/found.html", about=person, found=found)


def _answers(facet: public_facet.Facet) -> list[Answer]:
    steps = answers_of(facet.steps, facet.diagrams.diagrams, facet.sees)
    return [answer for step in steps for answer in step.answers]


@bp.get("/<int:person_id>/documents/<int:file_id>")
def document(person_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a document that is public now; never shown inside a page of ours."""
    by, now = access.me().id, clock.now()
    file = public_facet.document(runtime(), person_id, file_id, by=by, now=now)
    response = send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _page(form: LookupForm, status: int = 200) -> ResponseReturnValue:
    return render_template("personnel_data/index.html", form=form), status


def _form() -> LookupForm:
    """The form with everybody on record, those who have left too."""
    form = LookupForm()
    rows = db.session.execute(
        select(Person.id, Person.given_name, Person.family_name, Unit.name)
        .join(Person.unit)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    people = [Choice(id_, f"{given} {family} ({unit})") for id_, given, family, unit in rows]
    form.about.choices = [NOBODY_YET, *people]
    return form
