"""Versions that take effect later: who waits for them, and how they are withdrawn."""

from datetime import timedelta
from functools import partial

import pytest

from models.database import db
from models.trust import Job
from tests.conftest import NOW
from tests.workflows import walking
from tests.workflows.publication.authoring import ADVICE, CALLERS, OWNERS, Office
from workflows import jobs, publication
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import taking_effect
from workflows.publication.taking_effect import EFFECT_JOB, take_effect

WEEK = timedelta(days=7)


def scheduled(office: Office, name: str = "Ask for advice") -> list[int]:
    """Publish a new name of the diagram, to take effect in a week; give the numbers."""
    draft = office.edited(office.changed('name="Gather advice"', f'name="{name}"'))
    return [one.number for one in office.publish(office.submit(draft, office.now + WEEK))]


def name_of(key: str = ADVICE) -> str:
    db.session.rollback()
    return publication.published_version(db.session(), key, now=NOW).process.name


def handlers(office: Office) -> dict[str, jobs.Handler]:
    return {EFFECT_JOB: partial(take_effect, office.town.runtime)}


def test_a_version_takes_effect_on_its_day_with_all_that_calls_it(office: Office) -> None:
    assert scheduled(office) == [2, 2, 2]
    assert office.in_force() == {}
    assert name_of() == "Gather advice"
    case = walking.forwarded(office.town, now=office.now).case
    assert case.version.number == 1
    later = office.now + WEEK
    assert office.in_force(later) == {ADVICE: 2, **dict.fromkeys(CALLERS, 2)}
    jobs.run_due(handlers(office), now=later, owner="tests")
    assert name_of() == "Ask for advice"
    assert "Version 2 of “Ask for advice” is in force from now on." in walking.told(office.otto)
    assert walking.forwarded(office.town, now=later).case.version.number == 2


def test_meanwhile_nothing_else_of_the_family_is_published(office: Office) -> None:
    other = office.edited(
        office.changed("Submit site request", "Ask for a site", "create-site"), "create-site"
    )
    scheduled(office)
    with pytest.raises(
        ConflictError,
        match=r"waits to take effect on 23 November 2026: version 2 of Create site, version 2 of "
        r"Decide .*, version 2 of Gather advice, published by Bram Fennimore\. .* withdraw it",
    ):
        office.submit(other)
    complaint = office.edited(
        office.changed("Choose who leads", "Say who leads", "investigate-complaint"),
        "investigate-complaint",
    )
    assert office.publish(office.submit(complaint))[0].number == 2


def withdraw(office: Office, key: str, number: int = 2, reason: str = "Not yet.") -> list[str]:
    rows = taking_effect.withdraw(
        office.town.runtime,
        (key, number),
        reason,
        by=office.otto,
        owners=OWNERS,
        now=office.now,
    )
    return sorted(row.process.key for row in rows)


@pytest.mark.parametrize("key", [ADVICE, "create-site"])
def test_a_version_is_withdrawn_with_all_that_was_published_with_it(
    office: Office, key: str
) -> None:
    scheduled(office)
    assert withdraw(office, key) == sorted([ADVICE, *CALLERS])
    assert office.in_force(office.now + WEEK) == {}
    assert walking.count(db.session(), Job) == 0
    assert walking.told(office.bram)[-1].startswith("Withdrawn before it took effect: version 2 of")
    with pytest.raises(ConflictError, match=r"withdrawn on 16 November 2026 already: Not yet\."):
        withdraw(office, key)
    # The number is not given a second time.
    assert office.publish(office.submitted())[0].number == 3


def test_what_has_taken_effect_is_not_withdrawn(office: Office) -> None:
    office.publish(office.submitted())
    before = walking.everything(db.session())
    with pytest.raises(ConflictError, match="Version 2 took effect on 16 November 2026"):
        withdraw(office, ADVICE)
    with pytest.raises(NotFoundError):
        withdraw(office, ADVICE, 9)
    for wrong in (" ", "x" * 2001):
        with pytest.raises(InvalidAnswersError):
            withdraw(office, ADVICE, reason=wrong)
    assert walking.everything(db.session()) == before


def test_what_was_withdrawn_in_the_last_moment_does_not_take_effect(office: Office) -> None:
    scheduled(office)
    with walking.writing() as session:
        job = session.scalars(db.select(Job).where(Job.kind == EFFECT_JOB)).one()
        kept = {"kind": job.kind, "key": job.key, "run_at": job.run_at, "payload": job.payload}
    withdraw(office, ADVICE)
    with walking.writing() as session:
        jobs.schedule(session, **kept)
    before = name_of()
    jobs.run_due(handlers(office), now=office.now + WEEK, owner="tests")
    assert name_of() == before


def test_a_day_that_has_passed_before_the_review_counts_from_the_review(office: Office) -> None:
    draft = office.submit(office.edited(), office.now + timedelta(days=1))
    (own, *_) = office.publish(draft, now=office.now + WEEK)
    assert own.effective_from == office.now + WEEK
    assert publication.scheduled(db.session(), now=office.now + WEEK) == {}
