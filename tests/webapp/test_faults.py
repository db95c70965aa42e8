"""Disks run full, locks stay taken, servers are killed: people are told, and nothing is half done."""

import errno
import http.client
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from sqlalchemy import event, select

from models.cases import Task
from models.database import db
from tests.webapp import desk
from tests.webapp.desk import Desk, as_typed
from tests.webapp.door import sign_in
from tests.webapp.served import Client, served
from tests.workflows import walking
from workflows import jobs, tasks

CLIENTS = 20
DAN = "dan.okafor@northwater.example"
READING = ("/tasks", "/cases", "/sites", "/register", "/notices", "/healthz")


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


@contextmanager
def full_disk() -> Generator[None]:
    """Let the database grow by nothing, as on a disk without space."""

    def bound(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite keeps the pages that are there

    _connect_anew()
    with closing(sqlite3.connect(db.engine.url.database or "", isolation_level=None)) as ours:
        ours.execute("VACUUM")  # no page is left over from rows that were deleted
    with _connecting(bound):
        yield


@contextmanager
def taken_lock(database: str) -> Generator[None]:
    """Hold the only write lock of SQLite; the product waits a moment for it, not 15 seconds."""

    def impatient(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    with (
        closing(sqlite3.connect(database, isolation_level=None)) as other,
        _connecting(impatient),
    ):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _connecting(listener: Callable[[Any, object], None]) -> Generator[None]:
    event.listen(db.engine, "connect", listener)
    _connect_anew()
    try:
        yield
    finally:
        event.remove(db.engine, "connect", listener)
        _connect_anew()


def _connect_anew() -> None:
    db.session.remove()
    db.engine.dispose()


def test_on_a_full_disk_people_read_on_and_are_told_to_come_back(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now).do("SubmitRequest")
    dan = town.town.people.dan
    town.browser(dan)
    task = walk.task("ForwardRequest").id
    before = walking.everything(db.session())
    with full_disk():
        remark = {"text": "a remark of some length " * 160}
        refused = town.post(dan, f"/tasks/{task}/comments", **remark)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert "Nothing is lost" in refused.text
        assert town.browser(dan).get("/readyz").status_code == 200
        for address in (*READING, f"/tasks/{task}", f"/cases/{walk.case.number}"):
            assert town.browser(dan).get(address).status_code == 200, address
    assert walking.everything(db.session()) == before
    assert town.post(dan, f"/tasks/{task}/comments", **remark).status_code == 303
    assert town.complete(walk, "ForwardRequest").status_code == 303
    walking.assert_whole(db.session())


def test_on_a_full_disk_nobody_new_is_let_in_half_way(town: Desk) -> None:
    email = "rosa.valdez@northwater.example"
    client = town.app.test_client()
    with full_disk():
        page = client.get("/login")
        assert page.status_code == 200
        for _ in range(40):  # until the pages that have space are used up
            given = sign_in(client, email)
            if given.status_code == 503:
                break
            client.delete_cookie("siteward_sign_in")
        assert given.status_code == 503
        assert "Set-Cookie" not in given.headers
    assert sign_in(client, email).status_code == 303


def test_a_document_that_finds_no_space_on_its_way_in_is_asked_for_again(town: Desk) -> None:
    def no_space() -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    town.app.config["PROPAGATE_EXCEPTIONS"] = False
    town.app.view_functions["signing_in.login"] = no_space
    assert town.app.test_client().get("/login").status_code == 503


def test_while_another_program_holds_the_lock_people_read_on(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now).do("SubmitRequest")
    dan = town.town.people.dan
    town.browser(dan)
    task = walk.task("ForwardRequest").id
    with taken_lock(db.engine.url.database or ""):
        assert town.complete(walk, "ForwardRequest").status_code == 503
        assert town.post(dan, f"/tasks/{task}/draft", note="typed").status_code == 503
        for address in (*READING, f"/tasks/{task}"):
            assert town.browser(dan).get(address).status_code == 200, address
    assert walk.waits_for == {"ForwardRequest"}
    assert town.complete(walk, "ForwardRequest").status_code == 303


def test_a_database_that_is_away_is_not_ready_and_comes_back(town: Desk) -> None:
    path = Path(db.engine.url.database or "")
    client = town.app.test_client()
    db.session.remove()
    db.engine.dispose()
    away = path.rename(path.with_suffix(".away"))
    path.mkdir()  # a folder in its place: nothing can be opened, and nothing is made anew
    try:
        ready = client.get("/readyz")
        assert (ready.status_code, client.get("/healthz").status_code) == (503, 200)
        assert str(path) not in ready.text
        assert client.get("/register").status_code == 503
    finally:
        path.rmdir()
        away.rename(path)
    assert client.get("/readyz").status_code == 200
    assert client.get("/register").status_code == 200


def test_a_worker_outlives_whatever_goes_wrong_in_its_loop(
    app: Flask, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    told: list[datetime] = []

    def clock() -> datetime:
        if not told:
            told.append(now)
            msg = "The clock stumbled."
            raise RuntimeError(msg)
        stop.set()
        return now

    jobs.run_for_ever({}, poll=0.001, stop=stop, clock=clock)
    assert stop.is_set()
    assert "The clock stumbled." in caplog.text


def forwards(town: Desk, number: int) -> list[tuple[str, dict[str, str]]]:
    """So many requests that wait to be forwarded, each with its address and its form."""
    found = []
    for _ in range(number):
        walk = walking.start(town.town, now=town.now).do("SubmitRequest")
        task = walk.task("ForwardRequest")
        answers = walk.form(task, town.town.people.dan, {})
        sent = dict(as_typed(tasks.form_of(walk.diagrams, task), answers))
        found.append((f"/tasks/{task.id}/completion", sent))
    return found


def test_twenty_people_at_once_are_all_served_on_sqlite(town: Desk, tmp_path: Path) -> None:
    forms = forwards(town, 2 * CLIENTS)
    _connect_anew()
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    with served(url, tmp_path) as server, ThreadPoolExecutor(CLIENTS) as people:
        # One after the other: so many at once on one account would be taken for guessing.
        clients = [Client(server.port).sign_in(DAN) for _ in range(CLIENTS)]
        begin = threading.Barrier(CLIENTS)

        def work(number: int) -> list[int]:
            begin.wait()
            mine = forms[2 * number : 2 * number + 2]
            return [clients[number].post(address, sent).status for address, sent in mine]

        answers = [status for statuses in people.map(work, range(CLIENTS)) for status in statuses]
    assert answers == [303] * (2 * CLIENTS)
    walking.assert_whole(db.session())


def test_of_twenty_clicks_on_one_button_one_counts(town: Desk, tmp_path: Path) -> None:
    ((address, sent),) = forwards(town, 1)
    _connect_anew()
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    with served(url, tmp_path) as server, ThreadPoolExecutor(CLIENTS) as people:
        client = Client(server.port).sign_in(DAN)
        answers = list(people.map(lambda _: client.post(address, sent).status, range(CLIENTS)))
    assert sorted(answers) == [303] + [409] * (CLIENTS - 1)
    walking.assert_whole(db.session())


@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.long)])
def test_what_was_answered_before_the_server_was_killed_is_done(
    town: Desk, tmp_path: Path, kills: int
) -> None:
    for _ in range(kills):
        forms = forwards(town, 24)
        _connect_anew()
        answered = _send_until_killed(town, forms, tmp_path)
        walking.assert_whole(db.session())
        closed = select(Task.id).where(Task.completed_by_id == town.town.people.dan)
        assert answered <= set(db.session.scalars(closed))


def _send_until_killed(
    town: Desk, forms: list[tuple[str, dict[str, str]]], folder: Path
) -> set[int]:
    """Kill the server when a third of the forms has been answered; give the tasks of those."""
    answered: set[int] = set()
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    with served(url, folder) as server, ThreadPoolExecutor(4) as people:
        client = Client(server.port).sign_in(DAN)

        def send(form: tuple[str, dict[str, str]]) -> None:
            try:
                assert client.post(*form).status == 303
            except (OSError, http.client.HTTPException):
                return
            answered.add(int(form[0].split("/")[2]))

        sent = [people.submit(send, form) for form in forms]
        while len(answered) < len(forms) // 3:
            time.sleep(0.005)
        server.kill()
        for one in sent:
            one.result()
    return answered
