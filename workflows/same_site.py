"""What other cases about the same site hold: rules that look beyond one case ask it.

Nobody is told which case it is: it may be a confidential one.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.cases import Case, Task
from models.sites import Site
from workflows.answers import History
from workflows.diagrams.graph import Diagram
from workflows.policy.guard import OtherCase
from workflows.policy.pack import Pack
from workflows.policy.rules import Elsewhere
from workflows.runtime import Runtime

# The register key of the field that names the site that a case is about.
SITE = "case.site"


def deeds_elsewhere(
    session: Session, runtime: Runtime, case: Case, act: str, *, lock: bool = False
) -> list[OtherCase]:
    """Give what was done in the other cases about the site of this one, where a rule asks.

    For an act that no rule looks beyond its case for, and for a case without a site, nothing is
    read. With `lock` the site's row is locked, so that of two cases that concern each other one
    waits for the other: an act that opens something takes the same lock.
    """
    rules = _rules(runtime.pack)
    asks = any(act in rule.acts for rule in rules)
    opens = any(act in _acts(rule.opened) for rule in rules)
    if case.site_id is None or not (asks or opens):
        return []
    if lock:
        session.execute(select(Site.id).where(Site.id == case.site_id).with_for_update())
    if not asks:
        return []
    return [*_others(session, runtime, case, rules)]


def site_named(history: History, diagrams: Mapping[str, Diagram]) -> int | None:
    """Give the site that somebody named in the case as what it is about."""
    fact = history.facts(diagrams).get(SITE)
    return fact.value if fact and isinstance(fact.value, int) else None


def _others(
    session: Session, runtime: Runtime, case: Case, rules: Iterable[Elsewhere]
) -> Iterator[OtherCase]:
    """Walk the other cases in which something was opened that may still count."""
    opened = frozenset[str]().union(*(_acts(rule.opened) for rule in rules))
    lasting = frozenset[str]().union(*(_acts(rule.opened) for rule in rules if rule.lasting))
    asked = (
        select(Case.id, Case.site_id, Case.version_id, Case.ended_at)
        .where(
            Case.id != case.id,
            Case.ended_at.is_(None) & _has_done(opened) | _has_done(lasting),
            # A confidential case is about a site only by what was said in it.
            (Case.site_id == case.site_id) | Case.site_id.is_(None) & Case.confidential,
        )
        .order_by(Case.id)
    )
    for id_, site_id, version_id, ended_at in session.execute(asked).all():
        history = History.read(session, id_)
        diagrams = runtime.library.of(session, version_id).diagrams
        if case.site_id in (site_id, site_named(history, diagrams)):
            yield OtherCase(history.deeds, ended_at is not None)


def _has_done(acts: Iterable[str]) -> ColumnElement[bool]:
    done = select(Task.case_id).where(Task.act.in_(acts), Task.closed_at.is_not(None))
    return Case.id.in_(done)


def _rules(pack: Pack) -> list[Elsewhere]:
    return [
        part.constraint
        for rule in pack.rules.values()
        if "run" in rule.enforced
        for part in rule.parts
        if isinstance(part.constraint, Elsewhere)
    ]


def _acts(atoms: Iterable[str]) -> frozenset[str]:
    return frozenset(atom.partition(":")[0] for atom in atoms)
