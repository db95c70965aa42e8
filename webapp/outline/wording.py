"""Other words for a choice that stays the same choice: what reads it goes on meaning it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wtforms import StringField
from wtforms.validators import Length, Optional

from webapp.outline.page import OutlineForm
from workflows.diagrams.graph import Option

LONGEST_WORDS = 200


class WordingForm(OutlineForm):
    """A form with a field for the words of each choice that is there, named words_0 and so on."""

    reworded: Sequence[Option] = ()

    @property
    def wordings(self) -> list[Any]:
        """Give the fields for the words of the choices."""
        return [self[_name(number)] for number in range(len(self.reworded))]

    @property
    def is_reworded(self) -> bool:
        """Whether other words were sent for one of them, or cannot be taken."""
        asked = zip(self.wordings, self.reworded, strict=True)
        return any(field.errors or field.data not in ("", one.label) for field, one in asked)

    def with_words(self, option: Option) -> Option:
        """Give a choice in the words that were asked for."""
        for field, one in zip(self.wordings, self.reworded, strict=True):
            words = " ".join((field.data or "").split())
            if words and one == option:
                return replace(option, label=words)
        return option


def with_wordings(base: type[WordingForm], options: Sequence[Option]) -> type[WordingForm]:
    """Give the form with a field for the words of each of these choices."""
    members: dict[str, Any] = {
        _name(number): StringField(
            f"“{one.label}”", [Optional(), Length(max=LONGEST_WORDS)], default=one.label
        )
        for number, one in enumerate(options)
    }
    return type("WordsForm", (base,), {**members, "reworded": options})


def _name(number: int) -> str:
    return f"words_{number}"
