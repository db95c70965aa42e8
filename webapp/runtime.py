"""The policy and the calendar that this installation runs by."""

from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from config import Config
from models.database import db
from webapp import clock
from workflows import policy_versions
from workflows.business_time import open_calendar
from workflows.library import Library
from workflows.policy.pack import Pack, PolicyPackError, load
from workflows.runtime import Runtime

# A closed day that an administrator enters, and a policy that is taken up, count everywhere
# within this time.
KEPT = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    """Read the city's policy pack.

    One with mistakes is not taken up: the city goes on with the policy that was in force last. Where
    there is none yet, the start stops and lists them all.
    """
    settings: Config = app.config["SITEWARD"]
    try:
        app.extensions["siteward.pack"] = load(settings.policy_dir / "policy")
    except PolicyPackError as error:
        with app.app_context():
            recorded = _last_recorded()
        if recorded is None:
            raise
        app.logger.error("The policy pack has mistakes, the last one stays in force.\n%s", error)  # noqa: TRY400 (its text says all)
        app.extensions["siteward.pack"] = recorded


def _last_recorded() -> Pack | None:
    try:
        return policy_versions.last_recorded(db.session())
    except DBAPIError:
        return None  # the database has no schema yet
    finally:
        db.session.remove()
        db.engine.dispose()


def runtime() -> Runtime:
    """What every use case needs beside the database."""
    kept: tuple[datetime, Runtime] | None = current_app.extensions.get("siteward")
    now = clock.now()
    if kept and abs(now - kept[0]) < KEPT:
        return kept[1]
    settings: Config = current_app.config["SITEWARD"]
    session = db.session()
    calendar = open_calendar(session, time_zone=settings.time_zone, holidays=settings.holidays)
    pack = policy_versions.in_force(session, kept[1].pack if kept else folder_pack())
    # The library of parsed diagrams lives as long as the process.
    current = Runtime(pack, calendar, kept[1].library if kept else Library())
    current_app.extensions["siteward"] = (now, current)
    return current


def renew() -> Runtime:
    """Look again at once, after a policy was taken up here."""
    kept: tuple[datetime, Runtime] | None = current_app.extensions.get("siteward")
    if kept:
        current_app.extensions["siteward"] = (kept[0] - 2 * KEPT, kept[1])
    return runtime()


def pack() -> Pack:
    """The policy in force."""
    return runtime().pack


def folder_pack() -> Pack:
    """The policy of the city's folder, taken up or not; no database is asked for it."""
    found: Pack = current_app.extensions["siteward.pack"]
    return found


def settings() -> Config:
    """The settings of this installation."""
    found: Config = current_app.config["SITEWARD"]
    return found
