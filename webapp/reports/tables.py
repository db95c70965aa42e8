"""A table of a report: the same rows as a page, as a chart's twin and as a file for spreadsheets."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from workflows.errors import NotFoundError
from workflows.spreadsheet import as_csv as written

DAY = 86_400.0


@dataclass(frozen=True)
class Column:
    """A column: its head, whether it holds numbers, and its head in a file where that differs."""

    label: str
    number: bool = False
    in_file: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: the text on the page, the link behind it, the value in a file."""

    text: str
    url: str = ""
    value: float | str | None = None
    note: str = ""

    @property
    def in_file(self) -> float | str:
        """What a spreadsheet is given."""
        return self.text if self.value is None else self.value


@dataclass(frozen=True)
class Table:
    """A table with a name for its address, and what stands in its place where it has no rows."""

    key: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    note: str = ""


def number(count: int, url: str = "") -> Cell:
    """Give a count as a cell; a nought links nowhere, for nothing stands behind it."""
    return Cell(f"{count:,}", url if count else "", count)


def as_csv(tables: Sequence[Table], key: str, name: str) -> Response:
    """Give one of the tables of a page as a file. Raises NotFoundError where there is none."""
    table = next((table for table in tables if table.key == key), None)
    if table is None:
        raise NotFoundError("This report has no such table.")
    heads = [column.in_file or column.label for column in table.columns]
    text = written(heads, ([cell.in_file for cell in row] for row in table.rows))
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}-{key}.csv"
    return response


def lasting(seconds: float | None) -> Cell:
    """Give a length of time: in words on the page, in days in a file."""
    if seconds is None:
        return Cell("none", value="")
    return Cell(in_words(seconds), value=round(seconds / DAY, 2))


def in_words(seconds: float) -> str:
    """Say a length of time shortly: 4.2 days, 3.5 hours, 12 minutes."""
    for unit, length in (("day", DAY), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= length:
            amount = f"{seconds / length:.{unit != 'minute':d}f}".removesuffix(".0")
            return f"{amount} {unit}{'' if amount == '1' else 's'}"
    return "under a minute"


def shortly(seconds: float) -> str:
    """Say it for a badge on a picture: 4.2 d, 3 h, 12 min."""
    if seconds >= DAY:
        return f"{seconds / DAY:.1f}".removesuffix(".0") + " d"
    if seconds >= 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{max(1.0, seconds / 60):.0f} min"
