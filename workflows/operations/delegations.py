"""Delegations: leave to accept a contract for the City, given by Communications (GC-1)."""

from sqlalchemy import select

from models.people import Person
from models.sites import Delegation
from workflows.operations import facts
from workflows.operations.launch import has_passed, year_later
from workflows.operations.occasion import Occasion, OperationError
from workflows.people import is_active_on


def grant_delegation(occasion: Occasion) -> None:
    """Give the person named in the case leave to accept a contract, up to a day (K12).

    The one who named the delegate grants it. An earlier delegation of the same case ends, so
    that a corrected one replaces it. Raises OperationError without a last day, with one more
    than twelve months after the first, or for somebody who is not an active Covered Person.
    """
    session, now = occasion.session, occasion.now
    named = facts.required(occasion, "delegation.person")
    delegate = facts.required_number(occasion, "delegation.person")
    known = select(Person.id).where(Person.id == delegate, is_active_on(now.date()))
    if session.scalar(known) is None:
        raise OperationError(
            "The delegation cannot be granted: the delegate is not an active Covered Person "
            "(GC-1b). Name somebody else."
        )
    delegation = Delegation(
        person_id=delegate,
        case_id=occasion.case.id,
        site_id=occasion.case.site_id,
        scope=facts.required_text(occasion, "delegation.scope"),
        may_accept=facts.required_text(occasion, "delegation.may_accept"),
        valid_from=facts.day(occasion, "delegation.valid_from") or now.date(),
        valid_to=facts.required_day(occasion, "delegation.valid_to"),
        conditions=facts.text(occasion, "delegation.conditions"),
        granted_by_id=facts.person_of(named, "delegation.person"),
        granted_at=now,
    )
    _check_period(delegation, occasion)
    for earlier in session.scalars(
        select(Delegation).where(
            Delegation.case_id == occasion.case.id, Delegation.revoked_at.is_(None)
        )
    ):
        earlier.revoked_at = now
    session.add(delegation)
    session.flush()  # the next step of the case may look for its delegate at once


def _check_period(delegation: Delegation, occasion: Occasion) -> None:
    if delegation.valid_to < delegation.valid_from:
        raise OperationError("The delegation cannot be granted: it would end before it begins.")
    if delegation.valid_to > year_later(delegation.valid_from):
        raise OperationError(
            "The delegation cannot be granted for more than twelve months. Choose a last day "
            f"up to {year_later(delegation.valid_from):%d %B %Y}."
        )
    if has_passed(delegation.valid_to, occasion.now):
        raise OperationError("The delegation cannot be granted: its last day is in the past.")
