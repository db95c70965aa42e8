"""The policy map: clauses, acts, rules and the steps of published diagrams, each found from the others.

Everything is read from the pack, the versions in force and the reports of their checks when it is
asked for; nothing is kept of it. What happened in cases is in workflows.policy_evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.publication import CheckReport
from workflows import publication
from workflows.diagrams.graph import TASKS, Diagram, Node
from workflows.operations import OPERATIONS
from workflows.policy.acts import Act
from workflows.policy.enforcement import Requirement
from workflows.policy.pack import Clause, Pack
from workflows.policy.rules import AtOnce, Elsewhere, Exclusion, Part, Rule, Separation
from workflows.runtime import Runtime

# What a rule comes to in a published diagram; None: not checked under the policy in force.
VERDICTS: Mapping[str | None, str] = {
    "holds": "holds",
    "violated": "is broken",
    "vacuous": "never comes into play",
    "not-proved": "is not proved",
    "not-applicable": "does not apply",
    None: "is not checked yet under this policy",
}
IN_PLAY = ("holds", "violated", "not-proved")


@dataclass(frozen=True)
class Place:
    """A step of a published diagram that has an act or names a clause itself.

    `operation`: the machine does it.
    """

    process: str
    process_name: str
    confidential: bool
    element: str
    title: str
    party: str | None
    act: str | None
    clauses: tuple[str, ...]
    operation: bool


@dataclass(frozen=True)
class Drawn:
    """A published diagram: `verdicts` by rule, None where it was not checked under this policy.

    `untold` are titles of its steps of people that fulfil no clause.
    """

    process: str
    name: str
    number: int
    version_id: int
    verdicts: Mapping[str, str] | None
    publishable: bool | None
    untold: tuple[str, ...]

    def verdict(self, rule: str) -> str:
        """Say in words how a rule fares in it."""
        return VERDICTS[self.verdicts.get(rule, "not-applicable") if self.verdicts else None]


@dataclass(frozen=True)
class Gaps:
    """What in the policy nothing keeps, and what keeps nothing."""

    clauses_without_act: list[Clause]
    clauses_without_step: list[Clause]
    steps_without_clause: list[tuple[Drawn, str]]
    acts_without_step: list[Act]
    rules_never_in_play: list[Rule]
    rules_not_built: list[Requirement]
    unchecked: list[Drawn]


@dataclass(frozen=True)
class PolicyMap:
    """The policy in force with the published diagrams that it is run by."""

    pack: Pack
    places: tuple[Place, ...]
    diagrams: tuple[Drawn, ...]

    def acts_of(self, clause: str) -> list[Act]:
        """Give the acts that fulfil a clause."""
        return [act for act in self.pack.acts.values() if clause in act.clauses]

    def needs_of(self, clause: str) -> list[Requirement]:
        """Give the rules that stand on a clause, those not in the rule set too."""
        return [need for need in self.pack.requirements.values() if clause in need.clauses]

    def steps_of_clause(self, clause: str) -> list[Place]:
        """Give the steps that fulfil a clause, by their act or because they name it."""
        fulfilling = {act.id for act in self.acts_of(clause)}
        return [p for p in self.places if clause in p.clauses or p.act in fulfilling]

    def steps_of_act(self, act: str) -> list[Place]:
        """Give the steps that have an act."""
        return [place for place in self.places if place.act == act]

    def steps_of_rule(self, rule: str) -> list[Place]:
        """Give the steps that a rule speaks of."""
        about = acts_in(self.pack.rules[rule]) if rule in self.pack.rules else frozenset()
        return [place for place in self.places if place.act in about]

    def steps_in(self, process: str) -> list[Place]:
        """Give the steps of one process."""
        return [place for place in self.places if place.process == process]

    def clauses_of(self, place: Place) -> list[str]:
        """Give the clauses that a step fulfils, in the order of the policy."""
        named = {*place.clauses, *(self.pack.acts[place.act].clauses if place.act else ())}
        return [clause for clause in self.pack.clauses if clause in named]

    def rules_about(self, act: str) -> list[Rule]:
        """Give the rules that speak of an act."""
        return [rule for rule in self.pack.rules.values() if act in acts_in(rule)]

    @cached_property
    def gaps(self) -> Gaps:
        """Name what is kept by nothing, and what keeps nothing."""
        used = {place.act for place in self.places}
        clauses, rules = self.pack.clauses.values(), self.pack.rules.values()
        checked = [drawn for drawn in self.diagrams if drawn.verdicts is not None]
        return Gaps(
            clauses_without_act=[one for one in clauses if not self.acts_of(one.id)],
            clauses_without_step=[one for one in clauses if not self.steps_of_clause(one.id)],
            steps_without_clause=[
                (drawn, title) for drawn in self.diagrams for title in drawn.untold
            ],
            acts_without_step=[act for act in self.pack.acts.values() if act.id not in used],
            rules_never_in_play=[
                rule for rule in rules if "publish" in rule.enforced and not _plays(rule, checked)
            ],
            rules_not_built=[need for need in self.pack.requirements.values() if need.missing],
            unchecked=[drawn for drawn in self.diagrams if drawn.verdicts is None],
        )


def read_map(runtime: Runtime, session: Session, *, now: datetime) -> PolicyMap:
    """Read the map of the policy in force: two statements, and the library's diagrams."""
    places: list[Place] = []
    drawn: list[Drawn] = []
    published = sorted(publication.published(session, now=now).items())
    reports = _reports(session, runtime.pack, [version.id for _, version in published])
    for key, version in published:
        diagram = runtime.library.of(session, version.id).diagrams[key]
        places += _places(diagram, runtime.pack)
        report = reports.get(version.id)
        drawn.append(
            Drawn(
                key,
                diagram.name or key,
                version.number,
                version.id,
                report.report["proof"]["rules"] if report else None,
                report.publishable if report else None,
                tuple(_untold(diagram, runtime.pack)),
            )
        )
    return PolicyMap(runtime.pack, tuple(places), tuple(drawn))


