"""Once somebody's access ends, no link that they saved opens anything, and nobody is told why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.cases import File
from models.database import db, transaction
from tests.conftest import NOW
from tests.webapp.leaks import crowd
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.crowd import AT_DESKS
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import ask, counting
from workflows import offers, roles, sessions, tasks
from workflows.sessions import Client

WHEN = NOW + AT_DESKS


def _hand_over(city: Twins, task: int) -> None:
    office, to = city.crowd.office, city.crowd.of["hr_investigator", "stranger"]
    runtime = city.crowd.town.runtime
    tasks.reassign(runtime, task, to=to, reason="I leave.", by=office.ines, now=WHEN)


def _declare(city: Twins, task: int) -> None:
    by, runtime = city.crowd.office.ines, city.crowd.town.runtime
    offers.declare_conflict(runtime, task, reason="A friend.", by=by, now=WHEN)


def _end_role(city: Twins, _task: int) -> None:
    grant = crowd.role_of(db.session(), city.crowd.office.ines, "hr_investigator")
    db.session.rollback()
    by = city.crowd.of["sysadmin", "stranger"]
    roles.end_grant(city.crowd.town.runtime, grant, by=by, now=WHEN)


@pytest.mark.parametrize("end", [_hand_over, _declare, _end_role])
def test_saved_links_open_nothing_once_access_ended(
    copies: Twins, end: Callable[[Twins, int], None]
) -> None:
    walk, ines = copies.walks["taken"], copies.crowd.office.ines
    with copies.real.app_context():
        task = walk.task("IntakeComplaint").id
        file = db.session.scalars(select(File.id).where(File.case_id == walk.case_id)).first()
        db.session.rollback()
    links = {
        f"/cases/{copies.label('taken')}": "/cases/C-99",
        f"/tasks/{task}": "/tasks/999999",
        f"/files/{file}": "/files/999999",
    }
    browser = copies.crowd.browser(copies.real, ines)
    assert all(markers_in(ask(browser, link).all) for link in links)
    with copies.real.app_context():
        end(copies, task)
        crowd.rest()
    with counting(copies.real):
        for link, missing in links.items():
            ask(browser, missing)
            there, nowhere = ask(browser, link), ask(browser, missing)
            offered = end is _end_role and there.status == 200
            assert offered or there.is_like(nowhere), link
            assert markers_in(there.all) == set()


def test_saved_links_open_nothing_once_the_glass_is_whole_again(copies: Twins) -> None:
    person = copies.crowd.others["broke_glass"]
    address = f"/cases/{copies.label('found')}"
    assert markers_in(ask(copies.crowd.browser(copies.real, person), address).all)
    later = WHEN + timedelta(hours=25)
    copies.real.config["NOW"] = later
    with copies.real.app_context(), transaction() as session:
        token = sessions.open_session(session, person, Client(), now=later)
    browser = replace(copies.crowd, tokens={person: token}).browser(copies.real, person)
    assert ask(browser, address).status == 404
