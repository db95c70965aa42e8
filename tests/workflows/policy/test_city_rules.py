"""The rules on creating a site, K01 to K16: each kept, and each broken."""

import pytest

from tests.workflows.policy.deeds import (
    ADA,
    APPROVED,
    CHEN,
    DAN,
    LAUNCHED,
    PREPARED,
    REQUESTED,
    ROSA,
    deed,
    story,
    without,
)
from workflows.policy.automata import Response, run
from workflows.policy.guard import could, open_duties, verdict, warnings
from workflows.policy.pack import Pack

SECOND_ROUND = (*REQUESTED, "approve-site:return")

KEPT = {
    "one round": LAUNCHED,
    "approved with conditions": tuple(
        atom.replace("site:approve", "site:approve-with-conditions") for atom in LAUNCHED
    ),
    "returned by everybody once": (
        "request-site",
        "forward-request:return",
        "request-site",
        "forward-request:forward",
        "review-request:return",
        *SECOND_ROUND,
        *LAUNCHED,
    ),
    "declined, and escalated": (
        "request-site",
        "forward-request:decline",
        "escalate-decline:escalate",
        *without(LAUNCHED, "request-site", "forward-request"),
    ),
    "unanswered, and escalated": (
        "request-site",
        "escalate-silence",
        *without(LAUNCHED, "request-site", "forward-request"),
    ),
    "a delegate accepts": tuple(
        atom.replace("contract:authorize", "contract:delegate") for atom in LAUNCHED
    ),
    "no archive to test": tuple(
        atom.replace("archive:passed", "archive:not-needed") for atom in LAUNCHED
    ),
    "training and archive mended": (
        *PREPARED[:-3],
        "test-archive:failed",
        "check-training:missing",
        "test-archive:passed",
        "check-training:current",
        "confirm-readiness:ready",
        "launch-site",
    ),
    "declined for good": ("request-site", "forward-request:decline", "escalate-decline:accept"),
    "not the City's": (*REQUESTED[:2], "review-request:not-city-supported", "inform-requester"),
    "withdrawn": ("request-site", "withdraw-request"),
    "withdrawn after a return": (*REQUESTED[:2], "review-request:return", "withdraw-request"),
    "rejected on advice": (
        *REQUESTED[:3],
        "advise-security:not-recommended",
        "approve-site:reject",
        "inform-requester",
    ),
    "approved against advice": (*REQUESTED[:3], "advise-security:not-recommended", *APPROVED[4:]),
    "lapsed": (*APPROVED, "authorize-contract:refuse", "lapse-approval"),
}


@pytest.mark.parametrize("atoms", KEPT.values(), ids=KEPT.keys())
def test_a_case_that_keeps_the_policy_meets_no_refusal(pack: Pack, atoms: tuple[str, ...]) -> None:
    deeds = story(pack, atoms)
    for done, attempt in enumerate(deeds):
        assert verdict(pack, deeds[:done], attempt) == []
        assert warnings(pack, deeds[:done], attempt) == []
    assert open_duties(pack, deeds) == []


LAUNCH_WITHOUT_YES = {
    "never decided": without(PREPARED, "approve-site"),
    "rejected": (*PREPARED, "approve-site:reject"),
    "returned by the decision": (*PREPARED, "approve-site:return"),
    "returned by the review": (*PREPARED, "review-request:return"),
    "returned by the department": (*PREPARED, "forward-request:return"),
    "returned outright": (*PREPARED, "return-request"),
    "returned, and not decided again": (
        *PREPARED,
        "return-request",
        *REQUESTED,
        *PREPARED[len(APPROVED) :],
    ),
    "lapsed": (*PREPARED, "lapse-approval"),
    "withdrawn": (*PREPARED, "withdraw-request"),
}


@pytest.mark.parametrize("past", LAUNCH_WITHOUT_YES.values(), ids=LAUNCH_WITHOUT_YES.keys())
@pytest.mark.parametrize("atom", ["launch-site", "create-account"])
def test_communications_must_approve_before_a_site_is_created(
    pack: Pack, past: tuple[str, ...], atom: str
) -> None:
    assert "K01" in broken(pack, past, atom)


