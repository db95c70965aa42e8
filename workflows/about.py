"""What a case is about, as the answers of its steps say: its title, its unit, its site."""

from collections.abc import Mapping
from typing import Any

from models.people import Unit
from models.sites import Site
from workflows.diagrams.graph import Node
from workflows.errors import InvalidAnswersError
from workflows.moves import Move
from workflows.same_site import SITE

NAME, UNIT = "site.name", "case.unit"


def name_the_case(move: Move, node: Node, answers: Mapping[str, Any]) -> None:
    """Let the case be about what the answers say: its title, and the unit and the site concerned.

    The title of a confidential case says nothing of it, and no register says which site it is about.
    Raises InvalidAnswersError for a unit or a site that there is not.
    """
    for field in node.fields:
        answer = answers.get(field.id)
        if not answer:
            continue
        if field.register == NAME and not (move.case.confidential or move.case.site_id):
            _entitle(move, str(answer))
        elif field.register == UNIT:
            move.case.unit = _unit(move, field.id, answer)
        elif field.register == SITE and not move.case.confidential:
            _concern(move, field.id, answer)


def _entitle(move: Move, name: str) -> None:
    main = move.diagrams.diagrams[move.diagrams.main]
    move.case.title = f"{main.name}: {name}"


def _unit(move: Move, field: str, answer: Any) -> Unit:
    with move.session.no_autoflush:  # the case and the task are written once, at the end
        unit = move.session.get(Unit, answer)
    if unit is None:
        raise InvalidAnswersError({field: "There is no such unit; choose another one."})
    return unit


def _concern(move: Move, field: str, answer: Any) -> None:
    """Let the case be about a site of the register: its unit is that of the site.

    The site is locked: whoever asks what other cases about it hold waits for this one.
    """
    with move.session.no_autoflush:
        site = move.session.get(Site, answer, with_for_update=True)
    if site is None:
        raise InvalidAnswersError({field: "There is no such site; choose another one."})
    move.case.site_id = site.id
    move.case.unit = _unit(move, field, site.unit_id)
    _entitle(move, f"{site.code} {site.name}")
