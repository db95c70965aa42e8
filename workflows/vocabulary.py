"""What the marks of a diagram may name, read from the policy pack and the operations."""

from workflows.diagrams.lint import Automaton, Known, KnownAct, KnownClass, KnownPart, KnownRule
from workflows.operations import OPERATIONS
from workflows.policy.pack import Pack
from workflows.policy.rules import Lane, Part, Rule


def vocabulary(pack: Pack) -> Known:
    """Give everything outside a diagram that its check has to know; called diagrams come later."""
    acts = {
        act.id: KnownAct(
            title=act.title,
            parties=act.parties,
            operation=act.operation,
            outcomes=act.outcomes,
            may_offer=act.may_offer,
            default=act.default,
            exclusive=act.exclusive,
            says=act.says,
        )
        for act in pack.acts.values()
    }
    own = {topic: pack.act_of(topic) for topic in OPERATIONS}
    return Known(
        acts=acts,
        roles=frozenset(pack.roles),
        parties=frozenset(pack.parties),
        topics={topic: act.id if act else None for topic, act in own.items()},
        clauses=frozenset(pack.clauses),
        classifications=frozenset(pack.classifications),
        classes={
            known.id: KnownClass(frozenset(known.seen_by), known.shareable, known.assumed)
            for known in pack.classifications.values()
        },
        own=frozenset(p.name for p in pack.parties.values() if p.scope not in ("unit", "city")),
        rules=tuple(_rule(rule) for rule in pack.rules.values()),
    )


def _rule(rule: Rule) -> KnownRule:
    return KnownRule(
        id=rule.id,
        severity="error" if rule.severity == "error" else "warning",
        words=rule.words,
        clauses=rule.clauses,
        proved="publish" in rule.enforced,
        parts=tuple(_part(part) for part in rule.parts),
    )


def _part(part: Part) -> KnownPart:
    constraint = part.constraint
    if isinstance(constraint, Lane):
        return KnownPart(part.says, acts=constraint.acts, parties=constraint.parties)
    if isinstance(constraint, Automaton):
        return KnownPart(part.says, automaton=constraint, next=part.next)
    return KnownPart(part.says)
