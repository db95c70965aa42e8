"""What may be chosen in the studio, in words: acts, clauses, parties, operations, other diagrams."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import clock
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.extensions import SUBJECTS
from workflows.diagrams.forms import CARRIERS, CHOICES, RESERVED, SHOWN_TO
from workflows.diagrams.graph import FIELD_TYPES, Diagram, Field
from workflows.diagrams.lint.known import known_diagram
from workflows.operations import OPERATIONS
from workflows.policy.acts import Act
from workflows.policy.blocks import Block
from workflows.policy.pack import Pack

bp = Blueprint("studio_vocabulary", __name__, url_prefix="/diagrams/studio")

TYPE_TITLES: Mapping[str, str] = {
    "string": "A line of text",
    "long-text": "A longer text",
    "enum": "One choice",
    "multi-enum": "Several choices",
    "boolean": "Yes or no",
    "date": "A day",
    "datetime": "A day and a time",
    "long": "A whole number",
    "decimal": "A number with decimals",
    "person": "A person of the City",
    "unit": "A unit of the City",
    "site": "A site",
    "platform": "A platform",
    "url": "A web address",
    "email": "An e-mail address",
    "file": "A document",
    "table": "A table of rows",
}
SUBJECT_TITLES = {"none": "Nothing of these", "site": "A site", "person": "A person"}
SHOWN_TO_TITLES = {"complainant": "Who complained", "subject": "The person it is about"}


@bp.get("/vocabulary.json")
def show() -> ResponseReturnValue:
    """Give everything that the studio offers to choose from."""
    return jsonify(vocabulary(runtime().pack, _in_force()))


def _in_force() -> Iterator[Diagram]:
    session = db.session()
    for key, version in sorted(publication.published(session, now=clock.now()).items()):
        yield runtime().library.of(session, version.id).diagrams[key]


def vocabulary(pack: Pack, diagrams: Iterable[Diagram]) -> dict[str, Any]:
    """Give the words of a policy pack, of the operations and of the diagrams in force."""
    return {
        "acts": [_act(act) for act in pack.acts.values()],
        "blocks": [_block(block) for block in pack.blocks],
        "parties": [
            {"name": party.name, "scope": party.scope, "roles": list(party.roles)}
            for party in pack.parties.values()
        ],
        "roles": [_titled(role.id, role.title) for role in pack.roles.values()],
        "clauses": [
            {"id": clause.id, "heading": clause.heading, "paraphrase": clause.paraphrase}
            for clause in pack.clauses.values()
        ],
        "processes": [_process(diagram) for diagram in diagrams],
        "operations": [_operation(topic, pack) for topic in OPERATIONS],
        "field_types": [_type(kind) for kind in TYPE_TITLES if kind in FIELD_TYPES],
        "classifications": [
            {**_titled(known.id, known.title), "law": known.law, "shareable": known.shareable}
            for known in pack.classifications.values()
        ],
        "subjects": [_titled(key, SUBJECT_TITLES[key]) for key in sorted(SUBJECTS)],
        "shown_to": [_titled(key, SHOWN_TO_TITLES[key]) for key in sorted(SHOWN_TO)],
        "reserved_ids": sorted(RESERVED),
    }


def _titled(identity: str, title: str) -> dict[str, str]:
    return {"id": identity, "title": title}


def _act(act: Act) -> dict[str, Any]:
    return {
        "id": act.id,
        "title": act.title,
        "parties": list(act.parties),
        "outcomes": list(act.outcomes),
        "may_offer": list(act.may_offer),
        "default": act.default,
        "operation": act.operation,
        "topic": act.topic,
        "clauses": list(act.clauses),
        "exclusive": act.exclusive,
    }


def _block(block: Block) -> dict[str, Any]:
    """Give a building block; the conditions of its form call the step that it becomes THIS."""
    return {**asdict(block), "fields": [as_json(field) for field in block.fields]}


def _process(diagram: Diagram) -> dict[str, Any]:
    known = known_diagram(diagram)
    return {
        "key": diagram.process_id,
        "name": diagram.name or diagram.process_id,
        "documentation": diagram.documentation,
        "inputs": list(diagram.inputs),
        "asks": [_titled(node.id, node.title) for node in diagram.nodes.values() if node.fields],
        "errors": sorted(filter(None, known.errors)),
        "calls": sorted(known.calls),
        "confidential": diagram.confidential,
        "startable": bool(diagram.starters),
    }


def _operation(topic: str, pack: Pack) -> dict[str, Any]:
    act = pack.act_of(topic)
    # What only reminds has no act of its own; its topic is words enough.
    title = act.title if act else topic.replace("-", " ").capitalize()
    return {"topic": topic, "title": title, "act": act.id if act else None}


def _type(kind: str) -> dict[str, Any]:
    """Say how a field of this type is written: `type` as the panels of modelers know it, `widget`."""
    carrier = kind if kind in CARRIERS else "enum" if kind in CHOICES else "string"
    return {
        **_titled(kind, TYPE_TITLES[kind]),
        "carrier": carrier,
        "widget": None if carrier == kind else kind,
    }


def as_json(field: Field) -> dict[str, Any]:
    """Give a field of a form as data: what is at its default is left out, columns included."""
    plain = asdict(Field("", ""))
    told = {
        name: value
        for name, value in asdict(field).items()
        if name in ("id", "label", "type") or value != plain[name]
    }
    return told | ({"columns": [as_json(one) for one in field.columns]} if field.columns else {})
