"""Work done in the place of somebody who is away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from models.cases import Case, Task
from models.confidence import ExclusionReason
from models.database import db
from models.people import Absence, Person
from tests import city
from tests.workflows import confiding, walking
from tests.workflows.walking import Town
from workflows import cases, drafts, inbox, tasks
from workflows.confidence import may_take
from workflows.errors import ConflictError, NotAllowedError, RefusedError
from workflows.exclusions import exclude
from workflows.people import Duties, duties_of
from workflows.reading import may_read
from workflows.timeline import timeline

TODAY = date(2026, 11, 16)


def away(person: int, substitute: int, **changes: Any) -> int:
    """Have somebody be away today, with a substitute; return the absence's id."""
    with walking.writing() as session:
        row = Absence(
            **{
                "person_id": person,
                "substitute_id": substitute,
                "starts_on": TODAY,
                "ends_on": TODAY,
                "entered_by_id": person,
                "entered_at": datetime(2026, 11, 1, tzinfo=UTC),
            }
            | changes
        )
        session.add(row)
        session.flush()
        return row.id


def duties(town: Town, person: int, day: date = TODAY) -> Duties:
    return duties_of(db.session(), person, town.runtime.pack, day)


def test_a_substitute_takes_over_what_the_absent_person_may_do(
    town_on_either: Town,
) -> None:
    town, who = town_on_either, town_on_either.people
    away(who.dan, who.nora)
    nora = duties(town, who.nora)
    assert nora.may("forward-request", who.parks)
    assert not nora.may("forward-request", who.fire)
    assert not nora.holds("forward-request", who.parks)
    assert not nora.has_role(["dept_forwarder"])
    assert nora.hands() == {who.nora, who.dan}


@pytest.mark.parametrize("days", [-1, 1])
def test_it_begins_and_ends_by_itself(town_on_either: Town, days: int) -> None:
    town, who = town_on_either, town_on_either.people
    away(who.dan, who.nora)
    assert not duties(town, who.nora, TODAY + timedelta(days=days)).standing_in


def test_one_that_ended_early_gives_nothing(town: Town, now: datetime) -> None:
    away(town.people.dan, town.people.nora, ended_early_at=now)
    assert not duties(town, town.people.nora).standing_in


def test_nobody_stands_in_for_who_has_left(town: Town, now: datetime) -> None:
    away(town.people.dan, town.people.nora)
    with walking.writing() as session:
        session.execute(update(Person).where(Person.id == town.people.dan).values(disabled_at=now))
    assert not duties(town, town.people.nora).may("forward-request", town.people.parks)


def test_substitutes_never_chain(town: Town) -> None:
    who = town.people
    away(who.dan, who.nora)
    away(who.nora, who.rosa)
    assert not duties(town, who.rosa).may("forward-request", who.parks)


def test_only_substitutes_pay_for_it(town: Town) -> None:
    who = town.people
    away(who.dan, who.nora)
    for person, statements in [(who.chen, 1), (who.dan, 1), (who.nora, 2)]:
        with walking.counted() as sent:
            duties(town, person)
        assert len(sent) == statements


def test_one_process_alone_can_be_passed_on(town_on_either: Town) -> None:
    town, who = town_on_either, town_on_either.people
    away(who.dan, who.nora, process="create-site")
    nora = duties(town, who.nora)
    assert nora.may("forward-request", who.parks, "create-site")
    assert not nora.may("forward-request", who.parks, "another-process")
    assert not nora.may("forward-request", who.parks)
    assert nora.hands("another-process") == {who.nora}
    away(who.dan, who.nora)
    assert duties(town, who.nora).may("forward-request", who.parks, "another-process")


def test_a_step_says_who_did_it_and_for_whom(town_on_either: Town, now: datetime) -> None:
    town, who = town_on_either, town_on_either.people
    away(who.dan, who.nora)
    walk = walking.start(town, now=now).do("SubmitRequest")
    task = walk.task("ForwardRequest")
    assert duties(town, who.nora).acting_for(task, "create-site") == who.dan
    walk.do("ForwardRequest", who.nora)
    done = next(row for row in walk.case.tasks if row.id == task.id)
    assert (done.completed_by_id, done.acting_for_id) == (who.nora, who.dan)
    diagrams = walk.diagrams.diagrams
    said = [event.sentence for event in timeline(walk.case, diagrams, [], [])]
    assert any(line.startswith("Nora Quist, for Dan Okafor completed") for line in said), said
    deed = next(d for d in walking.history(walk).deeds if d.performer == who.nora)
    assert deed.people == {who.nora, who.dan}


