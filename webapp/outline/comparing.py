"""Comparisons that are made in one go: what is compared, how, and with what, without a round trip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from webapp.outline import pieces
from webapp.outline.answers import Asked
from webapp.outline.offering import offered
from webapp.outline.pieces import ANSWERED, IS, IS_NOT, UNANSWERED, Piece
from workflows.diagrams.graph import Field

# The names of the rows that wait to be filled in.
SPARE = ("more", "more_2", "more_3", "more_4", "more_5", "more_6")
# What their first controls are called; of the later ones, which are rarely needed, less is seen.
LABELS = (
    "Compare",
    "And compare",
    "Compare as the third",
    "Compare as the fourth",
    "Compare as the fifth",
    "Compare as the sixth",
)
SEEN = 2
LONGEST_TYPED = 500
HOW = {
    IS: "is",
    IS_NOT: "is not",
    "<": "is less than, or before",
    "<=": "is at most, or not after",
    ">": "is more than, or after",
    ">=": "is at least, or not before",
    ANSWERED: "is answered",
    UNANSWERED: "is not answered",
}
_OPPOSITES = {
    pieces.ONE_OF: pieces.NONE_OF,
    pieces.INCLUDES: pieces.EXCLUDES,
    IS: IS_NOT,
}
_YES_OR_NO = {"true": "false", "false": "true"}


class NotComparableError(Exception):
    """What was chosen does not go together; `part` is the control that it is about."""

    def __init__(self, part: str, words: str) -> None:
        super().__init__(words)
        self.part = part


@dataclass(frozen=True)
class Spare:
    """A row as it was filled in: the key of an answer or a field, the comparison, what was typed."""

    name: str
    key: str
    how: str
    typed: str

    @classmethod
    def sent(cls) -> Iterator["Spare"]:
        """Give the rows of the request that say what is compared."""
        for name in SPARE:
            parts = [
                request.form.get(f"{name}{part}", "").strip() for part in ("", "_how", "_with")
            ]
            if parts[0]:
                yield cls(name, *parts)

    def piece(self, asked: Asked) -> Piece | None:
        """Give the comparison; without values where none is said. None where nothing is compared.

        Raises NotComparableError where the field cannot be compared like this.
        """
        piece = asked.piece(self.key)
        field = asked.field(piece.name) if piece else None
        if piece is None or field is None:
            return None
        if self.how in (ANSWERED, UNANSWERED):
            return Piece(piece.name, self.how)
        values = piece.values or self._typed(field)
        operator = self._operator(piece.operator, field, values)
        if operator == IS_NOT and field.type == "boolean":
            return Piece(piece.name, IS, tuple(_YES_OR_NO[value] for value in values))
        if operator not in pieces.comparisons_for(field):
            raise NotComparableError(
                f"{self.name}_how", f"“{field.label}” cannot be compared like that. Choose another."
            )
        return Piece(piece.name, operator, values)

    def _operator(self, usual: str, field: Field, values: tuple[str, ...]) -> str:
        if self.how in ("", IS):
            # A day is not compared by "is": what it begins with says how.
            return usual if not self.how or usual in _OPPOSITES or not values else IS
        if self.how != IS_NOT:
            return self.how
        return _OPPOSITES.get(usual, IS_NOT) if field.type != "boolean" else IS_NOT

    def _typed(self, field: Field) -> tuple[str, ...]:
        if not self.typed:
            return ()
        known = {option.label.casefold(): option.id for option in field.options}
        if field.type in ("enum", "multi-enum"):
            found = known.get(self.typed.casefold())
            wrong = f"“{field.label}” has no choice “{self.typed}”."
        elif field.type == "boolean":
            found = {"yes": "true", "no": "false"}.get(self.typed.casefold())
            wrong = "Write yes or no."
        else:
            found, wrong = _measured(self.typed, field.type)
        if found is None:
            raise NotComparableError(f"{self.name}_with", wrong)
        return (found,)


def _measured(typed: str, kind: str) -> tuple[str | None, str]:
    try:
        if kind in ("long", "decimal"):
            return format(Decimal(typed.replace(",", ".")), "f"), ""
        if kind in ("date", "datetime"):
            return date.fromisoformat(typed).isoformat(), ""
    except (InvalidOperation, ValueError):
        is_day = kind in ("date", "datetime")
        return None, "Write a day as 2026-11-24." if is_day else "Write a number."
    return typed, ""


def spare_members() -> dict[str, Any]:
    """Give the fields of the rows that wait to be filled in."""
    members: dict[str, Any] = {}
    for name, label in zip(SPARE, LABELS, strict=True):
        members[name] = SelectField(label, validators=[Optional()], validate_choice=False)
        members[f"{name}_how"] = SelectField("How", choices=offered(HOW.items()), default=IS)
        members[f"{name}_with"] = StringField(
            "Compared with",
            [Optional(), Length(max=LONGEST_TYPED)],
            render_kw={"autocomplete": "off"},
        )
    return members
