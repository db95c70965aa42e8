"""Findings: what is wrong with a site is read from its record."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import true
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.people import Person
from models.sites import Contract, RetentionSetup, Site, SiteRole, SiteStatus
from tests import city
from tests.city import Cast
from tests.workflows import register_of
from tests.workflows.register_of import counted
from workflows.site_findings import administration, count_problems, findings
from workflows.sites import Record, Wanted, find_site, find_sites

TODAY = date(2026, 11, 16)


class Kept:
    """A well-kept site that a test spoils in one way."""

    def __init__(self) -> None:
        with transaction() as session:
            self.people: Cast = city.cast(session)
            self.site_id = register_of.a_live_site(session, self.people).id
        self.session: Session = db.session()

    @property
    def record(self) -> Record:
        self.session.flush()
        self.session.expire_all()
        return find_site(self.session, "S03", readable=true())

    @property
    def site(self) -> Site:
        return self.session.get_one(Site, self.site_id)

    def problems(self) -> list[str]:
        return [f"{one.weight}: {one.text}" for one in findings(self.record, TODAY)]


@pytest.fixture
def kept(app: Flask) -> Kept:
    return Kept()


def test_a_well_kept_site_has_no_findings(kept: Kept) -> None:
    assert kept.problems() == []


def test_a_site_without_decision_says_so_first(kept: Kept) -> None:
    kept.site.status = SiteStatus.UNVERIFIED
    kept.site.decision_id = None
    first = findings(kept.record, TODAY)[0]
    assert first.text == "No decision of Communications is on record for it."
    assert first.clauses == ("GC-2",)


def test_one_administrator_is_a_finding(kept: Kept) -> None:
    kept.session.query(SiteRole).filter_by(person_id=kept.people.dan).delete()
    assert kept.problems() == ["problem: It has 1 administrator; at least 2 are needed."]


def test_no_administrator_is_a_finding(kept: Kept) -> None:
    kept.session.query(SiteRole).delete()
    assert kept.problems() == ["problem: It has no administrator; at least 2 are needed."]


def test_six_administrators_are_a_finding(kept: Kept) -> None:
    for number in range(4):
        person = city.person(kept.session, "Person", f"N{number}", kept.people.parks)
        register_of.run(kept.session, kept.site, person, "admin")
        register_of.train(kept.session, person, until=None)
    assert kept.problems() == ["problem: It has 6 administrators; at most 5 should have access."]


def test_an_editor_is_not_counted_as_administrator_but_has_to_be_trained(kept: Kept) -> None:
    register_of.run(kept.session, kept.site, kept.people.nora, "editor")
    assert kept.problems() == ["problem: Nora Quist has no training on record."]
    assert [one.role for one in administration(kept.record, TODAY)] == [
        "owner",
        "administrator",
        "editor",
    ]


def test_expired_training_is_a_finding(kept: Kept) -> None:
    register_of.train(kept.session, kept.people.dan, course="Security", until=date(2026, 11, 15))
    assert kept.problems() == ["problem: The training of Dan Okafor expired on 15 November 2026."]


def test_the_latest_record_of_a_course_counts(kept: Kept) -> None:
    register_of.train(kept.session, kept.people.dan, on=date(2024, 1, 1), until=date(2025, 1, 1))
    assert kept.problems() == []


def test_an_administrator_who_has_left_is_a_finding(kept: Kept, now: datetime) -> None:
    kept.session.get_one(Person, kept.people.dan).disabled_at = now
    assert kept.problems() == ["problem: Dan Okafor has left and still has access."]


def test_an_administrator_whose_term_is_over_is_a_finding(kept: Kept) -> None:
    kept.session.get_one(Person, kept.people.dan).ends_on = date(2026, 11, 15)
    assert kept.problems() == ["problem: Dan Okafor has left and still has access."]


def test_a_site_without_owner_is_a_finding(kept: Kept) -> None:
    kept.site.owner_id = None
    assert kept.problems() == ["problem: Nobody is named as its owner."]


def test_an_owner_who_has_left_is_a_finding(kept: Kept, now: datetime) -> None:
    kept.site.owner_id = kept.people.nora
    kept.session.get_one(Person, kept.people.nora).disabled_at = now
    assert kept.problems() == ["problem: Its owner, Nora Quist, has left."]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 15), "problem: Its review was due on 15 November 2026."),
        (date(2026, 11, 16), "soon: Its review is due today."),
        (date(2026, 11, 17), "soon: Its review is due in 1 day."),
        (date(2026, 11, 28), "soon: Its review is due in 12 days."),
    ],
)
def test_a_review_that_is_due_is_a_finding(kept: Kept, day: date, expected: str) -> None:
    kept.site.next_review_on = day
    assert kept.problems() == [expected]


def test_a_site_without_date_of_review_is_no_finding_yet(kept: Kept) -> None:
    kept.site.next_review_on = None
    assert kept.problems() == []


def test_what_was_noted_and_the_public_body_come_in_the_order_of_their_weight(kept: Kept) -> None:
    kept.site.is_public_body = True
    kept.site.finding = "Captions are missing."
    assert kept.problems() == [
        "problem: Captions are missing.",
        "note: It belongs to a public body: the Open Meeting Law applies.",
    ]


def test_a_site_without_contract_is_a_finding(kept: Kept, now: datetime) -> None:
    kept.session.query(Contract).update({"superseded_at": now})
    assert kept.problems() == ["problem: No accepted contract is on file."]


def test_a_pending_legal_review_is_a_finding(kept: Kept) -> None:
    register_of.accept(kept.session, kept.site, kept.people.chen, legal_review="pending")
    assert kept.problems() == ["soon: The legal review of its contract is pending."]


def test_a_site_without_retention_is_a_finding(kept: Kept) -> None:
    kept.session.query(RetentionSetup).delete()
    assert kept.problems() == ["problem: Retention has not been set up."]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"archive_test": "failed"}, ["problem: The test of its archive failed."]),
        ({"connection_status": "failed"}, ["problem: The test of its archive failed."]),
        ({"archive_test": None}, ["problem: Its archive has not been tested."]),
        ({"archive_test": None, "strategy": "transitory-kept-elsewhere"}, []),
    ],
)
def test_an_archive_that_does_not_work_is_a_finding(
    kept: Kept, columns: dict[str, str | None], expected: list[str]
) -> None:
    register_of.retain(kept.session, kept.site, kept.people.cleo, **columns)
    assert kept.problems() == expected


def test_a_retired_site_has_only_what_was_noted(kept: Kept) -> None:
    kept.site.status = SiteStatus.RETIRED
    kept.site.owner_id = None
    assert kept.problems() == []
    kept.site.finding = "The handle is parked."
    assert kept.problems() == ["note: The handle is parked."]


def test_training_that_never_expires_is_current(kept: Kept) -> None:
    register_of.run(kept.session, kept.site, kept.people.nora, "moderator")
    register_of.train(kept.session, kept.people.nora, until=None)
    last = administration(kept.record, TODAY)[-1]
    assert (last.training, last.trained_until) == ("current", None)


def test_the_list_counts_the_problems_that_the_page_names(kept: Kept) -> None:
    with transaction() as session:
        bare = register_of.a_site(session, kept.people, "S04", owner_id=None)
        spoilt = register_of.a_live_site(session, kept.people, "S05", is_public_body=True)
        register_of.run(session, spoilt, kept.people.nora, "editor")
        register_of.retain(session, spoilt, kept.people.cleo, archive_test="failed")
        gone = register_of.a_site(session, kept.people, "S06", status=SiteStatus.RETIRED)
        expected = {kept.site_id: 0, bare.id: 5, spoilt.id: 2, gone.id: 0}
    page = find_sites(kept.session, Wanted())
    with counted() as statements:
        assert count_problems(kept.session, page.sites, TODAY) == expected
    assert len([one for one in statements if one.startswith("SELECT")]) == 4
    for site in page.sites:
        named = findings(find_site(kept.session, site.code, readable=true()), TODAY)
        assert sum(one.weight == "problem" for one in named) == expected[site.id]
