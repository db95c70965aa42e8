"""What is measured inside this product: statements, transactions, and a pass of the worker."""

import statistics
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from models.database import db
from models.schema import upgrade
from tests.bench import sqlite
from tests.bench.product import NOTE, PASSWORD, ROLES, STEPS
from tests.bench.siteward import PROCESS, Siteward, address_of
from tests.webapp import door
from tests.workflows import walking
from webapp import clock
from webapp.handlers import handlers
from workflows import jobs

# A step that writes one of these changes the register of sites.
REGISTER = ("INSERT INTO site", "INSERT INTO contract", "UPDATE site", "UPDATE contract")
VERBS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")


@dataclass(frozen=True)
class Statements:
    """Statements and write transactions of the costliest completion of each sort.

    `bench` is of the bench's diagram, `city` of the City's own steps that leave the register of
    sites as it is, `register` of those that change it.
    """

    bench: int
    city: int
    register: int
    write_transactions: int


@contextmanager
def _listening() -> Generator[list[str]]:
    """Collect every statement but the one that asks who is signed in."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM user_session" not in statement and statement != "BEGIN":
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def statements(product: Siteward, folder: Path) -> Statements:
    """Count the statements of completions, sent as forms to the pages."""
    with product.app() as app:
        app.test_client_class = door.Browser
        walk = _walk(app.test_client, product)
    writes = max(sum(statement == "BEGIN IMMEDIATE" for statement in sent) for sent in walk)
    # What the page asks before its use case begins is the same for every diagram.
    before = max(sent.index("BEGIN IMMEDIATE") for sent in walk)
    acts = _city_acts(folder)
    changing = [act for act in acts if any(line.startswith(REGISTER) for line in act)]
    others = [act for act in acts if act not in changing]
    return Statements(
        max(map(len, walk)) - writes,
        before + max(map(len, others)),
        before + max(map(len, changing)),
        writes,
    )


def _walk(client: Any, product: Siteward) -> list[list[str]]:
    """Let a case run to its end; give the statements of each completion."""
    people: dict[str, FlaskClient] = {role: client() for role in ROLES}
    for role, browser in people.items():
        door.sign_in(browser, address_of(role), PASSWORD)
    starter = people[STEPS[0].role]
    door.post(starter, f"/start/{PROCESS}")
    found = []
    for step in STEPS:
        browser = people[step.role]
        address = product.waiting(step)[-1]
        token = door.csrf_token(browser, browser.get(address).text)
        form = {"note": NOTE, "csrf_token": token, **step.answers}
        with _listening() as sent:
            answer = browser.post(f"{address}/completion", data=form)
        assert answer.status_code == 303, answer.text
        found.append(sent)
    return found


def _city_acts(folder: Path) -> list[list[str]]:
    """Walk a site through the City's own diagrams; give the statements inside each completion."""
    url = f"sqlite:///{folder / 'city.db'}"
    upgrade(url)
    with door.open_door(url, secure_cookies=False) as app, app.app_context():
        now = clock.now()
        with _listening() as sent:
            walking.launched(walking.settle(now), now=now)
    acts: list[list[str]] = [[]]
    for statement in sent:
        if statement == "BEGIN IMMEDIATE":
            acts.append([])
        elif not any("INTO audit_payload" in line for line in acts[-1]):  # the last of each act
            acts[-1].append(statement)
    return [
        [statement for statement in act if statement.startswith(VERBS)]
        for act in acts
        if any("UPDATE task SET closed_at" in statement for statement in act)
    ]


def pass_of_worker(product: Siteward, passes: int = 20) -> float:
    """Give the milliseconds of one pass of the worker while nothing is due: the median of some."""
    times = []
    with product.app():
        known = handlers()
        for _ in range(passes):
            began = time.perf_counter()
            tried = jobs.run_due(known, now=clock.now(), owner="bench")
            times.append((time.perf_counter() - began) * 1000)
            assert tried == 0
    return statistics.median(times)


def clone_open_cases(product: Siteward, count: int) -> None:
    """Fill up to that many open cases, each with its task and a deadline a month away."""
    database = product.database
    model, have = sqlite.ask(
        database, 'SELECT max(id), count(*) FROM "case" WHERE ended_at IS NULL'
    )[0]
    first = sqlite.ask(database, 'SELECT max(id), max(number) FROM "case"')[0]
    sqlite.clone(
        database, "case", f"id = {model}", count - have, {"id": first[0], "number": first[1]}
    )
    task = sqlite.ask(database, "SELECT max(id) FROM task")[0][0]
    sqlite.clone(
        database,
        "task",
        f"case_id = {model} AND closed_at IS NULL",
        count - have,
        {"id": task, "case_id": first[0]},
    )
    sqlite.run(
        database,
        "INSERT INTO job (kind, key, case_id, payload, run_at, state, attempts) "
        "SELECT 'deadline', 'deadline:' || c.id || ':bench', c.id, '{\"token\": \"bench\"}', "
        "datetime('now', '+30 days'), 'due', 0 FROM \"case\" c WHERE c.ended_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM job j WHERE j.case_id = c.id)",
    )
