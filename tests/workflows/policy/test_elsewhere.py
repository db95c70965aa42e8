"""Rules that look at other open cases about the same site: holds, data requests, complaints."""

import pytest

from tests.workflows.policy.deeds import deed, story
from workflows.policy.guard import OtherCase, could, verdict
from workflows.policy.pack import Pack

PROPOSED = (
    "propose-destruction",
    "approve-destruction:approve",
    "confirm-destruction:approve",
    "check-holds:clear",
)
RETIRING = ("retire-site:retire", "check-holds:held", "capture-archive", "deactivate-site")


@pytest.mark.parametrize(
    ("rule", "past", "atom", "elsewhere"),
    [
        ("K22", PROPOSED, "destroy-records", ("receive-data-request",)),
        ("K22", PROPOSED, "destroy-records", ("receive-data-request", "classify-data:public")),
        ("K22", PROPOSED, "destroy-records", ("file-complaint",)),
        ("K20", PROPOSED, "destroy-records", ("place-hold", "acknowledge-hold")),
        ("K20", PROPOSED[:-1], "check-holds:clear", ("place-hold",)),
        ("K19", RETIRING, "record-retirement", ("place-hold",)),
    ],
)
def test_what_another_case_about_the_site_needs_is_kept(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str, elsewhere: tuple[str, ...]
) -> None:
    deeds, attempt = story(pack, past), deed(pack, atom)
    others = [OtherCase(story(pack, ("request-change",))), OtherCase(story(pack, elsewhere))]
    (refusal,) = verdict(pack, deeds, attempt, elsewhere=others)
    assert refusal.rule == rule
    assert f"(rule {rule}, clause" in refusal.text
    assert verdict(pack, deeds, attempt) == []


@pytest.mark.parametrize(
    ("past", "atom", "elsewhere"),
    [
        (PROPOSED, "destroy-records", ("receive-data-request", "release-data:released")),
        (PROPOSED, "destroy-records", ("place-hold", "release-hold")),
        (PROPOSED[:-1], "check-holds:held", ("place-hold",)),
        (RETIRING[:-1], "deactivate-site", ("place-hold",)),
        (RETIRING, "record-retirement", ("place-hold", "release-hold")),
    ],
)
def test_what_is_answered_or_released_hinders_nothing(
    pack: Pack, past: tuple[str, ...], atom: str, elsewhere: tuple[str, ...]
) -> None:
    others = [OtherCase(story(pack, elsewhere))]
    assert verdict(pack, story(pack, past), deed(pack, atom), elsewhere=others) == []


def test_a_hold_placed_again_covers_the_site_again(pack: Pack) -> None:
    others = [OtherCase(story(pack, ("place-hold", "release-hold", "place-hold")))]
    found = verdict(pack, story(pack, PROPOSED), deed(pack, "destroy-records"), elsewhere=others)
    assert [refusal.rule for refusal in found] == ["K20"]


def test_the_page_of_a_step_says_before_what_a_hold_forbids(pack: Pack) -> None:
    hold = [OtherCase(story(pack, ("place-hold",)))]
    attempt = deed(pack, "check-holds:clear")
    assert [
        one.rule for one in could(pack, story(pack, PROPOSED[:-1]), attempt, elsewhere=hold)
    ] == ["K20"]
    assert could(pack, story(pack, PROPOSED[:-1]), attempt) == []


@pytest.mark.parametrize(
    ("opened", "rules"), [("place-hold", ["K20"]), ("receive-data-request", [])]
)
def test_a_hold_outlasts_its_case_and_a_request_does_not(
    pack: Pack, opened: str, rules: list[str]
) -> None:
    others = [OtherCase(story(pack, (opened,)), has_ended=True)]
    found = verdict(pack, story(pack, PROPOSED), deed(pack, "destroy-records"), elsewhere=others)
    assert [refusal.rule for refusal in found] == rules
