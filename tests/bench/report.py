"""The table that the bench prints: budget, ours, the peer's, how many times faster, met or not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One measured thing. `limit` is the budget's number, `at_least` says which side of it is good."""

    what: str
    ours: float
    unit: str = "ms"
    limit: float | None = None
    peer: float | None = None
    at_least: bool = False
    budget: str = ""

    @property
    def is_met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.ours >= self.limit if self.at_least else self.ours <= self.limit

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer we are; below 1 is worse."""
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.at_least else self.peer / self.ours


HEADINGS = ("what", "budget", "ours", "peer", "times better", "met")


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out as a Markdown table."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥" if row.at_least else "≤"
    limit = "" if row.limit is None else f"{sign} {_number(row.limit)} {row.unit}".rstrip()
    return (
        row.what,
        row.budget or limit,
        f"{_number(row.ours)} {row.unit}".rstrip(),
        "" if row.peer is None else f"{_number(row.peer)} {row.unit}".rstrip(),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        {True: "yes", False: "NO", None: ""}[row.is_met],
    )


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The rows as data."""
    return [{**asdict(row), "ratio": row.ratio, "met": row.is_met} for row in rows]
