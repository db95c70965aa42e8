"""Signing in and out, over HTTP."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.database import db, transaction
from models.people import Person, SignInAttempt, UserSession
from models.trust import AuditRecord
from tests import city
from tests.webapp.door import PASSWORD, csrf_token, open_door, password_hash, post, sign_in
from webapp.access import PLAIN_COOKIE

pytestmark = pytest.mark.usefixtures("clock_stands")

HERE = "rosa.valdez@northwater.example"


@pytest.fixture
def rosa(app: Flask) -> int:
    with transaction() as session:
        parks = city.unit(session, "PRK", "Parks")
        return city.person(session, "Rosa", "Valdez", parks, password_hash=password_hash())


@pytest.fixture
def client(app: Flask, rosa: int) -> FlaskClient:
    return app.test_client()


def test_the_right_password_opens_the_door(client: FlaskClient) -> None:
    response = sign_in(client, HERE)
    assert response.status_code == 303
    assert response.location == "/"
    assert client.get("/password").status_code == 200


def test_the_cookie_holds_a_token_that_the_database_does_not(client: FlaskClient) -> None:
    sign_in(client, HERE)
    cookie = client.get_cookie(PLAIN_COOKIE)
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert db.session.scalars(select(UserSession.id)).one() != cookie.value


def test_case_and_blanks_around_the_address_do_not_matter(client: FlaskClient) -> None:
    assert sign_in(client, f"  {HERE.upper()} ").status_code == 303


@pytest.mark.parametrize("email", [HERE, "nobody@northwater.example"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    client: FlaskClient, email: str
) -> None:
    response = sign_in(client, email, "not the password")
    assert response.status_code == 422
    assert "The e-mail address or the password is not right." in response.text
    assert "Error: " in response.text
    assert client.get("/password").status_code == 303


def test_an_empty_form_says_what_is_missing(client: FlaskClient) -> None:
    response = post(client, "/login", email="", password="")
    assert response.status_code == 422
    assert "Enter your work e-mail address." in response.text
    assert "Enter your password." in response.text


def test_signing_out_kills_a_copied_cookie(app: Flask, client: FlaskClient) -> None:
    sign_in(client, HERE)
    stolen = client.get_cookie(PLAIN_COOKIE)
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie(PLAIN_COOKIE, stolen.value)
    assert thief.get("/password").status_code == 200
    post(client, "/logout")
    assert thief.get("/password").status_code == 303
    assert client.get("/password").status_code == 303


def test_signing_in_again_gives_another_token(client: FlaskClient) -> None:
    sign_in(client, HERE)
    before = client.get_cookie(PLAIN_COOKIE)
    post(client, "/logout")
    sign_in(client, HERE)
    after = client.get_cookie(PLAIN_COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_disabling_a_person_ends_what_they_had_open(client: FlaskClient, rosa: int) -> None:
    sign_in(client, HERE)
    with transaction() as session:
        session.get_one(Person, rosa).disabled_at = datetime.fromisoformat("2026-11-16T00:00Z")
    assert client.get("/password").status_code == 303
    assert sign_in(client, HERE).status_code == 422


def test_a_person_whose_term_has_ended_cannot_sign_in(
    app: Flask, client: FlaskClient, rosa: int, now: datetime
) -> None:
    with transaction() as session:
        session.get_one(Person, rosa).ends_on = now.date()
    assert sign_in(client, HERE).status_code == 303
    app.config["NOW"] = now + timedelta(hours=16)  # after midnight in the city
    assert client.get("/password").status_code == 303
    assert sign_in(client, HERE).status_code == 422


def test_a_sign_in_ends_after_an_hour_without_a_click(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    sign_in(client, HERE)
    app.config["NOW"] = now + timedelta(minutes=59)
    assert client.get("/password").status_code == 200
    app.config["NOW"] = now + timedelta(minutes=118)
    assert client.get("/password").status_code == 200
    app.config["NOW"] = now + timedelta(minutes=179)
    assert client.get("/password").status_code == 303


def test_a_sign_in_ends_after_twelve_hours_whatever_happens(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    sign_in(client, HERE)
    for minutes in range(50, 12 * 60, 50):
        app.config["NOW"] = now + timedelta(minutes=minutes)
        assert client.get("/password").status_code == 200
    app.config["NOW"] = now + timedelta(hours=12)
    assert client.get("/password").status_code == 303


def test_being_seen_is_written_once_a_minute(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    def seen() -> datetime:
        db.session.rollback()
        return db.session.scalars(select(UserSession.last_seen_at)).one()

    sign_in(client, HERE)
    app.config["NOW"] = now + timedelta(seconds=59)
    client.get("/password")
    assert seen() == now
    app.config["NOW"] = now + timedelta(seconds=60)
    client.get("/password")
    assert seen() == now + timedelta(seconds=60)


def test_guessing_gets_slower_and_slower(app: Flask, client: FlaskClient, now: datetime) -> None:
    for _ in range(5):
        assert sign_in(client, HERE, "a guess").status_code == 422
    response = sign_in(client, HERE, PASSWORD)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "2"
    assert "2 seconds" in response.text
    app.config["NOW"] = now + timedelta(seconds=2)
    assert sign_in(client, HERE, "a guess").status_code == 422
    response = sign_in(client, HERE, PASSWORD)
    assert response.headers["Retry-After"] == "4"


def test_after_the_wait_the_right_password_clears_the_account(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    for _ in range(5):
        sign_in(client, HERE, "a guess")
    app.config["NOW"] = now + timedelta(seconds=2)
    assert sign_in(client, HERE).status_code == 303
    db.session.rollback()
    kept = db.session.scalars(select(SignInAttempt.key)).all()
    assert set(kept) == {"address:127.0.0.1"}
    assert len(kept) == 5


def test_an_address_that_tries_many_accounts_is_slowed_down(client: FlaskClient) -> None:
    for number in range(50):
        status = sign_in(client, f"person{number}@northwater.example", "a guess").status_code
        assert status == 422
    assert sign_in(client, HERE).status_code == 429


def test_a_known_password_does_not_buy_guesses_at_others(client: FlaskClient) -> None:
    for number in range(49):
        sign_in(client, f"person{number}@northwater.example", "a guess")
    assert sign_in(client, HERE).status_code == 303
    post(client, "/logout")
    assert sign_in(client, "person50@northwater.example", "a guess").status_code == 422
    assert sign_in(client, "person51@northwater.example", "a guess").status_code == 429


def test_a_form_without_a_token_is_refused(client: FlaskClient) -> None:
    response = client.post("/login", data={"email": HERE, "password": PASSWORD})
    assert response.status_code == 400
    assert "This form is no longer valid" in response.text
    assert client.get("/password").status_code == 303


def test_signing_out_needs_a_token_too(client: FlaskClient) -> None:
    sign_in(client, HERE)
    assert client.post("/logout").status_code == 400
    assert client.get("/password").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "/ok\r\nX: y",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(client: FlaskClient, target: str) -> None:
    response = post(client, "/login", email=HERE, password=PASSWORD, next=target)
    assert response.location == "/"


def test_people_come_back_to_the_page_they_wanted(client: FlaskClient) -> None:
    response = client.get("/password?a=1")
    assert response.location == "/login?next=/password?a%3D1"
    page = client.get(response.location)
    assert 'value="/password?a=1"' in page.text
    response = post(client, "/login", email=HERE, password=PASSWORD, next="/password?a=1")
    assert response.location == "/password?a=1"


def test_the_token_of_a_form_changes_when_somebody_signs_in(client: FlaskClient) -> None:
    before = csrf_token(client)
    sign_in(client, HERE)
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400


def test_signing_in_and_out_is_on_record(client: FlaskClient, rosa: int) -> None:
    sign_in(client, HERE)
    post(client, "/logout")
    rows = db.session.execute(select(AuditRecord.action, AuditRecord.actor_id)).all()
    assert [tuple(row) for row in rows] == [
        ("person:signed-in", rosa),
        ("person:signed-out", rosa),
    ]


NEW = "three words in a row"


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, again: str = "") -> str:
    response = post(client, "/password", current=current, new=new, again=again or new)
    return response.text if response.status_code == 422 else response.location


def test_a_changed_password_ends_every_other_sign_in(app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, HERE)
    sign_in(client, HERE)
    assert change(client) == "/"
    assert client.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 303
    assert sign_in(elsewhere, HERE).status_code == 422
    assert sign_in(elsewhere, HERE, NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"current": "wrong"}, "This is not your present password."),
        ({"new": "too short"}, "Use at least 12 characters"),
        ({"new": HERE}, "Use something other than your e-mail address."),
        ({"new": PASSWORD}, "Use a password that differs from the present one."),
        ({"again": "another one"}, "This differs from the new password above."),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    client: FlaskClient, fields: dict[str, str], message: str
) -> None:
    sign_in(client, HERE)
    assert message in change(client, **fields)
    post(client, "/logout")
    assert sign_in(client, HERE).status_code == 303


def test_a_password_of_plain_words_will_do(client: FlaskClient) -> None:
    sign_in(client, HERE)
    assert change(client, new="aaaaaaaaaaaa") == "/"


def test_with_a_temporary_password_only_the_way_to_a_new_one_is_open(
    client: FlaskClient, rosa: int, now: datetime
) -> None:
    with transaction() as session:
        row = session.get_one(Person, rosa)
        row.must_change_password, row.invited_at = True, now
    assert sign_in(client, HERE).location == "/password"
    assert client.get("/").location == "/password"
    change(client)
    assert client.get("/").location != "/login"


def test_a_temporary_password_opens_nothing_after_a_week(
    app: Flask, client: FlaskClient, rosa: int, now: datetime
) -> None:
    with transaction() as session:
        row = session.get_one(Person, rosa)
        row.must_change_password, row.invited_at = True, now
    app.config["NOW"] = now + timedelta(days=7)
    assert sign_in(client, HERE).status_code == 422


def test_over_https_the_cookie_is_tied_to_this_host(sqlite_url: str, rosa: int) -> None:
    with open_door(sqlite_url, secure_cookies=True) as app:
        client = app.test_client()
        page = client.get("/login", base_url="https://city.example")
        token = csrf_token(client, page.text)
        response = client.post(
            "/login",
            data={"email": HERE, "password": PASSWORD, "csrf_token": token},
            base_url="https://city.example",
            headers={"Referer": "https://city.example/login"},
        )
        cookies = response.headers.getlist("Set-Cookie")
    (cookie,) = [text for text in cookies if PLAIN_COOKIE in text]
    assert cookie.startswith(f"__Host-{PLAIN_COOKIE}=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
