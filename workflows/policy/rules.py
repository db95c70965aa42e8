"""The templates that a rule is written in, and how each is read from rules.toml."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workflows.policy.automata import (
    NONE,
    Absence,
    Atoms,
    Automaton,
    Existence,
    ImmediatelyBefore,
    NotCoexistence,
    Precedence,
    Response,
)
from workflows.policy.reading import Entry, did_you_mean

ABOUT = ("case", "site", "person", "matter")
LEVELS = ("policy", "derived", "law", "good-practice")
SEVERITIES = ("error", "warning")
ENFORCERS = ("publish", "run")


@dataclass(frozen=True)
class Lane:
    """`acts` are done by these parties only, i.e. in these lanes of a diagram."""

    acts: Atoms
    parties: frozenset[str]


@dataclass(frozen=True)
class Separation:
    """No two of `acts` by, or on behalf of, one person; none by people whom the case names.

    `named` are register keys of fields, e.g. `site-role` for the administrators of the site.
    """

    acts: Atoms
    named: frozenset[str]


@dataclass(frozen=True)
class Exclusion:
    """None of `acts` by, or on behalf of, people whom the case names under these register keys.

    A key stands for all that begin with it, as `site-role` does for `site-role:owner`.
    """

    acts: Atoms
    named: frozenset[str]


@dataclass(frozen=True)
class Elsewhere:
    """None of `before` while another open case about the same site has something unanswered.

    That is: one of `opened` happened in it, and none of `closed` since. What is `lasting` stays so
    when that case has ended, as a hold does until it is released.
    """

    before: Atoms
    opened: Atoms
    closed: Atoms
    lasting: bool = False

    @property
    def acts(self) -> Atoms:
        return frozenset(atom.partition(":")[0] for atom in self.before)

    @property
    def asked(self) -> Response:
        """What the other case must not owe."""
        return Response(self.opened, self.closed)


# What one deed alone, who did what before, and what other cases hold keep or break: nothing in it
# waits to be done.
AtOnce: TypeAlias = Lane | Separation | Exclusion | Elsewhere
Constraint: TypeAlias = Automaton | AtOnce


@dataclass(frozen=True)
class Part:
    """One template of a rule with its arguments, and the words for when it is broken.

    `since` are the shared lists after which the rule asks again, with their words; `decision` is the
    act whose latest outcome counts, if the template is about one.
    """

    template: str
    constraint: Constraint
    says: str
    next: str
    since: tuple["AtomList", ...] = ()
    decision: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule of the policy: all its parts hold, or it is broken."""

    id: str
    about: str
    level: str
    severity: str
    enforced: frozenset[str]
    clauses: tuple[str, ...]
    words: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class AtomList:
    """Atoms that several rules share, and the words for "since one of them happened"."""

    atoms: Atoms
    words: str


@dataclass(frozen=True)
class Vocabulary:
    """What a rule may speak of: acts with all outcomes that each can have, lists, parties, clauses."""

    outcomes: Mapping[str, frozenset[str]]
    lists: Mapping[str, AtomList]
    parties: Collection[str]
    clauses: Collection[str]


def read_list(entry: Entry, outcomes: Mapping[str, frozenset[str]]) -> AtomList:
    """Read a [[list]] of rules.toml."""
    if entry.identifier() in outcomes:
        entry.refuse("id", "An act has this name. Give the list another one.")
    vocabulary = Vocabulary(outcomes, {}, (), ())
    words = entry.text("words", default="the case last came back")
    return AtomList(_atoms(entry, "atoms", vocabulary, required=True), words)


def read_rule(entry: Entry, vocabulary: Vocabulary) -> Rule:
    """Read a [[rule]] of rules.toml with its parts; mistakes are noted in the entry's document."""
    return Rule(
        id=entry.text("id"),
        about=entry.choice("about", ABOUT),
        level=entry.choice("level", LEVELS),
        severity=entry.choice("severity", SEVERITIES),
        enforced=frozenset(entry.choices("enforced", ENFORCERS, required=True)),
        clauses=entry.choices("clauses", vocabulary.clauses, required=True),
        words=entry.text("words"),
        parts=tuple(_read_part(part, vocabulary) for part in entry.entries("holds")),
    )


def _read_part(entry: Entry, vocabulary: Vocabulary) -> Part:
    template = entry.text("template")
    read = TEMPLATES.get(template)
    says, what_next = entry.text("says"), entry.text("next")
    if read is None:
        if template:
            hint = did_you_mean(template, TEMPLATES.keys())
            entry.refuse("template", f'Unknown template "{template}".{hint}')
        return Part(template, Absence(NONE), says, what_next)
    constraint = read(entry, vocabulary)
    entry.finish()
    named = entry.values.get("since")
    since = tuple(
        shared
        for name, shared in vocabulary.lists.items()
        if isinstance(named, list) and name in named
    )
    decision = str(entry.values.get("act", ""))
    return Part(template, constraint, says, what_next, since, decision)


