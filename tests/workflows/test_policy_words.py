"""Every template of the rules is told in a sentence, in titles of acts and outcomes."""

import pytest

from tests.workflows.policy.deeds import POLICY
from workflows.policy.automata import (
    Absence,
    Existence,
    ImmediatelyBefore,
    NotCoexistence,
    Precedence,
    Response,
)
from workflows.policy.pack import load
from workflows.policy.rules import Constraint, Exclusion, Lane, Part, Separation
from workflows.policy_words import template_words

LAUNCH, APPROVE = frozenset(["launch-site"]), frozenset(["approve-site:approve"])
TWO = frozenset(["launch-site", "request-site"])

TOLD: list[tuple[Constraint, str, str]] = [
    (
        Precedence(APPROVE, LAUNCH, since=frozenset(["approve-site", "return-request"])),
        "approve-site",
        (
            "The latest “Decide on the request” with “approve” comes before each “Launch the site”. "
            "It is asked for again after “Return the request for changes”."
        ),
    ),
    (
        Precedence(APPROVE, LAUNCH, once=frozenset(["request-site"])),
        "",
        (
            "“Decide on the request” with “approve” comes before each “Launch the site”. "
            "It binds only where “Request a site” has happened."
        ),
    ),
    (
        Response(LAUNCH, TWO),
        "",
        (
            "Each “Launch the site” is followed by “Launch the site” or “Request a site” "
            "before the case ends."
        ),
    ),
    (
        Existence(LAUNCH, APPROVE),
        "",
        (
            "“Launch the site” happens before the case ends, where “Decide on the request” with "
            "“approve” has happened."
        ),
    ),
    (Existence(LAUNCH), "", "“Launch the site” happens before the case ends."),
    (Absence(APPROVE | {"approve-site"}), "", "“Decide on the request” never happens."),
    (
        NotCoexistence(LAUNCH, APPROVE),
        "",
        "“Launch the site” and “Decide on the request” with “approve” never happen in the same case.",
    ),
    (
        ImmediatelyBefore(APPROVE, LAUNCH),
        "",
        "The step right before each “Launch the site” is “Decide on the request” with “approve”.",
    ),
    (Lane(LAUNCH, frozenset(["B", "A"])), "", "Only A or B does “Launch the site”."),
    (
        Separation(TWO, frozenset()),
        "",
        "No person does, or answers for, two of “Launch the site” or “Request a site”.",
    ),
    (
        Separation(LAUNCH, frozenset(["site-role"])),
        "",
        "Nobody whom the case names as “site-role” does “Launch the site”.",
    ),
    (
        Exclusion(LAUNCH, frozenset(["excluded"])),
        "",
        "Nobody whom the case names as “excluded” does “Launch the site”, or has it done.",
    ),
]


@pytest.mark.parametrize(
    ("constraint", "decision", "words"),
    TOLD,
    ids=[f"{number}-{type(one[0]).__name__}" for number, one in enumerate(TOLD)],
)
def test_a_template_is_told_in_a_sentence(
    constraint: Constraint, decision: str, words: str
) -> None:
    assert template_words(load(POLICY), Part("", constraint, "", "", decision=decision)) == words


def test_every_rule_of_the_city_is_told_and_what_no_template_is_fails() -> None:
    pack = load(POLICY)
    for rule in pack.rules.values():
        for part in rule.parts:
            assert template_words(pack, part).endswith(".")
    with pytest.raises(TypeError):
        template_words(pack, Part("", None, "", ""))  # type: ignore[arg-type]
