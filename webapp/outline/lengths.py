"""Lengths of time as a number and a unit, and as the diagram writes them."""

import re

from workflows.diagrams.wording import length_words

CALENDAR = (
    "Working days are the city's: no weekends, no holidays, no closed days; the last one ends as the "
    "offices close."
)
UNITS = {
    "BD": "working days (business days)",
    "H": "hours",
    "D": "days, weekends included",
    "W": "weeks",
    "M": "months",
}
_ONE_UNIT = re.compile(r"P(?:(\d+)(BD|D|W|M)|T(\d+)(H))")
MOST = 9999


def parts_of(text: str | None) -> tuple[int | None, str]:
    """Give number and unit; what is written in another way is a unit of its own, without a number."""
    match = _ONE_UNIT.fullmatch(text or "")
    if match is None:
        return None, text or "BD"
    number, unit, hours, hour = match.groups()
    return int(number or hours), unit or hour


def units_for(text: str | None) -> list[tuple[str, str]]:
    """Give the units to choose from, and what is written already where it is none of them."""
    number, unit = parts_of(text)
    odd = [(unit, f"as it is: {length_words(unit)}")] if number is None and text else []
    return [*UNITS.items(), *odd]


def text_of(number: int | None, unit: str) -> str:
    """Give the text for the diagram, "" where there is no number."""
    if unit not in UNITS:
        return unit
    if not number:
        return ""
    return f"PT{number}H" if unit == "H" else f"P{number}{unit}"
