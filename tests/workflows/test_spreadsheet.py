"""Lists that every spreadsheet reads alike, and that none runs."""

import csv
import io
from datetime import UTC, date, datetime

from workflows.spreadsheet import as_csv


def read(written: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written)))


def test_a_list_is_read_back_as_it_was_written() -> None:
    written = as_csv(["a", "b"], [["one, two", 'say "three"'], ["four\nfive", 6]])
    assert read(written) == [["a", "b"], ["one, two", 'say "three"'], ["four\nfive", "6"]]


def test_nothing_and_truth_and_times_are_written_alike_everywhere() -> None:
    at = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
    rows = read(as_csv(["x"], [[None], [True], [False], [at], [date(2026, 11, 16)]]))
    assert [row[0] if row else "" for row in rows[1:]] == [
        "",
        "yes",
        "no",
        "2026-11-16T15:00:00+00:00",
        "2026-11-16",
    ]


def test_no_cell_is_taken_for_a_formula() -> None:
    assert read(as_csv(["x"], [["=1+1"], ["@sum"], ["-2"]]))[1:] == [["'=1+1"], ["'@sum"], ["'-2"]]
