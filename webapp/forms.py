"""Forms and their tokens against requests that other sites forge."""

from flask_wtf import CSRFProtect, FlaskForm  # type: ignore[import-untyped]

# Newer than the types of WTForms.
from wtforms.fields.choices import SelectChoice as Choice  # type: ignore[attr-defined]

from workflows.errors import InvalidAnswersError

__all__ = ["Choice", "PageForm", "csrf"]

csrf = CSRFProtect()


class PageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of a page, with a token; drawn by macros/forms.html."""

    def take(self, error: InvalidAnswersError) -> None:
        """Show what a use case found wrong: at the fields of these names, else above them all."""
        for name, message in error.errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, message]
            else:
                self.form_errors.append(message)
