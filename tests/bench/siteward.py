"""This product, as its users run it: `python -m webapp.serve` on SQLite, the worker beside it."""

import re
import shutil
import sys
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from config import Config
from models.database import db, transaction
from models.people import Person, RoleGrant
from models.schema import upgrade
from tests import city
from tests.bench import sqlite
from tests.bench.product import NOTE, PASSWORD, ROLES, Step
from tests.bench.server import Server, free_port, serving
from tests.bench.wire import Answer, Browser, expect, hidden
from webapp import create_app
from workflows import passwords

PACK = Path(__file__).parent / "pack"
POLICY = Path(__file__).parents[2] / "bpmn" / "policy"
PROCESS = "bench"
HELD = {
    "department": "dept_forwarder",
    "communications": "comms_reviewer",
    "it": "it_security",
    "clerk": "clerk_records",
}
ELEMENTS = {
    "request": "Request",
    "review": "Review",
    "advise": "Advise",
    "retain": "Retain",
    "launch": "Launch",
}
_ROW = re.compile(r'href="/tasks/(\d+)".*?href="/cases/(\d+)"', re.DOTALL)


class Siteward:
    """Siteward on a database and a policy pack of its own, in a folder."""

    name = "Siteward"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "siteward.db"

    def config(self) -> Config:
        """The settings that the server has too, for what the bench does inside the product."""
        return Config(
            database_url=f"sqlite:///{self.database}",
            secret_key="only for measuring",
            policy_dir=self.folder / "pack",
        )

    @contextmanager
    def app(self) -> Generator[Flask]:
        """The application on the same database, for what is measured inside it."""
        app = create_app(self.config())
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()

    def settle(self) -> None:
        shutil.copytree(PACK, self.folder / "pack")
        shutil.copytree(POLICY, self.folder / "pack" / "policy")
        upgrade(f"sqlite:///{self.database}")
        with self.app(), transaction() as session:
            _settle(session)

    def serve(self) -> AbstractContextManager[Server]:
        port = free_port()
        environment = {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "INSTANCE_DIR": str(self.folder),
            "POLICY_DIR": str(self.folder / "pack"),
            "SECRET_KEY": "only for measuring",
            "PORT": str(port),
        }
        command = [sys.executable, "-m", "webapp.serve"]
        return serving(
            command, port=port, environment=environment, log=self.folder / "siteward.log"
        )

    def sign_in(self, browser: Browser, role: str) -> None:
        token = self.token(expect(browser.get("/login"), 200).text)
        expect(
            browser.post("/login", email=address_of(role), password=PASSWORD, csrf_token=token), 303
        )

    def starter(self, browser: Browser) -> str:
        return self.token(expect(browser.get("/start/"), 200).text)

    def start(self, browser: Browser, token: str) -> Answer:
        return browser.post(f"/start/{PROCESS}", csrf_token=token)

    def newest_case(self) -> str:
        return str(sqlite.ask(self.database, 'SELECT max(number) FROM "case"')[0][0])

    def tasks(self, browser: Browser) -> Answer:
        return browser.get("/tasks/?tab=roles")

    def find(self, page: str, case: str) -> str:
        return next(f"/tasks/{task}" for task, of in _ROW.findall(page) if of == case)

    def open(self, browser: Browser, address: str) -> Answer:
        return browser.get(address)

    def claim(self, browser: Browser, address: str, token: str) -> None:  # noqa: ARG002 (nothing to ask)
        return None

    def form(self, browser: Browser, address: str) -> Answer:
        return browser.get(address)

    def complete(self, browser: Browser, address: str, token: str, step: Step) -> Answer:
        return browser.post(f"{address}/completion", note=NOTE, csrf_token=token, **step.answers)

    def token(self, page: str) -> str:
        return hidden(page, "csrf_token")

    def waiting(self, step: Step) -> Sequence[str]:
        rows = sqlite.ask(
            self.database,
            "SELECT id FROM task WHERE closed_at IS NULL AND element = ? ORDER BY id",
            ELEMENTS[step.name],
        )
        return [f"/tasks/{task}" for (task,) in rows]

    def database_bytes(self) -> int:
        return sqlite.size(self.database)

    def add_members(self, count: int) -> None:
        with self.app(), transaction() as session:
            unit_id = session.query(Person.unit_id).order_by(Person.id).limit(1).scalar()
            people = [
                Person(
                    given_name="Member",
                    family_name=f"No. {number}",
                    email=f"member{number}@northwater.example",
                    unit_id=unit_id,
                )
                for number in range(count)
            ]
            session.add_all(people)
            session.flush()  # their ids, for the grants
            session.add_all(_grant(person.id, "communications", None) for person in people)


def _settle(session: Session) -> None:
    hashed = passwords.hash_password(PASSWORD)
    parks = city.unit(session, "PRK", "Parks and Recreation")
    for role in ROLES:
        person = Person(
            given_name=role.title(),
            family_name="Bench",
            email=address_of(role),
            unit_id=parks,
            password_hash=hashed,
        )
        session.add(person)
        session.flush()  # its id, for the grant
        session.add(_grant(person.id, role, parks if role == "department" else None))


def _grant(person_id: int, role: str, unit_id: int | None) -> RoleGrant:
    return RoleGrant(
        person_id=person_id, role=HELD[role], unit_id=unit_id, starts_on=date(2020, 1, 1)
    )


def address_of(role: str) -> str:
    """The e-mail address that the person of a role signs in with."""
    return f"{role}@northwater.example"
