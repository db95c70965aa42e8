"""A city's policy pack, read from TOML and checked as a whole: clauses, acts, rules and the like."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from workflows.policy.automata import ImmediatelyBefore, Precedence
from workflows.policy.enforcement import Requirement, read_requirement, with_all_rules
from workflows.policy.reading import (
    Document,
    Entry,
    Mistake,
    did_you_mean,
    document_of,
    read_document,
    unread,
)
from workflows.policy.rules import AtomList, Rule, Vocabulary, read_list, read_rule

# When what is not public of a complaint becomes so (workflows/public_facet.py).
OPENINGS = ("final-discipline", "public-official")

FILES = ("clauses.toml", "acts.toml", "roles.toml", "rules.toml", "classifications.toml")
# A pack without it holds what its rule set says, and says of nothing that it is missing.
OPTIONAL = ("enforcement.toml",)
SCOPES = ("starter", "unit", "city", "delegate", "subject")
Thing = TypeVar("Thing")
HELD = ("grant", "everyone", "delegation", "register", "case", "public")
LEADS = ("party", "all")


class PolicyPackError(Exception):
    """A policy pack that cannot be used. `mistakes` lists all of them, in the order of the files."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True)
class Clause:
    """A sentence of the policy, in our own words, and who it binds."""

    id: str
    heading: str
    paraphrase: str
    actor: str
    effective_from: date


@dataclass(frozen=True)
class Role:
    """What a person may do. `held` says where it comes from, e.g. a grant or a delegation.

    `leads` says whose steps its holders may hand over: of its "party", of "all", or "" for nobody's.
    """

    id: str
    title: str
    description: str
    held: str
    leads: str


@dataclass(frozen=True)
class Party:
    """A lane. `roles` do its steps without an act; `scope` is one of SCOPES."""

    name: str
    scope: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Classification:
    """A class of data: the parties that may see an answer of it beside the person who gave it.

    `law` says where it comes from. `shareable`: a field may show it to the complainant or the
    subject of a case by name (`shown-to`). `opens`: when it becomes public of a complaint.
    """

    id: str
    title: str
    law: str
    seen_by: tuple[str, ...]
    shareable: bool
    opens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    """What a step means to the policy. See bpmn/policy/acts.toml for each field.

    `parties` empty: any lane. `default` None: the form must offer `outcomes`. `topic` is the
    operation that has this act by itself, None for what people do. `exclusive`: a diagram goes on
    with one of the outcomes only.
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

    @cached_property
    def possible(self) -> frozenset[str]:
        """All outcomes that the act can have."""
        return frozenset((*self.outcomes, *self.may_offer, *filter(None, [self.default])))

    def duty_in(self, party: str) -> str:
        """Give the key of those who do this act in this lane.

        An act of several lanes is done in each by that lane's own roles: whoever checks training
        for Human Resources does not do Communications' step by that.
        """
        return self.id if len(self.parties) < 2 else f"{self.id}/{party}"


@dataclass(frozen=True)
class Pack:
    """The policy that is in force: read-only, each kind by id. `version` changes with any file."""

    version: str
    clauses: Mapping[str, Clause]
    acts: Mapping[str, Act]
    roles: Mapping[str, Role]
    parties: Mapping[str, Party]
    rules: Mapping[str, Rule]
    classifications: Mapping[str, Classification]
    requirements: Mapping[str, Requirement]

    def outcome_field(self, act: str, fields: Iterable[tuple[str, Iterable[str]]]) -> str | None:
        """Give the id of the field whose answer is the act's outcome, of (id, option ids) pairs.

        That is the first that offers every outcome that must be offered; where none must, the first
        that offers any outcome that may be. None: the step has the act's default outcome.
        """
        must, may = self.acts[act].outcomes, self.acts[act].may_offer
        for name, options in fields:
            offered = set(options)
            if offered.issuperset(must) if must else not offered.isdisjoint(may):
                return name
        return None

    def act_of(self, topic: str) -> Act | None:
        """Give the act that an operation has by itself."""
        return next((act for act in self.acts.values() if act.topic == topic), None)

    def licensing(self, act: str) -> frozenset[str]:
        """Give the outcomes of an act that allow something later: what a yes is; all if none does."""
        prefix = f"{act}:"
        found = {atom.removeprefix(prefix) for atom in self._licences if atom.startswith(prefix)}
        return frozenset(found) or self.acts[act].possible

    @cached_property
    def _licences(self) -> frozenset[str]:
        return frozenset(
            atom
            for rule in self.rules.values()
            for part in rule.parts
            if isinstance(part.constraint, Precedence | ImmediatelyBefore)
            for atom in part.constraint.first
        )


def load(path: Path) -> Pack:
    """Read the pack in this directory; files that have not changed are not read again.

    Raises PolicyPackError, which lists every mistake in every file at once.
    """
    return _load(path, version_of(_bytes_in(path)))


def read_pack(files: Mapping[str, str]) -> Pack:
    """Read a pack from the texts of its files, by name, as `load` does from a directory."""
    documents = [
        document_of(name, files[name])
        if name in files
        else unread(name, "The file is missing. Add it to the pack.")
        for name in (*FILES, *(name for name in OPTIONAL if name in files))
    ]
    return _assembled(documents, version_of({name: text.encode() for name, text in files.items()}))


def texts_in(path: Path) -> dict[str, str]:
    """Give the texts of a pack's files, by name; `load` says what is wrong with one that has none."""
    return {name: data.decode(errors="replace") for name, data in _bytes_in(path).items()}


