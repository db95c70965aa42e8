"""Every way past a step that a rule demands, and every party that is not its own.

Of what is left out here, that a form or a gateway reads the step's answer later on, see `fits` in test_outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.workflows.diagrams.outside.changes import (
    Change,
    acts,
    add,
    around,
    before,
    both,
    changed,
    event,
    lane,
    otherwise,
    past,
    without,
    word,
    wrapped,
)
from tests.workflows.diagrams.outside.drawing import LANES, Drawing
from tests.workflows.diagrams.outside.kept_sites import KEPT
from tests.workflows.diagrams.outside.others import OTHERS
from tests.workflows.diagrams.outside.sites import SITES

RIGHT = {**SITES, **KEPT, **OTHERS}


@dataclass(frozen=True)
class Case:
    """A change to a right diagram and what must be found of it.

    `expect` is a rule, the code of a finding, "unsound", "fine" (may be published) or "no" (may not); of
    several with / between them one.
    """

    base: str
    name: str
    expect: str
    why: str
    change: Change


# Diagram, rule, the step that the rule demands, where its good end leads.
WANTED = """
open-a-page K03 Look Security
open-a-page K04 Pass Look
open-a-page K07 Security Judge
open-a-page K01 Judge Permit
open-a-page K12 Judge Permit
open-a-page K11 Permit Sign
open-a-page K11 Sign Register
open-a-page K09 Keep Try
open-a-page K10 Try Learned
open-a-page K13 Learned GoLive
new-channel K04 Unit Desk
new-channel K03 Desk Ask
new-channel K07 Safe Told
new-channel K01 Decide Granted
new-channel K11 Contract Click
new-channel K11 Click Setup
new-channel K09 Retain Archive
new-channel K10 Archive SetUp
new-channel K13 School SetUp
site-with-advice K04 F V
site-with-advice K03 V Tech
site-with-advice K07 Tech All
site-with-advice K01 A CA1
site-with-advice K11 CA1 Acc
site-with-advice K11 Acc New
site-with-advice K09 Ret Arc
site-with-advice K10 Arc Tr
site-with-advice K13 Tr Go
delegated-site K04 Back Read
delegated-site K03 Read It
delegated-site K07 It Yes
delegated-site K01 Yes Who
delegated-site K11 Who WeAccept
delegated-site K11 TheyAccept TheyCreate
delegated-site K11 WeAccept WeCreate
delegated-site K09 Keep Test
delegated-site K10 Test Train
delegated-site K13 Train Start
campaign-site K01 Ok Fork
campaign-site K09 Keep Test
campaign-site K07 Tech Ok
campaign-site K11 Accept Open
campaign-site K13 Train Join
flood-page K01 Duty Let
flood-page K03 Seen Urgent
flood-page K07 Urgent Duty
flood-page K11 Take Make
flood-page K09 Clerk Arch
flood-page K44 Advice Both
flood-page K44 School Both
flood-page K44 Whole Good
board-forum K41 Oml Merge
board-forum K01 Say Con
add-admin K17 Pass Ok
add-admin K17 Ok Course
add-admin K13 Course Put
rename-site K17 Pass Ok
rename-site K17 Ok Do
close-page K19 Judge Mark
close-page K19 Holds Join
close-page K19 Copy Join
close-page K19 Rec Closed
yearly-look K18 Less Restricted
lost-account K43 Stop Learn
block-somebody K42 Shot Block
small-complaint K29 Lead Dig
small-complaint K30 Help Find
small-complaint K24 Advise Act
small-complaint K26 Act Close
conduct-case K29 Leader Tell
conduct-case K33 Tell Led
conduct-case K30 Hr Helped
conduct-case K25 Result Kind
conduct-case K32 Kind Counsel
conduct-case K24 Counsel Employee
conduct-case K31 Warn Punish
case-with-appeal K29 Lead Dig
case-with-appeal K30 Help Find
case-with-appeal K25 Find Cat
case-with-appeal K32 Cat Advise
case-with-appeal K24 Advise Warn
case-with-appeal K31 Warn Fine
case-with-appeal K26 Remove Close
case-side-by-side K33 Tell Digging
case-side-by-side K30 Hr Join
case-side-by-side K24 Words Act
case-side-by-side K26 Act Reply
keep-everything K23 Place Ack
throw-away K21 Dept Clerk
throw-away K21 Clerk Holds
throw-away K20 Holds Burn
throw-away K21 Log Gone
ask-for-data K36 Sort Law
ask-for-data K36 Law M
new-procedure K37 Law Adopt
new-procedure K37 Ask In
both-courses K39 City J
both-courses K39 Hr J
both-courses K39 Sec Rev
both-courses K39 Rev J
yearly-course K39 Make Help
yearly-course K39 Help Out
"""

OWN = {name: key for key, name in LANES.items()}


def skipped() -> Iterator[Case]:
    """Walk all ways past all the steps."""
    for line in WANTED.strip().splitlines():
        base, rule, step, then = line.split()
        for name, why, change in _ways_past(RIGHT[base], step, then):
            beside = "/handler-rejoins" if "beside" in name else ""
            yield Case(base, f"{step} {name}", rule + beside, why, change)


def _ways_past(drawn: Drawing, step: str, then: str) -> Iterator[tuple[str, str, Change]]:
    node, (into, *more) = drawn.nodes[step], drawn.into(step)
    (on,) = drawn.out_of(step)
    leave = both(without(step), past(into.source, on.target, then))
    yield "deleted", "nobody does it", leave if on.target != then and not more else without(step)
    yield "skipped by choice", "somebody is in a hurry", around(step, then)
    yield "skipped by inclusive gateway", "somebody is in a hurry", around(step, then, "or")
    yield "skipped by event", "a day went by", around(step, then, "events")
    if node.word == "service":
        yield "by hand, without act", "a label is no act", word(step, "task", act="")
        return
    yield "untagged", "a label is no act", acts(step, "")
    yield "timed out", "silence is no act", event(f"timer Silent on {step} P2D", then)
    yield "told to go on", "a message is no act", event(f"message Push on {step} push", then)
    yield "reminder beside", "it goes past", event(f"reminder Nudge on {step} P2D", then)
    yield "note beside", "it goes past", event(f"note Hint on {step} hint", then)
    off = event("timer Enough on Piece P9D", then)
    yield "called off", "its part is left", both(wrapped(step, name="Piece"), off)
    yield "ended by an error", "the error goes past", _left(step, then, "error")
    yield "ended by a terminate end", "its part ends", _left(step, then, "terminate")
    yield "maybe zero times", "as often as somebody says", _times(step)


def _left(step: str, then: str, end: str) -> Change:
    """The step is in a part that may also end otherwise before it."""

    def change(drawn: Drawing) -> Drawing:
        (on,) = drawn.out_of(step)
        key = OWN[drawn.nodes[step].lane]
        value = " Oddity" if end == "error" else ""
        rest = (
            event("catch Caught on Piece Oddity", then) if value else past("Piece", on.target, then)
        )
        return both(
            wrapped(step, name="Piece"),
            before(step, f"task Odd @{key} odd=yes|no"),
            before(step, "xor Parting"),
            add(f'{end} Thrown{value} in Piece\nParting > Thrown if Odd.odd = "yes"'),
            otherwise("Parting", step),
            rest,
        )(drawn)

    return change


def _times(step: str) -> Change:
    def edit(drawn: Drawing) -> None:
        node = drawn.nodes[step]
        inside = f" in {node.scope}" if node.scope else ""
        drawn.add(f"task HowOften @{OWN[node.lane]} number=long{inside}")
        for flow in drawn.into(step):
            flow.target = "HowOften"
        drawn.connect("HowOften", step)
        node.times = "HowOften.number"

    return changed(edit)


# Diagram, step, what is found where it stands in the lane of another party.
PARTIES = """
open-a-page Judge K02
open-a-page Look K40
open-a-page Security K08
open-a-page Keep K09
open-a-page Sign K11
delegated-site TheyAccept K11
delegated-site Grant K12
flood-page Urgent K44
flood-page Whole K44
close-page Copy K19
keep-everything Place K23
keep-everything Lift K23
small-complaint Advise K24
small-complaint Act K28
small-complaint Lead K29
small-complaint Dig K29
small-complaint Find K29
conduct-case Talk K29
ask-for-data Sort K36
ask-for-data Out K36
new-procedure Adopt K38
desk-referral Note K40
open-a-page Ask act-party
open-a-page Pass act-party
open-a-page Permit act-party
open-a-page Register act-party
open-a-page Try act-party
open-a-page Learned act-party
throw-away Dept act-party
throw-away Clerk act-party
throw-away Holds act-party
add-admin Ok act-party
both-courses Hr act-party
both-courses Sec act-party
"""
# More than one party does these.
SHARED = {
    "accept-contract": "C G",
    "create-account": "C G",
    "check-training": "C HR",
    "capture-archive": "CC C",
    "assign-lead": "HR D",
    "gather-evidence": "HR D",
    "make-finding": "HR D",
    "interview-person": "HR D",
}


def misplaced() -> Iterator[Case]:
    """Walk all wrong lanes, and people's steps done by the machine."""
    for line in PARTIES.strip().splitlines():
        base, step, expect = line.split()
        node = RIGHT[base].nodes[step]
        for key in LANES:
            if key not in SHARED.get(node.act, OWN[node.lane]).split():
                yield Case(
                    base, f"{step} by {LANES[key]}", expect, "another party", lane(step, key)
                )
        other = (
            word(step, "task") if node.word == "service" else word(step, "service", topic="remind")
        )
        yield Case(base, f"{step} by the wrong kind", "act-performer", "man or machine", other)
