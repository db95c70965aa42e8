"""What went wrong for good waits for a person, once, and is settled on record."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from models.database import db, transaction
from models.trust import AuditRecord, Incident, Job, JobState
from tests import city
from workflows import audit, incidents, jobs
from workflows.errors import ConflictError, NotFoundError

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def people(app_on_either: Flask) -> city.Cast:
    with transaction() as session:
        return city.cast(session)


def report(message: str = "Nobody reviews.", case_id: int | None = None) -> int:
    with transaction() as session:
        incident = incidents.report(
            session, kind="party", message=message, now=NOW, case_id=case_id
        )
        session.flush()
        return incident.id


def dead_job() -> int:
    """Have a job fail for good; return the id of its incident."""
    with transaction() as session:
        jobs.schedule(session, kind="note", key="a", run_at=NOW)
        job = session.scalars(select(Job)).one()
        job.state, job.attempts, job.last_error = JobState.DEAD, 8, "RuntimeError"
        incidents.report_dead_job(session, job, now=NOW)
    return the_only().id


def the_only() -> Incident:
    db.session.rollback()
    (incident,) = incidents.unresolved(db.session())
    return incident


def last_record() -> AuditRecord:
    db.session.rollback()
    return db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).one()


def test_open_incidents_are_listed_with_their_cases_the_oldest_first(people: city.Cast) -> None:
    with transaction() as session:
        case_id = city.case(session, people.rosa, people.parks)
    first, second = report("one", case_id), report("two")
    found = incidents.unresolved(db.session())
    assert [incident.id for incident in found] == [first, second]
    assert found[0].case
    assert found[0].case.label == "R-1"
    assert len(incidents.unresolved(db.session(), limit=1)) == 1


def test_the_same_trouble_is_reported_once_while_it_is_open(people: city.Cast) -> None:
    first = report()
    assert report() == first
    incidents.resolve([first], by=people.chen, note="Appointed one.", now=LATER)
    assert report() != first


def test_a_resolved_incident_keeps_who_when_and_what_was_done(people: city.Cast) -> None:
    incident_id = report()
    incidents.resolve([incident_id], by=people.chen, note="Appointed one.", now=LATER)
    assert incidents.unresolved(db.session()) == []
    incident = db.session.get_one(Incident, incident_id)
    assert (incident.resolved_by_id, incident.resolved_at, incident.note) == (
        people.chen,
        LATER,
        "Appointed one.",
    )
    record = last_record()
    assert (record.action, record.subject, record.actor_id) == (
        "incident:resolved",
        f"incident {incident_id}",
        people.chen,
    )
    assert audit.verify(db.session()).is_intact


def test_an_incident_is_settled_once(people: city.Cast) -> None:
    incident_id = dead_job()
    incidents.resolve([incident_id], by=people.chen, note="Not needed any more.", now=LATER)
    with pytest.raises(ConflictError, match="resolved this incident already"):
        incidents.resolve([incident_id], by=people.ivy, note="", now=LATER)
    with pytest.raises(ConflictError, match="resolved this incident already"):
        incidents.retry([incident_id], by=people.ivy, now=LATER)
    assert db.session.scalars(select(Job.state)).one() == JobState.DEAD


def test_what_never_was_is_not_found(people: city.Cast) -> None:
    with pytest.raises(NotFoundError, match="There is no incident 77"):
        incidents.resolve([77], by=people.chen, note="", now=LATER)


def test_a_dead_job_is_retried_with_all_its_attempts(people: city.Cast) -> None:
    incidents.retry([dead_job()], by=people.chen, now=LATER)
    done: list[str] = []
    assert incidents.unresolved(db.session()) == []
    assert db.session.scalars(select(Job.attempts)).one() == 0
    assert jobs.run_due({"note": lambda _s, job, _n: done.append(job.key)}, now=LATER, owner="x")
    assert done == ["a"]
    assert last_record().action == "incident:resolved"


def test_an_incident_without_a_job_cannot_be_retried(people: city.Cast) -> None:
    with pytest.raises(NotFoundError, match="no job that could be retried"):
        incidents.retry([report()], by=people.chen, now=LATER)
    assert the_only().resolved_at is None


def test_a_job_that_is_gone_cannot_be_retried(people: city.Cast) -> None:
    incident_id = dead_job()
    with transaction() as session:
        session.execute(delete(Job))
    with pytest.raises(NotFoundError, match="no job that could be retried"):
        incidents.retry([incident_id], by=people.chen, now=LATER)


def test_a_job_that_was_scheduled_anew_is_not_retried(people: city.Cast) -> None:
    incident_id = dead_job()
    with transaction() as session:
        jobs.schedule(session, kind="note", key="a", run_at=LATER)
    with pytest.raises(ConflictError, match="scheduled again already"):
        incidents.retry([incident_id], by=people.chen, now=NOW)
    assert db.session.scalars(select(Job.run_at)).one() == LATER


def dead_jobs(*errors: str, place: tuple[str, str] | None = ("decide", "Late")) -> list[int]:
    """Have a deadline fail for good in a case for each of these errors."""
    for error in errors:
        with transaction() as session:
            payload = {"token": "t", "place": [*place]} if place else {}
            job = Job(kind="deadline", key=error + str(place), payload=payload, run_at=NOW)
            job.state, job.attempts, job.last_error = JobState.DEAD, 8, error
            session.add(job)
            session.flush()
            incidents.report_dead_job(session, job, now=NOW)
    db.session.rollback()
    return [incident.id for incident in incidents.unresolved(db.session())]


def test_what_one_broken_step_does_to_many_cases_is_one_trouble(people: city.Cast) -> None:
    dead_jobs("KeyError: 'R-1'", "KeyError: 'R-2'", "ValueError: no")
    dead_jobs("KeyError: 'R-3'", place=("other", "Late"))
    dead_jobs("SMTPError: away", "SMTPError: full", place=None)
    report("one")
    found = incidents.troubles(db.session())
    assert [len(one.ids) for one in found] == [2, 1, 1, 1, 1, 1]
    assert [one.has_jobs for one in found] == [True] * 5 + [False]


def test_what_is_shown_together_is_settled_together_on_one_record(people: city.Cast) -> None:
    first, second, third = dead_jobs("E: 1", "E: 2", "E: 3")
    assert incidents.retry([first, second], by=people.chen, now=LATER) == 2
    assert [one.id for one in incidents.unresolved(db.session())] == [third]
    record = last_record()
    assert (record.action, record.subject) == ("incident:resolved", f"incident {first}")
    assert incidents.resolve([second, third], by=people.ivy, note="Mended.", now=LATER) == 1
    db.session.rollback()
    assert db.session.get_one(Incident, second).resolved_by_id == people.chen
    assert db.session.get_one(Incident, third).note == "Mended."
    assert audit.verify(db.session()).is_intact


def test_together_with_what_has_no_dead_job_any_more_the_rest_is_tried_again(
    people: city.Cast,
) -> None:
    first, second = dead_jobs("E: 1", "E: 2")
    other = report()
    with transaction() as session:
        session.get_one(Job, session.get_one(Incident, first).job_id).state = JobState.DUE
    assert incidents.retry([first, second, other], by=people.chen, now=LATER) == 1
    assert {one.id for one in incidents.unresolved(db.session())} == {first, other}
    with pytest.raises(NotFoundError, match="There is no incident 7777"):
        incidents.resolve([first, 7777], by=people.chen, note="x", now=LATER)
