"""Changing a site: its administrators, what the register says of it, how its records are kept."""

from collections.abc import Iterable

from models.sites import SiteRole
from workflows.operations import facts
from workflows.operations.launch import record_retention_setup, record_training
from workflows.operations.occasion import Occasion, OperationError
from workflows.operations.registered import (
    administrators,
    check_covered,
    check_enough,
    check_not_too_many,
    locked_site,
    running_roles,
)

# Whom a change is about, by the register keys of its form.
COMING, COMING_AS, LEAVING = "site-role:new", "change.role", "change.leaver"
CHANGED_TEXTS = (
    "name",
    "handle",
    "url",
    "purpose",
    "audience",
    "comments_mode",
    "vault_ref",
    "recovery_contact",
)


def add_administrator(occasion: Occasion) -> None:
    """Give the person named in the case a role on the site, and keep what their training was.

    One who has another role changes it; who has the same keeps it. Raises OperationError for
    somebody who is no active Covered Person, without multi-factor sign-in, or beyond the greatest
    number of administrators (K14).
    """
    refusal = "The administrator cannot be added"
    site = locked_site(occasion, refusal)
    person = facts.required_number(occasion, COMING)
    role = facts.text(occasion, COMING_AS) or "admin"
    check_covered(occasion.session, person, refusal, occasion.now)
    if not facts.is_yes(occasion, "site.mfa_on"):
        raise OperationError(
            f"{refusal}: multi-factor sign-in is not on for them (K14). Switch it on, and say so "
            "in the case."
        )
    held = running_roles(occasion.session, site)
    theirs = [one for one in held if one.person_id == person]
    if all(one.role != role for one in theirs):
        _end(theirs, occasion)
        new = SiteRole(site_id=site.id, person_id=person, role=role, since=occasion.now)
        occasion.session.add(new)
        held = [one for one in held if one.person_id != person] + [new]
        active = administrators(occasion.session, held, occasion.now)
        check_not_too_many(active, refusal)
        check_enough(active, refusal)
    if role == "owner":
        site.owner_id = person
    record_training(occasion)


def remove_administrator(occasion: Occasion) -> None:
    """End every role of the person named in the case on the site, at once (DE-2).

    Raises OperationError for somebody without a role on it, and where fewer than two active
    administrators would be left (K14). Where its owner goes, another one of them is named in the
    case, or the site keeps none and says so.
    """
    refusal = "The administrator cannot be removed"
    site = locked_site(occasion, refusal)
    leaver = facts.required_number(occasion, LEAVING)
    held = running_roles(occasion.session, site)
    theirs = [one for one in held if one.person_id == leaver]
    if not theirs:
        raise OperationError(
            f"{refusal}: the person named has no role on {site.code}. Choose one of those who "
            "run it."
        )
    left = [one for one in held if one.person_id != leaver]
    if any(one.role in ("owner", "admin") for one in theirs):
        check_enough(administrators(occasion.session, left, occasion.now), refusal)
    _end(theirs, occasion)
    if site.owner_id == leaver:
        site.owner_id = _next_owner(occasion, left)


def change_site(occasion: Occasion) -> None:
    """Write what the case says of the site into the register; what it leaves open stays.

    Raises OperationError for an owner who is no active Covered Person, or where fewer than two
    active administrators hold the site: who changes it puts that right first (K14).
    """
    refusal = "The site cannot be changed"
    site = locked_site(occasion, refusal)
    held = running_roles(occasion.session, site)
    check_enough(administrators(occasion.session, held, occasion.now), refusal)
    owner = facts.number(occasion, "site.owner")
    if owner is not None:
        check_covered(occasion.session, owner, refusal, occasion.now)
        site.owner_id = owner
    for column in CHANGED_TEXTS:
        setattr(site, column, facts.text(occasion, f"site.{column}") or getattr(site, column))
    site.platform_id = facts.number(occasion, "site.platform") or site.platform_id
    site.languages = facts.choices(occasion, "site.languages") or site.languages


def record_retention(occasion: Occasion) -> None:
    """Keep how the City Clerk has decided that the records of the site are kept from now on.

    Raises OperationError where nobody has said the strategy.
    """
    site = locked_site(occasion, "The retention cannot be recorded")
    facts.required(occasion, "retention.strategy")
    record_retention_setup(occasion, site)


def _end(roles: Iterable[SiteRole], occasion: Occasion) -> None:
    for role in roles:
        role.until = occasion.now


def _next_owner(occasion: Occasion, left: list[SiteRole]) -> int | None:
    """Who answers for the site from now on: the one named, else another who owns it."""
    named = facts.number(occasion, "site.owner")
    if named is not None:
        check_covered(occasion.session, named, "The administrator cannot be removed", occasion.now)
        return named
    return next((one.person_id for one in left if one.role == "owner"), None)
