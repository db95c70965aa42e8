"""The demo city: loaded once, and copied for whoever changes something in it."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from config import Config
from models.database import db
from tests.conftest import NOW
from tests.webapp.door import Browser
from webapp import create_app
from webapp.demo import load
from webapp.runtime import runtime


@contextmanager
def opened(path: Path) -> Generator[Flask]:
    app = create_app(Config(database_url=f"sqlite:///{path}", secret_key="a secret", demo=True))
    app.config.update(TESTING=True, NOW=NOW)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def loaded_database(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("northwater") / "siteward.db"
    shutil.copy(migrated_sqlite, path)
    with opened(path):
        assert load(runtime(), now=NOW, history=False)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="module")
def northwater(loaded_database: Path) -> Generator[Flask]:
    """The city for tests that only look at it."""
    with opened(loaded_database) as app:
        yield app


@pytest.fixture
def own_northwater(loaded_database: Path, tmp_path: Path) -> Generator[Flask]:
    """A city for one test alone."""
    path = tmp_path / "siteward.db"
    shutil.copy(loaded_database, path)
    with opened(path) as app:
        yield app


@pytest.fixture
def loaded_at() -> datetime:
    return NOW
