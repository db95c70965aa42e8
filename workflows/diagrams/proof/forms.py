"""What answering a form can mean to the rest of a diagram: the outcome of an act, and tracked answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from workflows.diagrams.condition_tree import ConditionError, Name
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Field, Node
from workflows.diagrams.lint.known import Known, KnownAct
from workflows.diagrams.proof.deciding import EITHER, TRUE, Answer, Mark, Outcomes, outcomes
from workflows.diagrams.proof.flattening import Unplayable

Atoms = frozenset[str]
NOTHING: Atoms = frozenset()
# A form whose choices combine in more ways is taken apart: its largest choices may be anything.
MOST_COMBINATIONS = 1_000


@dataclass(frozen=True)
class Answered:
    """One way to complete a step: the tracked answers, the atoms of its act, what is worth telling."""

    answers: tuple[tuple[str, Answer], ...]
    atoms: Atoms
    said: tuple[str, ...]


def act_of(node: Node, known: Known) -> str | None:
    """Give the act of a step; an operation carries its own, whatever is drawn on it."""
    if node.kind == "serviceTask":
        return known.topics.get(node.topic or "") or node.act
    return node.act


def outcome_field(node: Node, act: KnownAct) -> Field | None:
    """Give the field whose answer is the act's outcome, None where the act has its default."""
    must, may = set(act.outcomes), set(act.may_offer)
    for field in node.fields:
        offered = {option.id for option in field.options}
        if offered and (offered >= must if must else offered & may):
            return field
    return None


def completions(node: Node, tracked: Iterable[str], known: Known) -> list[Answered]:
    """Give every way in which completing a step can differ for what follows.

    `tracked` are the ids of its fields that a later condition reads.
    """
    act = act_of(node, known)
    deciding = outcome_field(node, known.acts.get(act, KnownAct())) if act else None
    kept = set(tracked)
    fields = _with_what_they_depend_on(node, kept | ({deciding.id} if deciding else set()))
    found: dict[tuple[object, ...], Answered] = {}
    for answers in _combinations(node.id, fields):
        stored = tuple((name, answer) for name, answer in answers.items() if name in kept)
        atoms = _atoms(act, answers.get(deciding.id) if deciding else None, known)
        told = [field for field in fields if field.id in kept or field is deciding]
        said = tuple(_words(field, answers[field.id]) for field in told)
        found.setdefault((stored, atoms), Answered(stored, atoms, tuple(filter(None, said))))
    return list(found.values())


def _atoms(act: str | None, outcome: Answer | None, known: Known) -> Atoms:
    if act is None:
        return NOTHING
    told = outcome if isinstance(outcome, str) else known.acts.get(act, KnownAct()).default
    return frozenset({act, f"{act}:{told}"} if told else {act})


def _with_what_they_depend_on(node: Node, wanted: set[str]) -> list[Field]:
    """Give the fields, with those of the same form that say whether they are asked."""
    by_id = {field.id: field for field in node.fields}
    found: dict[str, Field] = {}
    waiting = [name for name in by_id if name in wanted]
    while waiting:
        field = by_id[waiting.pop()]
        if field.id not in found:
            found[field.id] = field
            waiting += [
                name for text in _rules(field) for name in _read(text, node.id) if name in by_id
            ]
    return [field for field in node.fields if field.id in found]


def _rules(field: Field) -> list[str]:
    return [text for text in (field.shown_when, field.required_when) if text is not None]


def _read(text: str, element: str) -> list[str]:
    try:
        return [name for step, name in compile_condition(text).names if step == element]
    except ConditionError:
        return []


def _combinations(element: str, fields: list[Field]) -> Iterable[Mapping[str, Answer]]:
    domains = {field.id: _answers(field) for field in fields}
    whole = sorted(domains, key=lambda name: len(domains[name]))
    while prod(map(len, domains.values())) > MOST_COMBINATIONS:
        if not whole:
            raise Unplayable(f'Too many answers to "{element}" are read that may be left empty.')
        largest = whole.pop()
        may_be_empty = Mark.UNSET in domains[largest]
        domains[largest] = [Mark.ANY, Mark.UNSET] if may_be_empty else [Mark.ANY]
    for answers in product(*domains.values()):
        chosen = dict(zip(domains, answers, strict=True))
        if all(_fits(field, chosen, element) for field in fields):
            yield chosen


def domain(field: Field) -> list[Answer]:
    """Give the answers to tell apart: choices, yes and no, else just any; and none at all."""
    if field.type == "boolean":
        return [True, False, Mark.UNSET]
    if field.type == "enum" and field.options:
        return [*(option.id for option in field.options), Mark.UNSET]
    return [Mark.ANY, Mark.UNSET]


def _answers(field: Field) -> list[Answer]:
    answers = domain(field)
    is_given = field.shown_when is None and (field.required or field.type == "boolean")
    return [answer for answer in answers if answer is not Mark.UNSET] if is_given else answers


def _fits(field: Field, chosen: Mapping[str, Answer], element: str) -> bool:
    """Whether a form can be sent with this answer to the field, given the others."""
    shown = _ruled(field.shown_when, chosen, element)
    if chosen[field.id] is not Mark.UNSET:
        return True in shown
    if False in shown:
        return True
    # A box that is not ticked is an answer.
    required = TRUE if field.required or field.type == "boolean" else frozenset({False})
    if not field.required and field.required_when is not None and field.type != "boolean":
        required = _ruled(field.required_when, chosen, element)
    return False in required


def _ruled(text: str | None, chosen: Mapping[str, Answer], element: str) -> Outcomes:
    if text is None:
        return TRUE

    def answer(name: Name) -> Answer:
        # Other steps' answers may be anything here.
        return chosen.get(name.field, Mark.ANY) if name.element == element else Mark.ANY

    try:
        found = outcomes(compile_condition(text).tree, answer)
    except ConditionError:
        return EITHER
    # A rule that cannot be decided because an answer is missing asks for nothing.
    return frozenset(one if isinstance(one, bool) else False for one in found)


def _words(field: Field, answer: Answer) -> str:
    if isinstance(answer, bool):
        return f'{"yes" if answer else "no"} to "{field.label}"'
    if isinstance(answer, Mark):
        return f'nothing to "{field.label}"' if answer is Mark.UNSET else ""
    return next((f'"{option.label}"' for option in field.options if option.id == answer), "")
