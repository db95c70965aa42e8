"""Acts: what a step of a diagram can mean to the policy, as acts.toml says."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from workflows.policy.reading import Entry, did_you_mean


@dataclass(frozen=True)
class Act:
    """What a step means to the policy. See bpmn/policy/acts.toml for each field.

    `parties` empty: any lane. `default` None: the form must offer `outcomes`. `topic` is the
    operation that has this act by itself, None for what people do. `exclusive`: a diagram goes on
    with one of the outcomes only. `says` are the register keys that are answered under it alone.
    """

    id: str
    tag: str
    title: str
    refusal: str
    parties: tuple[str, ...]
    roles: tuple[str, ...]
    operation: bool
    topic: str | None
    outcomes: tuple[str, ...]
    may_offer: tuple[str, ...]
    default: str | None
    outcome_tags: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    exclusive: bool = False
    says: tuple[str, ...] = ()

    @cached_property
    def possible(self) -> frozenset[str]:
        """All outcomes that the act can have."""
        return frozenset((*self.outcomes, *self.may_offer, *filter(None, [self.default])))

    def outcome_field(self, fields: Iterable[tuple[str, Iterable[str]]]) -> str | None:
        """Give the id of the field whose answer is the outcome, of (id, option ids) pairs.

        That is the first that offers every outcome that must be offered; where none must, the first
        that offers any outcome that may be. None: the step has the act's default outcome.
        """
        for name, options in fields:
            offered = set(options)
            if (
                offered.issuperset(self.outcomes)
                if self.outcomes
                else not offered.isdisjoint(self.may_offer)
            ):
                return name
        return None

    def duty_in(self, party: str) -> str:
        """Give the key of those who do this act in this lane.

        An act of several lanes is done in each by that lane's own roles: whoever checks training
        for Human Resources does not do Communications' step by that.
        """
        return self.id if len(self.parties) < 2 else f"{self.id}/{party}"


def read_act(
    entry: Entry, *, clauses: Collection[str], roles: Collection[str], parties: Collection[str]
) -> Act:
    """Read an [[act]] of acts.toml; mistakes are noted in the entry's document."""
    operation = entry.flag("operation")
    outcomes = entry.texts("outcomes")
    act = Act(
        id=entry.identifier(),
        tag=entry.text("tag"),
        title=entry.text("title"),
        refusal=entry.text("refusal", default=""),
        parties=entry.choices("parties", parties, required=not operation),
        roles=() if operation else entry.choices("roles", roles, required=True),
        operation=operation,
        topic=entry.identifier("topic") if operation else None,
        outcomes=outcomes,
        may_offer=entry.texts("may_offer"),
        default=None if outcomes else entry.text("default"),
        outcome_tags=entry.pairs("outcome_tags"),
        clauses=entry.choices("clauses", clauses, required=True),
        exclusive=entry.flag("exclusive"),
        says=entry.texts("says"),
    )
    _check_outcomes(entry, act)
    return act


def _check_outcomes(entry: Entry, act: Act) -> None:
    if twice := set(act.outcomes) & set(act.may_offer):
        named = ", ".join(f'"{word}"' for word in sorted(twice))
        entry.refuse("may_offer", f"{named} is in `outcomes` already. Remove it here.")
    if act.default and act.may_offer and act.default not in act.may_offer:
        entry.refuse("default", f'"{act.default}" is not in `may_offer`. Add it there.')
    for outcome, _tag in act.outcome_tags:
        if outcome not in act.possible:
            hint = did_you_mean(outcome, act.possible)
            entry.refuse("outcome_tags", f'"{act.id}" cannot end in "{outcome}".{hint}')
