"""Diagrams about new sites, each as the policy wants it, in words and shapes of their own."""

from typing import Any

from tests.workflows.diagrams.outside.drawing import Drawing, drawing

SITES: dict[str, Drawing] = {}


def right(key: str, text: str, **options: Any) -> None:
    SITES[key] = drawing(key, text, **options)


# Only as many steps as the rules demand: nobody returns anything, every no ends the case.
right(
    "open-a-page",
    """
start Begin @R
task Ask @R request-site
task Pass @D forward-request
task Look @C review-request
task Security @IT advise-security advice=no-concerns|concerns-with-conditions|not-recommended
task Judge @C approve-site verdict=approve|reject
xor Judged
task Permit @C authorize-contract answer=authorize|refuse
xor Permitted
task Sign @C accept-contract
task Register @C create-account
task Keep @CC set-up-retention
task Try @CC test-archive result=passed|failed
task Learned @C check-training state=current|missing
xor Ready
service GoLive @C launch-site
end Live
end No
Begin > Ask > Pass > Look > Security > Judge > Judged
Judged > Permit if Judge.verdict = "approve"
Judged > No else
Permit > Permitted
Permitted > Sign if Permit.answer = "authorize"
Permitted > No else
Sign > Register > Keep > Try > Learned > Ready
Ready > GoLive if Try.result = "passed" and Learned.state = "current"
Ready > No else
GoLive > Live
""",
    subject="site",
)

# Three ways back to the requester, a withdrawal, advice and setup side by side, readiness in a circle.
right(
    "new-channel",
    """
start Wish @R
sub Working
start Inner in Working
task Fill @R request-site in Working
task Unit @D forward-request decision=forward|return|decline in Working
xor UnitSaid in Working
task Complain @R escalate-decline choice=escalate|accept in Working
xor Complained in Working
error Given Dropped in Working
task Desk @C review-request decision=complete|return|not-city-supported in Working
xor DeskSaid in Working
and Ask in Working
task Safe @IT advise-security outcome=no-concerns|concerns-with-conditions|not-recommended in Working
task Paper @CC advise-retention in Working
and Told in Working
task Decide @C approve-site decision=approve|approve-with-conditions|return|reject in Working
xor Decided in Working
end Granted in Working
message Withdrawn on Working withdraw withdraw-request @R
catch GivenUp on Working Dropped
task Contract @C authorize-contract decision=authorize|refuse
xor Contracted
task Click @C accept-contract result=accept|decline
xor Clicked
and Setup
task Handle @C create-account
task Retain @CC set-up-retention
task Archive @CC test-archive result=passed|failed|not-needed
task School @C check-training result=current|missing
and SetUp
xor Again
task Check @C confirm-readiness ready=ready|not-ready
xor Checked
service Publish @C launch-site
end Online
end Over
end Out
timer Old on Check P90D
service Lapse @C lapse-approval
end Gone
Wish > Working
Inner > Fill > Unit > UnitSaid
UnitSaid > Desk if Unit.decision = "forward"
UnitSaid > Fill if Unit.decision = "return"
UnitSaid > Complain else
Complain > Complained
Complained > Desk if Complain.choice = "escalate"
Complained > Given else
Desk > DeskSaid
DeskSaid > Ask if Desk.decision = "complete"
DeskSaid > Fill if Desk.decision = "return"
DeskSaid > Given else
Ask > Safe > Told
Ask > Paper > Told
Told > Decide > Decided
Decided > Granted if Decide.decision in ["approve", "approve-with-conditions"]
Decided > Fill if Decide.decision = "return"
Decided > Given else
Working > Contract > Contracted
Withdrawn > Out
GivenUp > Over
Contracted > Click if Contract.decision = "authorize"
Contracted > Over else
Click > Clicked
Clicked > Setup if Click.result = "accept"
Clicked > Over else
Setup > Handle > SetUp
Setup > Retain > Archive > SetUp
Setup > School > SetUp
SetUp > Again > Check > Checked
Checked > Publish if Check.ready = "ready" and Archive.result in ["passed", "not-needed"] and School.result = "current"
Checked > Over if not(Check.ready = "ready")
Checked > Rework else
xor Rework
Rework > ReTest if not(Archive.result in ["passed", "not-needed"])
Rework > ReTrain else
task ReTest @CC test-archive outcome=passed|failed|not-needed
task ReTrain @C check-training outcome=current|missing
xor Redone
ReTest > Redone
ReTrain > Redone
Redone > Last
task Last @C confirm-readiness all=ready|not-ready
xor Lasted
Last > Lasted
Lasted > Over if Last.all = "not-ready"
Lasted > Over else
Publish > Online
Old > Lapse > Gone
""",
    subject="site",
)

