"""Real cases of the change and the retirement of a site, from the request to the register."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import db
from models.people import TrainingRecord
from models.sites import Contract, RetentionSetup, Site, SiteRole, SiteStatus
from models.trust import Notice
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.register_of import a_live_site
from tests.workflows.walking import Town, Walk
from workflows import cases
from workflows.errors import NotAllowedError, RefusedError, StuckError

HOLD = """
    start S
    user Place
    user Release
    end E
    S -> Place -> Release -> E
"""
LANES = {"City Attorney": ["Place", "Release"]}


@pytest.fixture
def town(app: Flask, now: datetime) -> Town:
    """Parks has a live site, S03, which Rosa owns and Dan administers."""
    found = walking.settle(now)
    with walking.writing() as session:
        city.grant(session, found.people.rosa, "site_owner")
        a_live_site(session, found.people, "S03")
    return found


def the_site() -> Site:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Site)).one()


def running() -> dict[int, str]:
    roles = select(SiteRole).where(SiteRole.until.is_(None))
    return {role.person_id: role.role for role in db.session.scalars(roles)}


def a_change(town: Town, kind: str, *, now: datetime, **answers: Any) -> Walk:
    walk = walking.start(town, now=now, process="change-site")
    return walk.do("RequestChange", site=1, change_type=kind, **answers)


def with_nora(town: Town, *, now: datetime) -> Walk:
    """Nora is to administer the site too; Communications has to decide."""
    walk = a_change(
        town,
        "add-administrator",
        now=now,
        new_administrator=town.people.nora,
        new_role="admin",
        mfa_on=True,
    )
    courses = [{"person": town.people.nora, "course": "security", "completed": "2026-11-02"}]
    return walk.do("ForwardChange").do("CheckTheirTraining", training=courses)


def test_somebody_who_comes_is_forwarded_checked_and_approved(town: Town, now: datetime) -> None:
    walk = with_nora(town, now=now)
    assert running() == {town.people.rosa: "owner", town.people.dan: "admin"}
    walk.do("DecideOnChange", town.mia, decision="approve")
    assert running()[town.people.nora] == "admin"
    kept = select(TrainingRecord).where(TrainingRecord.person_id == town.people.nora)
    assert [record.course for record in db.session.scalars(kept)] == ["security"]
    assert walk.do("ShowChange").case.outcome == "Site changed"
    walking.assert_whole(db.session())


def test_somebody_who_leaves_is_removed_at_once(town: Town, now: datetime) -> None:
    with_nora(town, now=now).do("DecideOnChange", town.mia, decision="approve")
    walk = a_change(town, "remove-administrator", now=now, leaver=town.people.dan)
    assert walk.case.outcome == "Administrator removed"
    assert town.people.dan not in running()
    walking.assert_whole(db.session())


def test_two_administrators_are_left_and_the_request_waits_until_they_are(
    town: Town, now: datetime
) -> None:
    walk = walking.start(town, now=now, process="change-site")
    with pytest.raises(StuckError, match="1 administrator would be left"):
        walk.do("RequestChange", site=1, change_type="remove-administrator", leaver=town.people.dan)
    assert walk.waits_for == {"RequestChange"}
    assert town.people.dan in running()


def test_who_is_to_come_does_not_decide_on_it(town: Town, now: datetime) -> None:
    walk = a_change(
        town,
        "add-administrator",
        now=now,
        new_administrator=town.people.chen,
        new_role="admin",
        mfa_on=True,
    )
    walk.do("ForwardChange").do("CheckTheirTraining")
    with pytest.raises(RefusedError, match="may not decide on the change"):
        walk.do("DecideOnChange", town.people.chen, decision="approve")


def test_another_purpose_is_refused_and_the_register_stays(town: Town, now: datetime) -> None:
    before = the_site().purpose
    walk = a_change(town, "purpose", now=now, new_purpose="Sell the parks")
    walk.do("ForwardChange").do("AdviseOnChange")
    assert walk.waits_for == {"DecideOnChange"}
    walk.do("DecideOnChange", decision="reject", reason="The parks are not for sale.")
    assert walk.case.outcome == "Not approved"
    assert the_site().purpose == before
    told = db.session.scalars(select(Notice.text).where(Notice.person_id == town.people.rosa))
    assert any("Reason: The parks are not for sale." in text for text in told)


def test_another_name_goes_into_the_register(town: Town, now: datetime) -> None:
    walk = a_change(town, "name", now=now, new_name="Northwater Outdoors")
    assert walk.case.title == "Change site: S03 Northwater Parks"
    walk.do("ForwardChange").do("AdviseOnChange").do("DecideOnChange", decision="approve")
    assert the_site().name == "Northwater Outdoors"
    assert walk.do("ShowChange").case.outcome == "Site changed"


def test_what_is_sent_back_comes_again(town: Town, now: datetime) -> None:
    walk = a_change(town, "comments", now=now, new_comments="no")
    walk.do("ForwardChange", decision="return", reason="Say why.")
    assert walk.waits_for == {"RequestChange"}
    walk.do("RequestChange", site=1, change_type="comments", new_comments="limited")
    walk.do("ForwardChange", decision="decline", reason="It stays as it is.")
    assert walk.case.outcome == "Declined"
    assert the_site().comments_mode == "limited"


def test_the_clerk_revises_the_retention_without_a_decision(town: Town, now: datetime) -> None:
    walk = a_change(town, "retention", now=now).do("ForwardChange")
    assert walk.waits_for == {"ReviseRetention"}
    walk.do("ReviseRetention", strategy="periodic-export", archive_test="passed")
    assert walk.case.outcome == "Retention revised"
    setups = db.session.scalars(select(RetentionSetup.strategy).order_by(RetentionSetup.id)).all()
    assert setups[-1] == "periodic-export"


def test_a_change_is_asked_for_by_those_who_own_a_site(town: Town, now: datetime) -> None:
    with pytest.raises(NotAllowedError, match="Site owner"):
        cases.start_case(town.runtime, "change-site", by=town.people.nora, now=now)


def a_retirement(town: Town, *, now: datetime) -> Walk:
    """Communications has decided to retire the site; the City Clerk looks for holds."""
    walk = walking.start(town, now=now, process="retire-site").do("AskToRetireSite", site=1)
    return walk.do("ForwardRetirement").do("DecideOnRetirement", decision="retire")


def test_a_site_is_retired(town: Town, now: datetime) -> None:
    walk = a_retirement(town, now=now)
    assert the_site().status == SiteStatus.RETIRING
    walk.do("CheckHolds", outcome="clear").do("CaptureArchive").do("AnnounceClosure")
    assert walk.waits_for == set()
    walk.wait(days=29)
    walk.do("DeactivateSite")
    assert walk.case.outcome == "Site retired"
    site = the_site()
    assert (site.status, site.next_review_on) == (SiteStatus.RETIRED, None)
    assert running() == {}
    assert None not in db.session.scalars(select(Contract.superseded_at)).all()
    walking.assert_whole(db.session())


def test_a_site_that_is_kept_stays_as_it_is(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now, process="retire-site").do("AskToRetireSite", site=1)
    walk.do("ForwardRetirement").do("DecideOnRetirement", decision="keep", reason="It is read.")
    assert (walk.case.outcome, the_site().status) == ("Not retired", SiteStatus.LIVE)


def test_a_hold_keeps_the_site_until_it_is_released(town: Town, now: datetime) -> None:
    file = drawn(
        HOLD,
        "hold",
        acts={"Place": "place-hold", "Release": "release-hold"},
        lanes=LANES,
        fields={"Place": ["site:site@case.site"], "Release": ["why"]},
    )
    walking.put_in_force({"hold": file}, now=now)
    hold = walking.start(town, now=now, process="hold").do("Place", site=1)
    walk = a_retirement(town, now=now)
    with pytest.raises(RefusedError, match="a legal hold covers the site"):
        walk.do("CheckHolds", outcome="clear")
    assert walk.do("CheckHolds", outcome="held").waits_for == set()
    walk.wait(days=20)
    assert walk.waits_for == {"CheckHolds"}
    hold.do("Release")
    assert walk.do("CheckHolds", outcome="clear").waits_for == {"CaptureArchive"}
    assert the_site().status == SiteStatus.RETIRING
