"""What conditions can come to, and how a form can be answered, where only some answers matter."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams.proof.drawing import KNOWN, draw
from workflows.diagrams.condition_tree import Name
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Field, Node, Option
from workflows.diagrams.lint import KnownAct
from workflows.diagrams.proof.deciding import Answer, Mark, outcomes
from workflows.diagrams.proof.flattening import Unplayable, flatten
from workflows.diagrams.proof.forms import Answered, completions
from workflows.diagrams.proof.variables import Variables

GIVEN: dict[str, Answer] = {
    "yes": True,
    "kind": "a",
    "any": Mark.ANY,
    "none": Mark.UNSET,
}


def come_to(text: str) -> set[str]:
    def answer(name: Name) -> Answer:
        return GIVEN[name.field]

    found = outcomes(compile_condition(text).tree, answer)
    return {str(one).lower() if isinstance(one, bool) else "unanswered" for one in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask.yes = true", "true"),
        ("Ask.yes", "true"),
        ("not(Ask.yes = true)", "false"),
        ('Ask.kind in ["a", "b"]', "true"),
        ('Ask.kind != "a"', "false"),
        ("Ask.any > 3", "true false"),
        ("Ask.any != null", "true"),
        ("Ask.any = null", "false"),
        ('"x" in Ask.any', "true false"),
        ('count(Ask.kind = "a") >= 2', "true false"),
        ("Ask.none = null", "true"),
        ("Ask.none != null", "false"),
        ("Ask.none > 3", "unanswered"),
        ("Ask.none > Ask.any", "unanswered"),
        ("Ask.none != null and Ask.none > 3", "false"),
        ("Ask.any > 3 and Ask.none > 3", "false unanswered"),
        ("Ask.any > 3 or Ask.yes = true", "true"),
        ("not(Ask.none > 3)", "unanswered"),
        ("Ask.kind > 3", "unanswered"),
    ],
)
def test_a_condition_comes_to_all_that_it_can(text: str, expected: str) -> None:
    assert come_to(text) == set(expected.split())


def choice(name: str, *options: str, **marks: str | bool) -> Field:
    ids = tuple(Option(option, option) for option in options)
    return replace(Field(name, name.capitalize(), "enum", options=ids), **marks)  # type: ignore[arg-type]


def ways(*fields: Field, act: str | None = None, tracked: str = "") -> list[Answered]:
    return completions(Node("Ask", "userTask", act=act, fields=fields), tracked.split(), KNOWN)


def test_a_step_whose_answers_nobody_reads_is_done_in_one_way() -> None:
    assert ways(choice("kind", "a", "b")) == [Answered((), frozenset(), ())]


def test_the_outcome_of_an_act_is_the_answer_to_the_field_that_offers_it() -> None:
    found = ways(choice("decision", "yes", "no", required=True), act="approve")
    assert [way.atoms for way in found] == [
        frozenset({"approve", "approve:yes"}),
        frozenset({"approve", "approve:no"}),
    ]
    assert [way.said for way in found] == [('"yes"',), ('"no"',)]


def test_an_act_without_such_a_field_has_its_default() -> None:
    assert [way.atoms for way in ways(act="ask")] == [frozenset({"ask", "ask:asked"})]
    assert [way.atoms for way in ways(act="unknown")] == [frozenset({"unknown"})]
    many = replace(KNOWN, acts={"look": KnownAct(may_offer=("a",), default="seen")})
    node = Node("Ask", "userTask", act="look", fields=(choice("kind", "a"),))
    found = {atom for way in completions(node, (), many) for atom in way.atoms}
    assert found == {"look", "look:a", "look:seen"}


def test_a_field_is_empty_only_where_the_form_may_be_sent_so() -> None:
    kind = choice("kind", "a", "b", required=True)
    level = choice("level", "x", required_when='Ask.kind = "a"')
    found = {way.answers for way in ways(kind, level, tracked="kind level")}
    assert found == {
        (("kind", "a"), ("level", "x")),
        (("kind", "b"), ("level", "x")),
        (("kind", "b"), ("level", Mark.UNSET)),
    }


def test_a_field_that_is_hidden_is_empty() -> None:
    kind = choice("kind", "a", "b", required=True)
    level = choice("level", "x", required=True, shown_when='Ask.kind = "a"')
    assert {way.answers for way in ways(kind, level, tracked="level")} == {
        (("level", "x"),),
        (("level", Mark.UNSET),),
    }


@pytest.mark.parametrize("text", ['Else.kind = "a"', "= ="])
def test_a_form_that_looks_elsewhere_may_show_the_field_or_not(text: str) -> None:
    level = choice("level", "x", required=True, shown_when=text)
    assert {way.answers for way in ways(level, tracked="level")} == {
        (("level", "x"),),
        (("level", Mark.UNSET),),
    }


def test_a_box_is_ticked_or_not_and_a_text_may_be_anything_or_left_out() -> None:
    box, note = Field("box", "Box", "boolean"), Field("note", "Note")
    assert {way.answers[0][1] for way in ways(box, tracked="box")} == {True, False}
    assert {way.answers[0][1] for way in ways(note, tracked="note")} == {Mark.ANY, Mark.UNSET}
    assert [way.said for way in ways(box, tracked="box")] == [('yes to "Box"',), ('no to "Box"',)]
    assert [way.said for way in ways(note, tracked="note")] == [(), ('nothing to "Note"',)]


def test_a_form_with_very_many_choices_is_taken_apart() -> None:
    names = [f"f{number}" for number in range(4)]
    fields = [choice(name, *(str(n) for n in range(20)), required=True) for name in names]
    found = ways(*fields, tracked=" ".join(names))
    assert len(found) <= 1_000
    assert Mark.UNSET not in {answer for way in found for _, answer in way.answers}
    assert Mark.ANY in {answer for way in found for _, answer in way.answers}


def test_a_form_with_very_many_fields_that_may_be_empty_is_refused() -> None:
    names = [f"f{number}" for number in range(12)]
    with pytest.raises(Unplayable, match="may be left empty"):
        ways(*(Field(name, name) for name in names), tracked=" ".join(names))
    given = [Field(name, name, required=True) for name in names]
    assert len(ways(*given, tracked=" ".join(names))) == 1


def test_what_a_caller_asked_may_have_been_answered_in_every_way() -> None:
    text = """
    start In
    xor Which default=Which-Out
    end Out
    end Other
    In -> Which -> Out
    Which -> Other : Ask.kind = "a" and Ask.note != null and Far.off = 1
    """
    flat = flatten(draw(text, inputs=("Ask", "Far"), starters=()), {})
    kind = choice("kind", "a", "b")
    assert set(Variables(flat, {"Ask": (kind, Field("note", "Note"))}).beginnings()) == {
        ("a", Mark.ANY, Mark.ANY),
        ("b", Mark.ANY, Mark.ANY),
    }
    large = choice("kind", *(str(number) for number in range(100)))
    assert Variables(flat, {"Ask": (large,)}).beginnings() == [(Mark.ANY,) * 3]