def _reports(session: Session, pack: Pack, versions: Sequence[int]) -> dict[int, CheckReport]:
    """Give the latest report of each version under this policy."""
    rows = session.scalars(
        select(CheckReport)
        .where(CheckReport.version_id.in_(versions), CheckReport.policy == pack.version)
        .order_by(CheckReport.checked_at, CheckReport.id)
    )
    return {row.version_id: row for row in rows if row.version_id is not None}


def _places(diagram: Diagram, pack: Pack) -> list[Place]:
    found = []
    for node in diagram.nodes.values():
        act = act_of(node, pack)
        if act or node.clauses:
            found.append(
                Place(
                    process=diagram.process_id,
                    process_name=diagram.name or diagram.process_id,
                    confidential=diagram.confidential,
                    element=node.id,
                    title=node.title,
                    party=node.lane,
                    act=act,
                    clauses=node.clauses,
                    operation=node.kind == "serviceTask",
                )
            )
    return found


def act_of(node: Node, pack: Pack) -> str | None:
    """Give the act of a step: its own, or that of the operation which it calls."""
    if node.act in pack.acts:
        return node.act
    own = pack.act_of(node.topic) if node.topic in OPERATIONS and node.topic else None
    return own.id if own else None


def _untold(diagram: Diagram, pack: Pack) -> list[str]:
    return [
        node.title
        for node in diagram.nodes.values()
        if node.kind in TASKS and not node.clauses and not act_of(node, pack)
    ]


def _plays(rule: Rule, checked: Iterable[Drawn]) -> bool:
    return any((one.verdicts or {}).get(rule.id) in IN_PLAY for one in checked)


def acts_in(rule: Rule) -> frozenset[str]:
    """Give the acts that a rule speaks of."""
    return frozenset(atom.partition(":")[0] for part in rule.parts for atom in _atoms(part))


def _atoms(part: Part) -> frozenset[str]:
    constraint = part.constraint
    return constraint.acts if isinstance(constraint, AtOnce) else constraint.reads


def held_by(pack: Pack, need: Requirement) -> list[str]:
    """Say in a phrase each where a rule is held, and what of it is not enforced yet."""
    rule = pack.rules.get(need.id)
    found = [f"rule set: {_in_the_set(rule)}"] if rule else []
    found += [
        f"{' '.join([one.where, ', '.join(one.by)]).strip()}: {one.says.rstrip('.')}"
        for one in need.beside
    ]
    return [*found, *(f"not enforced yet: {words.rstrip('.')}" for words in need.missing)]


def _in_the_set(rule: Rule) -> str:
    """Name the templates of a rule by where they are held."""
    held: dict[str, dict[str, None]] = {}
    for part in rule.parts:
        held.setdefault(enforced_at(rule, part), {})[part.template] = None
    return ", ".join(f"{', '.join(templates)} ({when})" for when, templates in held.items())


def enforced_at(rule: Rule, part: Part) -> str:
    """Say where a part of a rule is held; of who does a step, and of other cases, no diagram can tell."""
    at_work = isinstance(part.constraint, Separation | Exclusion | Elsewhere)
    proved = "publish" in rule.enforced and not at_work
    return " and ".join(filter(None, ["proof" * proved, "run time" * ("run" in rule.enforced)]))


@dataclass(frozen=True)
class Match:
    """What a search found, by kind."""

    clauses: list[Clause]
    acts: list[Act]
    needs: list[Requirement]
    processes: list[Drawn]


def search(found: PolicyMap, text: str) -> Match:
    """Give what has every word of the text in its id or its words; everything for no text."""
    words = text.lower().split()

    def fits(*told: str) -> bool:
        all_of_it = " ".join(told).lower()
        return all(word in all_of_it for word in words)

    pack = found.pack
    return Match(
        [c for c in pack.clauses.values() if fits(c.id, c.paraphrase, c.actor, c.heading)],
        [a for a in pack.acts.values() if fits(a.id, a.tag, a.title, *a.parties)],
        [n for n in pack.requirements.values() if fits(n.id, n.title, _words(pack, n))],
        [d for d in found.diagrams if fits(d.process, d.name)],
    )


def _words(pack: Pack, need: Requirement) -> str:
    return pack.rules[need.id].words if need.id in pack.rules else ""
