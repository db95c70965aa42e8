"""Workers are killed at random, on both databases, and no job is lost or done twice."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.database import db, transaction
from models.trust import Job, Notice
from tests import city
from workflows import audit, jobs

ROOT = Path(__file__).parents[2]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 60


@pytest.fixture
def people(app_on_either: Flask) -> city.Cast:
    with transaction() as session:
        return city.cast(session)


def schedule(people: city.Cast, kind: str, number: int, case_ids: list[int | None]) -> set[str]:
    wanted = {f"{kind} {index}" for index in range(number)}
    with transaction() as session:
        for index, key in enumerate(sorted(wanted)):
            jobs.schedule(
                session,
                kind=kind,
                key=key,
                run_at=LONG_AGO,
                case_id=case_ids[index % len(case_ids)],
                payload={"person": people.rosa},
            )
    return wanted


class Workers:
    """Two workers at a time, and two more that are ready to replace one that is killed."""

    def __init__(self, url: str) -> None:
        self.command = [sys.executable, "-m", "tests.workflows.killable_worker", url]
        self.waiting = [self._hire() for _ in range(4)]
        self.running = [self._begin(), self._begin()]

    def _hire(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def _begin(self) -> "subprocess.Popen[bytes]":
        worker = self.waiting.pop(0)
        assert worker.stdout
        assert worker.stdin
        assert worker.stdout.readline() == b"ready\n"
        worker.stdin.write(b"begin\n")
        worker.stdin.flush()
        return worker

    def kill_one(self) -> None:
        _end(self.running.pop(0))
        self.waiting.append(self._hire())
        self.running.append(self._begin())

    def end(self) -> None:
        for worker in self.running + self.waiting:
            _end(worker)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    with worker:
        worker.kill()


@contextmanager
def two_workers(app: Flask) -> Generator[Workers]:
    workers = Workers(app.config["SQLALCHEMY_DATABASE_URI"])
    try:
        yield workers
    finally:
        workers.end()


def told() -> Counter[str]:
    with db.engine.connect() as connection:
        return Counter(connection.scalars(select(Notice.text)))


def jobs_left() -> int:
    with db.engine.connect() as connection:
        return connection.scalars(select(func.count()).select_from(Job)).one()


def wait_for_progress() -> None:
    before, patience_ends = told().total(), time.monotonic() + PATIENCE
    while told().total() == before and jobs_left():
        assert time.monotonic() < patience_ends, "The workers do nothing."
        time.sleep(0.01)


def wait_until_done() -> None:
    patience_ends = time.monotonic() + PATIENCE
    while left := jobs_left():
        assert time.monotonic() < patience_ends, f"{left} jobs are left."
        time.sleep(0.05)


def kill_while_they_work(workers: Workers, kills: int) -> int:
    """Kill one worker after the other while there is work; return how many were killed at it."""
    killed = 0
    for _ in range(kills):
        wait_for_progress()
        time.sleep(random.uniform(0, 0.1))
        killed += bool(jobs_left())
        workers.kill_one()
    return killed


@pytest.mark.parametrize(
    ("number", "kills"), [(200, 6), pytest.param(3000, 60, marks=pytest.mark.long)]
)
def test_killed_workers_lose_no_job_and_do_none_twice(
    app_on_either: Flask, people: city.Cast, number: int, kills: int
) -> None:
    with transaction() as session:
        case_ids = [city.case(session, people.rosa, people.parks) for _ in range(5)]
    wanted = schedule(people, "tell", number, [None, *case_ids])
    with two_workers(app_on_either) as workers:
        assert kill_while_they_work(workers, kills) >= kills // 2
        wait_until_done()
    assert told() == dict.fromkeys(wanted, 1)
    found = audit.verify(db.session())
    assert (found.is_intact, found.records) == (True, number)


@pytest.mark.parametrize(
    ("number", "kills"), [(60, 3), pytest.param(1000, 30, marks=pytest.mark.long)]
)
def test_killed_workers_lose_no_work_outside_and_repeat_at_most_what_they_were_at(
    app_on_either: Flask, people: city.Cast, number: int, kills: int
) -> None:
    wanted = schedule(people, "send", number, [None])
    with two_workers(app_on_either) as workers:
        kill_while_they_work(workers, kills)
        wait_until_done()
    sent = told()
    assert set(sent) == wanted
    assert sent.total() - number <= kills


def click(case_ids: list[int]) -> None:
    """Do what a person's click does: lock the case, then have one of its jobs run."""
    for turn in range(40):
        case_id = case_ids[turn % len(case_ids)]
        with transaction() as session:
            session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
            jobs.schedule(
                session, kind="fire", key=f"case {case_id}", run_at=LONG_AGO, case_id=case_id
            )


def fire(session: Session, job: Job, _now: datetime) -> None:
    session.execute(select(Case.id).where(Case.id == job.case_id).with_for_update())


def work(stop: threading.Event) -> None:
    while not stop.wait(0.001):
        jobs.run_due({"fire": fire}, now=LONG_AGO, owner="test")


def test_people_and_workers_at_the_same_cases_never_wait_in_a_circle(
    app_on_either: Flask, people: city.Cast
) -> None:
    with transaction() as session:
        case_ids = [city.case(session, people.rosa, people.parks) for _ in range(2)]
    stop = threading.Event()

    def at_once(what: Callable[[], None]) -> None:
        with app_on_either.app_context():
            what()
            db.session.remove()

    with ThreadPoolExecutor(5) as threads:
        workers = [threads.submit(at_once, partial(work, stop)) for _ in range(2)]
        clicks = [threads.submit(at_once, partial(click, case_ids)) for _ in range(3)]
        wait(clicks)
        stop.set()
        for thread in clicks + workers:
            thread.result()
    assert not db.session.scalars(select(Job).where(Job.attempts > 0)).all()
