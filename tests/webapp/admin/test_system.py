"""Jobs, incidents and the calendar of the city."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.database import db, transaction
from models.trust import Incident, Job, JobState
from tests.webapp.admin.office import Office, last_record
from workflows import incidents

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def incident(office: Office, now: datetime) -> int:
    with transaction() as session:
        job = Job(kind="reminder", key="r1", payload={}, run_at=now, state=JobState.DEAD)
        job.attempts = 8
        session.add(job)
        session.flush()
        row = Incident(kind="job", job_id=job.id, message="The job reminder failed.", opened_at=now)
        session.add(row)
        session.flush()
        return row.id


def test_a_dead_job_is_tried_again(office: Office, incident: int) -> None:
    assert "The job reminder failed." in office.get("/admin/incidents").text
    assert "Reminder" in office.get("/admin/jobs?state=dead").text
    assert office.post(f"/admin/incidents/{incident}/retry").status_code == 303
    assert "Nothing to look at" in office.get("/admin/incidents").text
    db.session.rollback()
    assert db.session.scalars(select(Job.state)).one() == JobState.DUE
    assert office.post(f"/admin/incidents/{incident}/retry").status_code == 409


def test_incidents_with_one_cause_are_shown_and_settled_together(
    office: Office, now: datetime
) -> None:
    with transaction() as session:
        for number in range(3):
            place = {"place": ["decide", "Late"]}
            job = Job(kind="deadline", key=f"d{number}", payload=place, run_at=now)
            job.state, job.attempts, job.last_error = JobState.DEAD, 8, f"KeyError: {number}"
            session.add(job)
            session.flush()
            incidents.report_dead_job(session, job, now=now)
    page = office.get("/admin/incidents").text
    assert page.count('<article class="incident"') == 1
    assert "Jobs failed for good, 3 times with one cause" in page
    first, *others = (one.id for one in incidents.unresolved(db.session()))
    db.session.rollback()
    retried = office.post(f"/admin/incidents/{first}/retry", also=[str(others[0]), "no number"])
    assert "2 jobs are due again" in office.get(retried.location).text
    note = {f"incident-{others[1]}-note": "Mended"}
    resolved = office.post(f"/admin/incidents/{others[1]}/resolution", **note)
    assert "The incident is resolved" in office.get(resolved.location).text


def test_an_incident_is_resolved_with_a_note(office: Office, incident: int) -> None:
    address = f"/admin/incidents/{incident}/resolution"
    field = f"incident-{incident}-note"
    refused = office.post(address, **{field: ""})
    assert refused.status_code == 422
    assert "Say what was done, for the record." in refused.text
    assert office.post(address, **{field: "Asked the mail people"}).status_code == 303
    page = office.get("/admin/incidents").text
    assert "Asked the mail people" in page
    assert "Signe Albrook" in page


def test_a_worker_that_does_not_come_is_noticed(office: Office, now: datetime) -> None:
    assert "Well" in office.get("/admin").text
    with transaction() as session:
        late = now - timedelta(minutes=3)
        session.add(Job(kind="deadline", key="d1", payload={}, run_at=late))
    assert "Is the worker running?" in office.get("/admin").text


def test_a_closed_day_is_entered_and_taken_back(office: Office) -> None:
    page = office.get("/admin/calendar").text
    assert "Thursday 26 November" in page  # Thanksgiving
    entered = office.post("/admin/calendar", day="2026-12-24", reason="City hall is closed")
    assert entered.status_code == 303
    assert "City hall is closed" in office.get("/admin/calendar").text
    assert last_record().action == "calendar:day-closed"
    assert office.post("/admin/calendar/2026-12-24/opening").status_code == 303
    assert "City hall is closed" not in office.get("/admin/calendar").text
    assert office.post("/admin/calendar/2026-12-24/opening").status_code == 404
    assert office.post("/admin/calendar/christmas/opening").status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"day": "2026-11-15"}, "This day has passed"),
        ({"day": "2026-12-25"}, "This day is entered already."),
        ({"day": ""}, "Enter the day."),
        ({"reason": " "}, "Say why the offices are closed."),
    ],
)
def test_a_closed_day_that_will_not_do_is_refused(
    office: Office, fields: dict[str, str], message: str
) -> None:
    office.post("/admin/calendar", day="2026-12-25", reason="Closed")
    response = office.post("/admin/calendar", **{"day": "2026-12-28", "reason": "x", **fields})
    assert response.status_code == 422
    assert message in response.text
