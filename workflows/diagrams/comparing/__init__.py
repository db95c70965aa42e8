"""What differs between two versions of a diagram, in words that a policy owner would use.

Compared is what the diagrams say, never how they are drawn: steps, who does them, their place in the
policy, forms, decisions, order and time limits.
"""

from collections.abc import Callable

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.forms import form_changes
from workflows.diagrams.comparing.matching import match
from workflows.diagrams.comparing.order import order_changes
from workflows.diagrams.comparing.policy import clause_changes
from workflows.diagrams.comparing.process import process_changes
from workflows.diagrams.comparing.steps import step_changes
from workflows.diagrams.comparing.ways import split_changes, way_changes
from workflows.diagrams.graph import Diagram

__all__ = ["Change", "Topic", "compare"]


def compare(
    before: Diagram,
    after: Diagram,
    *,
    title_of_act: Callable[[str], str] = str,
    elsewhere: frozenset[str] | None = None,
) -> list[Change]:
    """Give what differs, the weightiest first: policy, order, steps, decisions, forms, times, texts.

    Steps are the same when their ids are; else when they alone do the same act, or alone have the
    same kind and name. `elsewhere` holds the clauses that steps of other
    diagrams fulfil, None where that is not known.
    """
    both = match(before, after)
    found = [
        *clause_changes(both, elsewhere),
        *order_changes(both),
        *step_changes(both, title_of_act),
        *way_changes(both),
        *split_changes(both),
        *form_changes(both),
        *process_changes(both),
    ]
    weight = list(Topic)
    return sorted(found, key=lambda change: weight.index(change.topic))
