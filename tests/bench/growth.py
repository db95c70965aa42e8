"""Measure how the proof of a diagram grows, and draw it: `python -m tests.bench.growth docs/proof-growth.svg`.

States are the same on every machine; times of the processor the best of five on this one.
"""

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.workflows.diagrams.proof.drawing import KNOWN, draw, rule
from workflows.diagrams.graph import Diagram
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, Proof, prove
from workflows.policy.automata import Precedence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 250, 210, 50, 40, 34


class Series(NamedTuple):
    """A line of a panel: its name, its points, whether it is drawn dashed."""

    name: str
    points: Sequence[tuple[float, float]]
    is_dashed: bool = False


class Panel(NamedTuple):
    """One picture: what it shows, what its axes count, its lines."""

    title: str
    across: str
    up: str
    series: Sequence[Series]


def side_by_side(number: int) -> Diagram:
    """Draw so many branches of one step between a parallel split and its join."""
    lines = ["start Begin", "and Split", "and Join", "end Done"]
    lines += [f"user T{n}" for n in range(number)]
    lines += ["Begin -> Split", *(f"Split -> T{n} -> Join" for n in range(number)), "Join -> Done"]
    return draw("\n".join(lines))


def chain(decisions: int) -> Diagram:
    """Draw decisions one after the other, each of which may lead back to its own question."""
    lines = ["start Begin", "end Done"]
    ways, last = [], "Begin"
    for n in range(decisions):
        lines += [f"user Ask{n} act=ask ok!=yes|no", f"xor Which{n} default=Which{n}-Ask{n}"]
        ways += [f"{last} -> Ask{n} -> Which{n}", f"Which{n} -> Ask{n}"]
        lines.append(f"user Go{n} act=approve decision!=yes|no")
        ways.append(f'Which{n} -> Go{n} : Ask{n}.ok = "yes"')
        last = f"Go{n}"
    return draw("\n".join([*lines, *ways, f"{last} -> Done"]))


def rules(number: int) -> Known:
    """Give so many rules, all of which hold in the chain."""
    first = Precedence(frozenset({"ask"}), frozenset({"approve"}), since=frozenset({"withdraw"}))
    return replace(KNOWN, rules=tuple(replace(rule(first), id=f"K{n}") for n in range(number)))


def timed(work: Callable[[], Proof]) -> tuple[Proof, float]:
    """Give what was proved and the milliseconds of the best of five."""
    best = math.inf
    for _ in range(5):
        begin = time.process_time()
        proof = work()
        best = min(best, (time.process_time() - begin) * 1000)
    return proof, best


def measured() -> list[Panel]:
    """Measure all panels."""
    whole, fewer, times = [], [], []
    for number in range(2, 16):
        diagram = side_by_side(number)
        proof, best = timed(lambda one=diagram: prove(one, {}, KNOWN, Budget()))  # type: ignore[misc]
        whole.append((number, proof.states))
        times.append((number, best))
        reduced = prove(diagram, {}, KNOWN, Budget(is_reduced=True))
        fewer.append((number, reduced.states))
    sizes = []
    for decisions in (2, 5, 10, 20, 40, 80):
        drawn = chain(decisions)
        _, best = timed(lambda one=drawn: prove(one, {}, rules(3), Budget()))  # type: ignore[misc]
        sizes.append((len(drawn.nodes), best))
    counts = []
    for number in (0, 5, 10, 20, 30, 40):
        drawn = chain(15)
        _, best = timed(lambda one=drawn, n=number: prove(one, {}, rules(n), Budget()))  # type: ignore[misc]
        counts.append((number, best))
    states = [Series("whole walk", whole), Series("without orders", fewer, is_dashed=True)]
    return [
        Panel("Branches side by side", "branches", "states (each line: ten times)", states),
        Panel(
            "Branches side by side",
            "branches",
            "ms (each line: ten times)",
            [Series("whole walk", times)],
        ),
        Panel("Decisions with loops, 3 rules", "elements", "ms", [Series("whole walk", sizes)]),
        Panel("Rules on 47 elements", "rules", "ms", [Series("whole walk", counts)]),
    ]


def drawn(panels: Sequence[Panel]) -> str:
    """Draw panels beside each other as SVG."""
    parts = [_panel(panel, number * WIDTH) for number, panel in enumerate(panels)]
    size = f'viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}" width="{WIDTH * len(panels)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" '
        'font-size="10" fill="#1b1b1b"><title>How the proof grows</title>'
        '<rect width="100%" height="100%" fill="white"/>' + "".join(parts) + "</svg>\n"
    )


def _panel(panel: Panel, x: int) -> str:
    is_log = "ten times" in panel.up
    highest = max(y for one in panel.series for _, y in one.points)
    most = max(px for one in panel.series for px, _ in one.points)
    top: float = math.ceil(math.log10(highest)) if is_log else highest * 1.1

    def across(value: float) -> float:
        return round(x + LEFT + value / most * (WIDTH - LEFT - 20), 1)

    def up(value: float) -> float:
        height = max(0.0, math.log10(value)) if is_log else value
        return round(HEIGHT - BOTTOM - height / top * (HEIGHT - BOTTOM - TOP), 1)

    marks = [10.0**n for n in range(int(top) + 1)] if is_log else [0.0, highest / 2, highest]
    lines = [
        f'<path d="M{x + LEFT} {up(m)}H{x + WIDTH - 20}" stroke="#dfe1e2"/>'
        f'<text x="{x + LEFT - 4}" y="{up(m) + 3}" text-anchor="end">{m:,.0f}</text>'
        for m in marks
    ]
    lines += [
        f'<text x="{across(m)}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{m:.0f}</text>'
        for m in (0, most / 2, most)
    ]
    lines += [_line(one, across, up) for one in panel.series]
    lines.append(f'<text x="{x + LEFT}" y="14" font-weight="bold">{panel.title}</text>')
    lines.append(f'<text x="{x + LEFT}" y="27">{panel.up}</text>')
    lines.append(
        f'<text x="{x + WIDTH - 20}" y="{HEIGHT - 8}" text-anchor="end">{panel.across}</text>'
    )
    return "".join(lines)


def _line(series: Series, across: Callable[[float], float], up: Callable[[float], float]) -> str:
    way = " ".join(f"{across(px)},{up(py)}" for px, py in series.points)
    dash = ' stroke-dasharray="4 3"' if series.is_dashed else ""
    px, py = series.points[-1]
    return (
        f'<polyline points="{way}" fill="none" stroke="#005ea2" stroke-width="2"{dash}/>'
        f'<text x="{across(px)}" y="{up(py) - 5}" text-anchor="end" fill="#005ea2">{series.name}</text>'
    )


if __name__ == "__main__":
    found = measured()
    for each in found:
        for line in each.series:
            print(each.title, each.up, line.name, [(px, round(py, 1)) for px, py in line.points])  # noqa: T201
    Path(sys.argv[1]).write_text(drawn(found), encoding="utf-8")
