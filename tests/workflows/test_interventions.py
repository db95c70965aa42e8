"""Owners of a process step in: what each intervention does, and all that refuses one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.cases import Case, Intervention, InterventionKind, Task
from models.confidence import AccessReason, CaseAccess
from models.database import db, transaction
from models.sites import Site
from models.trust import AuditRecord, Incident, Job, JobState
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import audit, cases, drafts, interventions, offers, tasks
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StuckError,
)
from workflows.interventions import Wish, Word
from workflows.timeline import timeline

K = InterventionKind


@pytest.fixture
def town(town_on_either: Town) -> Town:
    """Nora manages processes, Ada owns them."""
    return with_owners(town_on_either)


def with_owners(town: Town) -> Town:
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
        city.grant(session, town.people.ada, "policy_owner")
    return town


def small(now: datetime, text: str, **marks: Any) -> Walk:
    """A case of a small diagram, whose process nobody owns: Nora and Ada manage it."""
    town = with_owners(walking.settle(now, {"main": drawn(text, **marks)}))
    with transaction() as session:
        city.grant(session, town.people.ada, "process_manager")
    return walking.start(town, now=now, process="main")


def ask(walk: Walk, kind: K, by: int | None = None, **wish: Any) -> Intervention:
    """Ask for an intervention; by Nora unless somebody is named."""
    by = walk.town.people.nora if by is None else by
    walk.now += timedelta(minutes=1)
    if element := wish.pop("skips", None):
        wish["task_id"] = walk.task(element).id
    wanted = {"reason": "It is stuck.", "revision": walk.case.revision, **wish}
    row = interventions.intervene(
        walk.town.runtime, walk.case_id, Wish(kind=kind, **wanted), by=by, now=walk.now
    )
    db.session.expunge(row)  # it stays readable, whatever the test does next
    return row


def say(
    walk: Walk,
    row: Intervention,
    *,
    agree: bool = True,
    by: int | None = None,
    text: str = "I looked at it.",
    revision: int | None = None,
) -> Intervention:
    """Answer an intervention; by Ada unless somebody is named."""
    by = walk.town.people.ada if by is None else by
    walk.now += timedelta(minutes=1)
    revision = walk.case.revision if revision is None else revision
    word = Word(agree=agree, text=text, revision=revision)
    row = interventions.answer(walk.town.runtime, row.id, word, by=by, now=walk.now)
    db.session.expunge(row)
    return row


def sentences(walk: Walk) -> list[str]:
    diagrams, case = walk.diagrams.diagrams, walk.case
    rows = interventions.of_case(db.session(), walk.case_id)
    events = timeline(case, diagrams, (), (), rows)
    return [event.sentence for event in events]


def unchanged(deed: Callable[[], object], error: type[Exception]) -> Exception:
    """Do what is refused, and see that nothing at all has changed by it."""
    before = walking.everything(db.session())
    with pytest.raises(error) as raised:
        deed()
    assert walking.everything(db.session()) == before
    return raised.value


# Suspending


def test_a_suspended_case_refuses_its_people_and_says_who_and_why(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    ask(walk, K.SUSPEND, reason="The platform is down.")
    task, chen = walk.task("ReviewRequest"), town.people.chen
    said = "Nora Quist suspended R-1001: The platform is down"
    for deed in (
        lambda: walk.complete(task, chen, {}),
        lambda: tasks.claim(town.runtime, task.id, by=chen, now=walk.now),
        lambda: tasks.release(town.runtime, task.id, by=chen, now=walk.now),
        lambda: walk.send("WithdrawWhileDeciding"),
    ):
        assert said in str(unchanged(deed, ConflictError))
    assert "Nora Quist suspended the case." in sentences(walk)
    walking.assert_whole(db.session())


def test_a_draft_is_kept_while_the_case_is_suspended(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    ask(walk, K.SUSPEND)
    task = walk.task("ReviewRequest")
    typed = {"reason": ["half a"]}
    chen = town.people.chen
    assert drafts.save_draft(town.runtime, task.id, by=chen, answers=typed, now=walk.now)
    ask(walk, K.RESUME)
    draft = drafts.draft_of(task.id, by=[chen])
    assert draft is not None
    assert draft.answers == typed


def test_deadlines_wait_while_suspended_and_fire_after_the_case_is_resumed(
    town: Town, now: datetime
) -> None:
    walk = walking.approved(town, now=now)
    ask(walk, K.SUSPEND)
    assert walk.wait(days=400) == 0
    assert walk.case.ended_at is None
    ask(walk, K.RESUME)
    assert walk.case.suspended_at is None
    walk.wait(days=89)
    assert walk.case.ended_at is None
    walk.wait(days=1)
    assert walk.case.outcome == "Approval lapsed"
    walking.assert_whole(db.session())


def test_a_deadline_that_is_retried_in_a_suspended_case_waits_all_the_same(
    town: Town, now: datetime
) -> None:
    walk = walking.approved(town, now=now)
    ask(walk, K.SUSPEND)
    with walking.writing() as session:
        session.execute(update(Job).values(state=JobState.DUE, run_at=walk.now))
    assert walk.wait(minutes=1) >= 1
    assert set(db.session.scalars(select(Job.state))) == {JobState.HELD}
    ask(walk, K.RESUME)
    assert walk.wait(minutes=1) >= 1
    assert walk.case.outcome == "Approval lapsed"


def test_a_case_is_suspended_once_and_resumed_once(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    assert "not suspended" in str(unchanged(lambda: ask(walk, K.RESUME), ConflictError))
    ask(walk, K.SUSPEND)
    for kind in (K.SUSPEND, K.SKIP):
        skips: dict[str, Any] = {"skips": "ReviewRequest"} if kind == K.SKIP else {}
        error = unchanged(partial(ask, walk, kind, **skips), ConflictError)
        assert "Resume it first" in str(error)
    ask(walk, K.RESUME)
    walk.do("ReviewRequest")


def test_an_offered_step_of_a_suspended_case_waits_and_tells_no_more(
    now: datetime, app_on_either: Flask
) -> None:
    text = "start S\nuser A\nend E\nS -> A -> E"
    walk = small(now, text, confidential=True, lanes={"Communications": ["A"]})
    with walking.writing() as session:
        session.execute(update(Case).values(suspended_at=now))
    task, chen = walk.task("A"), walk.town.people.chen
    error = unchanged(
        lambda: offers.take(walk.town.runtime, task.id, by=chen, now=walk.now), ConflictError
    )
    assert str(error) == "The case is suspended. Take the step when it is resumed."


# Skipping


def test_a_skipped_step_is_not_done_and_the_case_goes_on(
    now: datetime, app_on_either: Flask
) -> None:
    walk = small(now, "start S\nuser A\nuser B\nend E\nS -> A -> B -> E")
    row = ask(walk, K.SKIP, skips="A")
    assert (row.rules, row.done_at) == ([], walk.now)
    assert walk.waits_for == {"B"}
    skipped = next(task for task in walk.case.tasks if task.element == "A")
    assert (skipped.completed_by_id, skipped.outcome, skipped.closed_in) == (
        None,
        None,
        row.done_in,
    )
    assert walking.history(walk).steps == []
    assert sentences(walk)[1:] == ["Nora Quist skipped “A”."]
    assert (
        next(
            record.action
            for record in db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()))
        )
        == "case:step-skipped"
    )
    walking.assert_whole(db.session())


def test_whoever_worked_on_a_skipped_step_is_told_and_the_draft_goes(
    now: datetime, app_on_either: Flask
) -> None:
    walk = small(now, "start S\nuser A\nuser B\nend E\nS -> A -> B -> E", lanes={"Requester": "AB"})
    rosa, task = walk.town.people.rosa, walk.task("A")
    drafts.save_draft(walk.town.runtime, task.id, by=rosa, answers={"x": ["1"]}, now=walk.now)
    ask(walk, K.SKIP, skips="A")
    assert "R-1001: “A” was skipped." in walking.told(rosa)
    assert drafts.draft_of(task.id, by=[rosa]) is None


def test_a_step_that_the_next_gateway_asks_about_cannot_be_skipped(
    town: Town, now: datetime
) -> None:
    walk = walking.advised(town, now=now)
    row = ask(walk, K.SKIP, skips="DecideRequest")
    assert row.done_at is None
    unchanged(lambda: say(walk, row), StuckError)


def test_skipping_the_approval_leaves_the_launch_refused(
    now: datetime, app_on_either: Flask
) -> None:
    text = "start S\nuser Ask\nuser Decide\nuser Ready\nservice Launch\nend E\n"
    walk = small(
        now,
        text + "S -> Ask -> Decide -> Ready -> Launch -> E",
        acts={"Decide": "approve-site"},
        topics={"Launch": "launch-site"},
        lanes={"Communications": ["Decide", "Ready"], "Requester": ["Ask"]},
        fields={"Decide": ["decision:enum:approve,approve-with-conditions,reject,return"]},
    )
    walk.do("Ask")
    row = ask(walk, K.SKIP, skips="Decide")
    assert "K01" in row.rules
    assert walk.waits_for == {"Decide"}
    say(walk, row)
    assert walk.waits_for == {"Ready"}
    refused = unchanged(lambda: walk.do("Ready"), RefusedError)
    assert "K01" in {refusal.rule for refusal in refused.refusals}  # type: ignore[attr-defined]
    assert walking.count(db.session(), Site) == 0


def test_skipping_right_into_the_launch_is_refused_whole(
    now: datetime, app_on_either: Flask
) -> None:
    walk = small(
        now,
        "start S\nuser Decide\nservice Launch\nend E\nS -> Decide -> Launch -> E",
        acts={"Decide": "approve-site"},
        topics={"Launch": "launch-site"},
        lanes={"Communications": ["Decide"]},
        fields={"Decide": ["decision:enum:approve,approve-with-conditions,reject,return"]},
    )
    row = ask(walk, K.SKIP, skips="Decide")
    unchanged(lambda: say(walk, row), RefusedError)
    say(walk, row, agree=False)
    assert walk.waits_for == {"Decide"}


def test_a_step_that_does_not_wait_cannot_be_skipped(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    done = next(task.id for task in walk.case.tasks if task.element == "ForwardRequest")
    message = next(task.id for task in walk.open_tasks() if task.kind == "message")
    for task_id in (done, message):
        unchanged(partial(ask, walk, K.SKIP, task_id=task_id), ConflictError)
    unchanged(lambda: ask(walk, K.SKIP), InvalidAnswersError)


def test_a_step_of_another_case_is_none_of_this_one(town: Town, now: datetime) -> None:
    walk, other = walking.forwarded(town, now=now), walking.forwarded(town, now=now)
    theirs = other.task("ReviewRequest").id
    unchanged(lambda: ask(walk, K.SKIP, task_id=theirs), NotFoundError)


# Placing and reopening


def test_a_token_on_the_way_to_the_launch_does_not_license_it(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    wish: dict[str, Any] = {
        "diagram": "prepare-site",
        "element": "ConfirmReadiness",
        "takes_back": True,
    }
    seen = interventions.prospect(
        town.runtime,
        db.session(),
        walk.case,
        Wish(kind=K.PLACE, reason="", revision=0, **wish),
    )
    assert ("K01", "launch-site") in {(one.rule.id, one.act) for one in seen.foreseen}
    row = ask(walk, K.PLACE, **wish)
    assert "K01" in row.rules
    assert walk.waits_for == {"ReviewRequest"}
    say(walk, row)
    assert walk.waits_for == {"ConfirmReadiness"}
    refused = unchanged(lambda: walk.do("ConfirmReadiness"), RefusedError)
    assert "K01" in {refusal.rule for refusal in refused.refusals}  # type: ignore[attr-defined]
    assert walking.count(db.session(), Site) == 0
    walking.assert_whole(db.session())


def test_a_token_on_the_launch_itself_is_refused(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.PLACE, diagram="launch-site", element="LaunchSite")
    unchanged(lambda: say(walk, row), RefusedError)


def test_a_token_may_stand_beside_what_waits_or_take_its_place(town: Town, now: datetime) -> None:
    walk = walking.with_account(town, now=now)
    waited = walk.waits_for
    row = ask(walk, K.PLACE, diagram="create-site", element="SubmitRequest")
    say(walk, row)
    assert walk.waits_for == waited | {"SubmitRequest"}
    walking.assert_whole(db.session())
    back = ask(walk, K.PLACE, diagram="create-site", element="SubmitRequest", takes_back=True)
    say(walk, back)
    assert walk.waits_for == {"SubmitRequest"}
    walking.assert_whole(db.session())


@pytest.mark.parametrize(
    ("diagram", "element"),
    [
        ("create-site", "SiteWanted"),
        ("create-site", "WithdrawBeforeForwarding"),
        ("create-site", "Nothing"),
        ("nothing", "SubmitRequest"),
        (None, None),
    ],
)
def test_a_token_is_placed_on_steps_and_events_only(
    town: Town, now: datetime, diagram: str | None, element: str | None
) -> None:
    walk = walking.forwarded(town, now=now)
    for kind in (K.PLACE, K.REOPEN):
        unchanged(partial(ask, walk, kind, diagram=diagram, element=element), InvalidAnswersError)


def test_a_done_step_is_reopened_where_it_was_done_and_the_rest_taken_back(
    town: Town, now: datetime
) -> None:
    walk = walking.advised(town, now=now)
    done = next(task for task in walk.case.tasks if task.element == "ReviewRequest")
    row = ask(walk, K.REOPEN, task_id=done.id, takes_back=True)
    say(walk, row)
    again = walk.task("ReviewRequest")
    assert (walk.waits_for, again.scope) == ({"ReviewRequest"}, done.scope)
    walk.do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    assert "DecideRequest" not in walk.waits_for
    walking.assert_whole(db.session())


def test_a_case_that_has_ended_is_reopened(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now).send("WithdrawWhileDeciding")
    assert walk.case.ended_at is not None
    refused: list[tuple[K, dict[str, Any]]] = [
        (K.PLACE, {"diagram": "create-site", "element": "SubmitRequest"}),
        (K.SUSPEND, {}),
        (K.CANCEL, {}),
    ]
    for kind, wish in refused:
        unchanged(partial(ask, walk, kind, **wish), ConflictError)
    row = ask(walk, K.REOPEN, diagram="create-site", element="SubmitRequest")
    say(walk, row)
    assert walk.case.ended_at is None
    assert walk.case.outcome is None
    walk.do("SubmitRequest").do("ForwardRequest").do("ReviewRequest")
    assert walk.waits_for == {"AdviseSecurity"}
    walking.assert_whole(db.session())


def test_a_reopened_case_keeps_that_it_had_ended_and_who_reopened_it_and_why(
    now: datetime, app_on_either: Flask
) -> None:
    walk = small(now, "start S\nuser A\nend E\nS -> A -> E", lanes={"Requester": ["A"]})
    walk.do("A")
    ask(walk, K.REOPEN, diagram="main", element="A", reason="A page is missing.")
    assert sentences(walk)[2:] == ["The case ended: E.", "Nora Quist reopened “A”."]
    ask(walk, K.CANCEL, reason="It was found.")
    ask(walk, K.REOPEN, diagram="main", element="A", reason="It was another.")
    walk.do("A")
    assert sentences(walk)[2:] == [
        "The case ended: E.",
        "Nora Quist reopened “A”.",
        "“A” was no longer needed.",
        "Nora Quist cancelled the case.",
        "The case ended: Cancelled.",
        "Nora Quist reopened “A”.",
        "Rosa Valdez completed “A”.",
        "The case ended: E.",
    ]
    rows = interventions.of_case(db.session(), walk.case_id)
    events = timeline(walk.case, walk.diagrams.diagrams, (), (), rows)
    reopened = [event.remark for event in events if "reopened" in event.sentence]
    assert reopened == ["A page is missing.", "It was another."]
    walking.assert_whole(db.session())


def test_a_step_that_is_reopened_in_an_open_case_ends_nothing(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    row = ask(walk, K.REOPEN, diagram="create-site", element="SubmitRequest")
    say(walk, row)
    assert not [sentence for sentence in sentences(walk) if "ended" in sentence]


# Cancelling and retrying


def test_a_cancelled_case_ends_with_all_that_waited_in_it(
    now: datetime, app_on_either: Flask
) -> None:
    text = "start S\nuser A\non Late host=A duration=P1D\nuser B\nend E\nS -> A -> E\nLate -> B"
    walk = small(now, text)
    ask(walk, K.CANCEL, reason="Started twice.")
    assert (walk.case.outcome, walk.case.tokens) == ("Cancelled", None)
    assert (walk.open_tasks(), walking.count(db.session(), Job)) == ([], 0)
    assert walking.told(walk.town.people.rosa)[-1] == "R-1001 has ended: Cancelled."
    assert sentences(walk)[1:] == [
        "“A” was no longer needed.",
        "Nora Quist cancelled the case.",
        "The case ended: Cancelled.",
    ]
    assert walking.incidents(db.session()) == []


def test_cancelling_what_a_rule_waits_for_takes_two_and_leaves_an_incident(
    town: Town, now: datetime
) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    row = ask(walk, K.CANCEL)
    assert "K03" in row.rules
    assert walk.case.ended_at is None
    say(walk, row)
    assert walk.case.outcome == "Cancelled"
    (incident,) = walking.incidents(db.session())
    assert "K03" in incident.message
    walking.assert_whole(db.session())


def test_a_suspended_case_can_be_cancelled(now: datetime, app_on_either: Flask) -> None:
    walk = small(now, "start S\nuser A\nend E\nS -> A -> E")
    ask(walk, K.SUSPEND)
    ask(walk, K.CANCEL)
    assert (walk.case.outcome, walk.case.suspended_at) == ("Cancelled", None)


def test_a_deadline_that_failed_for_good_is_tried_again(
    now: datetime, app_on_either: Flask
) -> None:
    text = "start S\ncatch Wait duration=P1D\nuser A\nend E\nS -> Wait -> A -> E"
    walk = small(now, text)
    place: dict[str, Any] = {"diagram": "main", "element": "Wait"}
    unchanged(lambda: ask(walk, K.RETRY, **place), ConflictError)
    with walking.writing() as session:
        session.execute(update(Job).values(state=JobState.DEAD, attempts=8))
        job = session.scalars(select(Job.id)).one()
        session.add(
            Incident(kind="job", case_id=walk.case_id, job_id=job, message="Dead", opened_at=now)
        )
    assert interventions.failed(db.session(), walk.case_id) == [("main", "Wait")]
    ask(walk, K.RETRY, **place)
    (incident,) = walking.incidents(db.session())
    assert (incident.resolved_by_id, incident.note) == (
        walk.town.people.nora,
        "Tried again: It is stuck.",
    )
    assert walk.wait(minutes=1) == 1
    assert walk.waits_for == {"A"}
    assert "Nora Quist had tried “Wait” again." in sentences(walk)


# Who may, and the second person


def test_nobody_else_intervenes(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.SKIP, skips="ReviewRequest")
    for person in (town.people.rosa, town.people.chen, town.mia):
        unchanged(partial(ask, walk, K.SUSPEND, person), NotAllowedError)
        unchanged(partial(say, walk, row, by=person), NotAllowedError)


def test_a_role_in_one_unit_owns_no_process(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    with transaction() as session:
        city.grant(session, town.people.hal, "policy_owner", unit_id=town.people.hr)
    unchanged(lambda: ask(walk, K.SUSPEND, town.people.hal), NotAllowedError)


def test_a_confidential_case_is_not_there_for_an_owner_who_is_not_on_its_list(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    with walking.writing() as session:
        session.execute(update(Case).values(confidential=True))
    unchanged(lambda: ask(walk, K.SUSPEND), NotFoundError)


def test_an_owner_on_the_list_of_a_confidential_case_intervenes(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    with walking.writing() as session:
        session.execute(update(Case).values(confidential=True))
        for person in (town.people.nora, town.people.ada):
            why = AccessReason.ASSIGNED if person == town.people.nora else AccessReason.BREAK_GLASS
            session.add(CaseAccess(case_id=walk.case_id, person_id=person, why=why, since=now))
    ask(walk, K.SUSPEND)
    assert walk.case.suspended_at is not None
    # Who only reads it, by breaking the glass, does not.
    unchanged(lambda: ask(walk, K.RESUME, town.people.ada), NotFoundError)


def test_a_case_or_an_intervention_that_is_not_there_is_not_found(
    town: Town, now: datetime
) -> None:
    word = Word(agree=True, text="Yes.", revision=1)
    wish = Wish(kind=K.SUSPEND, reason="Why not.", revision=1)
    by = town.people.nora
    with pytest.raises(NotFoundError):
        interventions.answer(town.runtime, 99, word, by=by, now=now)
    with pytest.raises(NotFoundError):
        interventions.intervene(town.runtime, 99, wish, by=by, now=now)


def test_the_second_person_is_another_one(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.CANCEL)
    error = unchanged(lambda: say(walk, row, by=town.people.nora), NotAllowedError)
    assert "takes a second person" in str(error)
    say(walk, row)
    assert walk.case.outcome == "Cancelled"


def test_both_people_stand_in_the_history_and_in_the_chain(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.CANCEL)
    assert [one.id for one in waiting(town, town.people.ada, walk)] == [row.id]
    assert waiting(town, town.people.nora, walk) == waiting(town, town.people.rosa, walk) == []
    assert "R-1001: an intervention waits for the word of a second person." in walking.told(
        town.people.ada
    )
    row = say(walk, row, text="Rosa agrees as well.")
    assert (row.second_id, row.answer) == (town.people.ada, "Rosa agrees as well.")
    assert sentences(walk)[-4:] == [
        "Nora Quist asked to cancel the case; a second person has to agree.",
        "“Review the request” was no longer needed.",
        "Ada Osei agreed, and Nora Quist cancelled the case.",
        "The case ended: Cancelled.",
    ]
    assert walking.told(town.people.nora)[-1] == (
        "R-1001: the intervention that you asked for was agreed to and done."
    )
    walking.assert_whole(db.session())


def waiting(town: Town, person: int, walk: Walk) -> list[Intervention]:
    db.session.rollback()
    return interventions.waiting_for(town.runtime, db.session(), person, now=walk.now)


def test_a_refused_intervention_changes_nothing_but_the_history(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.CANCEL)
    say(walk, row, agree=False, text="Not without Rosa.")
    assert (walk.case.ended_at, walk.waits_for) == (None, {"ReviewRequest"})
    assert sentences(walk)[-1] == "Ada Osei refused to cancel the case."
    unchanged(lambda: say(walk, row), ConflictError)


def test_whoever_asked_may_take_it_back(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.CANCEL)
    say(walk, row, agree=False, by=town.people.nora)
    assert sentences(walk)[-1] == "Nora Quist no longer wanted to cancel the case."
    ask(walk, K.SUSPEND)


def test_only_one_intervention_of_a_case_waits_at_a_time(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    ask(walk, K.CANCEL)
    for kind in (K.CANCEL, K.SUSPEND):
        unchanged(partial(ask, walk, kind), ConflictError)


def test_an_intervention_asked_for_twice_is_done_once(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    seen = walk.case.revision
    ask(walk, K.SUSPEND, revision=seen)
    unchanged(lambda: ask(walk, K.RESUME, revision=seen), ConflictError)


def test_what_was_asked_before_the_case_moved_on_is_looked_at_again(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    row = ask(walk, K.SKIP, skips="ReviewRequest")
    seen = walk.case.revision
    walk.do("ReviewRequest")
    unchanged(lambda: say(walk, row, revision=seen), ConflictError)
    unchanged(lambda: say(walk, row), ConflictError)
    say(walk, row, agree=False, revision=seen)


@pytest.mark.parametrize("words", ["", "  ", "x" * (interventions.LONGEST_REASON + 1)])
def test_every_intervention_and_every_answer_says_why(
    town: Town, now: datetime, words: str
) -> None:
    walk = walking.forwarded(town, now=now)
    unchanged(lambda: ask(walk, K.SUSPEND, reason=words), InvalidAnswersError)
    row = ask(walk, K.CANCEL)
    unchanged(lambda: say(walk, row, text=words), InvalidAnswersError)


def test_two_who_agree_at_once_do_it_once(town: Town, now: datetime, app_on_either: Flask) -> None:
    walk = walking.forwarded(town, now=now)
    with transaction() as session:
        city.grant(session, town.people.cleo, "policy_owner")
    row = ask(walk, K.CANCEL)
    word = Word(agree=True, text="Yes.", revision=walk.case.revision)

    def agree(by: int) -> str:
        try:
            interventions.answer(town.runtime, row.id, word, by=by, now=walk.now)
        except ConflictError:
            return "late"
        return "done"

    db.session.rollback()
    both = [lambda: agree(town.people.ada), lambda: agree(town.people.cleo)]
    assert sorted(walking.at_once(app_on_either, both)) == ["done", "late"]
    walking.assert_whole(db.session())


def test_an_answer_that_comes_too_late_changes_nothing(
    town: Town, now: datetime, app_on_either: Flask
) -> None:
    walk = walking.forwarded(town, now=now)
    with transaction() as session:
        city.grant(session, town.people.cleo, "policy_owner")
    row = ask(walk, K.CANCEL)
    revision = walk.case.revision

    def answer(by: int, *, agree: bool) -> str:
        word = Word(agree=agree, text="I say so.", revision=revision)
        try:
            interventions.answer(town.runtime, row.id, word, by=by, now=walk.now)
        except ConflictError:
            return "late"
        return "agreed" if agree else "refused"

    db.session.rollback()
    both = [
        lambda: answer(town.people.ada, agree=True),
        lambda: answer(town.people.cleo, agree=False),
    ]
    first, second = sorted(walking.at_once(app_on_either, both))
    assert "late" in (first, second)
    (kept,) = interventions.of_case(db.session(), walk.case_id)
    assert (kept.done_at is None) != (kept.refused_at is None)
    assert (walk.case.ended_at is None) == ("refused" in (first, second))


@pytest.mark.parametrize("kind", [K.SUSPEND, K.CANCEL])
def test_an_intervention_that_is_cut_off_leaves_nothing_half(
    town: Town, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: K
) -> None:
    walk = walking.approved(town, now=now)

    def killed(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    before = walking.everything(db.session())
    monkeypatch.setattr(audit, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        ask(walk, kind)
    assert walking.everything(db.session()) == before
    monkeypatch.undo()
    walking.assert_whole(db.session())


def test_every_place_of_the_diagrams_of_a_case_is_offered(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    found = [(key, node.id) for key, node in interventions.places(walk.diagrams)]
    assert found[0] == ("create-site", "SubmitRequest")
    assert ("launch-site", "ThirtyDaysLive") in found
    assert ("create-site", "SiteWanted") not in found
    assert cases.with_history(walk.case_id).tasks  # the page shows it beside its steps
    assert isinstance(walk.case.tasks[0], Task)
