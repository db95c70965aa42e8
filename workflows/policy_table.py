"""The policy map as one table: a row for each clause, rule, act and process, for exports."""

from collections.abc import Iterator
from typing import Literal, TypedDict

from workflows.policy.acts import Act
from workflows.policy.enforcement import Requirement
from workflows.policy.pack import Clause
from workflows.policy_map import Drawn, Place, PolicyMap, acts_in, held_by

Kind = Literal["clause", "rule", "act", "process"]


class Row(TypedDict):
    """One thing of the policy with what belongs to it, all by ids; `steps` are process#element."""

    kind: Kind
    id: str
    words: str
    who: list[str]
    clauses: list[str]
    acts: list[str]
    rules: list[str]
    steps: list[str]
    level: str
    severity: str
    held_by: list[str]
    not_enforced_yet: list[str]
    in_diagrams: list[str]


def rows(found: PolicyMap) -> Iterator[Row]:
    """Walk the whole map: clauses, rules, acts, then the processes in force."""
    pack = found.pack
    yield from (_clause(found, clause) for clause in pack.clauses.values())
    yield from (_rule(found, need) for need in pack.requirements.values())
    yield from (_act(found, act) for act in pack.acts.values())
    yield from (_process(found, drawn) for drawn in found.diagrams)


def _clause(found: PolicyMap, clause: Clause) -> Row:
    row = _row("clause", clause.id, clause.paraphrase)
    row["who"] = [clause.actor]
    row["acts"] = [act.id for act in found.acts_of(clause.id)]
    row["rules"] = [need.id for need in found.needs_of(clause.id)]
    row["steps"] = _addresses(found.steps_of_clause(clause.id))
    return row


def _rule(found: PolicyMap, need: Requirement) -> Row:
    rule = found.pack.rules.get(need.id)
    row = _row("rule", need.id, rule.words if rule else need.title)
    row["clauses"], row["level"], row["severity"] = [*need.clauses], need.level, need.severity
    row["not_enforced_yet"] = [*need.missing]
    row["held_by"] = held_by(found.pack, need)[: len(need.beside) + bool(rule)]
    if rule is not None:
        row["acts"] = sorted(acts_in(rule))
        row["steps"] = _addresses(found.steps_of_rule(need.id))
        row["in_diagrams"] = [f"{one.process}: {one.verdict(need.id)}" for one in found.diagrams]
    return row


def _act(found: PolicyMap, act: Act) -> Row:
    row = _row("act", act.id, act.title)
    row["who"], row["clauses"] = [*act.parties], [*act.clauses]
    row["rules"] = [rule.id for rule in found.rules_about(act.id)]
    row["steps"] = _addresses(found.steps_of_act(act.id))
    return row


def _process(found: PolicyMap, drawn: Drawn) -> Row:
    steps = found.steps_in(drawn.process)
    kept = {clause for place in steps for clause in found.clauses_of(place)}
    row = _row("process", drawn.process, f"{drawn.name}, version {drawn.number}")
    row["clauses"] = [clause for clause in found.pack.clauses if clause in kept]
    row["acts"] = sorted({place.act for place in steps if place.act})
    row["rules"] = [rule for rule, verdict in (drawn.verdicts or {}).items() if verdict == "holds"]
    row["steps"] = _addresses(steps)
    return row


def _addresses(places: list[Place]) -> list[str]:
    return [f"{place.process}#{place.element}" for place in places]


def _row(kind: Kind, key: str, words: str) -> Row:
    return Row(
        kind=kind,
        id=key,
        words=words,
        who=[],
        clauses=[],
        acts=[],
        rules=[],
        steps=[],
        level="",
        severity="",
        held_by=[],
        not_enforced_yet=[],
        in_diagrams=[],
    )
