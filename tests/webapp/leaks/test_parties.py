"""Who is named in a confidential case, or had a part in it, sees nothing of it but their own part."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.cases import File, Task
from models.confidence import CaseRead
from models.database import db
from models.people import Person
from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.allowed import HOLDER, standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.crowd import PARTS, ROLES
from tests.webapp.leaks.matrix import TELLING, Look, few_of, leaked, opens, silent
from tests.webapp.leaks.matrix import named as names
from tests.webapp.leaks.secrets_told import Secret, marker, markers_in
from tests.webapp.leaks.seeing import ask, counting

# Parts of people who know nothing of their case, and of those who had one: their role, their case.
KEPT_OUT = ("subject", "conflict")
FORMER = {
    "handed_over": ("hr_investigator", "handed_over"),
    "role_ended": ("requester", "role_ended"),
    "declared": ("hr_investigator", "declared"),
    "glass_over": ("attorney", "found"),
    "glass_asked": ("attorney", "found"),
    "glass_second": ("city_clerk", "found"),
}


def meant_for(walk: Secret, party: str, lane: str) -> set[str]:
    """The words of a case that a party may see: in their own steps, and shown to them by name."""
    found = set()
    for diagram in walk.diagrams.diagrams.values():
        for node in diagram.of_kind("userTask"):
            is_own = node.lane == lane
            for asked in node.fields:
                name = "file" if asked.type == "file" else asked.id
                if is_own or party in asked.shown_to:
                    found.add(marker(walk.key, node.id, name))
    return found


def beyond(said: str, meant: set[str]) -> set[str]:
    """The marker words in a page that are not meant for its reader."""
    plain = {word.replace("-", "").replace("_", "").lower() for word in meant}
    words = {word.removesuffix("-txt").removesuffix(".txt") for word in markers_in(said)}
    return {word for word in words if word not in meant and word not in plain}


def pages_of(twins: Twins, key: str) -> Iterator[Look]:
    """The pages of one case: its own, and those of its steps and documents."""
    reference, case_id = twins.label(key), twins.walks[key].case_id
    with twins.real.app_context():
        tasks = list(db.session.scalars(select(Task.id).where(Task.case_id == case_id)))
        files = list(db.session.scalars(select(File.id).where(File.case_id == case_id)))
        db.session.remove()
    yield "cases.show", f"/cases/{reference}"
    yield "interventions.of_case", f"/cases/{reference}/interventions"
    for query in ("tab=mine&", ""):
        yield "cases.index", f"/cases/?{query}q={reference}"
    yield from (("tasks.show", f"/tasks/{task}") for task in tasks)
    yield from (("files.download", f"/files/{file}") for file in files)


def told(twins: Twins, person: int, looks: list[Look], role: str, key: str) -> list[str]:
    """Give what tells this person more than its twin does, or the number of this case."""
    never, known, found = silent(twins), standings(role), []
    here = twins.crowd.browser(twins.real, person)
    there = twins.crowd.browser(twins.twin, person)
    label = twins.label(key)
    with counting(twins.real, twins.twin):
        for endpoint, address in looks:
            seen, same = ask(here, address), ask(there, address)
            if seen.statements != same.statements:
                seen, same = ask(here, address), ask(there, address)
            said = leaked(endpoint, seen, same, known) or names(endpoint, seen, same, never)
            if label in " ".join(seen.more_than(same)) and not endpoint.startswith("evidence."):
                said = said or "its number"
            if said:
                found.append(f"{role} {address}: {said}")
    return found


def small(twins: Twins, named: Named, key: str) -> list[Look]:
    """A few pages that list, and all of one case."""
    lists = ("tasks.index", "cases.index", "notices.index", "files.download", "frame.home")
    looks = [one for one in few_of(list(addresses.looks(named))) if one[0] in lists]
    return [*sorted(looks), *pages_of(twins, key)]


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
