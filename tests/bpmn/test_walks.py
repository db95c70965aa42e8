"""What a case meets on the city's own diagrams, from the request to every one of its ends."""

from collections.abc import Callable

import pytest

from tests.bpmn.walk import Walk
from workflows.engine import NotWaitingError


def a_forwarded_request(**answers: bool) -> Walk:
    walk = Walk().do("SubmitRequest", **{"public_body_site": False, **answers})
    return walk.do("ForwardRequest", decision="forward")


def a_reviewed_request(*, law: bool = False, retention: bool = False, **answers: bool) -> Walk:
    return a_forwarded_request(**answers).do(
        "ReviewRequest",
        decision="complete",
        determination="city-supported",
        needs_law_advice=law,
        needs_retention_advice=retention,
    )


def an_advised_request() -> Walk:
    return a_reviewed_request().do("AdviseSecurity", outcome="no-concerns")


def an_approved_request(decision: str = "approve") -> Walk:
    return an_advised_request().do("DecideRequest", decision=decision)


def a_contract_to_authorize() -> Walk:
    return an_approved_request().do("IdentifyContract", legal_review="not-needed")


def a_created_account() -> Walk:
    walk = a_contract_to_authorize().do("AuthorizeContract", decision="authorize")
    return walk.do("AcceptContract").do("CreateAccount")


def set_up(walk: Walk) -> Walk:
    walk.do("CheckTraining", outcome="current").do("MeetStandards").do("SetUpRetention")
    return walk.do("TestArchive", outcome="passed")


def a_launched_site() -> Walk:
    return set_up(a_created_account()).do("ConfirmReadiness", decision="ready").do("LaunchSite")


def test_a_request_becomes_a_live_site() -> None:
    walk = a_launched_site()
    assert walk.waits_for == set()
    walk.event("ThirtyDaysLive").do("CheckAfterLaunch", as_approved="yes")
    assert walk.end == "Site live"


def test_what_the_check_after_the_launch_finds_is_mended_and_checked_again() -> None:
    walk = a_launched_site().event("ThirtyDaysLive").do("CheckAfterLaunch", as_approved="no")
    assert walk.waits_for == {"MendFindings"}
    assert walk.do("MendFindings").waits_for == {"CheckAfterLaunch"}
    assert walk.do("CheckAfterLaunch", as_approved="yes").end == "Site live"


def test_an_approval_with_conditions_leads_to_the_preparation_too() -> None:
    assert an_approved_request("approve-with-conditions").waits_for == {"IdentifyContract"}


@pytest.mark.parametrize("step", ["ForwardRequest", "ReviewRequest", "DecideRequest"])
def test_a_returned_request_goes_the_whole_way_again(step: str) -> None:
    walk = Walk().do("SubmitRequest", public_body_site=False)
    if step != "ForwardRequest":
        walk = a_forwarded_request()
    if step == "DecideRequest":
        walk = an_advised_request()
    asked = {"needs_law_advice": False, "needs_retention_advice": False}
    walk.do(step, decision="return", **(asked if step == "ReviewRequest" else {}))
    assert walk.waits_for == {"SubmitRequest"}
    walk.do("SubmitRequest", public_body_site=False)
    assert walk.waits_for == {"ForwardRequest"}


def test_a_declined_request_can_be_escalated_to_communications() -> None:
    walk = Walk().do("SubmitRequest").do("ForwardRequest", decision="decline")
    assert walk.do("AnswerDecline", answer="escalate").waits_for == {"ReviewRequest"}


def test_a_decline_that_the_requester_accepts_ends_the_case() -> None:
    walk = Walk().do("SubmitRequest").do("ForwardRequest", decision="decline")
    assert walk.do("AnswerDecline", answer="accept").end == "Declined"


def a_silent_department() -> Walk:
    return Walk().do("SubmitRequest", public_body_site=False).event("ForwardingIsLate")


def test_a_request_left_unanswered_can_be_taken_to_communications() -> None:
    walk = a_silent_department().do("TellOfDelay")
    assert walk.waits_for == {"ForwardRequest"}
    assert walk.event("AskCommunications").waits_for == {"ReviewRequest"}


def test_before_its_time_is_over_nobody_passes_the_department() -> None:
    walk = Walk().do("SubmitRequest", public_body_site=False).event("ForwardingIsSlow")
    assert "AskCommunications" not in {waiting.element for waiting in walk.run.waiting()}


@pytest.mark.parametrize(
    ("decision", "step"), [("forward", "ReviewRequest"), ("return", "SubmitRequest")]
)
def test_a_late_answer_of_the_department_is_an_answer(decision: str, step: str) -> None:
    walk = a_silent_department().do("TellOfDelay").do("ForwardRequest", decision=decision)
    assert walk.waits_for == {step}
    assert "AskCommunications" not in {waiting.element for waiting in walk.run.waiting()}


def test_a_site_that_is_not_city_supported_ends_with_an_answer() -> None:
    walk = a_forwarded_request().do("ReviewRequest", decision="not-city-supported")
    assert walk.do("InformNotCitySupported").end == "Not City-Supported"


def test_a_rejected_request_ends_with_an_answer() -> None:
    walk = an_advised_request().do("DecideRequest", decision="reject")
    assert walk.do("InformRejected").end == "Rejected"


def test_advice_against_a_site_still_goes_to_communications() -> None:
    walk = a_reviewed_request().do("AdviseSecurity", outcome="not-recommended")
    assert walk.waits_for == {"DecideRequest"}


