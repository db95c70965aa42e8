"""What an act of the policy can end in, as ready choices for the question that decides it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webapp.runtime import pack
from workflows.diagrams.graph import Field, Node, Option
from workflows.policy.acts import Act

DECISION = Field(id="", label="Decision", type="enum", required=True)


@dataclass(frozen=True)
class Deciding:
    """A question that decides, or may come to decide, how an act ends.

    `question` is the id of the question, "" for a new one.
    """

    act: Act
    node: Node
    question: str

    @classmethod
    def of(cls, node: Node, asked: Field | None) -> "Deciding | None":
        """Give it for a question; None where another decides, or the step is no such act."""
        act = pack().acts.get(node.act or "")
        if act is None or not (act.outcomes or act.may_offer):
            return None
        own = asked.id if asked else ""
        decides = act.outcome_field(_offered(node.fields))
        return cls(act, node, own) if decides in (None, own) else None

    @property
    def decides_already(self) -> bool:
        """Whether the act ends as this question is answered."""
        return bool(self.question) and self._decides(self.node.fields)

    @property
    def known(self) -> list[Option]:
        """Give all that the act can end in, what must be offered first."""
        return [self.option(one) for one in (*self.act.outcomes, *self.act.may_offer)]

    def missing(self, options: Sequence[Option]) -> list[Option]:
        """Give the outcomes that are no choices yet."""
        there = {option.id for option in options}
        return [one for one in self.known if one.id not in there]

    def option(self, outcome: str) -> Option:
        """Give an outcome as a choice, in the words of the building block of the act."""
        blocks = [block for block in pack().blocks if block.act == self.act.id]
        options = (one for block in blocks for field in block.fields for one in field.options)
        label = next((one.label for one in options if one.id == outcome), "")
        return Option(outcome, label or outcome.replace("-", " ").capitalize())

    def refusal(self, field: Field, before: Iterable[Option]) -> str:
        """Say which new choice the act does not know, "" where the question may have its choices."""
        others = [one for one in self.node.fields if one.id != self.question]
        if not self.act.outcomes or not (self.decides_already or self._decides([*others, field])):
            return ""
        there = {option.id for option in before}
        unknown = [
            option.label
            for option in field.options
            if option.id not in self.act.possible and option.id not in there
        ]
        if not unknown:
            return ""
        known = "; ".join(one.label for one in self.known)
        listed = ", ".join(f"“{one}”" for one in unknown)
        return (
            f"The act “{self.act.title}” does not know {listed}. It can end in: {known}. Choose one of "
            f"these, {'give one other words below, ' if self.question else ''}or ask it in a question of its own."
        )

    def _decides(self, fields: Sequence[Field]) -> bool:
        named = [one if one.id != self.question else replace(one, id="") for one in fields]
        return self.act.outcome_field(_offered(named)) == ""


def _offered(fields: Iterable[Field]) -> list[tuple[str, list[str]]]:
    return [(one.id, [option.id for option in one.options]) for one in fields if one.type == "enum"]
