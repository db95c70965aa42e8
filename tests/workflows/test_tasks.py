"""What people do with a task, and what is refused to them."""

from datetime import datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Draft, File
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import documents, drafts, offers, tasks
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.people import duties_of


def forwarder_at(town: Town, unit: int, given_name: str = "Fay") -> int:
    """Settle one more forwarder, in that unit."""
    with walking.writing() as session:
        person = city.person(session, given_name, "Forde", unit)
        city.grant(session, person, "dept_forwarder", unit_id=unit)
    return person


def test_a_completion_says_what_waits_now(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    done = walk.complete(walk.task("ForwardRequest"), town.people.dan, {})
    assert (done.task.outcome, done.case.label) == ("forward", "R-1001")
    assert {task.element for task in done.opened} == {"ReviewRequest", "WithdrawWhileDeciding"}
    assert all(task.id for task in done.opened)


def test_what_was_submitted_is_kept_as_it_was(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    task = walk.task("ForwardRequest")
    answers = {"decision": "forward", "capacity_confirmed": True, "note": "Gladly."}
    tasks.complete(town.runtime, task.id, by=town.people.dan, answers=answers, now=now)
    (kept,) = [task for task in walk.case.tasks if task.element == "ForwardRequest"]
    assert (kept.answers, kept.completed_by_id, kept.closed_at) == (answers, town.people.dan, now)


def test_a_task_that_does_not_exist_is_not_found(town: Town, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        tasks.find(99)
    with pytest.raises(NotFoundError):
        tasks.complete(town.runtime, 99, by=town.people.dan, answers={}, now=now)


def test_a_task_is_done_by_those_whom_it_waits_for(town: Town, now: datetime) -> None:
    elsewhere = forwarder_at(town, town.people.fire)
    walk = walking.start(town, now=now)
    with pytest.raises(NotAllowedError, match="waits for Requester"):
        walk.do("SubmitRequest", town.people.nora)
    walk.do("SubmitRequest")
    for person in (town.people.rosa, town.people.chen, elsewhere):
        with pytest.raises(NotAllowedError, match=r"“Forward the request” waits for Department"):
            walk.do("ForwardRequest", person)
    assert walk.waits_for == {"ForwardRequest"}


def test_a_stranger_does_not_learn_of_a_confidential_task(app: Flask, now: datetime) -> None:
    text = "start S\nuser A\nuser B\nend E\nS -> A -> B -> E"
    lanes = {"Requester": ["A"], "Human Resources": ["B"]}
    town = walking.settle(now, {"main": drawn(text, lanes=lanes, confidential=True)})
    walk = walking.start(town, now=now, process="main").do("A")
    with pytest.raises(NotFoundError, match=r"There is no such task\."):
        walk.do("B", town.people.chen)
    offers.take(town.runtime, walk.task("B").id, by=town.people.hal, now=now)
    assert walk.do("B", town.people.hal).case.outcome == "E"


def test_a_role_that_has_ended_does_nothing_more(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        was = city.person(session, "Wes", "Past", town.people.communications)
        city.grant(session, was, "comms_reviewer", ends_on=datetime(2026, 11, 15).date())  # noqa: DTZ001
    walk = walking.forwarded(town, now=now)
    with pytest.raises(NotAllowedError):
        walk.do("ReviewRequest", was)


def test_what_somebody_else_has_done_is_not_done_again(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    walk.do("ReviewRequest", town.mia)
    with pytest.raises(
        ConflictError, match=r"Mia Stone has already completed “Review the request”"
    ):
        walk.complete(task, town.people.chen, {})


def test_what_the_diagram_took_back_is_not_done_any_more(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    walk.send("WithdrawWhileDeciding")
    with pytest.raises(ConflictError, match=r"no longer needed: R-1001 has moved on"):
        walk.complete(task, town.people.chen, {})


def test_who_takes_a_task_keeps_it_from_others_until_they_give_it_back(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    assert walk.task("ReviewRequest").claimed_by_id == town.mia
    refusal = r"Mia Stone is working on “Review the request”"
    for deed in (tasks.claim, tasks.release):
        with pytest.raises(ConflictError, match=refusal):
            deed(town.runtime, task.id, by=town.people.chen, now=now)
    with pytest.raises(ConflictError, match=refusal):
        walk.do("ReviewRequest")
    tasks.release(town.runtime, task.id, by=town.mia, now=now)
    assert walk.do("ReviewRequest").waits_for == {"AdviseSecurity"}


def test_a_message_is_neither_a_task_nor_taken(town: Town, now: datetime) -> None:
    message = walking.start(town, now=now).task("WithdrawBeforeForwarding")
    with pytest.raises(NotFoundError):
        tasks.find(message.id)
    with pytest.raises(NotFoundError):
        tasks.claim(town.runtime, message.id, by=town.people.rosa, now=now)


def test_a_task_is_taken_only_by_who_may_do_it_and_while_it_is_open(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    with pytest.raises(NotAllowedError):
        tasks.claim(town.runtime, task.id, by=town.people.ivy, now=now)
    walk.do("ReviewRequest")
    with pytest.raises(ConflictError, match="already completed"):
        tasks.claim(town.runtime, task.id, by=town.mia, now=now)


def test_a_lead_hands_a_task_over_with_a_reason(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=town.people.chen, now=now)
    hand_over = partial(tasks.reassign, town.runtime, task.id, now=now)
    hand_over(to=town.mia, reason="Chen is ill.", by=town.mia)
    assert walk.task("ReviewRequest").claimed_by_id == town.mia
    with pytest.raises(InvalidAnswersError, match="Say why"):
        hand_over(to=town.people.chen, reason=" ", by=town.mia)
    with pytest.raises(NotAllowedError, match="Only a lead of Communications"):
        hand_over(to=town.people.chen, reason="I may not.", by=town.people.ivy)
    with pytest.raises(NotAllowedError, match="may not do this task"):
        hand_over(to=town.people.ivy, reason="She may not.", by=town.mia)
    walk.do("ReviewRequest", town.mia)
    with pytest.raises(ConflictError, match="Mia Stone has already completed"):
        hand_over(to=town.people.chen, reason="Too late.", by=town.mia)


def test_a_step_of_one_person_cannot_be_handed_over(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        manager = city.person(session, "Max", "Manager", town.people.hr)
        city.grant(session, manager, "process_manager")
    task = walking.start(town, now=now).task("SubmitRequest")
    with pytest.raises(NotAllowedError, match="may not do this task"):
        tasks.reassign(
            town.runtime, task.id, to=town.people.nora, reason="Rosa left.", by=manager, now=now
        )


def test_the_candidates_are_those_who_may_do_the_task(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    session = db.session()
    found = tasks.candidates(town.runtime, session, walk.task("ForwardRequest"), now)
    assert [person.name for person in found] == ["Dan Okafor"]


def test_a_draft_is_kept_for_who_types_and_holds_the_task(
    town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    save = partial(drafts.save_draft, town.runtime, task.id, now=now)
    assert save(by=town.mia, answers={"reason": ["Bec"]})
    assert save(by=town.mia, answers={"reason": ["Because"]})
    draft = drafts.draft_of(task.id, by=[town.mia])
    assert draft is not None
    assert draft.answers == {"reason": ["Because"]}
    assert drafts.draft_of(task.id, by=[town.people.chen]) is None
    assert walk.task("ReviewRequest").claimed_by_id == town.mia
    assert not save(by=town.people.chen, answers={"reason": ["No"]})
    with pytest.raises(ConflictError, match="Mia Stone is working on"):
        walk.do("ReviewRequest")
    assert walk.do("ReviewRequest", town.mia).waits_for == {"AdviseSecurity"}
    assert walking.count(db.session(), Draft) == 0
    assert not save(by=town.mia, answers={"reason": ["Late"]})
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_is_taken_only_from_who_may_do_the_task(town: Town, now: datetime) -> None:
    task = walking.forwarded(town, now=now).task("ReviewRequest")
    save = partial(drafts.save_draft, town.runtime, answers={}, now=now)
    assert not save(task.id, by=town.people.ivy)
    assert not save(4711, by=town.mia)
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_waits_for_who_released_the_task_and_goes_with_its_completion(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    drafts.save_draft(town.runtime, task.id, by=town.mia, answers={"a": ["b"]}, now=now)
    tasks.release(town.runtime, task.id, by=town.mia, now=now)
    db.session.expire_all()
    assert drafts.draft_of(task.id, by=[town.mia]) is not None
    walk.do("ReviewRequest", town.people.chen)
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_goes_when_the_diagram_takes_its_step_back(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    drafts.save_draft(town.runtime, task.id, by=town.mia, answers={"a": ["b"]}, now=now)
    walk.send("WithdrawWhileDeciding")
    assert walking.count(db.session(), Draft) == 0


TERMS = documents.check("terms.txt", b"Terms of service.", megabytes=1)


def test_a_document_is_kept_before_the_task_is_complete(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    task = walk.task("IdentifyContract")
    file = tasks.attach(town.runtime, task.id, TERMS, by=town.people.chen, now=now)
    assert (file.case_id, file.task_id, file.name) == (walk.case_id, task.id, "terms.txt")
    walking.assert_whole(db.session())


def test_a_document_is_taken_only_from_who_may_do_the_task_now(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    task = walk.task("IdentifyContract")
    attach = partial(tasks.attach, town.runtime, task.id, TERMS, now=now)
    with pytest.raises(NotAllowedError):
        attach(by=town.people.rosa)
    tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    with pytest.raises(ConflictError, match="Mia Stone is working"):
        attach(by=town.people.chen)
    walk.do("IdentifyContract", town.mia)
    with pytest.raises(ConflictError, match="already completed"):
        attach(by=town.mia)
    assert db.session.scalars(select(File.name)).all() == ["copy.txt"]


def test_a_step_of_a_named_person_is_theirs_alone(town: Town, now: datetime) -> None:
    task = walking.start(town, now=now).task("SubmitRequest")
    day = now.date()
    session = db.session()
    rosa = duties_of(session, town.people.rosa, town.runtime.pack, day)
    nora = duties_of(session, town.people.nora, town.runtime.pack, day)
    assert (tasks.may_do(rosa, task), tasks.may_do(nora, task)) == (True, False)
