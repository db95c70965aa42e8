"""The form for one question of a step's form."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from webapp.outline.offering import offered
from webapp.outline.outcomes import DECISION, Deciding
from webapp.outline.page import Opened, filled
from webapp.outline.wording import WordingForm, with_wordings
from webapp.runtime import pack
from workflows.diagrams.forms import RESERVED
from workflows.diagrams.graph import Field, Node, Option

TYPES = {
    "string": "Text, one line",
    "long-text": "Text, several lines",
    "enum": "One of several choices",
    "multi-enum": "Some of several choices",
    "boolean": "Yes or no",
    "date": "Date",
    "datetime": "Date and time",
    "long": "Whole number",
    "decimal": "Number",
    "url": "Web address",
    "email": "E-mail address",
    "person": "Person of the city",
    "unit": "Unit of the city",
    "site": "Site",
    "platform": "Platform",
    "file": "Document",
    "table": "Table of rows",
}
CELL_TYPES = ("string", "enum", "boolean", "date", "long", "decimal", "url", "email", "person")
TEXTS = ("string", "long-text")
MEASURED = ("long", "decimal", "date", "datetime")
CHOOSING = ("enum", "multi-enum")
MOST_COLUMNS = 12
LONGEST_ID = 40
_NONE = Field("", "", type="string")


def _only_for(*types: str) -> dict[str, str]:
    """Show a field of this form only while the question is of one of these types."""
    return {"data-shown-when": _is_one_of(types)}


def _needed_for(*types: str) -> dict[str, str]:
    """Show it only for these types, which cannot be without it."""
    return {**_only_for(*types), "data-required-when": _is_one_of(types)}


def _is_one_of(types: tuple[str, ...]) -> str:
    return json.dumps({"field": "type", "is": "in", "value": types})


class ColumnForm(Form):
    """A column of a table."""

    label = StringField("Column", [Optional(), Length(max=80)])
    type = SelectField("Type", choices=offered((one, TYPES[one]) for one in CELL_TYPES))
    options = StringField("Choices, with commas between", [Optional(), Length(max=500)])
    required = BooleanField("Required")


class QuestionForm(WordingForm):
    """One question: what is asked, how it is answered, and what is asked of the answer."""

    label = StringField("Question", [DataRequired("Say what is asked."), Length(max=200)])
    type = SelectField("How it is answered", [InputRequired()], choices=offered(TYPES.items()))
    required = BooleanField("It must be answered")
    help = TextAreaField("Help below the question", [Length(max=500)], render_kw={"rows": 2})
    options = TextAreaField(
        "Choices",
        [Length(max=4000)],
        description="One on each line. A line that reads otherwise is another choice.",
        render_kw={"rows": 5, **_needed_for(*CHOOSING)},
    )
    outcomes = SelectMultipleField(
        "Outcomes of the act that are no choices yet",
        description="Chosen ones become choices; their words can be found in the policy.",
        render_kw=_only_for("enum"),
    )
    columns = FieldList(
        FormField(ColumnForm),
        "Columns of the table",
        max_entries=MOST_COLUMNS,
        render_kw={"data-row-name": "Column", **_only_for("table")},
    )
    classification = SelectField(
        "Who may see the answer", [InputRequired()], description="By the law, beside who gave it."
    )
    minimum = StringField(
        "Smallest number, or first date",
        [Optional(), Length(max=30)],
        render_kw=_only_for(*MEASURED),
    )
    maximum = StringField(
        "Largest number, or last date",
        [Optional(), Length(max=30)],
        render_kw=_only_for(*MEASURED),
    )
    min_length = IntegerField(
        "Fewest characters",
        [Optional(), NumberRange(0, 100_000)],
        render_kw=_only_for(*TEXTS),
    )
    max_length = IntegerField(
        "Most characters",
        [Optional(), NumberRange(1, 100_000)],
        render_kw=_only_for(*TEXTS),
    )
    pattern = StringField(
        "Pattern that a text must match",
        [Optional(), Length(max=300)],
        description="A regular expression, for whoever knows them.",
        render_kw=_only_for("string"),
    )
    register = StringField(
        "Kept on record as",
        [Optional(), Length(max=100)],
        description="A key of the records, such as decision.outcome. Empty: only with the case.",
    )

    node: Node
    asked: Field | None
    deciding: Deciding | None = None

    def validate_pattern(self, field: StringField) -> None:
        """Refuse what is no regular expression."""
        try:
            re.compile(field.data or "")
        except re.error as error:
            raise ValidationError(f"This is no regular expression: {error}.") from error

    def validate_options(self, _: TextAreaField) -> None:
        """Ask for choices where there must be some, and for each only once."""
        if self.type.data not in CHOOSING:
            return
        labels = [option.label for option in self.as_field().options]
        if not labels:
            raise ValidationError("Write at least one choice, each on a line.")
        if len(set(labels)) < len(labels):
            raise ValidationError("Two choices read the same. Take one out.")
        if self.deciding and self.type.data == "enum":
            wrong = self.deciding.refusal(self.as_field(), self.asked.options if self.asked else ())
            if wrong:
                raise ValidationError(wrong)

    def validate_columns(self, field: FieldList) -> None:  # type: ignore[type-arg]
        """Ask for columns where there must be some."""
        if self.type.data == "table" and not any(one.form.label.data for one in field.entries):
            raise ValidationError("Name at least one column.")

    def as_field(self) -> Field:
        """Give the question as the diagram has it; what the form does not show stays."""
        base = self.asked or Field(id=self._new_id(), label="")
        kind = self.type.data
        is_text, is_measured = kind in TEXTS, kind in MEASURED
        return replace(
            base,
            label=(self.label.data or "").strip(),
            type=kind,
            required=self.required.data,
            help=" ".join((self.help.data or "").split()),
            options=tuple(map(self.with_words, self._options(base))) if kind in CHOOSING else (),
            columns=tuple(self._columns(base)) if kind == "table" else (),
            classification=self.classification.data,
            # What is hidden for this type is not sent, and would stay as it was.
            minimum=(self.minimum.data or None) if is_measured else None,
            maximum=(self.maximum.data or None) if is_measured else None,
            min_length=self.min_length.data if is_text else None,
            max_length=self.max_length.data if is_text else None,
            pattern=(self.pattern.data or None) if kind == "string" else None,
            register=self.register.data or None,
        )

    def _new_id(self) -> str:
        taken = {field.id for field in self.node.fields} | set(RESERVED)
        return free_id(self.label.data or "", taken, "_")

    def _options(self, base: Field) -> Iterator[Option]:
        missing = self.deciding.missing(base.options) if self.deciding else []
        is_one = self.type.data == "enum" and "outcomes" in self
        chosen = (self.outcomes.data or []) if is_one else []
        known = {option.label: option.id for option in (*missing, *base.options)}
        labels = _lines(self.options.data)
        taken = {known[label] for label in labels if label in known} | set(chosen)
        for label in labels:
            identity = known.get(label) or free_id(label, taken, "-")
            taken.add(identity)
            yield Option(identity, label)
        there = {known.get(label) for label in labels}
        yield from (one for one in missing if one.id in chosen and one.id not in there)

    def _columns(self, base: Field) -> Iterator[Field]:
        known = {column.label: column for column in base.columns}
        taken = {column.id for column in base.columns}
        for entry in self.columns.entries:
            row = entry.form
            if not row.label.data:
                continue
            column = known.get(row.label.data) or Field(free_id(row.label.data, taken, "_"), "")
            taken.add(column.id)
            labels = [one.strip() for one in (row.options.data or "").split(",") if one.strip()]
            ids = {option.label: option.id for option in column.options}
            yield replace(
                column,
                label=row.label.data,
                type=row.type.data,
                required=row.required.data,
                options=tuple(Option(ids.get(one) or free_id(one, (), "-"), one) for one in labels)
                if row.type.data == "enum"
                else (),
            )


def question_form(page: Opened, node: Node, asked: Field | None) -> QuestionForm:
    """Give the form of a question, of a new one where none is named."""
    deciding = Deciding.of(node, asked)
    # What the act ends in is asked first.
    begins = deciding is not None and bool(deciding.act.outcomes)
    field = asked or (DECISION if begins else _NONE)
    form: QuestionForm = filled(
        with_wordings(QuestionForm, field.options if asked else ()),
        page,
        label=field.label,
        type=field.type,
        required=field.required,
        help=field.help,
        options="\n".join(option.label for option in field.options),
        columns=[
            {
                "label": column.label,
                "type": column.type,
                "required": column.required,
                "options": ", ".join(option.label for option in column.options),
            }
            for column in field.columns
        ],
        classification=field.classification,
        minimum=field.minimum,
        maximum=field.maximum,
        min_length=field.min_length,
        max_length=field.max_length,
        pattern=field.pattern,
        register=field.register,
    )
    form.node, form.asked, form.deciding = node, asked, deciding
    _offer_outcomes(form, asked)
    classes = pack().classifications
    known = [(one.id, one.title) for one in classes.values()]
    if field.classification not in classes:
        known.append((field.classification, field.classification))
    form.classification.choices = offered(known)
    return form


def _offer_outcomes(form: QuestionForm, asked: Field | None) -> None:
    missing = form.deciding.missing(asked.options if asked else ()) if form.deciding else []
    if form.deciding is None or not missing:
        del form.outcomes
        return
    form.outcomes.label.text = f"What “{form.deciding.act.title}” can end in, and is no choice yet"
    form.outcomes.choices = offered((one.id, one.label) for one in missing)
    if form.outcomes.raw_data is None and asked is None:
        form.outcomes.data = list(form.deciding.act.outcomes)


def free_id(words: str, taken: object, joint: str) -> str:
    """Make an id of words that is not taken yet."""
    plain = re.sub(r"[^a-z0-9]+", joint, words.lower()).strip(joint)[:LONGEST_ID].strip(joint)
    stem = plain if plain[:1].isalpha() else f"answer{joint}{plain}".rstrip(joint)
    found, number = stem, 2
    while found in taken:  # type: ignore[operator]
        found, number = f"{stem}{joint}{number}", number + 1
    return found


def _lines(text: str | None) -> list[str]:
    return [" ".join(line.split()) for line in (text or "").splitlines() if line.strip()]
