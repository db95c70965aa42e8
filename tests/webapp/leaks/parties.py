"""People who are named in a confidential case, or had a part in it, and what is meant for them."""

from collections.abc import Iterator

from sqlalchemy import select

from models.cases import File, Task
from models.database import db
from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.allowed import standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import Look, few_of, leaked, silent
from tests.webapp.leaks.matrix import named as names
from tests.webapp.leaks.secrets_told import Secret, marker, markers_in
from tests.webapp.leaks.seeing import ask, counting

# Parts of people who know nothing of their case, and of those who had one: their role, their case.
KEPT_OUT = ("subject", "conflict")
FORMER = {
    "handed_over": ("hr_investigator", "handed_over"),
    "role_ended": ("requester", "role_ended"),
    "worked": ("requester", "worked"),
    "declared": ("hr_investigator", "declared"),
    "glass_over": ("attorney", "found"),
    "glass_asked": ("attorney", "found"),
    "glass_excluded": ("attorney", "stopped"),
    "glass_second": ("city_clerk", "found"),
    "next_door": ("requester", "department"),
    "substitute_elsewhere": ("requester", "absent_declared"),
}


def meant_for(walk: Secret, party: str, lane: str) -> set[str]:
    """The words of a case that a party may see: in their own steps, and shown to them by name."""
    found = set()
    for diagram in walk.diagrams.diagrams.values():
        for node in diagram.of_kind("userTask"):
            is_own = node.lane == lane
            for asked in node.fields:
                name = "file" if asked.type == "file" else asked.id
                if is_own or party in asked.shown_to:
                    found.add(marker(walk.key, node.id, name))
    return found


def beyond(said: str, meant: set[str]) -> set[str]:
    """The marker words in a page that are not meant for its reader."""
    plain = {word.replace("-", "").replace("_", "").lower() for word in meant}
    words = {word.removesuffix("-txt").removesuffix(".txt") for word in markers_in(said)}
    return {word for word in words if word not in meant and word not in plain}


def pages_of(twins: Twins, key: str) -> Iterator[Look]:
    """The pages of one case: its own, and those of its steps and documents."""
    reference, case_id = twins.label(key), twins.walks[key].case_id
    with twins.real.app_context():
        tasks = list(db.session.scalars(select(Task.id).where(Task.case_id == case_id)))
        files = list(db.session.scalars(select(File.id).where(File.case_id == case_id)))
        db.session.remove()
    yield "cases.show", f"/cases/{reference}"
    yield "interventions.of_case", f"/cases/{reference}/interventions"
    for query in ("tab=mine&", ""):
        yield "cases.index", f"/cases/?{query}q={reference}"
    yield from (("tasks.show", f"/tasks/{task}") for task in tasks)
    yield from (("files.download", f"/files/{file}") for file in files)


def told(twins: Twins, person: int, looks: list[Look], role: str, key: str) -> list[str]:
    """Give what tells this person more than its twin does, or the number of this case."""
    never, known, found = silent(twins), standings(role), []
    here = twins.crowd.browser(twins.real, person)
    there = twins.crowd.browser(twins.twin, person)
    label = twins.label(key)
    with counting(twins.real, twins.twin):
        for endpoint, address in looks:
            seen, same = ask(here, address), ask(there, address)
            if seen.statements != same.statements:
                seen, same = ask(here, address), ask(there, address)
            said = leaked(endpoint, seen, same, known) or names(endpoint, seen, same, never)
            if label in " ".join(seen.more_than(same)) and not endpoint.startswith("evidence."):
                said = said or "its number"
            if said:
                found.append(f"{role} {address}: {said}")
    return found


def small(twins: Twins, named: Named, key: str) -> list[Look]:
    """A few pages that list, and all of one case."""
    lists = ("tasks.index", "cases.index", "notices.index", "files.download", "frame.home")
    looks = [one for one in few_of(list(addresses.looks(named))) if one[0] in lists]
    return [*sorted(looks), *pages_of(twins, key)]
