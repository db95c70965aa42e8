"""Which track of its channel each piece of a flow runs on, so that no two lie on each other."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from workflows.diagrams.layout.grid import Grid, Place
from workflows.diagrams.layout.parts import Flow
from workflows.diagrams.layout.routes import Route

_OVERLAP = 20.0
_WORST = 2.0
_PASSES = 6
# Axis (0 across: a channel between columns; 1 down: between rows) and the channel's place.
Channel = tuple[int, int]
# Flow id and the number of the piece.
Piece = tuple[str, int]


@dataclass(eq=False)
class _Strand:
    """Pieces that run on one track: of one flow, or of flows that share an end.

    `lower` are the places along the channel where lines leave it to the left (or upward), `upper`
    those to the right (or downward).
    """

    low: float
    high: float
    pieces: list[Piece] = field(default_factory=list)
    lower: set[float] = field(default_factory=set)
    upper: set[float] = field(default_factory=set)


@dataclass(frozen=True)
class Tracks:
    """The track of each piece in a channel, from 0, and how many tracks each channel has."""

    of_piece: dict[Piece, int]
    number: dict[Channel, int]


def assign_tracks(flows: Iterable[Flow], routes: dict[str, Route], grid: Grid) -> Tracks:
    """Give each piece in a channel its track."""
    tracks: dict[Piece, int] = {}
    numbers: dict[Channel, int] = {}
    for channel, held in _strands(flows, routes, grid).items():
        numbers[channel] = _pack(_ordered(list(held.values())), tracks)
    return Tracks(tracks, numbers)


def crossed_within(
    flows: Iterable[Flow], routes: dict[str, Route], grid: Grid
) -> tuple[float, set[str]]:
    """Give how many lines cross others where they leave channels, and which flows these are."""
    total, crossed = 0.0, set[str]()
    for held in _strands(flows, routes, grid).values():
        ordered = _ordered(list(held.values())) if len(held) > 1 else []
        for one, other in combinations(ordered, 2):
            if one.low <= other.high and other.low <= one.high and (cost := _cost(one, other)):
                total += min(cost, _WORST)
                crossed |= {flow for flow, _ in (*one.pieces, *other.pieces)}
    return total, crossed


def _strands(
    flows: Iterable[Flow], routes: dict[str, Route], grid: Grid
) -> dict[Channel, dict[tuple[str, str, float], _Strand]]:
    strands: dict[Channel, dict[tuple[str, str, float], _Strand]] = defaultdict(dict)
    for flow in flows:
        route = routes[flow.id]
        for number in range(len(route) - 1):
            channel = _channel(route[number], route[number + 1], grid)
            if channel is not None:
                _add(strands[channel], flow, route, number, channel[0])
    return strands


def _channel(one: Place, other: Place, grid: Grid) -> Channel | None:
    if one[0] == other[0] and round(one[0]) % 2 == 0 and one[0] == round(one[0]):
        return 0, int(one[0])
    if one[1] == other[1] and one[1] not in grid.rows:
        return 1, int(one[1])
    return None


def _add(
    held: dict[tuple[str, str, float], _Strand], flow: Flow, route: Route, number: int, axis: int
) -> None:
    along = 1 - axis
    one, other = route[number], route[number + 1]
    low, high = sorted((one[along], other[along]))
    strand = held.setdefault(_kin(flow, route, number, axis), _Strand(low, high))
    strand.low, strand.high = min(strand.low, low), max(strand.high, high)
    strand.pieces.append((flow.id, number))
    for place, beyond in ((one, number - 1), (other, number + 2)):
        if 0 <= beyond < len(route):
            side = strand.lower if route[beyond][axis] < place[axis] else strand.upper
            side.add(place[along])


def _kin(flow: Flow, route: Route, number: int, axis: int) -> tuple[str, str, float]:
    """Flows to one end come together in its last channel; others keep to themselves."""
    if number == len(route) - 3 or (number == len(route) - 2 and number > 0):
        return "to", flow.target, route[-2][axis]
    return "of", flow.id, float(number)


def _ordered(strands: list[_Strand]) -> list[_Strand]:
    """Order them so that few lines cross others on their way out of the channel."""
    order = sorted(strands, key=lambda strand: (strand.low, strand.high, strand.pieces))
    if len(order) > 40:
        return order
    for _ in range(_PASSES):
        is_changed = False
        for place in range(len(order) - 1):
            one, other = order[place], order[place + 1]
            if _cost(other, one) < _cost(one, other):
                order[place], order[place + 1] = other, one
                is_changed = True
        if not is_changed:
            break
    return order


def _cost(left: _Strand, right: _Strand) -> float:
    """Give what it costs when one runs left of (or above) the other."""
    return _meets(left.upper, right, right.lower) + _meets(right.lower, left, left.upper)


def _meets(leaving: set[float], strand: _Strand, against: set[float]) -> float:
    return sum(
        _OVERLAP if place in against else float(strand.low < place < strand.high)
        for place in leaving
        if strand.low <= place <= strand.high
    )


def _pack(ordered: list[_Strand], tracks: dict[Piece, int]) -> int:
    """Number the tracks; strands that do not lie beside each other may share one."""
    placed: list[tuple[_Strand, int]] = []
    for strand in ordered:
        beside = [
            track
            for other, track in placed
            if other.low <= strand.high and strand.low <= other.high
        ]
        track = max(beside, default=-1) + 1
        placed.append((strand, track))
        tracks.update(dict.fromkeys(strand.pieces, track))
    return max((track for _, track in placed), default=-1) + 1
