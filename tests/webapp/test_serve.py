"""From nothing to a sign-in: what happens before the first page is served."""

import threading
from dataclasses import replace
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT, Config
from models.cases import DiagramVersion
from models.database import db, transaction
from models.people import Person
from models.trust import Job
from tests import city
from webapp import create_app, serve
from webapp.handlers import handlers
from webapp.prepare import prepare
from workflows import publication
from workflows.migrating.bulk import MIGRATE_JOB
from workflows.moves import DEADLINE_JOB
from workflows.people_check import CHECK_JOB
from workflows.policy_recheck import CASES_JOB, DIAGRAM_JOB
from workflows.policy_versions import RECHECK_JOB
from workflows.publication.editing_together import CHECK_JOB as CHECK_DRAFT_JOB
from workflows.publication.taking_effect import EFFECT_JOB


def said_by(app: Flask) -> str:
    out = StringIO()
    prepare(app, out, address="http://127.0.0.1:8000", history=False)
    return out.getvalue()


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_demo_loads_its_city_once_and_says_how_to_sign_in(app: Flask) -> None:
    first = said_by(app)
    assert "http://127.0.0.1:8000" in first
    assert "tobin.ashgrove@northwater.example" in first
    before = count(Person), count(DiagramVersion)
    assert said_by(app) == first
    assert (count(Person), count(DiagramVersion)) == before


def test_a_demo_says_why_it_does_not_load_into_a_citys_database(app: Flask) -> None:
    with transaction() as session:
        city.cast(session)
    people = count(Person)
    assert "demo" in said_by(app)
    assert count(Person) == people


def test_a_city_is_told_how_to_make_its_first_administrator(sqlite_url: str) -> None:
    app = create_app(Config(database_url=sqlite_url, secret_key="a secret for tests"))
    with app.app_context():
        assert "flask --app webapp people add-admin" in said_by(app)
        assert count(DiagramVersion) == len(publication.shipped(ROOT / "bpmn"))
        with transaction() as session:
            city.cast(session)
        assert "add-admin" not in said_by(app)
        db.session.remove()
        db.engine.dispose()


def test_the_worker_beside_the_server_does_what_is_due(app: Flask, now: datetime) -> None:
    """A deadline of a case that is gone is dropped: that shows that the worker was there."""
    with transaction() as session:
        session.add(
            Job(kind=DEADLINE_JOB, key="gone", payload={"token": "x"}, run_at=now, attempts=0)
        )
    of_the_policy = {RECHECK_JOB, DIAGRAM_JOB, CASES_JOB}
    of_diagrams = {EFFECT_JOB, CHECK_DRAFT_JOB, MIGRATE_JOB}
    assert set(handlers()) == {DEADLINE_JOB, CHECK_JOB} | of_diagrams | of_the_policy
    stop = threading.Event()
    worker = threading.Thread(target=serve.work, args=(app, stop))
    worker.start()
    for _ in range(100):
        if not count(Job):
            break
        stop.wait(0.1)
    stop.set()
    worker.join(10)
    assert count(Job) == 0
    assert not worker.is_alive()


def test_a_setting_that_is_wrong_stops_the_start_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEMO", "perhaps")
    assert serve.main() == 2
    assert capsys.readouterr().err == "DEMO is 'perhaps'; set it to yes or no.\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"holidays": "XX-YY"}, "HOLIDAYS: 'XX-YY' has no known holidays"),
        ({"policy_dir": ROOT / "nowhere"}, "acts.toml: The file is missing or cannot be read."),
        ({"database_url": "sqlite:////nowhere/siteward.db"}, "the database cannot be used."),
    ],
)
def test_what_only_the_start_finds_stops_it_in_words(
    sqlite_url: str, capfd: pytest.CaptureFixture[str], wrong: dict[str, Any], said: str
) -> None:
    config = Config(database_url=sqlite_url, secret_key="a secret for tests")
    assert serve.prepare_apart(replace(config, **wrong)) == 1
    err = capfd.readouterr().err
    assert said in err
    assert "Traceback" not in err
