"""A backup is the whole database; a restore proves it first and never loses what was there."""

import os
import sqlite3
import stat
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, create_engine, make_url, select, text

from models.database import db, transaction
from models.people import Unit
from tests import city
from workflows import audit, backup

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


def found_unit(code: str) -> None:
    with transaction() as session:
        unit_id = city.unit(session, code)
        audit.record(
            session,
            action="unit:founded",
            subject=f"unit {unit_id}",
            actor=None,
            now=NOW,
            details={"code": code},
        )


def codes(url: URL | str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.scalars(select(Unit.code).order_by(Unit.code)))
    engine.dispose()
    return found


@pytest.fixture
def url(app_on_either: Flask) -> Generator[URL]:
    """A database with the Parks, which nobody has open."""
    found_unit("PRK")
    leave()
    url = make_url(app_on_either.config["SQLALCHEMY_DATABASE_URI"])
    yield url
    if url.get_backend_name() == "postgresql":
        drop_what_was_kept(url)


def leave() -> None:
    db.session.remove()
    db.engine.dispose()


def drop_what_was_kept(url: URL) -> None:
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        for name in server.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE 'siteward\\_%'")
        ).all():
            server.exec_driver_sql(f'DROP DATABASE "{name}"')
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "northwater.backup"


@pytest.fixture
def sqlite(app: Flask) -> URL:
    found_unit("PRK")
    leave()
    return make_url(app.config["SQLALCHEMY_DATABASE_URI"])


def path_of(sqlite: URL) -> Path:
    assert sqlite.database
    return Path(sqlite.database)


def test_a_backup_holds_everything_and_only_its_owner_can_read_it(url: URL, file: Path) -> None:
    made = backup.back_up(url, file)
    assert (made.path, made.size) == (file, file.stat().st_size)
    assert (made.chain.is_intact, made.chain.records) == (True, 1)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_restored_database_is_as_it_was_and_the_replaced_one_is_kept(
    url: URL, file: Path
) -> None:
    backup.back_up(url, file)
    found_unit("FIR")
    leave()
    restored = backup.restore(url, file, now=NOW, force=True)
    assert (restored.chain.records, codes(url)) == (1, ["PRK"])
    assert restored.replaced
    assert restored.replaced.endswith("replaced_20261116T150000Z")
    is_file = url.get_backend_name() == "sqlite"
    replaced = Path(restored.replaced).name if is_file else restored.replaced
    kept = path_of(url).with_name(replaced) if is_file else replaced
    assert codes(url.set(database=str(kept))) == ["FIR", "PRK"]


def test_a_database_that_holds_something_is_not_overwritten_unasked(url: URL, file: Path) -> None:
    backup.back_up(url, file)
    found_unit("FIR")
    leave()
    with pytest.raises(backup.BackupError, match=r"is not empty. Restore with --force"):
        backup.restore(url, file, now=NOW)
    assert codes(url) == ["FIR", "PRK"]


def test_an_empty_database_is_replaced_without_being_kept(
    url: URL, file: Path, tmp_path: Path
) -> None:
    backup.back_up(url, file)
    empty_it(url)
    restored = backup.restore(url, file, now=NOW)
    assert (restored.replaced, codes(url)) == (None, ["PRK"])


