"""Rehearsals over HTTP: a draft is played, moved on, kept; two who play it, and what is refused."""

import re
from datetime import datetime

import pytest
from flask import Flask
from lxml.html import HtmlElement, fromstring
from sqlalchemy import select

from models.database import db
from models.studio import Rehearsal, Scenario
from tests.webapp import desk
from tests.webapp.desk import Desk
from workflows import rehearsals
from workflows.publication import drafts

PROCESS = "forward-request"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


@pytest.fixture
def draft(office: Desk, now: datetime) -> int:
    """A draft of Nora's, as the version in force."""
    return drafts.open_from(PROCESS, None, by=office.town.people.nora, now=now).id


def base(draft: int) -> str:
    return f"/diagrams/drafts/{draft}/rehearsals"


def page(office: Desk, who: int, address: str, status: int = 200) -> str:
    answer = office.browser(who).get(address)
    assert answer.status_code == status
    return " ".join(answer.text.split())


def begun(office: Desk, draft: int, process: str = "create-site") -> str:
    """Nora begins a rehearsal; gives its address."""
    answer = office.post(office.town.people.nora, base(draft), process=process)
    assert answer.status_code == 303, answer.text
    return str(answer.location).partition("#")[0]


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def typed(text: str) -> dict[str, list[str]]:
    """Give what a browser would send of the form of a step, as it stands on the page."""
    whole: HtmlElement = fromstring(text)
    (form,) = whole.find_class("page-form")
    sent: dict[str, list[str]] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return {name: values for name, values in sent.items() if name != "csrf_token"}


def filled(office: Desk, who: int, address: str, **answers: str) -> dict[str, list[str]]:
    """Let Siteward fill in the form of the step that waits, and change some of it."""
    answer = office.browser(who).get(f"{address}?fill=yes")
    return {**typed(answer.text), **{name: [answer] for name, answer in answers.items()}}


