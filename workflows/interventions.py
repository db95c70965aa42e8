"""Interventions: what an owner of a process does to a case from outside its diagram, and why.

Who may are the holders, city-wide, of the role that owns the process, and those who lead every
office. What touches a rule of the policy takes two of them: one asks, another agrees or refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from models.cases import Case, Intervention, InterventionKind, Task
from models.database import transaction
from models.people import Person, RoleGrant
from models.trust import Job, JobState
from workflows import confidence
from workflows.answers import History
from workflows.diagrams.graph import ACTIVITIES, CATCHES, Node
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.foresight import BINDING, Foreseen, acts_at, after, foresee, touched
from workflows.intervening import Hand, perform, record, refuse_impossible
from workflows.library import DiagramSet
from workflows.notices import tell
from workflows.people import duties_of, holds_on, is_active_on
from workflows.policy.guard import open_duties
from workflows.runtime import Runtime

LONGEST_REASON = 1000
MOST_PENDING = 200
# Where a token may be put by hand: where it waits, or where something is entered.
PLACES = ACTIVITIES | CATCHES
_AT_A_PLACE = frozenset({InterventionKind.REOPEN, InterventionKind.PLACE})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to do to a case; `revision` is that of the case as they saw it.

    A skip names an open task; reopening and placing name an element, a retry the element whose
    job failed. `takes_back` takes away what waits elsewhere in the case.
    """

    kind: InterventionKind
    reason: str
    revision: int
    task_id: int | None = None
    diagram: str | None = None
    element: str | None = None
    scope: str | None = None
    takes_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Word:
    """What the second person says, of the case in this `revision`: agreed or refused, and why."""

    agree: bool
    text: str
    revision: int


@dataclass(frozen=True)
class Prospect:
    """What would follow: the rules that make a second person necessary, and what they say.

    `rules` are ids; `foreseen` the acts that rules would refuse further on; `duties` what rules
    still ask for in the case.
    """

    rules: tuple[str, ...]
    foreseen: Sequence[Foreseen]
    duties: Sequence[str]


def may_intervene(
    runtime: Runtime, session: Session, case: Case, person_id: int, *, now: datetime
) -> bool:
    """Say whether the person may intervene in this case; a confidential one takes its list."""
    day = runtime.calendar.day_of(now)
    known = session.scalar(_owners(runtime, session, case, day).where(Person.id == person_id))
    if known is None or not case.confidential:
        return known is not None
    duties = duties_of(session, person_id, runtime.pack, day)
    return confidence.is_on_list(session, case.id, duties, now=now, at_work=True)


def places(diagrams: DiagramSet) -> list[tuple[str, Node]]:
    """Give where a token may be put in the diagrams of a case, the main one first."""
    keys = sorted(diagrams.diagrams, key=lambda key: key != diagrams.main)
    return [
        (key, node)
        for key in keys
        for node in diagrams.diagrams[key].nodes.values()
        if node.kind in PLACES
    ]


def prospect(runtime: Runtime, session: Session, case: Case, wish: Wish) -> Prospect:
    """Say before anything is done which rules it touches and what they would refuse then."""
    pack = runtime.pack
    diagrams = runtime.library.of(session, case.version_id).diagrams
    past = History.read(session, case.id).deeds
    rules: set[str] = set()
    foreseen: list[Foreseen] = []
    if wish.diagram is not None and wish.element is not None and _moves_a_token(wish.kind):
        place = (wish.diagram, wish.element)
        rules |= {rule.id for rule in touched(pack, acts_at(pack, diagrams, place))}
        starts = after(diagrams, place) if wish.kind == InterventionKind.SKIP else [place]
        foreseen = foresee(pack, past, diagrams, starts)
    duties = open_duties(pack, past) if wish.kind in _WITH_DUTIES else []
    rules |= {one.rule.id for one in foreseen} | {duty.rule for duty in duties}
    binding = tuple(sorted(rule for rule in rules if pack.rules[rule].level in BINDING))
    return Prospect(binding, foreseen, [duty.text for duty in duties])


