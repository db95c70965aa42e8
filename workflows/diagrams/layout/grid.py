"""The grid that flows are led through: columns and rows of shapes, with channels between them.

A place is (X, Y). Column c is X = 2c + 1, the channel left of it 2c, right of it 2c + 2. Down, each
lane begins with a channel, and every row of shapes is followed by one.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

from workflows.diagrams.layout.parts import Level, Node, place_across

Place = tuple[float, float]


class Grid:
    """Which places are taken by shapes, and where rows, lanes and channels lie."""

    def __init__(self, level: Level) -> None:
        """Set the shapes of a level, which have their columns and rows, on the grid."""
        self.level = level
        self.row_y: list[int] = []
        self.lane_channels: list[list[int]] = []
        place = 0
        for lane in level.lanes:
            channels = [place]
            for _ in range(lane.rows):
                self.row_y.append(place + 1)
                channels.append(place + 2)
                place += 2
            self.lane_channels.append(channels)
            place += 1
        self.height = place
        self.rows = frozenset(self.row_y)
        # Their lower border belongs to the events on it.
        self.hosts = frozenset(node.host for node in level.nodes.values() if node.host)
        self.columns = 1 + max((node.column for node in self.shapes()), default=0)
        self._by_row: dict[int, list[int]] = defaultdict(list)
        self._by_column: dict[int, list[int]] = defaultdict(list)
        for node in self.shapes():
            x, y = 2 * node.column + 1, self.y(node)
            insort(self._by_row[y], x)
            insort(self._by_column[x], y)

    def shapes(self) -> list[Node]:
        """Give what takes a place of its own: all but events on a border."""
        return [*(node for node in self.level.nodes.values() if not node.host), *self.level.notes]

    def x(self, node: Node) -> float:
        """Give where lines to and from the node run up and down."""
        return place_across(self.level, node)

    def y(self, node: Node) -> int:
        """Give the row of the node as a place."""
        return self.row_y[node.row]

    def is_taken(self, x: float, y: float) -> bool:
        """Whether a shape stands there."""
        column = round(x)
        return column % 2 == 1 and y in self.rows and _any(self._by_column[column], y, y)

    def is_free(self, one: Place, other: Place) -> bool:
        """Whether nothing stands between two places of a row, column or channel, ends left out."""
        if one[1] == other[1]:
            if one[1] not in self.rows:
                return True
            low, high = sorted((one[0], other[0]))
            return not _any(self._by_row[int(one[1])], low + 0.5, high - 0.5)
        column = round(one[0])
        low, high = sorted((one[1], other[1]))
        return column % 2 == 0 or not _any(self._by_column[column], low + 0.5, high - 0.5)


def _any(places: list[int], low: float, high: float) -> bool:
    return bisect_left(places, low) < bisect_right(places, high)
