"""Parsed diagrams: read once for each frozen set, whoever asks."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import db
from tests.conftest import NOW
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import engine, library, publication
from workflows.answers import History
from workflows.library import DiagramSet, Library

SIMPLE = "start S\nuser A\nend E\nS -> A -> E"


def version(key: str) -> int:
    return publication.published(db.session(), now=NOW)[key].id


def test_a_set_holds_the_diagram_and_all_that_it_calls(town: Town) -> None:
    found = Library().of(db.session(), version("prepare-site"))
    assert found.main == "prepare-site"
    assert set(found.diagrams) == set(found.files) == {"prepare-site", "agree-contract"}
    assert found.node("agree-contract", "AcceptContract").title == "Accept the contract"
    assert engine.start(found.specs, History()).waiting()[0].element == "IdentifyContract"


def test_a_set_is_read_once(town: Town) -> None:
    shelf, session = Library(), db.session()
    wanted = version("create-site")
    first = shelf.of(session, wanted)
    with walking.counted() as sent:
        assert shelf.of(session, wanted) is first
    assert sent == []
    assert first.specs is first.specs


def test_many_who_ask_at_once_get_the_same_diagrams(app: Flask, now: datetime) -> None:
    walking.settle(now)
    shelf, wanted = Library(), version("create-site")

    def ask() -> DiagramSet:
        return shelf.of(db.session(), wanted)

    found = walking.at_once(app, [ask] * 6)
    assert len({frozenset(each.diagrams) for each in found}) == 1
    assert shelf.of(db.session(), wanted) in found


def test_the_sets_asked_for_least_lately_are_forgotten(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "KEPT_SETS", 2)
    shelf, session = Library(), db.session()
    ids = []
    for number in range(3):
        walking.put_in_force({"main": drawn(SIMPLE, name=f"N{number}")}, now=now)
        ids.append(version("main"))
    for each in (ids[0], ids[1], ids[0], ids[2]):
        shelf.of(session, each)
    with walking.counted() as sent:
        shelf.of(session, ids[0])
    assert not sent
    with walking.counted() as sent:
        shelf.of(session, ids[1])
    assert sent


def test_a_file_that_is_no_diagram_cannot_be_parsed() -> None:
    with pytest.raises(ValueError, match="XML"):
        library.parse({"main": b"no diagram"}, "main")
