"""People are told once, and read only what was told to them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from models.database import db, transaction
from models.trust import Notice
from tests import city
from workflows import notices
from workflows.errors import NotFoundError

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


@pytest.fixture
def people(app_on_either: Flask) -> city.Cast:
    with transaction() as session:
        return city.cast(session)


def tell(*person_ids: int, text: str = "Your site is live.", case_id: int | None = None) -> int:
    with transaction() as session:
        return notices.tell(session, person_ids, text, now=NOW, case_id=case_id)


def texts(person_id: int) -> list[str]:
    return [notice.text for notice in notices.unread(db.session(), person_id)]


def test_each_person_is_told_once_and_sees_the_newest_first(people: city.Cast) -> None:
    assert tell(people.rosa, people.dan, people.rosa, text="one") == 2
    tell(people.rosa, text="two")
    assert texts(people.rosa) == ["two", "one"]
    assert texts(people.dan) == ["one"]
    assert notices.count_unread(db.session(), people.rosa) == 2
    assert notices.count_unread(db.session(), people.nora) == 0


def test_nobody_is_told_when_there_is_nobody(people: city.Cast) -> None:
    assert tell() == 0


def test_a_notice_leads_to_its_case(people: city.Cast) -> None:
    with transaction() as session:
        case_id = city.case(session, people.rosa, people.parks)
    tell(people.rosa, case_id=case_id)
    (notice,) = notices.unread(db.session(), people.rosa)
    assert notice.case
    assert notice.case.label == "R-1"


def test_the_list_is_as_long_as_asked_for(people: city.Cast) -> None:
    for number in range(3):
        tell(people.rosa, text=str(number))
    assert len(notices.unread(db.session(), people.rosa, limit=2)) == 2


def test_a_read_notice_is_gone_from_the_list_and_keeps_when_it_was_read(people: city.Cast) -> None:
    tell(people.rosa)
    (notice,) = notices.unread(db.session(), people.rosa)
    notices.mark_read(notice.id, by=people.rosa, now=NOW)
    notices.mark_read(notice.id, by=people.rosa, now=NOW + timedelta(hours=1))
    assert texts(people.rosa) == []
    assert db.session.get_one(Notice, notice.id).read_at == NOW


def test_nobody_marks_the_notice_of_somebody_else(people: city.Cast) -> None:
    tell(people.rosa)
    (notice,) = notices.unread(db.session(), people.rosa)
    for notice_id in (notice.id, 999):
        with pytest.raises(NotFoundError, match="no such notice among yours"):
            notices.mark_read(notice_id, by=people.dan, now=NOW)
    assert len(texts(people.rosa)) == 1


def test_all_that_was_shown_is_marked_and_what_came_later_is_not(people: city.Cast) -> None:
    tell(people.rosa, people.dan, text="one")
    tell(people.rosa, text="two")
    shown = notices.unread(db.session(), people.rosa)[0].id
    tell(people.rosa, text="three")
    assert notices.mark_all_read(by=people.rosa, up_to=shown, now=NOW) == 2
    assert texts(people.rosa) == ["three"]
    assert texts(people.dan) == ["one"]
