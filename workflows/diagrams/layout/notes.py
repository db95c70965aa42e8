"""Where notes and data shapes stand on the grid: near what they are about."""

from collections import defaultdict
from itertools import chain

from workflows.diagrams.layout.parts import Level, Node


def set_notes(level: Level) -> None:
    """Stand each note and data shape in the nearest free place to what it is about."""
    if not level.notes:
        return
    beside = _beside(level)
    taken = {(node.column, node.row) for node in level.nodes.values() if node.host is None}
    lane_of = list(chain.from_iterable([at] * lane.rows for at, lane in enumerate(level.lanes)))
    loose = 0
    for note in level.notes:
        anchor = beside.get(note.id)
        if anchor is None:
            column, row = loose, 0
            loose += 1
        else:
            column, row = anchor.column, anchor.row
        places = sorted(
            (
                (abs(at - row) * 2 + abs(across - column) * 3 + (at < row), at, across)
                for at in range(len(lane_of))
                for across in (column, column + 1, max(0, column - 1))
                if (across, at) not in taken and (anchor is None or lane_of[at] == anchor.lane)
            ),
        )
        if places and places[0][0] <= 5:
            _, note.row, note.column = places[0]
        else:
            note.column = column
            note.row = _new_row(level, anchor.lane if anchor else len(level.lanes) - 1)
            lane_of = list(
                chain.from_iterable([at] * lane.rows for at, lane in enumerate(level.lanes))
            )
            taken = {
                (one.column, one.row)
                for one in (*level.nodes.values(), *level.notes)
                if one.host is None
            }
        taken.add((note.column, note.row))


def _new_row(level: Level, lane: int) -> int:
    """Open a row at the foot of a lane; gives its number."""
    level.lanes[lane].rows += 1
    row = sum(one.rows for one in level.lanes[: lane + 1]) - 1
    for node in (*level.nodes.values(), *level.notes):
        if node.row >= row:
            node.row += 1
    return row


def _beside(level: Level) -> dict[str, Node]:
    """Give the node that each note is about; of a flow, the one it leaves."""
    ends: dict[str, list[str]] = defaultdict(list)
    for line in level.lines:
        ends[line.source].append(line.target)
        ends[line.target].append(line.source)
    sources = {flow.id: flow.source for flow in level.flows}
    found: dict[str, Node] = {}
    for note in level.notes:
        for end in ends[note.id]:
            node = level.nodes.get(sources.get(end, end))
            if node is not None:
                found.setdefault(note.id, node)
    return found
