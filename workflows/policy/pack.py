"""A city's policy pack, read from TOML and checked as a whole: clauses, acts, rules and the like."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from workflows.diagrams.graph import UNSAID
from workflows.policy.acts import Act, read_act
from workflows.policy.automata import ImmediatelyBefore, Precedence
from workflows.policy.blocks import Block, BlockWords, read_block, with_derived
from workflows.policy.enforcement import Requirement, read_requirement, with_all_rules
from workflows.policy.reading import (
    Document,
    Entry,
    Mistake,
    document_of,
    read_document,
    unread,
)
from workflows.policy.rules import AtomList, Rule, Vocabulary, read_list, read_rule

# When what is not public of a complaint becomes so (workflows/public_facet.py).
OPENINGS = ("final-discipline", "public-official")

FILES = ("clauses.toml", "acts.toml", "roles.toml", "rules.toml", "classifications.toml")
# A pack without them holds what its rule set says and says of nothing that it is missing, and its
# building blocks are those that its acts alone give.
ENFORCEMENT, BLOCKS = "enforcement.toml", "blocks.toml"
OPTIONAL = (ENFORCEMENT, BLOCKS)
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
    `assumed`: what an answer of a confidential process is taken for that names no class.
    """

    id: str
    title: str
    law: str
    seen_by: tuple[str, ...]
    shareable: bool
    opens: tuple[str, ...] = ()
    assumed: bool = False


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
    blocks: tuple[Block, ...] = ()

    def outcome_field(self, act: str, fields: Iterable[tuple[str, Iterable[str]]]) -> str | None:
        """Give the id of the field whose answer is the act's outcome, as Act.outcome_field does."""
        return self.acts[act].outcome_field(fields)

    def class_of(self, name: str) -> Classification | None:
        """Give a class of data by id; without one, what an answer of a confidential process is."""
        unsaid = (known for known in self.classifications.values() if known.assumed)
        return next(unsaid, None) if name == UNSAID else self.classifications.get(name)

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
    acts = _by_id(
        acts_file,
        "act",
        lambda entry: read_act(
            entry, clauses=known.clauses, roles=known.roles, parties=known.parties
        ),
    )
    rules = _read_rules(rules_file, acts, known)
    classes = _by_id(classes_file, "classification", lambda entry: _read_class(entry, known))
    beside = {document.file: document for document in others}
    requirements = _read_requirements(beside.get(ENFORCEMENT), rules, known)
    blocks = _read_blocks(beside.get(BLOCKS), acts, known, classes)
    clauses_file.finish("clause")
    acts_file.finish("act")
    roles_file.finish("role", "party")
    rules_file.finish("list", "rule")
    classes_file.finish("classification")
    mistakes = [mistake for document in documents for mistake in document.mistakes]
    if mistakes:
        raise PolicyPackError(mistakes)
    pack = Pack(version, clauses, acts, roles, parties, rules, classes, requirements)
    return replace(pack, blocks=with_derived(blocks, acts, pack.licensing))


def _read_blocks(
    document: Document | None,
    acts: Mapping[str, Act],
    known: "_Known",
    classes: Mapping[str, Classification],
) -> Iterable[Block]:
    # Without acts their file could not be read, and says so itself.
    if document is None or not acts:
        return ()
    words = BlockWords(acts, known.parties, known.clauses, classes.keys())
    found = _by_id(document, "block", lambda entry: read_block(entry, words))
    document.finish("block")
    return found.values()


def _read_requirements(
    document: Document | None, rules: Mapping[str, Rule], known: "_Known"
) -> Mapping[str, Requirement]:
    found: Mapping[str, Requirement] = {}
    # Without rules their file could not be read, and says so itself.
    if document is not None and rules:
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
    # A file that was cut to nothing must not pass for a policy without rules.
    if not found and (document.tables or not document.mistakes):
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
        assumed=entry.flag("assumed"),
    )


def _read_rules(document: Document, acts: Mapping[str, Act], known: _Known) -> Mapping[str, Rule]:
    outcomes = {act.id: act.possible for act in acts.values()}
    lists: Mapping[str, AtomList] = {}
    if "list" in document.tables:
        lists = _by_id(document, "list", lambda entry: read_list(entry, outcomes))
    vocabulary = Vocabulary(outcomes, lists, known.parties, known.clauses)
    return _by_id(document, "rule", lambda entry: read_rule(entry, vocabulary))
