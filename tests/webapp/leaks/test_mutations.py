"""Without any one of the filters the tests of leaks fail: each of them is needed, and is watched."""

import pytest

from tests.webapp.leaks.checks import Scene
from tests.webapp.leaks.cutting import template_without, without
from tests.webapp.leaks.every_filter import EVERY
from tests.webapp.leaks.filters import Filter

pytestmark = pytest.mark.long


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_without_one_filter_something_leaks(scene: Scene, one: Filter) -> None:
    assert noticed(scene, one)


def noticed(scene: Scene, one: Filter) -> str:
    """What its check finds first when the filter is gone."""
    if one.where.endswith(".html"):
        cities = scene.twins.real, scene.twins.twin
        with template_without(cities, one.where, one.words, one.instead):
            return next(one.noticed(scene), "")
    with without(one.where, one.words, one.instead):
        return next(one.noticed(scene), "")
