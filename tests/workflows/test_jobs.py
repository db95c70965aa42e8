"""A job is done exactly once, wherever its worker is killed; what fails for good is an incident."""

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.cases import Case
from models.database import db, transaction
from models.trust import Heartbeat, Incident, Job, JobState, Notice
from tests import city
from tests.workflows import walking
from workflows import audit, jobs

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def schedule(
    *keys: str, kind: str = "note", run_at: datetime = NOW, case_id: int | None = None
) -> None:
    with transaction() as session:
        for key in keys:
            jobs.schedule(session, kind=kind, key=key, run_at=run_at, case_id=case_id)


def run(
    handlers: Mapping[str, jobs.Handler | jobs.Outside], now: datetime = NOW, limit: int = 100
) -> int:
    return jobs.run_due(handlers, now=now, owner="test", limit=limit)


def the_job(key: str = "a") -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.key == key)).one()


def keys() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.key).order_by(Job.key)))


def fail(session: Session, job: Job, now: datetime) -> None:
    raise RuntimeError("the printer is on fire")


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def note(done: list[str]) -> jobs.Handler:
    return lambda _session, job, _now: done.append(job.key)


@pytest.fixture
def people(app_on_either: Flask) -> city.Cast:
    with transaction() as session:
        return city.cast(session)


def a_case(people: city.Cast, *, confidential: bool = False) -> int:
    with transaction() as session:
        return city.case(session, people.rosa, people.parks, confidential=confidential)


def test_what_is_due_is_done_oldest_first_and_gone(
    app_on_either: Flask, note: jobs.Handler, done: list[str]
) -> None:
    schedule("later", run_at=NOW + SECOND)
    schedule("second", run_at=NOW)
    schedule("first", run_at=NOW - SECOND)
    assert run({"note": note}) == 2
    assert done == ["first", "second"]
    assert keys() == ["later"]
    assert run({"note": note}) == 0


def test_a_pass_ends_at_its_limit(app_on_either: Flask, note: jobs.Handler) -> None:
    schedule("a", "b", "c")
    assert run({"note": note}, limit=2) == 2
    assert keys() == ["c"]


def test_a_job_of_the_same_key_is_replaced(app_on_either: Flask) -> None:
    schedule("a")
    run({"note": fail})
    with transaction() as session:
        jobs.schedule(session, kind="other", key="a", run_at=NOW + SECOND, payload={"token": "t"})
    job = the_job()
    assert (job.kind, job.run_at, job.payload) == ("other", NOW + SECOND, {"token": "t"})
    assert (job.attempts, job.last_error, job.state) == (0, None, JobState.DUE)


def following(key: str) -> dict[str, object]:
    return {"kind": "other", "key": key, "payload": {"token": "t"}, "run_at": NOW + SECOND}


@pytest.mark.parametrize("ended", [["a"], ["a", "b"], ["gone"], []])
def test_jobs_follow_others(app_on_either: Flask, ended: list[str]) -> None:
    schedule("a", "b")
    with transaction() as session:
        jobs.replace(session, ended, [following("c")])
    assert sorted(keys()) == sorted({"a", "b", "c"} - set(ended))
    job = the_job("c")
    assert (job.kind, job.run_at, job.payload) == ("other", NOW + SECOND, {"token": "t"})
    assert (job.attempts, job.state, job.case_id) == (0, JobState.DUE, None)


def test_one_job_follows_another_with_one_statement(app_on_either: Flask) -> None:
    schedule("a")
    with transaction() as session, walking.counted() as sent:
        jobs.replace(session, ["a"], [following("c")])
    assert len(sent) == 1


@pytest.mark.parametrize("times", [1, jobs.MAXIMUM_ATTEMPTS])
def test_nothing_of_a_job_that_failed_stays_with_the_one_that_follows(
    app_on_either: Flask, times: int
) -> None:
    schedule("a")
    for number in range(times):
        run({"note": fail}, NOW + timedelta(days=number))
    with transaction() as session:
        jobs.replace(session, ["a"], [following("c")])
    assert keys() == ["c"]
    job = the_job("c")
    assert (job.attempts, job.last_error, job.state) == (0, None, JobState.DUE)


def test_a_failure_after_another_job_took_over_the_row_is_not_counted(
    app_on_either: Flask,
) -> None:
    class Meanwhile(logging.Handler):
        def emit(self, _record: logging.LogRecord) -> None:
            with transaction() as session:
                jobs.replace(session, ["a"], [following("c")])

    schedule("a")
    jobs.log.addHandler(meanwhile := Meanwhile())
    try:
        run({"note": fail})
    finally:
        jobs.log.removeHandler(meanwhile)
    job = the_job("c")
    assert (job.attempts, job.last_error, job.run_at) == (0, None, NOW + SECOND)


