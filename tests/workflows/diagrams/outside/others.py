"""Diagrams about people, records and texts, each as the policy wants it."""

from typing import Any

from tests.workflows.diagrams.outside.drawing import Drawing, drawing

OTHERS: dict[str, Drawing] = {}


def right(key: str, text: str, **options: Any) -> None:
    OTHERS[key] = drawing(key, text, **options)


right(
    "small-complaint",
    """
start S @R
task File @R file-complaint
task Screen @HR screen-conflicts s=in-scope|out-of-scope
xor ScreenX
task Lead @HR assign-lead l=department|human-resources
task Dig @HR gather-evidence
task Help @HR consult-hr
task Find @HR make-finding f=violation|no-violation
xor FindX
task Advise @HR advise-discipline
task Act @D take-action
task Close @HR close-case
end Over
S > File > Screen > ScreenX
ScreenX > Lead if Screen.s = "in-scope"
ScreenX > Close else
Lead > Dig > Help > Find > FindX
FindX > Advise if Find.f = "violation"
FindX > Close else
Advise > Act > Close > Over
""",
    subject="person",
    confidential=True,
    data="investigation",
)

right(
    "conduct-case",
    """
start S @HR
task Complaint @HR file-complaint
task Conflict @HR screen-conflicts d=in-scope|out-of-scope
xor Scope
task Leader @HR assign-lead who=department|human-resources
xor Led
task Tell @HR give-notice
task Talk @D interview-person
task Talk2 @HR interview-person
xor Talked
task Hr @HR consult-hr law=yes|no
xor NeedLaw
task Att @CA consult-attorney
xor Helped
task Result @HR make-finding r=violation|no-violation|unsubstantiated
xor Resulted
task Kind @HR establish-category c=employee|elected-official|board-member|volunteer|contractor|other
task Counsel @HR advise-discipline level=coaching|written-warning|suspension|discharge
xor Employee
task Plan @D plan-action p=serious|other
xor Serious
task Warn @D give-predetermination-notice
task Punish @D take-action t=serious-discipline|no-discipline
task Lesser @D take-action t=discipline|no-discipline
task Other @D take-action t=action|refer
xor Acted
task Shut @HR close-case
end Closed
S > Complaint > Conflict > Scope
Scope > Leader if Conflict.d = "in-scope"
Scope > Shut else
Leader > Tell > Led
Led > Talk if Leader.who = "department"
Led > Talk2 else
Talk > Talked
Talk2 > Talked
Talked > Hr > NeedLaw
NeedLaw > Att if Hr.law = "yes"
NeedLaw > Helped else
Att > Helped
Helped > Result > Resulted
Resulted > Kind if Result.r = "violation"
Resulted > Shut else
Kind > Counsel > Employee
Employee > Plan if Kind.c = "employee"
Employee > Other else
Plan > Serious
Serious > Warn if Plan.p = "serious"
Serious > Lesser else
Warn > Punish > Acted
Lesser > Acted
Other > Acted
Acted > Shut > Closed
""",
    subject="person",
    confidential=True,
    data="investigation",
    starters="hr_investigator",
)

# An appeal opens the finding again; the second round needs everything of its own.
right(
    "case-with-appeal",
    """
start S @R
task File @R file-complaint
task Screen @HR screen-conflicts s=in-scope|out-of-scope
xor ScreenX
task Lead @D assign-lead l=department|human-resources
task Dig @D gather-evidence
task Help @HR consult-hr
task Find @D make-finding f=violation|no-violation|other-rule
xor FindX
task Cat @HR establish-category c=employee|elected-official|board-member|volunteer|contractor|other
xor CatX
task Advise @HR advise-discipline
task Warn @D give-predetermination-notice
task Fine @D take-action t=discipline|serious-discipline|no-discipline
task Remove @D take-action t=action|refer
task AdviseToo @HR advise-discipline
task Appeal @HR record-appeal-choice a=none|grievance|civil-service
xor AppealX
task Hear @D decide-appeal h=confirm|change
xor HearX
task Close @HR close-case
end Over
S > File > Screen > ScreenX
ScreenX > Lead if Screen.s = "in-scope"
ScreenX > Close else
Lead > Dig > Help > Find > FindX
FindX > Cat if Find.f = "violation"
FindX > Close else
Cat > CatX
CatX > Advise if Cat.c = "employee"
CatX > AdviseToo else
Advise > Warn > Fine > Appeal > AppealX
AdviseToo > Remove > Close
AppealX > Close if Appeal.a = "none"
AppealX > Hear else
Hear > HearX
HearX > Dig if Hear.h = "change"
HearX > Close else
Close > Over
""",
    subject="person",
    confidential=True,
    data="investigation",
)

