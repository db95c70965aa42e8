"""How every error is shown: what happened, why, and what to do next."""

import errno
import logging
import secrets
import sqlite3
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from jinja2 import TemplateError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from config import Config
from models.database import db
from webapp.access import wants_json
from webapp.templating import render_bare
from workflows.attempts import TooManyAttemptsError
from workflows.errors import PolicyError, RefusedError

TEMPLATES = frozenset({403, 404, 409, 422, 429, 500, 503})
RETRY_SECONDS = 10

# What SQLite says when it cannot work for now. Anything else it says is a mistake of ours.
PASSING = ("locked", "busy", "full", "readonly", "unable to open", "disk i/o", "no such table")

# What the system says when its disk, or our share of it, is full.
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})

# Words for the errors of HTTP that have no page of their own.
WORDS = {
    400: ("That could not be understood", "The request was incomplete or damaged on the way."),
    405: ("Not in this way", "This address exists, but not for what was tried."),
    410: ("This is gone", "It existed once and was removed on purpose."),
    413: ("That is too large", "It is more than a form may bring. Make it smaller, or split it."),
    415: ("This kind of file is not accepted", "Send it in one of the kinds that the form names."),
}

# The page for when pages cannot be made: no template, no database, no session.
BARE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Siteward</title>"
    "<h1>{title}</h1><p>{happened}</p><p>Reference: {reference}</p>"
)

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Give every kind of error its answer."""
    app.register_error_handler(PolicyError, _policy_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(PoolTimeoutError, _database_error)
    app.register_error_handler(OSError, _system_error)
    app.register_error_handler(Exception, _unexpected)


def _policy_error(error: PolicyError) -> Response:
    shown: dict[str, Any] = {"title": error.title, "happened": str(error)}
    # The reason is the message's own; the words that a page has by default would be another's.
    shown |= {"why": "", "next": ""}
    if isinstance(error, RefusedError):
        shown["happened"] = "Nothing was changed."
        shown["refusals"] = [_refusal(refusal) for refusal in error.refusals]
    response = _answer(error.status, shown)
    if isinstance(error, TooManyAttemptsError):
        response.headers["Retry-After"] = str(error.wait)
    return response


def _refusal(refusal: Any) -> tuple[str, str, tuple[str, ...]]:
    return getattr(refusal, "rule", ""), refusal.text, tuple(getattr(refusal, "clauses", ()))


def _csrf_error(error: CSRFError) -> Response:
    log.info("CSRF refused at %r: %s", request.path, error.description)
    return _answer(
        400,
        {
            "title": "This form is no longer valid",
            "happened": "You signed in or out since the form was opened, or it was sent from "
            "another site. Nothing was changed.",
            "next": "Go back, reload the page and send it again.",
        },
    )


def _http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return make_response(error.response)
    error = _told_by_its_path(error)
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())
    title, happened = WORDS.get(code, ("", ""))
    response = _answer(code, {"title": title, "happened": happened} if title else {})
    for name, value in error.get_headers(request.environ):
        # Werkzeug knows what must go with a status, e.g. Allow with 405.
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _told_by_its_path(error: HTTPException) -> HTTPException:
    """Tell a wrong method from an address that is not there where the last slash was left out.

    Werkzeug takes /tasks for /tasks/, but with a method that neither has it finds nothing at all.
    """
    if error is not request.routing_exception or error.code != 404 or request.path[-1] == "/":
        return error
    adapter = current_app.create_url_adapter(request)
    methods = adapter.allowed_methods(f"{request.path}/") if adapter else ()
    return MethodNotAllowed(valid_methods=list(methods)) if methods else error


def _database_error(error: SQLAlchemyError) -> Response:
    return _come_back(error) if _is_passing(error) else _unexpected(error)


def _system_error(error: OSError) -> Response:
    # Large documents wait on the disk while they are checked.
    return _come_back(error) if error.errno in NO_SPACE else _unexpected(error)


def _come_back(error: Exception) -> Response:
    reference = _reference()
    log.error("%s: nothing can be stored or read now: %s", reference, error)
    response = _answer(503, {"reference": reference})
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _is_passing(error: SQLAlchemyError) -> bool:
    if not isinstance(error, DBAPIError) or not isinstance(error.orig, sqlite3.Error):
        return True
    return any(words in str(error.orig).lower() for words in PASSING)


def _unexpected(error: Exception) -> Response:
    reference = _reference()
    log.error("%s: %s %r failed", reference, request.method, request.path, exc_info=error)
    return _answer(500, {"reference": reference})


def _reference() -> str:
    return secrets.token_hex(4)


def _answer(status: int, shown: dict[str, Any]) -> Response:
    _leave_transaction()
    if wants_json():
        said = {"title": shown.get("title"), "detail": shown.get("happened"), "status": status}
        said |= {key: shown[key] for key in ("refusals", "reference") if key in shown}
        return make_response(jsonify({key: value for key, value in said.items() if value}), status)
    response = make_response(_page(status, shown), status)
    if request.headers.get("HX-Request"):
        # The answer takes the place of the page's content, wherever the fragment would have gone.
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#main"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _page(status: int, shown: dict[str, Any]) -> str:
    template = f"errors/{status}.html" if status in TEMPLATES else "errors/error.html"
    try:
        return render_template(template, **shown)
    except (SQLAlchemyError, TemplateError):
        # What the frame of a page shows may be the very thing that is broken.
        log.warning("The page for status %s is shown without who is signed in.", status)
    settings: Config = current_app.config["SITEWARD"]
    frame = {"city": settings.city_name, "demo": settings.demo, "home_url": "/"}
    try:
        return render_bare(current_app, template, **frame, **shown)
    except TemplateError:
        log.exception("The page for status %s could not be made.", status)
    return BARE.format(
        title=shown.get("title") or "Something broke on our side",
        happened=shown.get("happened") or "Nothing is lost. Wait a minute, then try again.",
        reference=shown.get("reference", ""),
    )


def _leave_transaction() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        current_app.logger.exception("The failed transaction could not be rolled back.")
        db.session.remove()
