"""Bring an installation to the point where somebody can sign in."""

from typing import TextIO

from flask import Flask
from sqlalchemy import func, select

from config import Config
from models.database import db, transaction
from models.people import Person
from webapp import clock
from webapp.runtime import renew, runtime, settings
from webapp.signing_in import DEMO_PEOPLE
from workflows import people_check, policy_versions, publication
from workflows.errors import ConflictError, UnpublishableError
from workflows.policy.pack import PolicyPackError, texts_in
from workflows.policy.pack import load as load_pack


def prepare(app: Flask, out: TextIO, *, address: str, history: bool = True) -> None:
    """Take up the policy, publish what changed, load the demo city once, and say how to begin.

    `history`: the demo city comes with its past year.
    """
    config: Config = app.config["SITEWARD"]
    with app.app_context():
        if config.demo:
            _load_demo(out, history=history)
        take_up_policy(out)
        _publish(out)
        with transaction() as session:
            people_check.schedule_first(session, runtime().calendar, now=clock.now())
        out.write(_welcome(config, address, has_people=_has_people()))
        out.flush()


def take_up_policy(out: TextIO) -> None:
    """Put the policy of the city's folder in force, if it is another one; say why where it is not.

    One with mistakes stops the first start. Later the city goes on with what is in force.
    """
    folder = settings().policy_dir / "policy"
    try:
        load_pack(folder)
        policy_versions.take_up(
            texts_in(folder),
            library=runtime().library,
            note="Taken up at the start.",
            by=None,
            now=clock.now(),
        )
    except PolicyPackError as error:
        number = policy_versions.number_in_force(db.session())
        if number is None:
            raise
        out.write(
            f"\nThe policy in the folder has mistakes:\n{error}\n"
            f"It was not taken up. Version {number} stays in force.\n"
        )
    renew()


def _publish(out: TextIO) -> None:
    """Publish what changed in the policy pack.

    A pack that cannot be published stops the first start. Later the city goes on with what is in
    force, and is told.
    """
    try:
        files = publication.shipped(settings().policy_dir)
        publication.publish_shipped(runtime(), files, by=None, now=clock.now())
    except (UnpublishableError, ConflictError) as error:
        if not publication.published(db.session(), now=clock.now()):
            raise
        out.write(f"\n{error}\nThe diagrams stay in force as they were.\n")


def _load_demo(out: TextIO, *, history: bool) -> None:
    """Load the demo city once; say why where the database holds something else."""
    from webapp.demo import DemoRefusedError, load  # noqa: PLC0415 - a city never needs it

    try:
        load(runtime(), now=clock.now(), history=history)
    except DemoRefusedError as error:
        out.write(f"\n{error}\n")


def _has_people() -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Person)))


def _welcome(settings: Config, address: str, *, has_people: bool) -> str:
    if settings.demo:
        people = "".join(f"  {email:<42}{does}\n" for email, does in DEMO_PEOPLE)
        return (
            f"\nSiteward serves the demo city of Northwater on {address}\n"
            f"Sign in with the password northwater as, for example:\n{people}\n"
        )
    if not has_people:
        return (
            f"\nSiteward is served on {address}. Nobody can sign in yet; create the first "
            "administrator with:\n  flask --app webapp people add-admin\n\n"
        )
    return f"\nSiteward is served on {address}\n\n"
