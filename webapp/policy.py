"""What the policy asks, and where it happens."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import clock
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.graph import Diagram, Node
from workflows.policy.pack import Act, Clause
from workflows.policy.rules import Rule

bp = Blueprint("policy", __name__, url_prefix="/policy")


@dataclass(frozen=True)
class Asked:
    """A clause with the acts that fulfil it, the rules that stand on it, and the steps that name it."""

    clause: Clause
    acts: list[Act]
    rules: list[Rule]
    steps: list[tuple[Diagram, Node]]


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show every clause with what keeps it."""
    pack = runtime().pack
    session, library = db.session(), runtime().library
    diagrams = [
        library.of(session, version.id).diagrams[key]
        for key, version in sorted(publication.published(session, now=clock.now()).items())
    ]
    asked = [_asked(clause, diagrams) for clause in pack.clauses.values()]
    headings = list(dict.fromkeys(entry.clause.heading for entry in asked))
    return render_template(
        "policy/index.html", asked=asked, headings=headings, rules=pack.rules.values()
    )


def _asked(clause: Clause, diagrams: list[Diagram]) -> Asked:
    pack = runtime().pack
    return Asked(
        clause,
        [act for act in pack.acts.values() if clause.id in act.clauses],
        [rule for rule in pack.rules.values() if clause.id in rule.clauses],
        [
            (diagram, node)
            for diagram in diagrams
            for node in diagram.nodes.values()
            if clause.id in node.clauses
        ],
    )
