"""Every error is a page that says what happened and what to do next."""

import logging
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
from flask import Flask, abort, redirect
from jinja2 import DictLoader
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from models.database import db, transaction
from tests import city
from tests.webapp.door import password_hash, sign_in
from workflows import jobs
from workflows.errors import ConflictError, NotFoundError, PolicyError, RefusedError

pytestmark = pytest.mark.usefixtures("clock_stands")


@dataclass(frozen=True)
class Stop:
    """A rule in the way, as the guard reports it."""

    rule: str = "K02"
    text: str = "The site cannot be launched before Communications has approved it."
    clauses: tuple[str, ...] = ("GC-2", "CO-2")


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], None]:
    """Make the sign-in page raise this, as deep code would."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail(error: Exception) -> None:
        def view() -> NoReturn:
            raise error

        app.view_functions["signing_in.login"] = view

    return fail


@pytest.mark.parametrize("error", [NotFoundError, ConflictError, PolicyError])
def test_what_the_policy_does_not_allow_is_said_in_its_words(
    app: Flask, failing: Callable[[Exception], None], error: type[PolicyError]
) -> None:
    failing(error("Chen Wu completed it at 10:42. Reload the page."))
    response = app.test_client().get("/login")
    assert response.status_code == error.status
    assert "Chen Wu completed it at 10:42. Reload the page." in response.text
    assert f"<h1>{error.title}</h1>" in response.text


def test_a_refusal_names_its_rules_and_clauses(
    app: Flask, failing: Callable[[Exception], None]
) -> None:
    failing(RefusedError([Stop()]))
    response = app.test_client().get("/login")
    assert response.status_code == 409
    assert Stop.text in response.text
    assert "K02" in response.text
    assert "GC-2, CO-2" in response.text


def test_what_does_not_exist_has_a_way_on(app: Flask) -> None:
    response = app.test_client().get("/nothing-here")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text


def test_a_wrong_method_says_which_are_right(app: Flask) -> None:
    response = app.test_client().delete("/login")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("method", ["PUT", "TRACE", "DELETE", "PATCH"])
def test_a_wrong_method_is_told_from_an_address_that_is_not_there(app: Flask, method: str) -> None:
    client = app.test_client()
    for known in ("/", "/tasks", "/tasks/", "/tasks/1", "/admin", "/healthz"):
        response = client.open(known, method=method)
        assert response.status_code == 405, known
        assert "GET" in response.headers["Allow"]
        assert "Not in this way" in response.text
    for unknown in ("/nothing-here", "/tasks/one"):
        assert client.open(unknown, method=method).status_code == 404, unknown


@pytest.mark.parametrize("code", [400, 403, 409, 413, 415, 418, 422, 429, 503])
def test_every_status_has_a_page(app: Flask, code: int) -> None:
    app.view_functions["signing_in.login"] = lambda: abort(code)
    response = app.test_client().get("/login")
    assert response.status_code == code
    assert re.search(r"<h1>[^<]{8,}</h1>", response.text)


def test_a_mistake_of_ours_gives_a_reference_that_the_log_has(
    app: Flask, failing: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    failing(ValueError("Rosa's secret"))
    with caplog.at_level(logging.ERROR):
        response = app.test_client().get("/login")
    assert response.status_code == 500
    found = re.search(r"<code>([0-9a-f]{8})</code>", response.text)
    assert found
    assert found[1] in caplog.text
    assert "Rosa's secret" not in response.text


@pytest.mark.parametrize("said", ["database is locked", "database or disk is full"])
def test_a_database_that_cannot_write_now_asks_to_come_back(
    app: Flask, failing: Callable[[Exception], None], said: str
) -> None:
    failing(OperationalError("INSERT", {}, sqlite3.OperationalError(said)))
    response = app.test_client().get("/login")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "Nothing is lost" in response.text


def test_a_wrong_statement_is_a_mistake_of_ours(
    app: Flask, failing: Callable[[Exception], None]
) -> None:
    failing(OperationalError("SELECT", {}, sqlite3.OperationalError("no such column: x")))
    assert app.test_client().get("/login").status_code == 500


def test_without_a_database_there_is_still_a_page(app: Flask) -> None:
    db.session.execute(text("DROP TABLE user_session"))
    db.session.commit()
    client = app.test_client()
    client.set_cookie("siteward_sign_in", "a token")
    response = client.get("/password")
    assert response.status_code == 503
    assert "Back in a moment" in response.text


def test_programs_get_json(app: Flask, failing: Callable[[Exception], None]) -> None:
    failing(RefusedError([Stop()]))
    response = app.test_client().get("/login", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert response.json is not None
    assert response.json["refusals"][0][0] == "K02"


def test_a_fragment_that_fails_takes_the_place_of_the_page(
    app: Flask, failing: Callable[[Exception], None]
) -> None:
    failing(ConflictError("Somebody was faster."))
    response = app.test_client().get("/login", headers={"HX-Request": "true"})
    assert response.headers["HX-Retarget"] == "#main"
    assert 'id="main"' in response.text


def test_health_says_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_a_database_without_its_schema_is_not_ready(app: Flask) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    db.session.commit()
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert "db upgrade" in response.text


def test_a_product_whose_worker_has_died_is_not_ready(app: Flask, now: datetime) -> None:
    app.config["NOW"] = now
    jobs.beat(now=now - jobs.MISSED_AFTER)
    assert app.test_client().get("/readyz").status_code == 200
    app.config["NOW"] = now + timedelta(seconds=1)
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert "No worker has been at work" in response.get_json()["why"]
    assert app.test_client().get("/healthz").status_code == 200


def test_a_page_whose_frame_is_broken_still_says_what_happened(
    app: Flask, failing: Callable[[Exception], None]
) -> None:
    failing(ConflictError("Somebody was faster."))
    app.jinja_env.globals["may"] = None
    app.jinja_loader = DictLoader({})
    app.jinja_env.loader = DictLoader({})
    response = app.test_client().get("/login")
    assert response.status_code == 409
    assert "Somebody was faster." in response.text


def test_readers_come_in_while_nothing_can_be_written(app: Flask, now: datetime) -> None:
    with transaction() as session:
        unit = city.unit(session, "PRK")
        city.person(session, "Rosa", "Valdez", unit, password_hash=password_hash())
    client = app.test_client()
    sign_in(client, "rosa.valdez@northwater.example")
    app.config["NOW"] = now + timedelta(minutes=5)
    # Ours waits a moment for the only write lock, not its 15 seconds.
    event.listen(db.engine, "connect", _impatient)
    db.session.remove()
    db.engine.dispose()
    with closing(sqlite3.connect(db.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.get("/password").status_code == 200


def test_a_broken_connection_is_a_503_on_postgresql_too(
    app: Flask, failing: Callable[[Exception], None]
) -> None:
    failing(OperationalError("SELECT", {}, ConnectionError("the server went away")))
    assert app.test_client().get("/login").status_code == 503


def test_a_request_that_cannot_be_read_has_a_page(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    response = app.test_client().post("/login", data={"email": "x" * 100})
    assert response.status_code == 413
    assert "That is too large" in response.text


def test_a_redirect_is_not_an_error(app: Flask) -> None:
    app.view_functions["signing_in.login"] = lambda: abort(redirect("/elsewhere"))
    response = app.test_client().get("/login")
    assert response.status_code == 302
    assert response.location == "/elsewhere"


def _impatient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 50")
