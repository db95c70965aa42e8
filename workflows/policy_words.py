"""What a template of a rule asks, in words: for people who read no automata."""

from collections.abc import Iterable
from functools import singledispatch

from workflows.policy.automata import (
    Absence,
    Atoms,
    Existence,
    ImmediatelyBefore,
    NotCoexistence,
    Precedence,
    Response,
)
from workflows.policy.pack import Pack
from workflows.policy.rules import Elsewhere, Exclusion, Lane, Part, Separation


def template_words(pack: Pack, part: Part) -> str:
    """Say in a sentence or two what a part of a rule asks, in titles of acts and outcomes."""
    return _asks(part.constraint, pack, part)


@singledispatch
def _asks(constraint: object, pack: Pack, part: Part) -> str:
    raise TypeError(type(constraint), pack.version, part.template)


@_asks.register
def _precedence(rule: Precedence, pack: Pack, part: Part) -> str:
    latest = "The latest " if part.decision else ""
    since = rule.since - {part.decision}
    again = f" It is asked for again after {_steps(pack, since)}." if since else ""
    once = f" It binds only where {_steps(pack, rule.once)} has happened." if rule.once else ""
    first, then = _steps(pack, rule.first), _steps(pack, rule.then)
    return f"{latest}{first} comes before each {then}.{again}{once}"


@_asks.register
def _response(rule: Response, pack: Pack, _part: Part) -> str:
    after, answers = _steps(pack, rule.after), _steps(pack, rule.answers)
    once = f" It binds only where {_steps(pack, rule.once)} has happened." if rule.once else ""
    return f"Each {after} is followed by {answers} before the case ends.{once}"


@_asks.register
def _existence(rule: Existence, pack: Pack, _part: Part) -> str:
    once = f", where {_steps(pack, rule.once)} has happened" if rule.once else ""
    return f"{_steps(pack, rule.anything)} happens before the case ends{once}."


@_asks.register
def _absence(rule: Absence, pack: Pack, _part: Part) -> str:
    return f"{_steps(pack, rule.never)} never happens."


@_asks.register
def _not_coexistence(rule: NotCoexistence, pack: Pack, _part: Part) -> str:
    either, other = _steps(pack, rule.either), _steps(pack, rule.other)
    return f"{either} and {other} never happen in the same case."


@_asks.register
def _immediately_before(rule: ImmediatelyBefore, pack: Pack, _part: Part) -> str:
    first, then = _steps(pack, rule.first), _steps(pack, rule.then)
    return f"The step right before each {then} is {first}."


@_asks.register
def _lane(rule: Lane, pack: Pack, _part: Part) -> str:
    return f"Only {_listed(sorted(rule.parties), 'or')} does {_steps(pack, rule.acts)}."


@_asks.register
def _exclusion(rule: Exclusion, pack: Pack, _part: Part) -> str:
    acts = _steps(pack, rule.acts)
    return f"Nobody whom the case names as {_named(rule)} does {acts}, or has it done."


@_asks.register
def _elsewhere(rule: Elsewhere, pack: Pack, _part: Part) -> str:
    before, opened = _steps(pack, rule.before), _steps(pack, rule.opened)
    closed = f" without {_steps(pack, rule.closed)} since" if rule.closed else ""
    return f"No {before} while another open case about the same site has {opened}{closed}."


@_asks.register
def _separation(rule: Separation, pack: Pack, _part: Part) -> str:
    acts = _steps(pack, rule.acts)
    apart = f"No person does, or answers for, two of {acts}." if len(rule.acts) > 1 else ""
    named = f"Nobody whom the case names as {_named(rule)} does {acts}." if rule.named else ""
    return f"{apart} {named}".strip()


def _named(rule: Separation | Exclusion) -> str:
    return _listed((f"“{key}”" for key in sorted(rule.named)), "or")


def _steps(pack: Pack, atoms: Atoms) -> str:
    """Name atoms by the titles of their acts, with the outcomes that count."""
    outcomes: dict[str, list[str]] = {}
    for atom in sorted(atoms):
        act, colon, outcome = atom.partition(":")
        outcomes.setdefault(act, [])
        if colon:
            outcomes[act].append(outcome)
    # The act itself stands for all that it can end in.
    return _listed(
        (_step(pack, act, [] if act in atoms else ends) for act, ends in outcomes.items()), "or"
    )


def _step(pack: Pack, act: str, ends: Iterable[str]) -> str:
    ended = _listed([f"“{end}”" for end in ends], "or")
    title = f"“{pack.acts[act].title}”"
    return f"{title} with {ended}" if ended else title


def _listed(words: Iterable[str], joint: str) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} {joint} {last}" if first else last
