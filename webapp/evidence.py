"""Evidence: why each live site is live, and whether the promises were kept, for who audits."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from time import monotonic

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from models.database import db
from models.sites import SiteStatus
from webapp import access, clock
from webapp.forms import PageForm
from webapp.incoming import page_number, row_number
from webapp.runtime import runtime
from webapp.sites import STATUSES
from workflows.errors import InvalidAnswersError
from workflows.evidence import chain, overrides, reads, reviews, sites
from workflows.evidence.reads import ReadSearch
from workflows.evidence.reviews import SamePerson, Sample
from workflows.evidence.sites import SiteEvidence
from workflows.spreadsheet import as_csv

bp = Blueprint("evidence", __name__, url_prefix="/evidence")

# Somebody waits at the page meanwhile; a longer chain is verified at the server.
SECONDS_FOR_THE_CHAIN = 10
USUAL_SAMPLE = 10
LONGEST_SEED = 40


class NoteForm(PageForm):
    """What somebody who audits found at a site."""

    text = TextAreaField(
        "What you looked at, and what you found",
        validators=[
            DataRequired("Write what you looked at, and what you found."),
            Length(max=chain.LONGEST_NOTE),
        ],
    )
    verified = BooleanField("The evidence is in order")


@bp.get("")
def index() -> ResponseReturnValue:
    """Show each site that stands in public, with what it stands by; the undecided first."""
    session = db.session()
    rows, page = sites.site_evidence(runtime(), session, clock.today(), page=page_number())
    return render_template(
        "evidence/index.html",
        rows=rows,
        page=page,
        standing=sites.standing(session),
        notes=_latest_notes(rows),
        statuses=STATUSES,
        exceptions=len(_exceptions()),
        now=clock.now(),
    )


@bp.get("/sites.csv")
def sites_csv() -> ResponseReturnValue:
    """Give the evidence of every site to a spreadsheet."""
    rows = sites.all_site_evidence(runtime(), db.session(), clock.today())
    heads = (
        *("number", "name", "handle", "platform", "unit", "status", "decision", "decided by"),
        *("decided at", "case or document", "process version", "rules that hold"),
        *("rules violated", "violations", "contract accepted", "retention", "archive test"),
        *("administrators", "with current training", "multi-factor sign-in", "checked at"),
    )
    return _csv("evidence-sites", heads, (_site_row(row) for row in rows))


def _site_row(row: SiteEvidence) -> Sequence[object]:
    site, decision, review = row.site, row.decision, row.review
    return (
        *(site.code, site.name, site.handle, site.platform.name, site.unit.name, site.status),
        decision.outcome if decision else "none on record",
        decision.decided_by.name if decision else "",
        decision.decided_at if decision else "",
        _source(row),
        f"{review.case.version.process.name} {review.case.version.number}" if review else "",
        review.count("holds") if review else "",
        len(review.violated) if review else "",
        "; ".join(text for one in review.violated for text in one.texts) if review else "",
        row.contract.accepted_at if row.contract else "none on file",
        row.retention.strategy if row.retention else "not set up",
        (row.retention.archive_test or "not tested") if row.retention else "",
        *(row.administrators, row.trained),
        "not known" if row.mfa is None else row.mfa,
        clock.now(),
    )


def _source(row: SiteEvidence) -> str:
    decision = row.decision
    if decision is None:
        return ""
    if decision.case is not None:
        return decision.case.label
    return decision.file.name if decision.file else "no document"


@bp.get("/sites/<code>")
def site(code: str) -> ResponseReturnValue:
    """Show the evidence of one site, rule by rule."""
    return _site_page(code, NoteForm())


@bp.post("/sites/<code>/notes")
def note(code: str) -> ResponseReturnValue:
    """Record what was found at a site."""
    found = sites.evidence_of(runtime(), db.session(), code, clock.today())
    form = NoteForm()
    if not form.validate_on_submit():
        return _site_page(code, form), 422
    try:
        chain.note(
            found.site.id,
            form.text.data or "",
            verified=bool(form.verified.data),
            by=access.me().id,
            now=clock.now(),
        )
    except InvalidAnswersError as error:
        form.take(error)
        return _site_page(code, form), 422
    flash(f"Your note on {found.site.name} is on record.")
    return redirect(url_for("evidence.site", code=code), code=303)


def _site_page(code: str, form: NoteForm) -> str:
    row = sites.evidence_of(runtime(), db.session(), code, clock.today())
    return render_template(
        "evidence/site.html",
        row=row,
        status=STATUSES[SiteStatus(row.site.status)],
        notes=chain.notes_on(db.session(), [row.site.id]),
        form=form,
        now=clock.now(),
    )


def _latest_notes(rows: Sequence[SiteEvidence]) -> dict[int, chain.Note]:
    notes = chain.notes_on(db.session(), [row.site.id for row in rows])
    return {note.site_id: note for note in reversed(notes)}


@bp.get("/sample")
def sample() -> ResponseReturnValue:
    """Draw cases at random; the address draws the same ones again."""
    if "seed" not in request.args:
        # The day is a seed that nobody chooses to their liking.
        seed = clock.today().isoformat()
        return redirect(url_for("evidence.sample", seed=seed, n=USUAL_SAMPLE), code=303)
    return render_template(
        "evidence/sample.html", drawn=_drawn(), size=_size(), most=reviews.LARGEST_SAMPLE
    )


@bp.get("/sample.csv")
def sample_csv() -> ResponseReturnValue:
    """Give the sample to a spreadsheet."""
    heads = ("case", "title", "process", "version", "unit", "started", "ended", "outcome")
    results = ("rules that hold", "rules violated", "violations", "seed", "drawn from numbers to")
    drawn = _drawn()
    rows = (
        (
            *(one.case.label, one.case.title, one.case.version.process.name),
            *(one.case.version.number, one.case.unit.name, one.case.started_at),
            *(one.case.ended_at, one.case.outcome, one.count("holds"), len(one.violated)),
            "; ".join(text for rule in one.violated for text in rule.texts),
            *(drawn.seed, drawn.upto),
        )
        for one in drawn.reviews
    )
    return _csv("evidence-sample", (*heads, *results), rows)


def _drawn() -> Sample:
    seed = request.args.get("seed", "")[:LONGEST_SEED]
    upto = row_number(request.args.get("upto"))
    return reviews.sample(runtime(), db.session(), seed=seed, size=_size(), upto=upto)


def _size() -> int:
    return min(max(1, row_number(request.args.get("n")) or USUAL_SAMPLE), reviews.LARGEST_SAMPLE)


@bp.get("/four-eyes")
def four_eyes() -> ResponseReturnValue:
    """Say whether one person ever did what the rules want two for."""
    return render_template("evidence/four_eyes.html", found=_exceptions(), now=clock.now())


def _exceptions() -> list[SamePerson]:
    """Find the exceptions; those of confidential cases are for who audits, and counted there alone."""
    found = reviews.four_eyes(runtime(), db.session())
    everything = access.may(access.me(), "evidence.audit")
    return [one for one in found if everything or not one.case.confidential]


@bp.get("/four-eyes.csv")
def four_eyes_csv() -> ResponseReturnValue:
    """Give the exceptions to a spreadsheet."""
    rows = (
        (one.case.label, one.person.name if one.person else "", one.rule, "; ".join(one.acts))
        for one in _exceptions()
    )
    return _csv("evidence-four-eyes", ("case", "person", "rule", "steps"), rows)


@bp.get("/chain")
def chain_page() -> ResponseReturnValue:
    """Show when the audit chain was verified, and what was found."""
    return render_template(
        "evidence/chain.html", checks=chain.checks(db.session()), seconds=SECONDS_FOR_THE_CHAIN
    )


@bp.post("/chain")
def verify_chain() -> ResponseReturnValue:
    """Verify the audit chain now, for as long as somebody can wait at a page."""
    last = monotonic() + SECONDS_FOR_THE_CHAIN
    report = chain.verify_chain(
        by=access.me().id, now=clock.now(), enough=lambda: monotonic() > last
    )
    flash(f"{report.records:,} audit records were verified. What was found stands below.")
    return redirect(url_for("evidence.chain_page"), code=303)


@bp.get("/chain.csv")
def chain_csv() -> ResponseReturnValue:
    """Give the verifications to a spreadsheet."""
    rows = (
        (one.at, one.by.name if one.by else "", one.records, one.is_complete, one.fault, one.head)
        for one in chain.checks(db.session())
    )
    heads = ("at", "by", "records read", "to the end", "fault", "checkpoint")
    return _csv("evidence-chain", heads, rows)


@bp.get("/reads")
def reads_page() -> ResponseReturnValue:
    """Show who read which confidential case: its number, never what it is about."""
    page = page_number()
    found, total = reads.reads(db.session(), _search(), page=page)
    return render_template(
        "evidence/reads.html",
        found=found,
        total=total,
        page=page,
        per_page=reads.PER_PAGE,
        people=reads.readers(db.session()),
        wanted=request.args,
    )


@bp.get("/reads.csv")
def reads_csv() -> ResponseReturnValue:
    """Give the reads that the filters leave to a spreadsheet."""
    rows = (
        (one.case.label, one.person.name, one.what, one.at)
        for one in reads.all_reads(db.session(), _search())
    )
    return _csv("evidence-reads", ("case", "person", "what", "at"), rows)


def _search() -> ReadSearch:
    until = _day(request.args.get("until"))
    return ReadSearch(
        case=request.args.get("case", "").strip()[:LONGEST_SEED],
        person_id=row_number(request.args.get("person")),
        since=_midnight(_day(request.args.get("since"))),
        until=_midnight(until + timedelta(days=1) if until else None),
    )


def _day(written: str | None) -> date | None:
    try:
        # A year that the calendar ends with has no day after it.
        return date.fromisoformat(written or "").replace(year=min(int((written or "")[:4]), 9998))
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=clock.zone()) if day else None


@bp.get("/interventions")
def overrides_page() -> ResponseReturnValue:
    """Show what owners of processes did to cases from outside their diagrams."""
    page = page_number()
    found, total = overrides.overrides(runtime(), db.session(), page=page)
    return render_template(
        "evidence/overrides.html",
        found=found,
        total=total,
        page=page,
        per_page=overrides.PER_PAGE,
    )


@bp.get("/interventions.csv")
def overrides_csv() -> ResponseReturnValue:
    """Give all interventions to a spreadsheet."""
    found, _ = overrides.overrides(runtime(), db.session(), page=None)
    rows = (
        (
            *(one.row.case.label, one.what, one.reason, one.row.asked_by.name, one.row.asked_at),
            *(", ".join(one.row.rules), one.row.second.name if one.row.second else "", one.state),
            one.row.done_at or one.row.refused_at,
        )
        for one in found
    )
    heads = ("case", "what", "reason", "asked by", "asked at", "rules", "second person", "state")
    return _csv("evidence-interventions", (*heads, "at"), rows)


@bp.get("/break-glass")
def break_glass() -> ResponseReturnValue:
    """Show who asked to read a confidential case without a part in it, and what they read."""
    return render_template("evidence/break_glass.html", found=reads.requests(db.session()))


@bp.get("/break-glass.csv")
def break_glass_csv() -> ResponseReturnValue:
    """Give the requests to a spreadsheet."""
    rows = (
        (
            *(one.row.number_asked, one.row.case is not None, one.row.asked_by.name),
            *(one.row.asked_at, one.row.reason, one.row.second.name, one.state),
            *(one.row.answered_at, one.row.answer),
            "; ".join(f"{read.at.isoformat()} {read.what}" for read in one.reads),
        )
        for one in reads.requests(db.session())
    )
    heads = ("number asked for", "exists", "asked by", "asked at", "reason", "second person")
    return _csv("evidence-break-glass", (*heads, "state", "answered at", "answer", "read"), rows)


def _csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    response = Response(as_csv(heads, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response
