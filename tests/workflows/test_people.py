"""Who may do what, by the shipped policy pack."""

from collections.abc import Generator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from config import ROOT
from models.database import db, transaction
from models.people import Absence, Person
from models.sites import Delegation
from tests import city
from tests.city import Cast
from workflows.offices import offices
from workflows.people import Duties, duties_from, duties_of, holders
from workflows.policy.pack import Pack, load
from workflows.sessions import Client, Limits, find, open_session
from workflows.vacancies import vacancies

TODAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(Path(ROOT / "bpmn" / "policy"))


@pytest.fixture
def cast(app_on_either: Flask) -> Cast:
    with transaction() as session:
        return city.cast(session)


@pytest.fixture
def statements(cast: Cast) -> Generator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def duties(person_id: int, pack: Pack, day: date = TODAY) -> Duties:
    return duties_of(db.session(), person_id, pack, day)


def test_dan_forwards_for_parks_and_for_no_other_unit(cast: Cast, pack: Pack) -> None:
    dan = duties(cast.dan, pack)
    assert dan.may("forward-request", cast.parks)
    assert dan.may("party/Department", cast.parks)
    assert not dan.may("forward-request", cast.fire)
    assert not dan.may("forward-request", None)


def test_chen_reviews_for_the_whole_city(cast: Cast, pack: Pack) -> None:
    chen = duties(cast.chen, pack)
    assert chen.may("review-request", None)
    assert chen.may("party/Communications", None)
    assert not chen.may("advise-security", None)


def test_an_act_of_two_lanes_is_done_by_each_in_its_own(cast: Cast, pack: Pack) -> None:
    """Communications returns requests, yet never in the name of a department."""
    communications, department = (
        pack.acts["return-request"].duty_in(party) for party in ("Communications", "Department")
    )
    assert duties(cast.chen, pack).may(communications, None)
    assert not duties(cast.chen, pack).may(department, cast.parks)
    assert duties(cast.dan, pack).may(department, cast.parks)
    assert not duties(cast.dan, pack).may(communications, None)


def test_an_act_of_two_city_lanes_is_done_by_each_in_its_own(cast: Cast, pack: Pack) -> None:
    """Human Resources may check training too, yet not in the name of Communications."""
    checks = pack.acts["check-training"]
    assert len(checks.parties) > 1
    assert duties(cast.chen, pack).may(checks.duty_in("Communications"), None)
    for party in set(checks.parties) - {"Communications"}:
        assert not duties(cast.chen, pack).may(checks.duty_in(party), None)


def test_a_city_role_that_is_held_in_one_unit_does_not_act_for_the_city(
    cast: Cast, pack: Pack
) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "attorney", unit_id=cast.fire)
    assert not duties(cast.nora, pack).may("advise-law", None)


def test_a_unit_role_that_is_held_city_wide_acts_for_every_unit(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "dept_head")
    nora = duties(cast.nora, pack)
    assert nora.may("forward-request", cast.parks)
    assert nora.may("forward-request", cast.fire)


def test_nora_may_ask_and_nothing_else(cast: Cast, pack: Pack) -> None:
    nora = duties(cast.nora, pack)
    assert nora.has_role(["requester"])
    assert not nora.has_role(["dept_forwarder", "delegate"])
    assert not nora.city
    assert not nora.every_unit
    assert not nora.units


def test_nobody_does_the_requesters_steps_by_a_role(cast: Cast, pack: Pack) -> None:
    """They belong to the person who started the case; the task names them."""
    for person in (cast.rosa, cast.chen):
        assert not duties(person, pack).may("request-site", None)
        assert not duties(person, pack).may("party/Requester", None)


def test_a_role_holds_from_its_first_day_to_its_last(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "attorney", starts_on=TODAY, ends_on=TODAY)
    for day, expected in [(-1, False), (0, True), (1, False)]:
        assert (
            duties(cast.nora, pack, TODAY + timedelta(days=day)).may("advise-law", None) is expected
        )


