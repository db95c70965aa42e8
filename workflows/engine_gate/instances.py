"""Steps that are done several times: to the proof one step, to the engine one instance after the other."""

from workflows.diagrams.proof.flattening import Step
from workflows.diagrams.proof.offers import Happening
from workflows.engine.exploring import Outcome


def is_again(step: Step, happening: Happening) -> bool:
    """Whether the proof says by this that one instance is done, with others still to do."""
    return step.node.loop is not None and happening.trace[-1] == step.node.id


def is_partly_done(step: Step, outcome: Outcome) -> bool:
    """Whether the engine still has instances to do after this."""
    if step.node.loop is None or outcome.situation is None:
        return False
    return not any(one.element == step.node.id and not one.instance for one in outcome.passed)