def empty_it(url: URL) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        if url.get_backend_name() == "sqlite":
            connection.execute(text("DROP TRIGGER audit_record_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))
        for table in ("audit_payload", "audit_record", "unit"):
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


def test_a_database_that_is_not_there_is_made(url: URL, file: Path) -> None:
    backup.back_up(url, file)
    other = url.set(database=f"{url.database}_elsewhere")
    assert backup.restore(other, file, now=NOW).replaced is None
    assert codes(other) == ["PRK"]


def test_a_backup_never_overwrites_a_file(url: URL, file: Path) -> None:
    file.write_text("last week's")
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.back_up(url, file)
    assert file.read_text() == "last week's"


def test_a_backup_into_no_folder_says_so(url: URL, file: Path) -> None:
    with pytest.raises(backup.BackupError, match=r"Nothing can be written beside .*: No such file"):
        backup.back_up(url, file.parent / "nowhere" / "file")


def test_the_rest_of_an_interrupted_backup_is_cleared_away(url: URL, file: Path) -> None:
    file.with_name(f".{file.name}.part").write_text("half of it")
    backup.back_up(url, file)
    assert list(file.parent.iterdir()) == [file]


def test_a_database_in_use_is_not_replaced(url: URL, file: Path) -> None:
    backup.back_up(url, file)
    with db.engine.connect() as connection:
        connection.execute(select(Unit.code)).all()
        with pytest.raises(backup.BackupError, match="Stop the server and the worker"):
            backup.restore(url, file, now=NOW, force=True)
    assert codes(url) == ["PRK"]


def test_a_file_that_is_no_backup_is_refused(url: URL, file: Path) -> None:
    with pytest.raises(backup.BackupError, match="is not a backup of a"):
        backup.restore(url, file, now=NOW, force=True)
    file.write_text("minutes of the council")
    with pytest.raises(backup.BackupError, match="is not a backup of a"):
        backup.restore(url, file, now=NOW, force=True)
    assert codes(url) == ["PRK"]


def test_a_damaged_backup_is_refused(url: URL, file: Path) -> None:
    backup.back_up(url, file)
    content = bytearray(file.read_bytes())
    content[1000:] = b"\xa5" * len(content[1000:])
    file.write_bytes(content)
    with pytest.raises(backup.BackupError, match=r"damaged|failed"):
        backup.restore(url, file, now=NOW, force=True)
    assert codes(url) == ["PRK"]


def change_record(url: URL) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        if url.get_backend_name() == "sqlite":
            connection.execute(text("DROP TRIGGER audit_record_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_record SET subject = 'unit 9'"))
    engine.dispose()


def test_a_backup_with_a_broken_chain_is_made_and_reported_but_not_restored(
    url: URL, file: Path
) -> None:
    change_record(url)
    assert not backup.back_up(url, file).chain.is_intact
    found_unit("FIR")
    leave()
    with pytest.raises(backup.BackupError, match=r"chain of the backup is broken. Record 1: its"):
        backup.restore(url, file, now=NOW, force=True)
    assert codes(url) == ["FIR", "PRK"]


def test_a_backup_of_a_newer_version_is_refused(url: URL, file: Path) -> None:
    set_revision(url, "9999_from_the_future")
    backup.back_up(url, file)
    with pytest.raises(backup.BackupError, match="made by a newer version"):
        backup.restore(url, file, now=NOW, force=True)


def set_revision(url: URL, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})
    engine.dispose()


def test_a_database_of_something_else_is_refused(url: URL, file: Path) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_payload"))
    engine.dispose()
    with pytest.raises(backup.BackupError, match="cannot be copied"):
        backup.back_up(url, file)


def test_a_sqlite_file_of_something_else_is_not_restored(sqlite: URL, file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE recipe (title)")
    with pytest.raises(backup.BackupError, match="no backup of Siteward: no such table"):
        backup.restore(sqlite, file, now=NOW, force=True)


def test_a_backup_whose_rows_lead_nowhere_is_refused(sqlite: URL, file: Path) -> None:
    backup.back_up(sqlite, file)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute(
            "INSERT INTO notice (person_id, text, at) VALUES (77, 'Hello', '2026-11-16 15:00:00')"
        )
        copy.commit()
    with pytest.raises(backup.BackupError, match="1 rows lead nowhere"):
        backup.restore(sqlite, file, now=NOW, force=True)


def test_a_backup_whose_pages_do_not_fit_is_refused(sqlite: URL, file: Path) -> None:
    backup.back_up(sqlite, file)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA writable_schema = ON")
        copy.execute("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'closure'")
        copy.commit()
    with pytest.raises(backup.BackupError, match="The backup is damaged"):
        backup.restore(sqlite, file, now=NOW, force=True)


def test_a_damaged_database_can_be_replaced(sqlite: URL, file: Path) -> None:
    backup.back_up(sqlite, file)
    target = path_of(sqlite)
    target.write_text("not a database any more")
    log = target.with_name(f"{target.name}-wal")
    log.write_text("a log")
    with pytest.raises(backup.BackupError, match="is not empty"):
        backup.restore(sqlite, file, now=NOW)
    restored = backup.restore(sqlite, file, now=NOW, force=True)
    assert restored.replaced
    assert Path(restored.replaced).read_text() == "not a database any more"
    assert not log.exists()
    assert codes(sqlite) == ["PRK"]


def test_the_replaced_database_is_copied_where_a_file_can_have_one_name_only(
    sqlite: URL, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_names: object) -> None:
        raise OSError("not supported")

    backup.back_up(sqlite, file)
    monkeypatch.setattr(os, "link", refuse)
    restored = backup.restore(sqlite, file, now=NOW, force=True)
    assert codes(f"sqlite:///{restored.replaced}") == ["PRK"]


def test_a_database_in_memory_is_not_copied(file: Path) -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(backup.BackupError, match="in memory"):
            backup.back_up(url, file)


def test_a_sqlite_database_that_is_not_there_is_not_copied(file: Path, tmp_path: Path) -> None:
    with pytest.raises(backup.BackupError, match="There is no database"):
        backup.back_up(f"sqlite:///{tmp_path}/nothing.db", file)
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.postgres
@pytest.mark.parametrize("either_url", ["postgres"], indirect=True)
def test_without_the_programs_of_postgresql_nothing_is_copied(
    url: URL, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.BackupError, match="pg_dump is not on the PATH"):
        backup.back_up(url, file)


@pytest.mark.postgres
@pytest.mark.parametrize("either_url", ["postgres"], indirect=True)
def test_a_password_is_not_among_the_arguments_of_a_program(
    url: URL, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "pg_dump"
    spy.write_text('#!/bin/sh\necho "$@ password:$PGPASSWORD" >&2\nexit 1\n')
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(backup.BackupError) as refused:
        backup.back_up(url.set(password="s3cret"), file)
    arguments, password = str(refused.value).split(" password:")
    assert password == "s3cret"
    assert "s3cret" not in arguments
    assert "--dbname=postgresql://postgres@127.0.0.1" in arguments