def test_only_information_technology_is_always_asked() -> None:
    assert a_reviewed_request().waits_for == {"AdviseSecurity"}


def test_everyone_who_is_asked_advises_before_the_decision() -> None:
    walk = a_reviewed_request(law=True, retention=True, public_body_site=True)
    advisers = {"AdviseSecurity", "AdviseRetention", "AdviseOpenMeetings", "AdviseLaw"}
    assert walk.waits_for == advisers
    walk.do("AdviseLaw").do("AdviseSecurity", outcome="no-concerns").do("AdviseOpenMeetings")
    assert walk.waits_for == {"AdviseRetention"}
    assert walk.do("AdviseRetention").waits_for == {"DecideRequest"}


def test_an_unclear_determination_goes_to_the_attorney_whatever_the_review_ticks() -> None:
    walk = a_forwarded_request().do(
        "ReviewRequest",
        decision="complete",
        determination="unclear",
        needs_law_advice=False,
        needs_retention_advice=False,
    )
    assert walk.waits_for == {"AdviseSecurity", "AdviseLaw"}


@pytest.mark.parametrize(
    ("event", "walk"),
    [
        ("WithdrawBeforeForwarding", Walk),
        ("WithdrawWhileForwarding", lambda: Walk().do("SubmitRequest")),
        ("WithdrawWhileDeciding", a_forwarded_request),
        ("WithdrawWhileDeciding", lambda: a_reviewed_request(law=True)),
        ("WithdrawWhileDeciding", an_advised_request),
    ],
)
def test_the_requester_may_withdraw_until_the_approval(event: str, walk: type[Walk]) -> None:
    assert walk().event(event).end == "Withdrawn"


def test_an_approved_request_can_no_longer_be_withdrawn() -> None:
    walk = an_approved_request()
    assert [w.element for w in walk.run.waiting() if w.kind == "message"] == []


def test_an_approval_lapses_after_90_days_whatever_is_open() -> None:
    walk = a_created_account().event("NinetyDaysOver")
    assert walk.waits_for == {"LapseApproval"}
    assert walk.do("LapseApproval").end == "Approval lapsed"


def test_a_refused_contract_ends_the_approval() -> None:
    walk = a_contract_to_authorize().do("AuthorizeContract", decision="refuse")
    assert walk.do("LapseApproval").end == "Approval lapsed"


def test_a_delegate_accepts_the_contract_for_the_city() -> None:
    walk = a_contract_to_authorize().do("AuthorizeContract", decision="delegate")
    walk.do("GrantDelegation").do("AcceptAsDelegate", decision="accept")
    assert walk.waits_for == {"CreateAccount"}


def test_a_delegation_given_back_is_for_communications_to_decide_again() -> None:
    walk = a_contract_to_authorize().do("AuthorizeContract", decision="delegate")
    walk.do("GrantDelegation").do("AcceptAsDelegate", decision="decline")
    assert walk.waits_for == {"AuthorizeContract"}


def test_unusual_terms_are_reviewed_before_they_are_authorized() -> None:
    walk = an_approved_request().do("IdentifyContract", legal_review="pending")
    assert walk.waits_for == {"ReviewTerms"}
    assert walk.do("ReviewTerms").waits_for == {"AuthorizeContract"}


def test_missing_training_is_completed_and_checked_again() -> None:
    walk = a_created_account().do("CheckTraining", outcome="missing").do("ArrangeTraining")
    assert "CheckTraining" in walk.waits_for


def test_a_failed_archive_is_set_up_again() -> None:
    walk = a_created_account().do("SetUpRetention").do("TestArchive", outcome="failed")
    assert "SetUpRetention" in walk.waits_for


def test_what_is_not_ready_is_prepared_again_and_again_joined() -> None:
    walk = set_up(a_created_account()).do("ConfirmReadiness", decision="not-ready")
    assert walk.waits_for == {"CreateAccount"}
    assert set_up(walk.do("CreateAccount")).waits_for == {"ConfirmReadiness"}


def test_a_reminder_leaves_the_step_open_and_comes_once() -> None:
    walk = Walk().do("SubmitRequest").event("ForwardingIsSlow").do("RemindDepartment")
    assert walk.waits_for == {"ForwardRequest"}
    with pytest.raises(ValueError, match="not enough values"):
        walk.event("ForwardingIsSlow")


@pytest.mark.parametrize(
    ("walk", "late", "reminder", "step"),
    [
        (a_forwarded_request, "RequestWaitsForReview", "RemindDeciders", "ReviewRequest"),
        (an_advised_request, "RequestWaitsForDecision", "RemindDeciders", "DecideRequest"),
        (a_created_account, "StandardsAreSlow", "RemindOfStandards", "MeetStandards"),
        (a_created_account, "RetentionIsSlow", "RemindClerk", "SetUpRetention"),
    ],
)
def test_whoever_is_awaited_is_reminded_and_goes_on(
    walk: Callable[[], Walk], late: str, reminder: str, step: str
) -> None:
    before = walk().waits_for
    assert walk().event(late).do(reminder).waits_for == before
    assert step in before


def test_a_step_that_is_not_open_is_refused() -> None:
    walk = Walk()
    (waiting,) = [w for w in walk.run.waiting() if w.kind == "user"]
    walk.do("SubmitRequest")
    with pytest.raises(NotWaitingError):
        walk.run.complete(waiting.id)
