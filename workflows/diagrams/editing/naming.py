"""Ids for what is new: PascalCase, from the words of its name, unique in the file."""

import re
import unicodedata

from workflows.diagrams.editing.sheet import Sheet

_LONGEST = 60
_ARTICLES = frozenset({"a", "an", "the"})


def new_id(sheet: Sheet, name: str, otherwise: str) -> str:
    """Give an id nobody has; `otherwise` where the name has no letters to make one of."""
    return _free(sheet, pascal(name) or otherwise)


def flow_id(sheet: Sheet, source: str, target: str) -> str:
    """Give an id for the flow between two elements."""
    return _free(sheet, f"{source[:_LONGEST]}To{target[:_LONGEST]}")


def pascal(name: str) -> str:
    """Give the words of a name as one: "Review the request" is ReviewRequest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain.replace("'", ""))
    said = [word for word in words if word.lower() not in _ARTICLES] or words
    whole = "".join(word[0].upper() + word[1:] for word in said)[:_LONGEST]
    return f"Step{whole}" if whole[:1].isdigit() else whole


def _free(sheet: Sheet, wanted: str) -> str:
    taken = {element.get("id") for element in sheet.root.iter("*")}
    identity, number = wanted, 1
    while identity in taken:
        number += 1
        identity = f"{wanted}{number}"
    return identity