def test_whoever_may_do_it_anyway_does_it_for_themselves(town: Town, now: datetime) -> None:
    who = town.people
    away(who.dan, who.nora)
    with walking.writing() as session:
        city.grant(session, who.nora, "dept_head", unit_id=who.parks)
    walk = walking.start(town, now=now).do("SubmitRequest").do("ForwardRequest", who.nora)
    assert {task.acting_for_id for task in walk.case.tasks} == {None}


def test_a_stranger_is_still_refused(town: Town, now: datetime) -> None:
    away(town.people.dan, town.people.nora)
    walk = walking.start(town, now=now).do("SubmitRequest")
    with pytest.raises(NotAllowedError):
        walk.do("ForwardRequest", town.people.hal)


def test_the_steps_of_one_named_person_go_to_their_substitute(town: Town, now: datetime) -> None:
    away(town.people.rosa, town.people.nora)
    walk = walking.start(town, now=now).do("SubmitRequest", town.people.nora)
    assert walk.waits_for == {"ForwardRequest"}


def test_the_substitute_of_one_process_acts_in_its_called_diagrams(
    town: Town, now: datetime
) -> None:
    who = town.people
    away(who.ivy, who.nora, process="create-site")
    walk = walking.forwarded(town, now=now).do("ReviewRequest").do("AdviseSecurity", who.nora)
    assert "DecideRequest" in walk.waits_for


def test_the_rules_ask_about_the_absent_person_too(town: Town, now: datetime) -> None:
    """Rosa asked for the site; whoever acts for her must not forward it, nor she for Dan (K06)."""
    who = town.people
    away(who.dan, who.rosa)
    walk = walking.start(town, now=now).do("SubmitRequest")
    with pytest.raises(RefusedError, match="K06"):
        walk.do("ForwardRequest", who.rosa)
    case = walk.case
    task = next(task for task in case.tasks if task.element == "ForwardRequest")
    refusals = tasks.objections(town.runtime, db.session(), task, by=who.nora, acting_for=who.rosa)
    assert [refusal.rule for refusal in refusals] == ["K06"]


def test_what_the_absent_person_asked_for_their_substitute_does_not_forward(
    town: Town, now: datetime
) -> None:
    who = town.people
    absence = away(who.rosa, who.nora)
    with walking.writing() as session:
        city.grant(session, who.nora, "dept_forwarder", unit_id=who.parks)
    walk = walking.start(town, now=now).do("SubmitRequest", who.nora)
    with walking.writing() as session:
        session.get_one(Absence, absence).ended_early_at = now
    with pytest.raises(RefusedError, match="K06"):
        walk.do("ForwardRequest", who.nora)


def test_what_the_absent_person_took_and_typed_the_substitute_goes_on_with(
    town: Town, now: datetime
) -> None:
    who = town.people
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=who.chen, now=now)
    typed = {"remark": ["half a word"]}
    assert drafts.save_draft(town.runtime, task.id, by=who.chen, answers=typed, now=now)
    with pytest.raises(ConflictError, match="Chen Wu is working on"):
        tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    away(who.chen, who.nora, process="create-site")
    hands = duties(town, who.nora).hands("create-site")
    draft = drafts.draft_of(task.id, by=hands)
    assert draft is not None
    assert draft.answers == typed
    assert drafts.save_draft(town.runtime, task.id, by=who.nora, answers=typed, now=now)
    assert not drafts.save_draft(town.runtime, task.id, by=who.hal, answers=typed, now=now)
    tasks.claim(town.runtime, task.id, by=who.nora, now=now)
    walk.do("ReviewRequest", who.nora)
    assert db.session.get_one(Task, task.id).acting_for_id == who.chen


def test_what_a_delegate_was_entrusted_with_passes_to_nobody(town: Town, now: datetime) -> None:
    """Communications names who may bind the City; a holiday names nobody else (GC-1b)."""
    who = town.people
    walk = walking.approved(town, now=now).do("IdentifyContract")
    walk.do("AuthorizeContract", decision="delegate", delegate=who.ivy)
    away(who.ivy, who.nora)
    step = next(task for task in walk.open_tasks() if task.person_id == who.ivy)
    assert not duties(town, who.nora).may_do(step, "create-site")
    assert duties(town, who.ivy).may_do(step, "create-site")


