"""The demo city, its server, a Chromium, and people who use it."""

import fcntl
import os
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, city
from tests.browser.person import Person
from webapp import assets

HERE = Path(__file__).parent

Arrive = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """Chromium, or a loud skip where there is none; continuous integration must have one."""
    try:
        chromium.find()
    except chromium.ChromiumMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    with chromium.started() as started:
        yield started


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the demo city, loaded once; and the bundle, in case it was not built."""
    # The workers of one run share this folder, and only one of them builds at a time.
    with (tmp_path_factory.getbasetemp().parent / "bundle.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assets.build()
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    city.load_demo(path)
    return path


@pytest.fixture(scope="module")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A city of its own for each file of tests, served until its last test."""
    with city.served(demo, tmp_path_factory.mktemp("city")) as where:
        yield where


@pytest.fixture(scope="module")
def kept(browser: Browser, address: str) -> Generator[dict[str, Person]]:
    """Those who have come in this file of tests, by name: their browsers stay open and warm."""
    people: dict[str, Person] = {}
    yield people
    for person in people.values():
        person.close()


@pytest.fixture
def arrive(browser: Browser, address: str, kept: dict[str, Person]) -> Generator[Arrive]:
    """Let people come, each with a browser of their own; nobody's browser may complain.

    Who came in an earlier test of the file is still signed in, in the same browser. A second
    browser of somebody, or another kind of browser, is opened for the test alone, signed in as
    the first one is. Whoever signs out in a test signs in there by hand.
    """
    present: list[Person] = []
    passing: list[Person] = []

    def come(name: str | None = None, **options: Any) -> Person:
        if name and name not in kept:
            kept[name] = Person(browser, address).sign_in(name)
        known = kept.get(name or "")
        if known and known not in present and not options:
            present.append(known.back_to_usual())
            return known
        remembered = known.context.storage_state() if known else None
        passing.append(Person(browser, address, remembered=remembered, **options))
        return passing[-1]

    yield come
    for person in passing:
        person.close()
    _assert_no_complaints([*present, *passing])


def _assert_no_complaints(people: Iterable[Person]) -> None:
    complaints = [complaint for person in people for complaint in person.complaints]
    for person in people:
        person.complaints.clear()
    assert complaints == []
