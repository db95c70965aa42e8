"""Timers as a diagram writes them: ISO 8601 text, or business days (`P5BD`).

Parsing only. Which days are business days, and what time it is, the caller knows.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

MAXIMUM_LENGTH = 100
ALLOWED = (
    'Write "P5BD" for five business days, "P10D" for ten days, "PT4H" for four hours, "R3/P1D" for '
    'three times with a day between, or a date such as "2027-01-31" or "2027-01-31T09:00:00Z".'
)

_NUMBER = r"(?P<{0}>\d{{1,6}})"
_DATE_PARTS = "".join(
    rf"(?:{_NUMBER.format(name)}{letter})?"
    for name, letter in (("years", "Y"), ("months", "M"), ("weeks", "W"), ("days", "D"))
)
_TIME_PARTS = "".join(
    rf"(?:{_NUMBER.format(name)}{letter})?"
    for name, letter in (("hours", "H"), ("minutes", "M"), ("seconds", "S"))
)
_DURATION = re.compile(rf"P(?=[\dT]){_DATE_PARTS}(?:T(?=\d){_TIME_PARTS})?", re.ASCII)
_BUSINESS_DAYS = re.compile(r"P(\d{1,4})BD", re.ASCII)
_CYCLE = re.compile(r"R(\d{0,4})/(?:([^/P][^/]*)/)?(P[^/]+)", re.ASCII)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)


class TimerError(Exception):
    """A timer cannot be read; the message says what may be written instead."""


@dataclass(frozen=True)
class Duration:
    """A length of time by the calendar: months may be longer or shorter."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def after(self, start: datetime) -> datetime:
        """Give the moment this long after `start`; a day that a month lacks becomes its last.

        Raises OverflowError beyond the year 9999.
        """
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        if year > 9999:
            raise OverflowError("beyond the year 9999")
        day = min(start.day, monthrange(year, month + 1)[1])
        moved = start.replace(year=year, month=month + 1, day=day)
        return moved + timedelta(days=self.days, seconds=self.seconds)


@dataclass(frozen=True)
class Timer:
    """A parsed timer.

    A duration has either `business_days` or `duration`. A cycle has one of them too, as the time
    between two rings, and `repetitions` (None: for as long as the step waits). `at` is the moment of a
    date timer, or the first ring of a cycle that names one; without a zone in the text, UTC.
    """

    text: str
    kind: Literal["duration", "date", "cycle"]
    business_days: int | None = None
    duration: Duration | None = None
    at: datetime | None = None
    repetitions: int | None = None


def parse_timer(text: str) -> Timer:
    """Read a timer, or raise TimerError in words for a policy owner."""
    text = text.strip()
    if not text:
        raise TimerError(f"The timer is empty. {ALLOWED}")
    if len(text) > MAXIMUM_LENGTH:
        raise TimerError(f"The timer is longer than {MAXIMUM_LENGTH} characters. {ALLOWED}")
    if text.startswith("R"):
        return _cycle(text)
    if text.startswith("P"):
        business_days, duration = _length(text, text)
        return Timer(text, "duration", business_days, duration)
    return Timer(text, "date", at=_moment(text, text))


def _cycle(text: str) -> Timer:
    match = _CYCLE.fullmatch(text)
    if match is None:
        raise TimerError(f'"{text}" is not a repetition. {ALLOWED}')
    times, first, length = match.groups()
    if times and int(times) == 0:
        raise TimerError(f'"{text}" never rings; repeat at least once. {ALLOWED}')
    business_days, duration = _length(length, text)
    at = _moment(first, text) if first else None
    return Timer(text, "cycle", business_days, duration, at, int(times) if times else None)


def _length(text: str, whole: str) -> tuple[int | None, Duration | None]:
    if match := _BUSINESS_DAYS.fullmatch(text):
        if int(match[1]) == 0:
            raise TimerError(f'"{whole}" is no time at all. {ALLOWED}')
        return int(match[1]), None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise TimerError(f'"{whole}" is not a length of time. {ALLOWED}')
    part = {name: int(value or 0) for name, value in match.groupdict().items()}
    duration = Duration(
        months=part["years"] * 12 + part["months"],
        days=part["weeks"] * 7 + part["days"],
        seconds=part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"],
    )
    _check(duration, whole)
    return None, duration


def _check(duration: Duration, whole: str) -> None:
    if duration == Duration():
        raise TimerError(f'"{whole}" is no time at all. {ALLOWED}')
    days = duration.months * 31 + duration.days + duration.seconds // 86_400
    if days > 366 * 100:
        raise TimerError(f'"{whole}" is longer than a hundred years. {ALLOWED}')


def _moment(text: str, whole: str) -> datetime:
    if not _DATE.fullmatch(text):
        raise TimerError(f'"{whole}" is not a date or a length of time. {ALLOWED}')
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise TimerError(f'"{whole}" is not a date in the calendar. {ALLOWED}') from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
