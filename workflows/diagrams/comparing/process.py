"""What is said of the process as a whole."""

from collections.abc import Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.graph import Diagram
from workflows.diagrams.wording import listed


def process_changes(both: Pair) -> Iterator[Change]:
    """Walk what changed in name, owner, starters, subject, confidence, inputs and lanes."""
    for what, was, now in zip(_WHAT, _values(both.before), _values(both.after), strict=True):
        if was != now:
            yield Change(Topic.PROCESS, f"{what} is now {now}; before, {was}.")
    if both.before.documentation.split() != both.after.documentation.split():
        yield Change(Topic.TEXTS, "The explanation of the process has changed.")


_WHAT = (
    "Its name",
    "Its owner",
    "Who may start it",
    "What its cases are about",
    "Whether its cases are confidential",
    "What it is given by its callers",
    "Which parties take part",
)


def _values(diagram: Diagram) -> tuple[str, ...]:
    return (
        f'"{diagram.name}"',
        diagram.owner or "nobody",
        listed(sorted(diagram.starters)) or "nobody",
        diagram.subject,
        "yes" if diagram.confidential else "no",
        listed(sorted(diagram.inputs)) or "nothing",
        listed(sorted(diagram.lanes)) or "none",
    )