def _precedence(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Precedence(
        first=_atoms(entry, "any_of", vocabulary, required=True),
        then=_atoms(entry, "before", vocabulary, required=True),
        since=_atoms(entry, "since", vocabulary),
        once=_atoms(entry, "once", vocabulary),
    )


def _last_decision(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    act = entry.choice("act", vocabulary.outcomes.keys())
    outcomes = entry.choices("outcomes", vocabulary.outcomes.get(act, ()), required=True)
    return Precedence(
        first=frozenset(f"{act}:{outcome}" for outcome in outcomes),
        then=_atoms(entry, "before", vocabulary, required=True),
        since=_atoms(entry, "since", vocabulary) | {act},
        once=_atoms(entry, "once", vocabulary),
    )


def _response(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Response(
        after=_atoms(entry, "after", vocabulary, required=True),
        answers=_atoms(entry, "any_of", vocabulary, required=True),
        once=_atoms(entry, "once", vocabulary),
    )


def _existence(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Existence(
        anything=_atoms(entry, "any_of", vocabulary, required=True),
        once=_atoms(entry, "once", vocabulary),
    )


def _absence(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Absence(never=_atoms(entry, "never", vocabulary, required=True))


def _not_coexistence(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    either = _atoms(entry, "either", vocabulary, required=True)
    other = _atoms(entry, "other", vocabulary, required=True)
    if either & other:
        entry.refuse("other", f"{_named(either & other)} is in both lists. Leave it in one.")
    return NotCoexistence(either, other)


def _immediately_before(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return ImmediatelyBefore(
        first=_atoms(entry, "any_of", vocabulary, required=True),
        then=_atoms(entry, "before", vocabulary, required=True),
    )


def _lane(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Lane(
        acts=frozenset(entry.choices("acts", vocabulary.outcomes.keys(), required=True)),
        parties=frozenset(entry.choices("parties", vocabulary.parties, required=True)),
    )


def _separation(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    acts = entry.choices("acts", vocabulary.outcomes.keys(), required=True)
    named = entry.texts("named")
    if len(acts) == 1 and not named:
        entry.refuse("acts", "One act alone separates nobody. Name a second act, or `named`.")
    return Separation(frozenset(acts), frozenset(named))


def _exclusion(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Exclusion(
        acts=frozenset(entry.choices("acts", vocabulary.outcomes.keys(), required=True)),
        named=frozenset(entry.texts("named", required=True)),
    )


def _elsewhere(entry: Entry, vocabulary: Vocabulary) -> Constraint:
    return Elsewhere(
        before=_atoms(entry, "before", vocabulary, required=True),
        opened=_atoms(entry, "opened", vocabulary, required=True),
        closed=_atoms(entry, "closed", vocabulary),
        lasting=entry.flag("lasting"),
    )


TEMPLATES: Mapping[str, Callable[[Entry, Vocabulary], Constraint]] = {
    "precedence": _precedence,
    "last_decision": _last_decision,
    "response": _response,
    "existence": _existence,
    "absence": _absence,
    "not_coexistence": _not_coexistence,
    "immediately_before": _immediately_before,
    "lane": _lane,
    "separation_of_duties": _separation,
    "exclusion": _exclusion,
    "nothing_open_elsewhere": _elsewhere,
}


def _atoms(entry: Entry, key: str, vocabulary: Vocabulary, *, required: bool = False) -> Atoms:
    """Read a list of atoms and of names of shared lists, which stand for theirs."""
    found = NONE
    for word in entry.texts(key, required=required):
        if word in vocabulary.lists:
            found |= vocabulary.lists[word].atoms
        else:
            _check_atom(entry, key, word, vocabulary)
            found |= {word}
    return found


def _check_atom(entry: Entry, key: str, atom: str, vocabulary: Vocabulary) -> None:
    act, colon, outcome = atom.partition(":")
    outcomes = vocabulary.outcomes
    if outcomes and act not in outcomes:
        hint = did_you_mean(act, {*outcomes, *vocabulary.lists})
        entry.refuse(key, f'Unknown act "{act}".{hint}')
    elif colon and outcome not in outcomes.get(act, {outcome}):
        hint = did_you_mean(outcome, outcomes[act])
        entry.refuse(key, f'"{act}" cannot end in "{outcome}".{hint}')


def _named(atoms: Atoms) -> str:
    return ", ".join(f'"{atom}"' for atom in sorted(atoms))
