"""One step of a case: operations, answers of rounds, and who is told."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from models.cases import Case, Task
from models.database import db
from models.sites import Site
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import moves, offers
from workflows.diagrams.conditions import Unset
from workflows.errors import ConflictError, NotAllowedError, RefusedError, StuckError
from workflows.operations import OPERATIONS, Occasion


def small(now: datetime, text: str, **marks: Any) -> Walk:
    """Start a case of a small diagram."""
    town = walking.settle(now, {"main": drawn(text, **marks)})
    return walking.start(town, now=now, process="main")


def place(walk: Walk, element: str) -> None:
    """Put a token where nobody walked, as an intervention would."""
    with walking.writing() as session:
        whole = undefer(Case.tokens), joinedload(Case.unit)
        case = session.scalars(select(Case).where(Case.id == walk.case_id).options(*whole)).one()
        move = moves.resume(session, walk.town.runtime, case, now=walk.now, actor=None)
        record = Task(
            case_id=case.id,
            token="",
            kind="move",
            element=element,
            diagram="create-site",
            scope="",
            name="Moved",
            duty="",
            opened_at=walk.now,
            closed_at=walk.now,
            closed_in=move.revision,
        )
        session.add(record)
        moves.advance(move, lambda: move.run.place(element), record)


def rules(error: RefusedError) -> set[str]:
    return {refusal.rule for refusal in error.refusals}  # type: ignore[attr-defined]


def test_a_launch_without_approval_is_refused_even_where_the_token_stands(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    before = walking.everything(db.session())
    with pytest.raises(RefusedError, match=r"Communications has not approved it") as caught:
        place(walk, "LaunchAndCheck")
    assert {"K01", "K09"} <= rules(caught.value)
    assert "GC-2" in str(caught.value)
    assert walking.everything(db.session()) == before


def test_a_token_placed_after_the_approval_gets_nowhere(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    place(walk, "PrepareSite")
    walk.do("IdentifyContract").do("AuthorizeContract")
    with pytest.raises(RefusedError) as caught:
        walk.do("AcceptContract")
    assert "K12" in rules(caught.value)
    assert walk.waits_for == {"ReviewRequest", "AcceptContract"}
    walking.assert_whole(db.session())


def test_an_approval_before_the_last_return_licenses_nothing(town: Town, now: datetime) -> None:
    walk = walking.with_account(town, now=now)
    place(walk, "ReviewAndDecide")
    walk.do("ReviewRequest", decision="return")
    with pytest.raises(RefusedError) as caught:
        walk.do("SetUpRetention")
    assert "K09" in rules(caught.value)


HIDDEN = """
    start S
    user A
    service Launch
    end E
    S -> A -> Launch -> E
