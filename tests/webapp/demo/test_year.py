"""The past year of the demo city: what status pages count, and a complaint kept in confidence."""

from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.cases import Case, CaseSeries, Draft, Task, TaskKind
from models.confidence import CaseAccess, CaseExclusion
from models.database import db
from models.people import Person
from models.sites import Site
from models.trust import AuditRecord, Incident
from tests.conftest import NOW
from tests.webapp.demo.conftest import opened
from tests.webapp.demo.test_northwater import sent_again
from tests.webapp.door import sign_in
from webapp.demo import load
from webapp.demo.history import stories
from webapp.demo.people import email_of
from webapp.runtime import runtime
from workflows import audit, cases, publication
from workflows.business_time import business_days_between
from workflows.library import parse
from workflows.replaying import Meets, impact

YEAR = timedelta(days=366)


@pytest.fixture(scope="module")
def year(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Flask]:
    """The city with its past, loaded once for this file: nobody here changes it."""
    path = tmp_path_factory.mktemp("year") / "siteward.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    with opened(path) as app:
        assert load(runtime(), now=NOW)
        yield app


def c_07() -> Case:
    return cases.find(7, CaseSeries.CONFIDENTIAL)


def page(app: Flask, name: str, path: str) -> Any:
    client = app.test_client()
    assert sign_in(client, email_of(name), "northwater").status_code == 303
    return client.get(path)


def ended(series: CaseSeries) -> list[Case]:
    return list(
        db.session.scalars(select(Case).where(Case.series == series, Case.ended_at.is_not(None)))
    )


def test_the_same_seed_tells_the_same_year() -> None:
    assert stories() == stories()


def test_sixty_requests_and_more_ended_within_the_year_in_every_way(year: Flask) -> None:
    requests = ended(CaseSeries.OPEN)
    assert len(requests) >= 60
    assert all(NOW - case.started_at < timedelta(days=400) for case in requests)
    assert sum(case.ended_at is not None and NOW - case.ended_at < YEAR for case in requests) >= 60
    ways = Counter(case.outcome for case in requests)
    assert set(ways) == {
        "Site live",
        "Rejected",
        "Not City-Supported",
        "Declined",
        "Withdrawn",
        "Approval lapsed",
    }
    assert min(ways.values()) >= 3


def test_the_next_request_is_still_r_1046(year: Flask) -> None:
    numbers = db.session.scalars(select(Case.number).where(Case.series == CaseSeries.OPEN)).all()
    assert sorted(numbers)[-5:] == [1041, 1042, 1043, 1044, 1045]
    assert cases._next_number(db.session(), CaseSeries.OPEN) == 1046
    assert cases._next_number(db.session(), CaseSeries.CONFIDENTIAL) == 8


def test_requests_are_numbered_in_the_order_in_which_they_were_started(year: Flask) -> None:
    started = select(Case.number).where(Case.series == CaseSeries.OPEN).order_by(Case.started_at)
    numbers = list(db.session.scalars(started))
    assert numbers == sorted(numbers)


def test_the_launched_sites_come_after_those_of_before(year: Flask) -> None:
    codes = db.session.scalars(select(Site.code).order_by(Site.id)).all()
    assert list(codes) == [f"S{number:02d}" for number in range(1, len(codes) + 1)]
    live = [case for case in ended(CaseSeries.OPEN) if case.outcome == "Site live"]
    assert len(codes) >= 10 + len(live)


