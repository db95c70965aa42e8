"""What is written of confidential cases outside of them, and what use cases refuse whoever asks."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import delete, func, select, update

from models.cases import Case, InterventionKind
from models.confidence import CaseAccess, CaseExclusion
from models.database import db, transaction
from models.people import RoleGrant
from models.sites import Site
from models.trust import Incident, Job, Notice
from tests.bpmn.complaints import STORIES, lead, taken_up
from tests.conftest import NOW
from tests.webapp.leaks import crowd
from tests.webapp.leaks.checks import Scene, _article, _person, _step
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.crowd import AT_DESKS
from tests.webapp.leaks.matrix import silent
from tests.webapp.leaks.secrets_told import Teller, marker, markers_in
from tests.webapp.leaks.seeing import ask
from workflows import (
    accounts,
    cases,
    interventions,
    jobs,
    leavers,
    offers,
    roles,
    task_care,
    tasks,
    vacancies,
)
from workflows.errors import NotAllowedError, NotFoundError, PolicyError
from workflows.interventions import Wish
from workflows.moves import DEADLINE_JOB

WHEN = NOW + AT_DESKS


def written(scene: Scene) -> Iterator[str]:
    """Notices, incidents, errors of jobs, titles and logs say nothing of what happens in a case."""
    city = scene.copy()
    never = silent(city)
    with city.real.app_context(), _logs() as logs:
        before = {model: _latest(model) for model in (Notice, Incident, Case)}
        _live_on(city)
        wanted: list[tuple[str, str]] = []
        for model, *columns in (
            (Notice, Notice.text),
            (Incident, Incident.message, Incident.note),
            (Case, Case.title),
        ):
            rows = db.session.execute(select(*columns).where(model.id > before[model]))
            wanted += [(model.__name__, str(text)) for row in rows for text in row if text]
        errors = select(Job.last_error).where(Job.last_error.is_not(None))
        wanted += [("Job", str(error)) for error in db.session.scalars(errors)]
        crowd.rest()
    for what, text in wanted:
        said = markers_in(text) or set(never.findall(text.replace("Investigate a complaint", "")))
        if said and not text.startswith("R-"):
            yield f"{what}: {text}"
    if markers_in("\n".join(logs)):
        yield "the log"


def _live_on(city: Twins) -> None:
    """Let everything happen once more that is told of, in cases of their own, and time pass."""
    people, runtime = city.crowd, city.crowd.town.runtime
    hal, second = people.town.people.hal, people.others["second_owner"]
    teller = Teller(people, WHEN)
    teller.case("ended", STORIES["out of scope"][1])
    teller.case("asked", [*taken_up(), *lead("department", answers=True), ("GiveNotice", {})])
    skipped = teller.case("skipped", taken_up()[:2])
    step = skipped.task("PreserveEvidence").id
    tasks.claim(runtime, step, by=people.office.ines, now=WHEN)
    for owner in (hal, second):
        skipped.let_in(owner)
    skipped.intervene(InterventionKind.SKIP, hal, task_id=step).agree(second)
    teller.case("again", taken_up()[:1]).take("IntakeComplaint", hal).fail()
    place = {"diagram": "investigate-complaint", "element": "AssignLead"}
    teller.walks["again"].intervene(InterventionKind.RETRY, hal, **place)
    by = people.of["sysadmin", "stranger"]
    accounts.disable(runtime, people.office.will, reason="He left.", by=by, now=WHEN)
    fire = partial(cases.fire_deadline, runtime)
    later = WHEN + timedelta(days=12)
    jobs.run_due({DEADLINE_JOB: fire, "failing": _nothing}, now=later, owner="tests")


def _nothing(*_given: object) -> None:
    """A job that has nothing to do any more."""


def _latest(model: type[Notice] | type[Incident] | type[Case]) -> int:
    return db.session.scalar(select(func.max(model.id))) or 0


@contextmanager
def _logs() -> Iterator[list[str]]:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record))

    handler = Kept()
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)


def reminded(scene: Scene) -> Iterator[str]:
    """Of a step that waits those hear who may know of it: on the list, or all to whom it is offered."""
    city = scene.copy()
    with city.real.app_context():
        before = _latest(Notice)
        fire = partial(cases.fire_deadline, city.crowd.town.runtime)
        jobs.run_due({DEADLINE_JOB: fire}, now=WHEN + timedelta(days=12), owner="tests")
        told = select(Notice.case_id, Notice.person_id).where(Notice.id > before)
        people: dict[int | None, set[int]] = {}
        for case_id, person in db.session.execute(told):
            people.setdefault(case_id, set()).add(person)
        crowd.rest()
    waits = people.get(city.walks["filed_for"].case_id, set())
    if waits != {city.crowd.office.ines}:
        yield f"{len(waits)} people are told of a step for one"
    offered = people.get(city.walks["declared"].case_id, set())
    if not offered or city.crowd.others["declared"] in offered:
        yield f"{len(offered)} are told of a step that one of them is kept from"


def begun(scene: Scene) -> Iterator[str]:
    """Who files a complaint is on no list, and whom it names is kept out from that moment on."""
    city = scene.copy()
    with city.real.app_context():
        walk = Teller(city.crowd, WHEN).case("new", taken_up()[:2])
        rows = select(CaseAccess.person_id).where(CaseAccess.case_id == walk.case_id)
        if set(db.session.scalars(rows)) != {city.crowd.office.ines}:
            yield "somebody else is on the list"
        kept = select(CaseExclusion.person_id).where(CaseExclusion.case_id == walk.case_id)
        if not {city.crowd.office.will, city.crowd.town.people.rosa} <= set(
            db.session.scalars(kept)
        ):
            yield "who is named is not kept out"
        crowd.rest()


def handed_over(scene: Scene) -> Iterator[str]:
    """Who hands a step over reads the case no more, and what is said after an act names no step."""
    city = scene.copy()
    browser = city.crowd.browser(city.real, city.crowd.office.ines)
    step, label = _step(city, "taken"), city.label("taken")
    titles = silent(city, people=False)
    to = str(city.crowd.of["hr_investigator", "stranger"])
    hand = {"to": to, "reason": "I leave."}
    for end, form in (("release", {}), ("claim", {}), ("assignment", hand)):
        seen = ask(browser, f"/tasks/{step}/{end}", "POST", form)
        said = _article(ask(browser, "/password"))
        if seen.status != 303 or (end != "claim" and titles.search(said)):
            yield f"{end}: {seen.status}, {titles.findall(said)}"
    if (status := ask(browser, f"/cases/{label}").status) != 404:
        yield f"/cases/{label}: {status}"


def use_cases(scene: Scene) -> Iterator[str]:
    """What no page offers, use cases refuse as well, as if the case were not there."""
    city = scene.copy()
    of, runtime = city.crowd.of, city.crowd.town.runtime
    trainer, manager = of["trainer", "stranger"], of["process_manager", "stranger"]
    offered, taken = _step(city, "filed"), _step(city, "taken")
    waits, own = _step(city, "role_hr_investigator"), _step(city, "noticed")
    conflict = of["hr_investigator", "conflict"]
    give = partial(tasks.reassign, runtime, reason="x", now=WHEN)
    case_id, ines = city.walks["taken"].case_id, city.crowd.office.ines
    wish = Wish(kind=InterventionKind.SUSPEND, reason="x", revision=1)
    deeds: dict[str, tuple[type[PolicyError], Callable[[], object]]] = {
        "take": (NotFoundError, lambda: offers.take(runtime, offered, by=trainer, now=WHEN)),
        "nudge": (NotFoundError, lambda: task_care.nudge(runtime, taken, by=manager, now=WHEN)),
        "hand on": (NotFoundError, lambda: leavers.hand_on(
            runtime, own, to=trainer, reason="x", by=manager, now=WHEN)),
        "intervene": (NotFoundError, lambda: interventions.intervene(
            runtime, case_id, wish, by=manager, now=WHEN)),
        "claim": (NotFoundError, lambda: tasks.claim(runtime, taken, by=trainer, now=WHEN)),
        "claim with the duty": (NotFoundError, lambda: tasks.claim(
            runtime, waits, by=of["hr_investigator", "stranger"], now=WHEN)),
        "hand over": (NotFoundError, lambda: give(taken, to=trainer, by=manager)),
        "hand to who is kept out": (NotAllowedError, lambda: give(waits, to=conflict, by=ines)),
    }  # fmt: skip
    with city.real.app_context():
        for name, (refusal, deed) in deeds.items():
            try:
                deed()
                yield f"{name} is done"
            except PolicyError as error:
                if type(error) is not refusal:
                    yield f"{name}: {error}"
            crowd.rest()


def few(scene: Scene) -> Iterator[str]:
    """While there are fewer than five, no page tells that there is one."""
    city, none = scene.copy(), scene.twins.twin
    with city.twin.app_context():
        teller = Teller(city.crowd, WHEN - timedelta(hours=1))
        teller.case("one", taken_up()[:2])
        teller.case("another", STORIES["out of scope"][1])
        crowd.rest()
    looks = {
        ("trainer", "stranger"): ("/start/", "/diagrams/investigate-complaint"),
        ("process_manager", "stranger"): (
            *("/reports/", "/reports/processes/investigate-complaint"),
            "/reports/tables/processes.csv",
        ),
    }
    for who, addresses in looks.items():
        here = city.crowd.browser(city.twin, city.crowd.of[who])
        there = city.crowd.browser(none, city.crowd.of[who])
        for address in addresses:
            seen, same = ask(here, address), ask(there, address)
            if more := seen.more_than(same) + same.more_than(seen):
                yield f"{address}: {more}"


def newcomers(scene: Scene) -> Iterator[str]:
    """Whoever is given a role is told of ordinary steps that wait, and of no others."""
    city, told = scene.copy(), []
    nora, by = city.crowd.town.people.nora, city.crowd.of["sysadmin", "stranger"]
    for app in (city.real, city.twin):
        with app.app_context():
            terms = roles.Terms(role="hr_investigator", unit_id=None, starts_on=WHEN.date())
            roles.grant_role(city.crowd.town.runtime, nora, terms, by=by, now=WHEN)
            crowd.rest()
        told.append(re.findall(r"\d+ tasks? wait|No task waits", _notices(city, app, nora)))
    if not told[0] or told[0] != told[1]:
        yield f"{told[0]} instead of {told[1]}"


def _notices(city: Twins, app: Flask, person: int) -> str:
    return _article(ask(city.crowd.browser(app, person), "/notices"))


def nobody(scene: Scene) -> Iterator[str]:
    """That nobody holds a role is told of ordinary steps alone; a site names no case of the kind."""
    city = scene.copy()
    with city.real.app_context():
        with transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.role == "attorney"))
            about = select(Site.id).limit(1).scalar_subquery()
            of_one = Case.id == city.walks["taken"].case_id
            session.execute(update(Case).where(of_one).values(site_id=about))
        if found := vacancies.standstills(db.session(), city.crowd.town.runtime.pack, WHEN.date()):
            yield f"{found}"
        code = db.session.scalar(select(Site.code).limit(1))
        crowd.rest()
    browser = city.crowd.browser(city.real, _person(city, "ines"))
    if city.label("taken") in ask(browser, f"/sites/{code}").body:
        yield "the page of a site names it"


def facet(scene: Scene) -> Iterator[str]:
    """Of a named person the Clerk sees what is public after final discipline, and no other word."""
    city = scene.copy()
    browser = city.crowd.browser(city.real, city.crowd.of["clerk_data", "stranger"])
    form = {"about": str(city.crowd.office.will), "reason": "x"}
    said = markers_in(ask(browser, "/records/personnel-data", "POST", form).all)
    with city.real.app_context():
        walk = city.walks["disciplined"]
        public = {
            marker(walk.key, node.id, "file" if field.type == "file" else field.id)
            for diagram in walk.diagrams.diagrams.values()
            for node in diagram.of_kind("userTask")
            for field in node.fields
            if field.classification == "public-after-disposition"
        }
        crowd.rest()
    if not said:
        yield "nothing of the final discipline"
    if more := {word.removesuffix("-txt").removesuffix(".txt") for word in said} - public:
        yield f"{sorted(more)}"
    form = {"about": str(city.crowd.of["trainer", "complainant"]), "reason": "x"}
    if "<h2" in _article(ask(browser, "/records/personnel-data", "POST", form)):
        yield "what somebody complained about"
