"""Which column each node stands in: one further right than all that lead to it."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from workflows.diagrams.layout.parts import Flow, Level, Node

Ways = dict[str, list[tuple[str, int]]]


def footing(level: Level, identity: str) -> Node:
    """Give the node that takes the place in the grid: of a boundary event that is its host."""
    node = level.nodes[identity]
    return level.nodes[node.host] if node.host else node


def assign_columns(level: Level, *, hanging: frozenset[str], later: Mapping[str, int]) -> set[str]:
    """Give every node its column; returns the ids of the flows that run back.

    What a boundary event in `hanging` leads to may stand below its host, not right of it. A node in
    `later` stands so many columns further right than it must.
    """
    standing = [node for node in level.nodes.values() if node.host is None]
    ways: Ways = defaultdict(list)
    for flow in level.flows:
        source, target = footing(level, flow.source), footing(level, flow.target)
        if source is not target:
            ways[source.id].append((target.id, _least(level, flow, hanging=hanging)))
    back = _backward(_order(standing, ways), ways)
    forward = {
        one: [
            (other, least + later.get(other, 0))
            for other, least in others
            if (one, other) not in back
        ]
        for one, others in ways.items()
    }
    columns = _furthest([node.id for node in standing], forward)
    _pull(columns, forward)
    for node in level.nodes.values():
        node.column = columns[footing(level, node.id).id]
    return {flow.id for flow in level.flows if _is_back(level, flow, back)}


def _is_back(level: Level, flow: Flow, back: set[tuple[str, str]]) -> bool:
    source, target = footing(level, flow.source), footing(level, flow.target)
    return source is target or (source.id, target.id) in back


def _least(level: Level, flow: Flow, *, hanging: frozenset[str]) -> int:
    """What an event on a border leads to may stand right below the host of the event."""
    source, target = level.nodes[flow.source], footing(level, flow.target)
    if source.host is None or target.lane < level.nodes[source.host].lane:
        return 1
    return 0 if source.id in hanging else 1


def _order(standing: list[Node], ways: Ways) -> list[str]:
    """Starts first, then what nothing leads to, then the rest, each in the order of the file."""
    reached = {other for others in ways.values() for other, _ in others}
    return [
        node.id
        for node in sorted(
            standing, key=lambda node: (node.tag != "startEvent", node.id in reached)
        )
    ]


def _backward(order: Iterable[str], ways: Ways) -> set[tuple[str, str]]:
    """Find the ways that lead back to where the walk already is."""
    back: set[tuple[str, str]] = set()
    open_: set[str] = set()
    done: set[str] = set()
    for begin in order:
        stack = [] if begin in done else [(begin, iter(ways[begin]))]
        open_.update(one for one, _ in stack)
        while stack:
            here, others = stack[-1]
            other = next(others, None)
            if other is None:
                stack.pop()
                open_.discard(here)
                done.add(here)
            elif other[0] in open_:
                back.add((here, other[0]))
            elif other[0] not in done:
                open_.add(other[0])
                stack.append((other[0], iter(ways[other[0]])))
    return back


def _furthest(nodes: list[str], ways: Ways) -> dict[str, int]:
    columns = dict.fromkeys(nodes, 0)
    waiting = dict.fromkeys(nodes, 0)
    for others in ways.values():
        for other, _ in others:
            waiting[other] += 1
    ready = deque(node for node in nodes if waiting[node] == 0)
    while ready:
        here = ready.popleft()
        for other, least in ways.get(here, ()):
            columns[other] = max(columns[other], columns[here] + least)
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return columns


def _pull(columns: dict[str, int], ways: Ways) -> None:
    """Stand what nothing leads to right before what it leads to."""
    reached = {other for others in ways.values() for other, _ in others}
    for node, others in ways.items():
        if node not in reached and others:
            columns[node] = max(0, min(columns[other] - least for other, least in others))