# Advice by an inclusive gateway: Information Technology always, the others where the review says so.
right(
    "site-with-advice",
    """
start S @R
task Q @R request-site
task F @D forward-request
task V @C review-request legal=yes|no retention=yes|no
or Which
task Tech @IT advise-security advice=no-concerns|concerns-with-conditions|not-recommended
task Law @CA advise-law
task Rec @CC advise-retention
or All
task A @C approve-site d=approve|reject
xor AX
task CA1 @C authorize-contract d=authorize|refuse
xor CAX
task Acc @C accept-contract
task New @C create-account
task Ret @CC set-up-retention
task Arc @CC test-archive d=passed|failed|not-needed
xor ArcX
task Tr @HR check-training d=current|missing
xor TrX
service Go @C launch-site
end Live
end Stop
S > Q > F > V > Which
Which > Tech if V.legal = "yes" or V.legal = "no"
Which > Law if V.legal = "yes"
Which > Rec if V.retention = "yes"
Tech > All
Law > All
Rec > All
All > A > AX
AX > Stop if A.d = "reject"
AX > CA1 else
CA1 > CAX
CAX > Acc if CA1.d = "authorize"
CAX > Stop else
Acc > New > Ret > Arc > ArcX
ArcX > Arc if Arc.d = "failed"
ArcX > Tr else
Tr > TrX
TrX > Tr if Tr.d = "missing"
TrX > Go else
Go > Live
""",
    subject="site",
)

# A delegate accepts the contract and creates the account; Communications may refuse to go on.
right(
    "delegated-site",
    """
start S @R
task Want @R request-site
task Back @D forward-request d=forward|return
xor BackX
task Read @C review-request
task It @IT advise-security a=no-concerns|concerns-with-conditions|not-recommended
task Yes @C approve-site d=approve|approve-with-conditions|reject
xor YesX
task Who @C authorize-contract d=authorize|delegate|refuse
xor WhoX
service Grant @C grant-delegation
task TheyAccept @G accept-contract d=accept|decline
xor TheyX
task TheyCreate @G create-account
task WeAccept @C accept-contract
task WeCreate @C create-account
xor Made
task Keep @CC set-up-retention
task Test @CC test-archive r=passed|failed|not-needed
xor Tested
task Train @C check-training r=current|missing
xor Trained
service Start @C launch-site
service Tell inform-requester
end Done
end Never
S > Want > Back > BackX
BackX > Want if Back.d = "return"
BackX > Read else
Read > It > Yes > YesX
YesX > Never if Yes.d = "reject"
YesX > Who else
Who > WhoX
WhoX > Grant if Who.d = "delegate"
WhoX > WeAccept if Who.d = "authorize"
WhoX > Never else
Grant > TheyAccept > TheyX
TheyX > TheyCreate if TheyAccept.d = "accept"
TheyX > Never else
TheyCreate > Made
WeAccept > WeCreate > Made
Made > Keep > Test > Tested
Tested > Train if Test.r in ["passed", "not-needed"]
Tested > Test else
Train > Trained
Trained > Start if Train.r = "current"
Trained > Train else
Start > Tell > Done
""",
    subject="site",
)

# The request waits for a message or a date before the launch; both are drawn, and so is the lapse.
right(
    "campaign-site",
    """
start S @R
task Campaign @R request-site
task Head @D forward-request
task Comm @C review-request
task Tech @IT advise-security a=no-concerns|concerns-with-conditions|not-recommended
task Ok @C approve-site d=approve|reject
xor OkX
and Fork
task Deal @C authorize-contract d=authorize|refuse
task Keep @CC set-up-retention
task Test @CC test-archive r=passed|failed
task Train @C check-training r=current|missing
and Join
xor Fit
task Accept @C accept-contract
task Open @C create-account
events Ready
receive Word go-ahead
wait Late P90D
service Up @C launch-site
service Lapsed @C lapse-approval
end Live
end Old
end Unfit
end Refused
S > Campaign > Head > Comm > Tech > Ok > OkX
OkX > Fork if Ok.d = "approve"
OkX > Refused else
Fork > Deal > Join
Fork > Keep > Test > Join
Fork > Train > Join
Join > Fit
Fit > Accept if Deal.d = "authorize" and Test.r = "passed" and Train.r = "current"
Fit > Unfit else
Accept > Open > Ready
Ready > Word > Up > Live
Ready > Late > Lapsed > Old
""",
    subject="site",
)
