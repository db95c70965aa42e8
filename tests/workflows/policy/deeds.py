"""Stories of cases for the tests: deeds by the cast of the policy, one a day."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workflows.policy.guard import Deed
from workflows.policy.pack import Pack

POLICY = Path(__file__).parents[3] / "bpmn" / "policy"

ROSA, DAN, CHEN, IVY, CLEO, ADA, HAL, DELEGATE, SUBJECT = range(1, 10)
CAST: Mapping[str, int] = {
    "Requester": ROSA,
    "Department": DAN,
    "Communications": CHEN,
    "Information Technology": IVY,
    "City Clerk": CLEO,
    "City Attorney": ADA,
    "Human Resources": HAL,
    "Delegate": DELEGATE,
    "Subject": SUBJECT,
}
FIRST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

REQUESTED = (
    "request-site",
    "forward-request:forward",
    "review-request:complete",
    "advise-security:no-concerns",
)
APPROVED = (*REQUESTED, "approve-site:approve")
PREPARED = (
    *APPROVED,
    "authorize-contract:authorize",
    "accept-contract:accept",
    "create-account",
    "set-up-retention",
    "test-archive:passed",
    "check-training:current",
    "confirm-readiness:ready",
)
LAUNCHED = (*PREPARED, "launch-site", "inform-requester")


def deed(
    pack: Pack,
    atom: str,
    *,
    day: int = 0,
    party: str | None = None,
    by: int | None = None,
    acting_for: int | None = None,
) -> Deed:
    """Make the deed that an atom names, by the first party that may do it unless told otherwise."""
    name, _, outcome = atom.partition(":")
    act = pack.acts[name]
    lane = party or next(iter(act.parties), "Communications")
    performer = None if act.operation else by or CAST[lane]
    at = FIRST_DAY + timedelta(days=day)
    return Deed(name, outcome or act.default, lane, performer, at, acting_for)


def story(pack: Pack, atoms: Sequence[str]) -> list[Deed]:
    return [deed(pack, atom, day=day) for day, atom in enumerate(atoms)]


def without(atoms: Sequence[str], *left_out: str) -> tuple[str, ...]:
    return tuple(atom for atom in atoms if atom.partition(":")[0] not in left_out)


def copied(place: Path) -> Path:
    """Copy the city's pack, to be spoilt."""
    shutil.copytree(POLICY, place)
    return place
