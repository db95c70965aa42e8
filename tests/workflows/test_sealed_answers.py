"""The audit chain seals the answers of tasks without repeating them."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select, update

from models.cases import Task
from models.database import db, transaction
from models.trust import AuditPayload
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import audit
from workflows.sealed_answers import digest


def completed(town: Town, now: datetime) -> tuple[int, dict[str, object]]:
    """Complete a step; give its id and its answers."""
    walking.forwarded(town, now=now)
    row = db.session.execute(
        select(Task.id, Task.answers).where(Task.completed_by_id.is_not(None)).order_by(Task.id)
    ).first()
    assert row is not None
    return row.id, dict(row.answers or {})


def test_answers_as_they_were_given_keep_the_chain_whole(
    town_on_either: Town, now: datetime
) -> None:
    _task, answers = completed(town_on_either, now)
    assert answers
    assert audit.verify(db.session()).is_intact


def test_answers_changed_in_the_database_are_found(town_on_either: Town, now: datetime) -> None:
    task, answers = completed(town_on_either, now)
    field = next(iter(answers))
    with transaction() as session:
        session.execute(
            update(Task)
            .where(Task.id == task)
            .values(answers={**answers, field: "Another answer."})
        )
    found = audit.verify(db.session()).first_break
    assert found is not None
    assert "the answers of its task are not those that were sealed" in found.what


def test_a_completed_task_that_is_taken_away_is_found(town: Town, now: datetime) -> None:
    task, _answers = completed(town, now)
    with transaction() as session:
        session.execute(delete(Task).where(Task.id == task))
    found = audit.verify(db.session()).first_break
    assert found is not None
    assert "the task that it is about is gone" in found.what


def test_the_record_does_not_repeat_what_was_answered(town: Town, now: datetime) -> None:
    _task, answers = completed(town, now)
    texts = [one for one in answers.values() if isinstance(one, str) and len(one) > 20]
    payloads = "".join(db.session.scalars(select(AuditPayload.payload)))
    assert texts
    assert not [one for one in texts if one in payloads]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"a": 1e16}, {"a": 10**16}),
        ({"a": 1, "b": [2.0]}, {"b": [2], "a": 1}),
        ({"a": ("x", "y")}, {"a": ["x", "y"]}),
        ({"rows": [{"amount": 3.0}]}, {"rows": [{"amount": 3}]}),
    ],
)
def test_the_digest_is_the_same_after_storing(
    given: dict[str, object], stored: dict[str, object]
) -> None:
    assert digest(given) == digest(stored)


@pytest.mark.parametrize("other", [{}, {"a": "1"}, {"a": 1.5}, {"a": None}, {"a": True}])
def test_other_answers_have_another_digest(other: dict[str, object]) -> None:
    assert digest({"a": 1}) != digest(other)
