"""Who has no part in a confidential case is refused there as if it did not exist, and changes nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask

from models.cases import Case, Comment, Draft, Intervention, Task, TaskCare
from models.confidence import CaseAccess, CaseExclusion, CaseRead
from models.database import db
from tests.webapp.leaks.acts import Act, about_cases, acts, on_offers
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.allowed import HOLDER, standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.crowd import ROLES
from tests.webapp.leaks.matrix import TELLING, leaked, opens
from tests.webapp.leaks.seeing import ask, counting

OF_CASES = (Case, Task, Draft, Comment, Intervention, TaskCare, CaseAccess, CaseExclusion, CaseRead)
# Sent last, or never twice: it ends the sign-in that the others go by.
ENDING = {"signing_in.logout"}


def rows(app: Flask) -> list[object]:
    """Everything that cases consist of."""
    with app.app_context():
        found: list[object] = [
            tuple(row) for model in OF_CASES for row in db.session.execute(model.__table__.select())
        ]
        db.session.remove()
        return found


def differing(twins: Twins, person: int, sent: list[Act], known: set[str]) -> Iterator[str]:
    here = twins.crowd.browser(twins.real, person)
    there = twins.crowd.browser(twins.twin, person)
    for endpoint, address, fields in sent:
        if endpoint in ENDING:
            continue
        answers = ask(here, address, "POST", fields), ask(there, address, "POST", fields)
        if answers[0].statements != answers[1].statements:
            answers = ask(here, address, "POST", fields), ask(there, address, "POST", fields)
        if said := leaked(endpoint, *answers, known):
            yield f"{endpoint} {address} {fields}: {said}"


def all_differing(twins: Twins, named: Named, roles: list[str]) -> list[str]:
    """Send every form by strangers of these roles to both cities and give what differs."""
    before = rows(twins.real)
    found: list[str] = []
    with counting(twins.real, twins.twin):
        for role in roles:
            known = standings(role)
            sent = [*about_cases(named)] if HOLDER in known else [*acts(named)]
            mine = [one for one in sent if opens(role, one[0])]
            person = twins.crowd.of[role, "stranger"]
            found += [f"{role} {one}" for one in differing(twins, person, mine, known)]
    assert rows(twins.real) == before
    return found


def test_every_form_is_answered_alike_in_both_cities(twins: Twins, named: Named) -> None:
    found = all_differing(twins, named, sorted(TELLING | {"sysadmin", "process_manager"}))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.long
def test_every_form_by_every_role_is_answered_alike(twins: Twins, named: Named) -> None:
    found = all_differing(twins, named, ROLES)
    assert not found, "\n" + "\n".join(found)


def test_a_step_that_is_not_offered_is_not_taken(twins: Twins, named: Named) -> None:
    before = rows(twins.real)
    person = twins.crowd.of["trainer", "stranger"]
    browser = twins.crowd.browser(twins.real, person)
    for _, address, fields in on_offers(named):
        assert ask(browser, address, "POST", fields).status == 404
    assert rows(twins.real) == before
