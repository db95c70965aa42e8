"""Nobody reads or does anything in a confidential case who is not on its list, and every read is kept."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models.cases import Case, Task
from models.confidence import AccessReason, CaseAccess, ExclusionReason
from models.database import db
from models.people import Absence, Person, RoleGrant
from models.trust import AuditPayload, AuditRecord, Incident
from tests import city
from tests.workflows import confiding, walking
from tests.workflows.confiding import Complaint, advised, complain, screened
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import (
    audit,
    confidence,
    documents,
    inbox,
    incidents,
    offers,
    reading,
    roles,
    tasks,
)
from workflows.case_list import settle_all
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
)
from workflows.inbox import Filters
from workflows.notices import tell, unread
from workflows.own_part import own_documents, own_part
from workflows.people import Duties


@pytest.fixture
def small_town(app: Flask, now: datetime) -> Town:
    return walking.settle(now, {"main": confiding.diagram()})


@pytest.fixture
def small_town_on_either(app_on_either: Flask, now: datetime) -> Town:
    return walking.settle(now, {"main": confiding.diagram()})


def reads(walk: Complaint, person: int, *, all_cases: bool = False) -> bool:
    """Say whether the person reads the case; searching and opening it say the same."""
    held, case = walk.held(person), walk.case
    may = reading.may_read(db.session(), case, held, all_cases=all_cases, now=walk.now)
    scope = reading.readable(held, all_cases=all_cases, now=walk.now)
    found, total = inbox.search_cases(db.session(), scope, case.label, page=1)
    assert (len(found), total) == (int(may), int(may))
    return may


def rows(walk: Complaint, person: int, tab: inbox.Tab, **filters: Any) -> list[str]:
    """The steps in a tab of the inbox; its count says the same."""
    held = walk.held(person)
    wanted = Filters(**filters)
    seen = inbox.look(db.session(), tab, held, wanted, page=1, now=walk.now)
    if not wanted.narrow:
        assert seen.counts[tab] == len(seen.page.rows)
    return [task.element for task in seen.page.rows]


def readers(walk: Complaint) -> set[str]:
    town = walk.town
    everybody = {"mia": town.mia, "hedy": walk.hedy, "abe": walk.abe, **vars(town.people)}
    for unit in ("parks", "communications", "it", "clerk", "hr", "attorney", "fire"):
        everybody.pop(unit)
    return {name for name, person in everybody.items() if reads(walk, person)}


# --- Steps that are offered ---------------------------------------------------------------------


def test_a_role_alone_reads_nothing_and_is_offered_the_step(
    small_town_on_either: Town, now: datetime
) -> None:
    walk = complain(small_town_on_either, now=now)
    hal = walk.town.people.hal
    assert readers(walk) == set()
    assert rows(walk, hal, "roles") == rows(walk, walk.hedy, "roles") == ["Screen"]
    assert rows(walk, walk.town.people.ada, "roles") == []
    with pytest.raises(NotFoundError):
        walk.do("Screen", hal)


def test_who_takes_a_step_comes_onto_the_list_and_others_see_it_no_more(
    small_town_on_either: Town, now: datetime
) -> None:
    walk = complain(small_town_on_either, now=now)
    hal = walk.town.people.hal
    walk.take("Screen", hal)
    assert walk.listed == [(hal, AccessReason.TOOK)]
    assert readers(walk) == {"hal"}
    assert rows(walk, hal, "mine") == ["Screen"]
    assert rows(walk, walk.hedy, "roles") == []
    with pytest.raises(NotFoundError):
        walk.take("Screen", walk.hedy)
    walk.do("Screen", hal)
    assert rows(walk, hal, "done") == ["Screen"]


def test_who_does_not_hold_the_duty_cannot_take_the_step(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    for person in (walk.town.people.ada, walk.town.people.rosa, walk.town.mia):
        with pytest.raises(NotFoundError):
            walk.take("Screen", person)
    assert walk.listed == []


def test_an_ordinary_step_cannot_be_taken_in_that_way(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    with pytest.raises(NotFoundError):
        offers.take(town.runtime, walk.task("ReviewRequest").id, by=town.people.chen, now=now)


def test_the_next_step_is_for_those_on_the_list_who_hold_its_duty(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now).do("Respond", statement="It was public.")
    hal = walk.town.people.hal
    assert not walk.is_offered("Find")
    assert rows(walk, hal, "roles") == ["Find"]
    assert rows(walk, walk.hedy, "roles") == []
    with pytest.raises(NotFoundError):
        walk.do("Find", walk.hedy)
    assert walk.do("Find", hal).case.ended_at is not None
    assert readers(walk) == {"hal", "ada"}


def test_two_who_take_a_step_at_once_take_turns(app_on_either: Flask, now: datetime) -> None:
    town = walking.settle(now, {"main": confiding.diagram()})
    walk = complain(town, now=now)
    task = walk.task("Screen").id
    db.session.rollback()

    def take(person: int) -> str:
        try:
            offers.take(town.runtime, task, by=person, now=now)
        except NotFoundError:
            return "too late"
        return "taken"

    results = walking.at_once(
        app_on_either, [lambda: take(town.people.hal), lambda: take(walk.hedy)]
    )
    assert sorted(results) == ["taken", "too late"]
    assert len(walk.listed) == 1


# --- Conflicts and exclusions -------------------------------------------------------------------


def test_a_declared_conflict_keeps_somebody_out_for_good(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    hal, step = walk.town.people.hal, walk.task("Screen").id
    offers.declare_conflict(walk.town.runtime, step, reason="My cousin.", by=hal, now=now)
    assert walk.excluded == {(hal, ExclusionReason.CONFLICT)}
    assert rows(walk, hal, "roles") == []
    assert rows(walk, walk.hedy, "roles") == ["Screen"]
    with pytest.raises(NotFoundError):
        walk.take("Screen", hal)
    # What a form says later does not take the declaration back.
    walk.take("Screen", walk.hedy).do("Screen", walk.hedy, about=walk.town.people.dan)
    assert (hal, ExclusionReason.CONFLICT) in walk.excluded


def test_a_conflict_needs_a_reason(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    step, hal = walk.task("Screen").id, walk.town.people.hal
    for reason in (" ", "x" * (offers.LONGEST_REASON + 1)):
        with pytest.raises(InvalidAnswersError):
            offers.declare_conflict(walk.town.runtime, step, reason=reason, by=hal, now=now)
    with pytest.raises(NotFoundError):
        offers.declare_conflict(
            walk.town.runtime, step, reason="x", by=walk.town.people.ada, now=now
        )
    assert walk.excluded == set()


def test_who_finds_a_conflict_later_gives_the_step_back(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    step, hal = walk.task("Screen").id, walk.town.people.hal
    offers.declare_conflict(walk.town.runtime, step, reason="My cousin.", by=hal, now=now)
    assert readers(walk) == set()
    assert walk.is_offered("Screen")
    assert walk.task("Screen").claimed_by_id is None
    assert rows(walk, hal, "mine") == []
    with pytest.raises(NotFoundError):
        walk.do("Screen", hal)


def test_whom_a_form_names_is_kept_out_at_once(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    people = walk.town.people
    walk.do("Screen", people.hal, about=people.dan, related=people.ada)
    assert walk.excluded == {
        (people.dan, ExclusionReason.SUBJECT),
        (people.ada, ExclusionReason.CONFLICT),
    }
    assert rows(walk, people.ada, "roles") == []
    with pytest.raises(NotFoundError):
        walk.take("Advise", people.ada)
    walk.take("Advise", walk.abe)


def test_who_names_themselves_loses_the_case_with_that_step(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    hal = walk.town.people.hal
    walk.do("Screen", hal, about=walk.town.people.dan, related=hal)
    assert readers(walk) == set()
    assert rows(walk, hal, "done") == []


def test_the_latest_answers_of_a_step_say_who_is_kept_out(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    people = walk.town.people
    walk.do("Screen", people.hal, about=people.dan, related=walk.hedy, again=True)
    assert len(walk.excluded) == 2
    walk.do("Screen", people.hal, about=people.ivy)
    assert walk.excluded == {(people.ivy, ExclusionReason.SUBJECT)}


def test_what_somebody_was_told_is_put_away_when_they_are_kept_out(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    people = walk.town.people
    with walking.writing() as session:
        tell(session, [people.dan, people.ivy], "C-01 news", now=now, case_id=walk.case_id)
    walk.do("Screen", people.hal, about=people.dan)
    assert unread(db.session(), people.dan) == []
    assert len(unread(db.session(), people.ivy)) == 1


# --- The list -----------------------------------------------------------------------------------


def test_who_loses_the_role_loses_the_case_and_the_step_is_offered_again(
    small_town_on_either: Town, now: datetime
) -> None:
    walk = complain(small_town_on_either, now=now).take("Screen", small_town_on_either.people.hal)
    hal = walk.town.people.hal
    with walking.writing() as session:
        (grant,) = session.scalars(select(RoleGrant).where(RoleGrant.person_id == hal))
        grant.ends_on = date(2026, 11, 15)
        settle_all(session, walk.town.runtime, now=now)
    assert readers(walk) == set()
    assert rows(walk, hal, "mine") == []
    assert rows(walk, walk.hedy, "roles") == ["Screen"]


def test_another_role_does_not_stand_for_the_one_that_put_somebody_on_the_list(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now)
    ada = walk.town.people.ada
    assert reads(walk, ada)
    with walking.writing() as session:
        (grant,) = session.scalars(select(RoleGrant).where(RoleGrant.person_id == ada))
        grant.role = "hr_advisor"
    assert not reads(walk, ada)


def test_whoever_is_disabled_reads_nothing(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    with walking.writing() as session:
        session.get_one(Person, walk.town.people.hal).disabled_at = now
        settle_all(session, walk.town.runtime, now=now)
    assert readers(walk) == set()


def test_while_the_person_is_away_the_step_is_offered_to_others(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    hal = walk.town.people.hal
    away = Absence(
        person_id=hal,
        substitute_id=walk.hedy,
        starts_on=now.date(),
        ends_on=now.date() + timedelta(days=3),
        entered_by_id=hal,
        entered_at=now,
    )
    with walking.writing() as session:
        session.add(away)
        session.flush()
        settle_all(session, walk.town.runtime, now=now)
    assert walk.is_offered("Screen")
    walk.take("Screen", walk.hedy).do("Screen", walk.hedy)
    assert readers(walk) == {"hal", "hedy"}


def test_nobody_stands_in_for_who_is_kept_out(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    hal, nora, step = walk.town.people.hal, walk.town.people.nora, walk.task("Screen").id
    away = Absence(
        person_id=hal,
        substitute_id=nora,
        starts_on=now.date(),
        ends_on=now.date(),
        entered_by_id=hal,
        entered_at=now,
    )
    with walking.writing() as session:
        session.add(away)
    assert confidence.may_take(db.session(), walk.held(nora), tasks.find(step))
    runtime = walk.town.runtime
    offers.declare_conflict(runtime, step, reason="My cousin.", by=hal, now=now)
    assert not confidence.may_take(db.session(), walk.held(nora), tasks.find(step))
    with pytest.raises(NotFoundError):
        walk.take("Screen", nora)


def test_a_step_is_handed_over_with_the_place_on_the_list(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    hal, step = walk.town.people.hal, walk.task("Screen").id

    def hand(by: int, to: int) -> None:
        tasks.reassign(walk.town.runtime, step, to=to, reason="On leave.", by=by, now=walk.now)

    with pytest.raises(NotFoundError):
        hand(walk.hedy, walk.hedy)
    with pytest.raises(NotAllowedError, match="may not do this task"):
        hand(hal, walk.town.people.ada)
    hand(hal, walk.hedy)
    assert readers(walk) == {"hedy"}
    assert walk.listed[-1] == (walk.hedy, AccessReason.ASSIGNED)
    walk.do("Screen", walk.hedy)


def test_nobody_who_is_kept_out_can_be_handed_a_step(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    step, runtime = walk.task("Screen").id, walk.town.runtime
    offers.declare_conflict(runtime, step, reason="My cousin.", by=walk.hedy, now=now)
    walk.take("Screen", walk.town.people.hal)
    task = tasks.find(step)
    named = tasks.candidates(runtime, db.session(), task, now)
    assert [person.id for person in named] == [walk.town.people.hal]
    with pytest.raises(NotAllowedError):
        tasks.reassign(
            runtime, step, to=walk.hedy, reason="x", by=walk.town.people.hal, now=walk.now
        )


def test_who_leads_an_office_but_is_not_on_the_list_hands_nothing_over(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    step, mia = walk.task("Screen").id, walk.town.mia
    with walking.writing() as session:
        city.grant(session, mia, "process_manager")
    with pytest.raises(NotFoundError):
        tasks.reassign(walk.town.runtime, step, to=walk.hedy, reason="x", by=mia, now=walk.now)


def test_somebody_else_on_the_list_is_told_that_a_step_is_not_theirs(
    small_town: Town, now: datetime
) -> None:
    walk = screened(small_town, now=now).take("Advise", small_town.people.ada)
    with pytest.raises(NotAllowedError, match="waits for City Attorney"):
        walk.do("Advise", walk.town.people.hal)
    walk.do("Advise")
    with pytest.raises(ConflictError, match="has already completed"):
        tasks.complete(
            walk.town.runtime,
            next(task.id for task in walk.case.tasks if task.element == "Advise"),
            by=walk.town.people.ada,
            answers={},
            now=walk.now,
        )


def test_what_nobody_can_do_any_more_is_said_without_a_word_of_it(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now)
    people, runtime = walk.town.people, walk.town.runtime
    with walking.writing() as session:
        city.grant(session, people.nora, "policy_owner")
        session.get_one(Case, walk.case_id)
    step = walk.task("Screen").id
    offers.declare_conflict(runtime, step, reason="Mine.", by=people.hal, now=now)
    assert incidents.unresolved(db.session()) == []
    offers.declare_conflict(runtime, step, reason="Mine too.", by=walk.hedy, now=now)
    with walking.writing() as session:
        settle_all(session, runtime, now=now)  # said once
    (incident,) = incidents.unresolved(db.session())
    assert incident.kind == "list"
    for words in ("Screen", "complaint", "C-01"):
        assert words not in incident.message


def left_alone(walk: Complaint) -> Complaint:
    """Let all of Human Resources be kept out of a complaint that waits for them."""
    for person in (walk.town.people.hal, walk.hedy):
        step = walk.task("Screen").id
        offers.declare_conflict(walk.town.runtime, step, reason="Mine.", by=person, now=walk.now)
    return walk


def test_the_incident_ends_by_itself_when_somebody_can_do_the_step_again(
    small_town: Town, now: datetime
) -> None:
    walk = left_alone(complain(small_town, now=now))
    people, runtime = walk.town.people, walk.town.runtime
    (incident,) = [row.id for row in incidents.unresolved(db.session())]
    for role in ("attorney", "hr_advisor"):
        terms = roles.Terms(role=role, unit_id=None, starts_on=walking.MINNESOTA.day_of(now))
        roles.grant_role(runtime, people.nora, terms, by=people.ivy, now=now)
        row = db.session.get_one(Incident, incident)
        assert (row.resolved_at is not None) == (role == "hr_advisor")
    assert row.note == "It was put right; Siteward saw so by itself."
    told = select(AuditPayload.payload).order_by(AuditPayload.seq.desc()).limit(1)
    assert f'"closed":[{incident}]' in (db.session.scalar(told) or "").replace(" ", "")
    assert walk.take("Screen", people.nora).listed == [(people.nora, "took a step")]


def test_the_incident_ends_with_its_case_and_comes_back_when_the_last_one_goes(
    small_town: Town, now: datetime
) -> None:
    walk = left_alone(complain(small_town, now=now))
    people, runtime = walk.town.people, walk.town.runtime
    with walking.writing() as session:
        role = city.grant(session, people.nora, "hr_advisor")
        assert len(settle_all(session, runtime, now=now)) == 1
        assert settle_all(session, runtime, now=now) == []
    with walking.writing() as session:
        session.delete(session.get_one(RoleGrant, role))
        assert settle_all(session, runtime, now=now) == []
    (again,) = incidents.unresolved(db.session())
    with walking.writing() as session:
        for task in session.scalars(select(Task).where(Task.closed_at.is_(None))):
            task.closed_at = now
        session.get_one(Case, walk.case_id).ended_at = now
        assert settle_all(session, runtime, now=now) == [again.id]


# --- An own part --------------------------------------------------------------------------------


def test_who_started_it_and_whom_it_is_about_see_their_own_part_alone(
    small_town_on_either: Town, now: datetime
) -> None:
    walk = advised(small_town_on_either, now=now)
    people, runtime = walk.town.people, walk.town.runtime
    assert readers(walk) == {"hal", "ada"}

    def part(person: int) -> tuple[list[str], list[str], list[str]]:
        mine = own_part(db.session(), runtime, walk.case, person, files=[])
        steps = (mine.waiting, mine.done, mine.shown)
        waiting, done, shown = ([task.element for task in found] for found in steps)
        return waiting, done, shown

    assert part(people.rosa) == ([], ["File"], [])
    assert part(people.dan) == (["Respond"], [], ["Advise"])
    assert part(people.nora) == ([], [], [])
    walk.do("Respond", statement="It was public.").do("Find", people.hal, reply="Upheld.")
    assert part(people.rosa) == ([], ["File"], ["Find"])


def test_of_a_step_of_others_only_the_answer_that_is_shown_is_seen(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now)
    (advice,) = [task for task in walk.case.tasks if task.element == "Advise"]
    fields = {f.id: f for f in walk.diagrams.node("main", "Advise").fields}
    pack, people = walk.town.runtime.pack, walk.town.people
    dan = reading.own_sight(db.session(), pack, walk.case, people.dan)
    rosa = reading.own_sight(db.session(), pack, walk.case, people.rosa)
    seen = {name for name, field in fields.items() if dan(field, advice)}
    assert seen == {"rights"}  # a class that is not to be shared is not, whatever the field says
    assert not any(rosa(field, advice) for field in fields.values())


def test_somebody_without_a_part_has_not_even_that(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    people = walk.town.people

    def reach(person: int) -> reading.Reach:
        held = walk.held(person)
        return reading.reach(db.session(), "C-01", held, all_cases=True, now=walk.now)

    for person in (people.dan, people.nora, walk.hedy, walk.abe, walk.town.mia):
        with pytest.raises(NotFoundError):
            reach(person)
    assert not reach(people.rosa).whole
    assert reach(people.hal).whole


def test_what_is_shown_to_a_subject_without_a_step_is_known_before_it_is_opened(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now)
    with walking.writing() as session:
        for task in session.scalars(select(Task).where(Task.element == "Respond")):
            task.person_id = None
    dan = walk.held(walk.town.people.dan)
    found = reading.reach(db.session(), "C-01", dan, all_cases=False, now=walk.now)
    assert not found.whole
    assert walking.told(dan.person_id) == ["C-01 has news for you."] * 2


def test_a_substitute_does_not_speak_for_the_person_concerned(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now)
    people = walk.town.people
    with walking.writing() as session:
        session.add(
            Absence(
                person_id=people.dan,
                substitute_id=people.nora,
                starts_on=now.date(),
                ends_on=now.date(),
                entered_by_id=people.dan,
                entered_at=now,
            )
        )
    with pytest.raises(NotFoundError):
        walk.do("Respond", people.nora, statement="Nothing happened.")


def test_own_documents_are_those_brought_and_those_shown(small_town: Town, now: datetime) -> None:
    walk = advised(small_town, now=now)
    people, runtime = walk.town.people, walk.town.runtime
    step = walk.task("Respond").id
    proof = documents.check("proof.txt", b"A picture.", megabytes=1)
    file = tasks.attach(runtime, step, proof, by=people.dan, now=walk.now).id
    walk.do("Respond", statement="See the proof.", proof=file)
    assert own_documents(db.session(), runtime, people.dan) == {file}
    assert own_documents(db.session(), runtime, people.rosa) == set()
    assert own_documents(db.session(), runtime, people.hal) == set()


# --- Lists, numbers, titles ---------------------------------------------------------------------


def test_the_title_says_nothing_of_what_is_answered(app: Flask, now: datetime) -> None:
    file = drawn(
        "start S\nuser A\nend E\nS -> A -> E",
        name="Quiet process",
        lanes={"Requester": ["A"]},
        fields={"A": ["name@site.name"]},
        confidential=True,
    )
    walk = walking.start(walking.settle(now, {"main": file}), now=now, process="main")
    assert walk.do("A", name="The secret").case.title == "Quiet process"


def test_a_filter_by_kind_does_not_tell_what_an_offered_step_is(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now)
    with walking.writing() as session:
        for task in session.scalars(select(Task).where(Task.element == "Screen")):
            task.act = "screen-conflicts"
    assert rows(walk, walk.hedy, "roles") == ["Screen"]
    assert rows(walk, walk.hedy, "roles", duty="screen-conflicts") == []


def test_who_started_it_does_not_see_with_whom_it_waits(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    rosa = walk.town.people.rosa
    assert rows(walk, rosa, "others") == []
    assert rows(walk, rosa, "done") == ["File"]
    held = walk.held(rosa)
    mine = reading.started_by(held, with_state=False, now=now)
    narrowed = reading.started_by(held, with_state=True, now=now)
    assert inbox.search_cases(db.session(), mine, "", page=1)[1] == 1
    assert inbox.search_cases(db.session(), narrowed, "", page=1, state="open")[1] == 0


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1042", ("R", 1042)), (" r-7", ("R", 7)), ("C-07", ("C", 7)), ("c-7", ("C", 7))],
)
def test_a_number_is_read_as_people_write_it(written: str, meant: tuple[str, int]) -> None:
    assert reading.numbered(written) == meant


@pytest.mark.parametrize("written", ["", "C-", "X-7", "C-07-1", "-7", "seven", "9" * 10, "\u0661"])
def test_what_no_case_is_called_is_none(written: str) -> None:
    with pytest.raises(NotFoundError):
        reading.numbered(written)


def test_who_is_told_of_a_step_is_who_may_know_of_it(small_town: Town, now: datetime) -> None:
    walk = complain(small_town, now=now)
    people, runtime = walk.town.people, walk.town.runtime

    def awaited(element: str) -> set[int]:
        return set(confidence.awaited(db.session(), runtime, walk.task(element), now=walk.now))

    assert awaited("Screen") == {people.hal, walk.hedy}
    walk.take("Screen", people.hal)
    assert awaited("Screen") == {people.hal}
    walk.do("Screen", people.hal, about=people.dan, related=people.ada)
    assert awaited("Advise") == {walk.abe}
    walk.take("Advise", walk.abe).do("Advise", walk.abe)
    assert awaited("Respond") == {people.dan}


# --- Every read is on record ---------------------------------------------------------------------


def test_a_look_is_on_record_and_in_the_chain(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    hal = walk.town.people.hal
    confidence.note_read(walk.case_id, by=hal, what="the case", now=walk.now)
    assert walk.reads == [(hal, "the case")]
    last = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last is not None
    assert (last.action, last.subject, last.actor_id) == ("case:read", "C-01", hal)
    assert audit.verify(db.session()).is_intact


def test_a_look_that_cannot_be_put_on_record_is_refused(
    small_town: Town, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = screened(small_town, now=now)

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(audit, "record", full)
    with pytest.raises(UnavailableError, match="nothing is shown"):
        confidence.note_read(walk.case_id, by=walk.town.people.hal, what="the case", now=now)
    assert walk.reads == []


def test_access_of_an_hour_ends_by_itself(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    ivy = walk.town.people.ivy
    with walking.writing() as session:
        session.add(
            CaseAccess(
                case_id=walk.case_id,
                person_id=ivy,
                why=AccessReason.BREAK_GLASS,
                since=now,
                until=walk.now + timedelta(hours=1),
            )
        )
    assert reads(walk, ivy)
    held = walk.held(ivy)
    assert not reading.may_add(db.session(), walk.case_id, held, all_cases=False, now=walk.now)
    walk.now += timedelta(hours=1)
    assert not reads(walk, ivy)


def test_the_statements_of_a_confidential_step_do_not_grow_with_its_rounds(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    hal = walk.town.people.hal

    def statements() -> int:
        with walking.counted() as sent:
            walk.do("Screen", hal, about=walk.town.people.dan, again=True)
        return len(sent)

    statements()
    first = statements()
    for _ in range(10):
        statements()
    assert statements() == first


def test_nobody_is_on_the_list_by_no_duties(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    nobody = Duties(walk.town.people.hal)
    assert not reading.may_read(db.session(), walk.case, nobody, all_cases=True, now=now)


def test_who_sees_only_their_own_part_is_not_told_why_it_cannot_go_on(
    small_town: Town, now: datetime
) -> None:
    walk = advised(small_town, now=now)
    with walking.writing() as session:
        session.get_one(Case, walk.case_id).suspended_at = now
    people = walk.town.people
    with pytest.raises(ConflictError, match="must act first") as refused:
        walk.do("Respond", people.dan, statement="It was public.")
    assert "C-01" not in str(refused.value)


def test_a_step_given_to_one_person_by_name_puts_them_on_the_list(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now)
    nora = walk.town.people.nora
    for _ in range(2):
        with walking.writing() as session:
            task = session.scalars(select(Task).where(Task.element == "Screen")).one()
            task.person_id, task.party = nora, "Delegate"
            settle_all(session, walk.town.runtime, now=now)
    assert walk.listed == [(nora, AccessReason.ASSIGNED)]
    assert readers(walk) == {"nora"}


def test_who_has_another_step_of_the_duty_stays_on_the_list(
    small_town: Town, now: datetime
) -> None:
    walk = complain(small_town, now=now).take("Screen", small_town.people.hal)
    hal = walk.town.people.hal
    with walking.writing() as session:
        task = session.scalars(select(Task).where(Task.element == "Screen")).one()
        copied = {c.key: getattr(task, c.key) for c in Task.__table__.columns if c.key != "id"}
        session.add(Task(**copied | {"token": "another"}))
    first = next(task.id for task in walk.open_tasks() if task.token != "another")
    runtime = walk.town.runtime
    tasks.reassign(runtime, first, to=walk.hedy, reason="Half of it.", by=hal, now=walk.now)
    assert readers(walk) == {"hal", "hedy"}


def test_whom_a_case_keeps_out_can_be_asked_for_in_a_list(small_town: Town, now: datetime) -> None:
    walk = screened(small_town, now=now)
    found = select(Case.id).where(confidence.excluded(walk.town.people.dan))
    assert db.session.scalars(found).all() == [walk.case_id]
