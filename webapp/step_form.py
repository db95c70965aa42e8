"""The form of a task, made from the fields that its step has in the diagram."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.step_fields import Surroundings, from_answer, offer, to_answer, unbound
from workflows.diagrams import condition_tree as tree
from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import Field, Node

Answers = Mapping[str, Any]


class StepForm(PageForm):
    """A form whose questions depend on one another as the diagram says.

    What is required, and what is asked at all, is decided here on the server, over the answers
    given; the browser's script shows the same while one types.
    """

    step: Node
    around: Surroundings

    def validate(self, extra_validators: Any = None) -> bool:
        """Check types, then what is asked, required and refused over the answers given."""
        super().validate(extra_validators)
        answers = self._given()
        for spec in self.step.fields:
            if not _holds(spec.shown_when, self.step.id, answers):
                _clear(self[spec.id])
            elif _is_open(spec, answers[spec.id]) and self._is_required(spec, answers):
                # "Not a valid choice" about nothing chosen would say the same less clearly.
                self[spec.id].errors = [_missing(spec)]
            elif spec.refuse_when and _holds(spec.refuse_when, self.step.id, answers):
                self[spec.id].errors = [*self[spec.id].errors, spec.refuse_message]
            self._check_rows(spec)
        self._check_people(answers)
        return not self.errors

    def _check_people(self, answers: Answers) -> None:
        """Ask for different people where several fields name who will run a site (K14)."""
        named: dict[Any, Field] = {}
        for spec in self.step.fields:
            if spec.type != "person" or not (spec.register or "").startswith("site-role:"):
                continue
            first = named.setdefault(answers[spec.id], spec)
            if first is not spec and answers[spec.id] is not None:
                self[spec.id].errors = [f"Choose somebody else than for “{first.label}”."]

    def _is_required(self, spec: Field, answers: Answers) -> bool:
        if spec.required_when is None:
            return spec.required
        return spec.required or _holds(spec.required_when, self.step.id, answers)

    def _check_rows(self, spec: Field) -> None:
        if spec.type != "table" or (self[spec.id].errors and not self[spec.id].entries):
            return
        for entry in self[spec.id].entries:
            row = {c.id: to_answer(c, entry.form[c.id], self.around.zone) for c in spec.columns}
            if not any(value not in (None, False) for value in row.values()):
                continue
            for column in spec.columns:
                if column.required and row[column.id] in (None, "", []):
                    entry.form[column.id].errors = [_missing(column)]

    def _given(self) -> dict[str, Any]:
        return {
            spec.id: to_answer(spec, self[spec.id], self.around.zone) for spec in self.step.fields
        }

    @property
    def errors(self) -> dict[str | None, Any]:
        """The errors by field; rows of tables included."""
        return {name: bound.errors for name, bound in self._fields.items() if _has_errors(bound)}

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as they are stored: what is not asked, or left empty, is left out."""
        given = self._given()
        return {
            spec.id: given[spec.id]
            for spec in self.step.fields
            if given[spec.id] not in (None, "", []) and _holds(spec.shown_when, self.step.id, given)
        }


def _is_open(spec: Field, answer: Any) -> bool:
    """Say whether a question is unanswered; a box that must be ticked is, until it is ticked."""
    if spec.type == "boolean" and not spec.required:
        return not answer
    return answer in (None, "", [])


def _has_errors(bound: Any) -> bool:
    if hasattr(bound, "entries"):
        return bool(bound.errors) or any(_has_errors(entry) for entry in bound.entries)
    if hasattr(bound, "form"):
        return any(_has_errors(inner) for inner in bound.form)
    return bool(bound.errors)


def _clear(bound: Any) -> None:
    bound.errors = []
    for entry in getattr(bound, "entries", []):
        for inner in entry.form:
            inner.errors = []


