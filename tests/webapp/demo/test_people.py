"""The people of Northwater suffice: in each unit somebody passes requests on."""

from flask import Flask
from sqlalchemy import select

from models.database import db
from models.people import Person, Unit
from webapp import clock
from webapp.runtime import runtime
from workflows.people import holders, is_active_on
from workflows.vacancies import needed, unreachable_units, vacancies


def test_every_lane_that_the_processes_need_has_somebody_in_every_unit(northwater: Flask) -> None:
    session, day = db.session(), clock.today()
    wanted = needed(session, runtime(), now=clock.now()).parties
    missing = [gap for gap in vacancies(session, runtime().pack, day) if gap.party in wanted]
    assert missing == []


def test_what_anybody_asks_for_can_be_passed_on_by_somebody_else(northwater: Flask) -> None:
    """But for the requests of those who pass on alone: the page of roles names exactly them."""
    session, pack, day = db.session(), runtime().pack, clock.today()
    duties = needed(session, runtime(), now=clock.now()).unit_duties
    assert duties
    stuck = set()
    for unit in session.scalars(select(Unit)).all():
        asking = select(Person.id).where(Person.unit_id == unit.id, is_active_on(day))
        for requester in session.scalars(asking).all():
            for duty in duties:
                people = {p.id for p in holders(session, pack, duty, unit.forwarded_by, day)}
                if not people - {requester}:
                    stuck.add((unit.id, requester))
    named = unreachable_units(session, pack, duties, day)
    assert stuck == {(gap.unit.id, gap.only.id) for gap in named if gap.only}
    assert [gap.unit.name for gap in named if gap.only is None] == []
