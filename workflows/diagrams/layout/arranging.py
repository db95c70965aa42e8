"""Try arrangements: events' ways below or beside their host, rows in another order; keep the best."""

from collections.abc import Iterator

from workflows.diagrams.layout.columns import assign_columns
from workflows.diagrams.layout.grid import Grid
from workflows.diagrams.layout.notes import set_notes
from workflows.diagrams.layout.parts import Level, Node
from workflows.diagrams.layout.routes import Route, lead_flows
from workflows.diagrams.layout.rows import assign_rows

# How many flows, each as often as there are rows, are drawn on trial, so that none takes long.
_TRIALS = 5_000


Arrangement = tuple[Grid, dict[str, Route], float]


def arrange(level: Level) -> tuple[Grid, dict[str, Route]]:
    """Give every node its column and row and lead the flows, with few crossings and bends."""
    best: Arrangement | None = None
    places: dict[str, tuple[int, int]] = {}
    for hanging in (True, False) if any(node.host for node in level.nodes.values()) else (True,):
        rows = [lane.rows for lane in level.lanes]
        back = assign_columns(level, hanging=hanging)
        assign_rows(level, back)
        set_notes(level)
        found = _settle_rows(level, back)
        if best is None or found[2] < best[2] - 1:
            best = found
            places = {node.id: (node.column, node.row) for node in _all(level)}
        else:
            for lane, number in zip(level.lanes, rows, strict=True):
                lane.rows = number
    for node in _all(level):
        node.column, node.row = places[node.id]
    if best is None:
        raise LookupError(level.id)
    return best[:2]


def _all(level: Level) -> list[Node]:
    return [*level.nodes.values(), *level.notes]


def _settle_rows(level: Level, back: set[str]) -> Arrangement:
    """Lead the flows, with the rows in the best order found; the first row of a lane stays."""
    grid = Grid(level)
    routes, cost = lead_flows(level, grid, back)
    trials = _TRIALS // max(1, len(level.flows) * len(grid.row_y))
    is_better = True
    while is_better:
        is_better = False
        for row, other in _pairs(level):
            if trials <= 0:
                return grid, routes, cost
            trials -= 1
            _swap(level, row, other)
            tried = Grid(level)
            found, new = lead_flows(level, tried, back)
            if new < cost - 1:
                grid, routes, cost, is_better = tried, found, new, True
            else:
                _swap(level, row, other)
    return grid, routes, cost


def _pairs(level: Level) -> Iterator[tuple[int, int]]:
    """Walk neighbours first, then rows further apart, lane by lane."""
    for apart in (1, 2):
        first = 0
        for lane in level.lanes:
            for row in range(first + 1, first + lane.rows - apart):
                yield row, row + apart
            first += lane.rows


def _swap(level: Level, row: int, other: int) -> None:
    changed = {row: other, other: row}
    for node in (*level.nodes.values(), *level.notes):
        node.row = changed.get(node.row, node.row)
