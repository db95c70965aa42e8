"""What the studio asks of a diagram while somebody edits it: its forms, its answers, its conditions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import clock
from webapp.forms import Choice
from webapp.runtime import runtime
from webapp.step_fields import Choices, Surroundings
from webapp.step_form import StepForm, form_for
from webapp.studio_vocabulary import as_json
from workflows import publication
from workflows.diagrams.condition_tree import ConditionError, Name
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.fields_at import FieldAt, fields_at
from workflows.diagrams.forms import RESERVED
from workflows.diagrams.graph import Diagram, Field, Node
from workflows.diagrams.reading import read
from workflows.diagrams.wording import condition_words

bp = Blueprint("studio_preview", __name__, url_prefix="/diagrams/studio")

UNREADABLE = {
    "title": "The diagram cannot be read",
    "message": "It holds no process that could be looked at. Undo the last change.",
}
# What a list would offer in a case; the names of people and sites do not belong into a draft.
EXAMPLES = {
    "person": "A person of the City",
    "unit": "A unit of the City",
    "site": "A site of the City",
    "platform": "A platform",
}


@bp.post("/fields-at")
def fields() -> ResponseReturnValue:
    """List the answers that a condition may read at an element or a flow."""
    diagram = _sent()
    if diagram is None:
        return jsonify(UNREADABLE), 422
    return jsonify([_told(one) for one in _known_at(diagram)])


@bp.post("/condition")
def condition() -> ResponseReturnValue:
    """Say in words what a condition means at its place, or what is wrong with it."""
    diagram = _sent()
    if diagram is None:
        return jsonify(UNREADABLE), 422
    text = request.args.get("text", "")
    there = _known_at(diagram)
    try:
        names = compile_condition(text).names
    except ConditionError as error:
        return jsonify(message=str(error), column=error.column)
    known = {(one.step, one.field.id) for one in there}
    unknown = [f'"{step}.{field}"' for step, field in sorted(names - known)]
    if unknown:
        message = (
            f"{' and '.join(unknown)} cannot have been answered by then. Choose another answer."
        )
        return jsonify(message=message, column=None)
    return jsonify(words=condition_words(text, _Labels(there)))


@bp.post("/form")
def form() -> ResponseReturnValue:
    """Draw the form of a step as staff will see it; what cannot be drawn yet is said instead."""
    diagram = _sent()
    step = diagram.nodes.get(request.args.get("element", "")) if diagram else None
    if step is None:
        return render_template("studio/form.html", form=None, problems=[UNREADABLE["message"]]), 422
    shown, problems = showable(step)
    drawn = form_for(shown, Surroundings(clock.zone(), _examples))
    _set_apart(drawn)
    return render_template("studio/form.html", form=drawn, problems=problems)


def _sent() -> Diagram | None:
    """Read the diagram that was sent; it need not be saved, nor be right."""
    return read(request.get_data(cache=False)[: MAXIMUM_BYTES + 1])[0]


def _known_at(diagram: Diagram) -> tuple[FieldAt, ...]:
    element = request.args.get("element", "")
    known = fields_at(diagram, element, _callers)
    own = diagram.nodes.get(element)
    if own is None or not request.args.get("form"):
        return known
    # A condition inside a form reads the answers of the same form and no others.
    return tuple(FieldAt(own.id, own.title, field, always=True) for field in own.fields)


def _callers(process: str) -> list[Diagram]:
    session = db.session()
    versions = publication.published(session, now=clock.now())
    diagrams = (
        runtime().library.of(session, version.id).diagrams[key] for key, version in versions.items()
    )
    return [one for one in diagrams if process in _called_by(one)]


def _called_by(diagram: Diagram) -> set[str | None]:
    return {node.called for node in diagram.of_kind("callActivity")}


def _told(one: FieldAt) -> dict[str, Any]:
    return {
        "step": one.step,
        "step_title": one.step_title,
        "field": as_json(one.field),
        "always": one.always,
        "counted": one.counted,
    }


@dataclass(frozen=True)
class _Labels:
    """The labels of the answers that are known at a place."""

    there: tuple[FieldAt, ...]

    def field(self, name: Name) -> Field | None:
        """Give the field, None where it is not known."""
        asked = (one.field for one in self.there if one.step == name.element)
        return next((field for field in asked if field.id == name.field), None)

    def label(self, name: Name) -> str:
        """Give the question as people read it."""
        field = self.field(name)
        return f"“{field.label}”" if field else f"{name.element}.{name.field}"


def showable(step: Node) -> tuple[Node, list[str]]:
    """Leave out of a step's form what no form can be made of, and say what that is."""
    kept, problems = [], []
    for field in step.fields:
        sound, faults = _sound(field)
        if field.id in RESERVED or field.id.startswith("_"):
            problems.append(f"“{field.label}” cannot be shown: its id “{field.id}” is taken.")
            continue
        try:
            form_for(replace(step, fields=(sound,)), Surroundings(clock.zone(), _examples))
        except Exception:  # noqa: BLE001 - whatever a file says, the rest of the form can be shown
            problems.append(
                f"“{field.label}” cannot be shown yet. Its settings contradict each other."
            )
        else:
            kept.append(sound)
            problems += faults
    return replace(step, fields=tuple(kept)), problems


def _sound(field: Field) -> tuple[Field, list[str]]:
    """Take away from a field the conditions and the pattern that cannot be read."""
    faults = []
    checks: dict[str, Callable[[str], object]] = {
        "shown_when": compile_condition,
        "required_when": compile_condition,
        "refuse_when": compile_condition,
        "pattern": re.compile,
    }
    for name, read_text in checks.items():
        text = getattr(field, name)
        try:
            read_text(text or "true")
        except (ConditionError, re.error) as error:
            faults.append(f"“{field.label}”: {error}")
            nothing: dict[str, Any] = {name: None}
            field = replace(field, **nothing)
    return field, faults


def _examples(kind: str) -> Choices:
    return [Choice("1", EXAMPLES[kind])]


def _set_apart(drawn: StepForm) -> None:
    """Give the controls ids of their own: the page around the preview has some already."""
    for bound in _controls(drawn):
        bound.id = f"preview-{bound.id}"
        bound.label.field_id = bound.id


def _controls(drawn: Any) -> Iterator[Any]:
    for bound in drawn:
        yield bound
        for entry in getattr(bound, "entries", ()):
            yield entry
            yield from entry.form