def test_the_case_is_read_with_its_substitutes_at_no_further_cost(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    db.session.rollback()
    with walking.counted() as before:
        cases.with_history(walk.case_id)
    away(town.people.chen, town.people.nora)
    walk.do("ReviewRequest", town.people.nora)
    db.session.rollback()
    with walking.counted() as after:
        assert [t.done_by for t in cases.with_history(walk.case_id).tasks if t.acting_for_id] == [
            "Nora Quist, for Chen Wu"
        ]
    assert len(after) == len(before)


def shown(town: Town, person: int, tab: inbox.Tab, now: datetime) -> list[str]:
    db.session.rollback()
    held = duties(town, person)
    seen = inbox.look(db.session(), tab, held, inbox.Filters(), page=1, now=now)
    assert seen.counts[tab] == len(seen.page.rows)
    return [task.element for task in seen.page.rows]


def test_the_work_of_the_absent_stands_in_the_substitutes_list(
    town_on_either: Town, now: datetime
) -> None:
    town, who = town_on_either, town_on_either.people
    walking.start(town, now=now).do("SubmitRequest")
    taken = walking.forwarded(town, now=now).task("ReviewRequest")
    walking.start(town, now=now)
    tasks.claim(town.runtime, taken.id, by=who.chen, now=now)
    for absent in (who.dan, who.chen, who.rosa):
        assert shown(town, who.nora, "mine", now) == shown(town, who.nora, "roles", now) == []
        away(absent, who.nora)
        if absent == who.dan:
            assert shown(town, who.nora, "roles", now) == ["ForwardRequest"]
        elif absent == who.chen:
            assert shown(town, who.nora, "mine", now) == ["ReviewRequest"]
        else:
            assert shown(town, who.nora, "mine", now) == ["SubmitRequest"]
        with walking.writing() as session:
            session.execute(update(Absence).values(ended_early_at=now))


@pytest.mark.parametrize(("process", "seen"), [("create-site", 1), ("another-process", 0)])
def test_the_list_holds_the_work_of_the_process_that_was_passed_on(
    town_on_either: Town, now: datetime, process: str, seen: int
) -> None:
    town, who = town_on_either, town_on_either.people
    walking.start(town, now=now).do("SubmitRequest")
    task = walking.forwarded(town, now=now).task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    away(who.dan, who.nora, process=process)
    away(town.mia, who.nora, process=process)
    assert len(shown(town, who.nora, "roles", now)) == seen * 2
    assert len(shown(town, who.nora, "mine", now)) == seen


@pytest.mark.parametrize("process", [None, "create-site"])
@pytest.mark.parametrize("tab", ["mine", "roles"])
def test_a_substitutes_list_is_read_from_indexes(
    town: Town, now: datetime, tab: inbox.Tab, process: str | None
) -> None:
    away(town.people.chen, town.people.nora, process=process)
    held = duties(town, town.people.nora)
    db.session.rollback()
    with walking.counted() as sent:
        inbox.look(db.session(), tab, held, inbox.Filters(), page=1, now=now)
    for statement in (text for text in sent if "LIMIT" in text):
        marks = tuple([1] * statement.count("?"))
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", marks)
        assert not [row for row in plan if row[-1].startswith(("SCAN task", "SCAN case"))]


def test_a_substitute_reads_what_waits_for_the_absent_and_no_more(
    town_on_either: Town, now: datetime
) -> None:
    town, who = town_on_either, town_on_either.people
    walk = walking.forwarded(town, now=now)
    other = walking.start(town, now=now)
    away(who.chen, who.nora, process="create-site")

    def reads(case: Case) -> bool:
        held = duties(town, who.nora)
        return may_read(db.session(), case, held, all_cases=False, now=walk.now)

    assert reads(walk.case)
    assert not reads(other.case)
    walk.do("ReviewRequest")
    assert not reads(walk.case), "nothing of Chen's waits in it any more"
    walk.do("AdviseSecurity")
    with walking.writing() as session:
        session.execute(update(Absence).values(process="another-process"))
    assert not reads(walk.case)


def test_who_acts_for_somebody_excluded_is_as_little_free_to(
    app_on_either: Flask, now: datetime
) -> None:
    """Of two substitutes, the one for whom nobody excluded is behind them may take the step."""
    town = walking.settle(now, {"main": confiding.diagram()})
    who, walk = town.people, confiding.complain(town, now=now)
    away(who.hal, who.nora)
    away(walk.hedy, who.ivy)
    task = walk.task("Screen")
    for substitute in (who.nora, who.ivy):
        assert may_take(db.session(), duties(town, substitute), task)
    db.session.rollback()
    with walking.writing() as session:
        why = ExclusionReason.CONFLICT
        exclude(session, walk.case_id, who.hal, why, by=None, now=now)
    task = walk.task("Screen")
    assert not may_take(db.session(), duties(town, who.nora), task)
    assert may_take(db.session(), duties(town, who.ivy), task)
    assert shown(town, who.nora, "roles", now) == []
    assert shown(town, who.ivy, "roles", now) == ["Screen"]
    walk.take("Screen", who.ivy)
    assert shown(town, who.ivy, "mine", now) == ["Screen"]
    walk.do("Screen", who.ivy, about=who.dan)
    done = next(row for row in walk.case.tasks if row.element == "Screen")
    assert (done.completed_by_id, done.acting_for_id) == (who.ivy, walk.hedy)
