"""Whoever has no part in a confidential case cannot tell that there is one."""

from collections.abc import Callable

import pytest

from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import look


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
