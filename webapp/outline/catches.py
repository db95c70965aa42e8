"""What may happen while a step is open: a message that arrives, an error that it ends with."""

import json

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from webapp.outline.blueprint import bp
from webapp.outline.choices import border_targets
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
from workflows.diagrams.editing import Plain, Sheet
from workflows.diagrams.editing import deadlines as edits
from workflows.diagrams.graph import Diagram, Node

MESSAGE, ERROR = "message", "error"
STOPS, STAYS = "stops", "stays"
ANY_ERROR = "Any error"
# Only what runs steps of its own can end with an error.
THROWING = ("subProcess", "callActivity")


def _only_for(what: str) -> dict[str, str]:
    condition = json.dumps({"field": "what", "is": "=", "value": what})
    # The name of an error may be left at "any".
    needed = {"data-required-when": condition} if what == MESSAGE else {}
    return {"data-shown-when": condition, **needed}


class CatchForm(OutlineForm):
    """What may happen, whether the step goes on then, and where the case goes."""

    what = RadioField(
        "What may happen",
        [InputRequired()],
        choices=offered(
            [(MESSAGE, "A message arrives"), (ERROR, "It ends with an error, and not as planned")]
        ),
        default=MESSAGE,
    )
    message = StringField(
        "The message, by its name", [Length(max=100)], render_kw=_only_for(MESSAGE)
    )
    interrupting = RadioField(
        "What becomes of the step",
        choices=offered(
            [
                (STOPS, "It is stopped, and the case goes on from here"),
                (STAYS, "It stays open; something is begun beside it"),
            ]
        ),
        default=STOPS,
        render_kw=_only_for(MESSAGE),
    )
    error = SelectField(
        "The error that it ends with",
        description="An error always ends the step; the case goes on from here.",
        render_kw=_only_for(ERROR),
    )
    name = StringField(
        "What it is called",
        [Optional(), Length(max=100)],
        description="Empty: as the message or the error is.",
    )
    leads_to = SelectField("It leads to")

    def validate_message(self, field: StringField) -> None:
        """Ask which message where one is waited for."""
        if self.awaits_message and not (field.data or "").strip():
            raise ValidationError("Name the message.")

    @property
    def awaits_message(self) -> bool:
        """Whether it is about a message and not about an error."""
        return self.what.data != ERROR if "what" in self else "message" in self

    @property
    def caught(self) -> str:
        """The name of the message or error; "" is any error."""
        chosen = self.message.data if self.awaits_message else self.error.data
        return " ".join((chosen or "").split())

    @property
    def called(self) -> str:
        """What the event is called."""
        return " ".join((self.name.data or "").split()) or self.caught or ANY_ERROR


def catch_form(page: Opened, host: Node, boundary: Node | None = None) -> CatchForm:
    """Give the form of such an event, of a new one where none is named."""
    known = messages_of(page)
    onward = page.diagram.outgoing(boundary.id) if boundary else ()
    form: CatchForm = filled(
        CatchForm,
        page,
        message=(boundary.message or "") if boundary else "",
        error=(boundary.error or "") if boundary else "",
        interrupting=STOPS if boundary is None or boundary.interrupting else STAYS,
        name=boundary.name if boundary else "",
        leads_to=next((flow.target for flow in onward), ""),
    )
    form.message.description = (
        f"Known here: {', '.join(f'“{one}”' for one in known)}." if known else ""
    )
    errors = [one for one in errors_of(page, host) if one]
    if boundary and boundary.error and boundary.error not in errors:
        errors.append(boundary.error)
    form.error.choices = offered([("", ANY_ERROR), *((one, one) for one in errors)])
    form.leads_to.choices = border_targets(page, host, boundary)
    _keep(form, host, boundary)
    for name in ("message", "interrupting"):
        if name in form and "what" not in form:
            form[name].flags.required = True
    return form


def _keep(form: CatchForm, host: Node, boundary: Node | None) -> None:
    """Take out what is decided already, or cannot be."""
    if boundary is None and host.kind in THROWING:
        return
    del form.what
    is_error = boundary is not None and boundary.kind == "boundaryError"
    for name in ("message", "interrupting") if is_error else ("error",):
        del form[name]
    for field in (form[name] for name in ("message", "interrupting", "error") if name in form):
        field.render_kw = None


def messages_of(page: Opened) -> list[str]:
    """Give the messages that the process, or one that calls it, sends or waits for."""
    nodes = [node for diagram in (page.diagram, *page.callers) for node in diagram.nodes.values()]
    return sorted({node.message for node in nodes if node.message})


def errors_of(page: Opened, host: Node) -> list[str]:
    """Give the errors with which a called process or a group of steps can end."""
    if host.kind == "callActivity":
        called = page.called(host.called or "")
        return _thrown(called, None) if called else []
    return _thrown(page.diagram, host.id)


def _thrown(diagram: Diagram, parent: str | None) -> list[str]:
    found = [node for node in diagram.of_kind("errorEnd") if node.parent == parent]
    return sorted({node.error for node in found if node.error})


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/events/new")
def new_catch(draft_id: int, element: str) -> ResponseReturnValue:
    """Ask what may happen while a step is open."""
    page = opened_to_edit(draft_id)
    host = page.node(element)
    return catch_page(page, host, None, catch_form(page, host))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/events/new")
def add_catch(draft_id: int, element: str) -> ResponseReturnValue:
    """Put a message or an error on the border of a step."""
    page = opened(draft_id)
    host = page.node(element)
    form = catch_form(page, host)
    work = Work(
        lambda sheet: _add(sheet, host, form),
        f"“{host.title}” may now meet “{form.called}”.",
        lambda _: page.address(element),
    )
    return answered(page, form, work, lambda: catch_page(page, host, None, form))


def _add(sheet: Sheet, host: Node, form: CatchForm) -> str:
    leads_to = form.leads_to.data or Plain("end", form.called)
    if not form.awaits_message:
        return edits.catch_error(
            sheet, host=host.id, error=form.caught, leads_to=leads_to, name=form.called
        )
    return edits.catch_message(
        sheet,
        host=host.id,
        message=form.caught,
        interrupting=form.interrupting.data == STOPS,
        name=form.called,
        leads_to=leads_to,
    )


def change_catch(page: Opened, host: Node, boundary: Node) -> ResponseReturnValue:
    """Change which message or error it is, whether the step goes on, and where it leads."""
    form = catch_form(page, host, boundary)
    work = Work(
        lambda sheet: edits.change_catch(
            sheet,
            event=boundary.id,
            caught=form.caught,
            interrupting=form.interrupting.data == STOPS if "interrupting" in form else None,
            name=None if form.called == boundary.name else form.called,
            leads_to=form.leads_to.data or None,
        ),
        f"“{form.called}” was changed.",
        lambda _: page.address(host.id),
    )
    return answered(page, form, work, lambda: catch_page(page, host, boundary, form))


def catch_page(page: Opened, host: Node, boundary: Node | None, form: CatchForm) -> str:
    """Show the page of such an event."""
    throws = host.kind in THROWING
    return render_template(
        "outline/catch.html",
        page=page,
        host=host,
        boundary=boundary,
        form=form,
        throws=throws,
        errors=errors_of(page, host) if throws else [],
    )
