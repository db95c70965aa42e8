"""What the check says of a diagram, for people: the report, and each finding's way step by step."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import undefer

from models.cases import DiagramVersion, Process
from models.database import db
from models.publication import CheckReport, DiagramDraft
from webapp import clock
from webapp.incoming import row_number
from webapp.runtime import pack, runtime
from workflows import check_reports, publication
from workflows.check_reports import rules_told, verdict_of
from workflows.diagrams.check import FindingReport, Report, WayStepReport, is_publishable
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.proof import WAY
from workflows.errors import NotFoundError
from workflows.gates import check_files
from workflows.policy.pack import Clause, Pack
from workflows.publication import drafts

bp = Blueprint("check_reports", __name__, url_prefix="/diagrams")

LONGEST_NAME = 100
# A file may have a fault in each of thousands of elements; nobody reads so many on a page.
MOST_TOLD = 200
SEVERITIES = ("error", "warning", "info")
Pictures = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Subject:
    """What a report is about, and the addresses of its pages.

    `shown` maps the processes whose pictures are at hand to where these come from; `is_stale`: it has
    changed since it was checked.
    """

    title: str
    process: str
    name: str
    back: str
    report: str
    way: str
    values: Mapping[str, Any]
    shown: Pictures = field(default_factory=dict)
    is_stale: bool = False

    def report_address(self, row: CheckReport | None = None) -> str:
        """Give the address of the report, of an earlier one where a row is given."""
        return url_for(self.report, **self.values, report=row.id if row else None)

    def way_address(self, number: int) -> str:
        """Give the address of a finding, in the report that is being read."""
        return url_for(
            self.way, **self.values, number=number, report=request.args.get("report") or None
        )


@dataclass(frozen=True)
class Told:
    """A finding for people: its number from 1, what is wrong and how to mend it, the steps there.

    `clauses` are those behind the rule that it is about.
    """

    number: int
    finding: FindingReport
    message: str
    steps: list[WayStepReport]
    clauses: list[Clause]

    @property
    def has_way(self) -> bool:
        """Whether a way leads there, rather than one place to look at."""
        return "way" in self.finding


# -- pages ----------------------------------------------------------------------------------------


@bp.get("/<key>/versions/<int:version_number>/report")
def of_version(key: str, version_number: int) -> ResponseReturnValue:
    """Show what the check said of a version: the latest report, or the one asked for."""
    version = publication.version_of(db.session(), key, version_number)
    return _report_page(_subject_of_version(version), _reports_of(version))


@bp.get("/<key>/versions/<int:version_number>/report/findings/<int:number>")
def way_of_version(key: str, version_number: int, number: int) -> ResponseReturnValue:
    """Show the way of one finding, step by step on the picture."""
    version = publication.version_of(db.session(), key, version_number)
    return _way_page(_subject_of_version(version), _reports_of(version), number)


@bp.get("/drafts/<int:draft_id>/report")
def of_draft(draft_id: int) -> ResponseReturnValue:
    """Show what the check said last of a draft."""
    draft = _draft(draft_id)
    return _report_page(_subject_of_draft(draft), _reports_of_draft(draft))


@bp.get("/drafts/<int:draft_id>/report/findings/<int:number>")
def way_of_draft(draft_id: int, number: int) -> ResponseReturnValue:
    """Show the way of one finding of a draft, step by step on the picture."""
    draft = _draft(draft_id)
    return _way_page(_subject_of_draft(draft), _reports_of_draft(draft), number)


@bp.get("/check")
def check() -> ResponseReturnValue:
    """Ask for a file to check."""
    return render_template("check_reports/check.html", problem="", limit=MAXIMUM_BYTES)


@bp.post("/check")
def check_file() -> ResponseReturnValue:
    """Check a file that is kept nowhere, whatever it is, and show what was found."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        problem = "Choose a file first."
        page = render_template("check_reports/check.html", problem=problem, limit=MAXIMUM_BYTES)
        return page, 422
    # A little more than is accepted is enough to say that it is too much.
    with closing(upload):
        data = upload.read(MAXIMUM_BYTES + 1)
    name = "".join(c if c.isprintable() else " " for c in upload.filename)[-LONGEST_NAME:]
    (verdict,) = check_files({name: data}, pack=pack(), library=_library())
    told = findings_told(verdict, verdict["process"] or "", name, pack())
    own = _text(data)
    shown = {verdict["process"]: {"xml": own}} if own and verdict["process"] else {}
    return render_template(
        "check_reports/checked.html",
        name=name,
        verdict=verdict,
        publishable=is_publishable(verdict),
        told=told,
        most=MOST_TOLD,
        groups=rules_told(verdict, pack()),
        pictures=_pictures(told, shown),
    )


# -- what they show -------------------------------------------------------------------------------


def _report_page(subject: Subject, rows: list[CheckReport]) -> ResponseReturnValue:
    if not rows:
        return render_template("check_reports/none.html", subject=subject)
    row = _chosen(rows)
    policy, words = check_reports.policy_of(db.session(), row, pack())
    verdict = verdict_of(row)
    return render_template(
        "check_reports/show.html",
        subject=subject,
        row=row,
        rows=rows,
        verdict=verdict,
        told=findings_told(verdict, subject.process, subject.name, words),
        most=MOST_TOLD,
        groups=rules_told(verdict, words),
        policy=policy,
        is_of_policy_in_force=row.policy == pack().version,
    )


