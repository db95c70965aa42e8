"""Loading the demo city: whenever it is, once, and over nobody's data."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.cases import Task, TaskKind
from models.database import db, transaction
from models.people import Person
from models.trust import AuditRecord
from tests import city
from webapp.demo import DemoRefusedError, is_loaded, load
from webapp.runtime import runtime
from workflows import audit

WAITING = {"ForwardRequest", "DecideRequest", "AdviseLaw", "AdviseSecurity", "SetUpRetention"}


def waiting() -> list[Task]:
    return list(
        db.session.scalars(
            select(Task)
            .where(Task.closed_at.is_(None), Task.kind == TaskKind.USER)
            .options(joinedload(Task.case))
        )
    )


def count(model: Any) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), id="a Sunday"),
        pytest.param(datetime(2027, 1, 2, 5, 30, tzinfo=UTC), id="New Year's Day at night"),
        pytest.param(datetime(2027, 3, 16, 23, 59, tzinfo=UTC), id="after the clocks changed"),
    ],
)
def test_it_is_the_same_city_whenever_it_is_loaded(app: Flask, now: datetime) -> None:
    app.config["NOW"] = now
    assert load(runtime(), now=now, history=False)
    assert {task.element for task in waiting()} == WAITING
    late = [task.element for task in waiting() if task.is_overdue(now)]
    assert late == ["ForwardRequest"]
    assert db.session.scalars(select(func.max(AuditRecord.at))).one() == now


def test_it_loads_into_either_database(app_on_either: Flask, now: datetime) -> None:
    assert load(runtime(), now=now, history=False)
    assert {task.element for task in waiting()} == WAITING
    assert audit.verify(db.session()).is_intact


def test_a_second_load_changes_nothing(app: Flask, now: datetime) -> None:
    assert not is_loaded()
    app.test_cli_runner().invoke(args=["demo", "load", "--without-history"])
    before = (count(Person), count(Task), count(AuditRecord))
    again = app.test_cli_runner().invoke(args=["demo", "load", "--without-history"])
    assert (again.exit_code, "loaded already" in again.output) == (0, True)
    assert (count(Person), count(Task), count(AuditRecord)) == before


def test_a_database_with_people_of_its_own_is_left_alone(app: Flask, now: datetime) -> None:
    with transaction() as session:
        city.cast(session)
    with pytest.raises(DemoRefusedError, match="has people already"):
        load(runtime(), now=now)
    refused = app.test_cli_runner().invoke(args=["demo", "load", "--without-history"])
    assert refused.exit_code == 1
    assert "empty database" in refused.output
    assert count(Task) == 0


def test_a_loading_that_was_cut_off_is_said(app: Flask, now: datetime) -> None:
    with transaction() as session:
        audit.record(
            session, action="demo:settled", subject="Northwater", actor=None, now=now, details={}
        )
    with pytest.raises(DemoRefusedError, match="cut off"):
        load(runtime(), now=now)
