"""Whoever has no part in a confidential case cannot tell that there is one."""

from collections.abc import Callable

import pytest

from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import SLOW, few_of, look
from tests.webapp.leaks.parties import FORMER, small, told


@pytest.mark.long
def test_no_office_can_tell_the_cities_apart(
    twins: Twins, named: Named, record_property: Callable[[str, object], None]
) -> None:
    looks = list(addresses.looks(named))
    found = look(twins, twins.crowd.everybody("stranger"), looks)
    record_property("pages", found.pairs)
    assert not found.leaks, "\n" + "\n".join(found.leaks)


@pytest.mark.long
@pytest.mark.parametrize("part", ["stranger", "in_parks"])
def test_no_holder_of_any_role_can_tell_them_apart_by_any_page(
    twins: Twins, named: Named, part: str
) -> None:
    looks = list(addresses.looks(named))
    found = look(twins, twins.crowd.everybody(part), looks, full=True)
    assert not found.leaks, "\n" + "\n".join(found.leaks)


# Of them each is offered something, audits, keeps the jobs, or may do nothing of the kind.
SOME = ("attorney", "auditor", "process_manager", "trainer")


@pytest.mark.long
@pytest.mark.postgres
def test_some_offices_cannot_tell_them_apart_on_postgres(on_postgres: Twins, named: Named) -> None:
    looks = sorted(few_of(list(addresses.looks(named))))
    people = [(role, on_postgres.crowd.of[role, "stranger"]) for role in SOME]
    found = look(on_postgres, people, [one for one in looks if not one[0].startswith(SLOW)])
    assert not found.leaks, "\n" + "\n".join(found.leaks)


@pytest.mark.long
@pytest.mark.postgres
def test_no_office_can_tell_them_apart_on_postgres(on_postgres: Twins, named: Named) -> None:
    looks = list(addresses.looks(named))
    found = look(on_postgres, on_postgres.crowd.everybody("stranger"), looks, full=True)
    assert not found.leaks, "\n" + "\n".join(found.leaks)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("name", FORMER)
def test_who_had_a_part_cannot_on_postgres(on_postgres: Twins, named: Named, name: str) -> None:
    role, key = FORMER[name]
    person = on_postgres.crowd.others[name]
    assert told(on_postgres, person, small(on_postgres, named, key), role, key) == []
