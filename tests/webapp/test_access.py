"""Every route by every role: what is not meant for somebody stays shut for them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from models.database import transaction
from tests import city
from tests.conftest import NOW
from tests.webapp.door import PASSWORD, password_hash, sign_in
from webapp import BLUEPRINTS, access
from webapp.access import Visitor, may
from webapp.permissions import CAPABILITIES, ENDPOINTS, PUBLIC, SIGNED_IN
from webapp.runtime import pack
from workflows.people import Held
from workflows.sessions import SignedIn

pytestmark = pytest.mark.usefixtures("clock_stands")

# Roles that the policy pack knows and the table gives something to, a role that it gives nothing,
# and a person without any.
ROLES = sorted({role for roles in CAPABILITIES.values() for role in roles} | {"requester"})


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule; what it names need not exist, for the door stands before it."""
    values = {name: _value(rule, name) for name in rule.arguments}
    with app.test_request_context():
        return rule.build(values)[1]  # type: ignore[index]  # it can be built


def _value(rule: Rule, name: str) -> object:
    return 999_999 if isinstance(rule._converters[name], IntegerConverter) else "none"


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def person_with(app: Flask, role: str | None) -> FlaskClient:
    with transaction() as session:
        unit = city.unit(session, "PRK", "Parks")
        person = city.person(session, "Rosa", "Valdez", unit, password_hash=password_hash())
        if role:
            city.grant(session, person, role)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    response = client.post(
        "/login", data={"email": "rosa.valdez@northwater.example", "password": PASSWORD}
    )
    assert response.status_code == 303
    return client


def test_every_endpoint_stands_in_the_table_and_nothing_else_does(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ENDPOINTS)


def test_every_permission_of_the_table_exists() -> None:
    assert set(ENDPOINTS.values()) <= {PUBLIC, SIGNED_IN, *CAPABILITIES}


def test_every_role_of_a_capability_is_a_role_of_the_policy(app: Flask) -> None:
    assert set(ROLES) <= set(pack().roles)


def test_no_blueprint_is_registered_twice() -> None:
    assert len({blueprint.name for blueprint in BLUEPRINTS}) == len(BLUEPRINTS)


def test_visitors_are_sent_to_sign_in_from_everything_that_is_not_public(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for rule in rules(app):
        for method in methods(rule):
            response = client.open(address(app, rule), method=method)
            to_sign_in = response.status_code == 303 and "/login?" in f"{response.location}?"
            shut = to_sign_in or response.status_code == 401
            if rule.endpoint not in {"frame.home", "signing_in.logout"}:
                assert shut == (ENDPOINTS[rule.endpoint] != PUBLIC), (method, rule.rule)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_role_opens_exactly_the_pages_of_its_capabilities(app: Flask, role: str | None) -> None:
    client = person_with(app, role)
    mine = {name for name, roles in CAPABILITIES.items() if role in roles} | {PUBLIC, SIGNED_IN}
    reached: list[str] = []
    # The door alone is asked: what stands behind it has tests of its own.
    for name in app.view_functions:
        app.view_functions[name] = _standing_in_for(name, reached)
    for rule in rules(app):
        for method in methods(rule):
            reached.clear()
            status = client.open(address(app, rule), method=method).status_code
            wanted = [rule.endpoint] if ENDPOINTS[rule.endpoint] in mine else []
            assert (status, reached) == (200 if wanted else 403, wanted), (method, rule.rule)


def _standing_in_for(name: str, reached: list[str]) -> Callable[..., str]:
    def view(**_arguments: object) -> str:
        reached.append(name)
        return "in"

    return view


def test_an_endpoint_outside_the_table_is_shut_for_everybody(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert app.test_client().get("/forgotten").status_code == 403
    assert person_with(app, "sysadmin").get("/forgotten").status_code == 403


def test_a_role_in_one_unit_opens_no_page_of_the_whole_city() -> None:
    assert not may(_holding("sysadmin", unit_id=3), "admin.people")
    assert may(_holding("sysadmin", unit_id=None), "admin.people")
    assert not may(_holding("auditor", unit_id=None), "admin.people")
    assert not may(Visitor(), SIGNED_IN)


def test_a_capability_that_nobody_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        may(_holding("sysadmin", unit_id=None), "admin.everything")


def test_a_role_opens_its_pages_on_its_days_only(app: Flask) -> None:
    with transaction() as session:
        unit = city.unit(session, "ITD")
        person = city.person(session, "Ivy", "Lindqvist", unit, password_hash=password_hash())
        ended = city.LONG_AGO.replace(year=2026, month=11, day=15)
        city.grant(session, person, "sysadmin", ends_on=ended)
    client = app.test_client()
    sign_in(client, "ivy.lindqvist@northwater.example")
    assert client.get("/admin/people").status_code == 403


def test_a_script_is_told_to_go_to_the_sign_in_page(app: Flask) -> None:
    response = app.test_client().get("/password", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login"


def test_a_form_whose_sign_in_ran_out_leads_back_to_its_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    referrer = {"Referer": "http://localhost/tasks/7?from=a"}
    assert client.post("/password", headers=referrer).location == "/login?next=/tasks/7?from%3Da"
    elsewhere = {"Referer": "http://evil.example/tasks/7"}
    assert client.post("/password", headers=elsewhere).location == "/login"


@pytest.mark.parametrize("target", ["/", "/tasks", "/tasks/7?tab=mine&sort=-due#a"])
def test_pages_of_ours_are_local(target: str) -> None:
    assert access.is_local(target)


def _holding(role: str, unit_id: int | None) -> SignedIn:
    return SignedIn(
        id=1,
        name="Ivy Lindqvist",
        email="ivy@city.example",
        unit_id=1,
        unit="IT",
        must_change_password=False,
        session_id="",
        last_seen_at=NOW,
        held=Held(1, ((role, unit_id),)),
    )
