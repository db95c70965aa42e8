"""The form of a step: its questions in order, each added, moved and removed, and how staff see it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from webapp import clock
from webapp.outline.answers import Asked
from webapp.outline.blueprint import bp
from webapp.outline.conditions import (
    ROWS,
    TEXT,
    ConditionForm,
    condition_form,
    is_about_rows,
    own_fields,
    with_when,
)
from webapp.outline.page import Opened, Work, acted, answered, opened, opened_to_edit
from webapp.outline.question_form import TYPES, QuestionForm, question_form
from webapp.outline.verdict import known_verdict
from webapp.step_fields import Surroundings
from webapp.step_form import form_for
from webapp.studio_preview import EXAMPLES, showable
from workflows.diagrams.condition_tree import Name
from workflows.diagrams.editing import forms
from workflows.diagrams.graph import Field, Node
from workflows.diagrams.wording import condition_words
from workflows.errors import NotFoundError

NEVER = "never"
# The conditions of a question: where they are kept, and in words.
CONDITIONS = {
    "shown-when": ("shown_when", "When is it asked?", "Always"),
    "required-when": ("required_when", "When must it be answered?", "As the question itself says"),
    "refuse-when": ("refuse_when", "When is the form refused?", "Never because of this question"),
}


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/form")
def questions(draft_id: int, element: str) -> ResponseReturnValue:
    """Show the questions of a step, and the form as staff will see it."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    shown, problems = showable(node)
    preview = form_for(shown, Surroundings(clock.zone(), lambda kind: [(EXAMPLES[kind],) * 2]))
    return render_template(
        "outline/questions.html",
        page=page,
        node=node,
        preview=preview,
        problems=problems,
        types=TYPES,
        words=_words_at(node),
        verdict=known_verdict(page),
    )


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/questions")
def new_question(draft_id: int, element: str) -> ResponseReturnValue:
    """Ask what a new question of the form is."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    return _question_page(page, node, None, question_form(page, node, None))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/questions")
def add_question(draft_id: int, element: str) -> ResponseReturnValue:
    """Add a question to the form."""
    page = opened(draft_id)
    node = _asking(page, element)
    form = question_form(page, node, None)
    work = Work(
        lambda sheet: forms.add_field(sheet, element=node.id, field=form.as_field()),
        f"“{form.label.data}” is now asked in “{node.title}”.",
        lambda _: _form_address(page, node),
        is_drawn=False,
    )
    return answered(page, form, work, lambda: _question_page(page, node, None, form))


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>")
def question(draft_id: int, element: str, field: str) -> ResponseReturnValue:
    """Show one question of the form."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    return _question_page(page, node, asked, question_form(page, node, asked))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>")
