"""Deadlines fall on days when the City works, on the clock that hangs on its wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from models.database import db, transaction
from models.trust import Closure
from workflows.business_time import (
    Calendar,
    CalendarError,
    after_business_days,
    after_standstill,
    business_days_between,
    due,
    following,
    open_calendar,
)
from workflows.diagrams.timers import TimerError, parse_timer

CHICAGO = ZoneInfo("America/Chicago")
CLOSED = frozenset({date(2026, 11, 27)})
CITY = Calendar(CHICAGO, "US-MN", CLOSED)

moments = st.timedeltas(timedelta(0), timedelta(days=20 * 366)).map(
    lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since
)
closures = st.frozensets(st.dates(date(2020, 1, 1), date(2041, 12, 31)), max_size=40)


def local(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("start", "timer", "expected"),
    [
        (local(2026, 11, 16), "P5BD", local(2026, 11, 23, 17)),
        (local(2026, 11, 14), "P1BD", local(2026, 11, 16, 17)),
        (local(2026, 11, 13, 18), "P1BD", local(2026, 11, 16, 17)),
        (local(2026, 11, 25), "P1BD", local(2026, 11, 30, 17)),
        (local(2026, 12, 24, 23, 30), "P1BD", local(2026, 12, 28, 17)),
        (local(2026, 7, 2), "P1BD", local(2026, 7, 6, 17)),
        (local(2027, 12, 30), "P1BD", local(2028, 1, 3, 17)),
        (local(2026, 3, 6), "P1BD", local(2026, 3, 9, 17)),
        (local(2026, 3, 7), "P1D", local(2026, 3, 8)),
        (local(2026, 3, 7, 2, 30), "P1D", local(2026, 3, 8, 3, 30)),
        (local(2026, 3, 7), "PT24H", local(2026, 3, 8, 10)),
        (local(2026, 10, 31), "P1DT1H", local(2026, 11, 1, 10)),
        (local(2026, 10, 31), "PT24H", local(2026, 11, 1, 8)),
        (local(2027, 1, 31), "P1M", local(2027, 2, 28)),
        (local(2026, 11, 16), "P2W", local(2026, 11, 30)),
        (local(2026, 11, 16), "2027-01-31T09:00:00-06:00", local(2027, 1, 31)),
        (local(2026, 11, 16), "2027-01-31T09:00", local(2027, 1, 31)),
        (local(2026, 11, 16), "2027-01-31", local(2027, 1, 31, 0)),
        (local(2026, 11, 16), "R3/2027-07-01T08:00/P1D", local(2027, 7, 1, 8)),
        (local(2026, 11, 16), "R3/P1D", local(2026, 11, 17)),
        (local(2026, 11, 16), "R/P2BD", local(2026, 11, 18, 17)),
        (local(2026, 11, 16), "R/2027-01-31T15:00:00Z/P1D", local(2027, 1, 31)),
    ],
)
def test_a_timer_rings_when_people_expect_it(
    start: datetime, timer: str, expected: datetime
) -> None:
    ring = due(CITY, timer, start)
    assert ring == expected.astimezone(UTC)
    assert ring.tzinfo is UTC
    assert due(CITY, parse_timer(timer), start) == ring


def test_a_cycle_rings_again_its_length_after_it_rang() -> None:
    cycle = parse_timer("R/2027-01-31T15:00:00Z/P1D")
    first = due(CITY, cycle, local(2026, 11, 16))
    assert following(CITY, cycle, first) == local(2027, 2, 1).astimezone(UTC)


def test_no_business_days_end_with_the_office_hours_that_come_next() -> None:
    def end(start: datetime) -> datetime:
        return after_business_days(CITY, 0, start).astimezone(CHICAGO)

    assert end(local(2026, 11, 16)) == local(2026, 11, 16, 17)
    assert end(local(2026, 11, 16, 17)) == local(2026, 11, 16, 17)
    assert end(local(2026, 11, 16, 17, 1)) == local(2026, 11, 17, 17)
    assert end(local(2026, 11, 25, 18)) == local(2026, 11, 30, 17)


def test_what_is_no_timer_is_refused() -> None:
    with pytest.raises(TimerError):
        due(CITY, "soon", local(2026, 11, 16))


def test_business_days_are_counted_from_the_day_after() -> None:
    monday, thanksgiving_week_end = local(2026, 11, 23), local(2026, 11, 29)
    assert business_days_between(CITY, monday, local(2026, 11, 23, 23)) == 0
    assert business_days_between(CITY, monday, local(2026, 11, 24, 1)) == 1
    assert business_days_between(CITY, monday, thanksgiving_week_end) == 2
    assert business_days_between(CITY, thanksgiving_week_end, monday) == -2
    assert business_days_between(CITY, local(2026, 11, 16), local(2026, 11, 23)) == 5


def test_a_day_is_that_of_the_city() -> None:
    assert CITY.day_of(datetime(2026, 11, 17, 3, 0, tzinfo=UTC)) == date(2026, 11, 16)


@given(start=moments, days=st.integers(0, 60), closed=closures)
def test_a_deadline_is_never_on_a_closed_day_nor_before_its_start(
    start: datetime, days: int, closed: frozenset[date]
) -> None:
    calendar = Calendar(CHICAGO, "US-MN", closed)
    end = after_business_days(calendar, days, start)
    assert calendar.is_business_day(calendar.day_of(end))
    assert end.astimezone(CHICAGO).time() == time(17)
    assert end >= start
    if days:
        assert business_days_between(calendar, start, end) == days


@given(start=moments, later=st.timedeltas(timedelta(0), timedelta(days=30)), days=st.integers(0, 9))
def test_who_starts_later_or_has_more_days_is_never_due_earlier(
    start: datetime, later: timedelta, days: int
) -> None:
    end = after_business_days(CITY, days, start)
    assert after_business_days(CITY, days, start + later) >= end
    assert after_business_days(CITY, days + 1, start) >= end


@given(start=moments, hours=st.integers(1, 5000))
def test_hours_are_exact_over_every_change_of_the_clocks(start: datetime, hours: int) -> None:
    assert due(CITY, f"PT{hours}H", start) - start == timedelta(hours=hours)


@given(start=moments, days=st.integers(1, 700))
def test_days_keep_the_wall_clock_over_every_change_of_the_clocks(
    start: datetime, days: int
) -> None:
    ring = due(CITY, f"P{days}D", start).astimezone(CHICAGO)
    begun = start.astimezone(CHICAGO)
    assert (ring.date() - begun.date()).days == days
    # An hour that the clocks skip on that day is the only one that cannot be kept.
    assert ring.time() == begun.time() or ring.hour == begun.hour + 1 == 3


def test_a_city_may_keep_no_holidays_or_those_of_a_whole_country() -> None:
    christmas = date(2026, 12, 25)
    assert Calendar(CHICAGO, "").is_business_day(christmas)
    assert not Calendar(CHICAGO, "US").is_business_day(christmas)


def test_the_calendar_is_opened_with_the_closed_days_of_the_database(app_on_either: Flask) -> None:
    with transaction() as session:
        session.add(Closure(day=date(2026, 11, 27), reason="Day after Thanksgiving"))
    calendar = open_calendar(db.session(), time_zone="America/Chicago", holidays="US-MN")
    assert calendar == CITY


@pytest.mark.parametrize(
    ("time_zone", "holidays", "why"),
    [
        ("Mars/Olympus", "US-MN", "'Mars/Olympus' is not a time zone"),
        ("../etc/passwd", "US-MN", "is not a time zone"),
        ("America/Chicago", "US-ZZ", "'US-ZZ' has no known holidays"),
        ("America/Chicago", "Atlantis", "'Atlantis' has no known holidays"),
    ],
)
def test_a_calendar_of_nowhere_is_refused(
    app: Flask, time_zone: str, holidays: str, why: str
) -> None:
    with pytest.raises(CalendarError, match=why):
        open_calendar(db.session(), time_zone=time_zone, holidays=holidays)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        # Due on Friday the 20th at the close of office; the 26th is Thanksgiving, the 27th closed.
        (local(2026, 11, 16, 9), local(2026, 11, 16, 16), local(2026, 11, 20, 17)),
        (local(2026, 11, 16, 9), local(2026, 11, 16, 17), local(2026, 11, 23, 17)),
        (local(2026, 11, 16, 9), local(2026, 11, 18, 9), local(2026, 11, 24, 17)),
        (local(2026, 11, 20, 18), local(2026, 11, 23, 9), local(2026, 11, 20, 17)),
        (local(2026, 11, 20, 9), local(2026, 11, 21, 9), local(2026, 11, 23, 17)),
        (local(2026, 11, 20, 9), local(2026, 11, 29, 9), local(2026, 11, 30, 17)),
        (local(2026, 10, 26, 9), local(2026, 11, 4, 9), local(2026, 12, 3, 17)),
    ],
)
def test_what_is_due_in_business_days_moves_by_those_that_ended_in_a_standstill(
    since: datetime, until: datetime, expected: datetime
) -> None:
    moment = local(2026, 11, 20, 17)
    moved = after_standstill(CITY, "P5BD", moment, since=since, until=until)
    assert moved == expected.astimezone(UTC)


def test_what_is_due_on_a_day_off_is_not_late_after_a_standstill() -> None:
    saturday, since = local(2026, 11, 21, 17), local(2026, 11, 21, 9)
    for until in (local(2026, 11, 22, 9), local(2026, 11, 23, 18)):
        moved = after_standstill(CITY, "P1BD", saturday, since=since, until=until)
        assert until < moved


@pytest.mark.parametrize("timer", ["P1D", "PT36H", "R3/PT4H", "P2M"])
def test_other_lengths_of_time_move_by_exactly_the_standstill(timer: str) -> None:
    since, until, moment = local(2026, 11, 20, 9), local(2026, 11, 23, 10), local(2026, 11, 20, 12)
    moved = after_standstill(CITY, timer, moment, since=since, until=until)
    assert moved - moment == timedelta(days=3, hours=1)


def test_a_date_stays_whatever_stands_still() -> None:
    moment = local(2026, 12, 31, 0)
    since, until = local(2026, 11, 20), local(2027, 1, 20)
    for timer in ("2026-12-31", "R3/2026-12-31T00:00/P1D"):
        assert after_standstill(CITY, timer, moment, since=since, until=until) == moment


@settings(max_examples=150)
@given(
    moments,
    st.integers(1, 30),
    st.timedeltas(timedelta(days=-20), timedelta(days=90)),
    st.timedeltas(timedelta(0), timedelta(days=60)),
    closures,
)
def test_nothing_becomes_late_by_a_standstill_and_nothing_less_late(
    start: datetime, days: int, before: timedelta, lasted: timedelta, closed: frozenset[date]
) -> None:
    city = Calendar(CHICAGO, "US-MN", closed)
    moment = after_business_days(city, days, start)
    since = moment - before
    until = since + lasted
    moved = after_standstill(city, f"P{days}BD", moment, since=since, until=until)
    assert (moved > until) == (moment > since)
    assert moved >= moment
