"""Complaints from their start to each of their ends, as the steps that people do and the answers.

A step that begins with @ is a deadline that comes before anybody has done anything. Whoever walks
a story fills in the rest of each form.
"""

from typing import Any

Steps = list[tuple[str, dict[str, Any]]]


def taken_up(*, legal_question: bool = False, measure: str = "none") -> Steps:
    """A complaint that is in scope."""
    advice: Steps = [("AssessSpeech", {})] if legal_question else []
    return [
        ("FileComplaint", {}),
        ("IntakeComplaint", {"speech_concern": legal_question, "hold_question": False}),
        *advice,
        ("PreserveEvidence", {}),
        ("DecideScope", {"decision": "in-scope"}),
        ("SetInterimMeasure", {"measure": measure}),
    ]


def lead(who: str, *, asked: bool = False, answers: bool = False) -> Steps:
    """The lead is chosen; `asked`: the City Attorney about the notice; `answers`: the subject here."""
    how = {"lead": who, "ask_attorney_about_notice": asked, "subject_answers_here": answers}
    return [("AssignLead", how)]


def found(finding: str, *, by_department: bool = False, law: bool = False) -> Steps:
    """Evidence, an interview, advice and the finding."""
    gather, talk, find = "GatherEvidence", "InterviewPerson", "MakeFinding"
    if by_department:
        gather, talk = "GatherInDepartment", "InterviewInDepartment"
        find = "MakeFindingInDepartment"
    return [
        (gather, {"next_step": "interview"}),
        (talk, {}),
        (gather, {"next_step": "complete"}),
        ("ConsultHR", {"attorney_needed": law}),
        *([("ConsultAttorney", {})] if law else []),
        (find, {"finding": finding}),
    ]


def advised(category: str, level: str = "other") -> Steps:
    """What the subject is, and the advice of Human Resources."""
    return [("EstablishCategory", {"category": category}), ("AdviseDiscipline", {"level": level})]


def disposed(*, discipline: bool = False) -> Steps:
    """What became final, the reply and the end."""
    final = ("RecordDisposition", {"disposition": "no-discipline"})
    if discipline:
        final = ("RecordDiscipline", {"disposition": "discipline"})
    return [final, ("ReplyAfterAction", {}), ("CloseAfterAction", {})]


NOTICE: Steps = [("GiveNotice", {})]
ANSWERED: Steps = [*NOTICE, ("RespondToNotice", {})]
SILENT: Steps = [*NOTICE, ("@SilentOnNotice", {})]
REPLIED: Steps = [("ReplyWithoutAction", {}), ("CloseWithoutAction", {})]
SERIOUS: Steps = [("PlanAction", {"plan": "serious"}), ("NotifyBeforeDecision", {})]
LESSER: Steps = [("PlanAction", {"plan": "other"})]

WITHOUT, AFTER = "Closed without action", "Closed after action"

STORIES: dict[str, tuple[str, Steps]] = {
    "out of scope": (
        WITHOUT,
        [
            *taken_up(legal_question=True)[:4],
            ("DecideScope", {"decision": "out-of-scope"}),
            *REPLIED,
        ],
    ),
    "no violation, found by Human Resources": (
        WITHOUT,
        [
            *taken_up(),
            *lead("human-resources"),
            *NOTICE,
            *found("no-violation"),
            *REPLIED,
        ],
    ),
    "not substantiated, found by the department, no notice required": (
        WITHOUT,
        [
            *taken_up(measure="remove-access"),
            *lead("department", asked=True, answers=True),
            ("ReviewNotice", {"decision": "not-required"}),
            *found("unsubstantiated", by_department=True, law=True),
            *REPLIED,
        ],
    ),
    "an elected official is referred": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources", asked=True),
            ("ReviewNotice", {"decision": "required"}),
            *NOTICE,
            *found("violation", law=True),
            *advised("elected-official"),
            ("ReferSubject", {"decision": "refer"}),
            *disposed(),
        ],
    ),
    "a volunteer's assignment ends": (
        AFTER,
        [
            *taken_up(),
            *lead("department", answers=True),
            *ANSWERED,
            *found("violation", by_department=True),
            *advised("volunteer"),
            ("LimitAssignment", {}),
            *disposed(),
        ],
    ),
    "an employee is coached": (
        AFTER,
        [
            *taken_up(),
            *lead("department", answers=True),
            *SILENT,
            *found("violation", by_department=True),
            *advised("employee", "coaching"),
            *LESSER,
            ("TakeAction", {"decision": "action"}),
            *disposed(),
        ],
    ),
    "a warning without an appeal, the subject on paper": (
        AFTER,
        [
            *taken_up(),
            *lead("department"),
            *NOTICE,
            *found("violation", by_department=True),
            *advised("employee", "written-warning"),
            *LESSER,
            ("TakeAction", {"decision": "discipline"}),
            ("RecordAppealChoice", {"choice": "none"}),
            *disposed(discipline=True),
        ],
    ),
    "a suspension, confirmed on a grievance": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources", answers=True),
            *ANSWERED,
            *found("violation"),
            *advised("employee", "suspension"),
            *SERIOUS,
            ("RespondBeforeDecision", {}),
            ("TakeSeriousAction", {"decision": "serious-discipline"}),
            ("ChooseAppeal", {"choice": "grievance"}),
            ("RecordAppealChoice", {"choice": "grievance"}),
            ("HearGrievance", {"decision": "confirm"}),
            *disposed(discipline=True),
        ],
    ),
    "a discharge, changed on a grievance, the subject silent": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources", answers=True),
            *SILENT,
            *found("violation"),
            *advised("employee", "discharge"),
            *SERIOUS,
            ("@SilentBeforeDecision", {}),
            ("TakeSeriousAction", {"decision": "serious-discipline"}),
            ("@AppealTimeOver", {}),
            ("RecordAppealChoice", {"choice": "grievance"}),
            ("HearGrievance", {"decision": "change"}),
            ("ChangeAction", {"decision": "discipline"}),
            *disposed(discipline=True),
        ],
    ),
    "a demotion, confirmed by the Commission, the subject on paper": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources"),
            *NOTICE,
            *found("violation"),
            *advised("employee", "demotion"),
            *SERIOUS,
            ("TakeSeriousAction", {"decision": "serious-discipline"}),
            ("RecordAppealChoice", {"choice": "civil-service"}),
            ("RecordCommission", {"decision": "confirm"}),
            *disposed(discipline=True),
        ],
    ),
    "a warning instead of a suspension, withdrawn by the Commission": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources"),
            *NOTICE,
            *found("violation"),
            *advised("employee", "suspension"),
            *SERIOUS,
            ("TakeSeriousAction", {"decision": "discipline"}),
            ("RecordAppealChoice", {"choice": "civil-service"}),
            ("RecordCommission", {"decision": "change"}),
            ("ChangeAction", {"decision": "no-discipline"}),
            *disposed(),
        ],
    ),
    "no discipline after the response": (
        AFTER,
        [
            *taken_up(),
            *lead("human-resources"),
            *NOTICE,
            *found("violation"),
            *advised("employee", "suspension"),
            *SERIOUS,
            ("TakeSeriousAction", {"decision": "no-discipline"}),
            *disposed(),
        ],
    ),
}
