"""Whom a step belongs to: its act, its party, and the unit or the person that it waits for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case
from models.sites import Delegation
from workflows.answers import History
from workflows.diagrams.graph import BOUNDARIES, CATCHES, Diagram, Node
from workflows.policy.acts import Act
from workflows.policy.pack import Pack, Party

# The register key of the field that names whom a case is about.
SUBJECT = "excluded.subject"


def act_of(pack: Pack, node: Node) -> Act | None:
    """Give the act of a step. An operation has its own, whatever the diagram says or leaves out."""
    by_itself = pack.act_of(node.topic) if node.topic else None
    return by_itself or pack.acts.get(node.act or "")


def party_of(pack: Pack, node: Node, act: Act | None) -> Party | None:
    """Give the party that a step belongs to: its lane; for an event, the party of its act.

    An event on a step's edge stands in the step's lane, whoever may cause it: a withdrawal while
    the department forwards is the requester's. A task in a lane that may not carry its act stays
    in that lane, and the rules refuse it there.
    """
    is_event = node.kind in BOUNDARIES | CATCHES
    if is_event and act is not None and act.parties and node.lane not in act.parties:
        return pack.parties[act.parties[0]]
    return pack.parties.get(node.lane or "")


def outcome_with(pack: Pack, node: Node, answers: Mapping[str, Any]) -> str | None:
    """Give the outcome with which these answers perform the act of a step that has one."""
    act = pack.acts[node.act or ""]
    choices = [
        (field.id, tuple(option.id for option in field.options))
        for field in node.fields
        if field.type == "enum"
    ]
    field_id = pack.outcome_field(act.id, choices)
    chosen = answers.get(field_id) if field_id else None
    return str(chosen) if chosen else act.default


def assigned_to(
    session: Session,
    case: Case,
    history: History,
    diagrams: Mapping[str, Diagram],
    party: Party | None,
) -> tuple[int | None, int | None]:
    """Give the unit, or the one person, that a step of this party belongs to."""
    scope = party.scope if party else None
    if party and scope == "starter":
        return None, history.last_in(party.name) or case.started_by_id
    if scope == "unit":
        return case.unit.forwarded_by, None
    if scope == "subject":
        return None, _subject(history, diagrams)
    if scope == "delegate":
        chosen = select(Delegation.person_id).where(
            Delegation.case_id == case.id, Delegation.revoked_at.is_(None)
        )
        return None, session.scalar(chosen.order_by(Delegation.id.desc()).limit(1))
    return None, None


def _subject(history: History, diagrams: Mapping[str, Diagram]) -> int | None:
    """Give the person whom the case names as its subject, None where that is nobody with an account."""
    fact = history.facts(diagrams).get(SUBJECT)
    return fact.value if fact and isinstance(fact.value, int) else None