def test_jobs_are_dropped_by_their_keys(app_on_either: Flask) -> None:
    schedule("a", "b", "c")
    with transaction() as session:
        assert jobs.unschedule(session, ["a", "c", "unknown"]) == 2
    assert keys() == ["b"]


def test_a_handler_may_schedule_the_next_job_under_the_same_key(app_on_either: Flask) -> None:
    def weekly(session: Session, job: Job, now: datetime) -> None:
        jobs.schedule(session, kind=job.kind, key=job.key, run_at=now + timedelta(days=7))

    schedule("a", kind="weekly")
    assert run({"weekly": weekly}) == 1
    assert the_job().run_at == NOW + timedelta(days=7)


def test_a_failure_undoes_all_of_the_job_and_lets_it_wait(people: city.Cast) -> None:
    def half(session: Session, job: Job, now: datetime) -> None:
        session.add(Notice(person_id=people.rosa, text="half done", at=now))
        session.flush()
        fail(session, job, now)

    schedule("a", kind="half")
    assert run({"half": half}) == 1
    job = the_job()
    assert (job.state, job.attempts) == (JobState.DUE, 1)
    assert job.last_error == "RuntimeError: the printer is on fire"
    assert timedelta(seconds=7) < job.run_at - NOW < timedelta(seconds=13)
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_a_failure_does_not_keep_the_others_waiting(
    app_on_either: Flask, note: jobs.Handler, done: list[str]
) -> None:
    schedule("a", kind="fail", run_at=NOW - SECOND)
    schedule("b")
    assert run({"note": note, "fail": fail}) == 2
    assert done == ["b"]


def fail_until_dead(handler: jobs.Handler | jobs.Outside) -> list[timedelta]:
    now, pauses = NOW, []
    for _ in range(jobs.MAXIMUM_ATTEMPTS):
        run({"note": handler}, now)
        pauses.append(the_job().run_at - now)
        now = the_job().run_at
    return pauses


def test_a_job_that_always_fails_becomes_an_incident(app_on_either: Flask) -> None:
    schedule("a")
    pauses = fail_until_dead(fail)
    job = the_job()
    assert (job.state, job.attempts) == (JobState.DEAD, jobs.MAXIMUM_ATTEMPTS)
    assert all(later > earlier for earlier, later in pairwise(pauses[:-1]))
    incident = db.session.scalars(select(Incident)).one()
    assert (incident.kind, incident.job_id, incident.resolved_at) == ("job", job.id, None)
    assert incident.message == (
        "The job note failed 8 times and was given up. Last error: RuntimeError: the printer is on "
        "fire. Retry it when the cause is gone."
    )
    assert audit.verify(db.session()).records == 1
    assert run({"note": fail}, NOW + timedelta(days=365)) == 0


def test_the_error_of_a_confidential_case_says_nothing_of_it(people: city.Cast) -> None:
    schedule("a", case_id=a_case(people, confidential=True))
    run({"note": fail})
    assert the_job().last_error == "RuntimeError"


def test_the_error_of_an_open_case_is_told(people: city.Cast) -> None:
    schedule("a", case_id=a_case(people))
    run({"note": fail})
    assert the_job().last_error == "RuntimeError: the printer is on fire"


def test_the_error_of_the_database_is_told_without_its_values(app_on_either: Flask) -> None:
    def break_a_rule(session: Session, job: Job, now: datetime) -> None:
        session.execute(text("INSERT INTO no_such_table VALUES (:secret)"), {"secret": "secret"})

    schedule("a")
    run({"note": break_a_rule})
    assert the_job().last_error in {"OperationalError", "ProgrammingError"}


def test_a_job_of_an_unknown_kind_waits_for_a_worker_that_knows_it(
    app_on_either: Flask, note: jobs.Handler, done: list[str]
) -> None:
    schedule("a", kind="new")
    assert run({"note": note}) == 1
    job = the_job()
    assert job.last_error == "UnknownKindError: This worker knows no jobs of the kind 'new'."
    run({"new": note}, job.run_at)
    assert done == ["a"]


def test_work_outside_is_done_with_no_transaction_open(app_on_either: Flask) -> None:
    seen: list[tuple[str, int, str | None, datetime]] = []

    def send(job: Job, now: datetime) -> None:
        with transaction() as session:  # would be refused inside another one
            row = session.scalars(select(Job)).one()
            seen.append((row.key, row.attempts, row.lease_owner, row.run_at))

    schedule("a", kind="mail")
    assert run({"mail": jobs.Outside(send)}) == 1
    assert seen == [("a", 1, "test", NOW + timedelta(minutes=2))]
    assert keys() == []


