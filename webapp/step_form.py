"""The form of a task, made from the fields that its step has in the diagram."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.step_fields import Surroundings, from_answer, offer, to_answer, unbound
from workflows import form_rules
from workflows.diagrams import condition_tree as tree
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Field, Node

Answers = Mapping[str, Any]


class StepForm(PageForm):
    """A form whose questions depend on one another as the diagram says.

    What is required, and what is asked at all, is decided on the server over the answers given, by
    the check that every other caller meets too; the browser's script shows the same while one types.
    """

    step: Node
    around: Surroundings

    def validate(self, extra_validators: Any = None) -> bool:
        """Check types, then what is asked, required and refused over the answers given."""
        super().validate(extra_validators)
        answers = self.answers
        for spec in self.step.fields:
            if spec.id not in form_rules.asked(self.step, self._given()):
                _clear(self[spec.id])
        for fault in form_rules.faults(self.step, answers):
            self._mark(fault, is_open=fault.field not in answers)
        return not self.errors

    def _mark(self, fault: form_rules.Fault, *, is_open: bool) -> None:
        bound = self[fault.field]
        if fault.row is not None:
            begun = [entry for entry in bound.entries if self._is_begun(fault.field, entry)]
            bound = begun[fault.row].form[fault.column]
        if is_open or fault.row is not None:
            # "Not a valid choice" about nothing chosen would say the same less clearly.
            bound.errors = [fault.message]
        elif fault.message not in bound.errors:
            bound.errors = [*bound.errors, fault.message]

    def _is_begun(self, table: str, entry: Any) -> bool:
        (spec,) = (spec for spec in self.step.fields if spec.id == table)
        cells = [to_answer(c, entry.form[c.id], self.around.zone) for c in spec.columns]
        return any(cell not in (None, False) for cell in cells)

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
        shown = form_rules.asked(self.step, given)
        return {
            name: answer
            for name, answer in given.items()
            if answer not in (None, "", []) and name in shown
        }


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
