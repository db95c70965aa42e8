"""Cases checked again: samples that can be drawn again, and people who did what takes two."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.cases import Case, Task
from models.database import db
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows.evidence.reviews import LARGEST_SAMPLE, four_eyes, reviews_of, sample


def drawn(town: Town, seed: str, size: int, upto: int | None = None) -> list[str]:
    db.session.rollback()
    found = sample(town.runtime, db.session(), seed=seed, size=size, upto=upto)
    return [review.case.label for review in found.reviews]


def several(town: Town, now: datetime, count: int = 6) -> list[walking.Walk]:
    return [walking.start(town, now=now + timedelta(minutes=place)) for place in range(count)]


def change(element: str, **values: object) -> None:
    """Write what no use case would, as somebody with the database in hand can."""
    with walking.writing() as session:
        session.execute(update(Task).where(Task.element == element).values(**values))


def test_the_same_seed_draws_the_same_cases_on_either_database(
    town_on_either: Town, now: datetime
) -> None:
    several(town_on_either, now)
    assert drawn(town_on_either, "2026", 3) == drawn(town_on_either, "2026", 3)
    # Worked out beside the product: the smallest SHA-256 of "2026:R-1001" and so on.
    assert drawn(town_on_either, "2026", 3) == expected("2026", range(1001, 1007))[:3]


def expected(seed: str, numbers: range) -> list[str]:
    from hashlib import sha256  # noqa: PLC0415 (beside the product, as an auditor would)

    labels = [f"R-{number}" for number in numbers]
    return sorted(labels, key=lambda label: sha256(f"{seed}:{label}".encode()).hexdigest())


def test_another_seed_draws_other_cases(town: Town, now: datetime) -> None:
    several(town, now)
    assert len({tuple(drawn(town, str(seed), 2)) for seed in range(8)}) > 1


def test_a_sample_stays_the_same_when_there_are_more_cases(town: Town, now: datetime) -> None:
    several(town, now)
    first = sample(town.runtime, db.session(), seed="a", size=3)
    several(town, now + timedelta(days=1))
    assert drawn(town, "a", 3, first.upto) == [review.case.label for review in first.reviews]


def test_a_confidential_case_is_never_drawn(town: Town, now: datetime) -> None:
    walk, *_others = several(town, now)
    with walking.writing() as session:
        session.execute(update(Case).where(Case.id == walk.case_id).values(confidential=True))
    assert "R-1001" not in drawn(town, "a", LARGEST_SAMPLE)


def test_a_sample_has_a_largest_size_and_may_be_empty(town: Town, now: datetime) -> None:
    assert drawn(town, "a", 10) == []
    several(town, now, 2)
    assert len(drawn(town, "a", 10_000)) == 2


def test_a_case_walked_by_the_rules_has_no_violation(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    review = reviews_of(town.runtime, db.session(), [walk.case])[walk.case_id]
    assert review.violated == []
    assert review.count("holds") > 5
    assert review.facts["site.name"].value


def test_a_decision_taken_out_of_the_records_is_a_violation(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    change("DecideRequest", act=None)
    review = reviews_of(town.runtime, db.session(), [walk.case])[walk.case_id]
    assert "K01" in {one.rule.id for one in review.violated}


def test_the_steps_of_many_cases_are_read_with_one_statement(town: Town, now: datetime) -> None:
    first, *_others = several(town, now, 5)
    reviews_of(town.runtime, db.session(), [first.case])  # the diagrams are parsed once
    cases = db.session.scalars(select(Case)).all()
    with walking.counted() as sent:
        assert len(reviews_of(town.runtime, db.session(), cases)) == 5
    assert len(sent) == 1


def test_nobody_did_what_takes_two(town_on_either: Town, now: datetime) -> None:
    walking.launched(town_on_either, now=now)
    assert four_eyes(town_on_either.runtime, db.session()) == []


@pytest.mark.parametrize("column", ["completed_by_id", "acting_for_id"])
def test_whoever_answers_for_two_steps_is_found(
    town_on_either: Town, now: datetime, column: str
) -> None:
    town = town_on_either
    walking.approved(town, now=now)
    change("DecideRequest", **{column: town.people.dan})
    (found,) = four_eyes(town.runtime, db.session())
    assert found.person is not None
    assert (found.person.id, found.rule, len(found.acts)) == (town.people.dan, "K06", 2)


def test_a_rule_that_wants_three_people_is_broken_by_each_two_of_its_acts(
    town: Town, now: datetime
) -> None:
    rosa = town.people.rosa
    walking.approved(town, now=now)
    change("DecideRequest", completed_by_id=rosa)  # the first and the last of the three
    (found,) = four_eyes(town.runtime, db.session())
    assert (found.rule, len(found.acts)) == ("K06", 2)
    change("ForwardRequest", completed_by_id=rosa)
    (found,) = four_eyes(town.runtime, db.session())
    assert (found.rule, len(found.acts)) == ("K06", 3)


def test_of_a_confidential_case_only_its_label_is_told(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    change("DecideRequest", completed_by_id=town.people.dan)
    with walking.writing() as session:
        session.execute(update(Case).where(Case.id == walk.case_id).values(confidential=True))
    (found,) = four_eyes(town.runtime, db.session())
    assert (found.case.id, found.person, found.acts) == (walk.case_id, None, ())