def intervene(
    runtime: Runtime, case_id: int, wish: Wish, *, by: int, now: datetime
) -> Intervention:
    """Do it at once, or have it wait for a second person where a rule of the policy is touched.

    Raises NotFoundError and NotAllowedError (not this person's to do), InvalidAnswersError (no
    reason, no such place), ConflictError (the case has moved on, or another intervention waits),
    RefusedError and StuckError (a rule or the diagram says no): then nothing has changed.
    """
    if not wish.reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    if len(wish.reason) > LONGEST_REASON:
        raise InvalidAnswersError({"reason": f"Write at most {LONGEST_REASON} characters."})
    with transaction() as session:
        case = _locked(session, case_id)
        _check_hands(runtime, session, case, by, now)
        _check_unmoved(case, wish.revision)
        _check_nothing_waits(session, case)
        wish = _named(session, case, wish)
        row = _row(runtime, session, case, wish, by, now)
        refuse_impossible(session, case, row)
        row.rules = list(prospect(runtime, session, case, wish).rules)
        session.add(row)
        session.flush()  # its id, for the notices
        hand = Hand(session, runtime, case, row, by, now)
        if row.rules:
            _ask(hand)
        else:
            _do(hand)
        return row


def answer(
    runtime: Runtime, intervention_id: int, word: Word, *, by: int, now: datetime
) -> Intervention:
    """Agree to an intervention that waits, which does it, or refuse it; with a word on why.

    Whoever asked cannot agree, but may take it back. Raises as `intervene` does.
    """
    if not word.text.strip():
        raise InvalidAnswersError({"word": "Say why you agree or refuse, for the record."})
    if len(word.text) > LONGEST_REASON:
        raise InvalidAnswersError({"word": f"Write at most {LONGEST_REASON} characters."})
    with transaction() as session:
        # The row itself is read under the lock: somebody else may be answering at this moment.
        asked_in = select(Intervention.case_id).where(Intervention.id == intervention_id)
        case_id = session.scalar(asked_in)
        if case_id is None:
            raise NotFoundError("There is no such intervention.")
        case = _locked(session, case_id)
        row = session.scalars(_rows().where(Intervention.id == intervention_id)).one()
        _check_hands(runtime, session, case, by, now)
        _check_answerable(row, agree=word.agree, by=by)
        row.answer = word.text.strip()
        row.second_id = by if by != row.asked_by_id else None
        hand = Hand(session, runtime, case, row, by, now)
        if word.agree:
            _check_unmoved(case, word.revision)
            _do(hand)
        else:
            row.refused_at = now
            _tell_asker(hand, "was refused")
            record(hand, "intervention:refused")
        return row


def of_case(session: Session, case_id: int) -> list[Intervention]:
    """Give the interventions in a case with their people, oldest first."""
    rows = _rows().where(Intervention.case_id == case_id).order_by(Intervention.id)
    return list(session.scalars(rows))


def waiting_for(
    runtime: Runtime, session: Session, person_id: int, *, now: datetime
) -> list[Intervention]:
    """Give the interventions that wait for a second person, who may be this one."""
    duties = duties_of(session, person_id, runtime.pack, runtime.calendar.day_of(now))
    # Asked of each row, who is on no list would wait longer where a confidential case has one.
    known = or_(Case.confidential.is_(False), confidence.on_list(duties, now=now, at_work=True))
    pending = (
        _rows()
        .join(Intervention.case)
        .where(
            Intervention.done_at.is_(None),
            Intervention.refused_at.is_(None),
            Intervention.asked_by_id != person_id,
            known,
        )
        .options(contains_eager(Intervention.case))
        .order_by(Intervention.asked_at, Intervention.id)
        .limit(MOST_PENDING)
    )
    return [
        row
        for row in session.scalars(pending)
        if may_intervene(runtime, session, row.case, person_id, now=now)
    ]


def failed(session: Session, case_id: int) -> list[tuple[str, str]]:
    """Give where in a case a deadline failed for good: diagram and element."""
    dead = select(Job.payload).where(Job.case_id == case_id, Job.state == JobState.DEAD)
    found = [payload.get("place") for payload in session.scalars(dead.order_by(Job.id))]
    return list(dict.fromkeys((place[0], place[1]) for place in found if place))


def is_pending(row: Intervention) -> bool:
    """Say whether an intervention waits for a second person."""
    return row.done_at is None and row.refused_at is None


_WITH_DUTIES = frozenset({InterventionKind.CANCEL, InterventionKind.REOPEN})


def _moves_a_token(kind: InterventionKind) -> bool:
    return kind in _AT_A_PLACE or kind == InterventionKind.SKIP


def _owners(runtime: Runtime, session: Session, case: Case, day: date) -> Select[Person]:
    diagrams = runtime.library.of(session, case.version_id)
    leading = {role.id for role in runtime.pack.roles.values() if role.leads == "all"}
    roles = leading | {diagrams.diagrams[diagrams.main].owner}
    held = select(RoleGrant.person_id).where(
        RoleGrant.role.in_(roles), RoleGrant.unit_id.is_(None), holds_on(day)
    )
    return select(Person).where(Person.id.in_(held), is_active_on(day))


