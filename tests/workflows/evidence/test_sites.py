"""Why each site may be live: the undecided first, and the same few statements for any page."""

from datetime import datetime

import pytest

from models.database import db, transaction
from models.sites import Site, SiteStatus
from tests.workflows import register_of, walking
from tests.workflows.walking import Town
from workflows.errors import NotFoundError
from workflows.evidence.sites import (
    all_site_evidence,
    evidence_of,
    site_evidence,
    standing,
)


@pytest.fixture
def a_register(town_on_either: Town) -> Town:
    """One site well kept, one that nobody decided on, one that is retired."""
    people = town_on_either.people
    with transaction() as session:
        register_of.a_live_site(session, people, "S02")
        register_of.a_site(session, people, "S03", name="Snow Diary")
        register_of.a_site(session, people, "S04", status=SiteStatus.RETIRED)
    return town_on_either


def codes(town: Town, now: datetime, page: int = 1) -> list[str]:
    rows, _ = site_evidence(town.runtime, db.session(), now.date(), page=page)
    return [row.site.code for row in rows]


def test_sites_without_a_decision_stand_first_and_retired_ones_nowhere(
    a_register: Town, now: datetime
) -> None:
    assert codes(a_register, now) == ["S03", "S02"]
    assert [
        row.site.code for row in all_site_evidence(a_register.runtime, db.session(), now.date())
    ] == ["S03", "S02"]


def test_the_share_with_a_decision_is_never_rounded_up(a_register: Town, now: datetime) -> None:
    found = standing(db.session())
    assert (found.sites, found.decided, found.undecided, found.percent) == (2, 1, 1, 50)


def test_an_empty_register_lacks_no_decision(town: Town, now: datetime) -> None:
    assert standing(db.session()).percent == 100
    assert codes(town, now, page=3) == []


def test_a_site_shows_what_its_life_rests_on(a_register: Town, now: datetime) -> None:
    kept = evidence_of(a_register.runtime, db.session(), "S02", now.date())
    assert kept.decision is not None
    assert (kept.administrators, kept.trained, kept.has_fit_number) == (2, 2, True)
    assert kept.contract is not None
    assert kept.retention is not None
    assert (kept.review, kept.mfa) == (None, None)


def test_a_site_that_nobody_runs_shows_that(a_register: Town, now: datetime) -> None:
    bare = evidence_of(a_register.runtime, db.session(), "S03", now.date())
    assert (bare.decision, bare.contract, bare.retention) == (None, None, None)
    assert (bare.administrators, bare.has_fit_number) == (0, False)


def test_a_site_that_is_not_in_use_has_no_evidence(a_register: Town, now: datetime) -> None:
    for code in ("S04", "S99"):
        with pytest.raises(NotFoundError):
            evidence_of(a_register.runtime, db.session(), code, now.date())


def test_a_launched_site_shows_its_case_with_the_rules_checked_now(
    town_on_either: Town, now: datetime
) -> None:
    walk = walking.launched(town_on_either, now=now)
    code = db.session.get_one(Site, walk.case.site_id).code
    found = evidence_of(town_on_either.runtime, db.session(), code, now.date())
    assert found.review is not None
    assert found.review.violated == []
    assert found.mfa is True
    assert found.review.case.id == walk.case_id


def test_a_page_takes_as_many_statements_for_many_sites_as_for_one(
    town: Town, now: datetime
) -> None:
    taken = []
    for number in range(2, 14):
        with transaction() as session:
            register_of.a_live_site(session, town.people, f"S{number:02}")
        with walking.counted() as sent:
            assert len(codes(town, now)) == number - 1
        taken.append(len(sent))
    assert set(taken) == {taken[0]}
    assert taken[0] <= 8
