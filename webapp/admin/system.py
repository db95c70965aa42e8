"""Is all well? The way in, work for later, and what a person must look at."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from models.database import db
from webapp import access, clock
from webapp.admin.blueprint import bp
from webapp.forms import PageForm
from webapp.incoming import page_number, row_number
from webapp.policy_versions import folder
from webapp.runtime import pack
from workflows import directory, incidents, worklist
from workflows.vacancies import vacancies


class NoteForm(PageForm):
    note = TextAreaField(
        "What was done about it",
        [DataRequired("Say what was done, for the record."), Length(max=1000)],
        render_kw={"rows": 3},
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    session, day = db.session(), clock.today()
    found = directory.find_people(session, directory.Search(), day=day)
    return render_template(
        "admin/index.html",
        counts=found.counts,
        vacancies=vacancies(session, pack(), day),
        incidents=incidents.unresolved(session),
        work=worklist.summary(session, now=clock.now()),
        folder=folder(),
    )


@bp.get("/jobs")
def jobs() -> ResponseReturnValue:
    state = "dead" if request.args.get("state") == "dead" else "due"
    page = page_number()
    session = db.session()
    return render_template(
        "admin/jobs.html",
        state=state,
        page=page,
        per_page=worklist.PER_PAGE,
        work=worklist.summary(session, now=clock.now()),
        jobs=worklist.jobs(session, state=state, page=page),
    )


@bp.get("/incidents")
def incidents_page() -> ResponseReturnValue:
    return _incidents_page()


@bp.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    tried = incidents.retry(_together(incident_id), by=access.me().id, now=clock.now())
    one = "The job is due again; the worker takes it within seconds."
    flash(
        one if tried == 1 else f"{tried} jobs are due again; the worker takes them within seconds."
    )
    return redirect(url_for(".incidents_page"), code=303)


@bp.post("/incidents/<int:incident_id>/resolution")
def resolve(incident_id: int) -> ResponseReturnValue:
    form = _note_form(incident_id)
    if not form.validate_on_submit():
        return _incidents_page(incident_id, form), 422
    note = form.note.data or ""
    closed = incidents.resolve(
        _together(incident_id), by=access.me().id, note=note, now=clock.now()
    )
    one = "The incident is resolved, with your note."
    flash(one if closed == 1 else f"{closed} incidents are resolved, with your note.")
    return redirect(url_for(".incidents_page"), code=303)


def _together(incident_id: int) -> list[int]:
    """Give the incident and those that were shown with it: what came later was not seen."""
    shown = (row_number(text) for text in request.form.getlist("also"))
    return [incident_id, *(number for number in shown if number is not None)]


def _note_form(incident_id: int) -> NoteForm:
    return NoteForm(prefix=f"incident-{incident_id}-")


def _incidents_page(incident_id: int | None = None, form: NoteForm | None = None) -> str:
    session = db.session()
    waiting = incidents.troubles(session)
    # Each form has fields of its own name, for a page must not have an id twice.
    forms = {one.first.id: _note_form(one.first.id) for one in waiting}
    if incident_id is not None and form is not None:
        forms[incident_id] = form
    return render_template(
        "admin/incidents.html",
        waiting=waiting,
        forms=forms,
        resolved=worklist.resolved_incidents(session),
        form=form,
    )
