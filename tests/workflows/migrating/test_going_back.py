"""A move taken back: rows, claims, deadlines and words as they were, and who is told of it."""

from datetime import datetime

from flask import Flask

from models.case_migration import MovedState
from models.cases import InterventionKind
from models.database import db, transaction
from tests import city
from tests.workflows import walking
from tests.workflows.migrating import changed
from tests.workflows.migrating.changed import (
    REVIEWED,
    move,
    publish,
    small,
    take_back,
)
from tests.workflows.migrating.test_moving import MORE, SIGNED, TIMED, late, latest
from workflows import drafts, interventions, tasks
from workflows.interventions import Wish
from workflows.migrating import bulk, reports
from workflows.timeline import with_moves

AGAIN = "the case runs on its former version again."


def test_a_move_is_taken_back_as_if_it_had_not_been(app: Flask, now: datetime) -> None:
    walk = small(now, TIMED.format("P10D"), lanes={"Requester": ["Ask"]})
    before, rings = walk.task("Ask"), late(walk)
    rosa = walk.town.people.rosa
    typed = {"text": ["half"]}
    assert drafts.save_draft(walk.town.runtime, before.id, by=rosa, answers=typed, now=walk.now)
    text = TIMED.format("P30D").replace("Ask", "Tell")
    publish(walk, text, lanes={"Requester": ["Tell"]})
    move(walk, {("main", "Ask"): ("main", "Tell")})
    assert walk.waits_for == {"Tell"}
    row = take_back(walk)
    assert (row.state, row.undone_by_id) == (MovedState.UNDONE, walk.town.people.nora)
    walking.assert_whole(db.session())
    assert walk.case.version.number == 1
    after = walk.task("Ask")
    assert (after.id, after.due_at, late(walk)) == (before.id, before.due_at, rings)
    assert drafts.draft_of(before.id, by=[rosa]) is not None
    walk.do("Ask")
    assert walk.case.outcome == "Done"
    assert latest("case:move-undone").subject == "R-1001"


def test_a_move_stands_once_somebody_has_gone_on(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    move(walk)
    walk.do("Ask")
    row = take_back(walk)
    assert (row.state, row.words) == (
        "moved",
        "Rosa Valdez has completed “Ask” since it was moved; the move stands.",
    )
    assert walk.case.version.number == 2
    assert latest("case:move-kept").subject == "R-1001"


def test_a_move_stands_once_the_case_was_suspended(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    move(walk)
    wish = Wish(kind=InterventionKind.SUSPEND, reason="Wait.", revision=walk.case.revision)
    interventions.intervene(
        walk.town.runtime, walk.case_id, wish, by=walk.town.people.nora, now=walk.now
    )
    assert take_back(walk).words == "It has gone on since it was moved; the move stands."


def test_who_took_a_step_meanwhile_keeps_it_when_the_move_is_taken_back(
    app: Flask, now: datetime
) -> None:
    walk = small(now).do("Ask")
    publish(walk, MORE, lanes=SIGNED)
    move(walk)
    chen = walk.town.people.chen
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=chen, now=walk.now)
    take_back(walk)
    assert walk.task("Look").claimed_by_id == chen


def test_whose_step_the_move_closed_is_told_that_it_is_needed_again(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    rosa = walk.town.people.rosa
    tasks.claim(walk.town.runtime, walk.task("Ask").id, by=rosa, now=walk.now)
    publish(walk, REVIEWED.replace("Ask", "Tell"))
    move(walk, {("main", "Ask"): ("main", "Tell")})
    tasks.claim(walk.town.runtime, walk.task("Tell").id, by=rosa, now=walk.now)
    take_back(walk)
    assert set(walking.told(rosa)) == {
        "R-1001: “Ask” is no longer needed: the case runs on a new version.",
        "R-1001 waits for you: Tell.",
        f"R-1001: “Ask” is needed again: {AGAIN}",
        f"R-1001: “Tell” is no longer needed: {AGAIN}",
    }


def test_whose_step_the_move_gave_to_others_is_told_that_it_is_theirs_again(
    app: Flask, now: datetime
) -> None:
    walk = small(now).do("Ask")
    chen, cleo = walk.town.people.chen, walk.town.people.cleo
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=chen, now=walk.now)
    publish(walk, REVIEWED, lanes={"Requester": ["Ask"], "City Clerk": ["Look"]})
    move(walk)
    take_back(walk)
    assert walk.task("Look").claimed_by_id == chen
    assert f"R-1001: “Look” is as it was before: {AGAIN}" in walking.told(chen)
    assert walking.told(cleo) == []


def test_who_took_a_changed_step_meanwhile_is_told_and_so_is_who_had_it_before(
    app: Flask, now: datetime
) -> None:
    walk = small(now).do("Ask")
    people = walk.town.people
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=people.chen, now=walk.now)
    publish(walk, REVIEWED, lanes={"Requester": ["Ask"], "City Clerk": ["Look"]})
    move(walk)
    tasks.claim(walk.town.runtime, walk.task("Look").id, by=people.cleo, now=walk.now)
    take_back(walk)
    assert walking.told(people.cleo) == [f"R-1001: “Look” is as it was before: {AGAIN}"]
    assert f"R-1001: “Look” is done by others: {AGAIN}" in walking.told(people.chen)


def test_who_takes_a_move_back_and_whose_step_stayed_as_it_was_are_not_told(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    rosa, nora = walk.town.people.rosa, walk.town.people.nora
    with transaction() as session:
        city.grant(session, rosa, "process_manager")
    tasks.claim(walk.town.runtime, walk.task("Ask").id, by=rosa, now=walk.now)
    publish(walk, MORE, lanes=SIGNED)
    move(walk)
    take_back(walk)
    assert walking.told(rosa) == []
    publish(walk, REVIEWED.replace("Ask", "Tell"))
    move(walk, {("main", "Ask"): ("main", "Tell")}, by=nora)
    before = walking.told(rosa)
    take_back(walk, by=rosa)
    assert walking.told(rosa) == before


def test_of_a_confidential_case_it_is_told_that_there_is_news(app: Flask, now: datetime) -> None:
    walk = small(now, confidential=True)
    rosa = walk.town.people.rosa
    tasks.claim(walk.town.runtime, walk.task("Ask").id, by=rosa, now=walk.now)
    publish(walk, REVIEWED.replace("Ask", "Tell"), confidential=True)
    move(walk, {("main", "Ask"): ("main", "Tell")})
    before = walking.told(rosa)
    take_back(walk)
    assert walking.told(rosa) == [*before, "C-01 has news for you."]


def test_the_case_tells_why_a_move_was_taken_back_with_all_of_its_migration(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    migration = move(walk).migration_id
    nora = walk.town.people.nora
    bulk.undo(walk.town.runtime, migration, "A mistake.", by=nora, now=walk.now)
    changed.work(walk, migration)
    *_, last = with_moves([], reports.moves_of(db.session(), walk.case_id))
    assert last.sentence == "Nora Quist took that back: the case runs on version 1 again."
    assert last.remark == "A mistake."
    move(walk)
    take_back(walk)
    *_, last = with_moves([], reports.moves_of(db.session(), walk.case_id))
    assert last.remark is None