def _locked(session: Session, case_id: int) -> Case:
    case = session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(undefer(Case.tokens), joinedload(Case.unit))
        .with_for_update(of=Case)
    )
    if case is None:
        raise NotFoundError("There is no such case.")
    return case


def _check_hands(runtime: Runtime, session: Session, case: Case, by: int, now: datetime) -> None:
    if may_intervene(runtime, session, case, by, now=now):
        return
    if case.confidential:
        raise NotFoundError("There is no such case.")
    raise NotAllowedError(
        "Only the owners of this process and those who manage processes intervene in a case."
    )


def _check_unmoved(case: Case, revision: int) -> None:
    if case.revision != revision:
        raise ConflictError(
            f"{case.label} has moved on since you looked at it. Look again; nothing was done."
        )


def _check_nothing_waits(session: Session, case: Case) -> None:
    if any(is_pending(row) for row in of_case(session, case.id)):
        raise ConflictError(
            "Another intervention in this case waits for a second person. It is agreed to or "
            "refused first; nothing was done."
        )


def _check_answerable(row: Intervention, *, agree: bool, by: int) -> None:
    if not is_pending(row):
        by_whom = row.second.name if row.second else row.asked_by.name
        what = "agreed to" if row.done_at else "refused"
        raise ConflictError(f"{by_whom} has {what} this already. Nothing more was done.")
    if agree and by == row.asked_by_id:
        raise NotAllowedError("You asked for this yourself: it takes a second person to agree.")


def _named(session: Session, case: Case, wish: Wish) -> Wish:
    """Give the wish with the place of the task that it is about; a task of another case is none."""
    if wish.task_id is None:
        return wish
    task = session.get(Task, wish.task_id)
    if task is None or task.case_id != case.id:
        raise NotFoundError("There is no such step in this case.")
    return replace(wish, diagram=task.diagram, element=task.element, scope=task.scope)


def _row(
    runtime: Runtime, session: Session, case: Case, wish: Wish, by: int, now: datetime
) -> Intervention:
    if wish.kind == InterventionKind.SKIP and wish.task_id is None:
        raise InvalidAnswersError({"task": "Choose the step to skip."})
    if wish.kind in _AT_A_PLACE:
        known = {
            (key, node.id) for key, node in places(runtime.library.of(session, case.version_id))
        }
        if (wish.diagram, wish.element) not in known:
            raise InvalidAnswersError(
                {"place": "Choose a step or an event of the case's diagrams."}
            )
    return Intervention(
        case_id=case.id,
        kind=wish.kind,
        task_id=wish.task_id,
        diagram=wish.diagram,
        element=wish.element,
        scope=wish.scope,
        takes_back=wish.takes_back,
        reason=wish.reason.strip(),
        rules=[],
        asked_by_id=by,
        asked_at=now,
    )


def _ask(hand: Hand) -> None:
    runtime, session, case, now = hand.runtime, hand.session, hand.case, hand.now
    people = session.scalars(_owners(runtime, session, case, runtime.calendar.day_of(now)))
    others = [
        person.id
        for person in people
        if person.id != hand.by and may_intervene(runtime, session, case, person.id, now=now)
    ]
    text = f"{case.label}: an intervention waits for the word of a second person."
    tell(session, others, text, case_id=case.id, now=now)
    record(hand, "intervention:asked")


def _do(hand: Hand) -> None:
    perform(hand)
    hand.session.flush()  # gives the case its new revision
    row = hand.row
    row.done_at, row.done_in = hand.now, hand.case.revision
    _tell_asker(hand, "was agreed to and done")
    record(hand, f"case:{_ACTIONS[InterventionKind(row.kind)]}")


_ACTIONS = {
    InterventionKind.SUSPEND: "suspended",
    InterventionKind.RESUME: "resumed",
    InterventionKind.CANCEL: "cancelled",
    InterventionKind.RETRY: "job-retried",
    InterventionKind.SKIP: "step-skipped",
    InterventionKind.REOPEN: "reopened",
    InterventionKind.PLACE: "token-placed",
}


def _tell_asker(hand: Hand, what: str) -> None:
    if hand.by != hand.row.asked_by_id:
        text = f"{hand.case.label}: the intervention that you asked for {what}."
        people = [hand.row.asked_by_id]
        tell(hand.session, people, text, case_id=hand.case.id, now=hand.now)


def _rows() -> Select[Intervention]:
    return select(Intervention).options(
        joinedload(Intervention.asked_by), joinedload(Intervention.second)
    )