# Both are consulted at the same time, and the evidence may come in pieces.
right(
    "case-side-by-side",
    """
start S @P
task File @P file-complaint
task Scope @HR screen-conflicts s=in-scope|out-of-scope
xor ScopeX
task Lead @HR assign-lead l=department|human-resources
task Tell @HR give-notice
sub Digging
start D1 in Digging
task Paper @HR gather-evidence more=yes|no in Digging
task People @HR interview-person in Digging
xor More in Digging
end D2 in Digging
and Fork
task Hr @HR consult-hr
task Law @CA consult-attorney
and Join
task Find @HR make-finding f=violation|no-violation|unsubstantiated|other-rule|out-of-scope
xor FX
task Words @HR advise-discipline
task Act @D take-action t=action|no-discipline|refer
task Reply @HR reply-to-complainant
task Close @HR close-case
end Over
S > File > Scope > ScopeX
ScopeX > Lead if Scope.s = "in-scope"
ScopeX > Reply else
Lead > Tell > Digging > Fork
D1 > Paper > People > More
More > Paper if Paper.more = "yes"
More > D2 else
Fork > Hr > Join
Fork > Law > Join
Join > Find > FX
FX > Words if Find.f in ["violation", "other-rule"]
FX > Reply else
Words > Act > Reply > Close > Over
""",
    subject="person",
    confidential=True,
    data="investigation",
    starters="public",
)

right(
    "keep-everything",
    """
start S @CA
task Place @CA place-hold
task Ack @D acknowledge-hold
task Lift @CA release-hold
end Free
S > Place > Ack > Lift > Free
""",
    starters="attorney",
)

right(
    "throw-away",
    """
start S @CC
task List @CC propose-destruction
task Dept @D approve-destruction d=approve|reject
xor DX
task Clerk @CC confirm-destruction d=approve|reject
xor CX
task Holds @CC check-holds h=clear|held
xor HX
service Burn @CC destroy-records
service Log @CC log-destruction
end Gone
end Kept
S > List > Dept > DX
DX > Clerk if Dept.d = "approve"
DX > Kept else
Clerk > CX
CX > Holds if Clerk.d = "approve"
CX > Kept else
Holds > HX
HX > Burn if Holds.h = "clear"
HX > Kept else
Burn > Log > Gone
""",
    starters="clerk_records",
)

right(
    "ask-for-data",
    """
start S @CC
task In @CC receive-data-request
task Sort @CC classify-data c=public|not-public|mixed
xor X
task Law @CA advise-law
xor M
task Out @CC release-data r=released|denied|partial
end Answered
timer Ten on Sort P10D
task Hurry @CC
S > In > Sort > X
Ten > Hurry > In
X > M if Sort.c = "public"
X > Law else
Law > M
M > Out > Answered
""",
    starters="clerk_data",
)

right(
    "new-procedure",
    """
start S @C
task Write @C draft-policy
task Law @CA review-policy
task Adopt @C adopt-policy d=adopt|drop|return
xor X
service Ask request-acknowledgements
end In
end Dropped
S > Write > Law > Adopt > X
X > Ask if Adopt.d = "adopt"
X > Write if Adopt.d = "return"
X > Dropped else
Ask > In
""",
    starters="policy_owner",
)

right(
    "yearly-course",
    """
start S @C
task Make @C develop-training
task Help @HR help-develop-training
task Out @C publish-training t=citywide
end Done
S > Make > Help > Out > Done
""",
    starters="trainer",
)

right(
    "both-courses",
    """
start S @C
and F
task City @C develop-training
task Hr @HR help-develop-training
task Sec @IT develop-security-training
task Rev @C review-security-training
and J
task Out @C publish-training t=citywide|security
end Done
S > F
F > City > J
F > Hr > J
F > Sec > Rev > J
J > Out > Done
""",
    starters="trainer",
)
