"""The twin cities, built once for each file of tests by the real use cases."""

from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.webapp.leaks import cities, moving
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.checks import Scene
from tests.webapp.leaks.cities import Twins


@pytest.fixture(scope="session")
def twins(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """The two cities; tests must leave them as they are."""
    built = cities.build(migrated_sqlite, tmp_path_factory.mktemp("cities"), NOW)
    yield built
    built.close()


@pytest.fixture(scope="session")
def on_postgres(twins: Twins, postgres_server: str) -> Generator[Twins]:
    """The same cities on PostgreSQL; tests must leave them as they are."""
    cities_there = moving.moved(twins, postgres_server, NOW)
    yield cities_there
    cities_there.close()


@pytest.fixture
def copies(twins: Twins, tmp_path: Path) -> Generator[Twins]:
    """Cities like them, which a test may change."""
    made = twins.copied(tmp_path, NOW)
    yield made
    made.close()


@pytest.fixture(scope="session")
def named(twins: Twins) -> Named:
    """What addresses name of the confidential cases."""
    return Named.of(twins)


@pytest.fixture
def scene(twins: Twins, named: Named, tmp_path: Path) -> Generator[Scene]:
    """The cities, and as many copies of them as a check asks for."""
    made: list[Twins] = []
    numbers = count()

    def copy() -> Twins:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        made.append(twins.copied(folder, NOW))
        return made[-1]

    yield Scene(twins, named, copy)
    for city in made:
        city.close()
