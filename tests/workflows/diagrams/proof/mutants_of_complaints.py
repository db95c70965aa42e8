"""Careless and sly changes to the six diagrams of an investigation, each with what must be found, and why."""

from tests.workflows.diagrams.proof.mutants import (
    Mutant,
    asked,
    both,
    condition,
    deleted,
    event,
    kind,
    lane,
    led,
    marked,
    process,
    swapped,
    untagged,
)

INVESTIGATE_COMPLAINT = (
    Mutant("no violation, acted upon", "K25", led("NoViolationFound", "ReplyWithoutAction", "DecideAction"), "discipline without a violation"),
    Mutant("a violation without an answer", "K26", event("boundaryTimer", "DecideAction", "RecordDisposition", timer="P30D"), "a deadline is no action"),
    Mutant("the reminder ends the action", "K26", marked("ActionIsSlow", interrupting=True), "the case ends without an action"),
    Mutant("the reminder ends the investigation", "K27", marked("InvestigationIsSlow", interrupting=True), "neither acted on nor closed with a reason"),
    Mutant("a complaint that runs out", "K27", event("boundaryTimer", "AssignLead", "ClosedWithoutAction", timer="P30D"), "neither acted on nor closed with a reason"),
    Mutant("out of scope without a reason", "K27", led("ComplaintOutOfScope", "ReplyWithoutAction", "ClosedWithoutAction"), "nobody closes it with a reason"),
    Mutant("closed by its label only", "K27", untagged("close-case"), "a label closes nothing"),
    Mutant("nobody leads", "K29", untagged("assign-lead"), "evidence is gathered without a lead"),
    Mutant("investigated before anybody leads", "unanswered", swapped("AssignLead", "ConductInvestigation"), "what the lead has said is read within"),
    Mutant("straight to the investigation", "unanswered", led("ScreenComplaint", "AssignLead", "ConductInvestigation"), "what the lead has said is read within"),
    Mutant("discipline recorded where there was none", "K25", led("DecideAction", "RecordDisposition", "RecordDiscipline"), "the latest action is no discipline"),
    Mutant("final discipline that nobody records", "error-not-caught", marked("DisciplineStands", error="Else"), "the case would be stuck"),
    Mutant("an investigation without a violation is stuck", "error-not-caught", marked("NoViolationFound", error="Else"), "the case would be stuck"),
    Mutant("Communications replies", "confidential-lane", lane("reply-to-complainant", "Communications"), "its lane may see nothing of the case"),
    Mutant("no longer confidential", "confidential-call", process("investigate-complaint", confidential=False), "everybody could read what it calls", "ScreenComplaint"),
    Mutant("the case is told in a name", "name-with-placeholder", marked("AssignLead", name="Assign {{ FileComplaint.about_words }}"), "names are shown to everybody", "AssignLead"),
    Mutant("the complaint is told by message", "confidential-message", both(kind("ClosedWithoutAction", "messageEnd"), marked("ClosedWithoutAction", message="closed")), "messages are read by others", "ClosedWithoutAction"),
    Mutant("who complained is shown to the subject", "shown-too-widely", asked("FileComplaint", "complainant_name", shown_to=("Subject",), classification="confidential"), "the class may not be shown", "FileComplaint"),
    Mutant("the complaint is public", "answer-unclassified", asked("FileComplaint", "description", classification="public"), "all who may read the case would read it", "FileComplaint"),
    Mutant("a step that nothing leads to", "no-incoming", led("FileComplaint", "ScreenComplaint", "AssignLead"), "nobody screens it", "ScreenComplaint"),
)  # fmt: skip

SCREEN_COMPLAINT = (
    Mutant("an inclusive join is drawn parallel", "deadlock", kind("ChecksDone", "parallelGateway"), "the attorney is not always asked", "ChecksDone"),
    Mutant("an inclusive join is drawn exclusive", "done-twice", kind("ChecksDone", "exclusiveGateway"), "each check goes on by itself", "DecideScope"),
    Mutant("an inclusive split is drawn exclusive", "dead-step", kind("ChecksNeeded", "exclusiveGateway"), "the first flow is always taken", "AssessSpeech"),
    Mutant("evidence only of grave complaints", "no-branch", condition("ChecksNeeded", "PreserveEvidence", 'IntakeComplaint.severity = "high"'), "nothing may be needed", "ChecksNeeded"),
    Mutant("screened again for ever", "never-ends", both(led("TakenUp", "SetInterimMeasure", "IntakeComplaint"), led("TakenUp", "RefuseComplaint", "IntakeComplaint")), "in scope or not, it begins again"),
    Mutant("another word for the refusal", "error-not-caught", marked("RefuseComplaint", error="Out of reach"), "the caller waits for another"),
    Mutant("a refusal that only ends", "dead-step", kind("RefuseComplaint", "end"), "what the caller catches is never thrown", "ComplaintOutOfScope"),
    Mutant("the scope is decided by nobody", "unknown-field", asked("DecideScope", "decision"), "the gateway reads it"),
    Mutant("the Clerk preserves evidence", "confidential-lane", lane("preserve-evidence", "City Clerk"), "its lane may see nothing of the case", "PreserveEvidence"),
    Mutant("speech is public", "answer-unclassified", asked("AssessSpeech", "advice_text", classification="public"), "advice of the attorney", "AssessSpeech"),
)  # fmt: skip

