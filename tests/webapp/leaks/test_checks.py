"""Each check of what confidential cases keep, on the product as it is."""

import pytest

from tests.webapp.leaks import checks, moved, writing
from tests.webapp.leaks.checks import Check, Scene

EVERY_DAY: dict[str, Check] = {
    "who holds the duty is shown what is offered, without a word": checks.holder,
    "nothing is done to an offered step before it is taken": checks.acts_on_offers,
    "a substitute does not stand in for who is kept out": checks.substitute,
    "who broke the glass reads one case and does nothing": checks.glass,
    "who watches over all steps is answered as of none": checks.care,
    "who sees their own part does nothing to the rest": checks.own_acts,
    "lists say number, party and date alone": checks.on_a_list,
    "each look is on record first": checks.noted,
    "the subject while the case is stopped": checks.own("subject", "Subject", "stopped", "will"),
    "who filed it for somebody else": checks.own("filer", "Requester", "filed_for", "filer"),
    "for whom it was filed": checks.own("complainant", "Nobody", "filed_for", "spoken_for"),
    "who complains": checks.own("complainant", "Requester", "role_trainer", "trainer complainant"),
    "notices, incidents, errors, titles and logs say nothing": writing.written,
    "who is reminded may know of the step": writing.reminded,
    "who files one is on no list": writing.begun,
    "who hands a step over reads no more": writing.handed_over,
    "use cases refuse as if it were not there": writing.use_cases,
    "few are not told of": writing.few,
    "a newcomer is told of ordinary steps": writing.newcomers,
    "a role that nobody holds is told of ordinary steps": writing.nobody,
    "the Clerk sees what is public": writing.facet,
    "who moves cases to another version sees the same without any": moved.moved,
}


@pytest.mark.parametrize("name", EVERY_DAY)
def test_it_holds(scene: Scene, name: str) -> None:
    assert list(EVERY_DAY[name](scene)) == []
