"""What is said of the process as a whole."""

from collections.abc import Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.comparing.parties import renamed
from workflows.diagrams.graph import Diagram
from workflows.diagrams.wording import listed


def process_changes(both: Pair) -> Iterator[Change]:
    """Walk what changed in name, owner, starters, subject, confidence, inputs and lanes."""
    was, now = both.before, both.after
    for what, then, today in zip(_WHAT, _values(was), _values(now), strict=True):
        if then != today:
            yield Change(Topic.PROCESS, f"{what} now {today}; before, {then}.")
    if was.confidential != now.confidential:
        words = "are now" if now.confidential else "are no longer"
        yield Change(Topic.PROCESS, f"Its cases {words} confidential.")
    yield from _parties(both)
    if was.documentation.split() != now.documentation.split():
        yield Change(Topic.TEXTS, "The explanation of the process has changed.")


_WHAT = (
    "Its name is",
    "Its owner is",
    "It may be started by",
    "What its cases are about is",
    "What its callers give it is",
)


def _values(diagram: Diagram) -> tuple[str, ...]:
    return (
        f'"{diagram.name}"',
        diagram.owner or "nobody",
        listed(sorted(diagram.starters)) or "nobody",
        diagram.subject,
        listed(sorted(diagram.inputs)) or "nothing",
    )


def _parties(both: Pair) -> Iterator[Change]:
    """Tell parties that came or went; those that are only called otherwise are told elsewhere."""
    names = renamed(both)
    then = [names.get(lane, lane) for lane in both.before.lanes]
    came = [lane for lane in both.after.lanes if lane not in then]
    went = [lane for lane in then if lane not in both.after.lanes]
    if came:
        yield Change(Topic.PROCESS, f"{listed(came)} now take{'s' * (len(came) == 1)} part.")
    if went:
        yield Change(Topic.PROCESS, f"{listed(went)} no longer take{'s' * (len(went) == 1)} part.")