CONDUCT_INVESTIGATION = (
    Mutant("no finding", "K25", untagged("make-finding"), "discipline without a finding"),
    Mutant("a way around the finding", "K25", led("WhoFinds", "MakeFinding", "ViolationFound"), "discipline without a finding"),
    Mutant("whatever is found is a violation", "K25", led("ViolationByHR", "NoViolationSeen", "ViolationFound"), "the latest finding is none"),
    Mutant("no violation that only ends", "K25", kind("NoViolationSeen", "end"), "without its error the call is done, and it goes on to action"),
    Mutant("the City Attorney gathers evidence", "K29", lane("gather-evidence", "City Attorney"), "only the two leads do"),
    Mutant("Communications finds", "K29", lane("make-finding", "Communications"), "only the two leads do"),
    Mutant("nobody is consulted", "K30", deleted("consult-hr"), "found without Human Resources"),
    Mutant("the consultation runs out", "K30", event("boundaryTimer", "ConsultHR", "WhoFinds", timer="P5BD"), "a deadline consults nobody"),
    Mutant("gathered for ever", "never-ends", led("EvidenceComplete", "ConsultHR", "InterviewPerson"), "no way out of the interviews"),
    Mutant("both leads at once", "done-twice", both(kind("WhoInvestigates", "parallelGateway"), marked("WhoInvestigates", default_flow=None), condition("WhoInvestigates", "GatherInDepartment", None)), "both come to the consultation", "ConsultHR"),
    Mutant("two leads may be chosen", "choice-not-exclusive", both(kind("WhoFinds", "inclusiveGateway"), marked("WhoFinds", default_flow=None), condition("WhoFinds", "MakeFinding", "true")), "of the two, one leads", "WhoFinds"),
    Mutant("an inclusive join is drawn parallel", "deadlock", kind("Advised", "parallelGateway"), "the attorney is not always asked", "Advised"),
    Mutant("an inclusive join is drawn exclusive", "done-twice", kind("Advised", "exclusiveGateway"), "each goes on by itself", "MakeFinding"),
    Mutant("what is read of the caller is not declared", "unknown-step", process("conduct-investigation", inputs=()), "the lead would not be there"),
    Mutant("another word for no violation", "error-not-caught", marked("NoViolationInDepartment", error="None"), "the caller waits for another"),
    Mutant("no finding is asked for", "outcomes-missing", asked("MakeFinding", "finding"), "nothing would be found", "MakeFinding"),
    Mutant("a finding that may be left empty", "outcome-optional", asked("MakeFindingInDepartment", "finding", required=False), "nothing would be found", "MakeFindingInDepartment"),
    Mutant("evidence is public", "answer-unclassified", asked("GatherEvidence", "items", classification="public"), "all who may read the case would read it", "GatherEvidence"),
)  # fmt: skip

GIVE_NOTICES = (
    Mutant("interviewed without notice", "K33", untagged("give-notice"), "a label gives no notice"),
    Mutant("no notice, and nobody says that none is needed", "K33", led("AskAboutNotice", "GiveNotice", "NoNoticeRequired"), "the attorney was not asked"),
    Mutant("a notice that is required is left out", "K33", led("NoticeRequired", "GiveNotice", "NoNoticeRequired"), "the attorney finds it required"),
    Mutant("silence of the attorney is enough", "K33", event("boundaryTimer", "ReviewNotice", "NoNoticeRequired", timer="P3BD"), "a deadline finds nothing"),
    Mutant("the department answers for the subject", "act-party", lane("respond-to-notice", "Department"), "the subject answers", "RespondToNotice"),
    Mutant("a subject who is silent for ever", "no-timer", marked("SilentOnNotice", timer=None), "the case would wait", "SilentOnNotice"),
    Mutant("a wrong word of the attorney", "unknown-choice", condition("NoticeRequired", "NoNoticeRequired", 'ReviewNotice.decision = "none"'), "no such choice is offered"),
    Mutant("called from within", "call-cycle", both(kind("GiveNotice", "callActivity"), marked("GiveNotice", called="conduct-investigation", act=None, fields=())), "it calls what calls it"),
)  # fmt: skip

