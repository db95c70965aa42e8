"""The history of a site reads like a story, and opens no door that is shut."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import ColumnElement, false, true

from models.cases import Case
from models.database import db, transaction
from models.sites import Delegation
from tests import city
from tests.workflows import register_of, walking
from tests.workflows.walking import Town
from workflows import audit
from workflows.site_history import history, trail
from workflows.sites import find_site


def test_everything_that_the_register_remembers_is_told_latest_first(
    app: Flask, now: datetime
) -> None:
    with transaction() as session:
        people = city.cast(session)
        site = register_of.a_live_site(session, people)
        site.retired_at = now
        register_of.run(session, site, people.nora, "editor", until=now - timedelta(days=1))
        register_of.accept(session, site, people.ada, superseded_at=now - timedelta(days=2))
        for revoked_at in (None, now - timedelta(days=3)):
            session.add(
                Delegation(
                    person_id=people.hal,
                    site_id=site.id,
                    scope="site",
                    may_accept="free-terms",
                    valid_from=now.date(),
                    valid_to=now.date(),
                    granted_by_id=people.chen,
                    granted_at=now - timedelta(days=9),
                    revoked_at=revoked_at,
                )
            )
    events = history(find_site(db.session(), "S03", readable=true()))
    sentences = [event.sentence for event in events]
    assert sentences[:4] == [
        "The site was retired.",
        "Nora Quist ceased to be editor of the site.",
        "Another version replaced the terms of service.",
        "Hal Brandt may no longer accept contracts for it.",
    ]
    assert sentences.count("Hal Brandt may accept a contract for it until 16 November 2026.") == 2
    assert "Rosa Valdez became owner of the site." in sentences
    assert "Cleo Marsh set up retention: full archive tool." in sentences
    assert "That earlier decision was entered here." in sentences
    assert "The site went live." in sentences
    assert sentences[-1] == "Chen Wu approved the site for Communications."
    assert events[-1].note == "A clear need"
    assert [event.at for event in events] == sorted((e.at for e in events), reverse=True)


def test_a_site_of_which_nothing_is_known_has_no_history(app: Flask) -> None:
    with transaction() as session:
        register_of.a_site(session, city.cast(session))
    assert history(find_site(db.session(), "S03", readable=true())) == []


def test_the_case_of_a_decision_is_named_only_to_those_who_may_read_it(app: Flask) -> None:
    with transaction() as session:
        people = city.cast(session)
        site = register_of.a_site(session, people)
        case = session.get_one(Case, city.case(session, people.rosa, people.parks))
        case.site_id = site.id
        register_of.decide(session, site, people.chen).case_id = case.id

    def cases_named(readable: ColumnElement[bool]) -> list[str]:
        events = history(find_site(db.session(), "S03", readable=readable))
        return [event.case.label for event in events if event.case]

    assert cases_named(true()) == ["R-1"]
    assert cases_named(false()) == []


def test_the_trail_has_what_was_written_about_the_site_and_in_its_cases(
    town: Town, now: datetime
) -> None:
    walk = walking.launched(town, now=now)
    other = walking.start(town, now=now)
    record = find_site(db.session(), "S01", readable=true())
    lines = trail(db.session(), record)
    assert {line.subject for line in lines} == {walk.case.label}
    assert other.case.label != walk.case.label
    assert [line.seq for line in lines] == sorted((line.seq for line in lines), reverse=True)
    assert lines[0].action == "task:completed"
    subject = f"site {record.site.id}"
    with transaction() as session:
        audit.record(
            session, action="site:reviewed", subject=subject, actor=None, now=now, details={}
        )
    newest = trail(db.session(), find_site(db.session(), "S01", readable=true()))[0]
    assert (newest.action, newest.subject) == ("site:reviewed", subject)


def test_the_trail_shows_nothing_of_cases_that_the_reader_may_not_see(
    town: Town, now: datetime
) -> None:
    walking.launched(town, now=now)
    assert trail(db.session(), find_site(db.session(), "S01", readable=false())) == []
