"""After a new policy: what is in force is checked again, and open cases are looked through.

Nothing is stuck by it. A version that does not keep the new rules stays in force and is named; a
case that broke one already is reported. Each version and each process is a job of its own, so that
a worker that is killed takes up where it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Process
from models.confidence import CaseAccess
from models.database import db, transaction
from models.people import Person, RoleGrant
from models.publication import CheckReport
from models.trust import Incident, Job
from workflows import audit, check_reports, jobs, publication
from workflows.confidence import running, unexcluded, working
from workflows.diagrams.check import Report, is_publishable
from workflows.evidence.reviews import reviews_of
from workflows.incidents import put_right, report
from workflows.notices import tell
from workflows.people import holds_on, is_active_on
from workflows.policy.pack import Pack
from workflows.policy_changes import stricter_or_other
from workflows.policy_evidence import SMALLEST_TOLD
from workflows.policy_versions import number_in_force, pack_of, versions
from workflows.publication.proving import in_words, prove
from workflows.publication.versions import checked_of, contents
from workflows.runtime import Runtime

DIAGRAM_JOB, CASES_JOB = "policy-diagram", "policy-cases"
# A check takes at most 20 s a diagram; cases are looked through at some hundreds a second.
LEASE = timedelta(minutes=10)
CASES_AT_ONCE = 200
CASES_NAMED = 20
# What a busy machine had no time for is tried again before anybody is called.
OUT_OF_TIME = frozenset({"check-timeout", "check-failed"})
TRIES = 3


class NotInTimeError(Exception):
    """The check of a diagram was cut off, as on a busy machine."""


@dataclass(frozen=True)
class Rechecked:
    """What the check says of a version under the policy in force; `wrong` is empty if it keeps it."""

    process: str
    number: int
    wrong: str


@dataclass(frozen=True)
class Breach:
    """An open case in which rules that are new, or ask for something else, are broken already."""

    case_id: int
    label: str
    confidential: bool
    rules: tuple[str, ...]


def plan(runtime: Runtime, session: Session, _job: Job, now: datetime, /) -> None:
    """Schedule what is to be checked under the policy in force: the job that a new one leaves."""
    for version in _current(session, now).values():
        known = _report_of(session, runtime.pack, version)
        if known is not None:
            # As where a policy is taken back: what was found under it is still true.
            wrong = (
                ""
                if known.publishable
                else in_words(check_reports.verdict_of(known), with_ways=False)
            )
            message = _unkept(session, version, wrong) if wrong else None
            _settle(session, runtime, DIAGRAM_JOB, version, message, now)
            continue
        jobs.schedule(
            session,
            kind=DIAGRAM_JOB,
            key=f"{DIAGRAM_JOB}:{version.process.key}",
            run_at=now,
            payload={"version": version.id},
        )
    for key in _with_open_cases(session):
        jobs.schedule(
            session,
            kind=CASES_JOB,
            key=f"{CASES_JOB}:{key}",
            run_at=now,
            payload={"process": key},
        )


def check_diagram(runtime: Runtime, job: Job, now: datetime) -> None:
    """Check one version again, as the worker does outside of any transaction."""
    version = db.session().get(
        DiagramVersion, job.payload["version"], options=[joinedload(DiagramVersion.process)]
    )
    current = _current(db.session(), now)
    if version is None or version.id not in {one.id for one in current.values()}:
        return  # replaced meanwhile, by one that was checked when it was published
    recheck(runtime, version, now=now, hurried=job.attempts < TRIES)


def recheck(
    runtime: Runtime, version: DiagramVersion, *, now: datetime, hurried: bool = False
) -> Rechecked:
    """Check a version under the policy in force, keep the report, and call for its owners or not.

    `hurried`: a check that was cut off raises NotInTimeError, to be tried again.
    """
    key, number = version.process.key, version.number
    verdict = _checked(runtime, db.session(), version, now)
    publishable = is_publishable(verdict)
    codes = {finding["code"] for finding in verdict["findings"]}
    if hurried and not publishable and codes & OUT_OF_TIME:
        raise NotInTimeError(key)
    wrong = "" if publishable else in_words(verdict, with_ways=False)
    db.session().commit()
    with transaction() as session:
        row = session.get_one(
            DiagramVersion, version.id, options=[joinedload(DiagramVersion.process)]
        )
        check_reports.save(
            session,
            verdict,
            version_id=row.id,
            checked=checked_of(session, row),
            policy=runtime.pack.version,
            now=now,
        )
        message = _unkept(session, row, wrong) if wrong else None
        _settle(session, runtime, DIAGRAM_JOB, row, message, now)
        audit.record(
            session,
            action="diagram:rechecked",
            subject=f"process {key}",
            actor=None,
            now=now,
            details={"version": number, "policy": runtime.pack.version, "keeps": publishable},
        )
    return Rechecked(key, number, wrong)


def recheck_everything(runtime: Runtime, *, now: datetime) -> list[Rechecked]:
    """Check all that is in force, or is to be, and look through all open cases, at once."""
    current = [version for _, version in sorted(_current(db.session(), now).items())]
    found = [recheck(runtime, version, now=now) for version in current]
    for key in _with_open_cases(db.session()):
        look_through(runtime, key, now=now)
    return found


def check_cases(runtime: Runtime, job: Job, now: datetime) -> None:
    """Look through the open cases of a process, as the worker does outside of any transaction."""
    look_through(runtime, job.payload["process"], now=now)


def look_through(runtime: Runtime, process: str, *, now: datetime) -> list[Breach]:
    """Find the open cases that broke a new rule already, and report them; none is stopped.

    The automata of the rules are stepped over the recorded acts, as the guard steps them. Of a
    confidential case only those who work on it are told.
    """
    rules = changed_rules(db.session(), runtime.pack)
    found = _breaches(runtime, db.session(), process, rules) if rules else []
    db.session().commit()
    with transaction() as session:
        version = _current(session, now).get(process)
        if version is not None:
            message = _broken(session, version, found) if found else None
            if _settle(session, runtime, CASES_JOB, version, message, now) and found:
                _tell_lists(session, [one for one in found if one.confidential], now)
        audit.record(
            session,
            action="cases:rechecked",
            subject=f"process {process}",
            actor=None,
            now=now,
            details={
                "policy": runtime.pack.version,
                "broken": {one.label: [*one.rules] for one in found if not one.confidential},
            },
        )
    return found


def broken_cases(session: Session) -> Sequence[Incident]:
    """Give what stands open about cases that broke a new rule, by process."""
    return session.scalars(
        select(Incident)
        .where(Incident.kind.startswith(f"{CASES_JOB}-"), Incident.resolved_at.is_(None))
        .order_by(Incident.kind)
    ).all()


def changed_rules(session: Session, pack: Pack) -> frozenset[str]:
    """Give the rules that the policy in force added or changed; none where it is the first one."""
    latest = versions(session)[:2]
    if len(latest) < 2 or latest[0].digest != pack.version:
        return frozenset()
    return stricter_or_other(pack_of(latest[1]), pack)


def _current(session: Session, now: datetime) -> dict[str, DiagramVersion]:
    """Give what is in force, or is to take effect, by process id."""
    return {**publication.published(session, now=now), **publication.scheduled(session, now=now)}


def _with_open_cases(session: Session) -> Sequence[str]:
    return session.scalars(
        select(Process.key)
        .join(DiagramVersion, DiagramVersion.process_id == Process.id)
        .join(Case, Case.version_id == DiagramVersion.id)
        .where(Case.ended_at.is_(None))
        .distinct()
        .order_by(Process.key)
    ).all()


def _report_of(session: Session, pack: Pack, version: DiagramVersion) -> CheckReport | None:
    return session.scalar(
        select(CheckReport)
        .where(
            CheckReport.version_id == version.id,
            CheckReport.policy == pack.version,
            CheckReport.checked == checked_of(session, version),
        )
        .order_by(CheckReport.id.desc())
        .limit(1)
    )


def _checked(runtime: Runtime, session: Session, version: DiagramVersion, now: datetime) -> Report:
    """Check a version with the diagrams that it froze, and with those in force that call it."""
    files = contents(session, publication.published(session, now=now).values())
    frozen = session.scalars(
        select(DiagramVersion)
        .where(DiagramVersion.id.in_(version.frozen.values()))
        .options(joinedload(DiagramVersion.process))
    ).all()
    files |= contents(session, frozen)
    key = version.process.key
    own = {key: files[key]}
    session.commit()
    return prove(own, pack=runtime.pack, library=files)[key]


def _breaches(
    runtime: Runtime, session: Session, process: str, rules: Collection[str]
) -> list[Breach]:
    held = {rule for rule in rules if runtime.pack.rules[rule].severity == "error"}
    open_cases = session.scalars(
        select(Case.id)
        .join(Case.version)
        .join(DiagramVersion.process)
        .where(Process.key == process, Case.ended_at.is_(None))
        .order_by(Case.id)
    ).all()
    found = []
    for begin in range(0, len(open_cases), CASES_AT_ONCE):
        some = session.scalars(
            select(Case).where(Case.id.in_(open_cases[begin : begin + CASES_AT_ONCE]))
        ).all()
        for review in reviews_of(runtime, session, some).values():
            broken = tuple(one.rule.id for one in review.violated if one.rule.id in held)
            if broken:
                case = review.case
                found.append(Breach(case.id, case.label, case.confidential, broken))
        session.expunge_all()
    return found


def _unkept(session: Session, version: DiagramVersion, wrong: str) -> str:
    return (
        f"“{version.process.name}”, version {version.number}, does not keep version "
        f"{number_in_force(session)} of the policy: {wrong} It stays in force and its cases go "
        "on. Its check report says more. Publish a version that keeps the policy, or mend the "
        "policy."
    )


def _broken(session: Session, version: DiagramVersion, found: Sequence[Breach]) -> str:
    """Say which cases broke what; of confidential ones no more than how many, from five on."""
    told = [f"{one.label} ({', '.join(one.rules)})" for one in found if not one.confidential]
    kept = sum(one.confidential for one in found)
    named = told[:CASES_NAMED]
    if len(told) > CASES_NAMED:
        named.append(f"and {len(told) - CASES_NAMED} more")
    if kept:
        named.append(f"confidential cases: {kept if kept >= SMALLEST_TOLD else 'fewer than five'}")
    return (
        f"Open cases of “{version.process.name}” broke rules that are new in version "
        f"{number_in_force(session)} of the policy, before it was in force: {', '.join(named)}. "
        "They go on. Look at each, and put right what can be."
    )


def _settle(
    session: Session,
    runtime: Runtime,
    kind: str,
    version: DiagramVersion,
    message: str | None,
    now: datetime,
) -> bool:
    """Open the incident that a message asks for, close those that say something else.

    Says whether one was opened; the owners of the process are told of it then.
    """
    kind = f"{kind}-{version.process.key}"
    waiting = session.scalars(
        select(Incident).where(Incident.kind == kind, Incident.resolved_at.is_(None))
    ).all()
    for incident in waiting:
        if incident.message != message:
            put_right(incident, note="It was checked again; this does not hold any more.", now=now)
    if message is None or any(incident.message == message for incident in waiting):
        return False
    report(session, kind=kind, message=message, now=now)
    tell(session, _owners(session, runtime, version, now), message, now=now)
    return True


def _owners(
    session: Session, runtime: Runtime, version: DiagramVersion, now: datetime
) -> list[int]:
    diagrams = runtime.library.of(session, version.id)
    day = runtime.calendar.day_of(now)
    return list(
        session.scalars(
            select(Person.id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(
                RoleGrant.role == diagrams.diagrams[diagrams.main].owner,
                holds_on(day),
                is_active_on(day),
            )
            .distinct()
        )
    )


def _tell_lists(session: Session, kept: Sequence[Breach], now: datetime) -> None:
    """Tell those who work on a confidential case, and nobody else, that there is something."""
    for one in kept:
        people = session.scalars(
            select(CaseAccess.person_id).where(
                CaseAccess.case_id == one.case_id, running(now), working()
            )
        ).all()
        text = f"{one.label} has news for you: the rules of the policy have changed."
        free = unexcluded(session, one.case_id, people)
        tell(session, free, text, case_id=one.case_id, now=now)
