"""The guard: may this act be done now, and may this case be closed, by the rules of the policy.

Pure functions over the deeds of one case, oldest first. The caller holds the case's row lock, so
that what is decided here is still true when it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from workflows.policy.automata import Atoms, Automaton, run
from workflows.policy.pack import Pack
from workflows.policy.rules import AtOnce, Elsewhere, Exclusion, Lane, Part, Rule, Separation

Named = Mapping[str, frozenset[int]]
NOBODY: Named = {}


@dataclass(frozen=True)
class Deed:
    """An act done in a case, or about to be done.

    `performer` and `acting_for` are ids of people: who did it, and for whom as a substitute; None
    for the machine and for nobody. `party` is the lane of the step, None outside of every lane;
    `at` an aware time, used to say when.
    """

    act: str
    outcome: str | None
    party: str | None
    performer: int | None
    at: datetime
    acting_for: int | None = None

    @cached_property
    def atoms(self) -> Atoms:
        return frozenset((self.act, f"{self.act}:{self.outcome}"))

    @property
    def people(self) -> frozenset[int]:
        """Everyone who answers for the deed."""
        return frozenset(p for p in (self.performer, self.acting_for) if p is not None)


@dataclass(frozen=True)
class OtherCase:
    """Another case about the same site: what was done in it, and whether it has ended."""

    deeds: Sequence[Deed]
    has_ended: bool = False


@dataclass(frozen=True)
class Refusal:
    """A rule that the next deed would break. `text` is for the person refused.

    `people` are those on account of whom it is refused, as ids: the caller knows their names.
    """

    rule: str
    words: str
    clauses: tuple[str, ...]
    text: str
    severity: str
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Duty:
    """A rule that asks for something before the case closes; `since` is when it came up, if known."""

    rule: str
    words: str
    clauses: tuple[str, ...]
    text: str
    since: datetime | None = None


def verdict(
    pack: Pack,
    past: Sequence[Deed],
    attempt: Deed,
    *,
    named: Named = NOBODY,
    elsewhere: Sequence[OtherCase] = (),
) -> list[Refusal]:
    """Give the rules that forbid the next deed; none means that it may be done.

    `named` are the people whom the case names, by the register key of the field, e.g.
    {"site-role": {3, 7}}; `elsewhere` the other cases about the same site. A breach in the past refuses nothing by itself.
    """
    return _refusals(pack, past, attempt, _Around(named, elsewhere), "error")


def warnings(
    pack: Pack,
    past: Sequence[Deed],
    attempt: Deed,
    *,
    named: Named = NOBODY,
    elsewhere: Sequence[OtherCase] = (),
) -> list[Refusal]:
    """Give the rules of severity warning that the next deed would break: to be shown, not refused."""
    return _refusals(pack, past, attempt, _Around(named, elsewhere), "warning")


def could(
    pack: Pack,
    past: Sequence[Deed],
    attempt: Deed,
    *,
    named: Named = NOBODY,
    elsewhere: Sequence[OtherCase] = (),
) -> list[Refusal]:
    """Give what forbids an act whatever its yes is, before anybody fills in its form.

    The outcome of `attempt` does not matter, nor, since no rule reads it, its time. Tried are the outcomes that would allow something later: of a decision, the approvals. What
    forbids only some of them is left to `verdict`. An act unknown to the pack is not forbidden.
    """
    if attempt.act not in pack.acts:
        return []
    first, *others = (
        verdict(pack, past, replace(attempt, outcome=outcome), named=named, elsewhere=elsewhere)
        for outcome in sorted(pack.licensing(attempt.act))
    )
    return [refusal for refusal in first if all(refusal in other for other in others)]


def open_duties(pack: Pack, past: Sequence[Deed]) -> list[Duty]:
    """Give what must still happen before the case may be closed; none means that it may be."""
    duties = (
        _duty(rule, part, part.constraint, past)
        for rule in pack.rules.values()
        if rule.severity == "error" and "run" in rule.enforced
        for part in rule.parts
        if not isinstance(part.constraint, AtOnce)
    )
    return [duty for duty in duties if duty]


@dataclass(frozen=True)
class _Breach:
    """Why a part of a rule is broken: words to add to what it says, and the people concerned."""

    detail: str = ""
    people: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Around:
    """What a rule knows beside the deeds of the case: whom it names, and the other cases."""

    named: Named
    elsewhere: Sequence[OtherCase]


def _refusals(
    pack: Pack, past: Sequence[Deed], attempt: Deed, around: _Around, severity: str
) -> list[Refusal]:
    found = []
    for rule in pack.rules.values():
        if rule.severity == severity and "run" in rule.enforced:
            for part in rule.parts:
                breach = _breach(pack, part, past, attempt, around)
                if breach is not None:
                    found.append(_refusal(pack, rule, part, attempt, breach))
    return found


def _breach(
    pack: Pack, part: Part, past: Sequence[Deed], attempt: Deed, around: _Around
) -> _Breach | None:
    match part.constraint:
        case Lane() as lane:
            wrong = attempt.act in lane.acts and attempt.party not in lane.parties
            detail = f", not {attempt.party}" if attempt.party else ""
            return _Breach(detail) if wrong else None
        case Separation() as separation:
            return _same_person(pack, separation, past, attempt, around.named)
        case Exclusion() as exclusion:
            return _named(exclusion, attempt, around.named)
        case Elsewhere() as rule:
            return _Breach() if _is_owed(rule, attempt, around.elsewhere) else None
        case automaton:
            return _out_of_order(part, automaton, past, attempt)


def _out_of_order(
    part: Part, automaton: Automaton, past: Sequence[Deed], attempt: Deed
) -> _Breach | None:
    # Most steps trigger few rules: the past is read only for those.
    if not attempt.atoms & automaton.triggers:
        return None
    if not automaton.breaks(run(automaton, (deed.atoms for deed in past)), attempt.atoms):
        return None
    return _Breach(_undone(part, past))


def _undone(part: Part, past: Sequence[Deed]) -> str:
    """Say what undid an earlier yes, or stands in its place: a return, or the latest decision."""
    for deed in reversed(past):
        for shared in part.since:
            if deed.atoms & shared.atoms:
                return f" since {shared.words} on {_day(deed.at)}"
        if deed.act == part.decision:
            return f' (the latest outcome is "{deed.outcome}", {_day(deed.at)})'
    return ""


def _same_person(
    pack: Pack, separation: Separation, past: Sequence[Deed], attempt: Deed, named: Named
) -> _Breach | None:
    if attempt.act not in separation.acts:
        return None
    if kept_out := _named(separation, attempt, named):
        return kept_out
    for deed in past:
        both = attempt.people & deed.people
        if both and deed.act in separation.acts - {attempt.act}:
            title = pack.acts[deed.act].title
            return _Breach(f'; "{title}" was done by the same person on {_day(deed.at)}', both)
    return None


def _named(constraint: Separation | Exclusion, attempt: Deed, named: Named) -> _Breach | None:
    """Say whether the case names somebody who answers for the deed, under a key of the rule."""
    if attempt.act not in constraint.acts:
        return None
    for key in sorted(constraint.named):
        if both := attempt.people & named.get(key, frozenset()):
            return _Breach(people=both)
    return None


def _is_owed(rule: Elsewhere, attempt: Deed, elsewhere: Sequence[OtherCase]) -> bool:
    """Say whether another case waits for something that this deed would make impossible."""
    if not attempt.atoms & rule.before:
        return False
    return any(
        rule.asked.open(run(rule.asked, (deed.atoms for deed in other.deeds)))
        for other in elsewhere
        if rule.lasting or not other.has_ended
    )


def _refusal(pack: Pack, rule: Rule, part: Part, attempt: Deed, breach: _Breach) -> Refusal:
    act = pack.acts[attempt.act]
    opening = act.refusal or f'"{act.title}" cannot be done now'
    return Refusal(
        rule=rule.id,
        words=rule.words,
        clauses=rule.clauses,
        text=f"{opening}: {part.says}{breach.detail} ({_source(rule)}). Next: {part.next}",
        severity=rule.severity,
        people=tuple(sorted(breach.people)),
    )


def _duty(rule: Rule, part: Part, automaton: Automaton, past: Sequence[Deed]) -> Duty | None:
    if not automaton.open(run(automaton, (deed.atoms for deed in past))):
        return None
    since = next((deed.at for deed in reversed(past) if deed.atoms & automaton.triggers), None)
    when = f", since {_day(since)}" if since else ""
    return Duty(
        rule=rule.id,
        words=rule.words,
        clauses=rule.clauses,
        text=f"The case cannot be closed: {part.says}{when} ({_source(rule)}). Next: {part.next}",
        since=since,
    )


def _source(rule: Rule) -> str:
    label = "clause" if len(rule.clauses) == 1 else "clauses"
    return f"rule {rule.id}, {label} {', '.join(rule.clauses)}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