def test_work_outside_that_fails_is_tried_again(app_on_either: Flask) -> None:
    def refuse(job: Job, now: datetime) -> None:
        raise ConnectionRefusedError("no mail server")

    schedule("a")
    fail_until_dead(jobs.Outside(refuse))
    job = the_job()
    assert (job.state, job.attempts, job.lease_owner) == (JobState.DEAD, 8, None)
    assert job.last_error == "ConnectionRefusedError: no mail server"


def test_work_outside_whose_worker_died_is_begun_again_when_the_lease_ends(
    app_on_either: Flask, done: list[str]
) -> None:
    class KilledError(BaseException):
        """What kill -9 leaves behind: nothing runs any more."""

    def die(job: Job, now: datetime) -> None:
        raise KilledError

    schedule("a")
    now = NOW
    for _ in range(jobs.MAXIMUM_ATTEMPTS):
        with pytest.raises(KilledError):
            run({"note": jobs.Outside(die)}, now)
        assert run({"note": jobs.Outside(die)}, now) == 0
        now += timedelta(minutes=2)
    run({"note": jobs.Outside(die)}, now)
    job = the_job()
    assert job.state == JobState.DEAD
    assert job.last_error == "LeaseEndedError: It was begun 8 times and never finished."


def begun_until_given_up(parts: int) -> int:
    """Kill each worker of a job, the first of them once it has done a part; count those begun."""

    class KilledError(BaseException):
        """What kill -9 leaves behind: nothing runs any more."""

    begun = 0

    def work(job: Job, now: datetime) -> None:
        nonlocal begun
        begun += 1
        if begun <= parts:
            with transaction() as session:
                jobs.note_progress(session, job.key)
        raise KilledError

    schedule("a")
    now = NOW
    while the_job().state == JobState.DUE:
        try:
            run({"note": jobs.Outside(work)}, now)
        except KilledError:
            now += timedelta(minutes=2)
    return begun


def test_a_job_that_gets_further_each_time_is_begun_as_often_as_its_worker_is_killed(
    app_on_either: Flask,
) -> None:
    assert begun_until_given_up(parts=20) == 20 + jobs.MAXIMUM_ATTEMPTS - 1
    assert the_job().last_error == "LeaseEndedError: It was begun 8 times and never finished."


def test_progress_of_a_job_that_waits_is_no_news(app_on_either: Flask) -> None:
    schedule("a")
    run({"note": fail})
    run({"note": fail}, NOW + timedelta(minutes=1))
    with transaction() as session:
        jobs.note_progress(session, "a")
    assert the_job().attempts == 2


def test_a_worker_that_is_slower_than_its_lease_leaves_the_job_to_the_next(
    app_on_either: Flask,
) -> None:
    def slow(job: Job, now: datetime) -> None:
        run({"note": jobs.Outside(lambda *_: None)}, now + timedelta(minutes=3))
        schedule("a", run_at=NOW + timedelta(days=1))

    schedule("a")
    run({"note": jobs.Outside(slow)})
    assert keys() == ["a"]


def test_a_failure_after_somebody_else_did_the_job_is_not_counted(app_on_either: Flask) -> None:
    def slow(job: Job, now: datetime) -> None:
        run({"note": jobs.Outside(lambda *_: None)}, now + timedelta(minutes=3))
        raise TimeoutError

    schedule("a")
    run({"note": jobs.Outside(slow)})
    assert keys() == []


def test_a_failure_after_the_job_was_begun_by_somebody_else_is_not_counted(
    app_on_either: Flask,
) -> None:
    def slow(job: Job, now: datetime) -> None:
        with transaction() as session:
            row = session.get_one(Job, job.id)
            row.attempts, row.lease_owner = 2, "another"
        raise TimeoutError

    schedule("a")
    run({"note": jobs.Outside(slow)})
    assert (the_job().attempts, the_job().last_error) == (2, None)


def test_a_job_that_its_worker_scheduled_anew_is_left_to_who_began_it_meanwhile(
    app_on_either: Flask,
) -> None:
    class KilledError(BaseException):
        """What kill -9 leaves behind: nothing runs any more."""

    def die(job: Job, now: datetime) -> None:
        raise KilledError

    def scheduling(job: Job, now: datetime) -> None:
        schedule("a", kind=job.kind)
        with pytest.raises(KilledError):
            run({"note": jobs.Outside(die)}, now + SECOND)

    schedule("a")
    run({"note": jobs.Outside(scheduling)}, limit=1)
    assert the_job().attempts == 1


def test_an_error_before_any_job_is_taken_is_the_callers(app: Flask, note: jobs.Handler) -> None:
    with transaction() as session:
        session.execute(text("DROP TABLE job"))
    with pytest.raises(OperationalError):
        run({"note": note})