BROKEN = {
    "K03 no review": ("K03", without(REQUESTED, "review-request"), "approve-site:approve"),
    "K03 no review since the return": (
        "K03",
        (*SECOND_ROUND, *without(REQUESTED, "review-request")),
        "approve-site:approve-with-conditions",
    ),
    "K03 reviewed as not the City's": (
        "K03",
        (*REQUESTED[:2], "review-request:not-city-supported", "advise-security:no-concerns"),
        "approve-site:approve",
    ),
    "K04 not forwarded": ("K04", ("request-site",), "review-request:complete"),
    "K04 declined, not escalated": (
        "K04",
        ("request-site", "forward-request:decline", "escalate-decline:accept"),
        "review-request:complete",
    ),
    "K04 not forwarded since the return": (
        "K04",
        (*SECOND_ROUND, "request-site"),
        "review-request:complete",
    ),
    "K07 no advice": ("K07", without(REQUESTED, "advise-security"), "approve-site:approve"),
    "K07 no advice since the return": (
        "K07",
        (*SECOND_ROUND, *without(REQUESTED, "advise-security")),
        "approve-site:approve",
    ),
    "K09 no retention": ("K09", without(PREPARED, "set-up-retention"), "launch-site"),
    "K09 retention of an earlier round": (
        "K09",
        (*PREPARED, "return-request", *without(PREPARED, "set-up-retention")),
        "launch-site",
    ),
    "K09 retention before the approval": ("K09", REQUESTED, "set-up-retention"),
    "K11 not authorized": ("K11", APPROVED, "accept-contract:accept"),
    "K11 refused": ("K11", (*APPROVED, "authorize-contract:refuse"), "accept-contract:accept"),
    "K11 not accepted": ("K11", (*APPROVED, "authorize-contract:authorize"), "create-account"),
    "K11 declined by the delegate": (
        "K11",
        (*APPROVED, "authorize-contract:delegate", "accept-contract:decline"),
        "create-account",
    ),
    "K12 contract before the approval": (
        "K12",
        (*REQUESTED, "authorize-contract:authorize"),
        "accept-contract:accept",
    ),
}


@pytest.mark.parametrize(("rule", "past", "atom"), BROKEN.values(), ids=BROKEN.keys())
def test_a_step_out_of_order_is_refused(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str
) -> None:
    assert broken(pack, past, atom) == {rule}


@pytest.mark.parametrize(
    ("rule", "past"),
    [
        ("K10", without(PREPARED, "test-archive")),
        ("K10", (*PREPARED, "test-archive:failed")),
        ("K13", without(PREPARED, "check-training")),
        ("K13", (*PREPARED, "check-training:missing")),
    ],
)
def test_a_launch_without_archive_test_or_training_is_warned_of(
    pack: Pack, rule: str, past: tuple[str, ...]
) -> None:
    deeds, launch = story(pack, past), deed(pack, "launch-site")
    assert verdict(pack, deeds, launch) == []
    assert [warning.rule for warning in warnings(pack, deeds, launch)] == [rule]


def test_nobody_becomes_an_administrator_without_training(pack: Pack) -> None:
    attempt = deed(pack, "add-administrator")
    assert [warning.rule for warning in warnings(pack, [], attempt)] == ["K13"]
    assert warnings(pack, story(pack, ["check-training:current"]), attempt) == []


@pytest.mark.parametrize(
    ("rule", "past", "atom", "party"),
    [
        ("K02", REQUESTED, "approve-site:approve", "Department"),
        ("K02", REQUESTED, "approve-site:reject", "Requester"),
        ("K08", REQUESTED[:3], "advise-security:no-concerns", "Communications"),
        ("K09", APPROVED, "set-up-retention", "Communications"),
        ("K11", PREPARED[:6], "accept-contract:accept", "Department"),
        ("K12", APPROVED, "grant-delegation", "Department"),
    ],
)
def test_an_act_of_another_party_is_refused(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str, party: str
) -> None:
    deeds = story(pack, past)
    refusals = verdict(pack, deeds, deed(pack, atom, party=party, by=ADA))
    assert [refusal.rule for refusal in refusals] == [rule]
    assert f"not {party} (rule {rule}" in refusals[0].text
    assert verdict(pack, deeds, deed(pack, atom, by=ADA)) == []


def test_a_decision_outside_of_every_lane_is_refused(pack: Pack) -> None:
    attempt = deed(pack, "approve-site:approve")
    nowhere = type(attempt)("approve-site", "approve", None, CHEN, attempt.at)
    refusals = verdict(pack, story(pack, REQUESTED), nowhere)
    assert [refusal.rule for refusal in refusals] == ["K02"]
    assert "only Communications decides on a site (rule K02" in refusals[0].text


def test_an_existing_site_gets_a_new_contract_without_a_new_approval(pack: Pack) -> None:
    past = story(pack, ["authorize-contract:authorize"])
    assert verdict(pack, past, deed(pack, "accept-contract:accept")) == []


