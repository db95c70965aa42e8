"""Commands for whoever runs the server: `flask --app webapp <command>`. Each calls one use case."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TextIO, TypeVar

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError

from config import Config
from models import schema
from models.database import db
from webapp import clock
from webapp.handlers import handlers
from webapp.prepare import take_up_policy
from webapp.runtime import pack
from workflows import accounts, audit, jobs, people_import
from workflows.accounts import FirstAdministrator
from workflows.errors import InvalidAnswersError, PolicyError

# What is most often the matter where the database says no to a command.
NEW = (
    "The database cannot be used like this. Is it the one that DATABASE_URL should name? A new one, or "
    "one of an earlier version, gets its tables by `flask --app webapp db upgrade`."
)

# More than a day of work for a small city; what is left is for the next run.
PASSES = 1000

people = AppGroup("people", help="Accounts of people.")
audits = AppGroup("audit", help="The chain of audit records.")
database = AppGroup("db", help="The schema of the database.")


def init_app(app: Flask) -> None:
    """Add the commands of this module to `flask --app webapp`."""
    for command in (people, audits, database, worker, back_up, restore):
        app.cli.add_command(command)


P = ParamSpec("P")
R = TypeVar("R")


def in_words(command: Callable[P, R]) -> Callable[P, R]:
    """Tell what is refused as a sentence and exit code 1, not as a traceback."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InvalidAnswersError as error:
            raise click.ClickException(
                "\n".join(["Nothing was saved.", *error.errors.values()])
            ) from error
        except PolicyError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            raise click.ClickException(
                f"{type(error.orig).__name__}: {error.orig}\n{NEW}"
            ) from error

    return told


@people.command("add-admin")
@click.option("--given-name", prompt=True, help="The given name.")
@click.option("--family-name", prompt=True, help="The family name.")
@click.option("--email", prompt="Work e-mail address", help="They sign in with it.")
@click.option("--unit-code", default="ITD", show_default=True, help="The code of their unit.")
@click.option(
    "--unit-name",
    default="Information Technology",
    show_default=True,
    help="Its name, if the unit does not exist yet.",
)
@click.password_option(help="Asked for when it is not given, so that it stays out of the history.")
@in_words
def add_admin(**given: str) -> None:
    """Create an account that administers people and the system."""
    schema.upgrade(_settings().database_url)  # nobody has started the server yet
    accounts.add_administrator(FirstAdministrator(**given), now=clock.now(), day=clock.today())
    click.echo(f"{given['email']} can sign in and administer people and the system.")


@people.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@in_words
def import_people(file: TextIO) -> None:
    """Bring in people from a table (CSV).

    Columns: given_name, family_name, email, unit (its code); optional: categories and roles,
    several with ";", a role as "auditor" city-wide or "dept_head@PRK"; ends_on as 2026-12-31.
    """
    report = people_import.import_people(
        file.read(), pack(), by=None, now=clock.now(), day=clock.today()
    )
    click.echo(f"{report.added} people added, {report.known} known already and left as they are.")
    if report.added:
        click.echo("Give each of them a temporary password under Administration, People.")


@audits.command("verify")
@click.option("--checkpoint", help="A checkpoint that was kept, as this command prints it.")
@in_words
def verify(checkpoint: str | None) -> None:
    """Read the whole chain; exit code 1 where it does not hold."""
    try:
        expected = audit.Checkpoint.parse(checkpoint) if checkpoint else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--checkpoint") from error
    report = audit.verify(db.session(), expected=expected)
    click.echo(f"{report.records} records read, {report.erased} payloads erased on record.")
    if report.first_break:
        raise click.ClickException(f"The chain is broken. {report.first_break}")
    click.echo("The chain is whole. Keep this checkpoint outside the database:")
    click.echo(str(report.head))


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    schema.upgrade(_settings().database_url)
    click.echo("The database has the schema of this version.")


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Do work for later when its time comes: deadlines, reminders, what is to be sent."""
    if once:
        click.echo(f"{_work_once()} jobs tried.")
        return
    with suppress(DBAPIError):  # a database that is away is waited for
        take_up_policy(sys.stdout)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        # The job in hand is finished first; a second signal is not needed.
        signal.signal(name, lambda *_: stop.set())
    jobs.run_for_ever(handlers(), poll=_settings().worker_poll_seconds, stop=stop, clock=clock.now)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
@in_words
def back_up(file: Path) -> None:
    """Copy the whole database into a new FILE while people go on working."""
    from workflows import backup  # noqa: PLC0415 - with Alembic, which no server needs

    made = backup.back_up(_settings().database_url, file)
    click.echo(f"{made.path}: {made.size:,} bytes, {made.chain.records} audit records.")
    if made.chain.first_break:
        raise click.ClickException(
            f"The copy was made, but the audit chain is broken. {made.chain.first_break}"
        )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also where the database holds something.")
@with_appcontext
@in_words
def restore(file: Path, *, force: bool) -> None:
    """Put the copy in FILE in the place of the database. Stop the server and the worker first."""
    from workflows import backup  # noqa: PLC0415 - with Alembic, which no server needs

    db.session.remove()
    db.engine.dispose()
    put = backup.restore(_settings().database_url, file, now=clock.now(), force=force)
    click.echo(f"Restored with {put.chain.records} audit records.")
    if put.replaced:
        click.echo(f"What was there before is kept in {put.replaced}.")


def _work_once() -> int:
    owner = f"{socket.gethostname()}:{os.getpid()}"
    tried = 0
    for _ in range(PASSES):
        done = jobs.run_due(handlers(), now=clock.now(), owner=owner)
        tried += done
        if not done:
            break
    return tried


def _settings() -> Config:
    settings: Config = current_app.config["SITEWARD"]
    return settings
