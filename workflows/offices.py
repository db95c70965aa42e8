"""The policy pack read the other way round: which duties each role performs, and hands over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.policy.acts import Act
from workflows.policy.pack import Pack, Party


@dataclass(frozen=True)
class Offices:
    """The policy pack read the other way round: role -> duties, by the reach of the lane.

    `led_*` are the duties that a role may hand over, `lead_all` the roles that may with every
    one; `personal` are duties that nobody can do in somebody's place.
    """

    city: Mapping[str, frozenset[str]]
    unit: Mapping[str, frozenset[str]]
    everyone: frozenset[str]
    led_city: Mapping[str, frozenset[str]]
    led_unit: Mapping[str, frozenset[str]]
    lead_all: frozenset[str]
    personal: frozenset[str]

    def roles_for(self, duty: str, unit_id: int | None) -> frozenset[str]:
        """Give the roles that perform the duty for the city, or for a unit."""
        reach = self.city if unit_id is None else self.unit
        return frozenset(role for role, duties in reach.items() if duty in duties)


_offices: dict[str, Offices] = {}


def offices(pack: Pack) -> Offices:
    """Give the duties of each role; worked out once for each version of the pack."""
    if pack.version not in _offices:
        _offices[pack.version] = _read_offices(pack)
    return _offices[pack.version]


def _read_offices(pack: Pack) -> Offices:
    homes = _homes(pack)
    by_scope: dict[str, dict[str, set[str]]] = {
        scope: defaultdict(set) for scope in ("city", "unit", "led city", "led unit")
    }
    for party in pack.parties.values():
        if party.scope not in by_scope:
            continue
        reach, led = by_scope[party.scope], by_scope[f"led {party.scope}"]
        for role in party.roles:
            reach[role].add(f"party/{party.name}")
            if pack.roles[role].leads == "party":
                led[role] |= _duties_in(pack, party)
        for act in pack.acts.values():
            if party.name in act.parties:
                for role in _performers(act, party.name, homes):
                    reach[role].add(act.duty_in(party.name))
    city, unit, led_city, led_unit = (
        {role: frozenset(duties) for role, duties in reach.items()} for reach in by_scope.values()
    )
    return Offices(
        city=city,
        unit=unit,
        everyone=frozenset(role.id for role in pack.roles.values() if role.held == "everyone"),
        led_city=led_city,
        led_unit=led_unit,
        lead_all=frozenset(role.id for role in pack.roles.values() if role.leads == "all"),
        personal=frozenset().union(
            *(_duties_in(pack, p) for p in pack.parties.values() if p.scope == "delegate")
        ),
    )


def _duties_in(pack: Pack, party: Party) -> set[str]:
    acts = (act for act in pack.acts.values() if party.name in act.parties)
    return {f"party/{party.name}", *(act.duty_in(party.name) for act in acts)}


def _homes(pack: Pack) -> Mapping[str, set[str]]:
    """The lanes that a role works in: those that name it, and those of acts that know one lane."""
    homes: dict[str, set[str]] = defaultdict(set)
    for party in pack.parties.values():
        for role in party.roles:
            homes[role].add(party.name)
    for act in pack.acts.values():
        if len(act.parties) == 1:
            for role in act.roles:
                homes[role].add(act.parties[0])
    return homes


def _performers(act: Act, party: str, homes: Mapping[str, set[str]]) -> Iterable[str]:
    """The act's roles that perform it in this lane.

    An act of two lanes lists the roles of both; a reviewer of Communications must not, by that,
    return requests in the name of every department.
    """
    fitting = [
        role
        for role in act.roles
        if party in homes.get(role, ()) or homes.get(role, set()).isdisjoint(act.parties)
    ]
    return fitting or act.roles
