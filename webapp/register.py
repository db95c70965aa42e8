"""The public register: anyone may ask whether an account is the City's own."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from models.database import db
from webapp.incoming import page_number
from workflows import register

bp = Blueprint("register", __name__)

# Anyone may keep the lists for five minutes, and other sites may show them.
LISTS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@bp.get("/register")
def index() -> ResponseReturnValue:
    """Search the register by name, handle or address."""
    text = request.args.get("q", "").strip()[:200]
    page = page_number()
    found = register.search(db.session(), text, page=page)
    return render_template("register/index.html", q=text, found=found)


@bp.get("/register.json")
def as_json() -> ResponseReturnValue:
    """Give the whole register to programs."""
    return _list(register.as_json(register.everything(db.session())), "application/json")


@bp.get("/register.csv")
def as_csv() -> ResponseReturnValue:
    """Give the whole register to spreadsheets."""
    response = _list(register.as_csv(register.everything(db.session())), "text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=register.csv"
    return response


def _list(written: str, media_type: str) -> Response:
    response = Response(written, content_type=f"{media_type}; charset=utf-8", headers=LISTS)
    response.add_etag()
    response.make_conditional(request)
    return response
