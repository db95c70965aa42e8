"""What another open case about the same site holds is kept, in the transaction of the step."""

from datetime import datetime

import pytest
from flask import Flask

from models.cases import Case
from models.database import db
from models.sites import Site
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.register_of import a_site
from tests.workflows.walking import Town, Walk
from workflows import offers, tasks
from workflows.errors import InvalidAnswersError, RefusedError

ONE_STEP = """
    start S
    user {0}
    user {1}
    end E
    S -> {0} -> {1} -> E
"""
SITE = "site:site@case.site"


def file(
    process: str,
    first: tuple[str, str],
    second: tuple[str, str],
    lane: str,
    *,
    confidential: bool = False,
) -> bytes:
    """Draw a case of two steps in one lane; the first names the site."""
    return drawn(
        ONE_STEP.format(first[0], second[0]),
        process,
        acts=dict((first, second)),
        lanes={lane: [first[0], second[0]]},
        fields={first[0]: [SITE], second[0]: ["outcome:enum:clear,held"]},
        confidential=confidential,
    )


@pytest.fixture
def town(app: Flask, now: datetime) -> Town:
    clerk, attorney = "City Clerk", "City Attorney"
    found = walking.settle(
        now,
        {
            "hold": file("hold", ("Place", "place-hold"), ("Release", "release-hold"), attorney),
            "check": file(
                "check", ("Propose", "propose-destruction"), ("Check", "check-holds"), clerk
            ),
            "late": file("late", ("Ask", "advise-law"), ("Hold", "place-hold"), attorney),
            "secret": file(
                "secret",
                ("Place2", "place-hold"),
                ("Release2", "release-hold"),
                attorney,
                confidential=True,
            ),
        },
    )
    with walking.writing() as session:
        a_site(session, found.people, "S03")
        a_site(session, found.people, "S04")
    return found


def opened(town: Town, process: str, first: str, site: int, *, now: datetime) -> Walk:
    walk = walking.start(town, now=now, process=process)
    return walk.do(first, site=site)


def test_a_hold_on_the_site_is_found_by_whoever_checks_it(town: Town, now: datetime) -> None:
    hold = opened(town, "hold", "Place", 1, now=now)
    check = opened(town, "check", "Propose", 1, now=now)
    task = tasks.find(check.task("Check").id)
    assert [
        one.rule for one in tasks.objections(town.runtime, db.session(), task, by=town.people.cleo)
    ] == ["K20"]
    with pytest.raises(RefusedError, match="a legal hold covers the site"):
        check.do("Check", outcome="clear")
    hold.do("Release")
    check.do("Check", outcome="clear")


def test_a_hold_on_another_site_hinders_nothing(town: Town, now: datetime) -> None:
    opened(town, "hold", "Place", 2, now=now)
    opened(town, "check", "Propose", 1, now=now).do("Check", outcome="clear")


def test_what_is_held_may_be_said_to_be_held(town: Town, now: datetime) -> None:
    opened(town, "hold", "Place", 1, now=now)
    opened(town, "check", "Propose", 1, now=now).do("Check", outcome="held")


def test_a_confidential_hold_is_kept_too_and_not_told_apart(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now, process="secret")
    offers.take(town.runtime, walk.task("Place2").id, by=town.people.ada, now=now)
    walk.do("Place2", site=1)
    assert walk.case.site_id is None
    check = opened(town, "check", "Propose", 1, now=now)
    with pytest.raises(RefusedError) as refusal:
        check.do("Check", outcome="clear")
    assert walk.case.label not in str(refusal.value)
    opened(town, "check", "Propose", 2, now=now).do("Check", outcome="clear")


def test_a_case_is_about_the_site_that_it_names(town: Town, now: datetime) -> None:
    walk = opened(town, "hold", "Place", 2, now=now)
    site = db.session.get_one(Site, 2)
    assert (walk.case.site_id, walk.case.unit_id) == (2, site.unit_id)
    assert walk.case.title == "Small process: S04 Northwater Parks"


def test_a_site_that_is_not_in_the_register_is_refused(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now, process="hold")
    with pytest.raises(InvalidAnswersError, match="no such site"):
        walk.do("Place", site=99)


def test_a_case_without_a_site_meets_nobody_elses(town: Town, now: datetime) -> None:
    opened(town, "hold", "Place", 1, now=now)
    check = walking.start(town, now=now, process="check")
    check.complete(check.task("Propose"), town.people.cleo, {"site": None})
    check.do("Check", outcome="clear")


def test_a_hold_outlasts_the_case_in_which_it_was_placed(town: Town, now: datetime) -> None:
    hold = opened(town, "hold", "Place", 1, now=now)
    check = opened(town, "check", "Propose", 1, now=now)
    with walking.writing() as session:
        session.get_one(Case, hold.case_id).ended_at = now
    with pytest.raises(RefusedError, match="a legal hold covers the site"):
        check.do("Check", outcome="clear")


def test_a_hold_is_not_left_without_acknowledgement(town: Town, now: datetime) -> None:
    late = walking.start(town, now=now, process="late")
    late.complete(late.task("Ask"), town.people.ada, {"site": 1})
    with pytest.raises(RefusedError, match="K23"):
        late.do("Hold")
