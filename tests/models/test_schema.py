"""The schema that migrations make is the one that the models describe, on both databases."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from models.schema import alembic_config, is_current, newest


def test_migrations_make_the_schema_that_the_models_describe(either_url: str) -> None:
    assert is_current(either_url)
    command.check(alembic_config(either_url))


def test_the_newest_migration_is_known_by_its_name() -> None:
    assert newest() == ScriptDirectory.from_config(alembic_config("")).get_current_head()


def test_a_database_without_the_newest_migration_is_not_current(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    assert not is_current(url)
    command.upgrade(alembic_config(url), "0001")
    assert not is_current(url)


def test_sqlite_keeps_foreign_keys_and_survives_a_crash(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    engine.dispose()


def test_a_database_with_cases_from_before_keeps_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    command.upgrade(alembic_config(url), "0001")
    engine = create_engine(url)
    with engine.connect() as connection:
        for statement in A_CASE_OF_BEFORE:
            connection.execute(text(statement))
        connection.commit()
    command.upgrade(alembic_config(url), "head")
    with engine.connect() as connection:
        assert connection.execute(text('SELECT series, number FROM "case"')).one() == ("R", 1001)
        assert connection.execute(text("SELECT offered FROM task")).scalar() == 1
        since = connection.execute(text("SELECT effective_from FROM diagram_version")).scalar()
        assert since == "2026-01-01 00:00:00"
        indexes = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'ix_task_open'")
        )
        assert "WHERE closed_at IS NULL" in indexes.scalar_one()
    engine.dispose()
    command.downgrade(alembic_config(url), "0001")
    with engine.connect() as connection:
        assert connection.execute(text('SELECT number FROM "case"')).scalar() == 1001
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE diagram_version SET xml = :other",
        "UPDATE diagram_version SET sha256 = 'other'",
        "UPDATE diagram_version SET number = 7",
        "UPDATE diagram_version SET note = 'other'",
        "UPDATE diagram_version SET published_by_id = 1",
        "UPDATE diagram_version SET published_at = NULL",
        "UPDATE diagram_version SET effective_from = '2020-01-01 00:00:00+00'",
        "UPDATE diagram_version SET frozen = '{}'",
        "DELETE FROM diagram_version",
    ],
)
def test_the_database_refuses_to_change_a_published_version(either_url: str, change: str) -> None:
    engine = create_engine(either_url)
    with engine.connect() as connection:
        for statement in A_PUBLISHED_VERSION:
            connection.execute(text(statement))
        parameters = {"other": b"other"} if ":other" in change else {}
        with pytest.raises(DBAPIError, match="published versions are never changed"):
            connection.execute(text(change), parameters)
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("1, 1, 1", id="of its own id"),
        pytest.param("2, 1, 1", id="of its number"),
    ],
)
def test_sqlite_refuses_to_replace_a_published_version(sqlite_url: str, row: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        for statement in A_PUBLISHED_VERSION:
            connection.execute(text(statement))
        other = A_PUBLISHED_VERSION[1].replace("VALUES (1, 1, 1", f"VALUES ({row}")
        with pytest.raises(DBAPIError, match="published versions are never changed"):
            connection.execute(text(other.replace("INSERT", "INSERT OR REPLACE")))
        connection.execute(text(other.replace(f"({row}", "(2, 1, 2")))
        connection.rollback()
    engine.dispose()


def test_a_published_version_may_be_withdrawn(either_url: str) -> None:
    engine = create_engine(either_url)
    with engine.connect() as connection:
        for statement in A_PUBLISHED_VERSION:
            connection.execute(text(statement))
        connection.execute(text("UPDATE diagram_version SET withdrawn_why = 'Not yet.'"))
        why = connection.execute(text("SELECT withdrawn_why FROM diagram_version")).scalar()
        assert why == "Not yet."
        connection.rollback()
    engine.dispose()


A_PUBLISHED_VERSION = (
    "INSERT INTO process (id, key, name) VALUES (1, 'create-site', 'Create a site')",
    (
        "INSERT INTO diagram_version (id, process_id, number, sha256, frozen, note, created_at,"
        " published_at, effective_from) VALUES (1, 1, 1, '', '{\"create-site\": 1}', '',"
        " '2026-01-01 00:00:00+00', '2026-01-02 00:00:00+00', '2026-01-02 00:00:00+00')"
    ),
)

A_CASE_OF_BEFORE = (
    "INSERT INTO unit (id, code, name, kind, is_public_body) VALUES (1, 'PRK', 'Parks', 'department', 0)",
    (
        "INSERT INTO person (id, given_name, family_name, email, unit_id, must_change_password)"
        " VALUES (1, 'Rosa', 'Valdez', 'rosa@example.org', 1, 0)"
    ),
    "INSERT INTO process (id, key, name) VALUES (1, 'create-site', 'Create a site')",
    (
        "INSERT INTO diagram_version (id, process_id, number, xml, sha256, frozen, note, created_at)"
        " VALUES (1, 1, 1, x'00', '', '{}', '', '2026-01-01 00:00:00')"
    ),
    (
        'INSERT INTO "case" (id, number, version_id, title, unit_id, confidential, started_by_id,'
        " started_at, revision) VALUES (1, 1001, 1, 'A site', 1, 0, 1, '2026-01-01 00:00:00', 1)"
    ),
    (
        "INSERT INTO task (id, case_id, token, kind, element, diagram, scope, name, duty, opened_at)"
        " VALUES (1, 1, 't', 'user', 'Ask', 'create-site', '', 'Ask', 'request-site',"
        " '2026-01-01 00:00:00')"
    ),
)
