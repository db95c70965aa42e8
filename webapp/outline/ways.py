"""Ways from one step to the next: where they lead, when they are taken; new ones, and fewer."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.outline.answers import Asked
from webapp.outline.blueprint import bp
from webapp.outline.choices import target_choices
from webapp.outline.conditions import (
    ALWAYS,
    OTHERWISE,
    ROWS,
    TEXT,
    ConditionForm,
    condition_form,
    is_about_rows,
    with_when,
)
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
from webapp.outline.rows import row_of, target_of
from workflows.diagrams.editing import Sheet
from workflows.diagrams.editing import ways as edits
from workflows.diagrams.fields_at import fields_at
from workflows.diagrams.graph import Flow

CHOOSING = ("exclusiveGateway", "inclusiveGateway")
_ALWAYS = (ALWAYS, "Always, there is no other way")
_OTHERWISE = (OTHERWISE, "Otherwise: when no other way is taken")
_WHEN = [(ROWS, "When these comparisons hold"), (TEXT, "When this text holds")]


class ConnectionForm(OutlineForm):
    """A new way out of a step."""

    target = SelectField("It leads to", [DataRequired("Choose where it leads.")])
    name = StringField(
        "Words on the way",
        [Length(max=120)],
        description="Such as the answer that leads here: Approved.",
    )


@bp.get("/drafts/<int:draft_id>/outline/ways/<flow>")
def way(draft_id: int, flow: str) -> ResponseReturnValue:
    """Show one way: where it leads and when it is taken."""
    page = opened_to_edit(draft_id)
    one = page.flow(flow)
    return _way_page(page, one, _way_form(page, one))


@bp.post("/drafts/<int:draft_id>/outline/ways/<flow>")
def change_way(draft_id: int, flow: str) -> ResponseReturnValue:
    """Change where a way leads, its words, and when it is taken."""
    page = opened(draft_id)
    one = page.flow(flow)
    form = _way_form(page, one)
    if is_about_rows():
        return _way_page(page, one, form)
    work = Work(
        lambda sheet: _change(sheet, page, one, form),
        f"The way out of “{page.node(one.source).title}” was changed.",
        lambda _: page.address(one.source),
    )
    return answered(page, form, work, lambda: _way_page(page, one, form))


def _change(sheet: Sheet, page: Opened, flow: Flow, form: ConditionForm) -> None:
    text = form.condition
    if form.target.data != flow.target:
        edits.reconnect(sheet, flow=flow.id, target=form.target.data)
    if (form.name.data or "") != flow.name:
        edits.name(sheet, flow=flow.id, name=form.name.data or "")
    was_default = page.node(flow.source).default_flow == flow.id
    if form.when.data == OTHERWISE:
        if not was_default:
            edits.make_default(sheet, flow=flow.id)
    elif (text or "") != (flow.condition or "") or was_default:
        if was_default:
            edits.clear_default(sheet, element=flow.source)
        edits.set_condition(sheet, flow=flow.id, condition=text or "")


def _way_form(page: Opened, flow: Flow) -> ConditionForm:
    source = page.node(flow.source)
    chooses = source.kind in CHOOSING and len(page.diagram.outgoing(source.id)) > 1

    class WayForm(with_when([*_WHEN, _OTHERWISE] if chooses else [_ALWAYS])):  # type: ignore[misc]
        target = SelectField("It leads to", [InputRequired("Choose where it leads.")])
        name = StringField("Words on the way", [Length(max=120)])

    is_default = source.default_flow == flow.id
    when = {}
    if not chooses:
        when = {"when": ALWAYS}
    elif is_default or not flow.condition:
        when = {"when": OTHERWISE if is_default else ROWS}
    asked = Asked.of(page, fields_at(page.diagram, flow.id, lambda _: page.callers))
    form = condition_form(
        page, WayForm, asked, flow.condition, target=flow.target, name=flow.name, **when
    )
    form.target.choices = offered(_targets(page, flow))
    return form


def _targets(page: Opened, flow: Flow) -> list[tuple[str, str]]:
    choices = target_choices(page, flow.source)
    if flow.target not in dict(choices):
        number = target_of(page, flow.target)
        choices.insert(0, (flow.target, f"As it is: step {number}" if number else "As it is"))
    return choices


def _way_page(page: Opened, flow: Flow, form: ConditionForm) -> str:
    row = row_of(page, flow.source)
    words = next((one.words for one in row.ways if one.element == flow.id), "")
    others = [one for one in row.ways if one.element != flow.id]
    return render_template(
        "outline/way.html",
        page=page,
        flow=flow,
        form=form,
        words=words,
        others=others,
        chooses=len(form.when.choices) > 1,
    )


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/ways/new")
def connection(draft_id: int, element: str) -> ResponseReturnValue:
    """Ask where a new way out of a step leads."""
    page = opened_to_edit(draft_id)
    return _connection_page(page, element, _connection_form(page, element))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/ways/new")
def connect(draft_id: int, element: str) -> ResponseReturnValue:
    """Lead a new way out of a step to another."""
    page = opened(draft_id)
    form = _connection_form(page, element)
    node = page.node(element)

    def made_way(made: str) -> str:
        if made and node.kind in CHOOSING:
            return url_for("outline.way", draft_id=draft_id, flow=made)
        return page.address(element)

    work = Work(
        lambda sheet: edits.connect(
            sheet, source=element, target=form.target.data, name=form.name.data or ""
        ),
        f"“{node.title}” now also leads to “{page.node(form.target.data).title}”."
        if form.target.data in page.diagram.nodes
        else "",
        made_way,
    )
    return answered(page, form, work, lambda: _connection_page(page, element, form))


def _connection_form(page: Opened, element: str) -> ConnectionForm:
    page.node(element)
    form: ConnectionForm = filled(ConnectionForm, page)
    form.target.choices = offered([("", "- Choose -"), *target_choices(page, element, but=element)])
    return form


def _connection_page(page: Opened, element: str, form: ConnectionForm) -> str:
    return render_template(
        "outline/connect.html",
        page=page,
        node=page.node(element),
        row=row_of(page, element),
        form=form,
    )


@bp.post("/drafts/<int:draft_id>/outline/ways/<flow>/removal")
def disconnect(draft_id: int, flow: str) -> ResponseReturnValue:
    """Take a way away."""
    page = opened_to_edit(draft_id)
    one = page.flow(flow)
    number = target_of(page, one.target)
    to = f"step {number}" if number else "nowhere"
    work = Work(
        lambda sheet: edits.disconnect(sheet, flow=flow),
        f"The way from “{page.node(one.source).title}” to {to} was removed.",
        lambda _: page.address(one.source),
    )
    return acted(page, work)
