from dataclasses import replace

import pytest

from tests.workflows.policy.deeds import (
    APPROVED,
    CHEN,
    FIRST_DAY,
    PREPARED,
    REQUESTED,
    deed,
    story,
    without,
)
from workflows.policy.automata import Precedence
from workflows.policy.guard import Deed, could, open_duties, verdict
from workflows.policy.pack import Pack


def test_a_refusal_says_what_is_missing_since_when_which_rule_and_what_next(pack: Pack) -> None:
    past = story(pack, (*REQUESTED, "approve-site:return", *REQUESTED))
    refusals = verdict(pack, past, deed(pack, "create-account"))
    assert refusals[0].text == (
        "The account cannot be created: Communications has not approved it since the request was last "
        "returned on 6 March 2026 (rule K01, clause GC-2). Next: Communications decides on the request."
    )
    assert refusals[0].clauses == ("GC-2",)
    assert refusals[0].words == pack.rules["K01"].words
    assert refusals[0].people == ()


def test_a_refusal_after_a_no_says_that_it_was_a_no(pack: Pack) -> None:
    past = story(pack, (*REQUESTED, "approve-site:reject"))
    (refusal, *_) = verdict(pack, past, deed(pack, "launch-site"))
    assert 'approved it (the latest outcome is "reject", 6 March 2026) (rule K01' in refusal.text


def test_a_refusal_where_nothing_was_ever_decided_claims_no_date(pack: Pack) -> None:
    (refusal, *_) = verdict(pack, [], deed(pack, "launch-site"))
    assert refusal.text.startswith(
        "The site cannot be launched: Communications has not approved it (rule K01, clause GC-2)."
    )


def test_an_act_without_its_own_refusal_is_named_by_its_title(pack: Pack) -> None:
    attempt = deed(pack, "advise-security:no-concerns", party="City Attorney")
    (refusal,) = verdict(pack, [], attempt)
    assert refusal.text.startswith('"Advise Communications on technology and security" cannot be')
    assert "clause IT-1" in refusal.text


def test_several_clauses_are_cited_together(pack: Pack) -> None:
    refusals = verdict(
        pack, story(pack, without(PREPARED, "set-up-retention")), deed(pack, "launch-site")
    )
    assert "(rule K09, clauses CO-6, CL-1, CL-4)" in refusals[0].text


def test_a_breach_in_the_past_does_not_refuse_what_keeps_the_rules(pack: Pack) -> None:
    past = story(pack, ("launch-site", *PREPARED))
    assert verdict(pack, past, deed(pack, "launch-site")) == []


def test_an_act_that_the_rules_do_not_know_is_let_through(pack: Pack) -> None:
    stranger = Deed("water-the-plants", None, None, CHEN, FIRST_DAY)
    assert verdict(pack, [stranger], stranger) == []
    assert could(pack, [stranger], stranger) == []
    assert open_duties(pack, [stranger]) == []


def test_a_rule_that_is_only_proved_refuses_nothing(pack: Pack) -> None:
    proved = {
        rule.id: replace(rule, enforced=frozenset({"publish"})) for rule in pack.rules.values()
    }
    lenient = replace(pack, rules=proved)
    assert verdict(lenient, [], deed(pack, "launch-site")) == []
    assert open_duties(lenient, story(pack, ["request-site"])) == []


@pytest.mark.parametrize(
    ("past", "act", "rules"),
    [
        (REQUESTED, "approve-site", []),
        (without(REQUESTED, "review-request"), "approve-site", ["K03"]),
        ((), "launch-site", ["K01", "K09"]),
        (APPROVED, "accept-contract", ["K11"]),
        ((), "review-request", ["K04"]),
        (("request-site",), "forward-request", []),
    ],
)
def test_a_task_page_knows_whether_a_yes_would_be_refused(
    pack: Pack, past: tuple[str, ...], act: str, rules: list[str]
) -> None:
    refusals = could(pack, story(pack, past), deed(pack, act, by=99))
    assert [refusal.rule for refusal in refusals] == rules


def test_what_forbids_only_some_of_the_yeses_is_left_to_the_verdict(pack: Pack) -> None:
    rule = pack.rules["K03"]
    approving = Precedence(frozenset({"request-site"}), then=frozenset({"approve-site:approve"}))
    narrow = replace(rule, parts=(replace(rule.parts[0], constraint=approving),))
    # K01 names both approvals as a yes; the narrowed rule forbids only one of them.
    other = replace(pack, rules={"K01": pack.rules["K01"], "K03": narrow})
    assert could(other, [], deed(pack, "approve-site", by=CHEN)) == []
    refusals = verdict(other, [], deed(pack, "approve-site:approve"))
    assert [refusal.rule for refusal in refusals] == ["K03"]


def test_a_duty_tells_when_it_came_up(pack: Pack) -> None:
    past = story(pack, (*REQUESTED, "approve-site:return", "inform-requester"))
    (duty,) = open_duties(pack, past)
    assert duty.since == past[4].at
    assert "withdrawn, since 6 March 2026 (rule K15, clause CO-2)" in duty.text
    assert duty.words == pack.rules["K15"].words
    assert duty.clauses == ("CO-2",)
