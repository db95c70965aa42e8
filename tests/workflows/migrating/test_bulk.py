"""Many cases moved by a worker: progress, the report, all of it taken back, and workers killed."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from models.case_migration import CaseMigration, MovedCase
from models.database import db, transaction
from models.trust import AuditRecord, Incident, Job
from tests.workflows import walking
from tests.workflows.migrating import changed
from tests.workflows.migrating.changed import REVIEWED, publish, small
from tests.workflows.walking import Walk
from workflows import jobs
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.migrating import bulk, reports

ROOT = Path(__file__).parents[3]
PATIENCE = 600
MORE = REVIEWED.replace("Look -> Done", "Look -> Sign -> Done").replace(
    "user Look", "user Look\nuser Sign"
)


def several(now: datetime, number: int) -> Walk:
    """So many cases, each second of which waits for Look; the version in force calls it Decide."""
    walk = small(now)
    for turn in range(number - 1):
        other = walking.start(walk.town, now=now, process="main")
        if turn % 2:
            other.do("Ask")
    publish(walk, REVIEWED.replace("Look", "Decide"))
    return walk


def a_pass(walk: Walk) -> int:
    """Let a worker do what is due."""
    moves = jobs.Outside(partial(bulk.go_on, walk.town.runtime), lease=timedelta(minutes=1))
    return jobs.run_due({bulk.MIGRATE_JOB: moves}, now=walk.now, owner="tests", limit=1)


def test_a_worker_moves_some_cases_at_a_time_and_reports_each(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CASES_AT_ONCE", 2)
    walk = several(now, 5)
    migration = changed.begin(walk)
    assert a_pass(walk) == 1
    found = reports.progress(db.session(), migration)
    assert (found.all, found.looked_at, found.in_confidence) == (5, 2, 0)
    while a_pass(walk):
        pass
    found = reports.progress(db.session(), migration)
    assert dict(found.counts) == {"moved": 3, "refused": 2}
    refused = reports.cases_of(db.session(), migration, state="refused")
    assert {row.words for row in refused} == {"The other version has no step “Look” there."}
    (known,) = reports.migrations_of(db.session(), "main")
    assert known.finished_at == walk.now
    walking.assert_whole(db.session())


def test_all_of_a_migration_is_taken_back_as_far_as_nothing_has_happened(
    app: Flask, now: datetime
) -> None:
    walk = several(now, 5)
    migration = changed.begin(walk)
    town, nora = walk.town, walk.town.people.nora
    with pytest.raises(ConflictError, match="still under way"):
        bulk.undo(town.runtime, migration, "A mistake.", by=nora, now=walk.now)
    while a_pass(walk):
        pass
    walk.do("Ask")
    with pytest.raises(InvalidAnswersError):
        bulk.undo(town.runtime, migration, "", by=nora, now=walk.now)
    bulk.undo(town.runtime, migration, "A mistake.", by=nora, now=walk.now)
    with pytest.raises(ConflictError, match="already"):
        bulk.undo(town.runtime, migration, "A mistake.", by=nora, now=walk.now)
    while a_pass(walk):
        pass
    found = reports.progress(db.session(), migration)
    assert dict(found.counts) == {"moved": 1, "refused": 2, "undone": 2}
    assert found.kept == 1
    walking.assert_whole(db.session())
    assert db.session.get_one(CaseMigration, migration).undo_finished_at == walk.now
    actions = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)).all()
    assert actions[-1] == "migration:undone"
    assert bulk.work_off(town.runtime, migration, now=walk.now, most=5) == 0


def test_what_is_not_there_cannot_be_taken_back(app: Flask, now: datetime) -> None:
    walk = several(now, 1)
    town, nora = walk.town, walk.town.people.nora
    for deed in (
        lambda: bulk.undo(town.runtime, 9, "Why.", by=nora, now=now),
        lambda: bulk.undo_one(town.runtime, 9, by=nora, now=now),
        lambda: reports.migration_of(db.session(), "main", 9),
    ):
        with pytest.raises(NotFoundError):
            deed()


def test_confidential_cases_are_moved_and_only_counted(app: Flask, now: datetime) -> None:
    walk = several(now, 3)
    publish(walk, REVIEWED, confidential=True)
    case = walking.start(walk.town, now=walk.now, process="main")
    publish(walk, MORE, confidential=True)
    migration = changed.begin(walk)
    changed.work(walk, migration)
    found = reports.progress(db.session(), migration)
    assert (found.all, found.in_confidence) == (3, 1)
    assert case.case.version.number == 4
    assert case.case.label not in {
        row.case.label for row in reports.cases_of(db.session(), migration)
    }
    walking.assert_whole(db.session())


def test_the_moves_of_a_case_are_told_with_who_made_them(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE)
    changed.move(walk)
    changed.take_back(walk)
    (row,) = reports.moves_of(db.session(), walk.case_id)
    assert (row.migration.by.name, row.migration.to_version.number) == ("Nora Quist", 2)
    assert row.undone_by is not None


def test_what_was_answered_before_a_move_stays_readable(app: Flask, now: datetime) -> None:
    walk = small(now, fields={"Ask": ["why", "how"]}).do("Ask", why="Because.", how="So.")
    text = REVIEWED.replace("Look", "Decide")
    publish(walk, text, fields={"Ask": ["how"]})
    changed.move(walk, {("main", "Look"): ("main", "Decide")})
    moves = reports.moves_of(db.session(), walk.case_id)
    known = reports.remembered(db.session(), walk.town.runtime.library, walk.case, moves)
    assert {field.id for field in known["main"].nodes["Ask"].fields} == {"why", "how"}
    assert {"Look", "Decide"} <= known["main"].nodes.keys()


def break_at(case_id: int) -> None:
    """Let the database refuse whatever is written of a case, as a fault would."""
    broken = "BEGIN SELECT RAISE(ABORT, 'broken'); END"
    with transaction() as session:
        session.execute(
            text(
                f'CREATE TRIGGER broken_{case_id} BEFORE UPDATE ON "case" WHEN old.id = {case_id} {broken}'
            )
        )


def test_cases_at_which_something_breaks_keep_no_other_waiting(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CASES_AT_ONCE", 2)
    walk = small(now)
    others = [walking.start(walk.town, now=now, process="main") for _ in range(4)]
    publish(walk, MORE)
    for case_id in (walk.case_id, others[0].case_id):  # as many as are moved at once, and first
        break_at(case_id)
    changed.begin(walk)
    for _ in range(jobs.MAXIMUM_ATTEMPTS + 4):
        a_pass(walk)
        walk.now += timedelta(hours=1)
    assert moved() == 3
    (incident,) = db.session.scalars(select(Incident))
    assert incident.message == (
        "The job migrate-cases failed 8 times and was given up. Last error: BrokenOffError: "
        "IntegrityError, at 2 of its cases, which are left as they are. Retry it when the cause is gone."
    )
    row = changed.row(walk)
    assert (row.state, row.words) == ("waiting", None)


@pytest.mark.parametrize("confidential", [False, True])
def test_what_broke_in_a_confidential_case_is_not_worded(
    app: Flask, now: datetime, confidential: bool
) -> None:
    walk = small(now, confidential=confidential)
    publish(walk, MORE, confidential=confidential)
    break_at(walk.case_id)
    migration = changed.begin(walk)
    with pytest.raises(bulk.BrokenOffError, match="at 1 of its cases") as caught:
        bulk.work_off(walk.town.runtime, migration, now=walk.now, most=5)
    assert (caught.value.__cause__ is None) == confidential


class Mover:
    """A worker to be killed."""

    def __init__(self, url: str) -> None:
        module = "tests.workflows.migrating.killable_mover"
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def begin(self) -> None:
        assert self.process.stdout
        assert self.process.stdin
        assert self.process.stdout.readline() == b"ready\n"
        self.process.stdin.write(b"begin\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        with self.process as process:
            process.kill()


def wait_for(done: Callable[[], bool]) -> None:
    patience_ends = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < patience_ends, "The worker does nothing."
        time.sleep(0.01)


def moved() -> int:
    with db.engine.connect() as connection:
        done = MovedCase.state == "moved"
        return len(connection.scalars(select(MovedCase.id).where(done)).all())


def jobs_left() -> int:
    with db.engine.connect() as connection:
        return len(connection.scalars(select(Job.id)).all())


def test_a_migration_goes_on_where_its_worker_was_killed(app: Flask, now: datetime) -> None:
    assert_goes_on(app, now, number=25, kills=1)


@pytest.mark.long
def test_a_migration_goes_on_however_often_its_worker_is_killed(
    app_on_either: Flask, now: datetime
) -> None:
    """More often than a job outlives that gets no further."""
    assert_goes_on(app_on_either, now, number=500, kills=20)


def assert_goes_on(app: Flask, now: datetime, *, number: int, kills: int) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    movers = [Mover(url) for _ in range(2)]
    try:
        walk = small(now)
        for _ in range(number - 1):
            walking.start(walk.town, now=now, process="main")
        publish(walk, MORE)
        changed.begin(walk)
        begun = time.monotonic()
        for _ in range(kills):
            kill_at_work(movers.pop(0))
            assert jobs_left(), "It was over before so many workers could be killed."
            movers.append(Mover(url))
        movers[0].begin()
        wait_for(lambda: not jobs_left())
        if kills > jobs.MAXIMUM_ATTEMPTS:
            print(f"{number} cases moved, {kills} workers killed: {time.monotonic() - begun:.0f} s")  # noqa: T201 (for docs/benchmarks.md)
    finally:
        for mover in movers:
            mover.kill()
    assert moved() == number
    walking.assert_whole(db.session())
    subjects = select(AuditRecord.subject).where(AuditRecord.action == "case:moved")
    told = db.session.scalars(subjects).all()
    assert len(set(told)) == len(told) == number
    assert not db.session.scalars(select(Incident)).all()


def kill_at_work(mover: Mover) -> None:
    """Kill a worker soon after it has moved a case; every case is whole then."""
    before = moved()
    mover.begin()
    wait_for(lambda: moved() > before or not jobs_left())
    time.sleep(random.uniform(0, 0.1))
    mover.kill()
    walking.assert_whole(db.session())
