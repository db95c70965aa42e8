"""A complaint among real people: who does which step, what is refused, and how it ends."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import db
from tests import city
from tests.bpmn.complaints import STORIES, Steps, advised, found, lead, taken_up
from tests.workflows import investigating, walking
from tests.workflows.investigating import Complaint, Office, complain
from tests.workflows.walking import Town
from workflows.errors import NotFoundError, RefusedError
from workflows.own_part import own_part, seen_fields

NOTICED: Steps = [*taken_up(), *lead("department"), ("GiveNotice", {})]
VIOLATION: Steps = [*NOTICED, *found("violation", by_department=True)]


@pytest.fixture
def office(town: Town) -> Office:
    return investigating.open_office(town)


@pytest.fixture
def complaint(town: Town, office: Office, now: datetime) -> Complaint:
    return complain(town, office, now=now)


@pytest.mark.parametrize(("end", "steps"), STORIES.values(), ids=STORIES.keys())
def test_people_bring_a_complaint_to_its_end(complaint: Complaint, end: str, steps: Steps) -> None:
    case = complaint.tell(steps).case
    assert (case.outcome, case.confidential, case.label) == (end, True, "C-01")
    walking.assert_whole(db.session())


def test_a_complaint_comes_to_its_end_on_either_database(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    office = investigating.open_office(town_on_either)
    end, steps = STORIES["a discharge, changed on a grievance, the subject silent"]
    assert complain(town_on_either, office, now=now).tell(steps).case.outcome == end


def test_the_department_that_would_act_is_the_one_that_intake_chooses(
    complaint: Complaint, office: Office
) -> None:
    complaint.tell(VIOLATION).tell(advised("employee", "coaching"))
    task = complaint.task("PlanAction")
    assert task.unit_id == complaint.town.people.parks


def test_the_steps_of_the_subject_wait_for_the_subject(
    complaint: Complaint, office: Office
) -> None:
    complaint.tell([*taken_up(), *lead("department", answers=True), ("GiveNotice", {})])
    assert complaint.task("RespondToNotice").person_id == office.will


def test_a_subject_without_an_account_is_not_waited_for(complaint: Complaint) -> None:
    complaint.tell(NOTICED)
    assert complaint.waits_for == {"GatherInDepartment"}


def test_the_silence_of_the_subject_holds_nothing_up(complaint: Complaint) -> None:
    complaint.tell([*taken_up(), *lead("department", answers=True), ("GiveNotice", {})])
    complaint.wait(days=20)
    assert complaint.waits_for == {"GatherInDepartment"}


def test_no_case_text_stands_in_its_title_or_in_the_names_of_its_steps(
    complaint: Complaint,
) -> None:
    secret = "Abusive replies"
    complaint.do("FileComplaint", description=secret, about_words=secret, where=secret)
    case = complaint.tell(taken_up()[1:]).case
    assert case.title == "Investigate a complaint"
    assert not [task.name for task in case.tasks if secret in task.name]


def test_only_somebody_established_as_an_employee_is_disciplined(complaint: Complaint) -> None:
    complaint.tell(VIOLATION).tell(advised("employee", "coaching"))
    complaint.do("PlanAction", plan="other")
    complaint.do("TakeAction", decision="discipline")
    assert complaint.waits_for == {"RecordAppealChoice"}


@pytest.mark.parametrize(
    "category", ["elected-official", "board-member", "volunteer", "contractor"]
)
def test_nobody_else_reaches_a_step_that_disciplines(complaint: Complaint, category: str) -> None:
    complaint.tell(VIOLATION).tell(advised(category))
    assert complaint.waits_for <= {"ReferSubject", "LimitAssignment"}


def test_final_discipline_is_not_recorded_where_there_was_none(complaint: Complaint) -> None:
    complaint.tell(VIOLATION).tell(advised("employee", "coaching"))
    complaint.tell([("PlanAction", {"plan": "other"}), ("TakeAction", {"decision": "action"})])
    assert complaint.waits_for == {"RecordDisposition"}
    investigating.place(complaint, "investigate-complaint", "RecordDiscipline")
    with pytest.raises(RefusedError, match=r"The disposition cannot be recorded: .*rule K25"):
        complaint.do("RecordDiscipline")


def test_final_discipline_is_recorded_with_what_becomes_public(complaint: Complaint) -> None:
    _end, steps = STORIES["a discharge, changed on a grievance, the subject silent"]
    complaint.tell(steps[:-3])
    assert complaint.waits_for == {"RecordDiscipline"}
    node = complaint.diagrams.diagrams["investigate-complaint"].nodes["RecordDiscipline"]
    public = {asked.id for asked in node.fields if asked.classification != "investigation"}
    assert public == {"kind", "reasons", "documents"}
    complaint.do("RecordDiscipline")
    assert walking.history(complaint).facts(complaint.diagrams.diagrams)[
        "disposition.outcome"
    ].value == ("discipline")


def test_who_made_the_finding_does_not_decide_on_the_action(
    complaint: Complaint, office: Office
) -> None:
    with walking.writing() as session:
        parks = complaint.town.people.parks
        city.grant(session, office.otto, "dept_investigator", unit_id=parks)
    complaint.tell(NOTICED)
    complaint.do("GatherInDepartment", office.otto, next_step="complete")
    complaint.do("ConsultHR", attorney_needed=False)
    complaint.do("MakeFindingInDepartment", office.otto, finding="violation")
    complaint.tell(advised("volunteer"))
    with pytest.raises(RefusedError, match="rule K34"):
        complaint.do("LimitAssignment", office.otto)


def test_whom_the_complaint_names_does_no_step_of_it(complaint: Complaint, office: Office) -> None:
    with walking.writing() as session:
        city.grant(session, office.will, "hr_investigator")
    complaint.do("FileComplaint", about_person=office.will)
    with pytest.raises(NotFoundError):
        complaint.do("IntakeComplaint", office.will)
    complaint.do("IntakeComplaint")


def test_whom_intake_names_in_conflict_goes_no_further(
    complaint: Complaint, office: Office
) -> None:
    conflict = {"person": office.ines, "reason": "relative"}
    complaint.do("FileComplaint")
    complaint.do("IntakeComplaint", conflicts=[conflict], speech_concern=False, hold_question=False)
    with pytest.raises(NotFoundError):
        complaint.do("PreserveEvidence")
    complaint.do("PreserveEvidence", complaint.town.people.hal)


def test_the_rules_know_everybody_whom_any_step_names(complaint: Complaint, office: Office) -> None:
    who = complaint.town.people
    related = {"person": who.nora, "reason": "relative"}
    late = {"person": who.cleo, "reason": "witness"}
    complaint.do("FileComplaint", about_person=who.dan)
    complaint.do("IntakeComplaint", conflicts=[related], speech_concern=False, hold_question=False)
    complaint.do("PreserveEvidence").do("DecideScope", conflicts=[late])
    named = walking.history(complaint).named(
        walking.pack(), "make-finding", complaint.diagrams.diagrams
    )
    assert named == {
        "excluded.complainant": {who.rosa},
        "excluded.subject": {who.dan, office.will},
        "excluded.conflict": {who.nora, who.cleo},
    }


def test_a_step_that_no_exclusion_is_about_asks_for_nobody(complaint: Complaint) -> None:
    complaint.do("FileComplaint")
    found = walking.history(complaint).named(
        walking.pack(), "file-complaint", complaint.diagrams.diagrams
    )
    assert found == {}


PLACED: dict[str, tuple[str, Steps, tuple[str, str], dict[str, str]]] = {
    "action without advice": (
        "K24",
        VIOLATION,
        ("decide-action", "TakeAction"),
        {"decision": "action"},
    ),
    "discipline without a violation": (
        "K25",
        [*NOTICED, *found("no-violation", by_department=True)],
        ("decide-action", "TakeAction"),
        {"decision": "discipline"},
    ),
    "an end without action on a violation": (
        "K26",
        VIOLATION,
        ("investigate-complaint", "CloseAfterAction"),
        {},
    ),
    "a suspension without notice": (
        "K31",
        [*VIOLATION, *advised("employee", "suspension")],
        ("decide-action", "TakeSeriousAction"),
        {"decision": "serious-discipline"},
    ),
    "discipline of a volunteer": (
        "K32",
        [*VIOLATION, *advised("volunteer")],
        ("decide-action", "TakeAction"),
        {"decision": "discipline"},
    ),
}


@pytest.mark.parametrize(("rule", "steps", "place", "answers"), PLACED.values(), ids=PLACED.keys())
def test_a_step_placed_past_the_rules_cannot_be_done(
    complaint: Complaint,
    rule: str,
    steps: Steps,
    place: tuple[str, str],
    answers: dict[str, str],
) -> None:
    complaint.tell(steps)
    diagram, element = place
    investigating.place(complaint, diagram, element)
    with pytest.raises(RefusedError, match=f"rule {rule}"):
        complaint.do(element, **answers)


def test_each_is_shown_what_is_written_to_them_and_no_more(
    complaint: Complaint, office: Office
) -> None:
    _end, steps = STORIES["a suspension, confirmed on a grievance"]
    complaint.tell(steps)
    assert shown_to(complaint, complaint.town.people.rosa) == {
        "IntakeComplaint": {"received_on", "acknowledged_on", "acknowledgement"},
        "ReplyAfterAction": {"reply", "replied_on"},
    }
    assert shown_to(complaint, office.will) == {
        "GiveNotice": {"notice_text", "given_on"},
        "NotifyBeforeDecision": {"considered", "notice_text", "given_on"},
        "TakeSeriousAction": {"letter"},
        "HearGrievance": {"decided_on", "reason"},
        "RecordDiscipline": {"final_on"},
    }


def shown_to(complaint: Complaint, person: int) -> dict[str, set[str]]:
    """The answers of other people that this person sees, by the step that gave them."""
    runtime = complaint.town.runtime
    part = own_part(db.session(), runtime, complaint.case, person, files=[])
    return {
        task.element: {asked.id for asked in seen_fields(task, complaint.diagrams, part.sees)}
        for task in part.shown
    }
