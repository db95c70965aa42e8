"""The site of the register that a case is about, locked; and who runs it today."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Person
from models.sites import Site, SiteRole, SiteStatus
from workflows.operations.launch import (
    ADMINISTERING,
    FEWEST_ADMINISTRATORS,
    MOST_ADMINISTRATORS,
)
from workflows.operations.occasion import Occasion, OperationError
from workflows.people import is_active_on

# What has ended stays as it is; only a new request brings it back.
ENDED = frozenset({SiteStatus.RETIRED, SiteStatus.IMPOSTOR})


def locked_site(occasion: Occasion, refusal: str) -> Site:
    """Give the site of the case under its row lock, or raise OperationError.

    `refusal` begins the sentence that says why not: "The site cannot be changed".
    """
    if occasion.case.site_id is None:
        raise OperationError(
            f"{refusal}: {occasion.case.label} names no site of the register. Somebody has to "
            "choose it in the case first."
        )
    site = occasion.session.get_one(Site, occasion.case.site_id, with_for_update=True)
    if site.status in ENDED:
        raise OperationError(f"{refusal}: {site.code} {site.name} is {site.status} already.")
    return site


def running_roles(session: Session, site: Site) -> list[SiteRole]:
    """Give who runs the site today, in what role, in the order in which they began."""
    roles = select(SiteRole).where(SiteRole.site_id == site.id, SiteRole.until.is_(None))
    return list(session.scalars(roles.order_by(SiteRole.id)))


def administrators(session: Session, roles: Collection[SiteRole], now: datetime) -> set[int]:
    """Give the ids of the active people among those who administer the site."""
    held = {role.person_id for role in roles if role.role in ADMINISTERING}
    active = select(Person.id).where(Person.id.in_(held), is_active_on(now.date()))
    return set(session.scalars(active)) if held else set()


def check_enough(left: Collection[int], refusal: str) -> None:
    """Refuse what leaves too few administrators (K14)."""
    if len(left) < FEWEST_ADMINISTRATORS:
        raise OperationError(
            f"{refusal}: {len(left)} administrator{'' if len(left) == 1 else 's'} would be left, "
            f"and at least {FEWEST_ADMINISTRATORS} active ones must hold the site. Add another "
            "administrator first."
        )


def check_not_too_many(held: Collection[int], refusal: str) -> None:
    """Refuse what gives the site to more people than should hold it (K14)."""
    if len(held) > MOST_ADMINISTRATORS:
        raise OperationError(
            f"{refusal}: {len(held)} administrators would hold the site, and at most "
            f"{MOST_ADMINISTRATORS} should. Remove another administrator first."
        )


def check_covered(session: Session, person: int, refusal: str, now: datetime) -> None:
    """Refuse somebody who is no active Covered Person (SC-1, DF-2)."""
    known = select(Person.id).where(Person.id == person, is_active_on(now.date()))
    if session.scalar(known) is None:
        raise OperationError(
            f"{refusal}: the person named is not an active Covered Person (SC-1). Name somebody "
            "else."
        )
