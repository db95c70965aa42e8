"""Conditions: what a policy owner may write, what it means, and what every mistake is answered."""

import string
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Not,
    Or,
    parts,
)
from workflows.diagrams.conditions import (
    MAXIMUM_LENGTH,
    Condition,
    ConditionError,
    Unset,
    Value,
    compile_condition,
)


class Answers:
    """Answers by "Element.field"; a list under "Element.field*" holds those of all instances."""

    def __init__(self, **answers: Value) -> None:
        self.answers = answers

    def value(self, element: str, field: str) -> Value:
        try:
            return self.answers[field]
        except KeyError:
            raise Unset(element, field) from None

    def values(self, element: str, field: str) -> Sequence[Value]:
        assert element
        found = self.answers.get(f"all_{field}", [])
        assert isinstance(found, list)
        return found


def holds(text: str, **answers: Value) -> bool:
    return compile_condition(text).evaluate(Answers(**answers))


def refusal(text: str) -> str:
    with pytest.raises(ConditionError) as refused:
        compile_condition(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ('A.b = "x"', {"b": "x"}, True),
        ('A.b = "x"', {"b": "y"}, False),
        ('"x" = A.b', {"b": "x"}, True),
        ('A.b != "x"', {"b": "y"}, True),
        ("A.b = 3", {"b": 3}, True),
        ("A.b = 3", {"b": "3.0"}, True),
        ("A.b != 3", {"b": Decimal(3)}, False),
        ("A.b > 3", {"b": 3.5}, True),
        ("A.b >= 3", {"b": 3}, True),
        ("A.b < 3", {"b": 3}, False),
        ("A.b <= -2.5", {"b": "-2.5"}, True),
        ("3 < A.b", {"b": 4}, True),
        ("A.b = true", {"b": True}, True),
        ("A.b = false", {"b": True}, False),
        ("A.b", {"b": True}, True),
        ("not(A.b)", {"b": True}, False),
        ("true", {}, True),
        ("false", {}, False),
        ('A.b < "2027-01-31"', {"b": "2026-12-24"}, True),
        ('A.b >= "2027-01-31"', {"b": date(2027, 1, 31)}, True),
        ('A.b > "2027-01-31T09:00:00"', {"b": datetime(2027, 1, 31, 9, 1, tzinfo=UTC)}, True),
        ("A.b < A.c", {"b": "2027-01-31T09:00+02:00", "c": "2027-01-31T08:00Z"}, True),
        ("A.b = A.c", {"b": "same", "c": "same"}, True),
        ('A.b in ["x", "y"]', {"b": "y"}, True),
        ('A.b in ["x", "y"]', {"b": "z"}, False),
        ("A.b in [1, 2.5]", {"b": 2.5}, True),
        ('"x" in A.b', {"b": ["x", "y"]}, True),
        ('"z" in A.b', {"b": ["x", "y"]}, False),
        ('"z" in A.b', {"b": None}, False),
        ('A.b = "x" and A.c = "y"', {"b": "x", "c": "y"}, True),
        ('A.b = "x" and A.c = "y"', {"b": "x", "c": "z"}, False),
        ('A.b = "q" or A.c = "y"', {"b": "x", "c": "y"}, True),
        ('A.b = "x" or A.c = "y" and A.d = "z"', {"b": "x", "c": "n", "d": "n"}, True),
        ('(A.b = "x" or A.c = "y") and A.d = "z"', {"b": "x", "c": "n", "d": "n"}, False),
        ('A.b = "say \\"hi\\" \\\\"', {"b": 'say "hi" \\'}, True),
        ('Step-1.field_2\n =\t"ä ö"', {"field_2": "ä ö"}, True),
    ],
)
def test_a_condition_means_what_it_says(
    text: str, answers: dict[str, Value], expected: bool
) -> None:
    assert holds(text, **answers) is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [({}, True), ({"b": None}, True), ({"b": ""}, True), ({"b": []}, True), ({"b": 0}, False)],
)
def test_null_means_that_nothing_was_answered(answers: dict[str, Value], expected: bool) -> None:
    assert holds("A.b = null", **answers) is expected
    assert holds("null = A.b", **answers) is expected
    assert holds("A.b != null", **answers) is not expected


def test_counting_looks_at_every_instance() -> None:
    answers: list[Value] = ["yes", "no", "yes", None]
    assert holds('count(A.b = "yes") >= 2', all_b=answers)
    assert not holds('count(A.b = "yes") > 2', all_b=answers)
    assert holds("count(A.b = null) = 1", all_b=answers)
    assert holds("2 = count(A.b)", all_b=[True, True, False])
    assert holds('count(A.b != "no" and A.b in ["yes"]) < 3', all_b=["yes"])
    assert holds('count("x" in A.b) = 1', all_b=[["x"], ["y"]])
    assert holds("count(A.b) = 0")


