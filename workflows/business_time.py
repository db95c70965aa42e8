"""When something is due on the city's calendar: business days, holidays and the local clock.

Business days are Monday to Friday without the holidays of the state and the days on which the
City closes. The day on which something starts does not count and the last one does (Minn. Stat.
645.15); a deadline in business days ends with the office hours of its last day, at 17:00.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.trust import Closure
from workflows.diagrams.timers import Duration, Timer, parse_timer

OFFICES_CLOSE = time(17, 0)
_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarError(Exception):
    """The calendar's settings name a place or a time zone that nobody knows."""


@dataclass(frozen=True)
class Calendar:
    """The city's days: its time zone, the state whose holidays it keeps, its own closed days.

    `holidays` is a country and a subdivision as `US-MN`, a country alone, or empty for none.
    """

    time_zone: ZoneInfo
    holidays: str
    closures: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        return (
            day.weekday() < _SATURDAY
            and day not in self.closures
            and day not in _public_holidays(self.holidays, day.year)
        )

    def day_of(self, moment: datetime) -> date:
        """Say which day it is in the city at that moment."""
        return moment.astimezone(self.time_zone).date()


def open_calendar(session: Session, *, time_zone: str, holidays: str) -> Calendar:
    """Read the calendar with the closed days of the database.

    Raises CalendarError when the time zone or the holidays' place is unknown.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f"{time_zone!r} is not a time zone; set one such as America/Chicago."
        raise CalendarError(msg) from error
    _public_holidays(holidays, 2000)
    return Calendar(zone, holidays, frozenset(session.scalars(select(Closure.day))))


def due(calendar: Calendar, timer: str | Timer, start: datetime) -> datetime:
    """Say when a timer that starts now rings, in UTC: of a cycle, the first time.

    Days, weeks, months and years keep the city's wall clock over a change of the clocks; hours,
    minutes and seconds are exact. A date without a zone is one of the city's. Raises TimerError for a text that is no timer, OverflowError
    beyond the year 9999.
    """
    timer = parse_timer(timer) if isinstance(timer, str) else timer
    return following(calendar, timer, start) if timer.at is None else _at(calendar, timer)


def following(calendar: Calendar, timer: Timer, ring: datetime) -> datetime:
    """Say when a cycle rings next after it rang: its length of time later."""
    if timer.business_days is not None:
        return after_business_days(calendar, timer.business_days, ring)
    return _after(calendar, timer.duration or Duration(), ring)


def after_business_days(calendar: Calendar, days: int, start: datetime) -> datetime:
    """Give the close of office on the last of so many business days after the day of `start`.

    Of 0 days: the next close of office on a business day.
    """
    local = start.astimezone(calendar.time_zone)
    day = local.date()
    if days == 0 and local.time() > OFFICES_CLOSE:
        day += _DAY
    for _ in range(days):
        day = _business_day_from(calendar, day + _DAY)
    return close_of_office(calendar, _business_day_from(calendar, day))


def close_of_office(calendar: Calendar, day: date) -> datetime:
    """Give when the offices close on that day of the city, in UTC; whether it is a working day or not."""
    return datetime.combine(day, OFFICES_CLOSE, calendar.time_zone).astimezone(UTC)


def business_days_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the business days after the day of `start`, that of `end` included.

    Negative when `end` is on an earlier day than `start`.
    """
    first, last = calendar.day_of(start), calendar.day_of(end)
    if last < first:
        return -business_days_between(calendar, end, start)
    days = (first + n * _DAY for n in range(1, (last - first).days + 1))
    return sum(calendar.is_business_day(day) for day in days)


def after_standstill(
    calendar: Calendar, timer: str | Timer, moment: datetime, *, since: datetime, until: datetime
) -> datetime:
    """Give when something is due whose clock stood still from `since` to `until`.

    `moment` is when it was due before, by this timer. Business days move it by as many business
    days as ended meanwhile, at its time of day; other lengths of time by exactly as long as it
    stood still. A date of the timer's own stays, for it names a day and not a time to do something
    in. What was not late before is not late at `until`; what was, is as late as it was.
    """
    timer = parse_timer(timer) if isinstance(timer, str) else timer
    if timer.at is not None:
        return moment
    if timer.business_days is None:
        return moment + (until - since)
    moved = _later(calendar, moment, _offices_closed(calendar, since, until))
    if since < moment and moved <= until:  # it is due at another hour than the offices close
        return after_business_days(calendar, 0, until)
    return moved


def _offices_closed(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count how often the offices closed on business days after `start`, up to `end`."""
    first, last = calendar.day_of(start), calendar.day_of(end)
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return sum(
        start < close_of_office(calendar, day) <= end
        for day in days
        if calendar.is_business_day(day)
    )


def _later(calendar: Calendar, moment: datetime, days: int) -> datetime:
    """Give the same time of day so many business days later; of 0 days, the moment itself."""
    if not days:
        return moment
    local = moment.astimezone(calendar.time_zone)
    day = _business_day_from(calendar, local.date())
    for _ in range(days):
        day = _business_day_from(calendar, day + _DAY)
    return datetime.combine(day, local.time(), calendar.time_zone).astimezone(UTC)


def _at(calendar: Calendar, timer: Timer) -> datetime:
    written = timer.text.split("/")[1] if timer.kind == "cycle" else timer.text
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=calendar.time_zone)).astimezone(UTC)


def _business_day_from(calendar: Calendar, day: date) -> date:
    while not calendar.is_business_day(day):
        day += _DAY
    return day


def _after(calendar: Calendar, duration: Duration, start: datetime) -> datetime:
    days = Duration(months=duration.months, days=duration.days)
    local = days.after(start.astimezone(calendar.time_zone))
    # Added in UTC: on the wall clock, an hour that is skipped or repeated would be lost or won.
    return local.astimezone(UTC) + timedelta(seconds=duration.seconds)


@lru_cache(maxsize=256)
def _public_holidays(place: str, year: int) -> frozenset[date]:
    """One year's holidays. The library's own object fills itself on demand, not safely for threads."""
    if not place:
        return frozenset()
    country, _, subdivision = place.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdivision or None, years=year))
    except NotImplementedError as error:
        msg = f"{place!r} has no known holidays; set a country and a state such as US-MN."
        raise CalendarError(msg) from error
