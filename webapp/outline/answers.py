"""Answers to choose from in one list, such as "Decision: Approve", each a comparison by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.forms import Choice
from webapp.outline import pieces
from webapp.outline.offering import Pair, grouped
from webapp.outline.page import Opened
from webapp.outline.pieces import ALL, INCLUDES, IS, ONE_OF, Piece
from workflows.diagrams.fields_at import FieldAt, fields_at
from workflows.diagrams.graph import Field

# Between a field and the answer that it is compared with: neither ids of steps nor of fields have it.
_IS = "="
_YES_OR_NO = {"true": "yes", "false": "no"}


@dataclass(frozen=True)
class Asked:
    """The fields that a condition may read at its place, by `Step.field`, nearest first."""

    at: Mapping[str, FieldAt]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, page: Opened, found: Iterable[FieldAt]) -> "Asked":
        """Gather them for a page; one that is answered several times is only for text."""
        at: dict[str, FieldAt] = {}
        for one in found:
            if not one.counted:
                at.setdefault(f"{one.step}.{one.field.id}", one)
        return cls(at, {one.step: page.title(one.step) for one in at.values()})

    @classmethod
    def behind(cls, page: Opened, place: str) -> "Asked":
        """Gather them for a step that is put behind another, or on a flow."""
        onward = page.diagram.outgoing(place)
        found = fields_at(page.diagram, onward[0].id if onward else place, lambda _: page.callers)
        return cls.of(page, found)

    @classmethod
    def anywhere(cls, page: Opened) -> "Asked":
        """Gather all that the process asks, for a place that is not chosen yet."""
        found = (
            FieldAt(node.id, node.title, field, always=True, counted=node.loop is not None)
            for node in page.diagram.nodes.values()
            for field in node.fields
        )
        return cls.of(page, found)

    def and_then(self, more: "Asked") -> "Asked":
        """Give these, and after them what only the others have."""
        return Asked({**self.at, **{k: v for k, v in more.at.items() if k not in self.at}},
                     {**more.titles, **self.titles})  # fmt: skip

    def field(self, name: str) -> Field | None:
        """Give the field of a name, None where it cannot be read here."""
        found = self.at.get(name)
        return found.field if found else None

    @property
    def fields(self) -> dict[str, Field]:
        """Give the fields by name."""
        return {name: one.field for name, one in self.at.items()}

    def label(self, name: str) -> str:
        """Say a field as its row does: its question, and the step that asks it."""
        one = self.at[name]
        title = self.titles.get(one.step, one.step_title)
        sure = "" if one.always else ", which not every case comes by"
        return f"“{one.field.label}” ({title}{sure})"

    def answers(self, *, otherwise: bool) -> dict[str, list[Pair]]:
        """Give the answers to choose from, under the steps that ask them.

        With `otherwise` also each field alone, to be compared in another way.
        """
        groups: dict[str, list[Pair]] = {}
        for name, one in self.at.items():
            found = [(f"{name}{_IS}{value}", words) for value, words in _answers(one.field)]
            if otherwise:
                how = "compare it in another way" if found else "compare it"
                found.append((name, _said(one.field, how)))
            groups.setdefault(self.titles.get(one.step, one.step_title), []).extend(found)
        return groups

    @property
    def choices(self) -> list[Choice]:
        """Give what a row may be about: an answer, or a field to be compared in another way."""
        return grouped({"": [("", "- Choose -")], **self.answers(otherwise=True)})

    def piece(self, key: str) -> Piece | None:
        """Give the comparison that was chosen, without a value where a field alone was; None: nothing."""
        name, _, value = key.partition(_IS)
        field = self.field(name)
        if field is None:
            return None
        if not value:
            return Piece(name, next(iter(pieces.comparisons_for(field))))
        if value not in dict(_answers(field)):
            return None
        operator = {"enum": ONE_OF, "multi-enum": INCLUDES}.get(field.type, IS)
        return Piece(name, operator, (value,))

    def condition(self, key: str) -> str:
        """Write the answer that was chosen as a condition, "" where none can be made of it."""
        piece = self.piece(key)
        if piece is None or not piece.values:
            return ""
        return pieces.condition_of(ALL, [piece], self.fields)

    def answer_words(self, key: str) -> str:
        """Say an answer by itself, such as Approve: what a way that is taken on it is called."""
        name, _, value = key.partition(_IS)
        field = self.field(name)
        labels = {option.id: option.label for option in field.options} if field else {}
        return labels.get(value) or _YES_OR_NO.get(value, value).capitalize()


def _answers(field: Field) -> list[Pair]:
    if field.type == "boolean":
        return [(value, _said(field, words)) for value, words in _YES_OR_NO.items()]
    if field.type == "multi-enum":
        return [(one.id, _said(field, f"includes {one.label}")) for one in field.options]
    if field.type == "enum":
        return [(one.id, _said(field, one.label)) for one in field.options]
    return []


def _said(field: Field, words: str) -> str:
    joint = " " if field.label.endswith(("?", ":")) else ": "
    return f"{field.label}{joint}{words}"