def version_of(files: Mapping[str, bytes]) -> str:
    """Give the SHA-256 over a pack's files: it changes with any of them."""
    digest = sha256()
    for name in (*FILES, *(name for name in OPTIONAL if name in files)):
        data = files.get(name, b"")
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _bytes_in(path: Path) -> dict[str, bytes]:
    found = {}
    for name in (*FILES, *OPTIONAL):
        # Of one that is missing or cannot be read, the reading of the pack says so.
        with suppress(OSError):
            found[name] = (path / name).read_bytes()
    return found


@lru_cache(maxsize=4)
def _load(path: Path, version: str) -> Pack:
    there = [name for name in OPTIONAL if (path / name).exists()]
    return _assembled([read_document(path / name) for name in (*FILES, *there)], version)


def _assembled(documents: Sequence[Document], version: str) -> Pack:
    clauses_file, acts_file, roles_file, rules_file, classes_file, *others = documents
    clauses = _by_id(clauses_file, "clause", _read_clause)
    roles = _by_id(roles_file, "role", _read_role)
    parties = _by_id(
        roles_file, "party", lambda entry: _read_party(entry, roles.keys()), key="name"
    )
    known = _Known(clauses.keys(), roles.keys(), parties.keys())
    acts = _by_id(acts_file, "act", lambda entry: _read_act(entry, known))
    rules = _read_rules(rules_file, acts, known)
    classes = _by_id(classes_file, "classification", lambda entry: _read_class(entry, known))
    requirements = _read_requirements(others, rules, known)
    clauses_file.finish("clause")
    acts_file.finish("act")
    roles_file.finish("role", "party")
    rules_file.finish("list", "rule")
    classes_file.finish("classification")
    mistakes = [mistake for document in documents for mistake in document.mistakes]
    if mistakes:
        raise PolicyPackError(mistakes)
    return Pack(version, clauses, acts, roles, parties, rules, classes, requirements)


def _read_requirements(
    documents: Iterable[Document], rules: Mapping[str, Rule], known: "_Known"
) -> Mapping[str, Requirement]:
    found: Mapping[str, Requirement] = {}
    # Without rules their file could not be read, and says so itself.
    for document in documents if rules else ():
        found = _by_id(
            document, "requirement", lambda entry: read_requirement(entry, rules, known.clauses)
        )
        document.finish("requirement")
    return MappingProxyType(with_all_rules(found, rules))


