"""How pages speak: dates, durations, people and counts in words, on the city's clock."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from webapp import form_markup
from webapp.bundle import asset_url

_ISO_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<business>\d+)BD)?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?"
    r"(?:(?P<days>\d+)D)?(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")


@dataclass(frozen=True)
class CityClock:
    """The city's time zone, and what time it is now (aware, UTC)."""

    zone: ZoneInfo
    now: Callable[[], datetime]

    def local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone; store and pass aware datetimes.")
        return moment.astimezone(self.zone)

    def day_of(self, moment: date) -> date:
        return self.local(moment).date() if isinstance(moment, datetime) else moment

    def today(self) -> date:
        return self.local(self.now()).date()

    def day(self, moment: date | None) -> str:
        """Tuesday 24 November; the year is named where it is not this one."""
        if moment is None:
            return ""
        return _day_in_words(self.day_of(moment), self.today())

    def time(self, moment: datetime | None) -> str:
        return f"{self.local(moment):%H:%M}" if moment else ""

    def moment(self, moment: datetime | None) -> str:
        """Tuesday 24 November at 10:42; only the hour where it is today."""
        if moment is None:
            return ""
        if self.day_of(moment) == self.today():
            return f"today at {self.time(moment)}"
        return f"{self.day(moment)} at {self.time(moment)}"

    def distance(self, moment: date) -> str:
        """In 2 days, tomorrow, today, yesterday, 3 days ago: by calendar days of the city."""
        return _days_apart(self.day_of(moment), self.today())

    def ago(self, moment: date | None) -> str:
        """5 minutes ago within the last hour, then the hour of today, then days."""
        if moment is None:
            return ""
        if isinstance(moment, datetime):
            minutes = int((self.now() - moment).total_seconds() // 60)
            if 0 <= minutes < 1:
                return "just now"
            if 1 <= minutes < 60:
                return f"{plural(minutes, 'minute')} ago"
            if self.day_of(moment) == self.today():
                return f"today at {self.time(moment)}"
        return self.distance(moment)

    def is_past(self, moment: date) -> bool:
        if isinstance(moment, datetime):
            return self.local(moment) < self.now()
        return moment < self.today()

    def due(self, moment: date | None) -> str:
        """Due Tuesday 24 November (in 2 days); was due Friday 20 November (2 days ago)."""
        if moment is None:
            return "no due date"
        verb = "was due" if self.is_past(moment) else "due"
        the_day, today = self.day_of(moment), self.today()
        if the_day == today:
            at = f" at {self.time(moment)}" if isinstance(moment, datetime) else ""
            return f"{verb} today{at}"
        return f"{verb} {_day_in_words(the_day, today)} ({_days_apart(the_day, today)})"


# A list names the same few days again and again.
@lru_cache(maxsize=1024)
def _day_in_words(day: date, today: date) -> str:
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%A} {day.day} {day:%B}{year}"


@lru_cache(maxsize=1024)
def _days_apart(day: date, today: date) -> str:
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """A count with its noun: no tasks, 1 task, 1,200 tasks."""
    if count == 1:
        return f"1 {noun}"
    many = nouns or _plural_of(noun)
    return f"{count:,} {many}" if count else f"no {many}"


def _plural_of(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|ch|sh)$", noun) else f"{noun}s"


def duration(length: timedelta | str | None) -> str:
    """5 working days, 2 weeks, 1 day 4 hours; from a timedelta or ISO 8601 text (P5BD = working days).

    A text that is neither is given back as it stands: it may hold the city's own words.
    """
    if length is None:
        return ""
    if isinstance(length, timedelta):
        return _in_words(_parts_of(length))
    match = _ISO_DURATION.fullmatch(length.strip())
    if match is None:
        return length
    parts = {name: int(number) for name, number in match.groupdict().items() if number}
    return _in_words(parts)


def _parts_of(length: timedelta) -> dict[str, int]:
    seconds = int(abs(length.total_seconds()))
    parts = {
        "days": seconds // 86_400,
        "hours": seconds % 86_400 // 3_600,
        "minutes": seconds % 3_600 // 60,
    }
    return parts if any(parts.values()) else {"seconds": seconds % 60}


def _in_words(parts: dict[str, int]) -> str:
    words = [plural(parts["business"], "working day")] if parts.get("business") else []
    words += [plural(parts[unit], unit[:-1]) for unit in _UNITS if parts.get(unit)]
    # Two units say enough: nobody plans by "3 days 4 hours 17 minutes".
    return " ".join(words[:2]) or "no time"


def person(someone: object) -> str:
    """A person by name and unit: Rosa Marin, Parks."""
    if someone is None:
        return "nobody"
    if isinstance(someone, str):
        return someone
    name = str(getattr(someone, "name", someone))
    unit = getattr(someone, "unit", None)
    unit_name = getattr(unit, "name", unit)
    return f"{name}, {unit_name}" if unit_name else name


def people(everyone: Iterable[object]) -> str:
    """People as a sentence has them: A, B and C; nobody when there are none."""
    names = [person(someone) for someone in everyone]
    if not names:
        return "nobody"
    # A name holds a comma already (its unit), so longer lists need a stronger one.
    return " and ".join(["; ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def page_numbers(page: int, pages: int) -> list[int | None]:
    """The page numbers to link: first, last and those around this one; None stands for a gap."""
    wanted = sorted(n for n in {1, page - 1, page, page + 1, pages} if 1 <= n <= pages)
    numbers: list[int | None] = []
    for number in wanted:
        previous = numbers[-1] if numbers else 0
        if previous is not None and number - previous == 2:
            numbers.append(number - 1)
        elif previous is not None and number - previous > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers


def url_here(**changes: object) -> str:
    """This page's address with its query changed; a key set to None is dropped."""
    query = MultiDict(request.args)
    for key, value in changes.items():
        query.poplist(key)
        if value is not None:
            query[key] = str(value)
    arguments: dict[str, list[str]] = {key: query.getlist(key) for key in query}
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **{**(request.view_args or {}), **arguments})


def _script(name: str) -> Markup:
    return Markup('<script type="module" src="{}"></script>').format(asset_url(name))


def _stylesheet(name: str) -> Markup:
    return Markup('<link rel="stylesheet" href="{}">').format(asset_url(name))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def install(
    app: Flask,
    *,
    zone: ZoneInfo,
    now: Callable[[], datetime] | None = None,
) -> None:
    """Give the app's templates their filters and globals; times are shown in the city's zone."""
    clock = CityClock(zone, now or _utc_now)
    app.jinja_env.filters.update(
        day=clock.day,
        day_of=clock.day_of,
        time=clock.time,
        moment=clock.moment,
        ago=clock.ago,
        due=clock.due,
        is_past=clock.is_past,
        distance=clock.distance,
        duration=duration,
        person=person,
        people=people,
        plural=plural,
        page_numbers=page_numbers,
        **form_markup.FILTERS,
    )
    app.jinja_env.globals.update(
        asset=asset_url, script=_script, stylesheet=_stylesheet, url_here=url_here
    )


def render_bare(app: Flask, template: str, **context: object) -> str:
    """Render without context processors, so without the database: for the 500 and 503 pages."""
    return app.jinja_env.get_template(template).render(**context)
