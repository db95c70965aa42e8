"""The rules of processes that are not drawn yet, K05 and K17 to K43: each kept, and each broken."""

import pytest

from tests.workflows.policy.deeds import ADA, CHEN, CLEO, DAN, deed, story, without
from workflows.policy.automata import Response, run
from workflows.policy.guard import open_duties, verdict, warnings
from workflows.policy.pack import Pack

CHANGED = (
    "request-change",
    "forward-request:forward",
    "approve-change:approve",
    "check-training:current",
)
RETIRING = ("retire-site:retire", "check-holds:held", "capture-archive")
PROPOSED = ("propose-destruction", "approve-destruction:approve", "confirm-destruction:approve")
DESTROYED = (*PROPOSED, "check-holds:clear", "destroy-records", "log-destruction")
ASKED = ("receive-data-request", "classify-data:mixed", "advise-law")
SECURITY = ("develop-security-training", "help-develop-training", "review-security-training")
DRAFTED = ("draft-policy", "review-policy", "adopt-policy:adopt", "request-acknowledgements")

KEPT = {
    "a change": (*CHANGED, "change-site"),
    "two changes": (*CHANGED, "change-site", *CHANGED, "add-administrator"),
    "a change past the silence of the department": (
        "request-change",
        "escalate-silence",
        "approve-change:approve",
        "change-site",
    ),
    "an administrator who goes": ("request-change", "remove-administrator"),
    "a site that is restricted": ("attest-site", "certify-site:not-certified", "restrict-site"),
    "a retirement": (*RETIRING, "deactivate-site", "record-retirement"),
    "a retirement that is dropped": (*RETIRING, "retire-site:keep"),
    "a destruction": DESTROYED,
    "a destruction after the hold ended": (
        *PROPOSED,
        "check-holds:held",
        "check-holds:clear",
        "destroy-records",
        "log-destruction",
    ),
    "a hold": ("place-hold", "acknowledge-hold", "acknowledge-hold", "release-hold"),
    "data that is public": (
        "receive-data-request",
        "classify-data:public",
        "release-data:released",
    ),
    "data that is not": (*ASKED, "release-data:partial"),
    "a procedure": DRAFTED,
    "a draft that is dropped": ("draft-policy", "adopt-policy:drop"),
    "a referral": ("refer-request",),
    "a block": ("capture-content", "block-user:block"),
    "no block": ("block-user:do-not-block",),
    "a training": ("help-develop-training", "develop-training", "publish-training:citywide"),
    "a training on security": (*SECURITY, "publish-training:security"),
    "its next version": (*SECURITY, "publish-training:security") * 2,
    "an incident": ("declare-incident", "contain-incident"),
}

BROKEN = {
    "K17 not forwarded": ("K17", without(CHANGED, "forward-request"), "change-site"),
    "K17 not approved": ("K17", without(CHANGED, "approve-change"), "add-administrator"),
    "K17 rejected": ("K17", (*CHANGED, "approve-change:reject"), "change-site"),
    "K17 another change": ("K17", (*CHANGED, "change-site", "request-change"), "change-site"),
    "K19 holds not checked": ("K19", without(RETIRING, "check-holds"), "deactivate-site"),
    "K19 not captured": ("K19", without(RETIRING, "capture-archive"), "deactivate-site"),
    "K19 before the decision": ("K19", (*RETIRING[1:], "retire-site:retire"), "deactivate-site"),
    "K20 held": ("K20", (*PROPOSED, "check-holds:held"), "destroy-records"),
    "K20 never checked": ("K20", PROPOSED, "destroy-records"),
    "K20 something in between": (
        "K20",
        (*PROPOSED[:2], "check-holds:clear", PROPOSED[2]),
        "destroy-records",
    ),
    "K21 the department has not": (
        "K21",
        ("propose-destruction", "confirm-destruction:approve", "check-holds:clear"),
        "destroy-records",
    ),
    "K21 the City Clerk has not": (
        "K21",
        ("propose-destruction", "approve-destruction:approve", "check-holds:clear"),
        "destroy-records",
    ),
    "K21 proposed anew": (
        "K21",
        (*PROPOSED, "propose-destruction", "check-holds:clear"),
        "destroy-records",
    ),
    "K23 nothing to release": ("K23", (), "release-hold"),
    "K23 released already": ("K23", ("place-hold", "release-hold"), "release-hold"),
    "K39 without Human Resources": (
        "K39",
        ("develop-training",),
        "publish-training:citywide",
    ),
    "K39 by Human Resources alone": (
        "K39",
        ("help-develop-training",),
        "publish-training:citywide",
    ),
    "K39 security without Information Technology": (
        "K39",
        SECURITY[1:],
        "publish-training:security",
    ),
    "K39 security without Communications": ("K39", SECURITY[:2], "publish-training:security"),
    "K39 a new version without new work": (
        "K39",
        (*SECURITY, "publish-training:security"),
        "publish-training:security",
    ),
    "K36 not classified": ("K36", ("receive-data-request",), "release-data:denied"),
    "K36 without advice": ("K36", without(ASKED, "advise-law"), "release-data:released"),
}


