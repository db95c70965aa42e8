"""What the proof says of a draft as it is, at once after each edit."""

from collections import OrderedDict
from dataclasses import dataclass

from flask import current_app

from models.database import db
from webapp import clock
from webapp.check_reports import Told, findings_told
from webapp.outline.page import Opened
from webapp.runtime import runtime
from workflows import publication
from workflows.check_reports import verdict_of
from workflows.diagrams.check import Report, is_publishable
from workflows.publication import drafts, editing_together

# A page that is opened again, or comes back with errors, asks nothing anew.
KEPT = 64


@dataclass(frozen=True)
class Verdict:
    """May the draft be published, and what stands in the way.

    `is_whole`: the engine was asked as well, so that nothing is left to check.
    """

    publishable: bool
    complete: bool
    is_whole: bool
    told: list[Told]

    @property
    def problems(self) -> list[Told]:
        """What blocks publishing, then the warnings."""
        return [one for one in self.told if one.finding["severity"] != "info"]

    @property
    def blocking(self) -> int:
        """Count what blocks publishing."""
        return sum(1 for one in self.told if one.finding["severity"] == "error")


def verdict_on(page: Opened) -> Verdict:
    """Judge the draft: from the report of its whole check, if there is one, else by the proof."""
    whole = _whole(page)
    if whole is not None:
        return whole
    kept, asked = _kept(), _asked(page)
    if asked not in kept:
        kept[asked] = editing_together.verdict(runtime(), page.draft.xml, now=clock.now())
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return _proved(page, kept[asked])


def known_verdict(page: Opened) -> Verdict | None:
    """Give the verdict where it is known already, for pages that nobody shall wait for."""
    kept, asked = _kept(), _asked(page)
    return _whole(page) or (_proved(page, kept[asked]) if asked in kept else None)


def _whole(page: Opened) -> Verdict | None:
    if page.mended:
        return None  # what is damaged was never checked
    row = drafts.current_report(runtime(), db.session(), page.draft, now=clock.now())
    return _told(page, verdict_of(row), row.publishable, is_whole=True) if row else None


def _proved(page: Opened, report: Report) -> Verdict:
    return _told(page, report, is_publishable(report, without_engine=True), is_whole=False)


def _told(page: Opened, report: Report, publishable: bool, *, is_whole: bool) -> Verdict:
    draft = page.draft
    told = findings_told(report, draft.key, draft.name, runtime().pack)
    return Verdict(publishable, report["proof"]["complete"], is_whole, told)


def _kept() -> OrderedDict[object, Report]:
    kept: OrderedDict[object, Report] = current_app.extensions.setdefault(
        "siteward.outline_verdicts", OrderedDict()
    )
    return kept


def _asked(page: Opened) -> object:
    """Give what a verdict is of: the draft as it is, all that is in force around it, the policy."""
    in_force = publication.published(db.session(), now=clock.now())
    around = tuple(sorted((key, version.id) for key, version in in_force.items()))
    return page.draft.key, page.draft.sha256, runtime().pack.version, around
