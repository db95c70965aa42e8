"""Copy the whole database into one file, and put such a file in the place of a database.

A copy is consistent while people work. What is restored is first proved beside the database:
whole, of a version that this program knows, with an unbroken audit chain. Only then it takes the
database's place, in one step, and what was there before is kept beside it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.schema import alembic_config, upgrade
from workflows import audit
from workflows.errors import PolicyError

_SIDE_FILES = ("-wal", "-shm", "-journal")
_SQLITE_FILE, _POSTGRES_FILE = b"SQLite format 3\0", b"PGDMP"


class BackupError(PolicyError):
    """Nothing was copied or restored; what was there is as it was."""

    title = "No backup was made or restored"


@dataclass(frozen=True)
class Backup:
    """A copy that was made or restored: its file, the bytes of it, the audit chain inside.

    `replaced` is the file or the database in which a restore keeps what was there before.
    """

    path: Path
    size: int
    chain: audit.ChainReport
    replaced: str | None = None


def back_up(url: str | URL, path: Path) -> Backup:
    """Copy the database at `url` into a new file that only its owner can read.

    A broken audit chain is copied too, and reported. Raises BackupError.
    """
    url = make_url(url)
    if path.exists():
        raise BackupError(f"{path} exists already. Name a file that does not.")
    copy = _copy_postgres if _is_postgres(url) else _copy_sqlite
    with _new_file(path) as part:
        chain = copy(url, part)
        _flush(part)
        part.replace(path)
        _flush(path.parent)
    return Backup(path, path.stat().st_size, chain)


def restore(url: str | URL, path: Path, *, now: datetime, force: bool = False) -> Backup:
    """Put the copy in the file in the place of the database at `url`, and bring it up to date.

    The server and the worker have to be stopped. Raises BackupError when they are not, when the
    copy is damaged, or when the database holds something and `force` is not given.
    """
    url = make_url(url)
    expected = _POSTGRES_FILE if _is_postgres(url) else _SQLITE_FILE
    if not path.is_file() or not _starts_with(path, expected):
        raise BackupError(f"{path} is not a backup of a {url.get_backend_name()} database.")
    put_back = _restore_postgres if _is_postgres(url) else _restore_sqlite
    kept = f"replaced_{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    chain, replaced = put_back(url, path, kept, force)
    return Backup(path, path.stat().st_size, chain, replaced)


def _is_postgres(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _starts_with(path: Path, expected: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(expected)) == expected


@contextmanager
def _new_file(path: Path) -> Generator[Path]:
    """Make an empty file beside `path`; whatever is left of it at the end goes away."""
    part = path.with_name(f".{path.name}.part")
    for leftover in (part, *_beside(part)):
        leftover.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"Nothing can be written beside {path}: {error.strerror}.") from error
    try:
        yield part
    finally:
        for leftover in (part, *_beside(part)):
            leftover.unlink(missing_ok=True)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SIDE_FILES]


def _flush(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before anything depends on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prove(url: URL) -> audit.ChainReport:
    """Verify the chain of a restored copy and bring its schema up to date."""
    try:
        chain = _chain(url)
        if chain.first_break:
            msg = f"The audit chain of the backup is broken. {chain.first_break} Use another one."
            raise BackupError(msg)
        _check_version(url)
        upgrade(url.render_as_string(hide_password=False))
    except DBAPIError as error:
        raise BackupError(f"This is no backup of Siteward: {error.orig}") from error
    return chain


def _chain(url: URL) -> audit.ChainReport:
    with _opened(url) as connection, Session(connection) as session:
        return audit.verify(session)


def _check_version(url: URL) -> None:
    with _opened(url) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    try:
        ScriptDirectory.from_config(alembic_config("")).get_revision(revision or "base")
    except CommandError as error:
        msg = f"The backup was made by a newer version of this program ({revision}). Install that."
        raise BackupError(msg) from error


@contextmanager
def _opened(url: URL, **options: str) -> Generator[Connection]:
    engine = create_engine(url, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _refuse_to_overwrite(url: URL, *, force: bool) -> bool:
    """Say whether the database holds anything; if so, go on only with force."""
    try:
        holds_something = _holds_something(url)
    except DBAPIError:
        holds_something = True  # too damaged to tell: a good reason to restore, and to be asked
    if holds_something and not force:
        msg = (
            f"The database {url.database} is not empty. Restore with --force to put the backup in "
            "its place; what is there now will be kept beside it."
        )
        raise BackupError(msg)
    return holds_something


def _holds_something(url: URL) -> bool:
    with _opened(url) as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return any(_has_rows(connection, table) for table in tables)


def _has_rows(connection: Connection, table: str) -> bool:
    quoted = connection.dialect.identifier_preparer.quote(table)
    return connection.scalar(text(f"SELECT 1 FROM {quoted} LIMIT 1")) is not None  # noqa: S608


def _sqlite_path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise BackupError("A database in memory cannot be copied or restored.")
    return Path(url.database)


def _copy_sqlite(url: URL, part: Path) -> audit.ChainReport:
    source = _sqlite_path(url)
    if not source.exists():
        raise BackupError(f"There is no database {source}.")
    try:
        with closing(sqlite3.connect(source, timeout=15)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        return _chain(url.set(database=str(part)))
    except (sqlite3.Error, DBAPIError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        raise BackupError(f"{source} cannot be copied: {why}.") from error


def _restore_sqlite(
    url: URL, path: Path, kept: str, force: bool
) -> tuple[audit.ChainReport, str | None]:
    target = _sqlite_path(url)
    holds_something = target.exists() and _refuse_to_overwrite(url, force=force)
    with _new_file(target) as part:
        shutil.copyfile(path, part)
        _check_sqlite(part)
        chain = _prove(url.set(database=str(part)))
        with closing(sqlite3.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
        _flush(part)
        replaced = target.with_name(f"{target.name}.{kept}") if holds_something else None
        _take_the_place(part, target, replaced)
    return chain, str(replaced) if replaced else None


def _check_sqlite(part: Path) -> None:
    try:
        with closing(sqlite3.connect(part)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The backup is damaged: {error}. Use another one.") from error
    if found != ["ok"] or dangling:
        reason = found[0] if found != ["ok"] else f"{len(dangling)} rows lead nowhere"
        raise BackupError(f"The backup is damaged: {reason}. Use another one.")


def _take_the_place(part: Path, target: Path, replaced: Path | None) -> None:
    """Rename the new file to the old one's name while nobody can open the old one to write."""
    with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as old:
        try:
            # Refused while anybody has the database open; it also empties the write-ahead log.
            old.execute("PRAGMA journal_mode = DELETE")
            old.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                msg = f"{target} is in use. Stop the server and the worker, then restore again."
                raise BackupError(msg) from error
            # Anything else: the old file is damaged, and about to be replaced.
        if replaced:
            _keep(target, replaced)
        for side_file in _beside(target):
            # The log of a damaged database would be played into the new one.
            side_file.unlink(missing_ok=True)
        part.replace(target)
        _flush(target.parent)