"""


def test_an_operation_has_its_act_even_where_the_diagram_leaves_it_out(
    app: Flask, now: datetime
) -> None:
    lanes = {"Requester": ["A"], "Communications": ["Launch"]}
    walk = small(now, HIDDEN, topics={"Launch": "launch-site"}, lanes=lanes)
    with pytest.raises(RefusedError) as caught:
        walk.do("A")
    assert "K01" in rules(caught.value)
    assert walking.count(db.session(), Site) == 0
    assert walk.waits_for == {"A"}


def test_an_act_drawn_in_a_lane_that_may_not_carry_it_is_done_by_nobody(
    app: Flask, now: datetime
) -> None:
    """Only Communications approves (K02), wherever a diagram puts the step."""
    lanes = {"Requester": ["A"], "Department": ["Launch"]}
    walk = small(
        now, HIDDEN.replace("service", "user"), acts={"Launch": "approve-site"}, lanes=lanes
    )
    walk.do("A")
    approval = walk.task("Launch")
    assert approval.party == "Department"
    for who in (walk.town.people.dan, walk.town.people.chen):
        with pytest.raises(NotAllowedError):
            walk.do("Launch", who)


def test_an_operation_cannot_take_another_act_than_its_own(app: Flask, now: datetime) -> None:
    lanes = {"Requester": ["A"], "Communications": ["Launch"]}
    topics, acts = {"Launch": "launch-site"}, {"Launch": "inform-requester"}
    walk = small(now, HIDDEN, topics=topics, acts=acts, lanes=lanes)
    with pytest.raises(RefusedError) as caught:
        walk.do("A")
    assert "K01" in rules(caught.value)


def test_an_operation_that_does_not_exist_leaves_the_case_where_it_was(
    app: Flask, now: datetime
) -> None:
    lanes = {"Requester": ["A"]}
    walk = small(now, HIDDEN, topics={"Launch": "make-coffee"}, lanes=lanes)
    with pytest.raises(StuckError, match=r'no operation "make-coffee"\. Nothing was changed'):
        walk.do("A")
    assert walk.waits_for == {"A"}
    walking.assert_whole(db.session())


def test_what_an_operation_lacks_is_said_and_the_case_stays_before_the_step(
    town: Town, now: datetime
) -> None:
    walk = walking.advised(town, now=now).do("DecideRequest")
    walk.do("IdentifyContract").do("AuthorizeContract").do("AcceptContract")
    walk.do("CreateAccount", backup_admin=town.people.rosa)
    walking.prepare(walk)
    before = walking.everything(db.session())
    with pytest.raises(StuckError, match="cannot be launched with 1 administrators"):
        walk.do("ConfirmReadiness")
    assert walking.everything(db.session()) == before


def test_operations_in_a_circle_come_to_an_end(app: Flask, now: datetime) -> None:
    text = """
        start S
        user A
        xor Again
        service Remind
        S -> A -> Again -> Remind -> Again
    """
    walk = small(now, text, topics={"Remind": "remind"}, lanes={"Requester": ["A"]})
    with pytest.raises(StuckError, match="More operations follow one another"):
        walk.do("A")
    walking.assert_whole(db.session())


def test_a_condition_without_an_answer_leaves_the_case_where_it_was(
    app: Flask, now: datetime
) -> None:
    text = """
        start S
        user A
        xor X
        end E
        end F
        S -> A -> X
        X -> E : A.answer = "yes"
        X -> F : A.answer = "no"
    """
    walk = small(now, text, fields={"A": ["answer"]}, lanes={"Requester": ["A"]})
    with pytest.raises(StuckError, match=r"Nothing was changed; tell the owner"):
        walk.do("A")
    assert walk.do("A", answer="no").case.outcome == "F"


def test_an_ended_case_is_not_taken_up_again(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).send("WithdrawBeforeForwarding")
    with pytest.raises(ConflictError, match=r"R-1001 has ended"):
        place(walk, "LaunchAndCheck")


VOTES = """
    start S
    user Ask
    user Vote times=Ask.voters
    xor X
    user Adopt
    end E
    S -> Ask -> Vote -> X
    X -> Adopt : count(Vote.answer = "yes") >= 2
    X -> Ask : count(Vote.answer = "yes") < 2
    Adopt -> E
