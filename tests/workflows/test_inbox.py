"""Lists of tasks and cases: what stands where, in which order, and that indexes carry it."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert, text, true

from models.cases import Case, Task, TaskKind
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import inbox, tasks
from workflows.inbox import Filters, Page, Tab
from workflows.people import Duties, duties_of

EVERYTHING = Filters()


def duties(town: Town, person: int, now: datetime) -> Duties:
    return duties_of(db.session(), person, town.runtime.pack, now.date())


def page_of(
    town: Town,
    person: int,
    tab: Tab,
    now: datetime,
    filters: Filters = EVERYTHING,
    *,
    page: int = 1,
) -> Page:
    db.session.rollback()
    held = duties(town, person, now)
    return inbox.look(db.session(), tab, held, filters, page=page, now=now).page


def names(town: Town, person: int, tab: Tab, now: datetime, **filters: Any) -> list[str]:
    return [task.element for task in page_of(town, person, tab, now, Filters(**filters)).rows]


def fill(town: Town, now: datetime, number: int, **columns: Any) -> list[int]:
    """Put so many open tasks into a case of their own, due a minute after one another."""
    with walking.writing() as session:
        case_id = city.case(session, town.people.nora, town.people.fire)
        common: dict[str, Any] = {
            "case_id": case_id,
            "token": "t",
            "kind": TaskKind.USER,
            "diagram": "stand-in",
            "scope": "",
            "name": "Review",
            "act": "review-request",
            "duty": "review-request",
            "opened_at": now,
            **columns,
        }
        rows = [
            {
                "element": f"Step{index}",
                "due_at": now + timedelta(minutes=index),
                **common,
            }
            for index in range(number)
        ]
        return list(session.scalars(insert(Task).returning(Task.id), rows))


def test_each_tab_holds_what_its_name_says(town_on_either: Town, now: datetime) -> None:
    town, people = town_on_either, town_on_either.people
    walk = walking.start(town, now=now)
    assert names(town, people.rosa, "mine", now) == ["SubmitRequest"]
    assert names(town, people.rosa, "others", now) == []
    walk.do("SubmitRequest")
    assert names(town, people.rosa, "mine", now) == []
    assert names(town, people.rosa, "others", now) == ["ForwardRequest"]
    assert names(town, people.rosa, "done", now) == ["SubmitRequest"]
    assert names(town, people.dan, "roles", now) == ["ForwardRequest"]
    assert names(town, people.nora, "roles", now) == []
    assert names(town, people.chen, "roles", now) == []
    walk.do("ForwardRequest")
    assert names(town, people.chen, "roles", now) == ["ReviewRequest"]
    tasks.claim(town.runtime, walk.task("ReviewRequest").id, by=people.chen, now=now)
    assert names(town, people.chen, "mine", now) == ["ReviewRequest"]
    assert names(town, people.chen, "roles", now) == []
    assert names(town, town.mia, "roles", now) == ["ReviewRequest"]
    walk.do("ReviewRequest")
    assert names(town, people.chen, "mine", now) == []
    assert names(town, people.chen, "done", now) == ["ReviewRequest"]


def test_the_counts_are_the_numbers_of_rows(town_on_either: Town, now: datetime) -> None:
    town, people = town_on_either, town_on_either.people
    for _ in range(3):
        walking.forwarded(town, now=now)
    walk = walking.start(town, now=now)
    tasks.claim(town.runtime, walk.task("SubmitRequest").id, by=people.rosa, now=now)
    for person in (people.rosa, people.dan, people.chen, people.nora):
        held = duties(town, person, now)
        counted = inbox.counts(db.session(), held, now=now)
        for tab in inbox.TABS:
            page = page_of(town, person, tab, now)
            assert counted[tab] == page.total == len(page.rows)
    # Taken and for herself alone at once, and yet one task.
    assert inbox.counts(db.session(), duties(town, people.rosa, now), now=now)["mine"] == 1


def test_what_is_due_first_stands_first(town: Town, now: datetime) -> None:
    ids = fill(town, now, 5)
    page = page_of(town, town.people.chen, "roles", now)
    assert [task.id for task in page.rows] == ids
    back = page_of(town, town.people.chen, "roles", now, Filters(descending=True))
    assert [task.id for task in back.rows] == ids[::-1]


@pytest.mark.parametrize("sort", ["opened", "case"])
def test_a_list_can_be_sorted_otherwise(town: Town, now: datetime, sort: inbox.Sort) -> None:
    later = fill(town, now, 1, opened_at=now, due_at=now)
    earlier = fill(town, now, 1, opened_at=now - timedelta(days=1), due_at=now)
    page = page_of(town, town.people.chen, "roles", now, Filters(sort=sort))
    wanted = [*earlier, *later] if sort == "opened" else [*later, *earlier]
    assert [task.id for task in page.rows] == wanted


def test_what_was_done_last_stands_first(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now).do("ReviewRequest").do("AdviseSecurity")
    walk.do("DecideRequest")
    assert names(town, town.people.chen, "done", now) == ["DecideRequest", "ReviewRequest"]


def test_filters_narrow_the_list_and_its_total(town: Town, now: datetime) -> None:
    fill(town, now, 3)
    fill(town, now, 2, act="approve-site", duty="approve-site", due_at=now + timedelta(days=3))
    fill(town, now, 1, claimed_by_id=town.mia, due_at=now + timedelta(days=4))
    chen, at = town.people.chen, now + timedelta(hours=1)

    def total(**filters: Any) -> int:
        page = page_of(town, chen, "roles", at, Filters(**filters))
        assert page.total == len(page.rows)
        return page.total

    assert total() == 6
    assert total(overdue=True) == 3
    assert total(duty="approve-site") == 2
    assert total(held="somebody") == 1
    assert total(held="nobody") == 5
    assert total(held="nobody", duty="approve-site", overdue=True) == 0


def test_pages_follow_one_another_without_gaps(town_on_either: Town, now: datetime) -> None:
    town = town_on_either
    ids = fill(town, now, 60, due_at=now)  # all due at once: the id decides
    fill(town, now, 5, duty="approve-site", due_at=now - timedelta(days=1))
    pages = [page_of(town, town.people.chen, "roles", now, page=number) for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [25, 25, 15]
    assert [page.pages for page in pages] == [3, 3, 3]
    seen = [task.id for page in pages for task in page.rows]
    assert seen[5:] == ids
    assert page_of(town, town.people.chen, "roles", now, page=9).rows == []


def test_counting_stops_where_nobody_would_count_on(town: Town, now: datetime) -> None:
    fill(town, now, inbox.MOST_COUNTED + 20)
    held = duties(town, town.people.chen, now)
    assert inbox.counts(db.session(), held, now=now)["roles"] == inbox.MOST_COUNTED
    assert page_of(town, town.people.chen, "roles", now).total == inbox.MOST_COUNTED


def test_who_has_no_role_has_an_empty_list(town: Town, now: datetime) -> None:
    nobody = Duties(town.people.nora)
    assert inbox.look(db.session(), "roles", nobody, EVERYTHING, page=1, now=now).page.rows == []
    assert inbox.counts(db.session(), nobody, now=now)["roles"] == 0


def test_messages_stand_in_nobodys_inbox(town: Town, now: datetime) -> None:
    walking.start(town, now=now)
    assert names(town, town.people.rosa, "mine", now) == ["SubmitRequest"]


def test_a_task_of_a_unit_is_for_who_works_there(town: Town, now: datetime) -> None:
    fill(town, now, 1, duty="forward-request", unit_id=town.people.fire)
    assert names(town, town.people.dan, "roles", now) == []
    with walking.writing() as session:
        everywhere = city.person(session, "Eve", "Aries", town.people.fire)
        city.grant(session, everywhere, "dept_forwarder")
    assert names(town, everywhere, "roles", now) == ["Step0"]


def test_a_list_takes_the_same_few_statements_however_long(town: Town, now: datetime) -> None:
    fill(town, now, 30)
    held = duties(town, town.people.chen, now)
    db.session.rollback()
    with walking.counted() as sent:
        seen = inbox.look(db.session(), "roles", held, EVERYTHING, page=1, now=now)
        assert seen.page.rows[0].case.started_by.name == "Nora Quist"
    assert len(sent) == 2


def test_the_inbox_opens_where_work_is(town: Town, now: datetime) -> None:
    def opens(person: int) -> inbox.Tab:
        held = duties(town, person, now)
        return inbox.look(db.session(), None, held, EVERYTHING, page=1, now=now).tab

    fill(town, now, 1)
    walking.start(town, now=now)
    assert opens(town.people.rosa) == "mine"
    assert opens(town.people.chen) == "roles"
    assert opens(town.people.nora) == "mine"  # nothing waits for her anywhere


def test_each_tab_is_read_from_its_index(town: Town, now: datetime) -> None:
    used = {
        "mine": {"ix_task_person", "ix_task_claimed"},
        "roles": {"ix_task_open"},
        "others": {"ix_case_started_by_id"},
        "done": {"ix_task_done"},
    }
    fill(town, now, 200)
    walking.forwarded(town, now=now)
    for tab, wanted in used.items():
        person = town.people.chen if tab == "roles" else town.people.rosa
        plan = _plan(town, person, tab, now)  # type: ignore[arg-type]
        assert wanted <= {index for index in wanted if any(index in line for line in plan)}, plan
        scans = [line for line in plan if line.startswith("SCAN task") and "INDEX" not in line]
        assert scans == []
        if tab == "roles":
            sorted_parts = [line for line in plan if "ix_task_open" in line]
            assert all("duty=? AND unit_id=?" in line for line in sorted_parts)
            # Once for the rows and once for the counts: those of confidential cases are found by
            # their cases, not among all that wait for a duty.
            held = duties(town, person, now)
            places = [held.city, held.every_unit, *held.units.values()]
            assert len(sorted_parts) == 2 * sum(map(len, places))


def _plan(town: Town, person: int, tab: Tab, now: datetime) -> list[str]:
    held = duties(town, person, now)
    db.session.rollback()
    with walking.counted() as statements:
        inbox.look(db.session(), tab, held, EVERYTHING, page=1, now=now)
    sent = [statement for statement in statements if "LIMIT" in statement]
    plan: list[str] = []
    for statement in sent:
        marks = statement.count("?")
        explained = f"EXPLAIN QUERY PLAN {statement}"
        rows = db.session.connection().exec_driver_sql(explained, tuple([1] * marks))
        plan += [row[-1] for row in rows]
    return plan


# ------------------------------------------------------------------------------------------ cases


def found(words: str, **how: Any) -> list[str]:
    cases, total = inbox.search_cases(db.session(), true(), words, page=1, **how)
    assert total == len(cases)
    return [case.label for case in cases]


def test_cases_are_found_by_number_or_by_words_newest_first(town: Town, now: datetime) -> None:
    for name in ("Parks at Night", "Fire Safety", "Night Library 100%"):
        walking.start(town, now=now).do("SubmitRequest", proposed_name=name)
    assert found("") == ["R-1003", "R-1002", "R-1001"]
    assert found("night") == ["R-1003", "R-1001"]
    assert found("night parks") == ["R-1001"]
    assert found(" r-1002 ") == ["R-1002"]
    assert found("1002") == ["R-1002"]
    assert found("100%") == ["R-1003"]
    assert found("_") == []
    assert found("12345678901234567890") == []


def test_cases_are_found_by_their_state(town: Town, now: datetime) -> None:
    walking.start(town, now=now)
    walking.start(town, now=now).send("WithdrawBeforeForwarding")
    assert found("", state="open") == ["R-1001"]
    assert found("", state="ended") == ["R-1002"]


def test_cases_come_page_by_page(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        for _ in range(30):
            city.case(session, town.people.rosa, town.people.parks)
    first, total = inbox.search_cases(db.session(), true(), "", page=1)
    second, _ = inbox.search_cases(db.session(), true(), "", page=2)
    assert (len(first), len(second), total) == (25, 5, 30)
    together = [*first, *second]
    assert all(one.id > two.id for one, two in pairwise(together))


def test_a_search_reads_only_what_its_scope_allows(town: Town, now: datetime) -> None:
    walking.start(town, now=now)
    scope = Case.started_by_id == town.people.nora
    assert inbox.search_cases(db.session(), scope, "", page=1) == ([], 0)
    assert inbox.search_cases(db.session(), scope, "1001", page=1) == ([], 0)
    assert db.session.scalar(text("SELECT count(*) FROM task")) == 2
