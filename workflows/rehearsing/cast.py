"""The invented people, units and things of a rehearsal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from workflows.diagrams.graph import Diagram
from workflows.policy.pack import Pack, Role

# Two of each role: so one can try what the same person may not do twice.
_ARTICLES = (("A", "An"), ("Another", "Another"))
# Spelled out letter by letter, as in HR, these begin with a vowel.
_SPOKEN_WITH_A_VOWEL = frozenset("AEFHILMNORSX")
# Numbers as rows have them, so that forms take them; far from a database's first rows, which they
# are never looked up in.
_NUMBERS = 2**30

THINGS: Mapping[str, tuple[str, ...]] = {
    "unit": ("An invented department", "Another invented department"),
    "site": ("An invented site", "Another invented site"),
    "platform": ("An invented platform", "Another invented platform"),
    "file": ("An invented document",),
}


@dataclass(frozen=True)
class Invented:
    """A person who does not exist: `key` is kept with moves, `number` stands in answers."""

    key: str
    number: int
    name: str
    role: str


@dataclass(frozen=True)
class Cast:
    """Two invented people for each role of the policy, in its order."""

    pack: Pack

    @cached_property
    def people(self) -> tuple[Invented, ...]:
        """All of them."""
        return tuple(one for role in self.pack.roles.values() for one in _two(role))

    @cached_property
    def _by_key(self) -> dict[str, Invented]:
        return {one.key: one for one in self.people}

    @cached_property
    def _by_number(self) -> dict[int, Invented]:
        return {one.number: one for one in self.people}

    def of_key(self, key: str) -> Invented | None:
        """Give a person by the key in a move; None where the policy has no such role any more."""
        return self._by_key.get(key)

    def of_number(self, number: int | None) -> Invented | None:
        """Give a person by the number in an answer."""
        return self._by_number.get(number or 0)

    def holding(self, roles: Iterable[str]) -> list[Invented]:
        """Give the people with one of these roles: the first of each, then the second ones."""
        wanted = frozenset(roles)
        found = [one for one in self.people if one.role in wanted]
        return sorted(found, key=lambda one: one.key.endswith("/2"))

    def starters(self, diagram: Diagram, among: Iterable[Diagram]) -> list[Invented]:
        """Give who may start a case, who usually does first: what everybody may, those of the lanes."""
        may = [role for role in diagram.starters if role in self.pack.roles]
        everyone = self._everyone.intersection(may) or (set() if may else self._everyone)
        usual = self.holding(everyone or may)
        others = self.of_lanes(among) if everyone else []
        return list(dict.fromkeys([*usual, *others])) or list(self.people)

    @cached_property
    def _everyone(self) -> frozenset[str]:
        return frozenset(r.id for r in self.pack.roles.values() if r.held == "everyone")

    def choices(self, kind: str, diagrams: Iterable[Diagram]) -> list[tuple[int, str]]:
        """Give what a field of this type offers: numbers and names, of people those of the lanes."""
        if kind == "person":
            return [(one.number, one.name) for one in self.of_lanes(diagrams)]
        return list(enumerate(THINGS.get(kind, ()), 1))

    def name(self, kind: str, number: int) -> str:
        """Name what an answer chose."""
        if kind == "person":
            person = self.of_number(number)
            return person.name if person else "Somebody"
        return dict(enumerate(THINGS[kind], 1)).get(number, THINGS[kind][0])

    def of_lanes(self, diagrams: Iterable[Diagram]) -> list[Invented]:
        """Give the people who could do the steps of these diagrams, and those whom everybody is."""
        roles = set(self._everyone)
        for diagram in diagrams:
            roles.update(diagram.starters)
            for lane in diagram.lanes:
                if lane in self.pack.parties:
                    roles.update(self.pack.parties[lane].roles)
        return self.holding(roles)


def _two(role: Role) -> Iterable[Invented]:
    for number, articles in enumerate(_ARTICLES, 1):
        key = f"{role.id}/{number}"
        # By its name, not by its place: a policy that gains a role leaves the others as they are.
        name = f"{articles[_sounds_open(role.title)]} {role.title}"
        yield Invented(key, _NUMBERS + crc32(key.encode()) % _NUMBERS, name, role.id)


def _sounds_open(title: str) -> bool:
    word = title.partition(" ")[0]
    if len(word) > 1 and word.isupper():
        return word[0] in _SPOKEN_WITH_A_VOWEL
    return word[:1].upper() in "AEIOU"
