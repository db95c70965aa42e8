"""The office from which tests administer, and what stands in the database afterwards."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.database import db, transaction
from models.people import Person, RoleGrant
from models.trust import AuditRecord
from tests import city
from tests.webapp.door import csrf_token, password_hash, sign_in


class Office:
    """Signe administers; Rosa of Parks is looked after."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as session:
            self.it = city.unit(session, "ITD", "Information Technology")
            self.parks = city.unit(session, "PRK", "Parks and Recreation")
            hashed = password_hash()
            self.signe = city.person(session, "Signe", "Albrook", self.it, password_hash=hashed)
            self.rosa = city.person(session, "Rosa", "Valdez", self.parks, password_hash=hashed)
            self.grant = city.grant(session, self.signe, "sysadmin")
        self.client = self.signed_in("signe.albrook")

    def signed_in(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, f"{name}@northwater.example").status_code == 303
        return client

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **fields: object) -> TestResponse:
        token = csrf_token(self.client, self.client.get("/password").text)
        return self.client.post(address, data={**fields, "csrf_token": token})


def person(person_id: int) -> Person:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Person, person_id)


def grants(person_id: int) -> list[RoleGrant]:
    db.session.rollback()
    db.session.expire_all()
    found = select(RoleGrant).where(RoleGrant.person_id == person_id)
    return list(db.session.scalars(found))


def last_record() -> AuditRecord:
    db.session.rollback()
    newest = select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)
    return db.session.scalars(newest).one()
