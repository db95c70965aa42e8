"""The policy pack and the calendar that this installation runs by."""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask, current_app

from config import Config
from models.database import db
from webapp import clock
from workflows.business_time import open_calendar
from workflows.library import Library
from workflows.policy.pack import Pack, load
from workflows.runtime import Runtime

# A closed day that an administrator enters counts everywhere within this time.
CALENDAR_KEPT = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    """Read the city's policy pack; a pack with mistakes stops the start and lists them all."""
    settings: Config = app.config["SITEWARD"]
    app.extensions["siteward.pack"] = load(settings.policy_dir / "policy")


def runtime() -> Runtime:
    """What every use case needs beside the database."""
    kept: tuple[datetime, Runtime] | None = current_app.extensions.get("siteward")
    now = clock.now()
    if kept and abs(now - kept[0]) < CALENDAR_KEPT:
        return kept[1]
    settings: Config = current_app.config["SITEWARD"]
    calendar = open_calendar(db.session(), time_zone=settings.time_zone, holidays=settings.holidays)
    # The library of parsed diagrams lives as long as the process.
    current = replace(kept[1], calendar=calendar) if kept else Runtime(pack(), calendar, Library())
    current_app.extensions["siteward"] = (now, current)
    return current


def pack() -> Pack:
    """The policy in force."""
    found: Pack = current_app.extensions["siteward.pack"]
    return found


def settings() -> Config:
    """The settings of this installation."""
    found: Config = current_app.config["SITEWARD"]
    return found
