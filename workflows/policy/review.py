"""The rules checked again over what was done in a case, for those who audit it afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from workflows.policy.guard import Deed, Named, open_duties, verdict, warnings
from workflows.policy.pack import Pack
from workflows.policy.rules import AtOnce, Constraint, Rule

State: TypeAlias = Literal["violated", "open", "holds", "not concerned"]


@dataclass(frozen=True)
class Reviewed:
    """How one rule fared in a case: `texts` say each breach, or what it still waits for."""

    rule: Rule
    state: State
    texts: tuple[str, ...] = ()


def review(
    pack: Pack, deeds: Sequence[Deed], *, named: Sequence[Named], ended: bool
) -> list[Reviewed]:
    """Run every rule that is held in each case over its deeds, oldest first, as the rules are now.

    `named` are the people whom the case named before each of the deeds. What a rule still waits
    for is open while the case runs, and a violation once it has ended. A rule that none of the
    deeds concerns says so, for "holds" would claim too much.
    """
    broken: dict[str, list[str]] = defaultdict(list)
    for place, deed in enumerate(deeds):
        past = deeds[:place]
        for ask in (verdict, warnings):
            for refusal in ask(pack, past, deed, named=named[place]):
                broken[refusal.rule].append(refusal.text)
    waiting = {duty.rule: duty.text for duty in open_duties(pack, deeds)}
    return [
        _reviewed(rule, deeds, broken[rule.id], waiting.get(rule.id), ended=ended)
        for rule in pack.rules.values()
        if "run" in rule.enforced
    ]


def _reviewed(
    rule: Rule, deeds: Sequence[Deed], breaches: list[str], waiting: str | None, *, ended: bool
) -> Reviewed:
    if waiting is not None and ended:
        breaches = [*breaches, waiting]
    if breaches:
        return Reviewed(rule, "violated", tuple(breaches))
    if waiting is not None:
        return Reviewed(rule, "open", (waiting,))
    concerned = any(_concerns(part.constraint, deed) for part in rule.parts for deed in deeds)
    return Reviewed(rule, "holds" if concerned else "not concerned")


def _concerns(constraint: Constraint, deed: Deed) -> bool:
    if isinstance(constraint, AtOnce):
        return deed.act in constraint.acts
    return bool(deed.atoms & constraint.triggers)
