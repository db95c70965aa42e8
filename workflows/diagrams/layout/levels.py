"""Lay out one process or subprocess: the parts inside first, then its grid, lines and words."""

from workflows.diagrams.geometry import Point
from workflows.diagrams.layout.arranging import arrange
from workflows.diagrams.layout.labels import set_labels
from workflows.diagrams.layout.parts import Level, Node
from workflows.diagrams.layout.places import TITLE, set_places
from workflows.diagrams.layout.tracks import assign_tracks

# Around what an opened subprocess holds; its name stands on top.
_INSIDE = 20
_HEAD = 20
_BETWEEN = 30


def lay_out(level: Level, title: float = 0) -> None:
    """Place everything of a level, from 0, 0; `title` is the width of the strip of lanes' names."""
    for node in level.nodes.values():
        if node.inner is not None:
            lay_out(node.inner)
            node.width = node.inner.width + 2 * _INSIDE
            node.height = node.inner.height + _INSIDE + _HEAD
    nodes, loose = level.nodes, _loose(level)
    level.nodes = {node.id: node for node in nodes.values() if node not in loose}
    grid, routes = arrange(level)
    tracks = assign_tracks(level.flows, routes, grid)
    set_places(level, grid, routes, tracks, title)
    level.nodes = nodes
    _set_loose(level, loose, title)
    for node in level.nodes.values():
        if node.inner is not None:
            node.inner.shift(node.x + _INSIDE, node.y + _HEAD)
    set_labels(level, TITLE * level.depth)


def _loose(level: Level) -> list[Node]:
    """Give the opened parts that nothing leads to or from, such as event subprocesses.

    Where flows leave the lane downward, they would run through what stands at its foot.
    """
    ends = [(level.nodes[flow.source], level.nodes[flow.target]) for flow in level.flows]
    joined = {end.id for pair in ends for end in pair}
    joined |= {node.host for node in level.nodes.values() if node.host}
    return [
        node
        for node in level.nodes.values()
        if node.inner is not None
        and node.host is None
        and node.id not in joined
        and all((one.lane <= node.lane) == (other.lane <= node.lane) for one, other in ends)
    ]


def _set_loose(level: Level, loose: list[Node], title: float) -> None:
    """Stand them beside each other at the foot of their lane, which grows; no column is as wide."""
    for number, lane in enumerate(level.lanes):
        held = [node for node in loose if node.lane == number]
        if not held:
            continue
        down = max(node.height for node in held) + _BETWEEN
        _push(level, lane.bottom, down)
        x = title + _BETWEEN
        for node in held:
            node.x, node.y = x, lane.bottom
            x += node.width + _BETWEEN
        lane.bottom += down
        level.height += down
        level.width = max(level.width, x)


def _push(level: Level, below: float, down: float) -> None:
    """Move down what stands below a line, and stretch the flows that run through it."""
    for lane in level.lanes:
        if lane.top >= below:
            lane.top, lane.bottom = lane.top + down, lane.bottom + down
    for node in (*level.nodes.values(), *level.notes):
        node.y += down if node.y >= below else 0
    for flow in level.flows:
        flow.points = [
            Point(point.x, point.y + down) if point.y >= below else point for point in flow.points
        ]
