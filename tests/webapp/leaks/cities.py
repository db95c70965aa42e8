"""Two cities that differ in their confidential cases alone: one has them, its twin has none.

What somebody without a part in them sees must be the same in both.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from config import Config
from models.database import db
from tests.webapp.door import Browser
from tests.webapp.leaks import crowd
from tests.webapp.leaks.crowd import Crowd
from tests.webapp.leaks.secrets_told import Secret, Teller
from tests.workflows import walking
from webapp import create_app
from webapp.permissions import CAPABILITIES
from workflows import absences, break_glass, roles
from workflows.absences import Away
from workflows.break_glass import Answered, Asked

GLASS = CAPABILITIES["cases.break-glass"]
# The cases that somebody asked to read without a part in them.
GLASS_OVER = ("found", "stopped", "pending")


@dataclass(frozen=True)
class Twins:
    """The city with confidential cases, its twin without, and the people who live in both."""

    real: Flask
    twin: Flask
    crowd: Crowd
    walks: dict[str, Secret]

    def label(self, key: str) -> str:
        """The number of a case."""
        return f"C-{list(self.walks).index(key) + 1:02d}"

    def copied(self, folder: Path, now: datetime) -> "Twins":
        """Both cities once more, for a test that changes something in them."""
        apps = []
        for name, app in (("real", self.real), ("twin", self.twin)):
            with app.app_context():
                crowd.rest()
                db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                crowd.rest()
                source = Path(str(db.engine.url.database))
            shutil.copy(source, folder / f"{name}.db")
            apps.append(open_city(f"sqlite:///{folder}/{name}.db", now))
        return replace(self, real=apps[0], twin=apps[1])

    def close(self) -> None:
        """Close the databases."""
        for app in (self.real, self.twin):
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def build(template: Path, folder: Path, now: datetime) -> Twins:
    """Settle the city, copy it, and let one of the two have confidential cases."""
    real_path, twin_path = folder / "real.db", folder / "twin.db"
    shutil.copy(template, real_path)
    real = open_city(f"sqlite:///{real_path}", now)
    with real.app_context():
        people = crowd.settle(now)
        walking.launched(people.town, now=now)
        walking.forwarded(people.town, now=now)
        crowd.rest()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        crowd.rest()
        db.engine.dispose()
    shutil.copy(real_path, twin_path)
    twin = open_city(f"sqlite:///{twin_path}", now)
    with real.app_context():
        walks = Teller(people, now).tell()
        labels = [walk.case.label for walk in walks.values()]
        assert labels == [f"C-{number:02d}" for number in range(1, len(labels) + 1)]
        _afterwards(people, list(walks), now)
    with twin.app_context():
        _afterwards(people, list(walks), now)
    return Twins(real, twin, people, walks)


def open_city(url: str, now: datetime) -> Flask:
    """The application on the database of a city, after everything that happened there."""
    app = create_app(Config(database_url=url, secret_key="a secret for tests"))
    app.config.update(TESTING=True, NOW=now + crowd.AT_DESKS, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app


def _afterwards(people: Crowd, keys: list[str], now: datetime) -> None:
    """What is done in both cities alike: asked of numbers that only one of them knows."""
    crowd.rest()
    who, town = people.others, people.town
    now += timedelta(hours=1)
    by = people.of["sysadmin", "stranger"]
    for name in ("role_ended", "worked"):
        grant = crowd.role_of(db.session(), who[name], "hr_investigator")
        crowd.rest()
        roles.end_grant(town.runtime, grant, by=by, now=now)
    day = now.date()
    # The last of them is away with nobody in the place of whom they stand in for.
    for name, instead, process in (
        ("absent", "substitute", None),
        ("absent_elsewhere", "substitute_elsewhere", "create-site"),
        ("substitute_elsewhere", "filer", None),
    ):
        away = Away(
            person_id=who[name],
            substitute_id=who[instead],
            starts_on=day,
            ends_on=day + timedelta(days=3),
            process=process,
        )
        absences.enter(town.runtime, away, by=who[name], now=now)
    glass = {key: f"C-{keys.index(key) + 1:02d}" for key in GLASS_OVER}
    _ask(people, "broke_glass", glass["found"], timedelta(hours=24), now)
    _ask(people, "glass_over", glass["found"], timedelta(minutes=1), now)
    _ask(people, "glass_asked", glass["found"], None, now)
    _ask(people, "glass_excluded", glass["stopped"], timedelta(hours=24), now)
    _ask(people, "glass_worker", glass["pending"], timedelta(hours=24), now)
    crowd.rest()


def _ask(people: Crowd, name: str, number: str, lasts: timedelta | None, now: datetime) -> None:
    """Let somebody ask to break the glass; without `lasts` nobody answers."""
    who, runtime = people.others, people.town.runtime
    asked = Asked(number, "It must be seen.", who["glass_second"])
    row = break_glass.ask(runtime, asked, holders=GLASS, by=who[name], now=now)
    if lasts is not None:
        word = Answered(granted=True, words="Yes.", lasts=lasts)
        break_glass.answer(runtime, row.id, word, by=who["glass_second"], now=now)
