"""Answers that do not go together are sent back with the diagram's own words, and nothing is lost."""

from datetime import datetime

import pytest
from flask import Flask

from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from tests.workflows.walking import Walk


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


def assert_refused_then_taken(
    town: Desk, walk: Walk, step: str, wrong: dict[str, str], right: dict[str, str], says: str
) -> None:
    refused = town.complete(walk, step, **wrong)
    assert refused.status_code == 422
    assert says in refused.text
    assert walk.waits_for == {step}
    assert town.complete(walk, step, **right).status_code == 303


@pytest.mark.parametrize("decision", ["approve", "approve-with-conditions"])
@pytest.mark.parametrize("determination", ["not", "unclear"])
def test_only_a_city_supported_site_is_approved(
    town: Desk, decision: str, determination: str
) -> None:
    walk = walking.advised(town.town, now=town.now)
    given = {"decision": decision, "reason": "Needed.", "conditions": "Two people moderate."}
    assert_refused_then_taken(
        town,
        walk,
        "DecideRequest",
        given | {"determination": determination},
        given | {"determination": "city-supported"},
        "Only a City-Supported site can be approved.",
    )


def test_what_is_not_city_supported_can_still_be_rejected(town: Desk) -> None:
    walk = walking.advised(town.town, now=town.now)
    given = {"decision": "reject", "reason": "Personal.", "determination": "not"}
    assert town.complete(walk, "DecideRequest", **given).status_code == 303


def test_a_request_for_no_city_site_is_not_complete(town: Desk) -> None:
    walk = walking.forwarded(town.town, now=town.now)
    assert_refused_then_taken(
        town,
        walk,
        "ReviewRequest",
        {"decision": "complete", "determination": "not"},
        {"decision": "not-city-supported", "determination": "not", "reason": "Personal."},
        "A request is complete only for a site that may be City-Supported.",
    )


def test_a_site_with_open_conditions_is_not_ready(town: Desk) -> None:
    walk = walking.prepare(walking.with_account(town.town, now=town.now))
    assert_refused_then_taken(
        town,
        walk,
        "ConfirmReadiness",
        {"decision": "ready", "conditions_met": "open"},
        {"decision": "ready", "conditions_met": "met"},
        "A site is not ready while conditions of its approval are open.",
    )
