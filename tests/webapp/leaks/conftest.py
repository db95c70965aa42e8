"""The twin cities, built once for each file of tests by the real use cases."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.webapp.leaks import cities
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.cities import Twins


@pytest.fixture(scope="session")
def twins(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Twins]:
    """The two cities; tests must leave them as they are."""
    built = cities.build(migrated_sqlite, tmp_path_factory.mktemp("cities"), NOW)
    yield built
    built.close()


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