@pytest.mark.parametrize(
    ("past", "atom", "by"),
    [
        (["request-site"], "forward-request:forward", ROSA),
        (REQUESTED, "approve-site:approve", ROSA),
        (REQUESTED, "approve-site:approve", DAN),
        (REQUESTED, "approve-site:reject", DAN),
        (APPROVED, "request-site", CHEN),
    ],
)
def test_who_requests_forwards_and_decides_are_different_people(
    pack: Pack, past: tuple[str, ...], atom: str, by: int
) -> None:
    deeds = story(pack, past)
    (refusal,) = verdict(pack, deeds, deed(pack, atom, by=by))
    assert (refusal.rule, refusal.people) == ("K06", (by,))
    (refusal,) = verdict(pack, deeds, deed(pack, atom, by=ADA, acting_for=by))
    assert (refusal.rule, refusal.people) == ("K06", (by,))
    assert verdict(pack, deeds, deed(pack, atom, by=ADA)) == []


def test_acting_for_the_requester_counts_as_requesting(pack: Pack) -> None:
    past = [deed(pack, "request-site", by=ADA, acting_for=CHEN), *story(pack, REQUESTED[1:])]
    (refusal,) = verdict(pack, past, deed(pack, "approve-site:approve", by=CHEN))
    assert (refusal.rule, refusal.people) == ("K06", (CHEN,))
    assert '"Request a site" was done by the same person on 2 March 2026' in refusal.text


def test_the_same_person_may_request_again_and_decide_again(pack: Pack) -> None:
    past = story(pack, (*SECOND_ROUND, *REQUESTED))
    assert verdict(pack, past, deed(pack, "approve-site:approve", by=CHEN)) == []


def test_nobody_decides_on_a_site_that_they_administer(pack: Pack) -> None:
    past, attempt = story(pack, REQUESTED), deed(pack, "approve-site:approve")
    named = {"site-role": frozenset({CHEN, DAN})}
    (refusal,) = verdict(pack, past, attempt, named=named)
    assert (refusal.rule, refusal.people) == ("K06", (CHEN,))
    assert verdict(pack, past, attempt, named={"site-role": frozenset({DAN})}) == []
    (refusal,) = could(pack, past, deed(pack, "approve-site"), named=named)
    assert (refusal.rule, refusal.people) == ("K06", (CHEN,))
    for_chen = deed(pack, "approve-site", by=99, acting_for=CHEN)
    (refusal,) = could(pack, past, for_chen, named=named)
    assert (refusal.rule, refusal.people) == ("K06", (CHEN,))


@pytest.mark.parametrize(
    ("rule", "past"),
    [
        ("K03", ("request-site",)),
        ("K03", ("request-site", "forward-request:forward", "advise-security:no-concerns")),
        ("K07", (*REQUESTED[:3], "advise-security:not-recommended", "inform-requester")),
        ("K15", ("request-site", "forward-request:decline", "return-request")),
        ("K15", (*REQUESTED[:2], "review-request:return")),
        ("K15", SECOND_ROUND),
    ],
)
def test_a_case_with_an_open_duty_is_not_closed(
    pack: Pack, rule: str, past: tuple[str, ...]
) -> None:
    (duty,) = open_duties(pack, story(pack, past))
    assert duty.rule == rule
    assert duty.text.startswith("The case cannot be closed: ")
    assert f"(rule {rule}, clause" in duty.text


@pytest.mark.parametrize(
    ("past", "left_lying"),
    [
        (APPROVED, True),
        ((*PREPARED, "inform-requester"), True),
        (LAUNCHED, False),
        ((*PREPARED, "lapse-approval"), False),
        ((*APPROVED, "withdraw-request"), False),
        ((*LAUNCHED, "approve-site:approve-with-conditions"), True),
        ((*REQUESTED, "approve-site:reject"), False),
    ],
)
def test_an_approved_site_that_is_left_lying_is_for_the_proof_to_find(
    pack: Pack, past: tuple[str, ...], left_lying: bool
) -> None:
    rule = pack.rules["K16"]
    assert rule.enforced == {"publish"}
    (part,) = rule.parts
    assert isinstance(part.constraint, Response)
    state = run(part.constraint, (done.atoms for done in story(pack, past)))
    assert part.constraint.open(state) == left_lying


def broken(pack: Pack, past: tuple[str, ...], atom: str) -> set[str]:
    return {refusal.rule for refusal in verdict(pack, story(pack, past), deed(pack, atom))}
