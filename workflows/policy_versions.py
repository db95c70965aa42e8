"""Policy versions: which pack of clauses, acts, roles and rules is in force, and since when.

The database holds every pack that was ever taken up, word for word; the latest one is in force for
every process of the server, whatever its own folder holds by now.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session, joinedload

from models.cases import Case
from models.database import transaction
from models.people import Person, RoleGrant
from models.publication import PolicyVersion
from workflows import audit, jobs, publication
from workflows.errors import NotFoundError
from workflows.library import Library
from workflows.people import is_active_on
from workflows.policy.pack import FILES, OPTIONAL, Pack, PolicyPackError, read_pack
from workflows.policy.reading import Mistake
from workflows.policy_map import act_of

RECHECK_JOB = "policy-recheck"
LONGEST_NOTE = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TakenUp:
    """The pack that is in force now; `is_new` unless it was before."""

    number: int
    is_new: bool


def in_force(session: Session, known: Pack) -> Pack:
    """Give the pack in force: `known` where it is that one, or where none was ever taken up."""
    digest = session.scalar(_latest(PolicyVersion.digest))
    if digest is None or digest == known.version:
        return known
    return last_recorded(session) or known


def last_recorded(session: Session) -> Pack | None:
    """Give the pack that was taken up last, None where none was, or none that can be read now."""
    row = session.scalar(_latest(PolicyVersion))
    try:
        return None if row is None else pack_of(row)
    except PolicyPackError:
        # Written for another version of the product.
        log.exception("Version %s of the policy cannot be read any more.", row.number if row else 0)
        return None


def pack_of(row: PolicyVersion) -> Pack:
    """Read the pack of a version from the texts that were recorded of it."""
    return read_pack(row.files)


def number_in_force(session: Session) -> int | None:
    """Give the number of the version in force, None where none was taken up."""
    number: int | None = session.scalar(_latest(PolicyVersion.number))
    return number


def versions(session: Session) -> list[PolicyVersion]:
    """Give all versions, the latest first, without the texts of their files."""
    return list(
        session.scalars(
            select(PolicyVersion)
            .order_by(PolicyVersion.number.desc())
            .options(joinedload(PolicyVersion.taken_up_by))
        )
    )


def version_of(session: Session, number: int) -> PolicyVersion:
    """Give one version, or raise NotFoundError."""
    row = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.number == number)
        .options(joinedload(PolicyVersion.taken_up_by))
    )
    if row is None:
        raise NotFoundError(f"There is no version {number} of the policy.")
    return row


def who_answers(session: Session, email: str, *, day: date) -> int:
    """Give the id of the active person with this e-mail address, who answers for a new version.

    Raises NotFoundError where there is none.
    """
    known = select(Person.id).where(
        func.lower(Person.email) == email.strip().lower(), is_active_on(day)
    )
    person: int | None = session.scalar(known)
    if person is None:
        raise NotFoundError(
            f'Nobody active has the e-mail address "{email.strip()}". Name the person who answers '
            "for the policy, as the list of people has them."
        )
    return person


def take_up(
    files: Mapping[str, str],
    *,
    library: Library,
    note: str,
    by: int | None,
    now: datetime,
) -> TakenUp:
    """Put a pack in force, given as the texts of its files, unless it is already.

    All published diagrams are then checked again by the worker. Raises PolicyPackError, with every
    mistake and its place, for a pack that cannot be read, or that lacks what diagrams in force and
    open cases need; the one in force stays.
    """
    pack = read_pack(files)
    with transaction() as session:
        _wait_for_turn(session)
        last = session.execute(_latest(PolicyVersion.number, PolicyVersion.digest)).one_or_none()
        if last is not None and last.digest == pack.version:
            return TakenUp(last.number, is_new=False)
        if lacking := [*_lacking(session, pack, library, now)]:
            raise PolicyPackError(lacking)
        number = (last.number if last else 0) + 1
        session.add(
            PolicyVersion(
                number=number,
                digest=pack.version,
                files={name: files[name] for name in (*FILES, *OPTIONAL) if name in files},
                note=note.strip()[:LONGEST_NOTE],
                taken_up_at=now,
                taken_up_by_id=by,
            )
        )
        jobs.schedule(session, kind=RECHECK_JOB, key=RECHECK_JOB, run_at=now)
        audit.record(
            session,
            action="policy:taken-up",
            subject="policy",
            actor=by,
            now=now,
            details={"version": number, "digest": pack.version, "note": note},
        )
    return TakenUp(number, is_new=True)


def _latest(*what: Any) -> Select[Any]:
    return select(*what).order_by(PolicyVersion.number.desc()).limit(1)


def _wait_for_turn(session: Session) -> None:
    """Let hosts that start at once take turns, so that none takes up the same pack again."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('policy_version'))"))


def _lacking(session: Session, pack: Pack, library: Library, now: datetime) -> Iterable[Mistake]:
    """Name what the pack has no more, and what runs here still needs.

    An act is part of the contract: rules, forms and people of open cases know it by its id.
    """
    former = last_recorded(session)
    parties = former.parties if former else {}
    seen: set[str] = set()
    for version_id in _running(session, now):
        for diagram in library.of(session, version_id).diagrams.values():
            for node in diagram.nodes.values():
                where = f"“{node.title}” in “{diagram.name or diagram.process_id}” needs it"
                known = node.act in pack.acts or node.act is None
                if not known and (former is None or act_of(node, former)):
                    yield from _gone("acts.toml", "act", str(node.act), where, seen)
                if node.lane in parties and node.lane not in pack.parties:
                    yield from _gone("roles.toml", "party", str(node.lane), where, seen)
    held = select(RoleGrant.role).where(
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= now.date())
    )
    for role in sorted(set(session.scalars(held.distinct())) - set(pack.roles)):
        yield from _gone("roles.toml", "role", role, "people hold it", seen)


def _gone(file: str, kind: str, name: str, why: str, seen: set[str]) -> Iterable[Mistake]:
    if (place := f'{kind} "{name}"') not in seen:
        seen.add(place)
        yield Mistake(file, None, place, f"It is gone, but {why}. Put it back.")


def _running(session: Session, now: datetime) -> list[int]:
    """Give the versions in force and those that open cases run on."""
    in_use = {version.id for version in publication.published(session, now=now).values()}
    open_cases = select(Case.version_id).where(Case.ended_at.is_(None)).distinct()
    return sorted(in_use | set(session.scalars(open_cases)))