def _missing(spec: Field) -> str:
    label = spec.label or spec.id
    if spec.type == "boolean" and not spec.required:
        return f"Tick “{label}” to go on."
    if spec.type in ("enum", "multi-enum", "person", "unit", "site", "platform", "boolean"):
        return f"Choose an answer for “{label}”."
    if spec.type == "file":
        return f"Attach a document for “{label}”."
    if spec.type == "table":
        return f"Add at least one row to “{label}”."
    return f"Fill in “{label}”."


class _Given:
    """The answers of this form as what a condition reads."""

    def __init__(self, element: str, answers: Answers) -> None:
        self._element = element
        self._answers = answers

    def value(self, element: str, field: str) -> Value:
        if element != self._element or self._answers.get(field) in (None, ""):
            raise Unset(element, field)
        answer: Value = self._answers[field]
        return answer

    def values(self, element: str, field: str) -> list[Value]:
        return [self.value(element, field)]


def _holds(condition: str | None, element: str, answers: Answers) -> bool:
    """Decide whether a question is asked; one that depends on an open question is not, yet."""
    if condition is None:
        return True
    try:
        return compile_condition(condition).evaluate(_Given(element, answers))
    except Unset:
        return False


@lru_cache(maxsize=256)
def _form_class(fields: tuple[Field, ...], element: str) -> type[StepForm]:
    members: dict[str, Any] = {spec.id: unbound(spec) for spec in fields}
    for spec in fields:
        marks = members[spec.id].kwargs["render_kw"]
        if spec.shown_when:
            marks["data-shown-when"] = json.dumps(
                _for_script(compile_condition(spec.shown_when).tree)
            )
        if spec.required_when:
            marks["data-required-when"] = json.dumps(
                _for_script(compile_condition(spec.required_when).tree)
            )
    return type(f"{element}Form", (StepForm,), members)


def form_for(
    step: Node,
    around: Surroundings,
    *,
    submitted: MultiDict[str, Any] | None = None,
    answers: Answers | None = None,
) -> StepForm:
    """Give the form of a step: with what was submitted, or else with answers given before."""
    given = {
        spec.id: from_answer(spec, (answers or {}).get(spec.id, _default(spec)), around.zone)
        for spec in step.fields
    }
    data = {name: value for name, value in given.items() if value is not None}
    form = _form_class(step.fields, step.id)(formdata=submitted, data=data)
    form.step, form.around = step, around
    for spec in step.fields:
        bound = form[spec.id]
        if spec.type == "file":
            bound.kept = _kept(bound.name, submitted, (answers or {}).get(spec.id))
        bound.flags.required = spec.required
        offer(spec, bound, around)
    return form


def _default(spec: Field) -> Any:
    if spec.default is None:
        return None
    return spec.default == "true" if spec.type == "boolean" else spec.default


def _kept(name: str, submitted: MultiDict[str, Any] | None, answer: Any) -> int | None:
    text = submitted.get(f"{name}-kept", "") if submitted is not None else str(answer or "")
    return row_number(text)


def _for_script(node: tree.Node) -> dict[str, Any]:
    """Give a condition over this form's fields as data for the browser's script."""
    match node:
        case tree.And(operands) | tree.Or(operands):
            word = "and" if isinstance(node, tree.And) else "or"
            return {word: [_for_script(operand) for operand in operands]}
        case tree.Not(operand):
            return {"not": _for_script(operand)}
    found = _comparison(node)
    if found is None:
        # What the script cannot judge is left visible; the server decides.
        return {"const": True}
    name, operator, value = found
    return {"field": name.field, "is": operator, "value": value}


def _comparison(node: tree.Node) -> tuple[tree.Name, str, Any] | None:
    match node:
        case tree.In(name, options):
            return name, "in", [_as_typed(option.value) for option in options]
        case tree.Comparison(tree.Name() as name, operator, tree.Literal(value)):
            return name, operator, _as_typed(value)
        case tree.Contains(name, item):
            return name, "=", _as_typed(item.value)
        case tree.Name():
            return node, "=", "yes"
    return None


def _as_typed(value: Any) -> Any:
    """Give a literal as the controls hold it: yes and no are choices there."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None or isinstance(value, int | str) else str(value)
