"""The audit trail tells who did what, and keeps confidential cases to itself."""

from datetime import datetime

import pytest

from models.database import transaction
from tests import city
from tests.webapp.admin.office import Office
from workflows import audit

pytestmark = pytest.mark.usefixtures("clock_stands")


def test_the_trail_tells_who_did_what(office: Office) -> None:
    office.post(f"/admin/people/{office.rosa}/sign-out")
    page = office.get("/admin/audit?action=person:signed-out-every").text
    assert "person: signed out everywhere" in page
    assert "Signe Albrook" in page
    assert f"person {office.rosa}" in page
    assert "No record fits" in office.get("/admin/audit?subject=R-9").text
    assert "No record fits" in office.get("/admin/audit?person=999").text


def test_the_trail_is_silent_about_confidential_cases(office: Office, now: datetime) -> None:
    with transaction() as session:
        audit.record(
            session, action="case:started", subject="C-1001", actor=None, now=now, details={}
        )
    assert "C-1001" not in office.get("/admin/audit").text
    assert "No record fits" in office.get("/admin/audit?action=case:").text


def test_an_auditor_reads_the_trail_and_no_other_page_of_administration(office: Office) -> None:
    with transaction() as session:
        city.grant(session, office.rosa, "auditor")
    rosa = office.signed_in("rosa.valdez")
    assert rosa.get("/admin/audit").status_code == 200
    assert 'href="/admin/audit"' in rosa.get("/password").text
    assert rosa.get("/admin").status_code == 403
