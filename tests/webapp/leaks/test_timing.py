"""What is kept from somebody takes the same path as what does not exist: as many statements."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.cases import File, Task
from models.database import db
from models.people import Person
from tests.conftest import NOW
from tests.webapp.leaks.acts import ON_A_STEP, ON_AN_OFFER
from tests.webapp.leaks.checks import NOWHERE
from tests.webapp.leaks.cities import GLASS, Twins
from tests.webapp.leaks.crowd import AT_DESKS
from tests.webapp.leaks.seeing import Seen, ask, counting
from workflows import break_glass
from workflows.break_glass import Asked

# The everyday look at the two cities counts the statements of every page as well.
pytestmark = pytest.mark.long

WHEN = NOW + AT_DESKS
# States in which a case may be, and the offices of those who try; each may open every page here.
STATES = ("filed", "taken", "pending", "stopped", "disciplined", "closed")
TRYING = ("trainer", "process_manager", "auditor", "attorney")
NO_CASE = "C-99"


def pairs(city: Twins, key: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Give addresses of a case's own, each with the same of none: method, both, and the form."""
    label, case_id = city.label(key), city.walks[key].case_id
    with city.real.app_context():
        step = db.session.scalars(select(Task.id).where(Task.case_id == case_id)).all()[-1]
        file = db.session.scalars(select(File.id).where(File.case_id == case_id)).first()
        db.session.remove()
    yield "GET", f"/tasks/{step}", f"/tasks/{NOWHERE}", {}
    for end, fields in {**ON_A_STEP, **ON_AN_OFFER}.values():
        yield "POST", f"/tasks/{step}/{end}", f"/tasks/{NOWHERE}/{end}", fields
    if file is not None:
        yield "GET", f"/files/{file}", f"/files/{NOWHERE}", {}
    for end in ("", "/interventions", "/interventions/suspend", "/interventions/skip?task=1"):
        yield "GET", f"/cases/{label}{end}", f"/cases/{NO_CASE}{end}", {}
    why = {"reason": "x", "revision": "1"}
    for end, fields in (
        ("comments", {"text": "x"}),
        ("messages/1", {"reason": "x"}),
        ("interventions/suspend", why),
        ("interventions/1/answer", {"word": "x", "answer": "agree", "revision": "1"}),
    ):
        yield "POST", f"/cases/{label}/{end}", f"/cases/{NO_CASE}/{end}", fields
    yield "GET", f"/cases/?q={label}", f"/cases/?q={NO_CASE}", {}
    yield "GET", f"/evidence/reads?case={NO_CASE}", "/evidence/reads?case=C-98", {}


@pytest.mark.parametrize("role", TRYING)
def test_a_foreign_case_takes_the_path_of_none(twins: Twins, role: str) -> None:
    browser = twins.crowd.browser(twins.real, twins.crowd.of[role, "stranger"])
    found = []
    with counting(twins.real):
        for key in STATES:
            for method, address, nowhere, form in pairs(twins, key):
                ask(browser, nowhere, method, form)
                none, foreign = (
                    ask(browser, nowhere, method, form),
                    ask(browser, address, method, form),
                )
                offered = role == "attorney" and foreign.status == 200 and "/tasks/" in address
                if not offered and not _alike(foreign, none):
                    found.append((address, foreign.status, foreign.statements, none.statements))
    assert found == []


def _alike(one: Seen, other: Seen) -> bool:
    """Whether both took as many statements and ended alike; the address itself stands in a page."""
    return (one.status, one.statements) == (other.status, other.statements)


def test_to_ask_for_a_case_takes_as_long_whether_there_is_one(copies: Twins) -> None:
    crowd = copies.crowd
    browser = crowd.browser(copies.real, crowd.of["attorney", "stranger"])
    seen = []
    with counting(copies.real):
        for number in (NO_CASE, NO_CASE, copies.label("filed"), copies.label("disciplined")):
            form = {"number": number, "reason": "x", "second": str(crowd.others["glass_second"])}
            seen.append(ask(browser, "/break-glass", "POST", form))
    assert {one.status for one in seen} == {303}
    assert len({one.statements for one in seen[1:]}) == 1


@pytest.mark.parametrize("granted", ["yes", "no"])
def test_to_answer_takes_as_long_whether_there_is_one(copies: Twins, granted: str) -> None:
    crowd = copies.crowd
    second, by = crowd.others["glass_second"], crowd.of["attorney", "stranger"]
    kept_out = crowd.others["glass_excluded"]
    browser = crowd.browser(copies.real, second)
    asked = [(NO_CASE, by), (NO_CASE, by), (copies.label("filed"), by), (copies.label("taken"), by)]
    asked.append((copies.label("stopped"), kept_out))
    seen = []
    for number, person in asked:
        with copies.real.app_context():
            what = Asked(number, "It must be seen.", second)
            runtime = crowd.town.runtime
            row = break_glass.ask(runtime, what, holders=GLASS, by=person, now=WHEN).id
            db.session.remove()
        form = {f"request-{row}-granted": granted, f"request-{row}-words": "Yes."}
        with counting(copies.real):
            seen.append(ask(browser, f"/break-glass/{row}/answer", "POST", form))
    assert {one.status for one in seen} == {303}
    assert len({one.statements for one in seen[1:]}) == 1
    opened = granted == "yes"
    reads = crowd.browser(copies.real, by)
    assert (ask(reads, f"/cases/{copies.label('filed')}").status == 200) == opened
    assert (
        ask(crowd.browser(copies.real, kept_out), f"/cases/{copies.label('stopped')}").status == 404
    )


def test_a_look_up_of_public_data_takes_as_long_for_a_complainant_as_for_anybody(
    copies: Twins,
) -> None:
    crowd = copies.crowd
    browser = crowd.browser(copies.real, crowd.of["clerk_data", "stranger"])
    people = [
        crowd.of["trainer", part] for part in ("stranger", "stranger", "complainant", "conflict")
    ]
    seen = []
    with counting(copies.real):
        for person in people:
            form = {"about": str(person), "reason": "x"}
            seen.append(ask(browser, "/records/personnel-data", "POST", form))
    with copies.real.app_context():
        names = [db.session.get_one(Person, person).name for person in people]
        db.session.remove()
    assert {one.status for one in seen} == {200}
    told = [one.body.replace(name, "") for one, name in zip(seen, names, strict=True)]
    assert told[1] == told[2] == told[3]
    assert len({one.statements for one in seen[1:]}) == 1
