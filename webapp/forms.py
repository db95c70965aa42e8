"""Forms and their tokens against requests that other sites forge."""

from flask_wtf import CSRFProtect, FlaskForm  # type: ignore[import-untyped]

# Newer than the types of WTForms.
from wtforms.fields.choices import SelectChoice as Choice  # type: ignore[attr-defined]

from workflows.errors import InvalidAnswersError

__all__ = ["NOBODY_YET", "Choice", "PageForm", "csrf", "number_chosen"]

csrf = CSRFProtect()

# Before somebody chooses a person nobody is chosen: never the first of the list by accident.
NOBODY_YET = Choice("", "Choose a person")


def number_chosen(value: str | int | None) -> int | None:
    """Read the id that was chosen from a list, None where nothing is chosen yet."""
    return int(value) if value else None


class PageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of a page, with a token; drawn by macros/forms.html."""

    def take(self, error: InvalidAnswersError) -> None:
        """Show what a use case found wrong: at the fields of these names, else above them all."""
        for name, message in error.errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, message]
            else:
                self.form_errors.append(message)
