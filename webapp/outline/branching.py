"""The ways of a decision in one form: what each is called, and on which answer it is taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wtforms import FieldList, Form, FormField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from webapp.outline.answers import Asked
from webapp.outline.offering import grouped
from webapp.outline.page import Opened, OutlineForm
from workflows.diagrams.editing import Sheet, ways

BRANCHING = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")
MOST_WAYS = 12
FEWEST_WAYS = 2
OTHERWISE = "otherwise"


@dataclass(frozen=True)
class NewWay:
    """A way that is asked for; `when` is the key of an answer, "otherwise", or "" to be said later."""

    name: str
    when: str


class BranchForm(OutlineForm):
    """A form with the ways of a branch; `asked` is None where all of them are taken."""

    page: Opened
    asked: Asked | None = None

    @property
    def new_ways(self) -> list[NewWay]:
        """Give the ways that were filled in, the one that is taken otherwise last."""
        found = [way for way in self._filled() if way.name or way.when]
        return sorted(found, key=lambda way: way.when == OTHERWISE)

    def _filled(self) -> Iterator[NewWay]:
        for entry in self.ways.entries:
            row = entry.form
            when = (row.when.data or "") if "when" in row else ""
            name = " ".join((row.name.data or "").split())
            if not name and when and self.asked:
                name = "Otherwise" if when == OTHERWISE else self.asked.answer_words(when)
            yield NewWay(name, when)

    def validate_ways(self, field: FieldList) -> None:  # type: ignore[type-arg]
        """Ask for two ways at least, of which one may be taken otherwise."""
        found = self.new_ways
        if not field.entries or len(found) < FEWEST_WAYS:
            raise ValidationError("Name at least two ways.")
        if sum(way.when == OTHERWISE for way in found) > 1:
            raise ValidationError("Only one way can be the one that is taken otherwise.")
        chosen = [way.when for way in found if way.when and way.when != OTHERWISE]
        if len(set(chosen)) < len(chosen):
            raise ValidationError("Two ways are taken on the same answer. Change one of them.")
        if chosen and self.after.data:
            here = Asked.behind(self.page, self.after.data)
            self._refuse_early(here, [way for way in found if way.when in chosen])

    @staticmethod
    def _refuse_early(here: Asked, found: list[NewWay]) -> None:
        """Refuse an answer that is not there yet where the branch shall stand."""
        for way in found:
            if here.piece(way.when) is None:
                raise ValidationError(
                    f"“{way.name}” is taken on an answer that is not asked before this place. Choose "
                    "another answer, or another place."
                )


def with_ways(base: type[OutlineForm], page: Opened, asked: Asked | None) -> type[OutlineForm]:
    """Give the form with a list of ways; with `asked` each is taken on an answer, else all are."""
    cells: dict[str, Any] = {}
    if asked:
        offered = {
            "": [("", "Said later"), (OTHERWISE, "Otherwise: when no other way is taken")],
            **asked.answers(otherwise=False),
        }
        cells["when"] = SelectField("Taken on this answer", choices=grouped(offered), default="")
    cells["name"] = StringField("What the way is called", [Optional(), Length(max=120)])
    row = type("WayRow", (Form,), cells)
    listed: Any = FieldList(
        FormField(row),
        "Its ways",
        max_entries=MOST_WAYS,
        description=(
            "A way without a name is called as its answer. The steps on each way are added afterwards; "
            "at first all ways lead on to the same step."
            if asked
            else "The steps on each are added afterwards; then it goes on when all are done."
        ),
        render_kw={"data-row-name": "Way"},
    )
    return type("WaysForm", (BranchForm, base), {"ways": listed, "asked": asked, "page": page})


def two_ways(asked: Asked | None) -> list[dict[str, str]]:
    """Give what the list begins with: a way, and the one that is taken otherwise."""
    return [{}, {"when": OTHERWISE} if asked else {}]


def branch(sheet: Sheet, page: Opened, kind: str, after: str, form: Any) -> str:
    """Put the branch behind a step, with the condition of each way; gives the id of the gateway."""
    wanted: list[NewWay] = form.new_ways
    names = [way.name for way in wanted]
    made = ways.branch(sheet, after=after, kind=kind, names=names, name=form.name.data or "")
    if kind == "parallelGateway":
        return made
    asked = Asked.behind(page, after)
    flows = sheet.diagram.outgoing(made)
    if all(asked.condition(way.when) for way in wanted):
        ways.clear_default(sheet, element=made)
    for flow, way in zip(flows, wanted, strict=True):
        if condition := asked.condition(way.when):
            ways.set_condition(sheet, flow=flow.id, condition=condition)
    return made
