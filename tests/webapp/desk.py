"""People at their desks: a town with its policy in force, whose people do their tasks over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from models.database import db, transaction
from models.people import Person
from tests import city
from tests.webapp.door import csrf_token, password_hash, sign_in
from tests.workflows import walking
from workflows import tasks
from workflows.diagrams.graph import Field, Node


@dataclass
class Desk:
    """A town, and the browsers of its people, signed in when first used."""

    app: Flask
    town: walking.Town
    now: datetime
    _clients: dict[int, FlaskClient] = field(default_factory=dict)

    def browser(self, person: int) -> FlaskClient:
        """The browser of this person."""
        if person not in self._clients:
            client = self.app.test_client()
            email = db.session.get_one(Person, person).email
            db.session.rollback()
            assert sign_in(client, email).status_code == 303
            self._clients[person] = client
        return self._clients[person]

    def post(self, person: int, address: str, **fields: Any) -> TestResponse:
        """Send a form with the token of the person's browser."""
        client = self.browser(person)
        token = csrf_token(client, client.get("/password").text)
        return client.post(address, data={**fields, "csrf_token": token})

    def script(
        self, method: str, person: int, address: str, data: bytes = b"", **headers: str
    ) -> TestResponse:
        """Ask as a script of a page does: XML in, JSON out, the page's token in a header."""
        client = self.browser(person)
        token = csrf_token(client, client.get("/password").text)
        return client.open(
            address,
            method=method,
            data=data,
            content_type="application/xml",
            headers={"X-CSRFToken": token, "Accept": "application/json", **headers},
        )

    def complete(
        self, walk: walking.Walk, element: str, by: int | None = None, /, **answers: Any
    ) -> TestResponse:
        """Send the form of a step, filled in as far as it must be."""
        task = walk.task(element)
        by = walk.whoever_does(task) if by is None else by
        whole = walk.form(task, by, answers)
        sent = dict(as_typed(tasks.form_of(walk.diagrams, task), whole))
        return self.post(by, f"/tasks/{task.id}/completion", **sent)


def settle(app: Flask, now: datetime, files: Mapping[str, bytes] | None = None) -> Desk:
    """Settle the town; everybody has the same password, and the clock stands."""
    app.config["NOW"] = now
    town = walking.settle(now, files)
    with transaction() as session:
        session.execute(update(Person).values(password_hash=password_hash()))
    return Desk(app, town, now)


def owned(app: Flask, now: datetime) -> Desk:
    """Settle the town; Nora and Ada own its policy."""
    found = settle(app, now)
    with transaction() as session:
        for person in (found.town.people.nora, found.town.people.ada):
            city.grant(session, person, "policy_owner")
    return found


def as_typed(node: Node, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give answers as a browser sends them: nothing for what is empty or not ticked."""
    for asked in node.fields:
        answer = answers.get(asked.id)
        ticked_off = answer is False and not asked.required
        if answer is not None and not ticked_off:
            yield from _typed(asked, answer)


def _typed(asked: Field, answer: Any) -> Iterator[tuple[str, Any]]:
    if asked.type == "table":
        for number, row in enumerate(answer):
            for name, value in row.items():
                yield f"{asked.id}-{number}-{name}", value
    elif asked.type == "file":
        yield f"{asked.id}-kept", str(answer)
    elif isinstance(answer, bool):
        yield asked.id, "yes" if answer else "no"
    else:
        yield asked.id, str(answer)[:16] if asked.type == "datetime" else answer
