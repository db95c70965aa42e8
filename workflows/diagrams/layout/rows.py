"""Which row of its lane each node stands in: the normal path on top in one line, the rest below."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from workflows.diagrams.layout.columns import footing
from workflows.diagrams.layout.parts import Flow, Level, Node, place_across

_CROSSING = 4


@dataclass(eq=False)
class _Chain:
    """Nodes of one lane that follow each other and stand in one row.

    `drops` are the columns that lines come down in, with the node they come from; `hosts` those
    nodes that they leave by an event on the border. `runs` are the stretches that the normal path needs of its row.
    """

    nodes: list[Node]
    is_main: bool
    rank: int
    left: float = 0
    right: float = 0
    hosts: list[Node] = field(default_factory=list)
    runs: list[tuple[float, float]] = field(default_factory=list)
    drops: list[tuple[float, Node]] = field(default_factory=list)


@dataclass
class _Taken:
    """What a lane's rows hold: stretches of columns by row, and lines down through them."""

    stretches: dict[int, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lines: list[tuple[float, int, int]] = field(default_factory=list)


def assign_rows(level: Level, back: set[str]) -> None:
    """Give every node its row, counted from the top over all lanes, and each lane its number."""
    forward = [flow for flow in level.flows if flow.id not in back]
    taken = [_Taken() for _ in level.lanes]
    for chain in _in_turn(_chains(level, forward)):
        lane = taken[chain.nodes[0].lane]
        _take(chain, _best_row(chain, lane), lane)
    first = 0
    for number, held in enumerate(level.lanes):
        held.rows = 1 + max(taken[number].stretches, default=0)
        for node in level.nodes.values():
            if node.lane == number and node.host is None:
                node.row += first
        first += held.rows
    for node in level.nodes.values():
        node.row = footing(level, node.id).row


def _in_turn(chains: list[_Chain]) -> list[_Chain]:
    """The normal path first; what leaves a chain follows it, short stretches before long ones."""
    chain_of = {node: chain for chain in chains for node in chain.nodes}
    leaving: dict[_Chain | None, list[_Chain]] = defaultdict(list)
    for chain in chains:
        parents = [chain_of[node] for _, node in chain.drops]
        leaving[None if chain.is_main or not parents else parents[0]].append(chain)
    ordered: list[_Chain] = []
    waiting = sorted(leaving[None], key=lambda chain: (not chain.is_main, chain.rank))[::-1]
    while waiting:
        chain = waiting.pop()
        if chain not in ordered:
            ordered.append(chain)
            waiting += sorted(leaving[chain], key=_length, reverse=True)
    return ordered + [chain for chain in chains if chain not in ordered]


def _length(chain: _Chain) -> tuple[float, float, int]:
    """What hangs furthest right first, as its line would cut through the others; then what is short."""
    return -chain.left, chain.right - chain.left, chain.rank


def _chains(level: Level, forward: list[Flow]) -> list[_Chain]:
    """The normal path is one chain in each lane; the other nodes follow each other while they can."""
    next_ = _preferred(level, forward)
    main = _main(level, next_)
    before = _before(level, {one: other for one, other in next_.items() if one not in main})
    chains = [_Chain(nodes, True, 0) for nodes in _by_lane(level, main)]
    for rank, node in enumerate(level.nodes.values()):
        if node.host is not None or node.id in main or node.id in before:
            continue
        chain = _Chain([node], False, rank)
        after = next_.get(node.id, "")
        while after not in main and before.get(after) == chain.nodes[-1].id:
            chain.nodes.append(level.nodes[after])
            after = next_.get(after, "")
        chains.append(chain)
    joined = {(flow.source, flow.target) for flow in forward}
    for chain in chains:
        _stretch(chain, level, forward)
        if chain.is_main:
            chain.runs = _runs(chain, joined)
    return chains


def _runs(chain: _Chain, joined: set[tuple[str, str]]) -> list[tuple[float, float]]:
    """Leave a gap where the normal path goes through another lane; side ways may stand there."""
    runs = [(chain.left, chain.left)]
    for before, node in pairwise(chain.nodes):
        runs[-1] = runs[-1][0], 2 * before.column + 1
        if (before.id, node.id) not in joined:
            runs.append((2 * node.column + 1, 0))
    runs[-1] = runs[-1][0], chain.right
    return runs


def _by_lane(level: Level, main: set[str]) -> list[list[Node]]:
    lanes: dict[int, list[Node]] = defaultdict(list)
    for node in sorted((level.nodes[one] for one in main), key=lambda node: node.column):
        lanes[node.lane].append(node)
    return list(lanes.values())


def _before(level: Level, next_: dict[str, str]) -> dict[str, str]:
    """Give the node of its lane that each stands in line with: the nearest that leads to it."""
    before: dict[str, str] = {}
    for one, other in next_.items():
        node = level.nodes[one]
        if node.lane != level.nodes[other].lane:
            continue
        if other not in before or node.column > level.nodes[before[other]].column:
            before[other] = one
    return before


def _preferred(level: Level, forward: list[Flow]) -> dict[str, str]:
    """Give the way on from each node: the longest to a plain end, else the longest."""
    leaving: dict[str, list[str]] = defaultdict(list)
    for flow in forward:
        if level.nodes[flow.source].host is None:
            leaving[flow.source].append(footing(level, flow.target).id)
    ahead: dict[str, tuple[bool, int]] = {}
    next_: dict[str, str] = {}
    for node in sorted(level.nodes.values(), key=lambda node: -node.column):
        others = [(ahead.get(other, (False, 0)), other) for other in leaving[node.id]]
        best = max((rank for rank, _ in others), default=(node.is_normal_end, 0))
        ahead[node.id] = (best[0], best[1] + 1)
        if others:
            next_[node.id] = next(other for rank, other in others if rank == best)
    return next_


def _main(level: Level, next_: dict[str, str]) -> set[str]:
    starts = [node.id for node in level.nodes.values() if node.tag == "startEvent"]
    main: set[str] = set()
    here: str | None = (starts or [*level.nodes])[0] if level.nodes else None
    while here is not None and here not in main:
        main.add(here)
        here = next_.get(here)
    return main


def _stretch(chain: _Chain, level: Level, forward: list[Flow]) -> None:
    """Find from which column to which the chain needs its row, with the lines into and out of it."""
    inside = {node.id for node in chain.nodes}
    chain.left = left = 2 * chain.nodes[0].column + 1
    chain.right = right = 2 * chain.nodes[-1].column + 1
    lane = chain.nodes[0].lane
    for flow in forward:
        source, target = level.nodes[flow.source], level.nodes[flow.target]
        beyond = 2 * target.column + 1
        if flow.target in inside and flow.source not in inside and source.lane == lane:
            column = place_across(level, source)
            drops_there = source.host or source.is_gateway or column == left
            chain.left = min(chain.left, column if drops_there else column + 1, left)
            chain.drops.append((column, footing(level, flow.source)))
            chain.hosts += [footing(level, flow.source)] if source.host else []
        if source.id == chain.nodes[-1].id and target.lane == lane and beyond > right:
            chain.right = max(chain.right, beyond - 1)


def _best_row(chain: _Chain, taken: _Taken) -> int:
    least = 0
    if chain.drops and not chain.is_main:
        least = min(node.row for _, node in chain.drops)
        least = max([least, *(host.row + 1 for host in chain.hosts)])
    last = max(taken.stretches, default=-1) + 1
    choices = [row for row in range(least, max(last, least) + 1) if _is_free(chain, row, taken)]
    return min(choices, key=lambda row: (_CROSSING * _crossings(chain, row, taken) + row, row))


def _left(chain: _Chain, row: int) -> float:
    """Give where the chain's stretch of a row begins: right of the steps there that lead to it."""
    begin = max([chain.left, *(column + 1 for column, node in chain.drops if node.row == row)])
    return min(begin, 2 * chain.nodes[0].column + 1)


def _is_free(chain: _Chain, row: int, taken: _Taken) -> bool:
    begin = _left(chain, row)
    return all(right < begin or left > chain.right for left, right in taken.stretches.get(row, ()))


def _crossings(chain: _Chain, row: int, taken: _Taken) -> int:
    through = sum(
        chain.left <= column <= chain.right and upper < row < lower
        for column, upper, lower in taken.lines
    )
    own = sum(
        left <= column <= right
        for column, node in chain.drops
        for between in range(node.row + 1, row)
        for left, right in taken.stretches.get(between, ())
    )
    return through + own


def _take(chain: _Chain, row: int, taken: _Taken) -> None:
    taken.stretches[row] += chain.runs or [(_left(chain, row), chain.right)]
    taken.lines += [(column, node.row, row) for column, node in chain.drops if node.row < row]
    for node in chain.nodes:
        node.row = row
