"""Two versions of a process side by side, and what past cases would have met on the newer one."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from models.cases import Case
from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import investigating, walking
from webapp import comparisons
from webapp.runtime import settings
from workflows import publication
from workflows.publication import drafts

IMPACT = "/diagrams/create-site/versions/{}/impact"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town with an owner of the policy (Nora)."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "policy_owner")
    return found


def changed(office: Desk, key: str, *edits: tuple[bytes, bytes]) -> None:
    """Put a second version of a shipped diagram in force."""
    data = publication.shipped(settings().policy_dir)[key]
    for old, new in edits:
        assert old in data
        data = data.replace(old, new, 1)
    walking.put_in_force({key: data}, now=office.now + timedelta(seconds=1))


def page(office: Desk, address: str, who: int | None = None, status: int = 200) -> str:
    people = office.town.people
    answer = office.browser(people.nora if who is None else who).get(address)
    assert answer.status_code == status
    return " ".join(answer.text.split())


def test_everybody_reads_what_a_newer_version_says_otherwise(
    office: Desk, clock_stands: None
) -> None:
    changed(
        office,
        "decide-request",
        (b'name="Review the request"', b'name="Look at the request"'),
        (b'due="P2BD"', b'due="P9BD"'),
    )
    office.app.config["NOW"] = office.now + timedelta(minutes=1)
    text = page(office, "/diagrams/decide-request/compare", office.town.people.rosa)
    assert "version 1 and version 2" in text
    assert "&#34;Review the request&#34; is now called &#34;Look at the request&#34;." in text
    assert "is now 9 business days; before, 2 business days." in text
    assert text.count("data-diagram") == 2
    assert "What past cases would have met" not in text
    back = page(office, "/diagrams/decide-request/compare?before=2&after=1")
    assert "&#34;Look at the request&#34; is now called &#34;Review the request&#34;." in back
    assert "What past cases would have met" in back


def test_a_version_is_not_compared_with_itself(office: Desk) -> None:
    for asked in ("", "?before=77&after=x"):
        text = page(office, f"/diagrams/create-site/compare{asked}")
        assert "There is only this version so far." in text
    changed(office, "decide-request", (b"Review the request", b"Look at the request"))
    again = page(office, "/diagrams/decide-request/compare?before=1&after=1")
    assert "Choose another version above." in again


def test_a_process_that_is_not_there_cannot_be_compared(office: Desk) -> None:
    assert "No version of the process" in page(office, "/diagrams/nothing/compare", status=404)


def test_an_owner_sees_what_past_cases_would_have_met(office: Desk, clock_stands: None) -> None:
    assert "No ended case can be played here" in page(office, IMPACT.format(1))
    walk = walking.start(office.town, now=office.now).do("SubmitRequest")
    walk.send("WithdrawWhileForwarding")
    assert "goes the same way" in page(office, IMPACT.format(1))
    # From then on a withdrawal leads to another end.
    data = publication.shipped(settings().policy_dir)["create-site"]
    flow = b'sourceRef="WithdrawWhileForwarding" targetRef="WithdrawnEarly"'
    assert flow in data
    changed(office, "create-site", (flow, flow.replace(b"WithdrawnEarly", b"RequestDeclined")))
    text = page(office, IMPACT.format(2))
    assert walk.case.label in text
    assert "It ends with &#34;Declined&#34;, not with &#34;Withdrawn&#34;." in text
    assert "goes the same way" in page(office, IMPACT.format(1))


def test_whoever_owns_no_policy_does_not_see_past_cases_so(office: Desk) -> None:
    page(office, IMPACT.format(1), office.town.people.rosa, status=403)
    page(office, IMPACT.format(9), status=404)


def test_confidential_cases_are_not_played(office: Desk, clock_stands: None) -> None:
    walk = investigating.complain(
        office.town, investigating.open_office(office.town), now=office.now
    )
    with transaction() as session:
        case = session.get_one(Case, walk.case_id)
        case.ended_at, case.outcome = office.now, "Closed"
    text = page(office, "/diagrams/investigate-complaint/versions/1/impact")
    assert "Its cases are confidential, so they are not played here." in text
    assert walk.case.label not in text
    assert "is not on its record" not in text
    data = publication.shipped(settings().policy_dir)["investigate-complaint"]
    edited = data.replace(b'name="Choose who leads"', b'name="Say who leads"')
    draft = drafts.open_upload(edited, by=office.town.people.nora, now=office.now)
    text = page(office, f"/diagrams/drafts/{draft.id}/impact")
    assert "not played here; fewer than 5 run, and none of them is sorted." in text


def test_what_a_confidential_case_of_an_open_process_would_meet_is_not_told(
    office: Desk, clock_stands: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = walking.start(office.town, now=office.now).do("SubmitRequest")
    walk.send("WithdrawWhileForwarding")
    with transaction() as session:
        session.get_one(Case, walk.case_id).confidential = True
    text = page(office, IMPACT.format(1))
    assert "No ended case can be played here" in text
    assert walk.case.label not in text
    monkeypatch.setattr(comparisons, "FEWEST_TOLD", 1)
    text = page(office, IMPACT.format(1))
    assert "Confidential cases were played too" in text
    assert "goes the same way" not in text


def test_cases_are_played_on_a_draft_and_on_what_calls_it(office: Desk, clock_stands: None) -> None:
    walk = walking.forwarded(office.town, now=office.now)
    walk.do("ReviewRequest", decision="not-city-supported")
    assert walk.case.outcome == "Not City-Supported"
    data = publication.shipped(settings().policy_dir)["decide-request"]
    edited = data.replace(b'decision = "not-city-supported"', b'decision = "never"')
    assert edited != data
    draft = drafts.open_upload(edited, by=office.town.people.nora, now=office.now)
    text = page(office, f"/diagrams/drafts/{draft.id}/impact")
    assert "What 1 case meets" in text
    assert f'href="/cases/{walk.case.number}"' in text
    assert '<td data-label="Differs first at">Submit site request</td>' in text
    assert "&#34;Submit site request&#34; is asked for once more." in text
    assert "goes the same way" not in text
    assert "What past cases would have met on it" in page(office, f"/diagrams/drafts/{draft.id}")
    page(office, f"/diagrams/drafts/{draft.id}/impact", office.town.people.rosa, status=403)
    stuck = edited.replace(b' default="RequestCompleteToReturnForChanges"', b"")
    assert stuck != edited
    draft = drafts.open_upload(stuck, by=office.town.people.nora, now=office.now)
    text = page(office, f"/diagrams/drafts/{draft.id}/impact")
    assert "No case can be played on it yet." in text
    assert "gets stuck" not in text


def test_a_draft_is_tried_with_what_it_calls_as_that_is_in_force_now(
    office: Desk, clock_stands: None
) -> None:
    walk = walking.forwarded(office.town, now=office.now)
    walk.do("ReviewRequest", decision="not-city-supported")
    walking.forwarded(office.town, now=office.now)
    data = publication.shipped(settings().policy_dir)["create-site"]
    edited = data.replace(b'name="Submit site request"', b'name="Ask for a site"')
    draft = drafts.open_upload(edited, by=office.town.people.nora, now=office.now)
    address = f"/diagrams/drafts/{draft.id}/impact"
    text = page(office, address)
    assert "goes the same way" in text
    assert "Can be moved: 1" in text
    way = b'decision = "not-city-supported"'
    changed(office, "decide-request", (way, b'decision = "never"'))
    office.app.config["NOW"] = office.now + timedelta(minutes=1)
    text = page(office, address)
    assert "goes the same way" not in text
    assert "&#34;Ask for a site&#34; is asked for once more." in text
    assert "Can be moved: 1" in text
