"""Words that the refusals and notices about publishing share."""

from datetime import datetime

from models.people import Person
from workflows.business_time import Calendar


def on_day(moment: datetime, calendar: Calendar) -> str:
    """Say a day of the city: on 24 November 2026."""
    day = calendar.day_of(moment)
    return f"on {day.day} {day:%B %Y}"


def at_moment(moment: datetime, calendar: Calendar) -> str:
    """Say a moment of the city: on 24 November 2026 at 10:42."""
    return f"{on_day(moment, calendar)} at {moment.astimezone(calendar.time_zone):%H:%M}"


def name_of(person: Person | None) -> str:
    """Name whoever did it; what was shipped with the policy pack, nobody did."""
    return person.name if person else "the policy pack"
