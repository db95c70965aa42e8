"""What follows when people come, leave or change roles: no step waits for somebody who is not there.

`look` puts right what needs nobody's word, and says the rest as incidents and to the owners of the
processes; incidents close by themselves when it is right again. It is asked at once where somebody
leaves or a role changes, and every morning, for terms, roles and absences end by their days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Absence, Person, RoleGrant
from models.trust import Incident, Job
from workflows import audit, jobs
from workflows.absences import without_hands
from workflows.business_time import Calendar
from workflows.case_list import settle_all
from workflows.incidents import SEEN, put_right, report
from workflows.leads import leads_of
from workflows.leavers import end_absences, left_behind, release
from workflows.newcomers import greet_since
from workflows.notices import tell
from workflows.people import holds_on, is_active_on
from workflows.runtime import Runtime
from workflows.vacancies import Standstill, standstills

CHECK_JOB = "people-check"

# The kinds of the incidents that are opened and closed here.
STANDSTILL, LEAVER = "standstill", "leaver"

# After every midnight that a clock change may move, and before the offices open.
MORNING = time(5)


@dataclass(frozen=True)
class _Finding:
    """Something that a person must look at, and who is told beside the list of incidents."""

    kind: str
    message: str
    case_id: int | None
    versions: frozenset[int]
    told: frozenset[int] = frozenset()


def look(session: Session, runtime: Runtime, *, now: datetime) -> dict[str, Any]:
    """Put right what leavers left, open and close incidents, in the caller's transaction.

    Tasks that leavers have taken go back to their roles, their absences end, and steps of
    confidential cases are offered anew. To look twice changes nothing. Gives what was done, for
    the record: ids of `released` tasks, of people `without_substitute`, of incidents `opened`
    and `closed`; what did not happen is left out.
    """
    session.flush()  # what the caller has changed
    on_lists = settle_all(session, runtime, now=now)
    day = runtime.calendar.day_of(now)
    done: dict[str, Any] = {
        "released": release(session, day),
        "without_substitute": end_absences(session, day, now),
    }
    done |= _report(session, runtime, list(_findings(session, runtime, day)), now)
    done["closed"] = [*on_lists, *done["closed"]]
    return {what: ids for what, ids in done.items() if ids}


def check(runtime: Runtime, session: Session, job: Job, now: datetime, /) -> None:
    """Look, as the worker does every morning in the job's own transaction, and plan the next one.

    Also greets those whose roles begin, and tells leads who is away without anybody in their
    place; each once, however many mornings the worker missed.
    """
    day = runtime.calendar.day_of(now)
    since = date.fromisoformat(job.payload["day"])
    done = look(session, runtime, now=now)
    greeted = greet_since(session, runtime.pack, since=since, day=day, now=now)
    alone = _tell_leads(session, runtime, since=since, day=day, now=now)
    done |= {"greeted": greeted} if greeted else {}
    done |= {"nobody_stands_in": alone} if alone else {}
    schedule(session, runtime.calendar, now=now)
    if done:
        audit.record(
            session, action="people:checked", subject="people", actor=None, now=now, details=done
        )


def schedule(session: Session, calendar: Calendar, *, now: datetime) -> None:
    """Have the check made on the next morning of the city; there is never more than one such job."""
    day = calendar.day_of(now)
    at = datetime.combine(day + timedelta(days=1), MORNING, calendar.time_zone)
    payload = {"day": day.isoformat()}
    jobs.schedule(session, kind=CHECK_JOB, key=CHECK_JOB, run_at=at, payload=payload)


def schedule_first(session: Session, calendar: Calendar, *, now: datetime) -> bool:
    """Plan the check where it is not planned yet; say whether that was so.

    In the caller's transaction. What has become due or failed is left as it is.
    """
    if session.scalar(select(Job.id).where(Job.key == CHECK_JOB)) is not None:
        return False
    schedule(session, calendar, now=now)
    return True


def _findings(session: Session, runtime: Runtime, day: date) -> Iterable[_Finding]:
    for stands in standstills(session, runtime.pack, day):
        yield _Finding(STANDSTILL, _in_words(stands, runtime), None, stands.versions)
    for left in left_behind(session, day):
        versions = frozenset([left.version_id] if left.version_id else [])
        yield _Finding(LEAVER, left.message, left.case_id, versions, left.told)


def _in_words(stands: Standstill, runtime: Runtime) -> str:
    roles = runtime.pack.roles
    whom = " or ".join(roles[role].title for role in stands.roles) or "a role that does them"
    where = f", {stands.unit}" if stands.unit else ""
    return (
        f"Steps wait for {stands.party}{where}, and nobody there holds the role to do them "
        f"({whom}). They wait until somebody is given it."
    )


def _report(
    session: Session, runtime: Runtime, findings: list[_Finding], now: datetime
) -> Mapping[str, list[int]]:
    """Open an incident for each finding that has none, and close those that are no finding now."""
    known = session.scalars(
        select(Incident).where(
            Incident.kind.in_((STANDSTILL, LEAVER)), Incident.resolved_at.is_(None)
        )
    ).all()
    open_now = {(row.kind, row.case_id, row.message): row for row in known}
    opened: list[int] = []
    for finding in findings:
        key = (finding.kind, finding.case_id, finding.message)
        if open_now.pop(key, None) is None:
            incident = report(
                session, kind=key[0], message=key[2], now=now, case_id=finding.case_id
            )
            if incident.id is None:
                session.flush()  # its id, and so that the same is not reported twice
                opened.append(incident.id)
                people = _owners(session, runtime, finding, now)
                tell(session, people, finding.message, now=now)
    closed = list(open_now.values())
    for incident in closed:
        put_right(incident, note=SEEN, now=now)
    return {"opened": opened, "closed": [incident.id for incident in closed]}


def _owners(session: Session, runtime: Runtime, finding: _Finding, now: datetime) -> list[int]:
    """Give the active people who own the processes concerned, and whom it concerns otherwise."""
    day = runtime.calendar.day_of(now)
    sets = [runtime.library.of(session, version) for version in finding.versions]
    roles = {diagrams.diagrams[diagrams.main].owner for diagrams in sets}
    owning = (
        select(RoleGrant.person_id)
        .where(RoleGrant.role.in_([role for role in roles if role]), holds_on(day))
        .scalar_subquery()
    )
    wanted = Person.id.in_(owning) | Person.id.in_(finding.told)
    return sorted(session.scalars(select(Person.id).where(wanted, is_active_on(day))))


def _tell_leads(
    session: Session, runtime: Runtime, *, since: date, day: date, now: datetime
) -> list[int]:
    """Tell leads of absences in which the substitute is away too; give the absences' ids."""
    before = {absence.id for absence in without_hands(session, day=since)}
    new = [absence for absence in without_hands(session, day=day) if absence.id not in before]
    for absence in new:
        leads = leads_of(session, runtime.pack, absence.person, day)
        tell(session, leads, _alone_in_words(absence), now=now)
    return [absence.id for absence in new]


def _alone_in_words(absence: Absence) -> str:
    return (
        f"{absence.person.name} is away, and so is {absence.substitute.name}, who stands in. "
        "Their steps wait: hand over what cannot, or have another substitute named."
    )
