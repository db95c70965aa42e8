"""Where each rule that a policy needs is held, and what of it nothing holds yet (enforcement.toml)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workflows.policy.reading import Entry
from workflows.policy.rules import LEVELS, SEVERITIES, Rule

NOT_YET = "not-yet"
WHERE = ("lint", "proof", "operation", "run", "publication", NOT_YET)


@dataclass(frozen=True)
class Held:
    """One place that holds a rule, beside the rule set: `where` is one of WHERE.

    `by` names the codes of findings, or the operations. With "not-yet", `says` is what is missing.
    """

    where: str
    by: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Requirement:
    """A rule that the policy needs, in the rule set or not; `title` is it in a few words."""

    id: str
    title: str
    clauses: tuple[str, ...]
    level: str
    severity: str
    held: tuple[Held, ...]

    @property
    def beside(self) -> tuple[Held, ...]:
        """The places that hold it, beside the rule set."""
        return tuple(one for one in self.held if one.where != NOT_YET)

    @property
    def missing(self) -> tuple[str, ...]:
        """What of it nothing holds yet."""
        return tuple(one.says for one in self.held if one.where == NOT_YET)


def read_requirement(
    entry: Entry, rules: Mapping[str, Rule], clauses: Collection[str]
) -> Requirement:
    """Read a [[requirement]]; one of the rule set has its clauses, level and severity there."""
    rule = rules.get(str(entry.values.get("id", "")))
    return Requirement(
        id=entry.text("id"),
        title=entry.text("title"),
        clauses=rule.clauses if rule else entry.choices("clauses", clauses),
        level=rule.level if rule else entry.choice("level", LEVELS),
        severity=rule.severity if rule else entry.choice("severity", SEVERITIES),
        held=tuple(_read_held(one) for one in entry.entries("held")) if entry.has("held") else (),
    )


def with_all_rules(
    requirements: Mapping[str, Requirement], rules: Mapping[str, Rule]
) -> Mapping[str, Requirement]:
    """Add the rules that no requirement speaks of: the rule set alone holds them."""
    alone = {
        rule.id: Requirement(rule.id, rule.words, rule.clauses, rule.level, rule.severity, ())
        for rule in rules.values()
        if rule.id not in requirements
    }
    return {**requirements, **alone}


def _read_held(entry: Entry) -> Held:
    held = Held(entry.choice("where", WHERE), entry.texts("by"), entry.text("says"))
    entry.finish()
    return held
