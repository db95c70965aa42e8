"""Reading a policy pack's TOML so that every mistake is listed at once, with its place and its cure."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TOO_MUCH = re.compile(r"[\d_]{4300}|\[\s*\[\s*\[|\{[^{}]*\{[^{}]*\{")


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a policy pack: where (`line` from 1, None if unknown) and what to do."""

    file: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return (
            f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"
        )


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Give the end of a message: the nearest known word, or all of them where they are few."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f' Did you mean "{near[0]}"?'
    return f" Known: {', '.join(sorted(known))}." if 0 < len(known) <= 12 else ""


@dataclass
class Document:
    """One TOML file of the pack: its tables, and the mistakes found so far."""

    file: str
    lines: list[str]
    tables: Mapping[str, object]
    mistakes: list[Mistake] = field(default_factory=list)

    @cached_property
    def headers(self) -> list[tuple[int, str]]:
        """The lines that begin a table: their index from 0, and the line without its spaces."""
        without_spaces = ((n, line.replace(" ", "")) for n, line in enumerate(self.lines))
        return [(n, line) for n, line in without_spaces if line.startswith("[")]

    def entries(self, kind: str) -> list["Entry"]:
        """Give the file's [[kind]] tables in order."""
        found = self.tables.get(kind, [])
        if not _is_tables(found):
            self.refuse(f'"{kind}"', f"Write each one as a table that begins with [[{kind}]].")
            return []
        return [
            Entry(self, kind, f"[[{kind}]]", n, n + 1, cast("Mapping[str, object]", table))
            for n, table in enumerate(cast("list[object]", found))
        ]

    def finish(self, *kinds: str) -> None:
        """Refuse tables that this file should not have."""
        for name in self.tables:
            if name not in kinds:
                begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
                line = next((n for n, text in enumerate(self.lines, 1) if begins.match(text)), None)
                self.refuse(f'"{name}"', "Unknown table." + did_you_mean(name, kinds), line)

    def refuse(self, where: str, message: str, line: int | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line, where, message))


def read_document(path: Path) -> Document:
    """Read one TOML file; a file that cannot be read is a document without tables and one mistake."""
    try:
        return document_of(path.name, path.read_bytes().decode())
    except OSError:
        message = f"The file is missing or cannot be read. Put it in {path.parent}."
    except UnicodeDecodeError:
        message = "The file is not UTF-8 text. Save it as UTF-8."
    return unread(path.name, message)


