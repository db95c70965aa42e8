"""Who leads whom: it follows from the parties that both work in, and from their units."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Person, RoleGrant
from workflows.people import Duties, duties_of, holds_on, is_active_on
from workflows.policy.pack import Pack


def leads_person(lead: Duties, person: Person, of_person: Duties) -> bool:
    """Say whether somebody leads this person: their unit, or an office whose steps they do.

    `of_person` is what the person may do; of somebody who has left it is nothing, and their unit
    decides. Whoever leads every party leads everybody.
    """
    if lead.leads_all or lead.led_in_every_unit or lead.led.get(person.unit_id):
        return True
    if lead.led.get(None) and lead.home == person.unit_id:
        return True
    held = [(duty, None) for duty in of_person.city]
    return any(lead.leads(duty, unit_id) for duty, unit_id in held)


def leads_of(session: Session, pack: Pack, person: Person, day: date) -> list[int]:
    """Give the ids of those who lead this person on that day; of their office, else of all."""
    roles = {role.id for role in pack.roles.values() if role.leads}
    leading = session.scalars(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(roles), holds_on(day), is_active_on(day))
        .distinct()
        .order_by(Person.id)
    ).all()
    of_person = duties_of(session, person.id, pack, day)
    duties = [duties_of(session, lead, pack, day) for lead in leading if lead != person.id]
    found = [lead for lead in duties if leads_person(lead, person, of_person)]
    near = [lead.person_id for lead in found if not lead.leads_all]
    return near or [lead.person_id for lead in found]
