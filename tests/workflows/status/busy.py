"""A process with three steps and twelve cases of it, whose numbers can be counted by hand.

Case 0 starts on 1 September at 10:00 in the city, each further one a day later, only the last one
on 9 October. An hour after its start the request is written. Then:

    case    Forward (Dan)                             Decide (Chen, nobody takes it first)
    0 to 4  taken after 1 to 5 hours, done 2 later    approved after 1 to 5 days
    5       taken after 6 hours, done 2 later         rejected after 6 days
    6       taken after 7 hours, done 2 later         returned after 7 days: is written again
    7       taken after 8 hours, done 2 later         taken by Chen, open
    8       taken after 10, returned 4 later          -
    9       declined after 30 hours, never taken      -
    10      open; asked by Nora, so it is of Fire     -
    11      taken by Dan at once, open                -

LOOKED, when the tests look, is 11 October.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import cases, tasks

FIRST = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
LOOKED = FIRST + timedelta(days=40)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ASKING = """
    start S
    user Ask
    user Forward
    xor F default=F-Decide
    user Decide
    xor D default=D-Approved
    end Approved
    end Rejected
    end Declined
    S -> Ask -> Forward -> F -> Decide -> D -> Approved
    F -> Ask : Forward.decision = "return"
    F -> Declined : Forward.decision = "decline"
    D -> Rejected : Decide.decision = "reject"
    D -> Ask : Decide.decision = "return"
"""

SECRET = """
    start S
    user Tell
    end Told
    S -> Tell -> Told
"""


def files() -> dict[str, bytes]:
    """The diagrams: one for everybody, and one whose cases are confidential."""
    return {
        "asking": drawn(
            ASKING,
            "asking",
            name="Ask for something",
            acts={"Ask": "request-site", "Forward": "forward-request", "Decide": "approve-site"},
            lanes={"Requester": ["Ask"], "Department": ["Forward"], "Communications": ["Decide"]},
            fields={
                "Ask": ["what"],
                "Forward": ["decision:enum:forward,return,decline"],
                "Decide": ["decision:enum:approve,reject,return@decision.outcome"],
            },
        ),
        "telling": drawn(
            SECRET, "telling", name="Tell in confidence", confidential=True,
            lanes={"Requester": ["Tell"]}, fields={"Tell": ["what"]},
        ),
    }  # fmt: skip


def town() -> Town:
    """The town before any case; no rule of the policy stands in the way of these small diagrams."""
    settled = walking.settle(FIRST, files())
    return replace(settled, runtime=walking.runtime(replace(walking.pack(), rules={})))


def busy() -> tuple[Town, list[Walk]]:
    """The town with its twelve cases."""
    settled = town()
    return settled, busy_cases(settled, 12)


def busy_cases(settled: Town, count: int) -> list[Walk]:
    """The first so many of the twelve cases."""
    return [_case(settled, number) for number in range(count)]


def confidential_cases(settled: Town, count: int) -> None:
    """Start so many confidential cases; all of them stay open."""
    for _ in range(count):
        cases.start_case(settled.runtime, "telling", by=settled.people.rosa, now=FIRST)


def do(walk: Walk, element: str, at: datetime, **answers: str) -> None:
    """Let whoever usually does it complete a step at this moment."""
    walk.now = at - timedelta(minutes=1)  # each step of a walk takes a minute
    walk.do(element, **answers)


def take(walk: Walk, element: str, at: datetime) -> None:
    """Let whoever usually does it take a step at this moment."""
    task = walk.task(element)
    tasks.claim(walk.town.runtime, task.id, by=walk.whoever_does(task), now=at)


def _case(settled: Town, number: int) -> Walk:
    started = FIRST + (number if number < 11 else 38) * DAY
    by = settled.people.nora if number == 10 else settled.people.rosa
    case = cases.start_case(settled.runtime, "asking", by=by, now=started)
    walk = Walk(settled, case.id, started)
    do(walk, "Ask", started + HOUR, what="A site")
    opened = started + HOUR
    if number < 8:
        _forwarded(walk, number, opened)
    elif number == 8:
        take(walk, "Forward", opened + 10 * HOUR)
        do(walk, "Forward", opened + 14 * HOUR, decision="return")
    elif number == 9:
        do(walk, "Forward", opened + 30 * HOUR, decision="decline")
    elif number == 11:
        take(walk, "Forward", opened)
    return walk


def _forwarded(walk: Walk, number: int, opened: datetime) -> None:
    take(walk, "Forward", opened + (number + 1) * HOUR)
    decided = opened + (number + 3) * HOUR
    do(walk, "Forward", decided, decision="forward")
    choice = {5: "reject", 6: "return"}.get(number, "approve")
    if number == 7:
        take(walk, "Decide", decided + HOUR)
    else:
        do(walk, "Decide", decided + (number + 1) * DAY, decision=choice)
