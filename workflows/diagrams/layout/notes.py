"""Where notes and data shapes stand on the grid: near what they are about."""

from collections import defaultdict

from workflows.diagrams.layout.parts import Level, Node

# Further away than this a row of its own is better: a row counts 2, a column 3.
_NEAR = 5


def set_notes(level: Level) -> None:
    """Stand each note and data shape in the nearest free place to what it is about."""
    beside = _beside(level)
    taken = {(node.column, node.row) for node in level.nodes.values() if node.host is None}
    settled: list[Node] = []
    for number, note in enumerate(level.notes):
        about = beside.get(note.id)
        near = (number, 0) if about is None else (about.column, about.row)
        place = _nearest(level, taken, near, about)
        if place is None:
            row = _new_row(level, about.lane if about else len(level.lanes) - 1, settled)
            taken = {(column, at + (at >= row)) for column, at in taken}
            place = near[0], row
        note.column, note.row = place
        taken.add(place)
        settled.append(note)


def _nearest(
    level: Level, taken: set[tuple[int, int]], near: tuple[int, int], about: Node | None
) -> tuple[int, int] | None:
    """Give the nearest free place, in the lane of what the note is about; None where all is full."""
    column, row = near
    first = sum(lane.rows for lane in level.lanes[: about.lane]) if about else 0
    last = first + level.lanes[about.lane].rows if about else sum(one.rows for one in level.lanes)
    places = [
        (2 * abs(at - row) + 3 * abs(across - column) + (at < row), at, across)
        for at in range(max(first, row - 2), min(last, row + 3))
        for across in (column, column + 1, max(0, column - 1))
        if (across, at) not in taken
    ]
    if not places or min(places)[0] > _NEAR:
        return None
    return min(places)[2], min(places)[1]


def _new_row(level: Level, lane: int, settled: list[Node]) -> int:
    """Open a row at the foot of a lane; gives its number."""
    level.lanes[lane].rows += 1
    row = sum(one.rows for one in level.lanes[: lane + 1]) - 1
    for node in (*level.nodes.values(), *settled):
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
