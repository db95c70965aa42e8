"""Who may read a case, and which of its answers."""

from dataclasses import replace
from datetime import datetime

from models.cases import Case
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import inbox
from workflows.diagrams.graph import UNSAID
from workflows.people import Duties, duties_of
from workflows.reading import may_read, may_see, readable


def duties(town: Town, person: int, now: datetime) -> Duties:
    return duties_of(db.session(), person, town.runtime.pack, now.date())


def readers(walk: Walk, *, all_cases: bool = False) -> set[str]:
    """Name those of the town who may read the case; searching says the same for each of them."""
    town, case = walk.town, walk.case
    found = set()
    for name, person in {**vars(town.people), "mia": town.mia}.items():
        if name in {"parks", "communications", "it", "clerk", "hr", "attorney", "fire"}:
            continue
        held = duties(town, person, walk.now)
        may = may_read(db.session(), case, held, all_cases=all_cases, now=walk.now)
        scope = readable(held, all_cases=all_cases, now=walk.now)
        listed, total = inbox.search_cases(db.session(), scope, case.label, page=1)
        assert [row.id for row in listed] == ([case.id] if may else [])
        assert total == len(listed)
        if may:
            found.add(name)
    return found


def test_a_case_is_read_by_those_who_have_a_part_in_it(town_on_either: Town, now: datetime) -> None:
    walk = walking.start(town_on_either, now=now)
    assert readers(walk) == {"rosa"}
    walk.do("SubmitRequest")
    assert readers(walk) == {"rosa", "dan"}
    walk.do("ForwardRequest")
    assert readers(walk) == {"rosa", "dan", "chen", "mia"}
    walk.do("ReviewRequest", needs_law_advice=True)
    assert readers(walk) == {"rosa", "dan", "chen", "mia", "ivy", "ada"}
    walk.send("WithdrawWhileDeciding")
    assert readers(walk) == {"rosa", "dan", "chen", "mia", "ivy", "ada"}


def test_who_sees_every_case_sees_no_confidential_one_by_that(
    town_on_either: Town, now: datetime
) -> None:
    walk = walking.start(town_on_either, now=now)
    everybody = {"rosa", "dan", "chen", "ivy", "cleo", "hal", "ada", "nora", "mia"}
    assert readers(walk, all_cases=True) == everybody
    with walking.writing() as session:
        session.get_one(Case, walk.case_id).confidential = True
    assert readers(walk, all_cases=True) == readers(walk) == set()


def test_the_department_next_door_reads_nothing(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.nora, "dept_forwarder", unit_id=town.people.fire)
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert "nora" not in readers(walk)
    with walking.writing() as session:
        city.grant(session, town.people.hal, "dept_forwarder")
    assert "hal" in readers(walk)


def test_who_took_or_did_a_step_goes_on_reading_without_the_role(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    person = town.people.dan
    without = Duties(person)
    assert may_read(db.session(), walk.case, without, all_cases=False, now=now)
    assert not may_read(db.session(), walk.case, Duties(town.people.nora), all_cases=False, now=now)


def test_a_delegate_reads_the_case(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now).do("IdentifyContract")
    assert "nora" not in readers(walk)
    assert "nora" in readers(walk.do("AuthorizeContract", decision="delegate"))


def test_what_is_not_public_is_seen_by_who_gave_it_and_by_the_citys_parties(
    town: Town, now: datetime
) -> None:
    walk = walking.with_account(town, now=now)
    case = walk.case
    (account,) = [task for task in case.tasks if task.element == "CreateAccount"]
    fields = {
        field.id: field for field in walk.diagrams.node("prepare-site", "CreateAccount").fields
    }

    def sees(field: str, person: int) -> bool:
        return may_see(fields[field], account, case, duties(town, person, now), town.runtime.pack)

    people = town.people
    assert all(sees("url", person) for person in (people.rosa, people.dan, people.nora))
    assert all(sees("vault_ref", person) for person in (people.chen, town.mia, people.ivy))
    assert not any(sees("vault_ref", person) for person in (people.rosa, people.dan, people.hal))


def test_an_own_answer_is_seen_without_any_role(town: Town, now: datetime) -> None:
    walk = walking.with_account(town, now=now)
    case = walk.case
    (account,) = [task for task in case.tasks if task.element == "CreateAccount"]
    node = walk.diagrams.node("prepare-site", "CreateAccount")
    (vault,) = [field for field in node.fields if field.id == "vault_ref"]
    assert may_see(vault, account, case, Duties(town.people.chen), town.runtime.pack)
    assert not may_see(vault, account, case, Duties(town.mia), town.runtime.pack)


def test_an_answer_of_a_confidential_case_that_names_no_class_is_not_for_everybody(
    town: Town, now: datetime
) -> None:
    walk = walking.with_account(town, now=now)
    (account,) = [task for task in walk.case.tasks if task.element == "CreateAccount"]
    node = walk.diagrams.node("prepare-site", "CreateAccount")
    unsaid = replace(node.fields[0], classification=UNSAID)
    # It is of the class that the policy assumes, which the department may see.
    for person, sees in ((town.people.dan, True), (town.mia, False)):
        acting = duties(town, person, now)
        assert may_see(unsaid, account, walk.case, acting, town.runtime.pack) is sees
