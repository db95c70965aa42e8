"""What people do with a task, and what is refused to them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Draft, File, TaskKind
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import documents, tasks
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    PolicyError,
    RefusedError,
)
from workflows.people import duties_of
from workflows.policy.guard import Deed
from workflows.tasks import Completion


@pytest.fixture
def town(app: Flask, now: datetime) -> Town:
    return walking.settle(now)


@pytest.fixture
def town_on_either(app_on_either: Flask, now: datetime) -> Town:
    return walking.settle(now)


def forwarder_at(town: Town, unit: int, given_name: str = "Fay") -> int:
    """Settle one more forwarder, in that unit."""
    with walking.writing() as session:
        person = city.person(session, given_name, "Forde", unit)
        city.grant(session, person, "dept_forwarder", unit_id=unit)
    return person


# ----------------------------------------------------------------------------------- completing


def test_a_completion_says_what_waits_now(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    done = walk.complete(walk.task("ForwardRequest"), town.people.dan, {})
    assert (done.task.outcome, done.case.label) == ("forward", "R-1001")
    assert {task.element for task in done.opened} == {"ReviewRequest", "WithdrawWhileReviewing"}
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
    walk.send("WithdrawWhileReviewing")
    with pytest.raises(ConflictError, match=r"no longer needed: R-1001 has moved on"):
        walk.complete(task, town.people.chen, {})


def test_two_people_at_the_same_task_are_told_apart(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.forwarded(town, now=now)
        task = walk.task("ReviewRequest")
        names = {town.people.chen: "Chen Wu", town.mia: "Mia Stone"}
        forms = {person: walk.form(task, person, {}) for person in names}

        do = partial(tasks.complete, town.runtime, task.id, now=now)
        deeds = [
            partial(_outcome_of, partial(do, by=person, answers=answers))
            for person, answers in forms.items()
        ]
        outcomes = walking.at_once(app_on_either, deeds)
        (winner,) = [outcome for outcome in outcomes if isinstance(outcome, int)]
        (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
        assert str(refusal).startswith(f"{names[winner]} has already completed")
        assert walk.waits_for == {"AdviseSecurity"}
    walking.assert_whole(db.session())


def _outcome_of(deed: Callable[[], Completion]) -> int | PolicyError | None:
    try:
        return deed().task.completed_by_id
    except PolicyError as error:
        return error


def test_people_at_different_steps_of_one_case_do_not_disturb_each_other(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(3):
        walk = walking.forwarded(town, now=now, public_body_site=True)
        walk.do("ReviewRequest", needs_law_advice=True, needs_retention_advice=True)
        steps = [task for task in walk.open_tasks() if task.kind == TaskKind.USER]
        assert len(steps) == 4
        deeds = []
        for task in steps:
            by = walk.whoever_does(task)
            answers = walk.form(task, by, {})
            deeds.append(
                partial(tasks.complete, town.runtime, task.id, by=by, answers=answers, now=walk.now)
            )
        walking.at_once(app_on_either, deeds)
        assert walk.waits_for == {"DecideRequest"}
    walking.assert_whole(db.session())


def test_a_withdrawal_and_a_step_at_once_end_in_one_of_two_ways(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.forwarded(town, now=now)
        review, withdrawal = walk.task("ReviewRequest"), walk.task("WithdrawWhileReviewing")
        answers = walk.form(review, town.people.chen, {})
        do = partial(tasks.complete, town.runtime, now=now)
        deeds: list[Callable[[], Completion]] = [
            partial(do, review.id, by=town.people.chen, answers=answers),
            partial(do, withdrawal.id, by=town.people.rosa, answers={"reason": "No."}),
        ]
        outcomes = walking.at_once(app_on_either, [partial(_name_of, deed) for deed in deeds])
        assert sorted(outcomes) == ["ConflictError", "done"]
    walking.assert_whole(db.session())


def _name_of(deed: Callable[[], object]) -> str:
    try:
        deed()
    except PolicyError as error:
        return type(error).__name__
    return "done"


def test_twenty_people_at_once_all_get_through_on_sqlite(app: Flask, now: datetime) -> None:
    town = walking.settle(now)
    walks = [walking.start(town, now=now).do("SubmitRequest") for _ in range(20)]
    deeds = []
    for walk in walks:
        task = walk.task("ForwardRequest")
        answers = walk.form(task, town.people.dan, {})
        deeds.append(
            partial(
                tasks.complete,
                town.runtime,
                task.id,
                by=town.people.dan,
                answers=answers,
                now=walk.now,
            )
        )
    assert len(walking.at_once(app, deeds)) == 20
    assert all(walk.waits_for == {"ReviewRequest"} for walk in walks)
    walking.assert_whole(db.session())


# -------------------------------------------------------------------------------------- the rules


def refused(error: RefusedError) -> set[tuple[str, tuple[str, ...]]]:
    return {(refusal.rule, refusal.clauses) for refusal in error.refusals}  # type: ignore[attr-defined]


def test_who_requests_does_not_forward(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "dept_forwarder", unit_id=town.people.parks)
    walk = walking.start(town, now=now).do("SubmitRequest")
    with pytest.raises(RefusedError, match="take different people") as caught:
        walk.do("ForwardRequest", town.people.rosa)
    assert refused(caught.value) == {("K06", ("GC-2", "PS-2a"))}
    assert "rule K06, clauses GC-2, PS-2a" in str(caught.value)
    assert walk.waits_for == {"ForwardRequest"}
    walking.assert_whole(db.session())


@pytest.mark.parametrize("who", ["rosa", "dan"])
def test_who_requests_or_forwards_does_not_decide(town: Town, now: datetime, who: str) -> None:
    person = getattr(town.people, who)
    with walking.writing() as session:
        city.grant(session, person, "comms_reviewer")
    walk = walking.advised(town, now=now, primary_admin=town.people.hal)
    before = walk.case.revision
    for decision in ("approve", "reject"):
        with pytest.raises(RefusedError) as caught:
            walk.do("DecideRequest", person, decision=decision)
        assert ("K06", ("GC-2", "PS-2a")) in refused(caught.value)
    assert (walk.waits_for, walk.case.revision) == ({"DecideRequest"}, before)


@pytest.mark.parametrize(
    "named",
    [
        {"primary_admin": "chen"},
        {"backup_admin": "chen"},
        {"other_admins": "chen"},
    ],
)
def test_who_is_to_administer_the_site_does_not_decide(
    town: Town, now: datetime, named: dict[str, str]
) -> None:
    chen = town.people.chen
    answers = {
        field: [{"person": chen, "role": "moderator"}] if field == "other_admins" else chen
        for field in named
    }
    walk = walking.advised(town, now=now, **answers)
    with pytest.raises(RefusedError, match="named as the site's administrator") as caught:
        walk.do("DecideRequest", chen)
    assert {rule for rule, _ in refused(caught.value)} == {"K06"}
    assert walk.do("DecideRequest", town.mia).waits_for == {"IdentifyContract"}


def test_an_administrator_who_was_replaced_in_the_second_round_may_decide(
    town: Town, now: datetime
) -> None:
    walk = walking.advised(town, now=now, primary_admin=town.people.chen)
    walk.do("DecideRequest", town.mia, decision="return")
    walk.do("SubmitRequest").do("ForwardRequest").do("ReviewRequest").do("AdviseSecurity")
    assert walk.do("DecideRequest", town.people.chen).waits_for == {"IdentifyContract"}


def test_what_would_be_refused_is_said_before_anybody_types(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "comms_reviewer")
    walk = walking.advised(town, now=now)
    task = tasks.find(walk.task("DecideRequest").id)
    session = db.session()
    ask = partial(tasks.objections, town.runtime, session, task)
    assert ask(by=town.people.chen) == []
    assert {refusal.rule for refusal in ask(by=town.people.rosa)} == {"K06"}
    assert all("K06" in refusal.text for refusal in ask(by=town.people.rosa))


def test_who_requests_is_told_before_forwarding(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    task = tasks.find(walk.task("ForwardRequest").id)
    (refusal,) = tasks.objections(town.runtime, db.session(), task, by=town.people.rosa)
    assert (refusal.rule, refusal.people) == ("K06", (town.people.rosa,))
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.dan) == []


def test_who_is_to_administer_the_site_is_told_before_deciding(town: Town, now: datetime) -> None:
    walk = walking.advised(town, now=now, backup_admin=town.people.chen)
    task = tasks.find(walk.task("DecideRequest").id)
    (refusal,) = tasks.objections(town.runtime, db.session(), task, by=town.people.chen)
    assert "administrator may not decide" in refusal.text
    assert tasks.objections(town.runtime, db.session(), task, by=town.mia) == []


def test_a_step_without_an_act_has_no_objections(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    task = tasks.find(walk.task("IdentifyContract").id)
    assert task.act is None
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.chen) == []


def test_an_act_that_the_policy_no_longer_knows_has_no_objections(
    town: Town, now: datetime
) -> None:
    task = tasks.find(walking.start(town, now=now).task("SubmitRequest").id)
    task.act = "an-act-of-old"
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.chen) == []
    db.session.rollback()


def test_a_refusal_leaves_everything_as_it_was(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "dept_forwarder", unit_id=town.people.parks)
    walk = walking.start(town, now=now).do("SubmitRequest")
    before = walking.everything(db.session())
    with pytest.raises(RefusedError):
        walk.do("ForwardRequest", town.people.rosa)
    assert walking.everything(db.session()) == before


def test_the_outcome_is_what_the_form_says_or_else_the_acts_own(town: Town, now: datetime) -> None:
    diagrams = walking.start(town, now=now).diagrams
    review = diagrams.node("create-site", "ReviewRequest")
    assert tasks.outcome_of(town.runtime, review, {"decision": "return"}) == "return"
    assert tasks.outcome_of(town.runtime, review, {}) == "complete"
    account = diagrams.node("prepare-site", "CreateAccount")
    assert tasks.outcome_of(town.runtime, account, {"handle": "x"}) == "created"


def test_deeds_stand_in_the_order_in_which_they_happened(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    deeds: list[Deed] = walking.history(walk).deeds
    acts = [deed.act for deed in deeds]
    assert acts[:3] == ["request-site", "forward-request", "review-request"]
    assert acts[-2:] == ["confirm-readiness", "launch-site"]
    assert [deed.at for deed in deeds] == sorted(deed.at for deed in deeds)


# ------------------------------------------------------------------- claims, handing over, drafts


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


def test_of_two_who_take_a_task_at_once_one_has_it(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    task = walking.forwarded(town, now=now).task("ReviewRequest")
    deeds = [
        partial(_name_of, partial(tasks.claim, town.runtime, task.id, by=person, now=now))
        for person in (town.mia, town.people.chen)
    ]
    assert sorted(walking.at_once(app_on_either, deeds)) == ["ConflictError", "done"]


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
    save = partial(tasks.save_draft, town.runtime, task.id, now=now)
    assert save(by=town.mia, answers={"reason": ["Bec"]})
    assert save(by=town.mia, answers={"reason": ["Because"]})
    draft = tasks.draft_of(task.id, by=town.mia)
    assert draft is not None
    assert draft.answers == {"reason": ["Because"]}
    assert tasks.draft_of(task.id, by=town.people.chen) is None
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
    save = partial(tasks.save_draft, town.runtime, answers={}, now=now)
    assert not save(task.id, by=town.people.ivy)
    assert not save(4711, by=town.mia)
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_waits_for_who_released_the_task_and_goes_with_its_completion(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.save_draft(town.runtime, task.id, by=town.mia, answers={"a": ["b"]}, now=now)
    tasks.release(town.runtime, task.id, by=town.mia, now=now)
    db.session.expire_all()
    assert tasks.draft_of(task.id, by=town.mia) is not None
    walk.do("ReviewRequest", town.people.chen)
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_goes_when_the_diagram_takes_its_step_back(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.save_draft(town.runtime, task.id, by=town.mia, answers={"a": ["b"]}, now=now)
    walk.send("WithdrawWhileReviewing")
    assert walking.count(db.session(), Draft) == 0


def test_a_draft_and_a_completion_at_once_leave_no_draft_behind(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.forwarded(town, now=now)
        task = walk.task("ReviewRequest")
        answers = walk.form(task, town.mia, {})
        save = partial(tasks.save_draft, town.runtime, task.id, answers={}, by=town.mia, now=now)
        do = partial(
            tasks.complete, town.runtime, task.id, by=town.mia, answers=answers, now=walk.now
        )
        walking.at_once(app_on_either, [partial(_name_of, do), partial(_name_of, save)])
        assert walk.waits_for == {"AdviseSecurity"}
    db.session.rollback()
    assert walking.count(db.session(), Draft) == 0


# -------------------------------------------------------------------------------------- documents


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
