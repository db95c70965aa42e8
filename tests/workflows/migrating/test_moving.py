"""A running case moved to another version: tokens, rows, deadlines, notices, record; and back."""

import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.case_migration import MovedState
from models.cases import InterventionKind
from models.database import db, transaction
from models.trust import AuditPayload, AuditRecord, Job
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.migrating import changed
from tests.workflows.migrating.changed import (
    LANES,
    REVIEWED,
    begin,
    move,
    publish,
    small,
    take_back,
)
from tests.workflows.walking import Town, Walk
from workflows import drafts, interventions, tasks
from workflows.business_time import due
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.interventions import Wish
from workflows.migrating import bulk
from workflows.migrating.bulk import Plan

MORE = REVIEWED.replace("S -> Ask -> Look -> Done", "user Sign\nS -> Ask -> Look -> Sign -> Done")
SIGNED = {**LANES, "Communications": ["Look", "Sign"]}


def latest(action: str) -> AuditRecord:
    wanted = select(AuditRecord).where(AuditRecord.action == action)
    return db.session.scalars(wanted.order_by(AuditRecord.seq.desc()).limit(1)).one()


def test_a_case_goes_on_on_the_version_that_it_was_moved_to(
    town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
    walk = walking.forwarded(town, now=now)
    task, chen = walk.task("ReviewRequest").id, town.people.chen
    tasks.claim(town.runtime, task, by=chen, now=walk.now)
    drafts.save_draft(town.runtime, task, by=chen, answers={"reason": ["half a"]}, now=walk.now)
    walk.now += timedelta(minutes=1)
    files = dict(walk.diagrams.files)
    files["decide-request"] = files["decide-request"].replace(b"Review the request", b"Look at it")
    walking.put_in_force(files, now=walk.now)
    assert move(walk).state == MovedState.MOVED
    walking.assert_whole(db.session())
    assert walk.case.version.number == 2
    moved = walk.task("ReviewRequest")
    assert (moved.id, moved.name, moved.claimed_by_id) == (task, "Look at it", chen)
    assert drafts.draft_of(task, by=[chen]) is not None
    assert walking.told(chen) == [
        "R-1001: “Look at it” has changed: the case runs on a new version."
    ]
    walk.do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    assert "IdentifyContract" in walk.waits_for
    walking.assert_whole(db.session())


def test_the_move_is_on_record_with_versions_decisions_and_reason(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    row = move(walk)
    found = latest("case:moved")
    assert (found.subject, found.actor_id) == ("R-1001", walk.town.people.nora)
    details = json.loads(db.session.get_one(AuditPayload, found.seq).payload)
    assert (details["from"], details["to"], details["reason"]) == (1, 2, "The form was wrong.")
    assert row.moved_in == walk.case.revision
    walk.do("Ask").do("Look", walk.town.people.chen).do("Sign", walk.town.people.chen)
    assert walk.case.outcome == "Done"


def test_a_step_that_is_gone_goes_on_where_its_owner_decided(app: Flask, now: datetime) -> None:
    walk = small(now).do("Ask")
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=walk.town.people.chen, now=walk.now)
    publish(walk, REVIEWED.replace("Look", "Decide"), lanes={**LANES, "Communications": ["Decide"]})
    row = move(walk)
    assert (row.state, row.words) == ("refused", "The other version has no step “Look” there.")
    assert walk.case.version.number == 1
    row = move(walk, {("main", "Look"): ("main", "Decide")})
    assert row.state == MovedState.MOVED
    assert walk.waits_for == {"Decide"}
    assert walking.told(walk.town.people.chen) == [
        "R-1001: “Look” is no longer needed: the case runs on a new version."
    ]
    walking.assert_whole(db.session())


def test_a_case_that_broke_off_meanwhile_is_left_as_it_is(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    migration = begin(walk)
    wish = Wish(kind=InterventionKind.SUSPEND, reason="Wait.", revision=walk.case.revision)
    interventions.intervene(
        walk.town.runtime, walk.case_id, wish, by=walk.town.people.nora, now=walk.now
    )
    changed.work(walk, migration)
    assert changed.row(walk).words == "It is suspended. Resume it first."
    assert latest("case:not-moved").subject == "R-1001"


def test_a_case_that_has_ended_meanwhile_is_not_moved(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    migration = begin(walk)
    walk.do("Ask").do("Look")
    changed.work(walk, migration)
    assert changed.row(walk).words == "It has ended."


def test_two_migrations_at_once_move_a_case_once(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    first, second = begin(walk), begin(walk)
    changed.work(walk, first)
    changed.work(walk, second)
    assert changed.row(walk).words == "Somebody else has moved it to this version already."


TIMED = """
start S
user Ask
on Late host=Ask duration={0}
end Done
end Over
S -> Ask -> Done
Late -> Over
"""


def late(walk: Walk) -> datetime:
    return db.session.scalars(select(Job.run_at).where(Job.case_id == walk.case_id)).one()


@pytest.mark.parametrize(("old", "new"), [("P10D", "P30D"), ("P10BD", "P3BD"), ("P5BD", "P30D")])
def test_a_deadline_of_another_length_counts_from_where_it_began(
    app: Flask, now: datetime, old: str, new: str
) -> None:
    walk = small(now, TIMED.format(old))
    walk.now += timedelta(days=2)
    publish(walk, TIMED.format(new))
    move(walk)
    wanted = due(walk.town.runtime.calendar, new, now)
    assert abs((late(walk) - wanted).total_seconds()) < 24 * 3600
    walking.assert_whole(db.session())


def test_a_deadline_that_stays_rings_when_it_would_have(app: Flask, now: datetime) -> None:
    walk = small(now, TIMED.format("P10D"))
    before = late(walk)
    publish(walk, TIMED.format("P10D").replace("-> Done", "-> Over"))
    move(walk)
    assert late(walk) == before
    walk.wait(days=11)
    assert walk.case.outcome == "Over"


def test_a_new_deadline_begins_with_the_move(app: Flask, now: datetime) -> None:
    walk = small(now, "start S\nuser Ask\nend Done\nS -> Ask -> Done")
    walk.now += timedelta(days=30)
    publish(walk, TIMED.format("P10D"))
    move(walk)
    assert late(walk) == walk.now + timedelta(days=10)


def with_due(walk_now: datetime, length: str) -> bytes:
    written = drawn("start S\nuser Ask\nend Done\nS -> Ask -> Done", acts={"Ask": ""})
    return written.replace(b'act=""', f'due="{length}"'.encode())


def test_a_step_is_due_by_its_new_time_since_it_was_opened(app: Flask, now: datetime) -> None:
    town = walking.settle(now, {"main": with_due(now, "P5BD")})
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
    walk = walking.start(town, now=now, process="main")
    walk.now += timedelta(days=3)
    walking.put_in_force({"main": with_due(now, "P20BD")}, now=walk.now)
    move(walk)
    assert walk.task("Ask").due_at == due(town.runtime.calendar, "P20BD", now)


def test_a_claim_ends_where_the_step_is_of_others_now(app: Flask, now: datetime) -> None:
    walk = small(now).do("Ask")
    chen = walk.town.people.chen
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=chen, now=walk.now)
    publish(walk, REVIEWED, lanes={"Requester": ["Ask"], "City Clerk": ["Look"]})
    move(walk)
    task = walk.task("Look")
    assert (task.party, task.claimed_by_id) == ("City Clerk", None)
    assert "is done by others" in walking.told(chen)[0]
    walk.do("Look")
    assert walk.case.ended_at is not None


MESSAGES = """
start S
user Ask
on Stop host=Ask message=stop
end Done
end Over
S -> Ask -> Done
Stop -> Over
"""


def test_a_message_is_somebodys_to_send_as_the_version_says(app: Flask, now: datetime) -> None:
    walk = small(now, MESSAGES)
    publish(walk, MESSAGES, acts={"Stop": "withdraw-request"})
    move(walk)
    assert walk.task("Stop").act == "withdraw-request"
    walking.assert_whole(db.session())
    publish(walk, MESSAGES)
    move(walk)
    assert {task.element for task in walk.open_tasks()} == {"Ask"}
    walking.assert_whole(db.session())


# Who may, and what is no plan


def test_rosa_moves_no_case(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    with pytest.raises(NotAllowedError):
        begin(walk, by=walk.town.people.rosa)
    move(walk)
    with pytest.raises(NotAllowedError):
        take_back(walk, by=walk.town.people.rosa)
    with pytest.raises(NotAllowedError):
        bulk.undo(
            walk.town.runtime,
            changed.row(walk).migration_id,
            "No.",
            by=walk.town.people.rosa,
            now=walk.now,
        )


def plan(walk: Walk, **other: object) -> Plan:
    wanted = {"process": "main", "number": 2, "reason": "Why.", "decided": {}, **other}
    return Plan(**wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"reason": " "}, InvalidAnswersError),
        ({"reason": "x" * 1001}, InvalidAnswersError),
        ({"decided": {("main", "Look"): ("main", "Done")}}, InvalidAnswersError),
        ({"decided": {("main", "Look"): ("other", "Look")}}, InvalidAnswersError),
        ({"number": 1}, ConflictError),
        ({"number": 9}, NotFoundError),
        ({"case_ids": [999]}, ConflictError),
    ],
)
def test_what_is_no_plan_begins_nothing(
    app: Flask, now: datetime, other: dict[str, object], error: type[Exception]
) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    before = walking.everything(db.session())
    with pytest.raises(error):
        bulk.begin(walk.town.runtime, plan(walk, **other), by=walk.town.people.nora, now=walk.now)
    assert walking.everything(db.session()) == before


def test_a_case_of_an_intervention_that_waits_is_not_moved(town: Town, now: datetime) -> None:
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
    walk = walking.forwarded(town, now=now)
    wish = Wish(
        kind=InterventionKind.SKIP,
        reason="Stuck.",
        revision=walk.case.revision,
        task_id=walk.task("ReviewRequest").id,
    )
    interventions.intervene(town.runtime, walk.case_id, wish, by=town.people.nora, now=walk.now)
    walk.now += timedelta(minutes=1)
    walking.put_in_force(walk.diagrams.files, now=walk.now)
    assert "waits for a second person" in (move(walk).words or "")
