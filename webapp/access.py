"""The door of every page: who is there, and whether the page is for them."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound

from config import Config
from webapp import clock
from webapp.permissions import CAPABILITIES, ENDPOINTS, PUBLIC, SIGNED_IN
from workflows import sessions
from workflows.sessions import Grant, Limits, SignedIn

# Where somebody with a temporary password may still go.
BEFORE_NEW_PASSWORD = frozenset(
    {
        "static",
        "health.healthz",
        "health.readyz",
        "signing_in.login",
        "signing_in.enter",
        "signing_in.logout",
        "signing_in.password",
        "signing_in.change_password",
    }
)

PLAIN_COOKIE = "siteward_sign_in"


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in."""

    id: None = None
    name: str = ""
    unit_id: None = None
    grants: tuple[Grant, ...] = ()
    must_change_password: bool = False

    is_authenticated: ClassVar[bool] = False
    is_active: ClassVar[bool] = False
    is_anonymous: ClassVar[bool] = True

    def get_id(self) -> None:
        return None


def init_app(app: Flask) -> None:
    """Sign requests in by their cookie and refuse every one that the table does not allow."""
    # Flask-Login would look for a remember-me cookie by this name before it asks us.
    app.config.setdefault("REMEMBER_COOKIE_NAME", "siteward_no_such_cookie")
    manager = LoginManager(app)
    manager.session_protection = None
    manager.anonymous_user = Visitor
    manager.request_loader(lambda _request: _signed_in())
    app.before_request(_guard)
    app.jinja_env.globals["may"] = lambda capability: may(visitor(), capability)


def may(person: SignedIn | Visitor, permission: str) -> bool:
    """Say whether the person has a permission: PUBLIC, SIGNED_IN or a capability.

    A capability needs a role that is held city-wide; a role in one unit opens no city-wide page.
    """
    if permission == PUBLIC:
        return True
    if not person.is_authenticated or permission == SIGNED_IN:
        return person.is_authenticated
    roles = CAPABILITIES[permission]
    return any(grant.role in roles and grant.unit_id is None for grant in person.grants)


def visitor() -> SignedIn | Visitor:
    """Whoever asks, signed in or not: the person rather than a proxy that looks each time."""
    found: SignedIn | Visitor = current_user._get_current_object()  # noqa: SLF001 (Flask's own name for it)
    return found


def me() -> SignedIn:
    """The person who is signed in; for pages that ENDPOINTS keeps from everybody else."""
    person = visitor()
    if not isinstance(person, SignedIn):
        abort(403)
    return person


def cookie_name() -> str:
    """The sign-in cookie; browsers tie a name with this prefix to this host and to HTTPS."""
    return f"__Host-{PLAIN_COOKIE}" if _settings().secure_cookies else PLAIN_COOKIE


def limits() -> Limits:
    """How long a sign-in lasts, as the settings say."""
    return Limits(**current_app.config["SIGN_IN_LIMITS"])


def is_local(target: str) -> bool:
    """Say whether an address to go on to is a page of ours.

    That is a path, and nothing that a browser reads as another host, however oddly it is written.
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if any(ord(letter) < ord("!") or letter == "\\" for letter in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def wants_json() -> bool:
    """Say whether a program asks rather than a person."""
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _settings() -> Config:
    settings: Config = current_app.config["SITEWARD"]
    return settings


def _signed_in() -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    if not token or request.endpoint == "static":
        return None
    now = clock.now()
    person = sessions.find(token, limits=limits(), now=now, day=clock.today())
    if person is not None:
        _mark_seen(person)
    return person


def _mark_seen(person: SignedIn) -> None:
    try:
        sessions.mark_seen(person, now=clock.now())
    except OperationalError:
        # A full disk must not keep people from reading.
        current_app.logger.warning("The time of the last visit could not be written.")


def _guard() -> ResponseReturnValue | None:
    if isinstance(request.routing_exception, NotFound) or request.endpoint is None:
        return None  # there is nothing to guard: 404, 405 and redirects to a trailing slash
    permission = ENDPOINTS.get(request.endpoint)
    if permission is None:
        current_app.logger.error("The endpoint %s has no permission.", request.endpoint)
        abort(403)
    if request.endpoint in BEFORE_NEW_PASSWORD and permission == PUBLIC:
        return None  # without asking the database who it is
    if not may(visitor(), permission):
        return _refuse()
    if current_user.must_change_password and request.endpoint not in BEFORE_NEW_PASSWORD:
        return redirect(url_for("signing_in.password"), code=303)
    return None


def _refuse() -> ResponseReturnValue:
    if current_user.is_authenticated:
        abort(403)
    address = url_for("signing_in.login", next=_way_back())
    if wants_json():
        message = "Your sign-in has ended. Sign in again; what you typed is still here."
        return jsonify(title="Sign in first", status=401, message=message, sign_in=address), 401
    if request.headers.get("HX-Request") or request.headers.get("X-CSRFToken"):
        # A script must not get the sign-in page as if it were the fragment that it asked for.
        return "", 401, {"HX-Redirect": address}
    return redirect(address, code=303)


def _way_back() -> str | None:
    """The page to return to: the one asked for, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc != request.host:
        return None
    path = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
    return path if is_local(path) else None
