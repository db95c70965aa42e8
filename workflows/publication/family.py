"""What hangs together: a diagram, what it calls, what calls it, and what is in force of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.cases import DiagramVersion
from workflows.business_time import Calendar
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import ConflictError
from workflows.publication.in_force import published, scheduled
from workflows.publication.proving import digest_of, sha256_of
from workflows.publication.versions import calls_of, contents
from workflows.publication.wording import name_of, on_day


@dataclass(frozen=True)
class Plan:
    """What is to be published, what stands around it, and on which versions both were found.

    `new` and `around` map process ids to XML; `in_force` to the ids of the versions in force.
    """

    new: Mapping[str, bytes]
    around: Mapping[str, bytes]
    in_force: Mapping[str, int]


def plan(session: Session, changed: Mapping[str, bytes], *, now: datetime) -> Plan:
    """Say what is published when these diagrams change: they, and all that calls them.

    A frozen set names the versions of every called diagram, so the callers are published anew.
    """
    latest = published(session, now=now)
    files = {**contents(session, latest.values()), **changed}
    new = set(changed) | callers_of(changed, diagrams_of(files))
    return Plan(
        {key: files[key] for key in sorted(new)},
        {key: data for key, data in sorted(files.items()) if key not in new},
        {key: version.id for key, version in latest.items()},
    )


def diagrams_of(files: Mapping[str, bytes]) -> dict[str, Diagram]:
    """Read the files; what is no diagram is left out."""
    found = {key: read(data)[0] for key, data in files.items()}
    return {key: diagram for key, diagram in found.items() if diagram is not None}


def reach(key: str, diagrams: Mapping[str, Diagram]) -> list[str]:
    """Give a process and everything among the diagrams that it calls, directly or not."""
    found, queue = [key], [key]
    while queue:
        calls = [called for called in calls_of(diagrams[queue.pop()]) if called in diagrams]
        new = [called for called in dict.fromkeys(calls) if called not in found]
        found += new
        queue += new
    return found


def callers_of(keys: Iterable[str], diagrams: Mapping[str, Diagram]) -> set[str]:
    """Give all that calls one of these, directly or not, without themselves."""
    wanted = set(keys)
    return {key for key in diagrams if wanted.intersection(reach(key, diagrams))} - wanted


def family_of(keys: Collection[str], diagrams: Mapping[str, Diagram]) -> set[str]:
    """Give all that hangs together with these by calls, in either direction."""
    found: set[str] = set()
    queue = set(keys)
    while queue:
        found |= queue
        near = callers_of(queue, diagrams).union(
            *(reach(key, diagrams) for key in queue if key in diagrams)
        )
        queue = near - found
    return found


def checked_of_draft(key: str, xml: bytes, files: Mapping[str, bytes]) -> str:
    """Give the digest of a draft with all that it calls in force, as its report carries it."""
    all_files = {**files, key: xml}
    parts = reach(key, diagrams_of(all_files))
    return digest_of({part: sha256_of(all_files[part]) for part in parts})


def waiting_in(
    session: Session, keys: Collection[str], diagrams: Mapping[str, Diagram], *, now: datetime
) -> list[DiagramVersion]:
    """Give the versions in the family of these processes that are still to take effect."""
    family = family_of(keys, diagrams)
    return [version for key, version in scheduled(session, now=now).items() if key in family]


def refuse_while_scheduled(
    session: Session, changed: Plan, calendar: Calendar, *, now: datetime
) -> None:
    """Raise ConflictError while a version of the family waits to take effect.

    What froze the versions of before would come into force over what is published meanwhile.
    """
    diagrams = diagrams_of({**changed.around, **changed.new})
    waiting = waiting_in(session, changed.new, diagrams, now=now)
    if waiting:
        named = ", ".join(f"version {one.number} of {one.process.name}" for one in waiting)
        raise ConflictError(
            f"It belongs together by calls with what waits to take effect "
            f"{on_day(waiting[0].effective_from, calendar)}: {named}, published by "
            f"{name_of(waiting[0].published_by)}. Nothing was published. Publish again when that has "
            "taken effect, or withdraw it on its page."
        )
