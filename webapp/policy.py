"""What the policy asks, what keeps it, and where that happens."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import access, clock
from webapp.runtime import runtime
from webapp.task_page import duties
from workflows.errors import NotFoundError
from workflows.policy_evidence import Evidence, evidence_of
from workflows.policy_map import (
    Place,
    PolicyMap,
    acts_in,
    enforced_at,
    held_by,
    read_map,
    search,
)
from workflows.policy_table import Row, rows
from workflows.policy_versions import number_in_force
from workflows.policy_words import template_words
from workflows.reading import readable
from workflows.spreadsheet import as_csv

bp = Blueprint("policy", __name__, url_prefix="/policy")

LONGEST_SEARCH = 100


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show every clause, rule, act and process with what belongs to it, or those searched for."""
    found = _map()
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    match = search(found, text)
    headings = list(dict.fromkeys(clause.heading for clause in match.clauses))
    return render_template(
        "policy/index.html",
        found=found,
        match=match,
        headings=headings,
        q=text,
        held_by=held_by,
        number=number_in_force(db.session()),
    )


@bp.get("/clauses/<clause_id>")
def clause(clause_id: str) -> ResponseReturnValue:
    """Show one clause: the acts, rules and steps that keep it, and what was done for it."""
    found = _map()
    asked = found.pack.clauses.get(clause_id)
    if asked is None:
        raise NotFoundError("There is no such clause in the policy.")
    steps = found.steps_of_clause(clause_id)
    acts = found.acts_of(clause_id)
    return render_template(
        "policy/clause.html",
        found=found,
        clause=asked,
        acts_list=acts,
        needs=found.needs_of(clause_id),
        steps=steps,
        evidence=_evidence(steps),
        held_by=held_by,
    )


@bp.get("/acts/<act_id>")
def act(act_id: str) -> ResponseReturnValue:
    """Show one act: who does it, what it fulfils, which rules and steps speak of it."""
    found = _map()
    known = found.pack.acts.get(act_id)
    if known is None:
        raise NotFoundError("There is no such act in the policy.")
    steps = found.steps_of_act(act_id)
    return render_template(
        "policy/act.html",
        found=found,
        act=known,
        roles=[found.pack.roles[role].title for role in known.roles],
        rules=found.rules_about(act_id),
        steps=steps,
        evidence=_evidence(steps),
    )


@bp.get("/rules/<rule_id>")
def rule(rule_id: str) -> ResponseReturnValue:
    """Show one rule: what it asks, where it is held, and how it fares in each diagram."""
    found = _map()
    need = found.pack.requirements.get(rule_id)
    if need is None:
        raise NotFoundError("There is no such rule in the policy.")
    known = found.pack.rules.get(rule_id)
    return render_template(
        "policy/rule.html",
        found=found,
        need=need,
        rule=known,
        parts=[
            (part, template_words(found.pack, part), enforced_at(known, part))
            for part in known.parts
        ]
        if known
        else [],
        acts=[found.pack.acts[act] for act in sorted(acts_in(known))] if known else [],
        steps=found.steps_of_rule(rule_id),
        held=held_by(found.pack, need),
    )


@bp.get("/processes/<process>")
def process(process: str) -> ResponseReturnValue:
    """Show what one published process keeps of the policy, step by step and rule by rule."""
    found = _map()
    drawn = next((one for one in found.diagrams if one.process == process), None)
    if drawn is None:
        raise NotFoundError("There is no such process in force.")
    return render_template(
        "policy/process.html", found=found, drawn=drawn, steps=found.steps_in(process)
    )


@bp.get("/gaps")
def gaps() -> ResponseReturnValue:
    """Name what in the policy nothing keeps, and what keeps nothing."""
    return render_template("policy/gaps.html", found=_map())


@bp.get("/map.csv")
def as_spreadsheet() -> ResponseReturnValue:
    """Give the whole map to a spreadsheet."""
    text = as_csv(
        [name.replace("_", " ") for name in Row.__annotations__],
        (
            ["; ".join(value) if isinstance(value, list) else value for value in row.values()]
            for row in rows(_map())
        ),
    )
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=policy-map.csv"
    return response


@bp.get("/map.json")
def as_json() -> ResponseReturnValue:
    """Give the whole map to a program."""
    found = _map()
    return jsonify(policy=found.pack.version, map=[*rows(found)])


def _map() -> PolicyMap:
    return read_map(runtime(), db.session(), now=clock.now())


def _evidence(places: list[Place]) -> Evidence:
    now = clock.now()
    scope = readable(duties(), all_cases=access.may(access.me(), "cases.read"), now=now)
    return evidence_of(db.session(), places, scope, now=now)
