"""The blueprint that all reports belong to."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")