def test_a_draft_is_played_from_where_its_caller_begins(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora = office.town.people.nora
    text = page(office, nora, base(draft))
    assert "Nobody has rehearsed this draft yet." in text
    assert "No scenario yet" in text
    assert "Create site, which calls it" in text
    address = begun(office, draft)
    text = page(office, nora, address)
    assert "Rehearsal of Create site" in text
    assert "A Requester started “Create site”." in text
    assert "An invented department" in text
    sent = filled(office, nora, address)
    answer = office.post(nora, f"{address}/answers", **sent)
    assert answer.status_code == 303, answer.text
    text = page(office, nora, address)
    assert "A Requester did “Submit site request”." in text
    assert "Forward the request" in text
    assert "A Forwarding authority" in text
    text = page(office, nora, base(draft))
    assert "Waiting</span></span> Forward the request" in text


def test_a_form_that_lacks_something_comes_back_with_what_was_typed(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    sent = filled(office, nora, address, proposed_name="", proposed_handle="northwaterparks")
    answer = office.post(nora, f"{address}/answers", **sent)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "northwaterparks" in answer.text


def test_the_rest_of_a_form_is_filled_in_around_what_was_chosen(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    sent = {**typed(office.browser(nora).get(address).text), "proposed_name": ["Northwater Rinks"]}
    answer = office.post(nora, f"{address}/answers", **sent, **{"rehearsal-fill": "yes"})
    assert answer.status_code == 200
    whole = typed(answer.text)
    assert whole["proposed_name"] == ["Northwater Rinks"]
    assert office.post(nora, f"{address}/answers", **whole).status_code == 303


def test_the_clock_moves_to_a_deadline_and_back_by_taking_the_move_back(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    office.post(nora, f"{address}/answers", **filled(office, nora, address))
    text = page(office, nora, address)
    revision = hidden(text, "rehearsal-revision")
    deadline = re.search(r'name="deadline" value="([^"]+)"', text)
    assert deadline is not None
    fields = {"rehearsal-revision": revision, "deadline": deadline[1]}
    assert office.post(nora, f"{address}/clock", **fields).status_code == 303
    text = page(office, nora, address)
    assert "The deadline “After 3 business days” of “Forward the request” came." in text
    assert "would be reminded" in text
    assert "Thursday 19 November 2026" in text
    revision = hidden(text, "rehearsal-revision")
    assert (
        office.post(nora, f"{address}/undo", **{"rehearsal-revision": revision}).status_code == 303
    )
    assert "came." not in page(office, nora, address)


def test_the_clock_takes_days_and_moments_and_nothing_else(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    for fields in ({"days": "2"}, {"to": "moment", "moment": "2026-11-25T09:00"}):
        revision = {"rehearsal-revision": hidden(page(office, nora, address), "rehearsal-revision")}
        assert office.post(nora, f"{address}/clock", **fields, **revision).status_code == 303
    assert "Wednesday 25 November 2026, 09:00" in page(office, nora, address)
    revision = {"rehearsal-revision": hidden(page(office, nora, address), "rehearsal-revision")}
    for wrong, status in (
        ({"days": "many"}, 422),
        ({"days": "0"}, 409),
        ({"to": "moment", "moment": "soon"}, 422),
        ({"to": "moment", "moment": "9999-12-31T23:59"}, 422),
        ({"to": "moment", "moment": "0001-01-01T00:00"}, 409),
        ({"to": "moment", "moment": "2026-11-01T09:00"}, 409),
        ({"to": "moment", "moment": "9999-11-01T09:00"}, 409),
        ({"deadline": "create-site Nothing 0"}, 409),
    ):
        assert office.post(nora, f"{address}/clock", **wrong, **revision).status_code == status


def test_two_on_one_rehearsal_are_told_of_each_other(
    office: Desk, draft: int, clock_stands: None
) -> None:
    people, address = office.town.people, begun(office, draft)
    both = {who: filled(office, who, address) for who in (people.nora, people.ada)}
    assert (
        office.post(people.nora, f"{address}/clock", days="1", **_revision(both)).status_code == 303
    )
    late = office.post(people.ada, f"{address}/answers", **both[people.ada])
    assert late.status_code == 409
    assert "Somebody went on with this rehearsal" in late.text
    assert "Invented for the rehearsal" in late.text
    assert office.post(people.ada, f"{address}/undo", **_revision(both)).status_code == 409


def _revision(sent: dict[int, dict[str, list[str]]]) -> dict[str, str]:
    first = next(iter(sent.values()))
    return {"rehearsal-revision": first["rehearsal-revision"][0]}


def test_what_the_rules_forbid_is_refused_as_at_work(
    office: Desk, now: datetime, clock_stands: None
) -> None:
    """Played by itself, it reviews what no department has forwarded."""
    nora = office.town.people.nora
    draft = drafts.open_from("decide-request", None, by=nora, now=now).id
    address = begun(office, draft, "decide-request")
    answer = office.post(nora, f"{address}/answers", **filled(office, nora, address))
    assert answer.status_code == 409
    assert "The policy does not allow this now" in answer.text
    assert "the department has not forwarded it" in answer.text
    assert "The story so far" in answer.text


def test_a_rehearsal_is_kept_set_aside_and_retired(
    office: Desk, draft: int, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    revision = hidden(page(office, nora, address), "rehearsal-revision")
    assert office.post(nora, f"{address}/scenario", revision=revision, title="").status_code == 422
    kept = office.post(nora, f"{address}/scenario", revision=revision, title="A request begins")
    assert kept.status_code == 303
    (row,) = db.session.scalars(select(Scenario))
    scenario = f"/diagrams/drafts/{draft}/scenarios/{row.id}"
    assert kept.location == scenario
    text = page(office, nora, scenario)
    assert "A request begins" in text
    assert "Goes as it did" in text
    assert "It goes on" in text
    assert office.post(nora, f"{scenario}/set-aside").status_code == 422
    aside = office.post(nora, f"{scenario}/set-aside", **{"aside-reason": "It begins otherwise."})
    assert aside.status_code == 303
    assert "Set aside" in page(office, nora, base(draft))
    assert office.post(nora, f"{scenario}/take-up").status_code == 303
    assert office.post(nora, f"{scenario}/take-up").status_code == 409
    again = office.post(nora, base(draft), scenario=str(row.id))
    assert again.status_code == 303
    assert office.post(nora, f"{scenario}/retire").status_code == 422
    retired = office.post(nora, f"{scenario}/retire", **{"retire-reason": "Only tried."})
    assert retired.status_code == 303
    assert "It holds no longer: Only tried." in page(office, nora, scenario)
    assert "Retired scenarios" in page(office, nora, base(draft))


def test_a_report_leads_to_where_a_scenario_goes_otherwise(
    office: Desk, draft: int, now: datetime, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    for _ in range(2):
        office.post(nora, f"{address}/answers", **filled(office, nora, address))
    revision = hidden(page(office, nora, address), "rehearsal-revision")
    office.post(nora, f"{address}/scenario", revision=revision, title="It is forwarded")
    found = drafts.of_id(db.session(), draft)
    content = found.xml.replace(b'id="forward"', b'id="onward"')
    drafts.replace(draft, content, revision=found.revision, by=nora, now=now)
    drafts.check(office.town.runtime, draft, now=now)
    report = page(office, nora, f"/diagrams/drafts/{draft}/report")
    assert "The scenario “It is forwarded” goes otherwise." in report
    assert f'<a href="{base(draft)}">See the scenarios' in report
    number = max(int(one) for one in re.findall(r"report/findings/(\d+)", report))
    way = page(office, nora, f"/diagrams/drafts/{draft}/report/findings/{number}")
    assert "A Requester did “Submit site request”." in way
    assert "has no choice “forward” any more" in way
    text = page(office, nora, base(draft))
    assert "Goes otherwise" in text
    assert "1 scenario goes otherwise on this draft." in text
    assert "Move 3 does not fit the draft any more." in page(office, nora, address)
    (row,) = db.session.scalars(select(Scenario))
    scenario = page(office, nora, f"/diagrams/drafts/{draft}/scenarios/{row.id}")
    assert "Mend the diagram" in scenario


def test_a_rehearsal_is_for_those_who_edit_diagrams(
    office: Desk, draft: int, clock_stands: None
) -> None:
    rosa, address = office.town.people.rosa, begun(office, draft)
    for path in (base(draft), address, f"/diagrams/drafts/{draft}/scenarios/1"):
        page(office, rosa, path, 403)
    for path in (base(draft), f"{address}/answers", f"{address}/clock", f"{address}/undo"):
        assert office.post(rosa, path).status_code == 403


def test_what_is_not_there_is_not_found(office: Desk, draft: int, clock_stands: None) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    page(office, nora, f"{base(draft)}/99", 404)
    page(office, nora, f"/diagrams/drafts/{draft}/scenarios/99", 404)
    page(office, nora, "/diagrams/drafts/99/rehearsals", 404)
    assert office.post(nora, base(draft), process="launch-site").status_code == 404
    assert office.post(nora, base(draft), scenario="99").status_code == 404
    gone = {"rehearsal-place": "create-site Nothing 0", "rehearsal-revision": "1"}
    assert office.post(nora, f"{address}/answers", **gone).status_code == 404


def test_a_dropped_draft_is_not_rehearsed_any_more(
    office: Desk, draft: int, now: datetime, clock_stands: None
) -> None:
    nora, address = office.town.people.nora, begun(office, draft)
    revision = drafts.of_id(db.session(), draft).revision
    drafts.drop(office.town.runtime, draft, revision=revision, by=nora, now=now)
    assert "Fill in invented answers" not in page(office, nora, address)
    assert office.post(nora, base(draft), process="create-site").status_code == 409
    assert office.post(nora, f"{address}/undo", **{"rehearsal-revision": "1"}).status_code == 409
    assert rehearsals.of_draft(db.session(), draft)
    assert db.session.scalars(select(Rehearsal)).one().moves
