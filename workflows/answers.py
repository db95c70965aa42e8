"""What people answered in a case, read from the task rows that hold it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Task, TaskKind
from workflows.diagrams.conditions import Unset, Value
from workflows.diagrams.graph import Diagram
from workflows.operations.occasion import Fact
from workflows.policy.guard import Deed
from workflows.policy.pack import Pack
from workflows.policy.rules import Separation

Answers = Mapping[str, Any]


class CaseAnswers:
    """The answers of one case, looked up when a condition needs them.

    Scope and element say which step gave an answer; of several rounds the latest counts.
    """

    def __init__(self, session: Session, case_id: int) -> None:
        """Look up in the case with this id; a case that is just starting has no answers yet."""
        self._session = session
        self._case_id = case_id
        self._known: dict[tuple[str, str], Answers] = {}

    def give(self, scope: str, element: str, answers: Answers) -> None:
        """Note what has just been answered, before it is in the database."""
        self._known[scope, element] = answers

    def value(self, scope: str, element: str, field: str) -> Value:
        """Give the latest answer in exactly this scope; raises Unset where there is none."""
        if (scope, element) not in self._known:
            self._known[scope, element] = self._latest(scope, element)
        answers = self._known[scope, element]
        if answers.get(field) is None:
            raise Unset(element, field)
        answer: Value = answers[field]
        return answer

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        """Give the answers of every instance of a multi-instance step, those without left out."""
        rows = self._session.scalars(
            select(Task.answers)
            .where(*self._done(element), Task.scope.startswith(f"{scope}#", autoescape=True))
            .order_by(Task.closed_in, Task.id)
        )
        fresh = [
            answers
            for (known_scope, known_element), answers in self._known.items()
            if known_element == element and known_scope.startswith(f"{scope}#")
        ]
        given = [*(row for row in rows if row is not None), *fresh]
        return [answers[field] for answers in given if answers.get(field) is not None]

    def _latest(self, scope: str, element: str) -> Answers:
        found = self._session.scalar(
            select(Task.answers)
            .where(*self._done(element), Task.scope == scope)
            .order_by(Task.closed_in.desc(), Task.id.desc())
            .limit(1)
        )
        return found or {}

    def _done(self, element: str) -> tuple[Any, ...]:
        return (
            Task.case_id == self._case_id,
            Task.element == element,
            Task.completed_by_id.is_not(None),
        )


def was_done() -> Any:
    """Give the condition on rows that somebody or something did, rather than skipped or open."""
    return Task.closed_at.is_not(None) & (
        Task.completed_by_id.is_not(None) | (Task.kind == TaskKind.OPERATION)
    )


def deeds_of(session: Session, case_id: int) -> list[Deed]:
    """Give the acts recorded in a case, in the order in which they happened."""
    rows: Iterable[Any] = session.execute(
        select(Task.act, Task.outcome, Task.party, Task.completed_by_id, Task.closed_at)
        .where(Task.case_id == case_id, Task.act.is_not(None), was_done())
        .order_by(Task.closed_in, Task.id)
    )
    return [Deed(act, outcome, party, performer, at) for act, outcome, party, performer, at in rows]


def facts_of(session: Session, case_id: int, diagrams: Mapping[str, Diagram]) -> dict[str, Fact]:
    """Give the latest answer to each field that feeds the register, by its register key."""
    rows = session.execute(
        select(Task)
        .where(Task.case_id == case_id, Task.completed_by_id.is_not(None))
        .order_by(Task.closed_in, Task.id)
    ).scalars()
    return facts_from(rows, diagrams)


def facts_from(tasks: Iterable[Task], diagrams: Mapping[str, Diagram]) -> dict[str, Fact]:
    """Give the facts in these completed tasks, the later one winning."""
    facts: dict[str, Fact] = {}
    for task in tasks:
        node = diagrams[task.diagram].nodes.get(task.element)
        if node is None or task.answers is None or task.closed_at is None:
            continue
        for field in node.fields:
            if field.register and task.answers.get(field.id) not in (None, "", []):
                facts[field.register] = Fact(
                    task.answers[field.id], task.id, task.completed_by_id, task.closed_at
                )
    return facts


def named_people(
    session: Session, pack: Pack, act: str, case_id: int, diagrams: Mapping[str, Diagram]
) -> dict[str, frozenset[int]]:
    """Give the people whom the case names in fields that a rule about this act looks at.

    The key is the register key; a table of administrators holds them in its `person` column.
    Nothing is read for an act that no such rule is about. Source: K06, nobody approves a site
    that they administer.
    """
    keys = {
        key
        for rule in pack.rules.values()
        for part in rule.parts
        if isinstance(part.constraint, Separation) and act in part.constraint.acts
        for key in part.constraint.named
    }
    if not keys:
        return {}
    facts = facts_of(session, case_id, diagrams)
    return {
        key: frozenset(
            person
            for name, fact in facts.items()
            if name.startswith(key)
            for person in _people_in(fact.value)
        )
        for key in keys
    }


def _people_in(value: Any) -> Iterator[int]:
    rows = value if isinstance(value, list) else [{"person": value}]
    for row in rows:
        person = row.get("person") if isinstance(row, dict) else row
        if isinstance(person, int):
            yield person
