"""Deadlines on a step: what happens when time is up, and whether the step goes on meanwhile."""

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from webapp.outline import lengths
from webapp.outline.blueprint import bp
from webapp.outline.catches import STAYS, STOPS, catch_form, catch_page, change_catch
from webapp.outline.choices import border_targets
from webapp.outline.offering import offered
from webapp.outline.page import (
    Opened,
    OutlineForm,
    Work,
    acted,
    answered,
    filled,
    opened,
    opened_to_edit,
)
from webapp.outline.step import PEOPLE_DO
from workflows.diagrams.editing import Plain
from workflows.diagrams.editing import deadlines as edits
from workflows.diagrams.graph import Node


class DeadlineForm(OutlineForm):
    """When, what then, and where it leads."""

    number = IntegerField(
        "After", [InputRequired("Say after how long."), NumberRange(1, lengths.MOST)]
    )
    unit = SelectField("Counted in", [InputRequired()], description=lengths.CALENDAR)
    interrupting = RadioField(
        "What becomes of the step",
        [InputRequired()],
        choices=offered(
            [
                (STAYS, "It stays open; something is begun beside it, such as a reminder"),
                (STOPS, "It is stopped, and the case goes on from here"),
            ]
        ),
        default=STAYS,
    )
    name = StringField(
        "What it is called",
        [DataRequired("Give it a name, such as Too late."), Length(max=100)],
    )
    leads_to = SelectField("It leads to")


def _deadline_form(page: Opened, host: Node, boundary: Node | None = None) -> DeadlineForm:
    number, unit = lengths.parts_of(boundary.timer if boundary else None)
    outgoing = page.diagram.outgoing(boundary.id) if boundary else ()
    form: DeadlineForm = filled(
        DeadlineForm,
        page,
        number=number,
        unit=unit,
        name=boundary.name if boundary else "",
        interrupting=STOPS if boundary and boundary.interrupting else STAYS,
        leads_to=outgoing[0].target if outgoing else "",
    )
    form.unit.choices = offered(lengths.units_for(boundary.timer if boundary else None))
    form.leads_to.choices = border_targets(page, host, boundary)
    return form


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/deadlines/new")
def new_deadline(draft_id: int, element: str) -> ResponseReturnValue:
    """Ask what a new deadline is."""
    page = opened_to_edit(draft_id)
    host = page.node(element)
    return _page(page, host, None, _deadline_form(page, host))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/deadlines/new")
def add_deadline(draft_id: int, element: str) -> ResponseReturnValue:
    """Put a deadline on a step."""
    page = opened(draft_id)
    host = page.node(element)
    form = _deadline_form(page, host)
    work = Work(
        lambda sheet: edits.add(
            sheet,
            host=host.id,
            timer=lengths.text_of(form.number.data, form.unit.data),
            interrupting=form.interrupting.data == STOPS,
            name=form.name.data or "",
            leads_to=form.leads_to.data or Plain("end", form.name.data or ""),
        ),
        f"“{host.title}” has a way for when time is up: “{form.name.data}”.",
        lambda _: page.address(element),
    )
    return answered(page, form, work, lambda: _page(page, host, None, form))


@bp.get("/drafts/<int:draft_id>/outline/deadlines/<element>")
def deadline(draft_id: int, element: str) -> ResponseReturnValue:
    """Show one deadline, or another event that may happen during a step."""
    page = opened_to_edit(draft_id)
    boundary = page.node(element)
    host = page.node(boundary.attached_to or "")
    if boundary.kind != "boundaryTimer":
        return catch_page(page, host, boundary, catch_form(page, host, boundary))
    return _page(page, host, boundary, _deadline_form(page, host, boundary))


@bp.post("/drafts/<int:draft_id>/outline/deadlines/<element>")
def change_deadline(draft_id: int, element: str) -> ResponseReturnValue:
    """Change a deadline, or another event that may happen during a step."""
    page = opened(draft_id)
    boundary = page.node(element)
    host = page.node(boundary.attached_to or "")
    if boundary.kind != "boundaryTimer":
        return change_catch(page, host, boundary)
    form = _deadline_form(page, host, boundary)
    work = Work(
        lambda sheet: edits.change(
            sheet,
            event=boundary.id,
            timer=lengths.text_of(form.number.data, form.unit.data),
            interrupting=form.interrupting.data == STOPS,
            # A name that nobody touched and that only says the time follows the time.
            name=None if form.name.data == boundary.name else form.name.data or "",
            leads_to=form.leads_to.data or None,
        ),
        f"“{form.name.data}” was changed.",
        lambda _: page.address(host.id),
    )
    return answered(page, form, work, lambda: _page(page, host, boundary, form))


@bp.post("/drafts/<int:draft_id>/outline/deadlines/<element>/removal")
def remove_deadline(draft_id: int, element: str) -> ResponseReturnValue:
    """Take an event off the border of its step, with what only it leads to."""
    page = opened_to_edit(draft_id)
    boundary = page.node(element)
    work = Work(
        lambda sheet: edits.remove(sheet, event=boundary.id),
        f"“{boundary.title}” was removed.",
        lambda _: page.address(boundary.attached_to or ""),
    )
    return acted(page, work)


def _page(page: Opened, host: Node, boundary: Node | None, form: DeadlineForm) -> str:
    return render_template(
        "outline/deadline.html",
        page=page,
        host=host,
        boundary=boundary,
        form=form,
        people_do=PEOPLE_DO,
    )
