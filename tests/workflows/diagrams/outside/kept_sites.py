"""Diagrams about sites in an emergency, of a board, and that are there already, each as the policy wants it."""

from typing import Any

from tests.workflows.diagrams.outside.drawing import Drawing, drawing

KEPT: dict[str, Drawing] = {}


def right(key: str, text: str, **options: Any) -> None:
    KEPT[key] = drawing(key, text, **options)


# In an emergency advice and training come after the launch; if they do not, the site is suspended.
right(
    "flood-page",
    """
start S @R
task Need @R request-site
task Fire @D forward-request
task Seen @C review-request
task Urgent @C declare-emergency e=declared|not-an-emergency
xor UrgentX
task Duty @C approve-site d=approve|reject
xor DutyX
task Let @C authorize-contract d=authorize|refuse
xor LetX
task Take @C accept-contract
task Make @C create-account
task Clerk @CC set-up-retention
task Arch @CC test-archive r=passed|failed|not-needed
service Out @C launch-site
and After
task Advice @IT advise-security a=no-concerns|concerns-with-conditions|not-recommended
task School @C check-training t=current|missing
and Both
task Whole @C complete-emergency-launch c=complete|incomplete
xor WholeX
service Stop @C suspend-site
end Good
end Bad
end Plain
end NotNow
timer Overdue on Whole P5BD
S > Need > Fire > Seen > Urgent > UrgentX
UrgentX > Duty if Urgent.e = "declared"
UrgentX > Plain else
Duty > DutyX
DutyX > Let if Duty.d = "approve"
DutyX > NotNow else
Let > LetX
LetX > Take if Let.d = "authorize"
LetX > NotNow else
Take > Make > Clerk > Arch > Out > After
After > Advice > Both
After > School > Both
Both > Trained
xor Trained
Trained > Whole if School.t = "current"
Trained > Stop else
Whole > WholeX
WholeX > Good if Whole.c = "complete"
WholeX > Stop else
Overdue > Stop
Stop > Bad
""",
    subject="site",
)

# A board's site: the open meeting law is asked before the launch.
right(
    "board-forum",
    """
start S @R
task Ask @R request-site
task Pass @D forward-request
task Look @C review-request
task Body @C establish-public-body b=public-body|other
task Sec @IT advise-security a=no-concerns|concerns-with-conditions|not-recommended
task Say @C approve-site d=approve|reject
xor Said
task Oml @CC advise-open-meetings
task Con @C authorize-contract d=authorize|refuse
xor ConX
task Acc @C accept-contract
task Acn @C create-account
task Ret @CC set-up-retention
xor Public
xor Merge
service Go @C launch-site
end Live
end No
S > Ask > Pass > Look > Body > Sec > Say > Said
Said > Con if Say.d = "approve"
Said > No else
Con > ConX
ConX > Acc if Con.d = "authorize"
ConX > No else
Acc > Acn > Ret > Public
Public > Oml if Body.b = "public-body"
Public > Merge else
Oml > Merge
Merge > Go > Live
""",
    subject="site",
)

right(
    "add-admin",
    """
start S @R
task Ask @R request-change
task Pass @D forward-request d=forward|return|decline
xor PassX
task Ok @C approve-change d=approve|reject|return
xor OkX
task Course @C check-training c=current|missing
xor CourseX
service Put @C add-administrator
end Added
end Not
task Gone @R withdraw-request
S > Ask > Pass > PassX
PassX > Ok if Pass.d = "forward"
PassX > Gone if Pass.d = "return"
PassX > Not else
Gone > Not
Ok > OkX
OkX > Course if Ok.d = "approve"
OkX > Ask if Ok.d = "return"
OkX > Not else
Course > CourseX
CourseX > Put if Course.c = "current"
CourseX > Not else
Put > Added
""",
    subject="site",
)

right(
    "rename-site",
    """
start S @R
task Ask @R request-change
task Pass @D forward-request
task Ok @C approve-change d=approve|reject
xor OkX
service Do @C change-site
end Changed
end Same
S > Ask > Pass > Ok > OkX
OkX > Do if Ok.d = "approve"
OkX > Same else
Do > Changed
""",
    subject="site",
)

right(
    "close-page",
    """
start S @D
task Ask @D request-retirement
task Pass @D forward-request
task Judge @C retire-site d=retire|keep
xor J
service Mark @C begin-retirement
and Split
task Holds @CC check-holds h=clear|held
task Copy @CC capture-archive
task Post @D announce-closure
and Join
task Off @C deactivate-site
service End @C end-contract
service Rec @C record-retirement
end Closed
end Kept
S > Ask > Pass > Judge > J
J > Mark if Judge.d = "retire"
J > Kept else
Mark > Split
Split > Holds > Join
Split > Copy > Join
Split > Post > Join
Join > Off > End > Rec > Closed
""",
    subject="site",
    starters="site_owner",
)

right(
    "yearly-look",
    """
start S @C
task Owner @D attest-site
task Cert @C certify-site c=certified|not-certified|restrict
xor X
service Less @C restrict-site
end Fine
end Restricted
S > Owner > Cert > X
X > Fine if Cert.c = "certified"
X > Less else
Less > Restricted
""",
    subject="site",
    starters="comms_reviewer",
)

right(
    "lost-account",
    """
start S @C
task Say @C declare-incident
task Stop @IT contain-incident
task Learn @C
end Over
S > Say > Stop > Learn > Over
""",
    subject="site",
    starters="comms_duty",
)

right(
    "block-somebody",
    """
start S @D
task Shot @D capture-content
task Block @C block-user b=block|do-not-block
xor X
task Appeal @C decide-appeal a=confirm|change
end Kept
end Free
S > Shot > Block > X
X > Appeal if Block.b = "block"
X > Free else
Appeal > Kept
""",
    subject="site",
    starters="site_owner",
)

right(
    "desk-referral",
    """
start S @IT
task Note @IT refer-request
task Call @C
end Told
S > Note > Call > Told
""",
    starters="it_servicedesk",
)
