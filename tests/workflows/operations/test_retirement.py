"""Retiring a site, and restricting or suspending it: what the register says then."""

from collections.abc import Generator
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import transaction
from models.sites import Contract, Delegation, Site, SiteRole, SiteStatus
from tests.workflows.operations.stage import Stage, a_ready_stage
from tests.workflows.operations.test_change import a_live_site
from workflows.operations import OPERATIONS, OperationError


@pytest.fixture
def live(app: Flask, now: datetime) -> Generator[Stage]:
    with transaction() as session:
        yield a_live_site(a_ready_stage(session, now))


def decide(stage: Stage, outcome: str) -> None:
    stage.step(stage.people.chen, act="retire-site", outcome=outcome, closed_at=stage.now)


def the_site(stage: Stage) -> Site:
    stage.session.flush()
    return stage.session.scalars(select(Site)).one()


def delegated(stage: Stage) -> Delegation:
    row = Delegation(
        person_id=stage.people.dan,
        site_id=stage.case.site_id,
        scope="site",
        may_accept="free-terms",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        granted_by_id=stage.people.chen,
        granted_at=stage.now,
    )
    stage.session.add(row)
    stage.session.flush()
    return row


def test_a_site_is_retired_with_all_that_belongs_to_it_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_live_site(a_ready_stage(session, now))
        delegation = delegated(stage)
        decide(stage, "retire")
        OPERATIONS["begin-retirement"](stage.occasion())
        assert the_site(stage).status == SiteStatus.RETIRING
        OPERATIONS["end-contract"](stage.occasion())
        OPERATIONS["record-retirement"](stage.occasion())
        site = the_site(stage)
        assert (site.status, site.retired_at) == (SiteStatus.RETIRED, now)
        assert (site.next_review_on, site.owner_id) == (None, None)
        assert session.scalars(select(SiteRole).where(SiteRole.until.is_(None))).all() == []
        assert session.scalars(select(Contract.superseded_at)).all() == [now]
        assert delegation.revoked_at == now


@pytest.mark.parametrize("topic", ["begin-retirement", "end-contract", "record-retirement"])
@pytest.mark.parametrize("outcome", [None, "keep", "transfer"])
def test_nothing_is_retired_without_the_decision(
    live: Stage, topic: str, outcome: str | None
) -> None:
    if outcome is not None:
        decide(live, outcome)
    with pytest.raises(OperationError, match="has not decided to retire"):
        OPERATIONS[topic](live.occasion())
    assert the_site(live).status == SiteStatus.LIVE


def test_what_is_retired_is_not_retired_again(live: Stage) -> None:
    decide(live, "retire")
    OPERATIONS["record-retirement"](live.occasion())
    with pytest.raises(OperationError, match="is retired already"):
        OPERATIONS["record-retirement"](live.occasion())


@pytest.mark.parametrize(
    ("topic", "status"),
    [("restrict-site", SiteStatus.RESTRICTED), ("suspend-site", SiteStatus.SUSPENDED)],
)
def test_a_site_is_restricted_or_suspended(live: Stage, topic: str, status: SiteStatus) -> None:
    OPERATIONS[topic](live.occasion())
    assert the_site(live).status == status


def test_a_delegation_is_revoked_for_the_site_of_the_case(live: Stage) -> None:
    delegation = delegated(live)
    OPERATIONS["revoke-delegation"](live.occasion())
    assert delegation.revoked_at == live.now


def test_a_delegation_of_another_case_stays(live: Stage) -> None:
    delegation = delegated(live)
    live.case.site_id = None
    OPERATIONS["revoke-delegation"](live.occasion())
    assert delegation.revoked_at is None