def test_the_database_that_fails_while_a_job_is_taken_is_the_callers_trouble(
    app: Flask, note: jobs.Handler
) -> None:
    schedule("a")
    with db.engine.connect() as mine, db.engine.connect() as other:
        mine.exec_driver_sql("PRAGMA busy_timeout = 1")
        mine.close()  # back to the pool, from where the worker gets it
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            run({"note": note})
    assert keys() == ["a"]


def test_an_idle_worker_takes_no_write_lock(app: Flask, note: jobs.Handler) -> None:
    schedule("later", run_at=NOW + SECOND)
    with db.engine.connect() as writer:
        writer.exec_driver_sql("ROLLBACK")
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        assert run({"note": note}) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("either_url", ["postgres"], indirect=True)
def test_a_job_whose_case_is_being_worked_on_waits_for_the_next_pass(
    people: city.Cast, note: jobs.Handler, done: list[str]
) -> None:
    case_id = a_case(people)
    schedule("of the case", case_id=case_id, run_at=NOW - SECOND)
    schedule("free")
    with db.engine.connect() as person:
        person.execute(select(Case.id).where(Case.id == case_id).with_for_update())
        assert run({"note": note}) == 1
        assert done == ["free"]
    assert run({"note": note}) == 1
    assert done == ["free", "of the case"]


def test_a_worker_works_until_it_is_stopped(app_on_either: Flask) -> None:
    stop, done = threading.Event(), list[str]()

    def note(session: Session, job: Job, now: datetime) -> None:
        done.append(job.key)
        if job.key == "last":
            stop.set()

    def pass_time() -> datetime:
        """Let an hour go by between two looks, so that the worker once finds nothing due."""
        hours.append(len(hours))
        return NOW + timedelta(hours=hours[-1])

    hours: list[int] = []
    schedule("now")
    schedule("last", run_at=NOW + timedelta(hours=2))
    jobs.run_for_ever({"note": note}, poll=0.001, stop=stop, clock=pass_time)
    assert done == ["now", "last"]


def test_a_worker_waits_for_a_database_that_is_away(
    app: Flask, note: jobs.Handler, caplog: pytest.LogCaptureFixture
) -> None:
    stop, looks = threading.Event(), list[datetime]()

    def look() -> datetime:
        looks.append(NOW)
        if len(looks) == 2:
            stop.set()
        return NOW

    with transaction() as session:
        session.execute(text("DROP TABLE job"))
    jobs.run_for_ever({"note": note}, poll=0.001, stop=stop, clock=look)
    assert [record.message for record in caplog.records] == [
        "The worker could not go on; it tries again."
    ] * 2


def test_a_worker_says_that_it_lives_but_not_at_each_look(app_on_either: Flask) -> None:
    stop, looks, beats = threading.Event(), list[datetime](), list[datetime]()

    def look() -> datetime:
        looks.append(NOW + len(looks) * SECOND)
        with db.engine.connect() as connection:
            beats.extend(connection.scalars(select(Heartbeat.at)))
        if len(looks) == 13:
            stop.set()
        return looks[-1]

    jobs.run_for_ever({}, poll=0.001, stop=stop, clock=look)
    assert sorted(set(beats)) == [NOW, NOW + 10 * SECOND]


def test_what_is_wrong_with_the_worker_is_said(app: Flask) -> None:
    minutes = timedelta(minutes=1)

    def wrong(after: timedelta) -> str:
        return jobs.what_is_wrong(db.session(), now=NOW + after) or ""

    assert wrong(timedelta()) == ""
    schedule("first", run_at=NOW)
    assert wrong(2 * minutes - SECOND) == ""
    assert "no worker has ever run" in wrong(3 * minutes)
    jobs.beat(now=NOW + 3 * minutes)
    assert "due at 2026-11-16 15:00 UTC is not done: it falls behind" in wrong(3 * minutes)
    with transaction() as session:
        jobs.unschedule(session, ["first"])
    assert wrong(5 * minutes) == ""
    assert "No worker has been at work since 2026-11-16 15:03 UTC" in wrong(6 * minutes)


def test_looking_for_work_costs_the_same_however_much_waits_for_later(app_on_either: Flask) -> None:
    schedule(*(str(number) for number in range(2000)), run_at=NOW + SECOND)
    is_sqlite = db.engine.dialect.name == "sqlite"
    looking = (
        jobs._due(NOW)
        .with_only_columns(Job.id)
        .compile(db.engine, compile_kwargs={"literal_binds": True})
    )
    with db.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        plan = str(connection.exec_driver_sql(f"{explain} {looking}").all())
    assert "ix_job_state_run_at" in plan
