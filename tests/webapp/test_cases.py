"""Cases as people meet them: found, read, commented, withdrawn; and closed to those without a part."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask

from models.cases import File
from models.database import db, transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


def test_a_case_says_where_it_stands_and_how_it_got_there(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    page = town.browser(town.town.people.rosa).get(f"/cases/{walk.case.number}").text
    assert "Waits for Communications to do “Review the request”" in page
    assert "Rosa Valdez completed “Submit site request”" in page
    assert "Dan Okafor completed “Forward the request”" in page
    assert "&#34;live&#34;: [&#34;ReviewRequest&#34;, &#34;ReviewAndDecide&#34;]" in page
    assert "ForwardRequest" in page


def test_a_launch_is_told_to_whoever_set_it_off_and_the_case_leads_to_the_site(
    town: Desk,
) -> None:
    walk = walking.prepare(walking.with_account(town.town, now=town.now))
    chen = town.browser(town.town.people.chen)
    chen.get("/tasks?tab=roles")
    done = town.complete(walk, "ConfirmReadiness")
    told = chen.get(done.location).text
    assert "Siteward did by itself: Launch the site." in told
    assert "the next step comes Wednesday 16 December" in told
    page = town.browser(town.town.people.rosa).get(f"/cases/{walk.case.number}").text
    assert "Nothing waits for anybody; the next step comes Wednesday 16 December" in page
    assert 'href="/sites/S01"' in page
    assert "&#34;live&#34;: [&#34;ThirtyDaysLive&#34;]" in page


def test_who_finishes_first_hears_for_whom_the_case_still_waits(town: Desk) -> None:
    walk = walking.with_account(town.town, now=town.now)
    chen = town.browser(town.town.people.chen)
    chen.get("/tasks?tab=roles")
    done = town.complete(walk, "CheckTraining")
    told = chen.get(done.location).text
    assert "still waits for Department (“Meet the standards”) and City Clerk" in told


def test_a_case_is_found_by_its_number_and_by_words(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now, proposed_name="Harbour Lights")
    rosa = town.browser(town.town.people.rosa)
    for query in (
        f"q={walk.case.number}",
        f"q=R-{walk.case.number}",
        "q=lights+harbour",
        "state=open",
    ):
        assert "Harbour Lights" in rosa.get(f"/cases?{query}").text, query
    for query in ("q=9999", "q=100%25", "state=ended", "q=harbour&state=ended"):
        assert "No case found" in rosa.get(f"/cases?{query}").text, query
    assert "Harbour Lights" in rosa.get("/cases?tab=mine").text


def test_a_case_is_not_there_for_those_who_have_no_part_in_it(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now, proposed_name="Harbour Lights")
    nora = town.browser(town.town.people.nora)
    assert nora.get(f"/cases/{walk.case.number}").status_code == 404
    assert "Harbour Lights" not in nora.get("/cases").text
    assert "Harbour Lights" not in nora.get("/cases?q=harbour").text
    assert (
        town.post(
            town.town.people.nora, f"/cases/{walk.case.number}/comments", text="x"
        ).status_code
        == 404
    )
    assert nora.get("/cases/99999").status_code == 404


def test_an_auditor_reads_every_case(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    with transaction() as session:
        city.grant(session, town.town.people.nora, "auditor")
    assert town.browser(town.town.people.nora).get(f"/cases/{walk.case.number}").status_code == 200


def test_answers_stand_in_words_and_security_only_before_those_who_need_it(town: Desk) -> None:
    walk = walking.advised(town.town, now=town.now)
    address = f"/cases/{walk.case.number}"
    decider = town.browser(town.town.people.chen).get(address).text
    requester = town.browser(town.town.people.rosa).get(address).text
    for page in (decider, requester):
        assert "Parks and Recreation" in page
        assert "Instagram" in page
    assert "not shown: for those who need to know" in requester
    assert "not shown: for those who need to know" not in decider


def test_the_requester_withdraws_with_a_reason(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    rosa, number = town.town.people.rosa, walk.case.number
    assert "Withdraw request" in town.browser(rosa).get(f"/cases/{number}").text
    (message,) = [t for t in walk.open_tasks() if t.kind == "message"]
    address = f"/cases/{number}/messages/{message.id}"
    assert town.post(rosa, address, reason="").status_code == 422
    assert town.post(town.town.people.chen, address, reason="Not mine.").status_code == 403
    assert town.post(rosa, address, reason="We found another way.").status_code == 303
    page = town.browser(rosa).get(f"/cases/{number}").text
    assert "Ended: " in page
    assert "We found another way." in page
    assert town.post(rosa, address, reason="Again.").status_code == 409


def test_a_message_that_the_case_does_not_wait_for_is_refused(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    other = walking.forwarded(town.town, now=town.now)
    (message,) = [t for t in other.open_tasks() if t.kind == "message"]
    rosa = town.town.people.rosa
    sent = town.post(rosa, f"/cases/{walk.case.number}/messages/{message.id}", reason="x")
    assert sent.status_code == 404


def test_a_comment_is_added_from_the_page_of_the_case(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    rosa = town.town.people.rosa
    sent = town.post(rosa, f"/cases/{walk.case.number}/comments", text="Any news?")
    assert sent.status_code == 303
    assert "Any news?" in town.browser(rosa).get(f"/cases/{walk.case.number}").text


def test_a_document_is_handed_out_to_readers_of_the_case_only(town: Desk) -> None:
    walk = walking.with_account(town.town, now=town.now)
    file = db.session.query(File).filter_by(case_id=walk.case_id).first()
    assert file is not None
    address = f"/files/{file.id}"
    db.session.rollback()
    answer = town.browser(town.town.people.chen).get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert town.browser(town.town.people.hal).get(address).status_code == 404
    assert town.browser(town.town.people.chen).get("/files/99999").status_code == 404


def test_the_start_page_says_how_long_it_usually_takes(town: Desk) -> None:
    rosa = town.town.people.rosa
    assert "not known yet" in town.browser(rosa).get("/start").text
    for days in (3, 9):
        walk = walking.start(town.town, now=town.now)
        walk.now += timedelta(days=days)
        walk.send("WithdrawBeforeForwarding")
        page = town.browser(rosa).get("/start").text
        assert ("Usually takes: 3 days, as the one case did" in page) is (days == 3)
    assert "Usually takes: 6 days, by the last 2 cases" in page


def test_a_process_is_started_only_by_those_it_is_for(town: Desk) -> None:
    rosa = town.town.people.rosa
    page = town.browser(rosa).get("/start").text
    assert "Create site" in page
    assert "Will be asked: Department, Communications" in page
    assert town.post(rosa, "/start/gather-advice").status_code == 403
    assert town.post(rosa, "/start/no-such-process").status_code == 404


def test_every_diagram_is_shown_in_picture_and_words(town: Desk) -> None:
    chen = town.browser(town.town.people.chen)
    listed = chen.get("/diagrams").text
    for key in ("create-site", "decide-request", "gather-advice", "agree-contract"):
        assert f"/diagrams/{key}" in listed
        page = chen.get(f"/diagrams/{key}").text
        assert "The same in words" in page
        xml = chen.get(f"/diagrams/{key}/versions/1/xml")
        assert xml.mimetype == "application/xml"
        again = chen.get(
            f"/diagrams/{key}/versions/1/xml", headers={"If-None-Match": xml.headers["ETag"]}
        )
        assert again.status_code == 304
    assert chen.get("/diagrams/create-site/versions/1").status_code == 200
    for missing in (
        "/diagrams/x",
        "/diagrams/create-site/versions/9",
        "/diagrams/x/versions/1/xml",
    ):
        assert chen.get(missing).status_code == 404


def test_the_policy_page_leads_from_clause_to_acts_rules_and_steps(town: Desk) -> None:
    page = town.browser(town.town.people.chen).get("/policy").text
    for text in ("GC-2", "K01", "Decide on the request", "no step yet"):
        assert text in page


def test_notices_are_told_and_put_away(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    town.complete(walk, "ReviewRequest", decision="return", reason="Name the goal.")
    rosa = town.town.people.rosa
    page = town.browser(rosa).get("/notices").text
    assert "waits for you: Submit site request" in page
    last = page.split('name="up_to" value="')[1].split('"')[0]
    assert town.post(rosa, "/notices/reading", up_to=last).status_code == 303
    assert "No notices" in town.browser(rosa).get("/notices").text


def test_a_returned_form_holds_the_answers_of_the_last_round(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now, proposed_name="Harbour Lights")
    walk.do("ReviewRequest", decision="return", reason="Name the goal.")
    task = walk.task("SubmitRequest")
    page = town.browser(town.town.people.rosa).get(f"/tasks/{task.id}").text
    assert 'value="Harbour Lights"' in page
    assert "Name the goal." in page


def test_a_file_too_large_for_the_server_is_refused_with_a_page(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    task = walk.task("SubmitRequest")
    town.app.config["MAX_CONTENT_LENGTH"] = 100_000
    large = (BytesIO(b"%PDF" + bytes(200_000)), "large.pdf")
    answer = town.post(town.town.people.rosa, f"/tasks/{task.id}/completion", attachments=large)
    assert answer.status_code == 413
