"""What the marks of a diagram may name, read from the policy pack and the operations."""

from workflows.diagrams.lint import Known, KnownAct
from workflows.operations import OPERATIONS
from workflows.policy.pack import Pack


def vocabulary(pack: Pack) -> Known:
    """Give everything outside a diagram that its check has to know; called diagrams come later."""
    acts = {
        act.id: KnownAct(
            title=act.title,
            parties=act.parties,
            operation=act.operation,
            outcomes=act.outcomes,
            may_offer=act.may_offer,
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
    )
