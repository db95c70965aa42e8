"""Retiring a site, and taking it down for a time: what the register says of it then."""

from sqlalchemy import select

from models.sites import Contract, Delegation, Site, SiteStatus
from workflows.operations import facts
from workflows.operations.occasion import Occasion, OperationError
from workflows.operations.registered import locked_site, running_roles


def begin_retirement(occasion: Occasion) -> None:
    """Mark the site as retiring, once Communications has decided that it is to be retired.

    Raises OperationError without that decision.
    """
    site = _to_be_retired(occasion, "The retirement cannot begin")
    site.status = SiteStatus.RETIRING


def end_contract(occasion: Occasion) -> None:
    """End the contracts of the site that is retired, and the leave to accept others for it."""
    site = _to_be_retired(occasion, "The contracts cannot be ended")
    for contract in occasion.session.scalars(
        select(Contract).where(Contract.site_id == site.id, Contract.superseded_at.is_(None))
    ):
        contract.superseded_at = occasion.now
    _end_delegations(occasion, site)


def record_retirement(occasion: Occasion) -> None:
    """Record the site as retired: nobody runs it any more, and the retention of its records begins.

    The rules ask before whether its archive is captured and no hold covers it (K19). Raises
    OperationError without Communications' decision to retire it.
    """
    site = _to_be_retired(occasion, "The site cannot be recorded as retired")
    for role in running_roles(occasion.session, site):
        role.until = occasion.now
    site.status = SiteStatus.RETIRED
    site.retired_at = occasion.now
    site.next_review_on = None
    site.finding = None
    site.owner_id = None


def restrict_site(occasion: Occasion) -> None:
    """Restrict the site: it stays, and nothing new is posted until it is in order (CO-5)."""
    site = locked_site(occasion, "The site cannot be restricted")
    site.status = SiteStatus.RESTRICTED


def suspend_site(occasion: Occasion) -> None:
    """Suspend the site: it is taken out of public sight until it is in order (CO-5, K44)."""
    site = locked_site(occasion, "The site cannot be suspended")
    site.status = SiteStatus.SUSPENDED


def revoke_delegation(occasion: Occasion) -> None:
    """End the leave to accept contracts that this case, or one about its site, has given (GC-1b)."""
    about = [Delegation.case_id == occasion.case.id]
    if occasion.case.site_id is not None:
        about = [about[0] | (Delegation.site_id == occasion.case.site_id)]
    for delegation in occasion.session.scalars(
        select(Delegation).where(*about, Delegation.revoked_at.is_(None))
    ):
        delegation.revoked_at = occasion.now


def _to_be_retired(occasion: Occasion, refusal: str) -> Site:
    decided = facts.done(occasion, "retire-site")
    if decided is None or decided.value != "retire":
        raise OperationError(
            f"{refusal}: Communications has not decided to retire the site (CO-3). Communications "
            "decides first."
        )
    return locked_site(occasion, refusal)


def _end_delegations(occasion: Occasion, site: Site) -> None:
    for delegation in occasion.session.scalars(
        select(Delegation).where(Delegation.site_id == site.id, Delegation.revoked_at.is_(None))
    ):
        delegation.revoked_at = occasion.now
