"""Ways into a step that no diagram of ours allows, and what the rules say there: K27 to K30, K33.

A token that owners place by hand, a step that they skip, a diagram published past the proof. Beside
each stands the way that keeps the rule. K30 and K33 warn: they hinder nobody, but are said before.
"""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from models.cases import InterventionKind
from models.database import db
from tests.bpmn.careless import in_lane, led
from tests.bpmn.complaints import NOTICE, Steps, advised, found, lead, taken_up
from tests.bpmn.drawing import BPMN
from tests.workflows import investigating, walking
from tests.workflows.investigating import Complaint, Office, complain, place
from tests.workflows.walking import Town
from workflows import interventions, publication, tasks
from workflows.case_list import NOBODY_LEFT
from workflows.errors import NotFoundError, RefusedError
from workflows.interventions import Wish, Word
from workflows.policy.guard import Duty, Refusal

MAIN, CONDUCT = "investigate-complaint", "conduct-investigation"
HR = "Human Resources"
Warned = list[tuple[str, tuple[str, ...]]]


@pytest.fixture
def office(town: Town) -> Office:
    return investigating.open_office(town)


@pytest.fixture
def complaint(town: Town, office: Office, now: datetime) -> Complaint:
    return complain(town, office, now=now)


def known_to_hal(walk: Complaint, steps: Steps) -> Complaint:
    """Let Hal be on the list from the start, as the second owner whom an intervention takes."""
    assert walk.office is not None
    first, *others = steps
    walk.tell([first, *others[:1]])
    preserve = walk.task("PreserveEvidence")
    hal, runtime = walk.town.people.hal, walk.town.runtime
    tasks.reassign(runtime, preserve.id, to=hal, reason="Leave.", by=walk.office.ines, now=walk.now)
    walk.do("PreserveEvidence", hal)
    return walk.tell([step for step in others[1:] if step[0] != "PreserveEvidence"])


def skip(walk: Complaint, element: str) -> None:
    """Let the two owners of the process skip a step."""
    assert walk.office is not None
    runtime, task, revision = walk.town.runtime, walk.task(element), walk.case.revision
    wish = Wish(
        kind=InterventionKind.SKIP, reason="It is late.", revision=revision, task_id=task.id
    )
    row = interventions.intervene(runtime, walk.case_id, wish, by=walk.office.ines, now=walk.now)
    assert "K27" in row.rules
    word = Word(agree=True, text="I looked at it.", revision=revision)
    interventions.answer(runtime, row.id, word, by=walk.town.people.hal, now=walk.now)


def refused(error: pytest.ExceptionInfo[RefusedError]) -> Warned:
    found = [one for one in error.value.refusals if isinstance(one, Refusal | Duty)]
    return [(one.rule, one.clauses) for one in found]


def warned(walk: Complaint, element: str) -> Warned:
    """What the rules warn of where this step waits; nothing is refused there."""
    task = tasks.find(walk.task(element).id)
    by, session = walk.whoever_does(task), db.session()
    assert tasks.objections(walk.town.runtime, session, task, by=by) == []
    return [
        (one.rule, one.clauses) for one in tasks.cautions(walk.town.runtime, session, task, by=by)
    ]


def published(now: datetime, changes: dict[str, str]) -> tuple[Town, Office]:
    """A town whose diagrams somebody changed past the proof."""
    files = publication.shipped(BPMN) | {key: text.encode() for key, text in changes.items()}
    town = walking.settle(now, files)
    return town, investigating.open_office(town)


# K27: every complaint is acted on, or closed with a reason.


def test_a_complaint_is_not_ended_by_skipping_its_closure(complaint: Complaint) -> None:
    known_to_hal(complaint, taken_up())
    place(complaint, MAIN, "CloseWithoutAction")
    before = walking.everything(db.session())
    with pytest.raises(RefusedError, match=r"The case cannot be closed: .*rule K27") as caught:
        skip(complaint, "CloseWithoutAction")
    assert refused(caught) == [("K27", ("DE-4",))]
    assert complaint.waits_for == {"CloseWithoutAction"}
    # What was asked stands on record; of what was agreed to, nothing happened.
    assert before["task"] == walking.everything(db.session())["task"]


def test_the_same_complaint_ends_when_it_is_closed_with_a_reason(complaint: Complaint) -> None:
    known_to_hal(complaint, taken_up())
    place(complaint, MAIN, "CloseWithoutAction")
    assert complaint.do("CloseWithoutAction").case.outcome == "Closed without action"
    walking.assert_whole(db.session())


def test_a_diagram_that_ends_without_an_answer_stops_at_the_last_step(
    app: Flask, now: datetime
) -> None:
    unanswered = led("screen-complaint", "IntakeComplaintToChecksNeeded", "RefuseComplaint")
    unanswered |= led(MAIN, "ComplaintOutOfScopeToReplyWithoutAction", "ClosedWithoutAction")
    town, office = published(now, unanswered)
    complaint = complain(town, office, now=now).do("FileComplaint")
    with pytest.raises(RefusedError, match=r"rule K27, clause DE-4"):
        complaint.do("IntakeComplaint")
    assert complaint.waits_for == {"IntakeComplaint"}


