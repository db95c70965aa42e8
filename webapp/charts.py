"""Charts as pictures that the server draws: SVG without styles, so that no policy forbids it.

Each has a title and a description for those who do not see it, and stands beside a table with the
same numbers. Colours come from the style sheet, and patterns of lines where colours are taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

# Units of the drawing. It is as wide as a telephone, so that its words can be read there.
WIDTH, HEIGHT = 360.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 6.0, 12.0, 24.0
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Series:
    """One row of numbers under a name; None where there is nothing to show."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """What a chart says: its name for addresses, its title, what it is about, and its labels."""

    key: str
    title: str
    about: str
    labels: Sequence[str]
    series: Sequence[Series]


def columns(chart: Chart) -> Markup:
    """Draw columns side by side, a group for each label."""
    axis = _Axis.of(chart)
    room = (WIDTH - LEFT - RIGHT) / max(1, len(chart.labels))
    thick = min(24.0, room * 0.76 / max(1, len(chart.series)))
    bars = Markup("").join(
        Markup(
            '<rect class="chart__bar chart__bar--{}" x="{}" y="{}" width="{}" height="{}"/>'
        ).format(
            nth + 1,
            _n(LEFT + room * place + (room - thick * len(chart.series)) / 2 + thick * nth),
            _n(axis.y(value)),
            _n(thick - 1),
            _n(axis.y(0) - axis.y(value)),
        )
        for nth, series in enumerate(chart.series)
        for place, value in enumerate(series.values)
        if value
    )
    return _drawn(chart, axis, bars)


def lines(chart: Chart) -> Markup:
    """Draw a line for each series, with a mark at each number; a gap where there is none."""
    axis = _Axis.of(chart)
    room = (WIDTH - LEFT - RIGHT) / max(1, len(chart.labels))
    drawn = Markup("")
    for nth, series in enumerate(chart.series, 1):
        points = [
            (LEFT + room * (place + 0.5), axis.y(value)) if value is not None else None
            for place, value in enumerate(series.values)
        ]
        for run in _runs(points):
            path = " ".join(f"{_n(x)},{_n(y)}" for x, y in run)
            drawn += Markup('<polyline class="chart__line chart__line--{}" points="{}"/>').format(
                nth, path
            )
        for x, y in filter(None, points):
            drawn += _mark(nth, x, y)
    return _drawn(chart, axis, drawn)


@dataclass(frozen=True)
class _Axis:
    """The upright axis: from nought to a round number that nothing exceeds."""

    top: float
    step: float

    @classmethod
    def of(cls, chart: Chart) -> "_Axis":
        highest = max((v for s in chart.series for v in s.values if v is not None), default=0.0)
        size, step = 1.0, 1.0
        while step * 5 < highest:
            step = next((one * size for one in STEPS if one * size * 5 >= highest), 0.0)
            size *= 10
            step = step or size
        return cls(max(step, -(-highest // step) * step), step)

    def y(self, value: float) -> float:
        """Give the height in the drawing."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _drawn(chart: Chart, axis: _Axis, content: Markup) -> Markup:
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" aria-labelledby="{key}-t {key}-d">'
        '<title id="{key}-t">{}</title><desc id="{key}-d">{}</desc>{}{}{}</svg>'
    ).format(
        _n(WIDTH), _n(HEIGHT), chart.title, chart.about, _grid(axis), content, _labels(chart),
        key=chart.key,
    )  # fmt: skip


def _grid(axis: _Axis) -> Markup:
    drawn, value = Markup(""), 0.0
    while value <= axis.top:
        y = axis.y(value)
        drawn += Markup('<path class="chart__grid" d="M{} {}H{}"/>').format(
            _n(LEFT), _n(y), _n(WIDTH - RIGHT)
        )
        drawn += _text(LEFT - 5, y + 3.5, f"{value:,g}", "end")
        value += axis.step
    return drawn


def _labels(chart: Chart) -> Markup:
    room = (WIDTH - LEFT - RIGHT) / max(1, len(chart.labels))
    return Markup("").join(
        _text(LEFT + room * (place + 0.5), HEIGHT - 8, label, "middle")
        for place, label in enumerate(chart.labels)
    )


def _mark(nth: int, x: float, y: float) -> Markup:
    """Draw a mark whose shape tells the series as well: a disc, then a square."""
    if nth == 1:
        return Markup('<circle class="chart__mark chart__mark--1" cx="{}" cy="{}" r="3"/>').format(
            _n(x), _n(y)
        )
    return Markup(
        '<rect class="chart__mark chart__mark--2" x="{}" y="{}" width="6" height="6"/>'
    ).format(_n(x - 3), _n(y - 3))


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text class="chart__text" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        _n(x), _n(y), anchor, escape(text)
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Split at the gaps; a lonely point has no line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
