"""Commands for the policy: `flask --app webapp policy check|take-up|recheck|list`."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from models.database import db
from webapp import clock
from webapp.cli import in_words
from webapp.runtime import renew, runtime, settings
from workflows import policy_recheck, policy_versions
from workflows.errors import NotFoundError
from workflows.policy.pack import Pack, PolicyPackError, load, texts_in
from workflows.policy_changes import changes

policy = AppGroup("policy", help="The policy: clauses, acts, roles and rules.")

FOLDER = click.argument(
    "folder",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)


def init_app(app: Flask) -> None:
    """Add the commands to `flask --app webapp`."""
    app.cli.add_command(policy)


@policy.command("check")
@FOLDER
def check(folder: Path | None) -> None:
    """Say whether the policy in FOLDER can be taken up, with file and line of each mistake.

    Exit code 0: it can be read; 1: it has mistakes. Nothing is changed, and no database is asked.
    """
    pack = _read(folder)
    click.echo(
        f"It can be read: {len(pack.clauses)} clauses, {len(pack.acts)} acts, "
        f"{len(pack.rules)} rules, {len(pack.roles)} roles."
    )


@policy.command("take-up")
@FOLDER
@click.option("--note", default="", help="Why it changed, for those who read it later.")
@click.option("--by", required=True, metavar="EMAIL", help="Who answers for it; it is on record.")
@in_words
def take_up(folder: Path | None, *, note: str, by: str) -> None:
    """Put the policy in FOLDER in force, and have everything published checked under it.

    Who answers for it is on record with it. Exit code 0: it is in force; 1: it has mistakes, and the one before stays in force.
    """
    _read(folder)
    try:
        person = policy_versions.who_answers(db.session(), by, day=clock.today())
        db.session.rollback()
        done = policy_versions.take_up(
            texts_in(_folder(folder)),
            library=runtime().library,
            note=note or "Taken up by command.",
            by=person,
            now=clock.now(),
        )
    except NotFoundError as error:
        raise click.ClickException(f"It was not taken up. {error}") from error
    except PolicyPackError as error:
        raise click.ClickException(f"It was not taken up.\n{error}") from error
    renew()
    if done.is_new:
        click.echo(f"Version {done.number} of the policy is in force. The worker checks the rest.")
    else:
        click.echo(f"Version {done.number} of the policy is in force already, as it is.")


@policy.command("recheck")
@in_words
def recheck() -> None:
    """Check all published diagrams and open cases under the policy in force, now.

    Exit code 0: every diagram keeps it; 1: one or more do not. They stay in force.
    """
    found = policy_recheck.recheck_everything(runtime(), now=clock.now())
    for one in found:
        click.echo(f"{one.process}, version {one.number}: {one.wrong or 'keeps the policy.'}")
    if any(one.wrong for one in found):
        raise click.exceptions.Exit(1)


@policy.command("list")
@in_words
def list_versions() -> None:
    """List the versions of the policy, the one in force first."""
    for row in policy_versions.versions(db.session()):
        day = row.taken_up_at.astimezone(clock.zone()).date()
        click.echo(f"version {row.number}\t{day}\t{row.digest}\t{row.note}")


@policy.command("difference")
@FOLDER
@in_words
def difference(folder: Path | None) -> None:
    """Say in words what FOLDER would change in the policy in force."""
    found = changes(runtime().pack, _read(folder))
    for one in found:
        click.echo(f"{one.kind} {one.id} {one.what}: {one.title}")
        for words in one.details:
            click.echo(f"  {words}")
    if not found:
        click.echo("Nothing that people would notice.")


def _folder(folder: Path | None) -> Path:
    return folder or settings().policy_dir / "policy"


def _read(folder: Path | None) -> Pack:
    try:
        return load(_folder(folder))
    except PolicyPackError as error:
        raise click.ClickException(str(error)) from error