@pytest.mark.parametrize("field", ["disabled_at", "ends_on"])
def test_who_has_left_may_do_nothing(cast: Cast, pack: Pack, field: str) -> None:
    with transaction() as session:
        chen = session.get_one(Person, cast.chen)
        setattr(chen, field, datetime.now(UTC) if field == "disabled_at" else TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert duties(cast.chen, pack, tomorrow) == Duties(cast.chen)
    assert cast.chen not in [
        person.id for person in holders(db.session(), pack, "review-request", None, tomorrow)
    ]


def delegated(cast: Cast) -> Delegation:
    """What Nora may accept today."""
    return Delegation(
        person_id=cast.nora,
        scope="one site",
        may_accept="terms of service",
        valid_from=TODAY,
        valid_to=TODAY,
        granted_by_id=cast.chen,
        granted_at=datetime.combine(TODAY, time(12), UTC),
    )


def test_a_running_delegation_makes_a_delegate(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        session.add(delegated(cast))
    assert duties(cast.nora, pack).has_role(["delegate"])
    assert not duties(cast.nora, pack, TODAY + timedelta(days=1)).has_role(["delegate"])


def test_the_duties_of_a_person_take_one_statement(
    cast: Cast, pack: Pack, statements: list[str]
) -> None:
    duties(cast.chen, pack)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_a_sign_in_knows_the_same_duties_without_another_statement(
    cast: Cast, pack: Pack, statements: list[str]
) -> None:
    everybody = [cast.rosa, cast.dan, cast.chen, cast.nora]
    now = datetime.combine(TODAY, time(12), UTC)
    with transaction() as session:
        session.add(delegated(cast))
        session.add(
            Absence(
                person_id=cast.dan,
                substitute_id=cast.rosa,
                starts_on=TODAY,
                ends_on=TODAY,
                entered_by_id=cast.dan,
                entered_at=now,
            )
        )
        tokens = {who: open_session(session, who, Client(), now=now) for who in everybody}
    limits = Limits(timedelta(hours=1), timedelta(hours=1))
    for who, token in tokens.items():
        person = find(token, limits=limits, now=now, day=TODAY)
        assert person is not None
        statements.clear()
        known = duties_from(db.session(), who, person.held, pack, TODAY)
        assert len(statements) == len(known.standing_in)
        assert known == duties(who, pack)
    assert [who for who in everybody if duties(who, pack).standing_in] == [cast.rosa]


def test_holders_are_those_who_may(cast: Cast, pack: Pack) -> None:
    session = db.session()
    everybody = [cast.rosa, cast.dan, cast.chen, cast.ivy, cast.cleo, cast.hal, cast.ada, cast.nora]
    for duty in sorted({*pack.acts, *(f"party/{name}" for name in pack.parties)}):
        for unit in (None, cast.parks, cast.fire):
            named = {person.id for person in holders(session, pack, duty, unit, TODAY)}
            may = {person for person in everybody if duties(person, pack).may(duty, unit)}
            assert named == may, (duty, unit)


def test_holders_come_with_their_unit(cast: Cast, pack: Pack) -> None:
    (chen,) = holders(db.session(), pack, "review-request", None, TODAY)
    assert chen.unit.name == "Communications"


def test_a_process_manager_hands_over_everything_and_does_nothing(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "process_manager")
    nora = duties(cast.nora, pack)
    assert nora.leads("review-request", None)
    assert nora.leads("forward-request", cast.parks)
    assert not nora.may("review-request", None)


def test_a_department_head_leads_the_unit_alone(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "dept_head", unit_id=cast.fire)
    nora = duties(cast.nora, pack)
    assert nora.leads("forward-request", cast.fire)
    assert not nora.leads("forward-request", cast.parks)
    assert not nora.leads("review-request", None)
    assert not duties(cast.chen, pack).leads("review-request", None)


def test_a_department_head_of_the_whole_city_leads_every_unit(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.grant(session, cast.nora, "dept_head")
    nora = duties(cast.nora, pack)
    assert nora.leads("forward-request", cast.parks)
    assert not nora.leads("review-request", None)


def test_who_leads_a_party_hands_over_every_step_of_it(cast: Cast, pack: Pack) -> None:
    """Also those that the lead does not do, such as the check of training by a trainer."""
    with transaction() as session:
        city.grant(session, cast.nora, "city_clerk")
    nora = duties(cast.nora, pack)
    assert nora.leads("test-archive", None)
    assert not nora.leads("advise-security", None)


def test_parties_that_nobody_acts_for_are_named(cast: Cast, pack: Pack) -> None:
    def vacant() -> set[tuple[str, str | None]]:
        found = vacancies(db.session(), pack, TODAY)
        return {(gap.party, gap.unit.name if gap.unit else None) for gap in found}

    assert ("Department", "Fire") in vacant()
    assert ("Department", "Parks and Recreation") not in vacant()
    assert ("Communications", None) not in vacant()
    with transaction() as session:
        session.get_one(Person, cast.chen).disabled_at = datetime.now(UTC)
    assert ("Communications", None) in vacant()


def test_a_board_needs_no_forwarding_authority_of_its_own(cast: Cast, pack: Pack) -> None:
    with transaction() as session:
        city.unit(session, "ARC", "Arts Commission", forwarding_unit_id=cast.parks)
    found = vacancies(db.session(), pack, TODAY)
    assert "Arts Commission" not in {gap.unit.name for gap in found if gap.unit}


def test_every_act_of_people_has_a_role_that_performs_it(pack: Pack) -> None:
    known = offices(pack)
    for act in pack.acts.values():
        for party in act.parties:
            scope = pack.parties[party].scope
            if scope in {"city", "unit"} and not act.operation:
                performers = known.roles_for(act.duty_in(party), None if scope == "city" else 1)
                assert performers <= set(act.roles)
                assert performers, (act.id, party)
