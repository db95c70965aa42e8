"""The blueprint that the pages of administration hang on."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")
