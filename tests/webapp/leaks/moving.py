"""The twin cities on PostgreSQL: the same rows, moved, so that the same people look at the same."""

from dataclasses import replace
from datetime import datetime

from flask import Flask
from sqlalchemy import Connection, create_engine, inspect, text

from models.database import db
from tests.webapp.leaks.cities import Twins, open_city


def moved(twins: Twins, server: str, now: datetime) -> Twins:
    """Both cities on this server, whose database `template_siteward` has the schema."""
    apps = [
        _moved(app, f"{server}/leaks_{name}", server, now)
        for name, app in (("real", twins.real), ("twin", twins.twin))
    ]
    return replace(twins, real=apps[0], twin=apps[1])


def _moved(app: Flask, url: str, server: str, now: datetime) -> Flask:
    name = url.rpartition("/")[2]
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "template_siteward"'))
    engine.dispose()
    tables = db.metadata.sorted_tables
    with app.app_context():
        rows = {
            table: [dict(row) for row in db.session.execute(table.select()).mappings()]
            for table in tables
        }
        db.session.remove()
    target = create_engine(url)
    with target.begin() as connection:
        # Rows point at each other in circles; they stood together already.
        connection.execute(text("SET session_replication_role = replica"))
        for table in tables:
            connection.execute(table.delete())
            if rows[table]:
                connection.execute(table.insert(), rows[table])
        for name_of in inspect(connection).get_table_names():
            _count_on(connection, name_of)
    target.dispose()
    return open_city(url, now)


def _count_on(connection: Connection, table: str) -> None:
    """Let new rows be numbered after those that came."""
    if "id" not in {column["name"] for column in inspect(connection).get_columns(table)}:
        return
    named = text("SELECT pg_get_serial_sequence(:table, 'id')")
    sequence = connection.scalar(named, {"table": f'"{table}"'})
    if sequence is not None:
        last = f'(SELECT coalesce(max(id), 0) + 1 FROM "{table}")'
        connection.execute(text(f"SELECT setval('{sequence}', {last}, false)"))