"""


def vote(walk: Walk, *answers: str) -> None:
    for answer in answers:
        first = min(walk.open_tasks(), key=lambda task: task.scope)
        walk.complete(first, walk.town.people.rosa, {"answer": answer})


def test_only_the_votes_of_the_latest_round_count(app: Flask, now: datetime) -> None:
    fields = {"Ask": ["voters:long"], "Vote": ["answer"]}
    lanes = {"Requester": ["Ask", "Vote", "Adopt"]}
    walk = small(now, VOTES, fields=fields, lanes=lanes)
    walk.do("Ask", voters=4)
    assert sorted(task.scope for task in walk.open_tasks()) == ["#0", "#1", "#2", "#3"]
    vote(walk, "yes", "no", "no", "no")
    walk.do("Ask", voters=2)
    vote(walk, "yes", "no")  # with those of the first round there would be two
    assert walk.waits_for == {"Ask"}
    walk.do("Ask", voters=3)
    vote(walk, "no", "yes", "yes")
    assert walk.waits_for == {"Adopt"}
    assert walking.history(walk).values("", "Vote", "answer") == ["no", "yes", "yes"]
    walking.assert_whole(db.session())


def test_what_was_left_empty_in_the_second_round_is_empty(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest", other_platform="Mastodon")
    diagrams = walk.diagrams.diagrams
    assert walking.history(walk).facts(diagrams)["site.platform_other"].value == "Mastodon"
    walk.do("ForwardRequest", decision="return").do("SubmitRequest")
    assert "site.platform_other" not in walking.history(walk).facts(diagrams)


def test_a_long_case_reads_only_the_answers_that_count(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    for _ in range(3):
        walk.do("SubmitRequest").do("ForwardRequest", decision="return")
    steps = walking.history(walk).steps
    assert [step.element for step in steps] == ["SubmitRequest", "ForwardRequest"] * 3
    assert [step.answers is None for step in steps if step.scope == ""] == [True] * 2 + [False]
    with pytest.raises(Unset):
        walking.history(walk).value("", "SubmitRequest", "no-such-field")


def test_a_step_that_its_diagram_no_longer_has_gives_no_facts(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert (
        walking.history(walk).facts({"create-site": walk.diagrams.diagrams["agree-contract"]}) == {}
    )


def test_nobody_is_told_what_they_did_themselves(town: Town, now: datetime) -> None:
    walking.start(town, now=now).send("WithdrawBeforeForwarding")
    assert walking.told(town.people.rosa) == []


def test_a_notice_of_a_confidential_case_says_no_more_than_its_number(
    app: Flask, now: datetime
) -> None:
    text = """
        start S
        user A
        user B
        user C
        end Discharged
        S -> A -> B -> C -> Discharged
    """
    lanes = {"Requester": ["A", "C"], "Human Resources": ["B"]}
    walk = small(now, text, lanes=lanes, confidential=True)
    hal, rosa = walk.town.people.hal, walk.town.people.rosa
    walk.do("A")
    offers.take(walk.town.runtime, walk.task("B").id, by=hal, now=walk.now)
    walk.do("B", hal)
    assert walking.told(rosa) == ["C-01 has news for you."]
    with walking.writing() as session:
        for task in session.scalars(select(Task).where(Task.element == "C")):
            task.person_id = hal
    walk.do("C", hal)
    assert walking.told(rosa) == ["C-01 has news for you."] * 2


def test_an_operation_learns_who_may_do_a_task(
    town: Town, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, list[int]] = {}

    def ask(occasion: Occasion) -> None:
        waiting = occasion.session.scalars(select(Task).where(Task.closed_at.is_(None)))
        asked.update({task.element: list(occasion.holders(task)) for task in waiting})

    monkeypatch.setattr(moves, "OPERATIONS", {**OPERATIONS, "remind": ask})
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.wait(days=7)
    people = town.people
    assert asked == {
        "ForwardRequest": [people.dan],
        "WithdrawWhileForwarding": [people.rosa],
    }


def test_a_case_that_ends_without_an_end_event_has_ended_all_the_same(
    app: Flask, now: datetime
) -> None:
    walk = small(now, "start S\nuser A\nS -> A", lanes={"Requester": ["A"]}).do("A")
    assert (walk.case.outcome, walk.case.tokens) == ("Ended", None)


def test_a_message_that_nobody_may_send_opens_no_row(app: Flask, now: datetime) -> None:
    text = """
        start S
        receive Wait message=news
        end E
        S -> Wait -> E
    """
    assert small(now, text).open_tasks() == []


def test_the_way_from_the_start_stands_in_the_first_row(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    assert ["create-site", "SiteWantedToSubmitRequest"] in (walk.case.tasks[0].passed or [])
    walk.do("SubmitRequest")
    passed = [element for _, element in walk.case.tasks[0].passed or []]
    assert passed[0] == "SiteWanted"
    assert passed[-1] == "RequestReceivedToForwardRequest"
