"""The schema that migrations make is the one that the models describe, on both databases."""

from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, text

from models.schema import alembic_config, is_current


def test_migrations_make_the_schema_that_the_models_describe(either_url: str) -> None:
    assert is_current(either_url)
    command.check(alembic_config(either_url))


def test_a_database_without_migrations_is_not_current(tmp_path: Path) -> None:
    assert not is_current(f"sqlite:///{tmp_path}/empty.db")


def test_sqlite_keeps_foreign_keys_and_survives_a_crash(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    engine.dispose()