def document_of(name: str, text: str) -> Document:
    """Read the text of one TOML file; what is no TOML is a document with one mistake and its line."""
    try:
        return Document(name, text.splitlines(), _tables(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        return unread(name, f"Not valid TOML: {error}.", int(line[1]) if line else None)
    except (ValueError, RecursionError):
        # The parser gives up on these without a word of the place.
        lines = enumerate(text.splitlines(), 1)
        number = next((n for n, line in lines if _TOO_MUCH.search(line)), None)
        return unread(name, "A number is too long, or lists stand too deep in lists.", number)


# Two versions of a policy mostly differ in one file, and reading TOML takes most of the time of
# reading a pack. Nobody changes the tables.
@lru_cache(maxsize=16)
def _tables(text: str) -> Mapping[str, object]:
    return MappingProxyType(tomllib.loads(text))


def unread(name: str, message: str, line: int | None = None) -> Document:
    """Give a document without tables, and with one mistake that says why."""
    empty = Document(name, [], {})
    empty.refuse("", message, line)
    return empty


@dataclass
class Entry:
    """One table of a document, read key by key; what is wrong is noted, and a stand-in is given.

    `position` counts the headers like `header` before this one in the file, `number` from 1 the
    tables that it is listed with. `finish` then refuses keys that nobody asked for, so that a misspelt key cannot be lost.
    """

    document: Document
    kind: str
    header: str
    position: int
    number: int
    values: Mapping[str, object]
    asked: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, *, default: str | None = None) -> str:
        """Give a text that is not empty; `default` where the key may be absent."""
        value = self._value(key, default)
        if isinstance(value, str) and (value.strip() or not self.has(key)):
            return value
        if value is not None:
            self.refuse(key, "Give a text between quotation marks that is not empty.")
        return ""

    def identifier(self, key: str = "id") -> str:
        """Give a name in kebab-case."""
        value = self.text(key)
        if value and not _IDENTIFIER.fullmatch(value):
            self.refuse(key, f'"{value}" is no kebab-case name. Write it like "approve-site".')
        return value

    def choice(self, key: str, known: Collection[str], *, default: str | None = None) -> str:
        """Give one of the known words."""
        return self._known(key, self.text(key, default=default), known)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Give a list of texts without repetition; empty where the key is absent."""
        value = self._value(key, None if required else [])
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return self._distinct(key, cast("list[str]", value), required=required)
        if value is not None:
            self.refuse(key, 'Give a list of texts, e.g. ["approve", "reject"].')
        return ()

    def choices(
        self, key: str, known: Collection[str], *, required: bool = False
    ) -> tuple[str, ...]:
        """Give a list of known words."""
        words = self.texts(key, required=required)
        for word in words:
            self._known(key, word, known)
        return words

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Give a small table of texts, e.g. { reject = "REJ" }, as pairs."""
        value = self._value(key, {})
        if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            return tuple(value.items())
        self.refuse(key, 'Give a table of texts, e.g. { reject = "REJ" }.')
        return ()

    def flag(self, key: str) -> bool:
        """Give true or false; false where the key is absent."""
        value = self._value(key, default=False)
        if not isinstance(value, bool):
            self.refuse(key, "Give true or false, without quotation marks.")
        return value is True

    def whole(self, key: str) -> int | None:
        """Give a whole number from 1; None where the key is absent."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        if type(value) is int and value > 0:
            return value
        self.refuse(key, "Give a whole number from 1, without quotation marks.")
        return None

    def day(self, key: str) -> date:
        """Give a date."""
        value = self._value(key, None)
        # A TOML time stamp is a datetime, and so a date to Python, but not a day.
        if type(value) is date:
            return value
        if value is not None:
            self.refuse(key, "Give a date without quotation marks, e.g. 2020-01-01.")
        return date.min

    def entries(self, key: str) -> list["Entry"]:
        """Give the tables under this one, e.g. [[rule.holds]]."""
        value = self._value(key, None)
        header = f"{self.header[:-2]}.{key}]]"
        if not _is_tables(value) or not value:
            if value is not None:
                self.refuse(key, f"Write each one as a table that begins with {header}.")
            return []
        begin = self.line() or 0
        before = sum(n < begin for n in self._begun_by(header))
        return [
            Entry(
                self.document,
                f"{self.kind} {self.name}, {key}",
                header,
                before + n,
                n + 1,
                cast("Mapping[str, object]", table),
            )
            for n, table in enumerate(cast("list[object]", value))
        ]

    def finish(self) -> None:
        """Refuse the keys that were not asked for."""
        for key in self.values:
            if key not in self.asked:
                self.refuse(key, "Unknown key." + did_you_mean(key, sorted(self.asked)))

    def refuse(self, key: str, message: str) -> None:
        """Note a mistake at a key of this table."""
        where = f'{self.kind} {self.name}, key "{key}"'.replace("  ", " ")
        self.document.refuse(where, message, self.line(key))

    @property
    def name(self) -> str:
        """What a reader finds this table by: its id or name, else its number from 1."""
        for key in ("id", "name", "template"):
            if isinstance(found := self.values.get(key), str):
                return f'"{found}"'
        return f"number {self.number}"

    def line(self, key: str | None = None) -> int | None:
        """Give the line of the key, or of the table where the key is not in it, from 1.

        TOML readers keep no lines, so the table is found by counting its headers; None where the
        file writes the table in another way.
        """
        headers = self._begun_by(self.header)
        if self.position >= len(headers):
            return None
        begin = headers[self.position]
        for number, line in enumerate(self.document.lines[begin + 1 :], begin + 2):
            if line.lstrip().startswith("["):
                break
            if key is not None and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line):
                return number
        return begin + 1

    def _begun_by(self, header: str) -> list[int]:
        return [n for n, line in self.document.headers if line.startswith(header)]

    def _value(self, key: str, default: object) -> object:
        """Give the value; a missing key without default is a mistake and gives None."""
        self.asked.add(key)
        if key in self.values:
            return self.values[key]
        if default is None:
            self.refuse(key, "This key is missing. Add it.")
        return default

    def _known(self, key: str, word: str, known: Collection[str]) -> str:
        # Nothing known: the file that lists it could not be read, and says so itself.
        if word and known and word not in known:
            self.refuse(key, f'Unknown "{word}".' + did_you_mean(word, known))
        return word

    def _distinct(self, key: str, words: list[str], *, required: bool) -> tuple[str, ...]:
        if required and not words:
            self.refuse(key, "The list is empty. Name at least one.")
        if len(set(words)) < len(words):
            self.refuse(key, "The list names the same one twice. Remove one.")
        return tuple(words)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
