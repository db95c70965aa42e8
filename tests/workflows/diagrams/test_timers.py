"""Timers: ISO 8601 and business days are read; everything else is answered with what to write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.diagrams.timers import Duration, Timer, TimerError, parse_timer


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT4H", Duration(seconds=14_400)),
        ("P10D", Duration(days=10)),
        ("P2W", Duration(days=14)),
        ("P1Y2M", Duration(months=14)),
        ("P1M2DT3H4M5S", Duration(months=1, days=2, seconds=11_045)),
    ],
)
def test_a_length_of_time_is_read(text: str, duration: Duration) -> None:
    assert parse_timer(f" {text}\n") == Timer(text, "duration", duration=duration)


def test_business_days_are_kept_apart_from_days() -> None:
    assert parse_timer("P5BD") == Timer("P5BD", "duration", business_days=5)


def test_a_date_without_zone_is_in_utc_and_others_are_brought_there() -> None:
    assert parse_timer("2027-01-31").at == datetime(2027, 1, 31, tzinfo=UTC)
    assert parse_timer("2027-01-31T09:00:00Z").at == datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert parse_timer("2027-01-31T09:00-06:00").at == datetime(2027, 1, 31, 15, tzinfo=UTC)
    assert parse_timer("2027-01-31").kind == "date"


def test_a_repetition_says_how_often_and_how_far_apart() -> None:
    assert parse_timer("R3/PT1H") == Timer(
        "R3/PT1H", "cycle", duration=Duration(seconds=3600), repetitions=3
    )
    assert parse_timer("R/P1BD") == Timer("R/P1BD", "cycle", business_days=1)
    with_start = parse_timer("R2/2027-01-31T09:00:00Z/P1D")
    assert with_start.at == datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert (with_start.duration, with_start.repetitions) == (Duration(days=1), 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("soon", "not a date or a length"),
        ("P", "not a length"),
        ("PT", "not a length"),
        ("P5", "not a length"),
        ("P5bd", "not a length"),
        ("P5BDT4H", "not a length"),
        ("P1H", "not a length"),
        ("PT1.5H", "not a length"),
        ("P-5D", "not a length"),
        ("P0D", "no time at all"),
        ("P0BD", "no time at all"),
        ("P900000Y", "longer than a hundred years"),
        ("PT9999999999S", "not a length"),
        ("R0/PT1H", "never rings"),
        ("R3", "not a repetition"),
        ("R3/soon", "not a repetition"),
        ("R3/P", "not a repetition"),
        ("R3/soon/PT1H", "not a date"),
        ("R3/P0D", "no time at all"),
        ("2027-02-30", "not a date in the calendar"),
        ("2027-01-31 09:00", "not a date"),
        ("31.1.2027", "not a date"),
        ("${deadline}", "not a date"),
        ('"P5D"', "not a date"),
        ("P" + "5" * 200 + "D", "longer than 100 characters"),
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text: str, words: str) -> None:
    with pytest.raises(TimerError) as refused:
        parse_timer(text)
    assert words in str(refused.value)
    assert '"P5BD" for five business days' in str(refused.value)


def test_a_month_later_stays_in_the_month() -> None:
    january = datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert Duration(months=1).after(january) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert Duration(months=12, days=1, seconds=60).after(january) == datetime(
        2028, 2, 1, 9, 1, tzinfo=UTC
    )
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert Duration(months=1).after(december) == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(OverflowError):
        Duration(months=12 * 9000).after(january)


@given(st.text(max_size=30) | st.from_regex(r"[RP0-9TYMDHSB/:-]{0,20}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        timer = parse_timer(text)
    except TimerError:
        return
    assert timer.kind in ("duration", "date", "cycle")
