"""Steps moved to another place, and removed, with what follows from it in a sentence."""

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired

from webapp.outline.blueprint import bp
from webapp.outline.choices import place_choices
from webapp.outline.offering import offered
from webapp.outline.page import (
    Opened,
    OutlineForm,
    Work,
    answered,
    filled,
    opened,
    opened_to_edit,
)
from webapp.outline.rows import row_of
from workflows.diagrams.conditions import ConditionError, compile_condition
from workflows.diagrams.editing import steps
from workflows.diagrams.graph import Node


class MovingForm(OutlineForm):
    """Where a step shall stand."""

    after = SelectField("Its new place", [DataRequired("Choose a place.")])


class RemovalForm(OutlineForm):
    """What becomes of the rest when a step is removed."""

    keep = SelectField("Which of its ways stays")
    and_cut_off = BooleanField(
        "Remove with it the steps that nothing leads to any more", default=True
    )


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/place")
def moving(draft_id: int, element: str) -> ResponseReturnValue:
    """Ask where a step shall stand."""
    page = opened_to_edit(draft_id)
    return _moving_page(page, page.node(element), _moving_form(page, element))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/place")
def move(draft_id: int, element: str) -> ResponseReturnValue:
    """Move a step to another place."""
    page = opened(draft_id)
    node = page.node(element)
    form = _moving_form(page, element)
    work = Work(
        lambda sheet: steps.move(sheet, element=element, after=form.after.data),
        f"“{node.title}” was moved.",
        lambda _: page.address(element),
    )
    return answered(page, form, work, lambda: _moving_page(page, node, form))


def _moving_form(page: Opened, element: str) -> MovingForm:
    form: MovingForm = filled(MovingForm, page)
    form.after.choices = offered([("", "- Choose -"), *place_choices(page, but=element)])
    return form


def _moving_page(page: Opened, node: Node, form: MovingForm) -> str:
    return render_template("outline/move.html", page=page, node=node, form=form)


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/removal")
def removal(draft_id: int, element: str) -> ResponseReturnValue:
    """Say what follows when a step is removed, before it is."""
    page = opened_to_edit(draft_id)
    node = page.node(element)
    return _removal_page(page, node, _removal_form(page, element))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/removal")
def remove(draft_id: int, element: str) -> ResponseReturnValue:
    """Remove a step; the ways to it lead on to what came after."""
    page = opened(draft_id)
    node = page.node(element)
    form = _removal_form(page, element)
    work = Work(
        lambda sheet: steps.remove(
            sheet,
            element=element,
            keep=form.keep.data if "keep" in form else "",
            and_cut_off=bool(form.and_cut_off.data),
        ),
        f"“{node.title}” was removed.",
        lambda _: page.address(),
    )
    return answered(page, form, work, lambda: _removal_page(page, node, form))


def _removal_form(page: Opened, element: str) -> RemovalForm:
    form: RemovalForm = filled(RemovalForm, page)
    ways = row_of(page, element).ways
    if len(ways) > 1:
        form.keep.choices = offered((way.element, way.words) for way in ways)
    else:
        del form.keep
    return form


def _removal_page(page: Opened, node: Node, form: RemovalForm) -> str:
    return render_template(
        "outline/remove.html",
        page=page,
        node=node,
        form=form,
        row=row_of(page, node.id),
        readers=readers_of(page, node),
    )


def readers_of(page: Opened, node: Node) -> list[str]:
    """Give the places whose conditions read the answers of a step."""
    found = [
        flow.source
        for flow in page.diagram.flows.values()
        if flow.condition and node.id in _names(flow.condition)
    ]
    return [page.title(source) for source in dict.fromkeys(found) if source != node.id]


def _names(condition: str) -> set[str]:
    try:
        return {element for element, _ in compile_condition(condition).names}
    except ConditionError:
        return set()
