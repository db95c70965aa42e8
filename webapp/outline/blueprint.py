"""The blueprint that the pages of the outline hang on."""

from flask import Blueprint

from webapp.outline.page import act_title
from webapp.runtime import pack
from workflows.diagrams.wording import length_words

bp = Blueprint("outline", __name__, url_prefix="/diagrams")


@bp.context_processor
def _words() -> dict[str, object]:
    """Give the templates of these pages the words of the policy."""
    return {"act_title": act_title, "length_words": length_words, "role_title": _role_title}


def _role_title(role: str) -> str:
    roles = pack().roles
    return roles[role].title if role in roles else role
