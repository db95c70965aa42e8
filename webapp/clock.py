"""The one clock of the product: real time, or the time that a test or a rehearsal has set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from config import Config


def now() -> datetime:
    """Say what time it is (aware, UTC).

    `app.config["NOW"]` (aware datetime) stops the clock there; `app.config["CLOCK_OFFSET"]`
    (timedelta) moves it. Both are for tests and rehearsals and have no setting outside.
    """
    fixed: datetime | None = current_app.config.get("NOW")
    offset: timedelta = current_app.config.get("CLOCK_OFFSET", timedelta())
    return (fixed or datetime.now(UTC)) + offset


def zone() -> ZoneInfo:
    """The city's time zone."""
    settings: Config = current_app.config["SITEWARD"]
    return ZoneInfo(settings.time_zone)


def today() -> date:
    """The day in the city: roles begin and end by its midnight, not by London's."""
    return now().astimezone(zone()).date()
