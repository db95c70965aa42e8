"""Whom of the invented people a step waits for."""

from workflows.answers import History
from workflows.assignments import SUBJECT, act_of
from workflows.diagrams.graph import Node
from workflows.library import DiagramSet
from workflows.offices import offices
from workflows.policy.pack import Party
from workflows.rehearsing.cast import Cast, Invented

# The register keys of the fields that name the one person for whom steps of a party wait.
_NAMED = {"subject": SUBJECT, "delegate": "delegation.person"}
# Any unit: the invented people work in all of them.
_A_UNIT = 0


def performers(
    cast: Cast,
    history: History,
    diagrams: DiagramSet,
    node: Node,
    party: Party | None,
    starter: Invented,
) -> list[Invented]:
    """Give the invented people who may do a step, the most natural one first."""
    if party and party.scope == "starter":
        return [cast.of_number(history.last_in(party.name)) or starter]
    key = _NAMED.get(party.scope) if party else None
    if key is not None:
        fact = history.facts(diagrams.diagrams).get(key)
        named = cast.of_number(fact.value) if fact and isinstance(fact.value, int) else None
        if named is not None:
            return [named]
    return cast.holding(_roles(cast, node, party)) or [starter]


def _roles(cast: Cast, node: Node, party: Party | None) -> frozenset[str]:
    if party is None:
        return frozenset()
    act = act_of(cast.pack, node)
    duty = act.duty_in(party.name) if act else node.act or f"party/{node.lane}"
    unit = _A_UNIT if party.scope == "unit" else None
    return offices(cast.pack).roles_for(duty, unit) or frozenset(party.roles)
