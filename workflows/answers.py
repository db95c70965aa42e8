"""What has been done and said in a case so far, read once from the task rows that hold it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from models.cases import Task, TaskKind
from workflows.diagrams.conditions import Unset, Value
from workflows.diagrams.graph import Diagram
from workflows.operations.occasion import Fact
from workflows.policy.guard import Deed
from workflows.policy.pack import Pack
from workflows.policy.rules import Exclusion, Separation

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """A step that somebody, or an operation, did; with the answers only of its latest round.

    `id` is that of its row, 0 where that is not written yet.
    """

    id: int
    diagram: str
    element: str
    scope: str
    act: str | None
    outcome: str | None
    party: str | None
    performer: int | None
    at: datetime
    answers: Answers | None
    acting_for: int | None = None


@dataclass
class History:
    """The steps done in one case, oldest first: its answers, its acts, its facts.

    It is what conditions read: an answer belongs to a scope and an element, and of several rounds
    the latest counts. What the transaction itself does is added as it happens.
    """

    steps: list[Done] = field(default_factory=list)

    @classmethod
    def read(cls, session: Session, case_id: int) -> "History":
        """Read it with one statement, whose answers do not grow with the rounds of a case."""
        asked, order = history_asked()
        return cls.of(session.execute(asked.order_by(*order), {"case": case_id}))

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> "History":
        """Give it from the rows of `history_asked`, in their order."""
        return cls([Done(*row) for row in rows])

    def add(self, step: Done) -> None:
        """Note what has just been done, before it is in the database."""
        self.steps.append(step)

    def value(self, scope: str, element: str, field: str) -> Value:
        """Give the latest answer in exactly this scope; raises Unset where there is none."""
        for step in reversed(self.steps):
            if (step.scope, step.element) == (scope, element):
                return _answer(step, field)
        raise Unset(element, field)

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        """Give the answers of every instance of a step that is done several times at once.

        Only its latest round counts, and instances that left the field empty do not.
        """
        latest: dict[str, Done] = {}
        for step in self.steps:
            inside, hash_sign, number = step.scope.rpartition("#")
            if step.element == element and hash_sign and inside == scope:
                latest[number] = step
        # Instances are numbered from 0 and their rows are opened in that order: what is older
        # than the latest first one belongs to a round before, which may have had more of them.
        first = latest["0"].id if "0" in latest else 0
        given = [step.answers or {} for step in latest.values() if step.id >= first]
        return [answers[field] for answers in given if answers.get(field) is not None]

    @property
    def deeds(self) -> list[Deed]:
        """The acts, in the order in which they happened."""
        return [
            Deed(step.act, step.outcome, step.party, step.performer, step.at, step.acting_for)
            for step in self.steps
            if step.act is not None
        ]

    @property
    def acts(self) -> dict[str, Fact]:
        """Give the latest time that somebody did each act, with its outcome."""
        return {
            step.act: Fact(step.outcome, step.id, step.performer, step.at)
            for step in self.steps
            if step.act is not None and step.performer is not None
        }

    def last_in(self, party: str) -> int | None:
        """Give who did a party's last step, or had it done: a starter's part may be handed on."""
        theirs = (step for step in reversed(self.steps) if step.party == party)
        return next((step.acting_for or step.performer for step in theirs if step.performer), None)

    def facts(self, diagrams: Mapping[str, Diagram]) -> dict[str, Fact]:
        """Give the latest answer to each field that feeds the register, by its register key.

        A step done again replaces all that it said before: a field left empty now is empty.
        """
        facts: dict[str, tuple[Fact, tuple[str, str]]] = {}
        for step in self.steps:
            if step.answers is None:
                continue
            origin = (step.diagram, step.element)
            facts = {key: known for key, known in facts.items() if known[1] != origin}
            facts |= {key: (fact, origin) for key, fact in _facts_in(step, diagrams).items()}
        return {key: fact for key, (fact, _) in facts.items()}

    def named(
        self, pack: Pack, act: str, diagrams: Mapping[str, Diagram]
    ) -> dict[str, frozenset[int]]:
        """Give the people whom the case names in fields that a rule about this act looks at.

        The key is the register key; a table of administrators holds them in its `person` column.
        Whom a site is to be run by is what was said last; who must have no part in a case is
        everybody whom any step names. Source: K06, nobody approves a site that they administer;
        K34, nobody with a part or a conflict in a case does a step of it.
        """
        rules = [part.constraint for rule in pack.rules.values() for part in rule.parts]
        about = [rule for rule in rules if isinstance(rule, Separation) and act in rule.acts]
        found = _people_under(about, [self.facts(diagrams)] if any(r.named for r in about) else [])
        kept = [rule for rule in rules if isinstance(rule, Exclusion) and act in rule.acts]
        return found | _people_under(kept, self._said(diagrams) if kept else [])

    def _said(self, diagrams: Mapping[str, Diagram]) -> list[dict[str, Fact]]:
        """Give the facts of each step apart, as it said them last."""
        latest = {
            (step.diagram, step.element, step.scope): step
            for step in self.steps
            if step.answers is not None
        }
        return [_facts_in(step, diagrams) for step in latest.values()]


def _people_under(
    rules: Iterable[Separation | Exclusion], said: Iterable[Mapping[str, Fact]]
) -> dict[str, frozenset[int]]:
    keys = {key for rule in rules for key in rule.named}
    return {
        key: frozenset(
            person
            for facts in said
            for name, fact in facts.items()
            if name.startswith(key)
            for person in people_in(fact.value)
        )
        for key in keys
    }


@cache
def history_asked() -> tuple[Select[*tuple[Any, ...]], tuple[Any, ...]]:
    """Give the statement behind `History.read` for a `case`, and the order of its rows."""
    newest = func.row_number().over(
        partition_by=(Task.scope, Task.element),
        order_by=(Task.closed_in.desc(), Task.id.desc()),
    )
    asked = select(
        Task.id,
        Task.diagram,
        Task.element,
        Task.scope,
        Task.act,
        Task.outcome,
        Task.party,
        Task.completed_by_id,
        Task.closed_at,
        case((newest == 1, Task.answers)),
        Task.acting_for_id,
    ).where(Task.case_id == bindparam("case"), _was_done())
    return asked, (Task.closed_in, Task.id)


def _was_done() -> Any:
    """Give the condition on rows that somebody or something did, rather than skipped or open."""
    return Task.closed_at.is_not(None) & (
        Task.completed_by_id.is_not(None) | (Task.kind == TaskKind.OPERATION)
    )


def _answer(step: Done, field: str) -> Value:
    answer: Value = (step.answers or {}).get(field)
    if answer is None:
        raise Unset(step.element, field)
    return answer


def _facts_in(step: Done, diagrams: Mapping[str, Diagram]) -> dict[str, Fact]:
    """Give what one step says; fields that feed the same key are a list, none of them is lost."""
    answers = step.answers or {}
    node = diagrams[step.diagram].nodes.get(step.element)
    said: dict[str, list[Any]] = {}
    for asked in node.fields if node else ():
        if asked.register and answers.get(asked.id) not in (None, "", []):
            said.setdefault(asked.register, []).append(answers[asked.id])
    return {
        key: Fact(values[0] if len(values) == 1 else values, step.id, step.performer, step.at)
        for key, values in said.items()
    }


def people_in(value: Any) -> Iterator[int]:
    """Walk the ids of people in an answer: one person, several, or the rows of a table."""
    if isinstance(value, list):
        for part in value:
            yield from people_in(part)
    elif isinstance(value, dict):
        yield from people_in(value.get("person"))
    elif isinstance(value, int):
        yield value