def _way_page(subject: Subject, rows: list[CheckReport], number: int) -> ResponseReturnValue:
    if not rows:
        raise NotFoundError("There is no report of the check, so there is no such finding.")
    row = _chosen(rows)
    _policy, words = check_reports.policy_of(db.session(), row, pack())
    told = findings_told(verdict_of(row), subject.process, subject.name, words)
    one = next((one for one in told if one.number == number and one.steps), None)
    if one is None:
        raise NotFoundError("The report has no such finding that could be shown on a diagram.")
    step = row_number(request.args.get("step")) or 1
    return render_template(
        "check_reports/way.html",
        subject=subject,
        row=row,
        is_latest=row is rows[0],
        one=one,
        step=min(step, len(one.steps)),
        pictures=_pictures([one], subject.shown),
    )


def findings_told(verdict: Report, process: str, name: str, words: Pack) -> list[Told]:
    """Tell the findings, what blocks first; one without a way is shown where it is."""
    told = []
    for number, finding in enumerate(verdict["findings"], 1):
        message = finding["message"].partition(WAY)[0]
        steps = finding.get("way", [])
        if not steps and finding["element"] and process:
            place = WayStepReport(
                diagram=process, name=name, element=finding["element"], flows=[], sentence=message
            )
            steps = [place]
        rule = words.rules.get(finding["rule"] or "")
        clauses = [words.clauses[one] for one in rule.clauses] if rule else []
        told.append(Told(number, finding, message, steps, clauses))
    return sorted(told, key=lambda one: SEVERITIES.index(one.finding["severity"]))


def _chosen(rows: list[CheckReport]) -> CheckReport:
    wanted = row_number(request.args.get("report"))
    if wanted is None:
        return rows[0]
    found = next((row for row in rows if row.id == wanted), None)
    if found is None:
        raise NotFoundError("There is no such report of this diagram.")
    return found


# -- versions and drafts --------------------------------------------------------------------------


def _reports_of(version: DiagramVersion) -> list[CheckReport]:
    return check_reports.of_version(db.session(), version.id)


def _reports_of_draft(draft: DiagramDraft) -> list[CheckReport]:
    row = check_reports.of_draft(db.session(), draft.id)
    return [] if row is None else [row]


def _subject_of_version(version: DiagramVersion) -> Subject:
    key, number = version.process.key, version.number
    frozen = db.session.execute(
        select(Process.key, DiagramVersion.number)
        .join(DiagramVersion.process)
        .where(DiagramVersion.id.in_(version.frozen.values()))
    )
    return Subject(
        title=f"{version.process.name}, version {number}",
        process=key,
        name=version.process.name,
        back=url_for("diagrams.show_version", key=key, number=number),
        report="check_reports.of_version",
        way="check_reports.way_of_version",
        values={"key": key, "version_number": number},
        shown={row.key: _picture(row.key, row.number) for row in frozen},
    )


def _draft(draft_id: int) -> DiagramDraft:
    draft = db.session.get(DiagramDraft, draft_id, options=[undefer(DiagramDraft.xml)])
    if draft is None:
        abort(404)
    return draft


def _subject_of_draft(draft: DiagramDraft) -> Subject:
    text = _text(draft.xml)
    return Subject(
        title=f"{draft.name}, draft",
        process=draft.key,
        name=draft.name,
        back=url_for("diagram_drafts.show", draft_id=draft.id),
        report="check_reports.of_draft",
        way="check_reports.way_of_draft",
        values={"draft_id": draft.id},
        shown={draft.key: {"xml": text}} if text else {},
        is_stale=drafts.current_report(runtime(), db.session(), draft, now=clock.now()) is None,
    )


# -- pictures -------------------------------------------------------------------------------------


def _pictures(told: Iterable[Told], shown: Pictures) -> Pictures:
    """Give where the picture of each diagram comes from; of others the version in force."""
    wanted = {step["diagram"] for one in told for step in one.steps}
    found = {key: shown[key] for key in wanted if key in shown}
    if wanted - found.keys():
        in_force = publication.published(db.session(), now=clock.now())
        found |= {
            key: _picture(key, in_force[key].number)
            for key in wanted - found.keys()
            if key in in_force
        }
    return found


def _picture(key: str, number: int) -> dict[str, str]:
    return {"url": url_for("diagrams.xml", key=key, number=number)}


def _text(data: bytes) -> str:
    """Give the text of an XML file for the page to draw; nothing where it is written otherwise."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _library() -> dict[str, bytes]:
    """Give the diagrams in force, which the file may call or be called by."""
    versions = publication.published(db.session(), now=clock.now())
    ids = {version.id: key for key, version in versions.items()}
    rows = db.session.execute(
        select(DiagramVersion.id, DiagramVersion.xml).where(DiagramVersion.id.in_(ids))
    )
    found = {ids[row.id]: row.xml for row in rows}
    # The check takes seconds; no transaction of ours shall stay open meanwhile.
    db.session.commit()
    return found
