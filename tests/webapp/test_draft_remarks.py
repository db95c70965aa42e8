"""Remarks on a draft over HTTP."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import db, transaction
from models.publication import DiagramDraft
from models.studio import DraftComment
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows.publication.authoring import ADVICE

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own, where Nora has opened a draft."""
    found = desk.settle(app, now)
    people = found.town.people
    with transaction() as session:
        for person in (people.nora, people.ada):
            city.grant(session, person, "policy_owner")
    assert found.post(people.nora, f"/diagrams/{ADVICE}/drafts", version="1").status_code == 303
    return found


def draft() -> int:
    db.session.rollback()
    return db.session.scalars(select(DiagramDraft.id)).one()


def test_a_step_is_remarked_on_and_the_remark_settled(office: Desk) -> None:
    people, address = office.town.people, f"/diagrams/drafts/{draft()}/remarks"
    asked = office.browser(people.ada).get(f"{address}?element=AdviseSecurity").text
    assert '<option selected value="AdviseSecurity">Advise on security</option>' in asked
    made = office.post(people.ada, address, element="AdviseSecurity", words="Twice?")
    assert (made.status_code, made.location) == (303, address)
    page = office.browser(people.nora).get(address).text
    assert "Twice?" in page
    assert "Ada Osei" in page
    home = office.browser(people.nora).get(f"/diagrams/drafts/{draft()}").text
    assert "1 is open" in home
    number = db.session.scalars(select(DraftComment.id)).one()
    assert office.post(people.nora, f"{address}/{number}/settled").status_code == 303
    assert "Settled" in office.browser(people.ada).get(address).text
    again = office.post(people.ada, f"{address}/{number}/settled")
    assert (again.status_code, "Nora Quist settled this remark" in again.text) == (409, True)


def test_what_was_typed_stays_where_a_remark_is_refused(office: Desk) -> None:
    ada, address = office.town.people.ada, f"/diagrams/drafts/{draft()}/remarks"
    refused = office.post(ada, address, element="Gone", words="About a step that is gone")
    assert refused.status_code == 422
    assert "no such step any more" in refused.text
    assert "About a step that is gone" in refused.text
    assert office.post(ada, address, element="", words="").status_code == 422
    assert office.post(ada, "/diagrams/drafts/999/remarks", words="x").status_code == 404


def test_only_who_may_edit_diagrams_reads_or_makes_remarks(office: Desk) -> None:
    rosa, address = office.town.people.rosa, f"/diagrams/drafts/{draft()}/remarks"
    assert office.browser(rosa).get(address).status_code == 403
    assert office.post(rosa, address, words="Mine").status_code == 403
    assert db.session.scalars(select(DraftComment.id)).all() == []
