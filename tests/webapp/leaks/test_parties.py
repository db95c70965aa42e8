"""Who is named in a confidential case, or had a part in it, sees nothing of it but their own part."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.confidence import CaseRead
from models.database import db
from models.people import Person
from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.allowed import HOLDER, standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.crowd import PARTS, ROLES
from tests.webapp.leaks.matrix import TELLING, Look, opens
from tests.webapp.leaks.parties import (
    FORMER,
    KEPT_OUT,
    beyond,
    meant_for,
    pages_of,
    small,
    told,
)
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import ask


@pytest.mark.parametrize("part", KEPT_OUT)
def test_who_is_kept_out_cannot_tell_the_cities_apart(
    twins: Twins, named: Named, part: str
) -> None:
    for role in sorted(TELLING | {"attorney", "process_manager"}):
        key, person = f"role_{role}", twins.crowd.of[role, part]
        assert told(twins, person, small(twins, named, key), role, key) == []


@pytest.mark.long
@pytest.mark.parametrize("part", KEPT_OUT)
def test_nobody_who_is_kept_out_can_by_any_page(twins: Twins, named: Named, part: str) -> None:
    assert set(KEPT_OUT) < set(PARTS)
    for role in ROLES:
        key, person = f"role_{role}", twins.crowd.of[role, part]
        looks = [*small(twins, named, key), *_opened(addresses.looks(named), role)]
        assert told(twins, person, looks, role, key) == []


def _opened(looks: Iterator[Look], role: str) -> Iterator[Look]:
    yield from (one for one in looks if opens(role, one[0]))


@pytest.mark.parametrize("name", FORMER)
def test_who_had_a_part_or_asked_for_one_cannot_either(
    twins: Twins, named: Named, name: str
) -> None:
    role, key = FORMER[name]
    person = twins.crowd.others[name]
    assert told(twins, person, small(twins, named, key), role, key) == []


def test_a_substitute_is_offered_what_waits_and_no_more(twins: Twins, named: Named) -> None:
    person, role = twins.crowd.others["substitute"], "hr_investigator"
    assert HOLDER in standings(role)
    looks = small(twins, named, "absent")
    found = told(twins, person, looks, role, "handed_over")
    assert found == []


@pytest.mark.parametrize("role", sorted(TELLING | {"attorney", "sysadmin"}))
def test_who_complains_sees_their_own_part_alone(twins: Twins, named: Named, role: str) -> None:
    key, person = f"role_{role}", twins.crowd.of[role, "complainant"]
    browser = twins.crowd.browser(twins.real, person)
    own = " ".join(ask(browser, address).all for _, address in pages_of(twins, key))
    with twins.real.app_context():
        meant = meant_for(twins.walks[key], "complainant", "Requester")
        db.session.remove()
    assert markers_in(own)
    assert beyond(own, meant) == set()
    with twins.real.app_context():
        subject = db.session.get_one(Person, twins.crowd.of[role, "subject"]).name
        db.session.remove()
    assert subject not in own
    others = [address for _, address in small(twins, named, "found")]
    assert markers_in(" ".join(ask(browser, address).all for address in others)) == set()


def test_the_subject_sees_what_is_asked_of_them_alone(twins: Twins) -> None:
    browser = twins.crowd.browser(twins.real, twins.crowd.office.will)
    for key in twins.walks:
        with twins.real.app_context():
            meant = meant_for(twins.walks[key], "subject", "Subject")
            db.session.remove()
        for _, address in pages_of(twins, key):
            assert beyond(ask(browser, address).all, meant) == set(), address
    shown = ask(browser, f"/cases/{twins.label('noticed')}")
    assert "GiveNotice-notice_text" in shown.all


def test_who_is_on_a_list_reads_that_case_and_each_look_is_kept(twins: Twins) -> None:
    person = twins.crowd.office.ines
    browser = twins.crowd.browser(twins.real, person)
    assert markers_in(ask(browser, f"/cases/{twins.label('taken')}").all)
    with twins.real.app_context():
        looks = db.session.scalars(select(CaseRead).where(CaseRead.person_id == person)).all()
        assert {one.case_id for one in looks} >= {twins.walks["taken"].case_id}
        db.session.remove()
    pages = [address for _, address in pages_of(twins, "filed")]
    assert [a for a in pages if markers_in(ask(browser, a).all)] == []


def test_a_broken_glass_opens_one_case_alone(twins: Twins) -> None:
    browser = twins.crowd.browser(twins.real, twins.crowd.others["broke_glass"])
    assert markers_in(ask(browser, f"/cases/{twins.label('found')}").all)
    for key in ("filed", "taken", "disciplined", "role_attorney"):
        said = [markers_in(ask(browser, address).all) for _, address in pages_of(twins, key)]
        assert not any(said), key
