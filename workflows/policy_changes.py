"""What differs between two versions of the policy, in words for people who read no TOML."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from workflows.policy.acts import Act
from workflows.policy.pack import Clause, Pack, Party
from workflows.policy.rules import Rule
from workflows.policy_words import template_words

Thing = TypeVar("Thing", Rule, Clause, Act, Party)

# How people call what a rule has; what is not here is called as it is written.
NAMES = {
    "words": "the rule in words",
    "says": "what is said when it is broken",
    "next": "what to do then",
    "enforced": "where it is held",
    "paraphrase": "what it asks",
    "may_offer": "further outcomes",
    "outcome_tags": "tags of outcomes",
    "effective_from": "in force from",
}


@dataclass(frozen=True)
class Change:
    """One thing that was added, removed or changed: `kind` rule, clause, act or party."""

    kind: str
    id: str
    title: str
    what: str
    details: tuple[str, ...] = ()


def changes(old: Pack, new: Pack) -> list[Change]:
    """Say what is different in the new pack: rules first, then clauses, acts and parties."""
    return [
        *_of(
            "rule",
            old.rules,
            new.rules,
            lambda rule: rule.words,
            lambda *two: _rule(old, new, *two),
        ),
        *_of("clause", old.clauses, new.clauses, lambda clause: clause.paraphrase, _any),
        *_of("act", old.acts, new.acts, lambda act: act.title, _any),
        *_of("party", old.parties, new.parties, lambda party: party.name, _any),
    ]


def stricter_or_other(old: Pack, new: Pack) -> frozenset[str]:
    """Give the rules that are new, or that ask for something else than before, whatever the words."""
    return frozenset(
        rule.id
        for rule in new.rules.values()
        if rule.id not in old.rules or _binding(rule) != _binding(old.rules[rule.id])
    )


def _binding(rule: Rule) -> tuple[object, ...]:
    constraints = tuple(part.constraint for part in rule.parts)
    return rule.severity, rule.enforced, rule.about, constraints


def _of(
    kind: str,
    old: Mapping[str, Thing],
    new: Mapping[str, Thing],
    title: Callable[[Thing], str],
    details: Callable[[Thing, Thing], Iterable[str]],
) -> list[Change]:
    found = [Change(kind, key, title(new[key]), "added") for key in new if key not in old]
    found += [Change(kind, key, title(old[key]), "removed") for key in old if key not in new]
    return found + [
        Change(kind, key, title(new[key]), "changed", tuple(details(old[key], new[key])))
        for key in new
        if key in old and old[key] != new[key]
    ]


def _rule(old_pack: Pack, new_pack: Pack, old: Rule, new: Rule) -> Iterable[str]:
    yield from _any(old, new, but=("parts",))
    before = [template_words(old_pack, part) for part in old.parts]
    after = [template_words(new_pack, part) for part in new.parts]
    yield from (f"No longer asked: {words}" for words in before if words not in after)
    yield from (f"Asked now: {words}" for words in after if words not in before)
    if before == after and old.parts != new.parts:
        yield "What is said when it is broken, or what to do then, has other words."


def _any(old: Any, new: Any, *, but: tuple[str, ...] = ()) -> Iterable[str]:
    for one in fields(old):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if before != after and one.name not in but:
            name = NAMES.get(one.name, one.name.replace("_", " "))
            yield f"{name[0].upper()}{name[1:]}: {_told(before)} became {_told(after)}."


def _told(value: object) -> str:
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(str(one) for one in value)) or "nothing"
    return f"“{value}”" if value not in (None, "") else "nothing"