def test_advice_on_security_has_become_slow(year: Flask) -> None:
    done = select(Task).where(Task.element == "AdviseSecurity", Task.closed_at.is_not(None))
    taken: dict[bool, list[int]] = {True: [], False: []}
    for task in db.session.scalars(done):
        assert task.closed_at is not None
        days = business_days_between(runtime().calendar, task.opened_at, task.closed_at)
        taken[NOW - task.closed_at < timedelta(days=90)].append(days)
    assert sorted(taken[False])[len(taken[False]) // 2] <= 3
    assert sorted(taken[True])[len(taken[True]) // 2] >= 4


def test_some_steps_were_late_and_some_requests_returned(year: Flask) -> None:
    done = db.session.scalars(select(Task).where(Task.closed_at.is_not(None))).all()
    late = [t for t in done if t.due_at and t.closed_at and t.closed_at > t.due_at]
    assert len(late) >= 10
    assert Counter(t.outcome for t in done)["return"] >= 4


def test_requests_are_on_their_way_in_several_steps(year: Flask) -> None:
    waiting = db.session.scalars(
        select(Task.element).where(Task.closed_at.is_(None), Task.kind == TaskKind.USER)
    ).all()
    assert len(set(waiting)) >= 7
    assert db.session.scalars(select(Incident)).all() == []


def test_the_chain_of_records_is_whole_and_in_order(year: Flask) -> None:
    assert audit.verify(db.session()).is_intact
    times = db.session.scalars(select(AuditRecord.at).order_by(AuditRecord.seq)).all()
    assert list(times) == sorted(times)
    assert times[-1] == NOW


def test_every_step_was_answered_as_its_form_asks(
    year: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(year.config, "WTF_CSRF_ENABLED", False)
    # One request of each way it can go would do; all complaints, and every tenth request, do more.
    done = db.session.scalars(
        select(Task)
        .join(Task.case)
        .where(
            Task.answers.is_not(None),
            Task.completed_by_id.is_not(None),
            Task.kind == TaskKind.USER,
            Case.confidential | (Case.number % 10 == 0),
        )
        .options(joinedload(Task.case))
    ).all()
    for task in done:
        diagrams = runtime().library.of(db.session(), task.case.version_id)
        form = sent_again(year, diagrams.node(task.diagram, task.element), task)
        assert form.errors == {}, (task.case.label, task.element, form.errors)


def test_c_07_waits_for_the_advice_that_annika_drumlin_is_writing(year: Flask) -> None:
    (task,) = [t for t in c_07().tasks if t.is_open and t.kind == TaskKind.USER]
    assert task.element == "AdviseDiscipline"
    assert task.claimed_by is not None
    assert task.claimed_by.name == "Annika Drumlin"
    assert not task.is_overdue(NOW)
    assert db.session.get_one(Draft, task.id).answers["level"] == ["written-warning"]


def test_c_07_found_misconduct_with_a_notice_given_before(year: Flask) -> None:
    done = {t.element: t.answers or {} for t in c_07().tasks if t.answers}
    assert done["GiveNotice"]["kinds"] == ["tennessen", "union"]
    assert done["MakeFinding"]["finding"] == "violation"
    assert done["MakeFinding"]["ground"] == "misconduct"
    assert done["AssignLead"]["lead"] == "human-resources"


def test_c_07_is_for_two_people_and_kept_from_two(year: Flask) -> None:
    entered = select(Person.family_name).join(CaseAccess, CaseAccess.person_id == Person.id)
    assert set(db.session.scalars(entered.where(CaseAccess.case_id == c_07().id))) == {
        "Peltonen",
        "Drumlin",
    }
    kept = select(Person.family_name).join(CaseExclusion, CaseExclusion.person_id == Person.id)
    assert set(db.session.scalars(kept.where(CaseExclusion.case_id == c_07().id))) == {
        "Ironwood",
        "Stillwell",
    }


@pytest.mark.parametrize("name", ["Cyrus Peltonen", "Annika Drumlin"])
def test_those_on_the_list_read_c_07(year: Flask, name: str) -> None:
    assert page(year, name, "/cases/C-07").status_code == 200


@pytest.mark.parametrize(
    "name", ["Emeka Stillwell", "Lorna Greywater", "Tobias Quenby", "Celeste Varga-Holm"]
)
def test_to_others_c_07_does_not_exist(year: Flask, name: str) -> None:
    assert page(year, name, "/cases/C-07").status_code == 404
    assert "C-07" not in page(year, name, "/cases").text
    assert "C-07" not in page(year, name, "/tasks").text
    assert (
        "Ironwood"
        not in page(year, name, "/cases?q=Ironwood").text.replace("q=Ironwood", "")[
            page(year, name, "/cases?q=Ironwood").text.find("<table") :
        ]
    )


def test_the_status_page_has_its_numbers(year: Flask) -> None:
    for path in ("/reports", "/reports/processes/create-site"):
        shown = page(year, "Celeste Varga-Holm", path)
        assert shown.status_code == 200
        assert "C-07" not in shown.text
    assert str(len(ended(CaseSeries.OPEN))) in shown.text


def test_the_auditor_finds_every_site_of_the_year_decided(year: Flask) -> None:
    assert page(year, "Tobias Quenby", "/evidence").status_code == 200
    undecided = select(func.count()).where(Site.decision_id.is_(None))
    assert db.session.scalar(undecided) == 1


def test_every_past_case_would_go_the_same_way_on_its_own_diagram(year: Flask) -> None:
    session, library = db.session(), runtime().library
    for key, past in (
        ("create-site", CaseSeries.OPEN),
        ("investigate-complaint", CaseSeries.CONFIDENTIAL),
    ):
        version = publication.published(session, now=NOW)[key]
        on = library.of(session, version.id)
        found = impact(session, library, version.process_id, on, now=NOW, most=500)
        assert found.counts == {Meets.SAME: len(ended(past))}
        assert all((met.case is None) == (past == CaseSeries.CONFIDENTIAL) for met in found.met)


def test_who_was_approved_with_conditions_would_come_to_another_end_without_that_way(
    year: Flask,
) -> None:
    session, library = db.session(), runtime().library
    version = publication.published(session, now=NOW)["create-site"]
    both = b'DecideRequest.decision in ["approve", "approve-with-conditions"]'
    files = {
        key: data.replace(both, b'DecideRequest.decision = "approve"')
        for key, data in library.of(session, version.id).files.items()
    }
    found = impact(
        session, library, version.process_id, parse(files, "create-site"), now=NOW, most=500
    )
    asked = select(Task.case_id).where(Task.outcome == "approve-with-conditions")
    approved = {case.id for case in ended(CaseSeries.OPEN)} & set(session.scalars(asked))
    assert {met.case.id for met in found.of(Meets.MORE) if met.case} == approved
    assert found.played == len(ended(CaseSeries.OPEN))
    assert found.counts[Meets.SAME] == found.played - len(approved)


def test_the_latest_cases_are_played_first(year: Flask) -> None:
    session, library = db.session(), runtime().library
    version = publication.published(session, now=NOW)["create-site"]
    on = library.of(session, version.id)
    found = impact(session, library, version.process_id, on, now=NOW, most=3)
    latest = sorted(ended(CaseSeries.OPEN), key=lambda case: (case.ended_at, case.id))[-3:]
    assert [met.case for met in found.met] == latest[::-1]
