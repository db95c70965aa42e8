"""The process itself: its name, who begins it, whom it is about; and a new one from nothing."""

import json
import re
from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from models.database import db
from webapp import access, clock
from webapp.forms import PageForm
from webapp.outline.blueprint import bp
from webapp.outline.choices import block_choices
from webapp.outline.offering import grouped, offered
from webapp.outline.page import (
    Opened,
    OutlineForm,
    Work,
    answered,
    filled,
    opened,
    opened_to_edit,
)
from webapp.outline.question_form import free_id
from webapp.runtime import pack
from workflows import publication
from workflows.diagrams.editing import EditError, Plain, Sheet, marks
from workflows.diagrams.editing.processes import new_process as new_document
from workflows.diagrams.layout import tidy
from workflows.errors import InvalidAnswersError
from workflows.policy.blocks import Block
from workflows.publication import drafts, editing_together

# What a building block would bring is asked for where none is chosen.
_PLAIN_STEP = {"data-required-when": json.dumps({"field": "block", "is": "=", "value": None})}
SUBJECTS = {"none": "Nothing that is registered", "site": "A site", "person": "A person"}


class ProcessForm(OutlineForm):
    """What a process is, and who begins it."""

    name = StringField("Name of the process", [DataRequired("Give it a name."), Length(max=100)])
    documentation = TextAreaField(
        "What it is for",
        [Length(max=2000)],
        description="A sentence; it stands where people begin a case.",
        render_kw={"rows": 3},
    )
    starters = SelectMultipleField(
        "Who may begin it",
        description="Nobody chosen: only another process begins it, by calling it.",
    )
    owner = SelectField("Who owns it", description="Who intervenes in its cases.")
    subject = SelectField("What a case is about", choices=offered(SUBJECTS.items()))
    confidential = BooleanField(
        "Its cases are confidential",
        description="Only who has a part in a case sees it.",
    )
    inputs = StringField(
        "Steps of the callers that it reads",
        [Length(max=500)],
        description="Their ids with a space between; only for a process that is called.",
    )


@bp.get("/drafts/<int:draft_id>/outline/process")
def process(draft_id: int) -> ResponseReturnValue:
    """Show what the process itself is."""
    page = opened_to_edit(draft_id)
    return _page(page, _form(page))


@bp.post("/drafts/<int:draft_id>/outline/process")
def change_process(draft_id: int) -> ResponseReturnValue:
    """Change what the process itself is."""
    page = opened(draft_id)
    form = _form(page)
    work = Work(
        lambda sheet: _write(sheet, form),
        "The process itself was changed.",
        lambda _: page.address(),
    )
    return answered(page, form, work, lambda: _page(page, form))


def _write(sheet: Sheet, form: ProcessForm) -> None:
    marks.name_process(
        sheet, name=form.name.data, documentation=(form.documentation.data or "").strip()
    )
    marks.set_process(
        sheet,
        owner=form.owner.data,
        starters=form.starters.data or (),
        subject=form.subject.data,
        confidential=bool(form.confidential.data),
        inputs=(form.inputs.data or "").split(),
    )


def _form(page: Opened) -> ProcessForm:
    diagram = page.diagram
    form: ProcessForm = filled(
        ProcessForm,
        page,
        name=diagram.name,
        documentation=diagram.documentation,
        starters=list(diagram.starters),
        owner=diagram.owner,
        subject=diagram.subject,
        confidential=diagram.confidential,
        inputs=" ".join(diagram.inputs),
    )
    form.starters.choices = offered(role_choices(*diagram.starters))
    form.owner.choices = offered([("", "Nobody yet"), *role_choices(diagram.owner)])
    return form


def role_choices(*now: str) -> list[tuple[str, str]]:
    """Give the roles of the policy by title, and those that stand there though it has them no more."""
    roles = pack().roles
    gone = [(one, one) for one in now if one and one not in roles]
    return [*((role.id, role.title) for role in roles.values()), *gone]


def _page(page: Opened, form: ProcessForm) -> str:
    return render_template("outline/process.html", page=page, form=form)


