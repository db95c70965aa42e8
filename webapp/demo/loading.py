"""Loading the demo city into an empty database, once."""

import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import event, exists, select

from models.database import db, transaction
from models.people import Person
from models.trust import AuditRecord
from webapp.demo.draft import wait_for_review
from webapp.demo.history import stories
from webapp.demo.people import SETTLED, settle
from webapp.demo.register import register_sites
from webapp.demo.requests import play, told_in
from webapp.demo.timeline import Timeline
from webapp.runtime import settings
from workflows import audit, publication
from workflows.errors import ConflictError
from workflows.runtime import Runtime

CITY = Path(__file__).parent / "city.toml"
LOADED = "demo:loaded"

# The product came in so many business days ago: before the first request that is still open, or
# before the year of requests and complaints that have come to their end since.
CAME_IN = (20, time(9, 0))
CAME_IN_BEFORE_THE_YEAR = (262, time(9, 0))


class DemoRefusedError(ConflictError):
    """The demo city is not loaded over what somebody has entered."""

    title = "The demo city was not loaded"


def is_loaded() -> bool:
    """Say whether this database holds the demo city."""
    return _was_recorded(LOADED)


def load(runtime: Runtime, *, now: datetime, history: bool = True) -> bool:
    """Load the city of Northwater as it stands at `now`; say no when it is there already.

    `history`: with a year of requests that have come to their end, and with complaints.
    Takes an application context, whose policy pack has the diagrams. Raises DemoRefusedError where
    the database has people of its own, or a demo city whose loading was cut off.
    """
    if is_loaded():
        return False
    if _was_recorded(SETTLED):
        raise DemoRefusedError(
            "The demo city was not loaded: an earlier loading was cut off. Load it into an empty "
            "database, with another DATABASE_URL or without the old database file."
        )
    if db.session.scalar(select(exists(select(Person.id)))):
        raise DemoRefusedError(
            "The demo city was not loaded: this database has people already. Load it into an "
            "empty database, with another DATABASE_URL or without the old database file."
        )
    with _not_waiting_for_the_disk():
        _load(runtime, Timeline(runtime.calendar, now), history=history)
    return True


def _load(runtime: Runtime, timeline: Timeline, *, history: bool) -> None:
    came_in = timeline.moment(*(CAME_IN_BEFORE_THE_YEAR if history else CAME_IN))
    files = publication.shipped(settings().policy_dir)
    publication.publish_shipped(runtime, files, by=None, now=came_in)
    city = tomllib.loads(CITY.read_text(encoding="utf-8"))
    settled = settle(city, timeline, now=came_in)
    register_sites(city, settled, timeline, now=came_in)
    told = told_in("requests")
    if history:
        told += [*stories(), *told_in("complaints")]
    play(runtime, settled, timeline, told)
    wait_for_review(runtime, settled, timeline)
    with transaction() as session:
        audit.record(
            session,
            action=LOADED,
            subject="Northwater",
            actor=None,
            now=timeline.now,
            details={},
        )


@contextmanager
def _not_waiting_for_the_disk() -> Generator[None]:
    """Let SQLite not wait for the disk at each of thousands of commits.

    Where the machine fails meanwhile, the file is as useless as any loading that was cut off.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    db.session.remove()
    engine.dispose()  # the settings hold for connections that are opened from here on
    event.listen(engine, "connect", _trust_the_disk)
    try:
        yield
    finally:
        event.remove(engine, "connect", _trust_the_disk)
        db.session.remove()
        engine.dispose()


def _trust_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _was_recorded(action: str) -> bool:
    return bool(db.session.scalar(select(exists().where(AuditRecord.action == action))))
