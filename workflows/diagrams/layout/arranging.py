"""Try arrangements: events' ways below or beside their host, rows in another order; keep the best."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams.layout.columns import assign_columns, branching_hosts
from workflows.diagrams.layout.grid import Grid
from workflows.diagrams.layout.notes import set_notes
from workflows.diagrams.layout.parts import Level, Node
from workflows.diagrams.layout.routes import Route, lead_flows
from workflows.diagrams.layout.rows import assign_rows

# How many flows, each as often as there are rows, are drawn on trial, so that none takes long.
_TRIALS = 5_000
# For so many hosts of events it is tried whether what these lead to stands better beside them.
_HOSTS = 6


@dataclass(frozen=True)
class _Arrangement:
    """One way to arrange a level: its grid, routes and cost, and where each node stands."""

    grid: Grid
    routes: dict[str, Route]
    cost: float
    places: dict[str, tuple[int, int]]
    rows: tuple[int, ...]


def arrange(level: Level) -> tuple[Grid, dict[str, Route]]:
    """Give every node its column and row and lead the flows, with few crossings and bends."""
    hosts = branching_hosts(level)[:_HOSTS]
    hanging = frozenset(hosts)
    best = _arranged(level, hanging)
    for host in hosts:
        tried = _arranged(level, hanging - {host})
        if tried.cost < best.cost - 1:
            best, hanging = tried, hanging - {host}
    for node in _all(level):
        node.column, node.row = best.places[node.id]
    for lane, number in zip(level.lanes, best.rows, strict=True):
        lane.rows = number
    return best.grid, best.routes


def _arranged(level: Level, hanging: frozenset[str]) -> _Arrangement:
    back = assign_columns(level, hanging=hanging)
    assign_rows(level, back)
    set_notes(level)
    grid, routes, cost = _settle_rows(level, back)
    places = {node.id: (node.column, node.row) for node in _all(level)}
    return _Arrangement(grid, routes, cost, places, tuple(lane.rows for lane in level.lanes))


def _all(level: Level) -> list[Node]:
    return [*level.nodes.values(), *level.notes]


def _settle_rows(level: Level, back: set[str]) -> tuple[Grid, dict[str, Route], float]:
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