def test_a_field_without_answer_is_never_taken_for_false() -> None:
    for text in (
        'A.b = "x"',
        'A.b != "x"',
        "A.b > 1",
        "A.b",
        "not(A.b)",
        'A.b in ["x"]',
        '"x" in A.b',
    ):
        with pytest.raises(Unset, match=r'"A\.b" has no answer yet') as unset:
            holds(text)
        assert (unset.value.element, unset.value.field) == ("A", "b")
    for text in ("A.b > 1", "1 > A.b", "A.b"):
        with pytest.raises(Unset):
            holds(text, b=None)
    with pytest.raises(Unset):
        compile_condition("A.b").number(Answers(b=None))


def test_an_empty_answer_equals_nothing_but_itself() -> None:
    assert not holds('A.b = "x"', b=None)
    assert holds('A.b != "x"', b=None)
    assert holds("A.b = A.c", b=None, c=None)
    assert not holds('A.b in ["x"]', b=None)


def test_reading_stops_where_the_result_is_known() -> None:
    assert holds('A.b = "x" or A.gone = "y"', b="x")
    assert not holds('A.b = "q" and A.gone = "y"', b="x")


@pytest.mark.parametrize(
    ("text", "answers", "words"),
    [
        ("A.b = 3", {"b": "three"}, 'the text "three" with the number 3'),
        ("A.b > 3", {"b": "three"}, "compare texts with texts"),
        ('A.b > "2027-01-31"', {"b": date.max and 4}, "the number 4"),
        ('A.b = "x"', {"b": True}, "yes or no"),
        ("A.b = true", {"b": "true"}, "yes or no"),
        ("A.b = 3", {"b": True}, "yes or no"),
        ("A.b = A.c", {"b": date(2027, 1, 31), "c": "x"}, "the date 2027-01-31"),
        ("A.b = A.c", {"b": 1, "c": {"a": 1}}, "several answers"),
        ('A.b = "x"', {"b": ["x"]}, 'write "choice" in A.b'),
        ('"x" in A.b', {"b": "x"}, 'compare it with "="'),
        ('"x" in A.b', {"b": 3}, 'compare it with "="'),
        ("A.b", {"b": "yes"}, "must say yes or no"),
        ("A.b = 3", {"b": "NaN"}, "the text"),
        ("3", {}, "must say yes or no"),
        ('count(A.b = "x")', {}, "must say yes or no"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_not_a_no(
    text: str, answers: dict[str, Value], words: str
) -> None:
    with pytest.raises(ConditionError) as refused:
        holds(text, **answers)
    assert words in str(refused.value)
    assert refused.value.column is None


def number(text: str, **answers: Value) -> int:
    return compile_condition(text).number(Answers(**answers))


def test_a_number_of_times_comes_from_a_number_a_field_or_a_count() -> None:
    assert number("3") == 3
    assert number("A.b", b=2) == 2
    assert number("A.b", b="4") == 4
    assert number("A.b", b=["x", "y"]) == 2
    assert number("A.b", b=[{"who": 1}]) == 1
    assert number("A.b", b=0) == 0
    assert number('count(A.b = "yes")', all_b=["yes", "no"]) == 1


@pytest.mark.parametrize("answer", ["many", -1, 2.5, True, {"a": 1}])
def test_a_number_of_times_is_whole_and_not_negative(answer: Value) -> None:
    with pytest.raises(ConditionError, match="not a whole number"):
        number("A.b", b=answer)


@pytest.mark.parametrize("text", ["A.b = 3", "true", 'A.b in ["x"]'])
def test_a_comparison_is_no_number_of_times(text: str) -> None:
    with pytest.raises(ConditionError, match="number of times"):
        number(text, b=3)


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("", "empty", None),
        ("  ", "empty", None),
        ("A.b == 1", 'a single "="', 5),
        ("A.b <> 1", '"!="', 5),
        ("A.b = 'x'", "double quotes", 7),
        ("A.b = “x”", "straight double quotes", 7),
        ("A.b = \N{LEFT SINGLE QUOTATION MARK}x", "straight double quotes", 7),
        ('A.b = "x', "must end with", 7),
        ("A.b && A.c", '"and"', 5),
        ("A.b || A.c", '"or"', 5),
        ("!A.b", "not(...)", 1),
        ("${A.b}", "leave out ${", 1),
        ("#{A.b}", "leave out #{", 1),
        ("=A.b = 1", 'leave out the "="', 1),
        ("A.b AND A.c", '"and" in small letters', 5),
        ("A.b = True", '"true" in small letters', 7),
        ("NOT(A.b)", '"not" in small letters', 1),
        ("decision = 1", "Step.decision", 1),
        ("A.b.c = 1", "one dot", 1),
        ("Ask.b.c = 1", "one dot", 1),
        ("Ask.b-c.d = 1", "one dot", 1),
        ("A. = 1", "one dot", 1),
        ("len(A.b) > 1", "not known", 1),
        ('__import__("os")', "not known", 1),
        ("A.b + 1 > 2", "has no meaning", 5),
        ("A.b = 1 A.c = 2", "not expected", 9),
        ("A.b = 1 = 2", "two things at a time", 9),
        ("A.b is null", "not expected", 5),
        ("A.b =", "missing before the end", 6),
        ("A.b = )", 'missing before ")"', 7),
        ("A.b = and", 'missing before "and"', 7),
        ("and A.b", 'missing before "and"', 1),
        ("(A.b", 'needs ")", but the condition ends', 5),
        ("not A.b", 'needs "("', 5),
        ("not(A.b", 'needs ")"', 8),
        ('A.b in "x"', 'needs "["', 8),
        ('A.b in ["x"', 'needs "]"', 12),
        ("A.b in [null]", "texts or numbers only", 9),
        ("A.b in [A.c]", "texts or numbers only", 9),
        ("3 in A.b", '"choice" in Step.field', 1),
        ('"x" in ["y"]', "missing", 8),
        ('"x" in "y"', '"choice" in Step.field', 1),
        ('count(A.b = "x") in [1]', "compared with a number", 1),
        ("3 and A.b", "compare this", 1),
        ('A.b and "x"', "compare this", 9),
        ('A.b and count(A.b = "x")', "compare this", 9),
        ("null", "compare this", 1),
        ('"x"', "compare this", 1),
        ("2.5", "compare this", 1),
        ("1 = 1", "one side must be a field", 3),
        ("null = null", "one side must be a field", 6),
        ("A.b > true", "not true, false or null", 5),
        ("A.b < null", "not true, false or null", 5),
        ('count(A.b = "x") > "y"', "whole number", 18),
        ('count(A.b = "x") > 1.5', "whole number", 18),
        ('count(A.b = "x") = true', "whole number", 18),
        ('count(A.b = "x") > A.c', "whole number", 18),
        ('count(A.b = "x" and A.c = "y") > 1', "exactly one field", 1),
        ("count(true) > 1", "exactly one field", 1),
        ("count(count(A.b = 1) > 1) > 1", "exactly one field", 1),
        ("(" * 21 + "A.b" + ")" * 21, "more than 20 brackets", 21),
        ("A.b = 3x", "has no meaning", 7),
        ("A.b = ä", "has no meaning", 7),
        ("lambda: 1", "has no meaning", 7),
    ],
)
def test_a_mistake_is_answered_with_place_and_remedy(
    text: str, words: str, column: int | None
) -> None:
    with pytest.raises(ConditionError) as refused:
        compile_condition(text)
    assert words in str(refused.value)
    assert refused.value.column == column
    assert column is None or f"Column {column}:" in str(refused.value)


def test_a_condition_of_the_greatest_length_is_read_and_a_longer_one_refused() -> None:
    longest = 'A.b = "' + "x" * (MAXIMUM_LENGTH - 8) + '"'
    assert len(longest) == MAXIMUM_LENGTH
    assert not holds(longest, b="x")
    assert f"has {MAXIMUM_LENGTH + 1} characters" in refusal(longest[:-1] + 'x"')


def test_names_and_tree_are_open_to_other_readers() -> None:
    text = 'not(A.b = 1 or A.c in ["x"]) and "y" in D.e and count(F.g = null) > 0 and H.i'
    condition = compile_condition(text)
    assert condition.names == {("A", "b"), ("A", "c"), ("D", "e"), ("F", "g"), ("H", "i")}
    assert isinstance(condition.tree, And)
    assert {type(part) for part in parts(condition.tree)} == {
        And, Or, Not, Comparison, In, Contains, Count, Name, Literal,
    }  # fmt: skip
    assert compile_condition(text) is condition


@given(st.text(max_size=60))
def test_any_text_is_compiled_or_refused_in_words(text: str) -> None:
    outcome: Condition | None = None
    with suppress(ConditionError):
        outcome = compile_condition(text)
    assert outcome is None or outcome.text == text


@given(
    st.lists(
        st.sampled_from(
            [
                "A.b",
                "C.d",
                '"x"',
                "3",
                "-2.5",
                "true",
                "null",
                "and",
                "or",
                "not",
                "in",
                "count",
                "(",
                ")",
                "[",
                "]",
                ",",
                "=",
                "!=",
                "<",
                ">=",
            ]
        ),
        max_size=14,
    )
)
def test_any_sequence_of_words_is_compiled_or_refused_and_never_breaks_down(
    words: list[str],
) -> None:
    try:
        condition = compile_condition(" ".join(words))
    except ConditionError:
        return
    try:
        result = condition.evaluate(Answers(b=True, d="x", all_b=[True], all_d=["x"]))
    except (ConditionError, Unset):
        return
    assert isinstance(result, bool)


@given(st.text(alphabet=string.printable, max_size=40))
def test_a_text_literal_comes_back_as_written(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"')
    assert holds(f'A.b = "{written}"', b=text)


def test_a_tree_built_by_hand_counts_inside_a_count() -> None:
    name = Name("A", "b")
    inner = Comparison(Count(name, Comparison(name, "=", Literal(1))), "=", Literal(1))
    assert Condition("", frozenset(), Count(name, inner)).number(Answers(all_b=[1, 2, 1])) == 2
    stray = Count(name, Comparison(Name("A", "other"), "=", Literal(1)))
    with pytest.raises(Unset, match="other"):
        Condition("", frozenset(), stray).number(Answers(all_b=[1]))
