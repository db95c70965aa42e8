"""Everybody looks at everything, in both cities; whatever differs is a leak unless it is allowed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from models.database import db
from models.people import Person
from tests.webapp.leaks.allowed import covered, may_take_longer, standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import Seen, ask, counting
from webapp.permissions import CAPABILITIES, ENDPOINTS

Look = tuple[str, str]

# They look at every page; the others, unless all is asked for, at two of each kind.
TELLING = frozenset({"auditor", "hr_investigator"})
SLOW = ("reports.", "diagrams.", "sites.", "absences.", "interventions.")
# Where names of people may stand beside a number, for who audits.
WITH_NAMES = frozenset({"evidence.reads_page", "evidence.reads_csv", "evidence.break_glass",
                        "evidence.break_glass_csv", "evidence.overrides_page",
                        "evidence.overrides_csv", "evidence.chain_page", "evidence.chain_csv"})  # fmt: skip

# In whose place the substitute of the crowd would do a step: a row says so to them alone.
IN_PLACE = "for absent Quill"


def silent(twins: Twins, *, people: bool = True) -> re.Pattern[str]:
    """What no line may hold that confidential cases add: titles of their steps, names of people."""
    with twins.real.app_context():
        diagrams = twins.walks["filed"].diagrams.diagrams.values()
        steps = {node.title for one in diagrams for node in one.of_kind("userTask")}
        names = {person.name for person in db.session.scalars(select(Person))}
        db.session.remove()
    words = sorted(steps | (names | {"Investigat", "Screen"} if people else set()))
    return re.compile("|".join(map(re.escape, words)))


def named(endpoint: str, seen: Seen, same: Seen, never: re.Pattern[str]) -> str:
    """Say what lines that are allowed tell all the same."""
    if endpoint in WITH_NAMES or endpoint.startswith("reports."):
        return ""
    told = [line for line in seen.more_than(same) if never.search(line)]
    if endpoint == "tasks.index":
        told = [line for line in told if line != IN_PLACE]
    return f"names {told}" if told else ""


def few_of(looks: list[Look]) -> set[Look]:
    """Give two pages of each kind, of the slow ones one."""
    few: dict[str, list[Look]] = {}
    for one in looks:
        few.setdefault(one[0], []).append(one)
    return {
        one
        for endpoint, kind in few.items()
        for one in kind[: 1 if endpoint.startswith(SLOW) else 2]
    }


@dataclass
class Result:
    """The leaks that were found, and how much was looked at."""

    pairs: int = 0
    people: int = 0
    leaks: list[str] = field(default_factory=list)


def opens(role: str, endpoint: str) -> bool:
    """Whether a role, held city-wide, opens an endpoint at all; test_access.py proves the rest."""
    roles = CAPABILITIES.get(ENDPOINTS[endpoint])
    return roles is None or role in roles


def look(
    twins: Twins,
    people: Iterable[tuple[str, int]],
    looks: list[Look],
    *,
    full: bool = False,
) -> Result:
    """Let each of these people, with their roles, look at each page in both cities.

    Unless `full`, most of them look at a few pages of each kind.
    """
    result = Result()
    never, few = silent(twins), few_of(looks)
    with counting(twins.real, twins.twin):
        for role, person in people:
            mine = [one for one in looks if opens(role, one[0])]
            if not full and role not in TELLING:
                mine = [one for one in mine if one in few]
            for endpoint, leak in between(twins, person, mine, role, never):
                result.leaks.append(f"{role} {endpoint}: {leak}")
            result.pairs += len(mine)
            result.people += 1
    return result


def between(
    twins: Twins, person: int, looks: list[Look], role: str, never: re.Pattern[str]
) -> Iterator[Look]:
    """Let one person look in both cities; give each endpoint that tells more, and what it says."""
    here = twins.crowd.browser(twins.real, person)
    there = twins.crowd.browser(twins.twin, person)
    known = standings(role)
    for endpoint, address in looks:
        seen, same = ask(here, address), ask(there, address)
        if seen.statements != same.statements:  # once, a diagram is read and kept
            seen, same = ask(here, address), ask(there, address)
        if said := leaked(endpoint, seen, same, known) or named(endpoint, seen, same, never):
            yield endpoint, f"{address}: {said}"


def leaked(endpoint: str, seen: Seen, same: Seen, known: set[str]) -> str:
    """Say what one answer tells that the other does not, and no exception covers."""
    return next(_told(endpoint, seen, same, known), "")


def _told(endpoint: str, seen: Seen, same: Seen, known: set[str]) -> Iterator[str]:
    if words := markers_in(seen.all):
        yield f"words {sorted(words)}"
    if lines := covered(endpoint, known, seen.more_than(same) + same.more_than(seen)):
        yield f"lines {lines}"
    if seen.statements != same.statements and not may_take_longer(endpoint, known):
        yield f"{seen.statements} statements instead of {same.statements}"
    if seen.headers != same.headers:
        yield f"headers {set(seen.headers) ^ set(same.headers)}"
    if seen.cookies != same.cookies:
        yield f"cookies {seen.cookies} instead of {same.cookies}"
    if seen.status != same.status and not (endpoint == "tasks.show" and "holder" in known):
        yield f"status {seen.status} instead of {same.status}"