def _keep(target: Path, replaced: Path) -> None:
    """Give the old database a second name, without taking away the first one yet."""
    try:
        os.link(target, replaced)
    except OSError:  # a file system without second names
        shutil.copyfile(target, replaced)


def _copy_postgres(url: URL, part: Path) -> audit.ChainReport:
    try:
        with (
            _opened(url, isolation_level="REPEATABLE READ") as connection,
            Session(connection) as session,
        ):
            snapshot = session.scalars(text("SELECT pg_export_snapshot()")).one()
            chain = audit.verify(session)
            dump = ("--format=custom", f"--snapshot={snapshot}", f"--file={part}")
            _run(url, "pg_dump", "--no-owner", "--no-privileges", *dump)
            return chain
    except DBAPIError as error:
        raise BackupError(f"The database cannot be copied: {error.orig}") from error


def _restore_postgres(
    url: URL, path: Path, kept: str, force: bool
) -> tuple[audit.ChainReport, str | None]:
    new = url.set(database=f"{url.database}_restoring")
    with _postgres_server(url) as server:
        exists = server.scalar(
            text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": url.database}
        )
        holds_something = bool(exists) and _refuse_to_overwrite(url, force=force)
        replaced = f"{url.database}_{kept}"
        server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(new)}")
        server.exec_driver_sql(f"CREATE DATABASE {_quoted(new)} TEMPLATE template0")
        try:
            _run(new, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", path)
            chain = _prove(new)
            _rename(server, {url: url.set(database=replaced), new: url} if exists else {new: url})
        finally:
            server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(new)}")
        if exists and not holds_something:
            server.exec_driver_sql(f"DROP DATABASE {_quoted(url.set(database=replaced))}")
    return chain, replaced if holds_something else None


@contextmanager
def _postgres_server(url: URL) -> Generator[Connection]:
    """Connect beside the database, for nobody can rename the one that they are in."""
    try:
        with _opened(url.set(database="postgres"), isolation_level="AUTOCOMMIT") as connection:
            yield connection
    except DBAPIError as error:
        msg = f"PostgreSQL refused: {error.orig} Stop the server and the worker, then try again."
        raise BackupError(msg) from error


def _rename(server: Connection, names: dict[URL, URL]) -> None:
    """Rename all databases or none."""
    renames = [
        f"ALTER DATABASE {_quoted(old)} RENAME TO {_quoted(new)}" for old, new in names.items()
    ]
    server.exec_driver_sql("; ".join(renames))  # sent as one, which is one transaction


def _quoted(url: URL) -> str:
    return '"' + (url.database or "").replace('"', '""') + '"'


def _run(url: URL, program: str, *arguments: str | Path) -> None:
    """Run a program of PostgreSQL's; the password goes by its environment, where nobody looks."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not on the PATH. Install PostgreSQL's client programs.")
    place = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string(hide_password=False)
    ended = subprocess.run(  # noqa: S603 (a fixed program, no shell)
        [found, f"--dbname={place}", *arguments],
        env={**os.environ, "PGPASSWORD": url.password or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BackupError(f"{program} failed: {ended.stderr.strip()}")
