"""What is in a BPMN file beside its drawing, counted, to see what a tool loses of it."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
SHIPPED = sorted((Path(__file__).parents[3] / "bpmn").glob("*.bpmn"))
FOREIGN = sorted(Path(os.environ.get("FOREIGN_DIAGRAMS", "/nonexistent")).rglob("*.bpmn"))
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NUMBERS = ("elements", "attributes", "texts", "extension elements", "comments")


def parts(data: bytes, *, drawn: bool = False) -> dict[str, Counter[str]]:
    """Count what is there, by kind; of the drawing too only where it is asked for.

    Numbers count as the same however they are written; white space around a text does not count.
    """
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in NUMBERS}
    for element in etree.fromstring(data).iter():
        if isinstance(element, etree._Comment):
            counted["comments"][" ".join((element.text or "").split())] += 1
        if not isinstance(element.tag, str) or (not drawn and _is_drawing(element)):
            continue
        name = f"{etree.QName(element).text} {_identity(element)}"
        foreign = etree.QName(element).namespace not in (MODEL, DI) and not _is_drawing(element)
        counted["extension elements" if foreign else "elements"][name] += 1
        counted["attributes"].update(
            f"{name} {attribute!s}={_value(str(attribute), str(value))}"
            for attribute, value in element.attrib.items()
        )
        if (element.text or "").strip():
            counted["texts"][f"{name}: {' '.join((element.text or '').split())}"] += 1
    return counted


def lost(before: bytes, after: bytes, *, drawn: bool = False) -> dict[str, list[str]]:
    """Give what was in a file and is no longer, by kind."""
    one, other = parts(before, drawn=drawn), parts(after, drawn=drawn)
    return {kind: sorted((one[kind] - other[kind]).elements()) for kind in NUMBERS}


def _is_drawing(element: etree._Element) -> bool:
    return any(part.tag == f"{{{DI}}}BPMNDiagram" for part in (element, *element.iterancestors()))


def _identity(element: etree._Element) -> str:
    """Give the id, or where there is none that of the nearest element around."""
    return next(
        (found for one in (element, *element.iterancestors()) if (found := one.get("id"))), ""
    )


def _value(attribute: str, value: str) -> str:
    """Give the value; of the type of an element without the prefix, which each file chooses."""
    return value.rpartition(":")[2] if attribute == TYPE else _plain(value)


def _plain(value: str) -> str:
    try:
        return f"{float(value):g}"
    except ValueError:
        return " ".join(value.split())


def names(paths: list[Path]) -> Iterator[str]:
    """Give a readable name for each file."""
    return (f"{path.parent.name}/{path.stem}" for path in paths)
