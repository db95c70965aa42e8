"""Tasks as people meet them: lists, forms, and what happens when two want the same."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, has_request_context, request
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from models.cases import Draft, File, Task
from models.database import db, transaction
from models.people import TrainingRecord
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from tests.workflows.drawn import drawn

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


def test_a_request_becomes_a_launched_site_over_the_pages(town: Desk) -> None:
    people = town.town.people
    started = town.post(people.rosa, "/start/create-site")
    assert started.status_code == 303
    task_id = int(started.location.rsplit("/", 1)[1])
    walk = walking.Walk(town.town, db.session.get_one(Task, task_id).case_id, town.now)
    sent = {}
    for element in walking.TO_A_LIVE_SITE:
        with _of_completions() as statements:
            answer = town.complete(walk, element)
        assert answer.status_code == 303, (element, answer.text)
        sent[element] = len(statements)
    assert sent.pop("ConfirmReadiness") <= 16, "what may be sent where a site goes live"
    assert max(sent.values()) <= 12, sent
    public = town.browser(people.nora).get("/register.json").json
    assert public is not None
    (site,) = public["sites"]
    assert site["official"] is True


@contextmanager
def _of_completions() -> Generator[list[str]]:
    """Collect what a request that completes a step sends, who is signed in not among it."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        is_ours = has_request_context() and request.path.endswith("/completion")
        if is_ours and "FROM user_session" not in statement and statement[:5] != "BEGIN":
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_form_with_mistakes_comes_back_with_all_that_was_typed(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    task = walk.task("SubmitRequest")
    typed = {"proposed_name": "Parks on Instagram", "account_email": "not an address"}
    answer = town.post(town.town.people.rosa, f"/tasks/{task.id}/completion", **typed)
    assert answer.status_code == 422
    assert 'value="Parks on Instagram"' in answer.text
    assert 'value="not an address"' in answer.text
    assert "error-summary" in answer.text
    assert "<title>Error:" in answer.text
    assert walk.waits_for == {"SubmitRequest"}


def test_a_document_that_was_attached_survives_a_mistake_elsewhere(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    task = walk.task("SubmitRequest")
    name = next(
        f.id for f in walk.diagrams.node(task.diagram, task.element).fields if f.type == "file"
    )
    sent = {name: (BytesIO(PDF), "page.pdf")}
    answer = town.post(town.town.people.rosa, f"/tasks/{task.id}/completion", **sent)
    assert answer.status_code == 422
    assert "Attached: page.pdf" in answer.text
    assert f'name="{name}-kept"' in answer.text


def test_a_form_that_comes_back_does_not_pile_up_its_documents(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    task, rosa = walk.task("SubmitRequest"), town.town.people.rosa
    node = walk.diagrams.node(task.diagram, task.element)
    name = next(field.id for field in node.fields if field.type == "file")

    def send(content: bytes, **fields: str) -> TestResponse:
        sent = {**fields, name: (BytesIO(content), "page.pdf")}
        return town.post(rosa, f"/tasks/{task.id}/completion", **sent)

    for content in (PDF, PDF, PDF + b"\n", PDF):
        assert send(content).status_code == 422
    db.session.rollback()
    assert len(db.session.scalars(select(File.id)).all()) == 2
    whole = dict(desk.as_typed(node, walk.form(task, rosa, {})))
    assert send(PDF, **whole).status_code == 303
    db.session.rollback()
    (kept,) = db.session.scalars(select(File))
    assert (db.session.get_one(Task, task.id).answers or {})[name] == kept.id
    assert kept.size == len(PDF)


def test_a_document_of_a_kind_that_is_not_taken_is_refused_at_its_field(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    task = walk.task("SubmitRequest")
    name = next(
        f.id for f in walk.diagrams.node(task.diagram, task.element).fields if f.type == "file"
    )
    sent = {name: (BytesIO(b"MZ"), "setup.exe")}
    answer = town.post(town.town.people.rosa, f"/tasks/{task.id}/completion", **sent)
    assert answer.status_code == 422
    assert "of a kind that is not taken" in answer.text


def test_of_two_people_who_complete_the_same_task_one_is_told_who_was_faster(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    sent = dict(
        desk.as_typed(
            walk.diagrams.node(task.diagram, task.element), walk.form(task, town.town.mia, {})
        )
    )
    first = town.post(town.town.people.chen, f"/tasks/{task.id}/completion", **sent)
    second = town.post(town.town.mia, f"/tasks/{task.id}/completion", **sent)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Chen Wu" in second.text


def test_a_task_of_another_role_is_refused(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    assert town.browser(town.town.people.dan).get(f"/tasks/{task.id}").status_code == 403
    assert town.post(town.town.people.dan, f"/tasks/{task.id}/completion").status_code == 403
    assert town.browser(town.town.people.hal).get(f"/tasks/{task.id}").status_code == 403
    assert town.browser(town.town.people.dan).get("/tasks/99999").status_code == 404


def test_the_page_of_a_check_shows_what_is_on_record(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    steps = walking.TO_A_LIVE_SITE
    for element in steps[: steps.index("CheckTraining")]:
        walk.do(element)
    with transaction() as session:
        session.add(
            TrainingRecord(
                person_id=town.town.people.rosa,
                course="security",
                completed_on=town.now.date(),
                expires_on=date(2027, 11, 16),
            )
        )
    address = f"/tasks/{walk.task('CheckTraining').id}"
    page = town.browser(town.town.people.chen).get(address).text
    assert "Training on record" in page
    assert "Tuesday 16 November 2027" in page
    assert "None on record" in page
    other = f"/tasks/{walk.task('MeetStandards').id}"
    assert "Training on record" not in town.browser(town.town.people.dan).get(other).text


def test_the_list_asks_the_database_no_more_for_more_rows(town: Desk) -> None:
    browser = town.browser(town.town.people.chen)

    def statements(rows: int) -> int:
        with walking.counted() as sent:
            page = browser.get("/tasks/?tab=roles").text
        assert page.count("data-list-row") == rows
        return len(sent)

    for _ in range(2):
        walking.forwarded(town.town, now=town.now)
    statements(2)  # what is read once and kept
    few = statements(2)
    for _ in range(3):
        walking.forwarded(town.town, now=town.now)
    assert statements(5) == few


def test_the_page_says_why_me_and_what_follows(town: Desk) -> None:
    walk = walking.advised(town.town, now=town.now)
    page = town.browser(town.town.people.chen).get(f"/tasks/{walk.task('DecideRequest').id}").text
    assert "Why you" in page
    assert "GC-2" in page
    assert "What follows" in page
    assert "Reject" in page
    assert "Rosa Valdez completed" in page


def test_the_page_says_what_the_request_is_about_and_what_others_advised(town: Desk) -> None:
    walk = walking.advised(town.town, now=town.now, proposed_name="Parks on Instagram")
    chen, dan = town.town.people.chen, town.town.people.dan
    page = town.browser(chen).get(f"/tasks/{walk.task('DecideRequest').id}").text
    assert "What it is about" in page
    assert page.count("Parks on Instagram") > 1
    assert "Advise on security, Ivy" in page
    assert "Advice to Communications" in page
    assert "Communications director" in page
    back = town.complete(walk, "DecideRequest", decision="return", reason="Say more.")
    assert back.status_code == 303
    town.complete(walk, "SubmitRequest", proposed_name="Parks of Northwater")
    page = town.browser(dan).get(f"/tasks/{walk.task('ForwardRequest').id}").text
    assert "Parks of Northwater" in page
    assert "Parks on Instagram" not in page
    assert "Advice to Communications" not in page
    assert "not shown: for those who need to know" in page


def test_a_rule_that_warns_is_read_before_and_hinders_nobody(app: Flask, now: datetime) -> None:
    sketch = "start S; user A; service L; end E; S -> A -> L -> E".replace("; ", "\n")
    file = drawn(sketch, "create-site", topics={"L": "launch-site"}, lanes={"Requester": "SALE"})
    town = desk.settle(app, now, {"create-site": file})
    rosa = town.town.people.rosa
    task = walking.start(town.town, now=now).task("A")
    page = town.browser(rosa).get(f"/tasks/{task.id}").text
    assert "A rule warns" in page
    assert {"K10", "K13"} == {rule for rule in ("K01", "K10", "K13") if rule in page}
    assert "Then: L." in page
    assert f"/tasks/{task.id}/completion" in page


def test_nobody_types_into_a_refusal(town: Desk) -> None:
    """Chen is named as an administrator, so may not decide: the page says so instead of a form."""
    chen = town.town.people.chen
    walk = walking.advised(town.town, now=town.now, backup_admin=chen)
    page = town.browser(chen).get(f"/tasks/{walk.task('DecideRequest').id}").text
    assert "The policy does not let you do this now" in page
    assert "K06" in page
    assert 'name="decision"' not in page


def test_what_is_typed_is_kept_as_a_draft_and_is_there_again(town: Desk) -> None:
    rosa = town.town.people.rosa
    walk = walking.start(town.town, now=town.now)
    task = walk.task("SubmitRequest")
    kept = town.post(rosa, f"/tasks/{task.id}/draft", proposed_name="Half a na", start_date="2026-")
    assert kept.status_code == 200
    page = town.browser(rosa).get(f"/tasks/{task.id}").text
    assert 'value="Half a na"' in page
    assert "Draft saved at" in page
    assert town.post(town.town.people.dan, f"/tasks/{task.id}/draft", x="y").status_code == 403
    town.complete(walk, "SubmitRequest")
    db.session.rollback()
    assert db.session.get(Draft, task.id) is None
    assert town.post(rosa, f"/tasks/{task.id}/draft", proposed_name="late").status_code == 409


def test_a_task_is_taken_released_and_handed_over(town: Desk) -> None:
    chen, mia = town.town.people.chen, town.town.mia
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    assert town.post(chen, f"/tasks/{task.id}/claim").status_code == 303
    assert town.post(mia, f"/tasks/{task.id}/claim").status_code == 409
    assert "Chen Wu works on this task" in town.browser(mia).get(f"/tasks/{task.id}").text
    assert town.post(chen, f"/tasks/{task.id}/release").status_code == 303
    handed = town.post(chen, f"/tasks/{task.id}/assignment", to=str(mia), reason="On leave.")
    assert handed.status_code == 303
    assert walk.task("ReviewRequest").claimed_by_id == mia
    no_reason = town.post(chen, f"/tasks/{task.id}/assignment", to=str(mia), reason="")
    assert no_reason.status_code == 422


def test_who_only_leads_is_asked_to_hand_over_and_not_to_fill_in(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    task, nora = walk.task("ReviewRequest"), town.town.people.nora
    with transaction() as session:
        city.grant(session, nora, "process_manager")
    page = town.browser(nora).get(f"/tasks/{task.id}").text
    assert "Communications does this task. You may hand it over" in page
    assert "Hand over to somebody else" in page
    assert f"/tasks/{task.id}/completion" not in page
    assert "Take this task" not in page
    assert town.post(nora, f"/tasks/{task.id}/completion").status_code in (403, 422)


def test_the_inbox_shows_each_tab_and_comes_back_to_the_same_list(town: Desk) -> None:
    people = town.town.people
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    for tab, who, shown in (
        ("roles", people.chen, True),
        ("mine", people.chen, False),
        ("others", people.rosa, True),
        ("done", people.dan, False),
    ):
        page = town.browser(who).get(f"/tasks?tab={tab}").text
        assert (f"/tasks/{task.id}" in page or f">{task.name}</a>" in page) is shown, tab
    assert "Forward" in town.browser(people.dan).get("/tasks?tab=done").text
    town.browser(people.chen).get("/tasks?tab=roles&sort=-opened&duty=review-request")
    assert "sort=-opened" in town.browser(people.chen).get(f"/tasks/{task.id}").text
    done = town.complete(walk, "ReviewRequest")
    assert done.location.endswith("/tasks?tab=roles&sort=-opened&duty=review-request")
    told = town.browser(people.chen).get(done.location).text
    assert "now waits for Information Technology" in told


def test_only_kinds_of_task_that_can_wait_for_one_are_offered(town: Desk) -> None:
    page = town.browser(town.town.people.chen).get("/tasks?tab=roles").text
    assert 'value="review-request"' in page
    assert 'value="take-action"' not in page
    assert 'value="set-up-retention"' not in page


@pytest.mark.parametrize(
    "query", ["page=-1", "page=999", "sort=nonsense", "tab=other", "duty=x%27"]
)
def test_a_list_is_not_upset_by_odd_addresses(town: Desk, query: str) -> None:
    assert town.browser(town.town.people.chen).get(f"/tasks?{query}").status_code == 200


def test_a_comment_stands_in_the_case_for_its_readers(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    chen = town.town.people.chen
    assert town.post(chen, f"/tasks/{task.id}/comments", text="Looks fine.").status_code == 303
    assert town.post(chen, f"/tasks/{task.id}/comments", text="  ").status_code == 422
    assert "Looks fine." in town.browser(chen).get(f"/cases/{walk.case.number}").text
