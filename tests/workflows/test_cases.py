"""P01 walked through the use cases, from the request to every one of its ends, on a real database."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case, Comment, TaskKind
from models.database import db
from models.sites import Contract, Delegation, RetentionSetup, Site, SiteDecision, SiteRole
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import cases, timeline
from workflows.errors import (
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    StuckError,
)

CALLED = ("gather-advice", "prepare-site", "agree-contract")


def test_a_request_becomes_a_live_site_with_all_that_it_stands_on(
    town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    walk = walking.launched(town, now=now)
    launched_at = walk.now
    assert walk.wait(days=31) == 1
    walk.do("CheckAfterLaunch")
    assert (walk.case.outcome, walk.case.tokens) == ("Site live", None)
    site = db.session.scalars(select(Site)).one()
    assert (site.code, site.status, site.name) == ("S01", "live", "Northwater Parks")
    assert (site.owner_id, site.launched_at) == (town.people.rosa, launched_at)
    decision = db.session.scalars(select(SiteDecision)).one()
    assert (decision.site_id, decision.case_id) == (site.id, walk.case_id)
    assert (decision.outcome, decision.decided_by_id) == ("approve", town.people.chen)
    roles = {(role.person_id, role.role) for role in db.session.scalars(select(SiteRole))}
    assert roles == {(town.people.rosa, "owner"), (town.people.nora, "admin")}
    contract = db.session.scalars(select(Contract)).one()
    assert (contract.accepted_by_id, contract.kind) == (town.people.chen, "terms-of-service")
    setup = db.session.scalars(select(RetentionSetup)).one()
    assert (setup.set_up_by_id, setup.archive_test) == (town.people.cleo, "passed")
    assert walk.case.site_id == site.id
    walking.assert_whole(db.session())


def test_the_case_takes_its_name_and_its_unit_from_the_request(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    walk.do("SubmitRequest", proposed_name="Fire Safety", unit=town.people.fire)
    case = walk.case
    assert (case.title, case.unit_id) == ("Create site: Fire Safety", town.people.fire)
    assert walk.task("ForwardRequest").unit_id == town.people.fire


def test_a_board_is_forwarded_for_by_its_department(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        board = city.unit(session, "PRB", "Parks Board", forwarding_unit_id=town.people.parks)
    walk = walking.start(town, now=now).do("SubmitRequest", unit=board)
    assert walk.task("ForwardRequest").unit_id == town.people.parks
    assert walk.do("ForwardRequest").case.unit_id == board


def test_a_unit_that_does_not_exist_is_refused(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    with pytest.raises(InvalidAnswersError, match="no such unit"):
        walk.do("SubmitRequest", unit=9999)
    assert walk.waits_for == {"SubmitRequest"}


def test_a_case_has_the_next_number_or_the_one_that_it_had_elsewhere(
    town: Town, now: datetime
) -> None:
    rosa = town.people.rosa
    first = cases.start_case(town.runtime, "create-site", by=rosa, now=now)
    kept = cases.start_case(town.runtime, "create-site", by=rosa, now=now, number=2040)
    after = cases.start_case(town.runtime, "create-site", by=rosa, now=now)
    assert [case.number for case in (first, kept, after)] == [1001, 2040, 2041]
    assert first.label == "R-1001"


def test_cases_that_start_at_once_have_numbers_of_their_own(
    town_on_either: Town, now: datetime, app_on_either: Flask
) -> None:
    def begin() -> int:
        rosa = town_on_either.people.rosa
        return cases.start_case(town_on_either.runtime, "create-site", by=rosa, now=now).number

    found = walking.at_once(app_on_either, [begin] * 8)
    assert sorted(found) == list(range(1001, 1009))
    walking.assert_whole(db.session())


def test_a_process_that_is_not_published_cannot_be_started(town: Town, now: datetime) -> None:
    with pytest.raises(NotFoundError, match="move-site"):
        cases.start_case(town.runtime, "move-site", by=town.people.rosa, now=now)


def test_a_process_is_started_by_its_starters_only(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        left = city.person(session, "Lou", "Gone", town.people.parks, disabled_at=now)
    with pytest.raises(NotAllowedError, match=r"started by: Requester\."):
        cases.start_case(town.runtime, "create-site", by=left, now=now)
    with pytest.raises(NotAllowedError, match=r"started by: nobody\."):
        cases.start_case(town.runtime, "gather-advice", by=town.people.rosa, now=now)
    assert walking.count(db.session(), Case) == 0


def test_a_case_that_cannot_take_its_first_step_is_not_started(app: Flask, now: datetime) -> None:
    text = """
        start S
        xor X
        user A
        user B
        S -> X
        X -> A : A.answer = "a"
        X -> B : A.answer = "b"
    """
    town = walking.settle(now, {"main": drawn(text, fields={"A": ["answer"]})})
    with pytest.raises(StuckError, match=r"Nothing was changed"):
        walking.start(town, now=now, process="main")
    assert walking.count(db.session(), Case) == 0


def a_declined_request(town: Town, now: datetime) -> Walk:
    return walking.start(town, now=now).do("SubmitRequest").do("ForwardRequest", decision="decline")


def test_a_decline_that_the_requester_accepts_ends_the_case(town: Town, now: datetime) -> None:
    walk = a_declined_request(town, now).do("AnswerDecline", answer="accept")
    assert walk.case.outcome == "Declined"
    walking.assert_whole(db.session())


def test_an_escalated_decline_goes_to_communications(town: Town, now: datetime) -> None:
    assert a_declined_request(town, now).do("AnswerDecline").waits_for == {"ReviewRequest"}


def test_a_site_that_is_not_city_supported_ends_with_an_answer(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    walk.do("ReviewRequest", decision="not-city-supported", reason="It is a private page.")
    assert walk.case.outcome == "Not City-Supported"
    assert walk.case.tasks[-1].kind == TaskKind.OPERATION
    (said,) = walking.told(town.people.rosa)
    assert said.endswith("is not a City-Supported site. Reason: It is a private page.")


def test_a_rejected_request_tells_the_requester_why(town: Town, now: datetime) -> None:
    walk = walking.advised(town, now=now)
    walk.do("DecideRequest", decision="reject", reason="There is one already.")
    assert walk.case.outcome == "Rejected"
    assert any("There is one already." in text for text in walking.told(town.people.rosa))
    assert walking.count(db.session(), Site) == 0


def test_a_silent_department_does_not_stop_a_request(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert walk.wait(days=5) == 1  # only the department is reminded yet
    assert "AskCommunications" not in {task.element for task in walk.open_tasks()}
    walk.wait(days=4)
    late = [text for text in walking.told(town.people.rosa) if "not done in time" in text]
    assert ['"Forward the request"' in text for text in late] == [True]
    with pytest.raises(NotAllowedError):
        walk.send("AskCommunications", town.people.dan)
    assert not walk.task("AskCommunications").is_overdue(walk.now + timedelta(days=90))
    walk.send("AskCommunications")
    assert walk.waits_for == {"ReviewRequest"}
    walk.do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    assert walk.waits_for == {"IdentifyContract"}
    walking.assert_whole(db.session())


@pytest.mark.parametrize(
    ("message", "way"),
    [
        ("WithdrawBeforeForwarding", walking.start),
        (
            "WithdrawWhileForwarding",
            lambda town, *, now: walking.start(town, now=now).do("SubmitRequest"),
        ),
        ("WithdrawWhileDeciding", walking.forwarded),
        (
            "WithdrawWhileDeciding",
            lambda town, *, now: walking.forwarded(town, now=now).do(
                "ReviewRequest", needs_law_advice=True
            ),
        ),
        ("WithdrawWhileDeciding", walking.advised),
    ],
)
def test_the_requester_may_withdraw_until_the_approval(
    town: Town, now: datetime, message: str, way: Callable[..., Walk]
) -> None:
    walk = way(town, now=now)
    with pytest.raises(NotAllowedError):
        walk.send(message, town.people.dan)
    walk.send(message)
    assert walk.case.outcome == "Withdrawn"
    walking.assert_whole(db.session())


def test_an_approved_request_can_no_longer_be_withdrawn(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    assert [task.element for task in walk.open_tasks() if task.kind == TaskKind.MESSAGE] == []


def test_an_approval_lapses_after_90_days_whatever_is_open(town: Town, now: datetime) -> None:
    walk = walking.with_account(town, now=now)
    assert walk.wait(days=89) == 2  # department and City Clerk are reminded
    assert walk.wait(days=2) == 1
    assert walk.case.outcome == "Approval lapsed"
    assert any("lapsed before the site was launched" in t for t in walking.told(town.people.rosa))
    walking.assert_whole(db.session())


def test_a_refused_contract_ends_the_approval(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now).do("IdentifyContract")
    walk.do("AuthorizeContract", decision="refuse", reason="Unlimited indemnity.")
    assert walk.case.outcome == "Approval lapsed"
    walking.assert_whole(db.session())


def test_a_delegate_accepts_the_contract_and_may_give_it_back(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now).do("IdentifyContract")
    walk.do("AuthorizeContract", decision="delegate")
    task = walk.task("AcceptAsDelegate")
    assert task.person_id == town.people.nora
    assert walking.told(town.people.nora) == ["R-1001 waits for you: Accept as delegate."]
    with pytest.raises(NotAllowedError, match=r"waits for Delegate, not for you\."):
        walk.do("AcceptAsDelegate", town.people.chen)
    walk.do("AcceptAsDelegate", decision="decline").do("AuthorizeContract", decision="delegate")
    walk.do("AcceptAsDelegate")
    assert walk.waits_for == {"CreateAccount"}
    first, second = db.session.scalars(select(Delegation).order_by(Delegation.id))
    assert first.revoked_at is not None
    assert second.revoked_at is None
    walking.assert_whole(db.session())


@pytest.mark.parametrize("step", ["ForwardRequest", "ReviewRequest", "DecideRequest"])
def test_a_returned_request_goes_the_whole_way_again_and_becomes_live(
    town: Town, now: datetime, step: str
) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    if step != "ForwardRequest":
        walk.do("ForwardRequest")
    if step == "DecideRequest":
        walk.do("ReviewRequest").do("AdviseSecurity")
    walk.do(step, decision="return", reason="Say who answers at night.")
    assert walk.waits_for == {"SubmitRequest"}
    assert walking.told(town.people.rosa) == ["R-1001 waits for you: Submit site request."]
    walk.do("SubmitRequest", proposed_name="Second Round")
    walk.do("ForwardRequest").do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    walk.do("IdentifyContract").do("AuthorizeContract").do("AcceptContract").do("CreateAccount")
    walking.prepare(walk).do("ConfirmReadiness")
    assert db.session.scalars(select(Site.name)).all() == ["Second Round"]
    walking.assert_whole(db.session())


def test_a_withdrawal_answers_a_return(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now).do("ReviewRequest", decision="return")
    assert walk.send("WithdrawBeforeForwarding").case.outcome == "Withdrawn"


def test_the_walks_together_take_every_flow_of_every_diagram(town: Town, now: datetime) -> None:
    _take_every_way_to_an_approval(town, now)
    walk = walking.advised(town, now=now).do("DecideRequest", decision="approve-with-conditions")
    walk.do("IdentifyContract", legal_review="pending")
    walk.wait(days=7)  # the attorney is reminded
    walk.do("ReviewTerms").do("AuthorizeContract", decision="delegate")
    walk.do("AcceptAsDelegate", decision="decline").do("AuthorizeContract", decision="delegate")
    walk.do("AcceptAsDelegate").do("CreateAccount")
    walk.do("CheckTraining", outcome="missing").do("ArrangeTraining").do("CheckTraining")
    assert walk.wait(days=7) == 2  # the department and the City Clerk are reminded
    walk.do("SetUpRetention").do("TestArchive", outcome="failed").do("SetUpRetention")
    assert walk.wait(days=5) == 1  # the City Clerk is reminded of the test
    walk.do("MeetStandards").do("TestArchive").do("ConfirmReadiness", decision="not-ready")
    walking.prepare(walk.do("CreateAccount")).do("ConfirmReadiness")
    walk.wait(days=31)
    walk.do("CheckAfterLaunch", as_approved="no")
    assert walk.wait(days=20) == 1  # the department is reminded
    walk.do("MendFindings").wait(days=10)  # and so is Communications
    assert walk.do("CheckAfterLaunch").case.outcome == "Site live"
    taken = {
        (diagram, element)
        for case in db.session.scalars(select(Case))
        for task in cases.with_history(case.id).tasks
        for diagram, element in task.passed or []
    }
    its = walk.diagrams.diagrams
    every = {(key, flow) for key, diagram in its.items() for flow in diagram.flows}
    assert every - taken == set()
    walking.assert_whole(db.session())


def _take_every_way_to_an_approval(town: Town, now: datetime) -> None:
    walking.start(town, now=now).send("WithdrawBeforeForwarding")
    a_declined_request(town, now).do("AnswerDecline", answer="accept")
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert walk.wait(days=7) == 1  # the department is reminded
    walk.do("ForwardRequest", decision="return").do("SubmitRequest")
    walk.send("WithdrawWhileForwarding")
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.wait(days=9)  # the department is late
    walk.send("AskCommunications").send("WithdrawWhileDeciding")
    walk = a_declined_request(town, now).do("AnswerDecline")
    walk.do("ReviewRequest", decision="return").do("SubmitRequest").do("ForwardRequest")
    walk.do("ReviewRequest", decision="not-city-supported")
    walking.forwarded(town, now=now).send("WithdrawWhileDeciding")
    walk = walking.forwarded(town, now=now, public_body_site=True)
    assert walk.wait(days=4) == 1  # Communications is reminded of its review
    walk.do("ReviewRequest", needs_law_advice=True, needs_retention_advice=True)
    assert walk.wait(days=7) == 4  # each adviser is reminded
    walk.do("AdviseLaw").do("AdviseSecurity").do("AdviseOpenMeetings").do("AdviseRetention")
    assert walk.wait(days=9) == 1  # and of its decision
    walk.do("DecideRequest", decision="return").do("SubmitRequest").do("ForwardRequest")
    walk.do("ReviewRequest").send("WithdrawWhileDeciding")
    walking.advised(town, now=now).send("WithdrawWhileDeciding")
    walking.advised(town, now=now).do("DecideRequest", decision="reject")
    walk = walking.approved(town, now=now).do("IdentifyContract")
    walk.do("AuthorizeContract", decision="refuse")
    walking.with_account(town, now=now).wait(days=91)


def test_a_remark_stands_in_the_case(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    cases.comment(walk.case_id, "  Please hurry. ", by=town.people.dan, now=now)
    (remark,) = cases.comments_on(walk.case_id)
    assert (remark.text, remark.person.name) == ("Please hurry.", "Dan Okafor")


def test_an_empty_remark_or_one_on_nothing_is_refused(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    with pytest.raises(InvalidAnswersError, match="Write the comment"):
        cases.comment(walk.case_id, " \n", by=town.people.dan, now=now)
    with pytest.raises(InvalidAnswersError, match="at most"):
        cases.comment(walk.case_id, "x" * 4001, by=town.people.dan, now=now)
    with pytest.raises(NotFoundError):
        cases.comment(4711, "Hello", by=town.people.dan, now=now)
    assert walking.count(db.session(), Comment) == 0


def test_a_case_is_found_by_its_number_with_all_that_its_page_shows(
    town: Town, now: datetime
) -> None:
    walk = walking.with_account(town, now=now)
    db.session.rollback()
    db.session.expunge_all()
    with walking.counted() as sent:
        case = cases.find(1001)
        said = timeline.timeline(
            case,
            walk.town.runtime.library.of(db.session(), case.version_id).diagrams,
            cases.comments_on(case.id),
            cases.files_of(case.id),
        )
    assert len(sent) <= 5
    assert len(said) > 8
    with pytest.raises(NotFoundError):
        cases.find(1)


def test_the_step_that_waits_for_one_person_by_name_is_found(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    waiting = cases.waits_for(walk.case_id, town.people.rosa)
    assert waiting is not None
    assert waiting.element == "SubmitRequest"
    assert cases.waits_for(walk.case_id, town.people.dan) is None
