"""The demo city, loaded once for tests that only look at it."""

import shutil
from collections.abc import Generator
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


@pytest.fixture(scope="module")
def northwater(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Flask]:
    path = tmp_path_factory.mktemp("northwater") / "siteward.db"
    shutil.copy(migrated_sqlite, path)
    app = create_app(Config(database_url=f"sqlite:///{path}", secret_key="a secret", demo=True))
    app.config["TESTING"] = True
    app.config["NOW"] = NOW
    app.test_client_class = Browser
    with app.app_context():
        assert load(runtime(), now=NOW)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def loaded_at(northwater: Flask) -> datetime:
    now: datetime = northwater.config["NOW"]
    return now
