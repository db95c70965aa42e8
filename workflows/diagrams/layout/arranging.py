"""Try arrangements: what stands below or beside, further right, in another order; keep the best."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from workflows.diagrams.layout.columns import assign_columns, footing
from workflows.diagrams.layout.grid import Grid
from workflows.diagrams.layout.notes import set_notes
from workflows.diagrams.layout.parts import Level, Node
from workflows.diagrams.layout.routes import Route, lead_flows
from workflows.diagrams.layout.rows import assign_rows
from workflows.diagrams.layout.tracks import crossed_within

# How many flows, each as often as there are rows, are drawn on trial, so that none takes long.
_TRIALS = 1_700
# What a crossing in a channel costs, beside the costs of routes.
_CROSSING = 15.0
# Points of a flow with no more than two bends.
_PLAIN = 4
# How many columns a step may be moved right of where it must stand, to let other flows pass.
_FURTHEST = 3


@dataclass(frozen=True)
class _Plan:
    """What is free to choose before rows are given.

    What the events in `hanging` lead to stands below their host; `later` says how many columns
    further right a node stands; `turns` is the order of the events on their borders.
    """

    hanging: frozenset[str]
    turns: Mapping[str, int]
    later: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Arrangement:
    """One way to arrange a level: its grid, routes and cost, and where each node stands.

    `crossed` are the flows that cross others where they leave a channel.
    """

    plan: _Plan
    back: set[str]
    grid: Grid
    routes: dict[str, Route]
    cost: float
    places: dict[str, tuple[int, int]]
    rows: tuple[int, ...]
    crossed: set[str]


class _Patience:
    """How many more trials there may be."""

    def __init__(self, level: Level) -> None:
        """Begin with few for a level of many flows."""
        self._left = _TRIALS // max(1, len(level.flows) * max(3, len(level.lanes)))

    def is_left(self) -> bool:
        """Take one trial."""
        self._left -= 1
        return self._left >= 0


def arrange(level: Level) -> tuple[Grid, dict[str, Route]]:
    """Give every node its column and row and lead the flows, with few crossings and bends."""
    patience = _Patience(level)
    best = _settle_rows(level, _improved(level, patience), patience)
    _restore(level, best)
    return best.grid, best.routes


def _first_plans(level: Level) -> Iterator[_Plan]:
    """What events lead to stands below their host; or right of it, where that is more than one."""
    events = [node for node in level.nodes.values() if node.host is not None]
    plan = _Plan(frozenset(node.id for node in events), {node.id: node.turn for node in events})
    yield plan
    ways: dict[str, set[str]] = defaultdict(set)
    for flow in level.flows:
        ways[level.nodes[flow.source].host or ""].add(flow.target)
    alone = frozenset(node.id for node in events if len(ways[node.host or ""]) == 1)
    if alone != plan.hanging:
        yield replace(plan, hanging=alone)


def _improved(level: Level, patience: _Patience) -> _Arrangement:
    """Change one thing after the other as long as that makes it better."""
    best = min((_arranged(level, plan) for plan in _first_plans(level)), key=lambda one: one.cost)
    tried: set[tuple[object, ...]] = set()
    is_better = True
    while is_better:
        is_better = False
        for plan in _changes(level, best):
            key = plan.hanging, tuple(plan.turns.values()), tuple(sorted(plan.later.items()))
            if key in tried:
                continue
            if not patience.is_left():
                return best
            tried.add(key)
            found = _arranged(level, plan, best.cost - 1)
            if found.cost < best.cost - 1:
                best, is_better = found, True
                break
    return best


def _changes(level: Level, found: _Arrangement) -> Iterator[_Plan]:
    """Walk the plans to try next: borders first, then steps whose flows cross others."""
    later = found.plan.later
    for node, columns in later.items():
        if columns:
            yield replace(found.plan, later={**later, node: columns - 1})
    crossed = _crossed(found.routes) | found.crossed
    crooked = {flow for flow, route in found.routes.items() if len(route) > _PLAIN}
    sources = [flow.source for flow in level.flows if flow.id in crossed | crooked]
    for host in dict.fromkeys(level.nodes[one].host for one in sources):
        if host is not None:
            yield from _of_host(level, found, host)
    targets = [flow.target for flow in level.flows if flow.id in crossed - found.back]
    for node in dict.fromkeys(footing(level, one).id for one in targets):
        if later.get(node, 0) < _FURTHEST:
            yield replace(found.plan, later={**later, node: later.get(node, 0) + 1})


def _of_host(level: Level, found: _Arrangement, host: str) -> Iterator[_Plan]:
    """Let events change places on their border, and lead down or to the right."""
    plan = found.plan
    beside = [one for one in plan.turns if level.nodes[one].host == host]
    if len(beside) == 1:
        return
    for turns in _orders(level, found, beside):
        yield replace(plan, hanging=plan.hanging.difference(beside), turns=turns)
    for event in beside:
        other = plan.hanging ^ {event}
        yield replace(plan, hanging=other)
        for choose in (max, min):
            end = choose(plan.turns[one] for one in beside)
            turns = _moved(plan.turns, beside, event, end)
            if turns != plan.turns:
                yield replace(plan, turns=turns)
                yield replace(plan, turns=turns, hanging=other)


def _orders(level: Level, found: _Arrangement, beside: list[str]) -> Iterator[Mapping[str, int]]:
    """Put events that lead back left of the others, and these in order and the other way round."""
    turns = found.plan.turns
    back = {flow.source for flow in level.flows if flow.id in found.back}
    for sign in (1, -1):
        order = sorted(beside, key=lambda one: (one not in back, sign * turns[one]))
        yield {**turns, **dict(zip(order, sorted(turns[one] for one in beside), strict=True))}


def _moved(turns: Mapping[str, int], beside: list[str], event: str, end: int) -> dict[str, int]:
    """Give the order with one event of a border moved to the place `end`, others moving up."""
    order = sorted(beside, key=turns.__getitem__)
    places = sorted(turns[one] for one in beside)
    order.remove(event)
    order.insert(places.index(end), event)
    return {**turns, **dict(zip(order, places, strict=True))}


def _crossed(routes: Mapping[str, Route]) -> set[str]:
    """Give the ids of flows that cross others."""
    upright: dict[float, list[tuple[float, float, str]]] = defaultdict(list)
    level: list[tuple[float, float, float, str]] = []
    for flow, route in routes.items():
        for one, other in pairwise(route):
            if one[0] == other[0]:
                upright[one[0]].append((*sorted((one[1], other[1])), flow))  # type: ignore[arg-type]
            else:
                level.append((one[1], *sorted((one[0], other[0])), flow))  # type: ignore[arg-type]
    found: set[str] = set()
    for y, left, right, flow in level:
        for x, pieces in upright.items():
            if left < x < right:
                met = {other for top, bottom, other in pieces if top < y < bottom}
                found |= met | {flow} if met else met
    return found


def _arranged(level: Level, plan: _Plan, limit: float = math.inf) -> _Arrangement:
    for event, turn in plan.turns.items():
        level.nodes[event].turn = turn
    back = assign_columns(level, hanging=plan.hanging, later=plan.later)
    assign_rows(level, back)
    set_notes(level)
    return _led(level, plan, back, limit)


def _led(level: Level, plan: _Plan, back: set[str], limit: float = math.inf) -> _Arrangement:
    grid = Grid(level)
    routes, cost = lead_flows(level, grid, back, limit)
    crossed: set[str] = set()
    if cost < limit:
        number, crossed = crossed_within(level.flows, routes, grid)
        cost += _CROSSING * number
    places = {node.id: (node.column, node.row) for node in _all(level)}
    rows = tuple(lane.rows for lane in level.lanes)
    return _Arrangement(plan, back, grid, routes, cost, places, rows, crossed)


def _restore(level: Level, found: _Arrangement) -> None:
    for event, turn in found.plan.turns.items():
        level.nodes[event].turn = turn
    for node in _all(level):
        node.column, node.row = found.places[node.id]
    for lane, number in zip(level.lanes, found.rows, strict=True):
        lane.rows = number


def _all(level: Level) -> list[Node]:
    return [*level.nodes.values(), *level.notes]


def _settle_rows(level: Level, best: _Arrangement, patience: _Patience) -> _Arrangement:
    """Put the rows in the best order found; the first row of a lane stays."""
    _restore(level, best)
    is_better = True
    while is_better:
        is_better = False
        for row, other in _pairs(level):
            if not patience.is_left():
                return best
            _swap(level, row, other)
            found = _led(level, best.plan, best.back, best.cost - 1)
            if found.cost < best.cost - 1:
                best, is_better = found, True
            else:
                _swap(level, row, other)
    return best


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
    for node in _all(level):
        node.row = changed.get(node.row, node.row)
