"""Who checks the training sees what is on record of the people concerned, and of nobody else."""

from datetime import date, datetime

from models.database import db, transaction
from models.people import TrainingRecord
from models.sites import SiteRole
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows.training import Course, Trained, known_training

SOCIAL, SECURITY = "Social media training", "Social media security training"


def learn(person: int, course: str, completed: date, expires: date | None = None) -> None:
    with transaction() as session:
        session.add(
            TrainingRecord(
                person_id=person, course=course, completed_on=completed, expires_on=expires
            )
        )


def shown(walk: Walk, element: str) -> list[Trained]:
    task = walk.task(element)
    node = walk.diagrams.node(task.diagram, task.element)
    return known_training(db.session(), walk.case, node, walk.diagrams.diagrams)


def before_the_check(town: Town, now: datetime) -> Walk:
    walk = walking.start(town, now=now)
    steps = walking.TO_A_LIVE_SITE
    for element in steps[: steps.index("CheckTraining")]:
        walk.do(element)
    return walk


def test_the_latest_course_of_each_administrator_is_shown(town: Town, now: datetime) -> None:
    walk = before_the_check(town, now)
    named = {one.person.id for one in shown(walk, "CheckTraining")}
    assert len(named) >= 2
    rosa, other = town.people.rosa, town.people.hal
    assert rosa in named
    assert other not in named
    learn(rosa, "security", date(2025, 10, 1), date(2026, 10, 1))
    learn(rosa, "security", date(2026, 10, 1), date(2027, 10, 1))
    learn(rosa, "first aid", date(2026, 10, 1))
    learn(other, "security", date(2026, 10, 1))
    courses = {one.person.id: one.courses for one in shown(walk, "CheckTraining")}
    assert courses.keys() == named
    assert courses[rosa] == (Course(SOCIAL), Course(SECURITY, date(2026, 10, 1), date(2027, 10, 1)))
    today = now.date()
    assert [course.is_current(today) for course in courses[rosa]] == [False, True]


def test_a_course_ends_with_its_last_day_and_may_never_end() -> None:
    course = Course(SOCIAL, date(2026, 1, 1), date(2026, 12, 31))
    assert course.is_current(date(2026, 12, 31))
    assert not course.is_current(date(2027, 1, 1))
    assert Course(SOCIAL, date(2020, 1, 1)).is_current(date(2027, 1, 1))


def test_a_step_that_checks_no_course_asks_nothing(town: Town, now: datetime) -> None:
    walk = before_the_check(town, now)
    node = walk.diagrams.node("prepare-site", "MeetStandards")
    case, diagrams = walk.case, walk.diagrams.diagrams
    with walking.counted() as sent:
        assert known_training(db.session(), case, node, diagrams) == []
    assert sent == []


def test_where_a_case_names_nobody_it_is_about_who_runs_its_site(town: Town, now: datetime) -> None:
    site_id = walking.launched(town, now=now).case.site_id
    assert site_id is not None
    walk = walking.start(town, now=now)
    node = walk.diagrams.node("prepare-site", "CheckTraining")

    def people() -> set[int]:
        found = known_training(db.session(), walk.case, node, walk.diagrams.diagrams)
        return {one.person.id for one in found}

    assert people() == set()
    with walking.writing() as session:
        session.get_one(type(walk.case), walk.case.id).site_id = site_id
    running = db.session.scalars(db.select(SiteRole.person_id).where(SiteRole.site_id == site_id))
    assert people() == set(running)
