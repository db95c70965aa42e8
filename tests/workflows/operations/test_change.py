"""Changing a site of the register: who runs it, what it is called, how its records are kept."""

from collections.abc import Generator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import transaction
from models.people import Person, TrainingRecord
from models.sites import RetentionSetup, Site, SiteRole, SiteStatus
from tests.workflows.operations.stage import Stage, a_ready_stage
from workflows.operations import OPERATIONS, OperationError


def a_live_site(stage: Stage) -> Stage:
    """Launch Parks on Instagram, run by Rosa (owner) and Dan; then nobody has said anything."""
    OPERATIONS["launch-site"](stage.occasion())
    stage.session.flush()
    stage.facts.clear()
    return stage


@pytest.fixture
def live(app: Flask, now: datetime) -> Generator[Stage]:
    with transaction() as session:
        yield a_live_site(a_ready_stage(session, now))


def the_site(stage: Stage) -> Site:
    return stage.session.scalars(select(Site)).one()


def runs(stage: Stage) -> dict[int, str]:
    stage.session.flush()
    roles = select(SiteRole).where(SiteRole.until.is_(None))
    return {role.person_id: role.role for role in stage.session.scalars(roles)}


def come(stage: Stage, person: int, role: str | None = "admin") -> None:
    stage.say(stage.people.rosa, site_role_new=person, change__role=role, site__mfa_on=True)
    OPERATIONS["add-administrator"](stage.occasion())


def go(stage: Stage, person: int) -> None:
    stage.say(stage.people.rosa, change__leaver=person)
    OPERATIONS["remove-administrator"](stage.occasion())


def test_an_administrator_comes_and_another_goes_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_live_site(a_ready_stage(session, now))
        people = stage.people
        come(stage, people.nora)
        assert runs(stage) == {people.rosa: "owner", people.dan: "admin", people.nora: "admin"}
        go(stage, people.dan)
        assert runs(stage) == {people.rosa: "owner", people.nora: "admin"}
        gone = session.scalars(select(SiteRole).where(SiteRole.until.is_not(None))).one()
        assert (gone.person_id, gone.until) == (people.dan, now)


def test_two_active_administrators_stay(live: Stage) -> None:
    with pytest.raises(OperationError, match="1 administrator would be left"):
        go(live, live.people.dan)
    assert live.people.dan in runs(live)


def test_somebody_who_has_left_counts_for_nothing(live: Stage) -> None:
    come(live, live.people.nora)
    live.session.get_one(Person, live.people.nora).disabled_at = live.now
    with pytest.raises(OperationError, match="at least 2 active ones"):
        go(live, live.people.dan)


def test_who_runs_nothing_cannot_be_removed(live: Stage) -> None:
    with pytest.raises(OperationError, match="has no role on S01"):
        go(live, live.people.nora)


def test_an_editor_may_go_whatever_the_number(live: Stage) -> None:
    come(live, live.people.nora, "editor")
    go(live, live.people.nora)
    assert live.people.nora not in runs(live)


def test_when_the_owner_goes_the_one_named_answers_for_the_site(live: Stage) -> None:
    come(live, live.people.nora)
    live.say(live.people.rosa, site__owner=live.people.dan)
    go(live, live.people.rosa)
    assert the_site(live).owner_id == live.people.dan


def test_without_another_owner_the_site_says_that_it_has_none(live: Stage) -> None:
    come(live, live.people.nora)
    go(live, live.people.rosa)
    assert the_site(live).owner_id is None


def test_who_comes_as_owner_answers_for_the_site(live: Stage) -> None:
    come(live, live.people.dan, "owner")
    assert runs(live)[live.people.dan] == "owner"
    assert the_site(live).owner_id == live.people.dan


def test_who_has_the_role_already_keeps_it(live: Stage) -> None:
    come(live, live.people.dan, None)
    assert live.session.scalars(select(SiteRole.id)).all() == [1, 2]


def test_only_an_active_covered_person_runs_a_site(live: Stage) -> None:
    live.session.get_one(Person, live.people.nora).disabled_at = live.now
    with pytest.raises(OperationError, match="not an active Covered Person"):
        come(live, live.people.nora)


def test_nobody_comes_without_a_second_factor(live: Stage) -> None:
    live.say(live.people.rosa, site_role_new=live.people.nora, site__mfa_on=False)
    with pytest.raises(OperationError, match="multi-factor"):
        OPERATIONS["add-administrator"](live.occasion())


def test_a_site_is_not_given_to_a_crowd(live: Stage) -> None:
    people = live.people
    for person in (people.nora, people.ivy, people.cleo):
        come(live, person)
    with pytest.raises(OperationError, match="6 administrators would hold"):
        come(live, people.hal)


def test_the_courses_that_were_checked_go_on_record(live: Stage) -> None:
    course = {"person": live.people.nora, "course": "security", "completed": "2026-11-01"}
    live.say(live.people.chen, training__records=[course])
    come(live, live.people.nora)
    kept = live.session.scalars(select(TrainingRecord)).one()
    assert (kept.person_id, kept.course) == (live.people.nora, "security")


def test_what_is_said_of_the_site_is_written_and_the_rest_stays(live: Stage) -> None:
    before = the_site(live).purpose
    live.say(live.people.chen, site__name="Northwater Outdoors", site__owner=live.people.dan)
    OPERATIONS["change-site"](live.occasion())
    site = the_site(live)
    assert (site.name, site.purpose, site.owner_id) == (
        "Northwater Outdoors",
        before,
        live.people.dan,
    )


def test_a_site_changes_only_with_enough_administrators(live: Stage) -> None:
    live.session.get_one(Person, live.people.dan).disabled_at = live.now
    live.say(live.people.chen, site__name="Northwater Outdoors")
    with pytest.raises(OperationError, match="Add another administrator first"):
        OPERATIONS["change-site"](live.occasion())


def test_an_owner_who_has_left_is_refused(live: Stage) -> None:
    live.session.get_one(Person, live.people.nora).disabled_at = live.now
    live.say(live.people.chen, site__owner=live.people.nora)
    with pytest.raises(OperationError, match="SC-1"):
        OPERATIONS["change-site"](live.occasion())


def test_the_clerk_revises_how_records_are_kept(live: Stage) -> None:
    live.say(live.people.cleo, retention__strategy="periodic-export", retention__tool="Exporter")
    OPERATIONS["record-retention"](live.occasion())
    live.session.flush()
    first, second = live.session.scalars(select(RetentionSetup).order_by(RetentionSetup.id))
    assert (first.strategy, second.strategy) == ("full archive tool", "periodic-export")
    assert second.set_up_by_id == live.people.cleo


def test_without_a_strategy_no_retention_is_recorded(live: Stage) -> None:
    with pytest.raises(OperationError, match="strategy"):
        OPERATIONS["record-retention"](live.occasion())


@pytest.mark.parametrize("topic", ["add-administrator", "remove-administrator", "change-site"])
def test_a_change_needs_a_site_that_is_there(live: Stage, topic: str) -> None:
    live.case.site_id = None
    with pytest.raises(OperationError, match="names no site of the register"):
        OPERATIONS[topic](live.occasion())


def test_a_retired_site_does_not_change(live: Stage) -> None:
    the_site(live).status = SiteStatus.RETIRED
    with pytest.raises(OperationError, match="is retired already"):
        OPERATIONS["change-site"](live.occasion())
