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
    draft, pack = page.draft, runtime().pack
    whole = drafts.current_report(runtime(), db.session(), draft, now=clock.now())
    report = verdict_of(whole) if whole else _proved(page)
    return Verdict(
        publishable=whole.publishable if whole else is_publishable(report, without_engine=True),
        complete=report["proof"]["complete"],
        is_whole=whole is not None,
        told=findings_told(report, draft.key, draft.name, pack),
    )


def _proved(page: Opened) -> Report:
    session, now = db.session(), clock.now()
    around = sorted((k, v.id) for k, v in publication.published(session, now=now).items())
    asked = (page.draft.key, page.draft.sha256, runtime().pack.version, tuple(around))
    kept: OrderedDict[object, Report] = current_app.extensions.setdefault(
        "siteward.outline_verdicts", OrderedDict()
    )
    if asked not in kept:
        kept[asked] = editing_together.verdict(runtime(), page.draft.xml, now=now)
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return kept[asked]
