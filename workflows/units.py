"""The departments, boards, commissions and elected offices of the city."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Unit, UnitKind
from workflows import audit
from workflows.errors import InvalidAnswersError, NotFoundError


@dataclass(frozen=True, kw_only=True)
class UnitTerms:
    """What a unit is. A board names the unit whose authority forwards its requests (DE-1)."""

    code: str
    name: str
    kind: str
    is_public_body: bool = False
    forwarding_unit_id: int | None = None


def save_unit(unit_id: int | None, terms: UnitTerms, *, by: int, now: datetime) -> Unit:
    """Found a unit, or change the one with this id.

    Raises NotFoundError, and InvalidAnswersError with a sentence for each wrong field.
    """
    terms = UnitTerms(
        **{**asdict(terms), "code": terms.code.strip().upper(), "name": terms.name.strip()}
    )
    with transaction() as session:
        unit = session.get(Unit, unit_id) if unit_id is not None else Unit()
        if unit is None:
            raise NotFoundError("There is no such unit.")
        _check(session, unit_id, terms)
        for name, value in asdict(terms).items():
            setattr(unit, name, value)
        session.add(unit)
        session.flush()  # generate unit.id
        audit.record(
            session,
            action="unit:founded" if unit_id is None else "unit:changed",
            subject=f"unit {unit.id}",
            actor=by,
            now=now,
            details=asdict(terms),
        )
        return unit


def _check(session: Session, unit_id: int | None, terms: UnitTerms) -> None:
    errors: dict[str, str] = {}
    if not terms.name:
        errors["name"] = "Enter the name of the unit."
    if not terms.code:
        errors["code"] = "Enter a short code, such as PRK."
    same = session.scalar(select(Unit.id).where(func.upper(Unit.code) == terms.code))
    if same not in (None, unit_id):
        errors["code"] = "Another unit has this code already."
    if terms.kind not in set(UnitKind):
        errors["kind"] = "Choose what the unit is."
    if wrong := _wrong_forwarder(session, unit_id, terms.forwarding_unit_id):
        errors["forwarding_unit_id"] = wrong
    if errors:
        raise InvalidAnswersError(errors)


def _wrong_forwarder(session: Session, unit_id: int | None, forwarder_id: int | None) -> str:
    if forwarder_id is None:
        return ""
    forwarder = session.get(Unit, forwarder_id)
    if forwarder is None or forwarder_id == unit_id:
        return "Choose another unit of the city, or none."
    # Requests are forwarded once; a chain of liaisons would hide who answers for them.
    if forwarder.forwarding_unit_id is not None:
        return f"The requests of {forwarder.name} are forwarded by another unit themselves."
    return ""
