"""Conditions as rows and back, and lengths of time as number and unit."""

import pytest

from webapp.outline import lengths, pieces
from webapp.outline.pieces import ALL, ANY, Piece
from workflows.diagrams.graph import Field, Option

CHOICES = (Option("yes", "Yes"), Option("no", "No"), Option("maybe", "Maybe"))
FIELDS = {
    f"Ask.{field.id}": field
    for field in (
        Field("choice", "Choice", "enum", options=CHOICES),
        Field("several", "Several", "multi-enum", options=CHOICES),
        Field("flag", "Flag", "boolean"),
        Field("amount", "Amount", "decimal"),
        Field("day", "Day", "date"),
        Field("words", "Words"),
        Field("who", "Who", "person"),
    )
}


@pytest.mark.parametrize(
    "text",
    [
        'Ask.choice = "yes"',
        'Ask.choice != "yes"',
        'Ask.choice in ["yes", "maybe"]',
        'not(Ask.choice in ["yes", "maybe"])',
        '"yes" in Ask.several',
        'not("yes" in Ask.several)',
        "Ask.flag = true and Ask.amount >= 12.50",
        'Ask.day < "2027-01-31" or Ask.words = "a \\"quoted\\" word"',
        "Ask.who != null and Ask.words = null",
    ],
)
def test_what_rows_can_say_comes_back_as_it_was_written(text: str) -> None:
    found = pieces.pieces_of(text)
    assert found is not None
    joined, rows = found
    assert all(pieces.fits(piece, FIELDS[piece.name]) for piece in rows)
    shown = [pieces.on_row(piece, FIELDS[piece.name]) for piece in rows]
    assert pieces.condition_of(joined, shown, FIELDS) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [("Ask.flag", "Ask.flag = true"), ("not(Ask.flag)", "Ask.flag = false"),
     ("Ask.flag != true", "Ask.flag = false")],
)  # fmt: skip
def test_yes_and_no_are_written_in_one_way(text: str, written: str) -> None:
    found = pieces.pieces_of(text)
    assert found is not None
    assert pieces.condition_of(found[0], found[1], FIELDS) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no condition at all",
        'count(Ask.choice = "yes") > 1',
        'Ask.flag = true and (Ask.choice = "yes" or Ask.choice = "no")',
        "not(Ask.amount > 3)",
        "Ask.amount > Ask.other",
    ],
)
def test_what_rows_cannot_say_is_left_as_text(text: str) -> None:
    assert pieces.pieces_of(text) is None


def test_a_row_fits_only_its_own_question() -> None:
    assert not pieces.fits(Piece("Ask.gone", "="), None)
    assert not pieces.fits(Piece("Ask.choice", "one-of", ("gone",)), FIELDS["Ask.choice"])
    assert not pieces.fits(Piece("Ask.flag", "<", ("1",)), FIELDS["Ask.flag"])
    assert set(pieces.comparisons_for(FIELDS["Ask.who"])) == {"answered", "unanswered"}
    assert (ALL, ANY) == ("and", "or")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("P5BD", (5, "BD")),
        ("PT4H", (4, "H")),
        ("P2W", (2, "W")),
        ("P1DT4H", (None, "P1DT4H")),
        ("", (None, "BD")),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, parts: tuple[int | None, str]) -> None:
    assert lengths.parts_of(text) == parts
    assert lengths.text_of(*parts) == text
    assert parts[1] in dict(lengths.units_for(text))