@dataclass(frozen=True)
class _Known:
    clauses: Collection[str]
    roles: Collection[str]
    parties: Collection[str]


def _by_id(
    document: Document, kind: str, read: Callable[[Entry], Thing], *, key: str = "id"
) -> Mapping[str, Thing]:
    found: dict[str, Thing] = {}
    for entry in document.entries(kind):
        name = str(entry.values.get(key, ""))
        if name in found:
            entry.refuse(key, f'"{name}" is listed twice. Rename or remove one.')
        found[name] = read(entry)
        entry.finish()
    if document.tables and not found:
        document.refuse(f'"{kind}"', f"The file lists none. Add a table [[{kind}]].")
    return MappingProxyType(found)


def _read_clause(entry: Entry) -> Clause:
    return Clause(
        id=entry.text("id"),
        heading=entry.text("heading"),
        paraphrase=entry.text("paraphrase"),
        actor=entry.text("actor"),
        effective_from=entry.day("effective_from"),
    )


def _read_role(entry: Entry) -> Role:
    return Role(
        id=entry.text("id"),
        title=entry.text("title"),
        description=entry.text("description"),
        held=entry.choice("held", HELD, default="grant"),
        leads=entry.choice("leads", LEADS, default=""),
    )


def _read_party(entry: Entry, roles: Collection[str]) -> Party:
    return Party(
        name=entry.text("name"),
        scope=entry.choice("scope", SCOPES),
        roles=entry.choices("roles", roles, required=True),
    )


def _read_class(entry: Entry, known: _Known) -> Classification:
    return Classification(
        id=entry.identifier(),
        title=entry.text("title"),
        law=entry.text("law"),
        seen_by=entry.choices("seen_by", known.parties),
        shareable=entry.flag("shareable"),
        opens=entry.choices("opens", OPENINGS),
    )


def _read_act(entry: Entry, known: _Known) -> Act:
    operation = entry.flag("operation")
    outcomes = entry.texts("outcomes")
    act = Act(
        id=entry.identifier(),
        tag=entry.text("tag"),
        title=entry.text("title"),
        refusal=entry.text("refusal", default=""),
        parties=entry.choices("parties", known.parties, required=not operation),
        roles=() if operation else entry.choices("roles", known.roles, required=True),
        operation=operation,
        topic=entry.identifier("topic") if operation else None,
        outcomes=outcomes,
        may_offer=entry.texts("may_offer"),
        default=None if outcomes else entry.text("default"),
        outcome_tags=entry.pairs("outcome_tags"),
        clauses=entry.choices("clauses", known.clauses, required=True),
        exclusive=entry.flag("exclusive"),
    )
    _check_outcomes(entry, act)
    return act


def _check_outcomes(entry: Entry, act: Act) -> None:
    if twice := set(act.outcomes) & set(act.may_offer):
        entry.refuse("may_offer", f"{_quoted(twice)} is in `outcomes` already. Remove it here.")
    if act.default and act.may_offer and act.default not in act.may_offer:
        entry.refuse("default", f'"{act.default}" is not in `may_offer`. Add it there.')
    for outcome, _tag in act.outcome_tags:
        if outcome not in act.possible:
            hint = did_you_mean(outcome, act.possible)
            entry.refuse("outcome_tags", f'"{act.id}" cannot end in "{outcome}".{hint}')


def _read_rules(document: Document, acts: Mapping[str, Act], known: _Known) -> Mapping[str, Rule]:
    outcomes = {act.id: act.possible for act in acts.values()}
    lists: Mapping[str, AtomList] = {}
    if "list" in document.tables:
        lists = _by_id(document, "list", lambda entry: read_list(entry, outcomes))
    vocabulary = Vocabulary(outcomes, lists, known.parties, known.clauses)
    return _by_id(document, "rule", lambda entry: read_rule(entry, vocabulary))


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in sorted(words))