@pytest.mark.parametrize("atoms", KEPT.values(), ids=KEPT.keys())
def test_a_case_that_keeps_the_rules_meets_no_refusal(pack: Pack, atoms: tuple[str, ...]) -> None:
    # Capturing for evidence is the department's, so that two people block a user.
    deeds = [
        deed(pack, atom, day=day, party="Department" if atom == "capture-content" else None)
        for day, atom in enumerate(atoms)
    ]
    for done, attempt in enumerate(deeds):
        assert verdict(pack, deeds[:done], attempt) == []
        found = warnings(pack, deeds[:done], attempt)
        assert {warning.rule for warning in found} <= {"K13"}
    assert open_duties(pack, deeds) == []


@pytest.mark.parametrize(("rule", "past", "atom"), BROKEN.values(), ids=BROKEN.keys())
def test_a_step_out_of_order_is_refused(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str
) -> None:
    deeds = story(pack, past)
    found = verdict(pack, deeds, deed(pack, atom, day=len(deeds)))
    assert {refusal.rule for refusal in found} == {rule}


@pytest.mark.parametrize(
    ("rule", "past", "atom"),
    [
        ("K37", without(DRAFTED[:3], "review-policy", "adopt-policy"), "adopt-policy:adopt"),
        ("K37", ("review-policy", "draft-policy"), "adopt-policy:adopt"),
        ("K42", (), "block-user:block"),
        ("K42", ("capture-content", "block-user:block"), "block-user:block"),
    ],
)
def test_what_is_only_good_practice_is_warned_of(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str
) -> None:
    deeds, attempt = story(pack, past), deed(pack, atom, by=CHEN)
    assert verdict(pack, deeds, attempt) == []
    assert {warning.rule for warning in warnings(pack, deeds, attempt)} == {rule}


@pytest.mark.parametrize(
    ("rule", "atom", "party"),
    [
        ("K19", "capture-archive", "Department"),
        ("K23", "place-hold", "City Clerk"),
        ("K36", "classify-data:public", "Communications"),
        ("K38", "adopt-policy:drop", "City Attorney"),
        ("K40", "review-request:complete", "Information Technology"),
        ("K40", "refer-request", "Communications"),
    ],
)
def test_an_act_of_another_party_is_refused(pack: Pack, rule: str, atom: str, party: str) -> None:
    past = story(pack, ("request-site", "forward-request:forward"))
    refusals = verdict(pack, past, deed(pack, atom, party=party, by=ADA))
    assert [refusal.rule for refusal in refusals] == [rule]
    assert f"not {party} (rule {rule}" in refusals[0].text
    assert verdict(pack, past, deed(pack, atom, by=ADA)) == []


@pytest.mark.parametrize(
    ("rule", "first", "second", "severity"),
    [
        ("K21", "approve-destruction:approve", "confirm-destruction:approve", "error"),
        ("K42", "capture-content", "block-user:block", "warning"),
    ],
)
def test_two_people_do_what_takes_two(
    pack: Pack, rule: str, first: str, second: str, severity: str
) -> None:
    past = [deed(pack, first, by=CLEO)]
    ask = verdict if severity == "error" else warnings
    assert [one.rule for one in ask(pack, past, deed(pack, second, by=CLEO))] == [rule]
    assert ask(pack, past, deed(pack, second, by=DAN)) == []


@pytest.mark.parametrize(
    ("rule", "past", "answer"),
    [
        ("K19", RETIRING, "record-retirement"),
        ("K21", DESTROYED[:-1], "log-destruction"),
        ("K23", ("place-hold",), "acknowledge-hold"),
    ],
)
def test_a_case_with_an_open_duty_is_not_closed(
    pack: Pack, rule: str, past: tuple[str, ...], answer: str
) -> None:
    assert [duty.rule for duty in open_duties(pack, story(pack, past))] == [rule]
    assert open_duties(pack, story(pack, (*past, answer))) == []


@pytest.mark.parametrize(
    ("rule", "past", "answer"),
    [
        ("K05", ("request-site",), "forward-request:decline"),
        ("K05", ("request-site",), "escalate-silence"),
        ("K18", ("certify-site:not-certified",), "retire-site:retire"),
        ("K37", DRAFTED[:-1], "request-acknowledgements"),
        ("K43", ("declare-incident",), "contain-incident"),
    ],
)
def test_what_is_left_unanswered_is_for_the_proof_to_find(
    pack: Pack, rule: str, past: tuple[str, ...], answer: str
) -> None:
    def left_open(atoms: tuple[str, ...]) -> bool:
        steps = [done.atoms for done in story(pack, atoms)]
        machines = [
            part.constraint
            for part in pack.rules[rule].parts
            if isinstance(part.constraint, Response)
        ]
        return any(machine.open(run(machine, steps)) for machine in machines)

    assert left_open(past)
    assert not left_open((*past, answer))
