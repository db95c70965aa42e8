"""When things happened in the demo city, counted back from the moment of loading."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from workflows.business_time import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Timeline:
    """Days and times in the city, as seen from `now`."""

    calendar: Calendar
    now: datetime
    # The business days up to today, newest first, as far back as somebody has asked.
    _days: list[date] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    def day(self, from_today: int) -> date:
        """Give the day so many days after today, before it when negative."""
        return self.today + from_today * _DAY

    def moment(self, ago: int, at: time) -> datetime:
        """Give the local time on the business day after which `ago` business days have passed."""
        day = self.business_day(ago)
        return datetime.combine(day, at, self.calendar.time_zone).astimezone(UTC)

    def business_day(self, ago: int) -> date:
        """Give the business day after which `ago` business days have passed.

        Today counts as passed when it is one: of 6, a deadline of 5 business days is over.
        """
        while len(self._days) <= ago:
            day = self._days[-1] - _DAY if self._days else self.today
            while not self.calendar.is_business_day(day):
                day -= _DAY
            self._days.append(day)
        return self._days[ago]

    def local(self, ago: int, at: time) -> str:
        """Give the same moment as a form stores it: ISO text in the city's time zone."""
        return self.moment(ago, at).astimezone(self.calendar.time_zone).isoformat()
