"""Whom to tell of what becomes of diagrams."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Person, RoleGrant
from workflows.people import holds_on, is_active_on


def holders_of(session: Session, roles: Collection[str], day: date) -> set[int]:
    """Give the active people who hold one of these roles city-wide."""
    return set(
        session.scalars(
            select(Person.id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(
                RoleGrant.role.in_(roles),
                RoleGrant.unit_id.is_(None),
                holds_on(day),
                is_active_on(day),
            )
        )
    )
