"""What stands around every page: the city, the places one may go to, and who is signed in."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select, bindparam, func, select

from config import Config
from models.database import db
from models.trust import Notice
from webapp import access, permissions

bp = Blueprint("frame", __name__)

# In the order of the header. Those of a page that is not there, or not for this person, are left out.
PLACES = (
    ("Tasks", "/tasks"),
    ("Start", "/start"),
    ("Cases", "/cases"),
    ("Sites", "/sites"),
    ("Diagrams", "/diagrams"),
)
MORE = (
    ("Policy", "/policy"),
    ("Records", "/records"),
    ("Reports", "/reports"),
    ("Interventions", "/interventions"),
    ("Public data on complaints", "/records/personnel-data"),
    ("Break glass", "/break-glass"),
    ("Public register", "/register"),
    ("Evidence", "/evidence"),
    ("Audit trail", "/admin/audit"),
    ("Administration", "/admin"),
)
# Open to all, and empty for most: the menu names these only to whom they may be of use.
OF_USE_TO = {"/interventions": "cases.intervene"}
NOTICES = "/notices"
ACCESSIBILITY = "/accessibility"


@bp.get("/")
def home() -> ResponseReturnValue:
    """Send people to the first place that is theirs."""
    if not current_user.is_authenticated:
        return redirect(url_for("signing_in.login"), code=303)
    open_to = _addresses()
    first = next((path for _, path in (*PLACES, *MORE) if _is_open(path, open_to)), None)
    return redirect(first or url_for("signing_in.password"), code=303)


def init_app(app: Flask) -> None:
    """Give every template what base.html draws."""
    app.context_processor(_around)


def _around() -> dict[str, Any]:
    settings: Config = current_app.config["SITEWARD"]
    around: dict[str, Any] = {
        "city": settings.city_name,
        "demo": settings.demo,
        "siteward_version": _version(),
        "home_url": url_for("frame.home"),
        "sign_in_url": url_for("signing_in.login"),
        "person": None,
    }
    open_to = _addresses()
    if _is_open(ACCESSIBILITY, open_to):
        around["accessibility_url"] = ACCESSIBILITY
    if not current_user.is_authenticated:
        return around
    around |= {
        "person": access.me(),
        "places": _shown(PLACES, open_to),
        "more": _shown(MORE, open_to),
        "sign_out_url": url_for("signing_in.logout"),
        "password_url": url_for("signing_in.password"),
        "absence_url": url_for("absences.index"),
    }
    if _is_open(NOTICES, open_to):
        around |= {"notices_url": NOTICES, "notices_count": _unread()}
    return around


def _shown(
    places: tuple[tuple[str, str], ...], open_to: dict[str, str]
) -> list[tuple[str, str, bool]]:
    at = [path for _, path in (*PLACES, *MORE) if f"{request.path}/".startswith(f"{path}/")]
    here = max(at, key=len, default="")
    return [
        (label, path, path == here)
        for label, path in places
        if _is_open(path, open_to)
        and access.may(access.me(), OF_USE_TO.get(path, permissions.SIGNED_IN))
        and not access.me().must_change_password
    ]


def _addresses() -> dict[str, str]:
    """The permission that each page without a variable in its address asks for."""
    known: dict[str, str] | None = current_app.extensions.get("siteward.addresses")
    if known is None:
        known = {
            rule.rule.rstrip("/") or "/": permissions.ENDPOINTS[rule.endpoint]
            for rule in current_app.url_map.iter_rules()
            if not rule.arguments
            and rule.endpoint in permissions.ENDPOINTS
            and "GET" in (rule.methods or ())
        }
        current_app.extensions["siteward.addresses"] = known
    return known


def _is_open(path: str, open_to: dict[str, str]) -> bool:
    return path in open_to and access.may(access.visitor(), open_to[path])


def _unread() -> int:
    return db.session.scalar(_unread_asked(), {"person": access.me().id}) or 0


@cache
def _unread_asked() -> Select[int]:
    """Give the statement that every page asks, built once."""
    return select(func.count()).where(
        Notice.person_id == bindparam("person"), Notice.read_at.is_(None)
    )


@cache
def _version() -> str:
    try:
        return version("siteward")
    except PackageNotFoundError:
        return ""
