"""The rules checked again over a case: what was broken, what waits, what held, what was not touched."""

from datetime import UTC, datetime, timedelta

from tests.workflows.walking import pack
from workflows.policy.guard import Deed
from workflows.policy.review import Reviewed, review

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)

Step = tuple[str, str, str | None, int | None]

WAY = [
    ("request-site", "submit", "Requester", 1),
    ("forward-request", "forward", "Department", 2),
    ("review-request", "complete", "Communications", 3),
    ("advise-security", "recommend", "Information Technology", 4),
    ("approve-site", "approve", "Communications", 5),
]


def reviewed(
    *steps: Step, ended: bool = False, administrator: int | None = None
) -> dict[str, Reviewed]:
    deeds = [
        Deed(act, outcome, party, person, NOON + timedelta(minutes=place))
        for place, (act, outcome, party, person) in enumerate(steps)
    ]
    people = {"site-role": frozenset({administrator})} if administrator else {}
    named = [people for _ in deeds]
    return {one.rule.id: one for one in review(pack(), deeds, named=named, ended=ended)}


def test_every_rule_that_is_held_in_a_case_is_answered_for() -> None:
    held = {rule.id for rule in pack().rules.values() if "run" in rule.enforced}
    assert set(reviewed(*WAY)) == held


def test_a_rule_holds_where_the_case_concerned_it() -> None:
    found = reviewed(*WAY)
    assert [found[rule].state for rule in ("K02", "K03", "K04", "K06")] == ["holds"] * 4
    assert found["K03"].texts == ()


def test_a_rule_that_nothing_touched_does_not_claim_to_hold() -> None:
    assert reviewed(*WAY[:1])["K02"].state == "not concerned"


def test_a_launch_without_approval_is_found_with_its_words() -> None:
    found = reviewed(*WAY[:4], ("launch-site", "launched", None, None))["K01"]
    assert found.state == "violated"
    assert "Communications has not approved it" in found.texts[0]


def test_the_same_person_twice_is_found() -> None:
    steps = [*WAY[:4], ("approve-site", "approve", "Communications", 2)]
    assert reviewed(*steps)["K06"].state == "violated"


def test_a_decider_whom_the_case_names_is_found() -> None:
    assert reviewed(*WAY, administrator=5)["K06"].state == "violated"
    assert reviewed(*WAY, administrator=9)["K06"].state == "holds"


def test_a_wrong_lane_is_found() -> None:
    steps = [*WAY[:4], ("approve-site", "approve", "Department", 5)]
    assert reviewed(*steps)["K02"].state == "violated"


def test_what_a_rule_waits_for_is_open_while_the_case_runs() -> None:
    found = reviewed(*WAY[:1])["K03"]
    assert found.state == "open"
    assert found.texts


def test_what_a_rule_waits_for_is_a_violation_once_the_case_has_ended() -> None:
    found = reviewed(*WAY[:1], ended=True)["K03"]
    assert found.state == "violated"
    assert found.texts
