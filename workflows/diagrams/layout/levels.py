"""Lay out one process or subprocess: the parts inside first, then its grid, lines and words."""

from workflows.diagrams.layout.arranging import arrange
from workflows.diagrams.layout.labels import set_labels
from workflows.diagrams.layout.parts import Level
from workflows.diagrams.layout.places import TITLE, set_places
from workflows.diagrams.layout.tracks import assign_tracks

# Around what an opened subprocess holds; its name stands on top.
_INSIDE = 20
_HEAD = 20


def lay_out(level: Level, title: float = 0) -> None:
    """Place everything of a level, from 0, 0; `title` is the width of the strip of lanes' names."""
    for node in level.nodes.values():
        if node.inner is not None:
            lay_out(node.inner)
            node.width = node.inner.width + 2 * _INSIDE
            node.height = node.inner.height + _INSIDE + _HEAD
    grid, routes = arrange(level)
    tracks = assign_tracks(level.flows, routes, grid)
    set_places(level, grid, routes, tracks, title)
    for node in level.nodes.values():
        if node.inner is not None:
            node.inner.shift(node.x + _INSIDE, node.y + _HEAD)
    set_labels(level, TITLE * level.depth)
