"""The databases, the application and the people that tests meet."""

import os
import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from werkzeug.routing import Rule

from config import Config
from models.database import db
from models.schema import upgrade
from tests.postgres import PostgresUnavailableError, running_postgres
from webapp import create_app

# A Monday morning in Minnesota, away from holidays and clock changes.
NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)

# How long an example takes says more of the machine than of the product. Examples are the same in
# each run where CI is set, and others each time where a person runs the tests.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


_compile_address = Rule.compile
_compiled: dict[object, dict[str, Any]] = {}


def _compile_once(rule: Rule) -> None:
    """Compile an address once for all applications: each test has its own, with the same addresses.

    What is compiled depends on the address alone, and compiling all of them takes most of the time
    in which an application is made.
    """
    key = (rule.rule, repr(rule.defaults), rule.subdomain)
    if key not in _compiled:
        before = dict(vars(rule))
        _compile_address(rule)
        made = {name: value for name, value in vars(rule).items() if before.get(name) is not value}
        _compiled[key] = made | {"arguments": rule.arguments}
    vars(rule).update(_compiled[key])
    for build in ("_build", "_build_unknown"):
        setattr(rule, build, getattr(rule, build).__func__.__get__(rule, None))


Rule.compile = _compile_once  # type: ignore[assignment, method-assign]


class _TemplatesOfAllApplications(BytecodeCache):
    """Compiles a template once for all applications: half the time of a test that reads pages."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": _TemplatesOfAllApplications()}


_make_engine = db._make_engine
_first_engines: dict[str, Engine] = {}


def _make_engine_that_compiles_once(*args: Any) -> Engine:
    """Compile a statement once for all databases of a kind: a third of the time of most tests."""
    engine = _make_engine(*args)
    first = _first_engines.setdefault(engine.name, engine)
    # What is compiled is kept by the dialect that compiled it.
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


db._make_engine = _make_engine_that_compiles_once  # type: ignore[assignment, method-assign]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the schema and nothing in it, to be copied by each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Generator[str]:
    """The URL of a PostgreSQL server that holds the migrated database `template_siteward`."""
    try:
        with running_postgres() as url:
            _create_database(url, "template_siteward", template="template0")
            upgrade(f"{url}/template_siteward")
            yield url
    except PostgresUnavailableError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def _create_database(server: str, name: str, *, template: str) -> None:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "siteward.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A database with the schema and nothing in it.

    Rows are taken out in 20 ms; a database is made anew from its template in 500.
    """
    url = f"{postgres_server}/siteward"
    if not _emptied(url, like=f"{postgres_server}/template_siteward"):
        _create_database(postgres_server, "siteward", template="template_siteward")
    return url


def _emptied(url: str, *, like: str) -> bool:
    """Take out all rows; false where there is no such database, or one with another schema."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(_LEAVE), {"name": engine.url.database})
            if connection.scalar(text(_SCHEMA)) != _schema(like):
                return False
            connection.exec_driver_sql(_EMPTY)
    except DBAPIError:
        return False
    finally:
        engine.dispose()
    return True


@cache
def _schema(url: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        schema: str = connection.scalar(text(_SCHEMA))
    engine.dispose()
    return schema


_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = :name AND pid <> pg_backend_pid()
"""

_SCHEMA = """
SELECT string_agg(relname || '.' || attname, ' ' ORDER BY relname, attnum)
    || (SELECT string_agg(version_num, ' ') FROM alembic_version)
    || (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O')
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""

# As a replica, PostgreSQL neither follows foreign keys nor keeps what may never be deleted.
_EMPTY = """
SET LOCAL session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %%I', name);
END LOOP;
FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    PERFORM setval(format('%%I', name)::regclass, 1, false);
END LOOP;
END $$
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, for what must hold on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _application(url: str) -> Generator[Flask]:
    app = create_app(Config(database_url=url, secret_key="a secret for tests", demo=True))
    app.config["TESTING"] = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(sqlite_url: str) -> Generator[Flask]:
    yield from _application(sqlite_url)


@pytest.fixture
def app_on_either(either_url: str) -> Generator[Flask]:
    yield from _application(either_url)


# What these run a thousand times over, others run once: following each line would only make them
# three times as slow.
UNFOLLOWED = (
    "tests/bench/",
    "tests/browser/",
    "tests/webapp/demo/test_year.py",
    "tests/webapp/leaks/",
    "tests/webapp/test_access.py",
    "tests/webapp/test_conduct.py",
    "tests/webapp/test_faults.py",
    "tests/workflows/diagrams/editing/test_lossless",
    "tests/workflows/diagrams/editing/test_random_edits",
    "tests/workflows/diagrams/editing/test_salvage",
    "tests/workflows/diagrams/proof/test_against_",
    "tests/workflows/diagrams/proof/test_harmless_edits",
    "tests/workflows/diagrams/proof/test_mutants",
    "tests/workflows/diagrams/proof/test_reduction",
    "tests/workflows/diagrams/layout/test_tidy",
    "tests/workflows/diagrams/test_comparing.py::test_every_change",
    "tests/workflows/diagrams/test_hostile_files",
    "tests/workflows/diagrams/test_random_graphs",
    "tests/workflows/engine_gate/test_counterexamples",
    "tests/workflows/engine_gate/test_random_processes",
    "tests/workflows/test_faults",
    "tests/workflows/test_foresight",
    "tests/workflows/test_investigation",
    "tests/workflows/test_jobs_killed",
    "tests/workflows/test_moves_killed",
    "tests/workflows/test_wandering_cases",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Follow no line of what is set up for them either."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin.cov_controller if plugin and item.get_closest_marker("no_cover") else None
    if controller:
        controller.pause()
    try:
        yield
    finally:
        if controller:
            controller.resume()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the coverage of long tests out of the count, and begin with what takes longest."""
    for item in items:
        if item.nodeid.startswith(UNFOLLOWED):
            item.add_marker("no_cover")
    # A long walk that begins last keeps one processor waiting for the other.
    items.sort(key=lambda item: "tests/browser/" not in item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what this machine could not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.write_sep(
            "!", f"{len(skipped)} TESTS DID NOT RUN ON THIS MACHINE", red=True
        )
