"""A list of steps that a manager treats together: what goes, what does not, and why."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.cases import Task
from models.database import db
from tests import city
from tests.webapp.desk import Desk
from tests.webapp.reports.test_reports import person, read, settled
from tests.workflows import walking
from tests.workflows.status import busy

LIST = "/reports/steps?process=asking"


@pytest.fixture
def town(app: Flask) -> Desk:
    return settled(app)


def waiting(element: str) -> list[int]:
    open_ones = select(Task.id).where(Task.element == element, Task.closed_at.is_(None))
    return list(db.session.scalars(open_ones.order_by(Task.id)))


def send(town: Desk, who: str = "Pia", **fields: object) -> tuple[int, str]:
    answer = town.post(person(who), f"{LIST.replace('steps', 'steps/care')}", **fields)
    return answer.status_code, unescape(answer.text)


def test_those_whom_chosen_steps_wait_for_are_reminded_and_the_page_says_which(town: Desk) -> None:
    of_parks_and_fire = waiting("Forward")
    status, page = send(town, act="nudge", task=of_parks_and_fire)
    assert status == 200
    assert "Reminded: 1 of 2 steps" in page
    assert "Nobody holds the role" in page
    assert any("reminds you" in text for text in walking.told(town.town.people.dan))
    _, again = send(town, act="nudge", task=of_parks_and_fire)
    assert "today already" in again


def test_a_due_date_is_moved_for_all_chosen_steps(town: Desk) -> None:
    steps = waiting("Ask")
    status, page = send(town, act="due", task=steps, day="2026-10-30", reason="Election week.")
    assert status == 200
    assert "Moved the due date: 2 of 2 steps" in page
    days = db.session.scalars(select(Task.due_at).where(Task.id.in_(steps)))
    assert {day.date().isoformat() for day in days if day} == {"2026-10-30"}
    _, refused = send(town, act="due", task=steps, day="2026-01-02", reason="Late.")
    assert "Choose a day from today on" in refused


def test_steps_are_handed_over_where_the_person_may_do_them(town: Desk) -> None:
    assert "Chen Wu" in read(town, f"{LIST}&step=asking:Decide")
    steps, before = [*waiting("Decide"), *waiting("Forward")], holders_of("Forward")
    status, page = send(town, act="reassign", task=steps, to=town.town.mia, reason="Chen is away.")
    assert status == 200
    assert "Handed over: 1 of 3 steps" in page
    assert page.count("Mia Stone may not do this task: it waits for Department.") == 2
    assert holders_of("Decide") == [town.town.mia]
    assert holders_of("Forward") == before


def holders_of(element: str) -> list[int | None]:
    db.session.rollback()
    held = select(Task.claimed_by_id).where(Task.id.in_(waiting(element)))
    return list(db.session.scalars(held.order_by(Task.id)))


def options(page: str) -> dict[str, list[str]]:
    """To whom the chosen steps may be handed over, by the heading that they stand under."""
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, flags=re.DOTALL)
    return {label: re.findall(r"<option[^>]*>(.*?)</option>", group) for label, group in groups}


def test_a_list_of_several_kinds_says_who_may_do_how_many(town: Desk) -> None:
    with walking.writing() as session:
        city.grant(session, town.town.mia, "dept_forwarder", unit_id=town.town.people.parks)
        city.grant(session, town.town.mia, "dept_forwarder", unit_id=town.town.people.fire)
    page = options(read(town, LIST))
    shown = len(waiting("Decide") + waiting("Forward") + waiting("Ask"))
    assert "May do all steps that are shown" not in page
    some = page["May do some of them"]
    assert some[0] == f"Mia Stone, Communications: 3 of {shown}"
    assert f"Dan Okafor, Parks and Recreation: 1 of {shown}" in some
    one_kind = options(read(town, f"{LIST}&step=asking:Decide"))
    assert "Mia Stone, Communications" in one_kind["May do all steps that are shown"]
    steps = [*waiting("Decide"), *waiting("Forward"), *waiting("Ask")]
    _, done = send(town, act="reassign", task=steps, to=town.town.mia, reason="Dan is away.")
    assert f"Handed over: 3 of {shown} steps" in done
    assert f"{shown - 3} steps could not be treated; the reasons stand below." in done


def test_a_list_that_nobody_may_do_offers_nobody(town: Desk) -> None:
    with walking.writing() as session:
        fire = town.town.people.fire
        session.execute(update(Task).where(Task.element == "Ask").values(closed_at=town.now))
        alone = Task.element.in_(("Forward", "Decide"))
        session.execute(
            update(Task)
            .where(alone, Task.unit_id.is_distinct_from(fire))
            .values(closed_at=town.now)
        )
    page = read(town, LIST)
    assert options(page) == {}
    assert "Nobody may do these steps" in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"act": "nudge"}, "Choose at least one step"),
        ({"task": [1]}, "Choose what to do"),
        ({"act": "eat", "task": [1]}, "Choose what to do"),
        ({"act": "due", "task": [1], "day": "2026-10-30"}, "Say why"),
        ({"act": "due", "task": [1], "reason": "Why."}, "Give the new due date"),
        ({"act": "due", "task": [1], "day": "soon", "reason": "Why."}, "Give the new due date"),
        ({"act": "reassign", "task": [1], "reason": "Why."}, "Choose who shall do it"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    town: Desk, fields: dict[str, object], wrong: str
) -> None:
    status, page = send(town, "Pia", **{"reason": "", **fields})
    assert status == 422
    assert wrong in page
    assert "There is a problem" in page
    if fields.get("reason"):
        assert ">Why.</textarea>" in page


def test_chosen_steps_stay_chosen_when_something_is_missing(town: Desk) -> None:
    (step,) = waiting("Decide")
    _, page = send(town, act="due", task=[step])
    assert re.search(rf'value="{step}" checked', page)


def test_who_leads_nothing_chooses_nothing_and_is_refused(town: Desk) -> None:
    assert 'name="act"' not in read(town, LIST, who="Cora")
    _, page = send(town, who="Cora", act="nudge", task=waiting("Decide"))
    assert "Reminded: 0 of 1 step" in page
    assert "Only a lead of Communications" in page


def test_a_head_cares_for_a_step_of_the_department_from_its_page(town: Desk) -> None:
    with walking.writing() as session:
        city.grant(session, town.town.people.nora, "dept_head", unit_id=town.town.people.fire)
    (step,) = waiting_in(town.town.people.fire)
    page = read(town, f"/tasks/{step}", who="Nora")
    assert "Remind, or move the due date" in page
    _, page = send(town, "Nora", act="due", task=[step], day="2026-10-30", reason="Storm.")
    assert "Moved the due date: 1 of 1 step" in page
    assert "/reports" not in page.split("<main")[1]
    status, page = send(town, "Nora", act="due", task=[step])
    assert status == 422
    assert "Say why" in page


def waiting_in(unit: int) -> list[int]:
    found = select(Task.id).where(Task.unit_id == unit, Task.closed_at.is_(None))
    return list(db.session.scalars(found))


def test_who_leads_nothing_is_refused_for_each_step(town: Desk) -> None:
    _, page = send(town, "Rosa", act="nudge", task=waiting("Decide"))
    assert "Only a lead of Communications" in page


def test_a_confidential_step_is_as_unknown_as_one_that_never_was(town: Desk) -> None:
    busy.confidential_cases(town.town, 1)
    (secret,) = waiting("Tell")
    _, page = send(town, act="nudge", task=[secret])
    _, nothing = send(town, act="nudge", task=[999_999])
    assert "There is no such step." in page
    assert page.split("<main")[1] == nothing.split("<main")[1]
    assert "C-01" not in page
