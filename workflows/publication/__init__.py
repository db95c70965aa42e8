"""Diagram versions: what is in force, in which frozen set, by whom, and how it gets there."""

from workflows.publication.in_force import published, published_version, scheduled, version_of
from workflows.publication.retiring import refuse_retired
from workflows.publication.shipped import publish_shipped, shipped

__all__ = [
    "publish_shipped",
    "published",
    "published_version",
    "refuse_retired",
    "scheduled",
    "shipped",
    "version_of",
]