DECIDE_ACTION = (
    Mutant("no advice on discipline", "K24", untagged("advise-discipline"), "acted without advice"),
    Mutant("the advice runs out", "K24", event("boundaryTimer", "AdviseDiscipline", "SubjectCategory", timer="P5BD"), "a deadline advises nothing"),
    Mutant("the department advises itself", "K24", lane("advise-discipline", "Department"), "only Human Resources does"),
    Mutant("advice after the action", "K24", swapped("AdviseDiscipline", "TakeAction"), "acted before the advice"),
    Mutant("the reminder ends the advice", "K26", marked("AdviceIsSlow", interrupting=True), "the case goes on without an action"),
    Mutant("Human Resources acts", "K28", lane("take-action", "Human Resources"), "only the department does"),
    Mutant("no notice before serious discipline", "K31", untagged("give-predetermination-notice"), "disciplined without notice"),
    Mutant("serious at once", "K31", led("SeriousConsidered", "NotifyBeforeDecision", "TakeSeriousAction"), "disciplined without notice"),
    Mutant("anybody is disciplined", "K32", untagged("establish-category"), "nobody knows whether they are employees"),
    Mutant("volunteers are disciplined", "K32", led("SubjectCategory", "LimitAssignment", "TakeAction"), "only employees are"),
    Mutant("council members are disciplined", "K32", led("SubjectCategory", "ReferSubject", "PlanAction"), "only employees are"),
    Mutant("the subject's silence ends it", "K26", led("SilentBeforeDecision", "TakeSeriousAction", "SeriousActionTaken"), "nobody has acted"),
    Mutant("planned, not acted", "K26", led("SeriousConsidered", "TakeAction", "ActionTaken"), "nobody has acted"),
    Mutant("discipline that fell is final", "K25", led("DisciplineFallen", "SeriousActionTaken", "DisciplineIsFinal"), "the latest action is no discipline"),
    Mutant("no discipline is final", "K25", led("Disciplined", "ActionTaken", "HearAppeal"), "the latest action is no discipline"),
    Mutant("a wrong word for employees", "unknown-choice", condition("SubjectCategory", "PlanAction", 'EstablishCategory.category = "staff"'), "no such choice is offered"),
    Mutant("the plan may be left empty", "unanswered", asked("PlanAction", "plan", required=False), "the gateway reads it", "SeriousConsidered"),
    Mutant("the subject answers twice", "done-twice", both(kind("SubjectResponds", "parallelGateway"), marked("SubjectResponds", default_flow=None), condition("SubjectResponds", "RespondBeforeDecision", None)), "both ways lead to the action", "TakeSeriousAction"),
    Mutant("the subject is asked too late", "read-before-asked", condition("SubjectResponds", "RespondBeforeDecision", 'TakeSeriousAction.decision = "action"'), "it is asked after that"),
)  # fmt: skip

HEAR_APPEAL = (
    Mutant("a discipline withdrawn that only ends", "K25", kind("ActionWithdrawn", "end"), "without its error it is recorded as discipline"),
    Mutant("whatever is changed is discipline", "K25", led("StillDiscipline", "ActionWithdrawn", "ActionChanged"), "the latest action is no discipline"),
    Mutant("Human Resources changes the action", "K28", lane("take-action", "Human Resources"), "only the department does"),
    Mutant("an appeal that fits nothing", "no-branch", both(marked("WhichAppeal", default_flow=None), condition("WhichAppeal", "NotAppealed", 'RecordAppealChoice.choice = "grievance"')), "none fits none", "WhichAppeal"),
    Mutant("the choice may be left empty", "unanswered", asked("RecordAppealChoice", "choice", required=False), "the gateway reads it", "WhichAppeal"),
    Mutant("both appeals at once", "done-twice", both(kind("WhichAppeal", "parallelGateway"), marked("WhichAppeal", default_flow=None), condition("WhichAppeal", "HearGrievance", None), condition("WhichAppeal", "RecordCommission", None)), "both come to the action", "ChangeAction"),
    Mutant("appealed for ever", "never-ends", both(led("WhichAppeal", "NotAppealed", "SubjectChooses"), led("GrievanceChanges", "GrievanceConfirmed", "SubjectChooses"), led("GrievanceChanges", "ChangeAction", "SubjectChooses"), led("CommissionChanges", "CommissionConfirmed", "SubjectChooses"), led("CommissionChanges", "ChangeAction", "SubjectChooses")), "whatever is decided, it begins again"),
    Mutant("the time of an appeal without a time", "bad-timer", marked("AppealTimeOver", timer="soon"), "cannot be computed", "AppealTimeOver"),
    Mutant("an appeal that nobody can change", "dead-step", condition("StillDiscipline", "ActionChanged", "false"), "the flow is never taken", "ActionChanged"),
)  # fmt: skip

COMPLAINT_MUTANTS = (
    *INVESTIGATE_COMPLAINT,
    *SCREEN_COMPLAINT,
    *CONDUCT_INVESTIGATION,
    *GIVE_NOTICES,
    *DECIDE_ACTION,
    *HEAR_APPEAL,
)
