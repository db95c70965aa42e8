"""Reports: where cases stand, how long steps take, and the cases behind each number."""

from webapp.reports import care, lists, pages
from webapp.reports.blueprint import bp

__all__ = ["bp", "care", "lists", "pages"]