# K28: the department acts; Human Resources does not.


TO_THE_ACTION: Steps = [
    *taken_up(),
    *lead("human-resources"),
    *NOTICE,
    *found("violation"),
    *advised("employee", "coaching"),
    ("PlanAction", {"plan": "other"}),
]


def test_nobody_can_take_action_in_the_lane_of_human_resources(app: Flask, now: datetime) -> None:
    town, office = published(now, in_lane("decide-action", "TakeAction", "HumanResourcesLane"))
    complaint = complain(town, office, now=now).tell(TO_THE_ACTION)
    for person in (office.ines, office.otto, town.people.hal):
        with pytest.raises(NotFoundError):
            complaint.do("TakeAction", person, decision="action")
    assert [row.kind for row in walking.incidents(db.session())] == [NOBODY_LEFT]


def test_action_by_human_resources_is_refused_even_where_its_people_may_do_the_step(
    app: Flask, now: datetime
) -> None:
    town, office = published(now, in_lane("decide-action", "TakeAction", "HumanResourcesLane"))
    act = replace(walking.pack().acts["take-action"], parties=(HR,), roles=("hr_advisor",))
    acts = {**walking.pack().acts, act.id: act}
    careless = replace(walking.pack(), version="careless", acts=acts)
    town = replace(town, runtime=walking.runtime(careless))
    complaint = complain(town, office, now=now).tell(TO_THE_ACTION)
    assert complaint.task("TakeAction").party == HR
    with pytest.raises(
        RefusedError, match=r"not Human Resources \(rule K28, clause DE-4"
    ) as caught:
        complaint.do("TakeAction", town.people.hal, decision="action")
    assert refused(caught) == [("K28", ("DE-4",))]
    assert complaint.waits_for == {"TakeAction"}


def test_the_department_takes_the_same_action(complaint: Complaint, office: Office) -> None:
    complaint.tell(TO_THE_ACTION)
    assert complaint.task("TakeAction").party == "Department"
    complaint.do("TakeAction", office.otto, decision="action")
    assert complaint.waits_for == {"RecordDisposition"}


# K29: who leads is chosen before anybody investigates.


def test_nothing_is_investigated_before_somebody_leads(complaint: Complaint) -> None:
    known_to_hal(complaint, taken_up())
    assert complaint.waits_for == {"AssignLead"}
    for element, answers in {
        "GatherEvidence": {"next_step": "complete"},
        "InterviewPerson": {},
        "MakeFinding": {"finding": "no-violation"},
    }.items():
        place(complaint, CONDUCT, element)
        with pytest.raises(RefusedError, match="rule K29, clause DE-3") as caught:
            complaint.do(element, **answers)
        assert refused(caught) == [("K29", ("DE-3",))]
        assert complaint.waits_for == {element}


def test_whoever_was_chosen_investigates(complaint: Complaint) -> None:
    complaint.tell([*taken_up(), *lead("human-resources"), *NOTICE])
    complaint.tell(found("no-violation"))
    assert complaint.waits_for == {"ReplyWithoutAction"}


# K30: Human Resources is consulted before the finding.


def test_a_finding_without_advice_is_warned_of(complaint: Complaint) -> None:
    known_to_hal(complaint, [*taken_up(), *lead("department"), *NOTICE])
    place(complaint, CONDUCT, "MakeFindingInDepartment")
    assert warned(complaint, "MakeFindingInDepartment") == [("K30", ("HR-2a", "CA-3"))]


def test_a_finding_after_advice_is_not_warned_of(complaint: Complaint) -> None:
    complaint.tell([*taken_up(), *lead("department"), *NOTICE])
    complaint.tell(found("violation", by_department=True)[:-1])
    assert warned(complaint, "MakeFindingInDepartment") == []


def test_advice_on_an_earlier_finding_is_none_on_the_next(complaint: Complaint) -> None:
    complaint.tell([*taken_up(), *lead("department"), *NOTICE])
    complaint.tell(found("violation", by_department=True))
    place(complaint, CONDUCT, "MakeFindingInDepartment")
    assert [rule for rule, _ in warned(complaint, "MakeFindingInDepartment")] == ["K30"]


# K33: notices before interviews.


def test_an_interview_without_a_notice_is_warned_of(complaint: Complaint) -> None:
    known_to_hal(complaint, [*taken_up(), *lead("human-resources")])
    assert complaint.waits_for == {"GiveNotice"}
    place(complaint, CONDUCT, "InterviewPerson")
    assert warned(complaint, "InterviewPerson") == [("K33", ("SC-4",))]


def test_an_interview_after_the_notices_is_not_warned_of(complaint: Complaint) -> None:
    complaint.tell([*taken_up(), *lead("human-resources"), *NOTICE, *found("violation")[:1]])
    assert warned(complaint, "InterviewPerson") == []


def test_an_interview_for_which_no_notice_is_required_is_not_warned_of(
    complaint: Complaint,
) -> None:
    complaint.tell([*taken_up(), *lead("human-resources", asked=True)])
    complaint.do("ReviewNotice", decision="not-required")
    complaint.tell(found("violation")[:1])
    assert warned(complaint, "InterviewPerson") == []
