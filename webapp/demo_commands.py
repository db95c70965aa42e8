"""The command that loads the demo city: `flask --app webapp demo load`."""

import click
from flask import Flask
from flask.cli import AppGroup

from models import schema
from webapp import clock
from webapp.cli import in_words
from webapp.demo import DemoRefusedError, load
from webapp.runtime import runtime, settings

demo = AppGroup("demo", help="The fictional city of Northwater, to try the product with.")


def init_app(app: Flask) -> None:
    """Add the commands to `flask --app webapp`."""
    app.cli.add_command(demo)


@demo.command("load")
@click.option(
    "--without-history",
    is_flag=True,
    help="Leave out the year of requests and complaints that have come to their end.",
)
@in_words
def load_city(*, without_history: bool) -> None:
    """Load the city of Northwater into an empty database."""
    schema.upgrade(settings().database_url)
    try:
        loaded = load(runtime(), now=clock.now(), history=not without_history)
    except DemoRefusedError as error:
        raise click.ClickException(str(error)) from error
    if loaded:
        click.echo("The city of Northwater is loaded. Everybody's password is northwater.")
    else:
        click.echo("The city of Northwater is loaded already; nothing was changed.")
