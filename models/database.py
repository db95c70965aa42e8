"""The database session, the one way to write, and the column types that both databases share."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

from models.sealing import Seal, sealed

# Alembic's batch mode on SQLite drops constraints by name, so every constraint has one.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_writing: ContextVar[bool] = ContextVar("writing", default=False)

# Threads of one process wait here for their turn to write. SQLite would let each ask again after
# pauses that grow, so that some wait long while the lock is free.
_turn = Lock()


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite would hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"A time without a time zone cannot be stored: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    # Flask-SQLAlchemy derives its own base from this one, which SQLAlchemy 2.1 allows only
    # when the types are mapped in a registry rather than on the class.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UTCDateTime(),
            dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
            list[Any]: JSON().with_variant(JSONB, "postgresql"),
        },
    )


# What was read before a commit stays readable after it: pages show what they just changed.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class NestedTransactionError(RuntimeError):
    """A use case called another one: half of the work would have been committed alone."""


@contextmanager
def transaction() -> Generator[Session]:
    """Open the one write transaction of a use case: all of it is committed, or nothing.

    Whatever the request read before is detached first, so the use case reads again under the
    lock. On SQLite this takes the write lock at once (BEGIN IMMEDIATE): a deferred transaction
    that starts to write later fails under load whatever the timeout.
    """
    session = db.session()
    if session.info.get("writing"):
        msg = "A write transaction is already open; use cases do not nest."
        raise NestedTransactionError(msg)
    session.rollback() if session.new or session.dirty or session.deleted else session.commit()
    session.expunge_all()
    session.info["writing"] = True
    token = _writing.set(True)
    try:
        with _turn if session.get_bind().dialect.name == "sqlite" else nullcontext():
            yield from _until_commit(session)
    finally:
        _writing.reset(token)
        session.info.pop("writing", None)


def _until_commit(session: Session) -> Generator[Session]:
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@event.listens_for(Engine, "connect")
def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    if not isinstance(dbapi_connection, sqlite3.Connection):
        return
    # The driver must not open transactions by itself: _begin_sqlite does.
    dbapi_connection.isolation_level = None
    dbapi_connection.create_function(Seal.name, 2, sealed, deterministic=True)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "busy_timeout = 15000",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