def change_question(draft_id: int, element: str, field: str) -> ResponseReturnValue:
    """Change a question of the form."""
    page = opened(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    form = question_form(page, node, asked)
    work = Work(
        lambda sheet: forms.replace_field(
            sheet, element=node.id, former=asked.id, field=form.as_field()
        ),
        f"The question “{form.label.data}” was changed.",
        lambda _: _form_address(page, node, asked),
        is_drawn=False,
    )
    return answered(page, form, work, lambda: _question_page(page, node, asked, form))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>/place")
def move_question(draft_id: int, element: str, field: str) -> ResponseReturnValue:
    """Move a question up or down by one."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    by = -1 if request.form.get("direction") == "up" else 1
    work = Work(
        lambda sheet: forms.move_field(sheet, element=node.id, field=asked.id, by=by),
        f"“{asked.label}” was moved {'up' if by < 0 else 'down'}.",
        lambda _: _form_address(page, node, asked),
        is_drawn=False,
    )
    return acted(page, work)


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>/removal")
def remove_question(draft_id: int, element: str, field: str) -> ResponseReturnValue:
    """Take a question out of the form."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    work = Work(
        lambda sheet: forms.remove_field(sheet, element=node.id, field=asked.id),
        f"“{asked.label}” is no longer asked in “{node.title}”.",
        lambda _: _form_address(page, node),
        is_drawn=False,
    )
    return acted(page, work)


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>/<which>")
def question_condition(draft_id: int, element: str, field: str, which: str) -> ResponseReturnValue:
    """Show when a question is asked, must be answered, or has the form refused."""
    page = opened_to_edit(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    return _condition_page(page, node, asked, which, _condition_form(page, node, asked, which))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>/questions/<field>/<which>")
def change_question_condition(
    draft_id: int, element: str, field: str, which: str
) -> ResponseReturnValue:
    """Change when a question is asked, must be answered, or has the form refused."""
    page = opened(draft_id)
    node = _asking(page, element)
    asked = _field(node, field)
    form = _condition_form(page, node, asked, which)
    if is_about_rows():
        return _condition_page(page, node, asked, which, form)
    work = Work(
        lambda sheet: forms.replace_field(
            sheet,
            element=node.id,
            former=asked.id,
            field=_with_condition(asked, which, form),
        ),
        f"The condition of “{asked.label}” was changed.",
        lambda _: _form_address(page, node, asked),
        is_drawn=False,
    )
    return answered(page, form, work, lambda: _condition_page(page, node, asked, which, form))


def _with_condition(field: Field, which: str, form: ConditionForm) -> Field:
    changes: dict[str, Any] = {CONDITIONS[which][0]: form.condition}
    if "message" in form:
        changes["refuse_message"] = " ".join((form.message.data or "").split())
    return replace(field, **changes)


def _condition_form(page: Opened, node: Node, field: Field, which: str) -> ConditionForm:
    if which not in CONDITIONS:
        abort(404)
    attribute, _, never = CONDITIONS[which]
    text = getattr(field, attribute)
    base = with_when(
        [(NEVER, never), (ROWS, "When these comparisons hold"), (TEXT, "When this text holds")]
    )
    asked = Asked.of(page, own_fields(page, node.id, ""))
    if which == "refuse-when":
        base = _with_message(base)
    return condition_form(page, base, asked, text, message=field.refuse_message)


def _with_message(base: type[ConditionForm]) -> type[ConditionForm]:
    """Ask also what is said where the form is refused."""

    class RefusalForm(base):  # type: ignore[misc, valid-type]
        message = TextAreaField(
            "What is then said",
            [Length(max=500)],
            description="What is wrong with the answers, and what to do instead.",
            render_kw={"rows": 2},
        )

    return RefusalForm


def _condition_page(page: Opened, node: Node, field: Field, which: str, form: ConditionForm) -> str:
    return render_template(
        "outline/question_condition.html",
        page=page,
        node=node,
        field=field,
        which=which,
        title=CONDITIONS[which][1],
        form=form,
    )


def _question_page(page: Opened, node: Node, field: Field | None, form: QuestionForm) -> str:
    return render_template(
        "outline/question.html",
        page=page,
        node=node,
        asked=field,
        form=form,
        conditions=CONDITIONS,
        words=_words_at(node),
    )


def _asking(page: Opened, element: str) -> Node:
    node = page.node(element)
    if node.kind != "userTask":
        raise NotFoundError("Only a step that somebody does has a form. Go back to the outline.")
    return node


def _field(node: Node, field: str) -> Field:
    found = next((one for one in node.fields if one.id == field), None)
    if found is None:
        raise NotFoundError("The form has no such question any more. Go back to the form.")
    return found


def _form_address(page: Opened, node: Node, field: Field | None = None) -> str:
    anchor = f"question-{field.id}" if field else None
    return url_for("outline.questions", draft_id=page.draft.id, element=node.id, _anchor=anchor)


@dataclass(frozen=True)
class _Labels:
    """The questions of one form, as its conditions speak of them."""

    node: Node

    def field(self, name: Name) -> Field | None:
        """Give the question that a condition names."""
        return next((one for one in self.node.fields if one.id == name.field), None)

    def label(self, name: Name) -> str:
        """Give the question as people read it."""
        found = self.field(name)
        return f"“{found.label if found else name.field}”"


def _words_at(node: Node) -> Callable[[str], str]:
    return lambda text: condition_words(text, _Labels(node))
