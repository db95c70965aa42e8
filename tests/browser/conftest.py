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
def signed_in(browser: Browser, address: str) -> Generator[dict[str, Person]]:
    """Those who have signed in already in this file of tests, by name."""
    people: dict[str, Person] = {}
    yield people
    for person in people.values():
        person.close()


@pytest.fixture
def regular(
    browser: Browser, address: str, signed_in: dict[str, Person]
) -> Generator[Callable[[str], Person]]:
    """People who stay signed in for all tests of a file; nobody's browser may complain."""

    def come(name: str) -> Person:
        if name not in signed_in:
            signed_in[name] = Person(browser, address).sign_in(name)
        return signed_in[name]

    yield come
    _assert_no_complaints(signed_in.values())


@pytest.fixture
def arrive(browser: Browser, address: str) -> Generator[Arrive]:
    """Let people come, each with a browser of their own; nobody's browser may complain."""
    people: list[Person] = []

    def come(name: str | None = None, **options: Any) -> Person:
        person = Person(browser, address, **options)
        people.append(person)
        return person.sign_in(name) if name else person

    yield come
    for person in people:
        person.close()
    _assert_no_complaints(people)


def _assert_no_complaints(people: Iterable[Person]) -> None:
    complaints = [complaint for person in people for complaint in person.complaints]
    for person in people:
        person.complaints.clear()
    assert complaints == []
