"""Charts that the server draws: told to those who do not see them, and free of styles."""

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from webapp.charts import Chart, Series, columns, lines
from webapp.reports.tables import in_words, shortly


def chart(*values: float | None) -> Chart:
    labels = [f"M{number}" for number, _ in enumerate(values)]
    return Chart("k", "How <many>", "By the month.", labels, [Series("Started", list(values))])


def parts(drawn: Markup, tag: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(str(drawn)).iter() if one.tag == tag]


def test_a_chart_has_a_name_and_a_description_and_no_style() -> None:
    drawn = columns(chart(1, 2))
    (root,) = parts(drawn, "svg")
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "k-t k-d")
    assert [one.text for one in parts(drawn, "title")] == ["How <many>"]
    assert [one.text for one in parts(drawn, "desc")] == ["By the month."]
    assert "style" not in drawn


def test_columns_are_as_high_as_their_numbers() -> None:
    one, two = parts(columns(chart(10, None, 0, 20)), "rect")
    height = float(one.get("height") or 0)
    assert float(two.get("height") or 0) == pytest.approx(2 * height, abs=0.2)
    assert float(two.get("x") or 0) > float(one.get("x") or 0)


def test_a_line_has_a_gap_where_there_is_no_number() -> None:
    drawn = lines(chart(1, 2, None, 4, None, 3, 2))
    assert [len(one.get("points", "").split()) for one in parts(drawn, "polyline")] == [2, 2]
    assert len(parts(drawn, "circle")) == 5


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, "1"), (3, "3"), (5, "5"), (7, "8"), (23, "25"), (50, "50"), (51, "60"), (4200, "5,000")],
)
def test_the_axis_ends_at_a_round_number_that_nothing_exceeds(highest: float, top: str) -> None:
    drawn = columns(chart(highest))
    numbers = [one.text for one in parts(drawn, "text") if re.match(r"[\d,]+$", one.text or "")]
    assert numbers[-1] == top
    assert len(numbers) <= 7


def test_nothing_to_show_is_drawn_as_an_empty_chart() -> None:
    assert parts(lines(chart()), "polyline") == []
    assert parts(columns(chart(None)), "rect") == []


@pytest.mark.parametrize(
    ("seconds", "words", "short"),
    [
        (30, "under a minute", "1 min"),
        (60, "1 minute", "1 min"),
        (5_400, "1.5 hours", "2 h"),
        (86_400, "1 day", "1 d"),
        (362_880, "4.2 days", "4.2 d"),
    ],
)
def test_lengths_of_time_are_said_shortly(seconds: float, words: str, short: str) -> None:
    assert (in_words(seconds), shortly(seconds)) == (words, short)
