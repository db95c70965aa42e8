"""Parties that are called otherwise: told once, not with each of their steps."""

from collections.abc import Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair


def renamed(both: Pair) -> dict[str, str]:
    """Give the parties of the older diagram whose steps all went to one new party, by their new name."""
    went: dict[str, set[str | None]] = {}
    came: dict[str, set[str | None]] = {}
    for old, new in both.kept():
        if old.lane is not None and new.lane is not None:
            went.setdefault(old.lane, set()).add(new.lane)
            came.setdefault(new.lane, set()).add(old.lane)
    return {
        old: new
        for old, now in went.items()
        for new in now
        if new is not None
        and len(now) == len(came[new]) == 1
        and old not in both.after.lanes
        and new not in both.before.lanes
    }


def party_changes(both: Pair) -> Iterator[Change]:
    """Walk the parties that are called otherwise."""
    for old, new in renamed(both).items():
        before = tuple(node.id for node in both.before.nodes.values() if node.lane == old)
        after = tuple(node.id for node in both.after.nodes.values() if node.lane == new)
        sentence = f'The party "{old}" is now called "{new}", and does what it did.'
        yield Change(Topic.STEPS, sentence, before, after, new)