class NewProcessForm(PageForm):
    """What a process that does not exist yet needs to begin with."""

    name = StringField(
        "Name of the process",
        [DataRequired("Give it a name."), Length(max=100)],
        description="What it does, such as Change a site.",
    )
    key = StringField(
        "Its id",
        [Length(max=60)],
        description="It stands in addresses and never changes. Empty: made of the name.",
    )
    documentation = TextAreaField("What it is for", [Length(max=2000)], render_kw={"rows": 2})
    starters = SelectMultipleField("Who may begin it")
    block = SelectField(
        "Its first step",
        default="",
        description="A building block brings its form, its clauses and its time limit.",
    )
    first = StringField(
        "What the first step is called",
        [Length(max=100)],
        description="Such as Ask for the change. Empty: as its building block is called.",
        render_kw=_PLAIN_STEP,
    )
    parties = SelectMultipleField(
        "Who takes part",
        description="The first step is done by the first party that may do it. The party of the building "
        "block takes part in any case.",
        render_kw=_PLAIN_STEP,
    )
    owner = SelectField("Who owns it", [DataRequired("Choose who answers for it.")])
    subject = SelectField("What a case is about", choices=offered(SUBJECTS.items()))

    def validate_first(self, field: StringField) -> None:
        """Ask for the name of a plain step."""
        if not (field.data or self.block.data):
            raise ValidationError("Say what is done first, or choose a building block.")

    def validate_parties(self, field: SelectMultipleField) -> None:
        """Ask for a party where no building block has one."""
        if not (field.data or self.taking_part):
            raise ValidationError("Choose at least one party.")

    @property
    def chosen_block(self) -> Block | None:
        """Give the building block that it begins with, None for a plain step."""
        return next((one for one in pack().blocks if one.id == self.block.data), None)

    @property
    def taking_part(self) -> list[str]:
        """Give the parties, first who does the first step."""
        chosen, block = list(self.parties.data or ()), self.chosen_block
        if block is None or not block.parties:
            return chosen
        begins = next((one for one in chosen if one in block.parties), block.parties[0])
        return [begins, *(one for one in chosen if one != begins)]

    @property
    def first_step(self) -> Block | Plain:
        """Give what the first step is made of."""
        block, name = self.chosen_block, self.first.data or ""
        return replace(block, name=name or block.name) if block else Plain("userTask", name)

    def validate_key(self, field: StringField) -> None:
        """Ask for an id as addresses have it."""
        if field.data in _taken():
            raise ValidationError("A process has this id already. Choose another.")
        if field.data and not re.fullmatch(r"[a-z][a-z0-9-]*", field.data):
            raise ValidationError("Begin with a small letter; then small letters, digits and -.")


@bp.get("/drafts/new-process")
def new_process() -> ResponseReturnValue:
    """Ask what a new process is."""
    return _new_page(_new_form())


@bp.post("/drafts/new-process")
def begin_process() -> ResponseReturnValue:
    """Begin a new process: a draft with a start, a first step and an end."""
    form = _new_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        content = _made(form)
        draft = drafts.open_upload(tidy(content), by=access.me().id, now=clock.now())
    except EditError as error:
        form.take(InvalidAnswersError({error.field: str(error)}))
        return _new_page(form), 422
    editing_together.have_checked(draft.id, now=clock.now())
    flash(f"“{draft.name}” is begun as a draft. Add its steps now.")
    return redirect(url_for("outline.show", draft_id=draft.id), code=303)


def _made(form: NewProcessForm) -> bytes:
    """Write the first state of the process, and what it is for."""
    key = form.key.data or free_id(form.name.data or "", _taken(), "-")
    sheet = Sheet.open(
        new_document(
            key=key,
            name=form.name.data or "",
            parties=form.taking_part,
            first=form.first_step,
            owner=form.owner.data,
            starters=form.starters.data or (),
        )
    )
    marks.set_process(sheet, subject=form.subject.data)
    if form.documentation.data:
        marks.name_process(sheet, documentation=form.documentation.data)
    return sheet.to_bytes()


def _taken() -> set[str]:
    """Give the ids that processes have already, published or being made, and those of pages."""
    session = db.session()
    known = {draft.key for draft in drafts.open_drafts(session)}
    return known | set(publication.published(session, now=clock.now())) | drafts.RESERVED


def _new_form() -> NewProcessForm:
    form = NewProcessForm()
    form.starters.choices = offered(role_choices())
    form.owner.choices = offered([("", "- Choose -"), *role_choices()])
    form.block.choices = grouped(block_choices("A plain step: somebody answers a form"))
    form.parties.choices = offered((name, name) for name in pack().parties)
    return form


def _new_page(form: NewProcessForm) -> str:
    return render_template("outline/new_process.html", form=form)
