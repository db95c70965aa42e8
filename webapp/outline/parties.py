"""The parties of a process: added, renamed, put in order, removed."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField
from wtforms.validators import Length

from webapp.outline.blueprint import bp
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
from webapp.runtime import pack
from workflows.diagrams.editing import parties as edits
from workflows.errors import NotFoundError


class PartyForm(OutlineForm):
    """A party of the policy, or one that the policy does not know."""

    known = SelectField("Party of the policy")
    name = StringField(
        "Or another name",
        [Length(max=80)],
        description="A party that the policy does not know cannot do steps in a published process.",
    )

    @property
    def chosen(self) -> str:
        """Give the name that was chosen or typed."""
        return (self.name.data or "").strip() or (self.known.data or "")


@bp.get("/drafts/<int:draft_id>/outline/parties")
def parties(draft_id: int) -> ResponseReturnValue:
    """Show the parties of the process and what each of them does."""
    page = opened_to_edit(draft_id)
    return _page(page, _form(page))


@bp.post("/drafts/<int:draft_id>/outline/parties")
def add_party(draft_id: int) -> ResponseReturnValue:
    """Add a party."""
    page = opened(draft_id)
    form = _form(page)
    work = Work(
        lambda sheet: edits.add(sheet, name=form.chosen),
        f"{form.chosen} is now a party of the process.",
        lambda _: _address(page),
    )
    return answered(page, form, work, lambda: _page(page, form))


@bp.get("/drafts/<int:draft_id>/outline/parties/<int:number>")
def party(draft_id: int, number: int) -> ResponseReturnValue:
    """Ask for another name of a party."""
    page = opened_to_edit(draft_id)
    name = _name(page, number)
    return _name_page(page, number, name, _form(page, name))


@bp.post("/drafts/<int:draft_id>/outline/parties/<int:number>")
def rename_party(draft_id: int, number: int) -> ResponseReturnValue:
    """Give a party another name; its steps stay with it."""
    page = opened(draft_id)
    name = _name(page, number)
    form = _form(page, name)
    work = Work(
        lambda sheet: edits.rename(sheet, party=name, name=form.chosen),
        f"{name} is now {form.chosen}.",
        lambda _: _address(page),
    )
    return answered(page, form, work, lambda: _name_page(page, number, name, form))


@bp.post("/drafts/<int:draft_id>/outline/parties/<int:number>/place")
def move_party(draft_id: int, number: int) -> ResponseReturnValue:
    """Move a party up or down by one."""
    page = opened_to_edit(draft_id)
    name = _name(page, number)
    by = -1 if request.form.get("direction") == "up" else 1
    work = Work(
        lambda sheet: edits.move(sheet, party=name, by=by),
        f"{name} was moved {'up' if by < 0 else 'down'}.",
        lambda _: _address(page),
    )
    return acted(page, work)


@bp.post("/drafts/<int:draft_id>/outline/parties/<int:number>/removal")
def remove_party(draft_id: int, number: int) -> ResponseReturnValue:
    """Remove a party that has no steps."""
    page = opened_to_edit(draft_id)
    name = _name(page, number)
    work = Work(
        lambda sheet: edits.remove(sheet, party=name),
        f"{name} is no party of the process any more.",
        lambda _: _address(page),
    )
    return acted(page, work)


def _form(page: Opened, now: str = "") -> PartyForm:
    form: PartyForm = filled(PartyForm, page, known=now, name="" if now in pack().parties else now)
    free = [one for one in pack().parties if one not in page.diagram.lanes or one == now]
    form.known.choices = offered([("", "- Choose -"), *((one, one) for one in free)])
    return form


def _name(page: Opened, number: int) -> str:
    if not 1 <= number <= len(page.diagram.lanes):
        raise NotFoundError("The process has no such party any more. Go back to its parties.")
    return page.diagram.lanes[number - 1]


def _address(page: Opened) -> str:
    return url_for("outline.parties", draft_id=page.draft.id)


def _page(page: Opened, form: PartyForm) -> str:
    steps = {
        lane: [page.title(step.element) for step in page.steps if step.party == lane]
        for lane in page.diagram.lanes
    }
    return render_template("outline/parties.html", page=page, form=form, steps=steps)


def _name_page(page: Opened, number: int, name: str, form: PartyForm) -> str:
    return render_template("outline/party.html", page=page, number=number, name=name, form=form)
