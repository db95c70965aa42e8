"""The register of sites for those who work with it, and its import for who runs the server."""

from datetime import date
from io import BytesIO
from typing import TextIO

import click
from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired  # type: ignore[import-untyped]
from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from config import Config
from models.database import db
from models.sites import Site, SiteStatus
from webapp import access, clock
from webapp.cli import in_words
from webapp.forms import PageForm
from webapp.incoming import page_number, row_number
from webapp.task_page import duties
from webapp.templating import plural
from workflows import documents, site_decisions, sites
from workflows.errors import InvalidAnswersError, NotAllowedError
from workflows.reading import readable
from workflows.register import web_address
from workflows.site_decisions import EarlierDecision
from workflows.site_findings import administration, count_problems, findings
from workflows.site_history import history, trail
from workflows.site_import import import_sites
from workflows.sites import Record, Wanted

bp = Blueprint("sites", __name__, url_prefix="/sites")

# A word and a shape for each status (macros/status.html).
STATUSES = {
    SiteStatus.LIVE: ("Live", "done"),
    SiteStatus.UNVERIFIED: ("Unverified", "attention"),
    SiteStatus.RESTRICTED: ("Restricted", "held"),
    SiteStatus.SUSPENDED: ("Suspended", "held"),
    SiteStatus.RETIRING: ("Retiring", "waiting"),
    SiteStatus.RETIRED: ("Retired", "ended"),
    SiteStatus.ORPHAN: ("Orphan", "attention"),
    SiteStatus.IMPOSTOR: ("Impostor", "refused"),
}


class EarlierDecisionForm(PageForm):
    """What Communications decided before the product came in."""

    decided_by = SelectField(
        "Decided by",
        coerce=int,
        description="Somebody who decides, or then decided, for Communications.",
        validators=[DataRequired("Choose who decided.")],
    )
    decided_on = DateField(
        "Decided on", validators=[DataRequired("Give the date of the decision.")]
    )
    reason = TextAreaField(
        "Reason",
        description="Why the site may exist, as the document says it.",
        validators=[DataRequired("Say why the site may exist."), Length(max=2000)],
    )
    conditions = TextAreaField(
        "Conditions",
        description="What the approval depends on, if anything.",
        validators=[Length(max=2000)],
    )
    document = FileField(
        "Document",
        description=f"The letter, form or message that shows the decision: {documents.ALLOWED}.",
        validators=[FileRequired("Add the document that shows the decision.")],
    )


@bp.get("")
def index() -> ResponseReturnValue:
    """List the sites; filters, sort and page stand in the address."""
    wanted = _wanted()
    page = sites.find_sites(db.session(), wanted, page=page_number())
    return render_template(
        "sites/index.html",
        page=page,
        wanted=wanted,
        counts=sites.count_by_status(db.session(), wanted),
        problems=count_problems(db.session(), page.sites, clock.today()),
        choices=sites.find_choices(db.session()),
        statuses=STATUSES,
    )


@bp.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    """Say whether a site may exist and whether it is well kept."""
    me, today = access.me(), clock.today()
    record = _record(code)
    roles = {grant.role for grant in me.grants if grant.unit_id is None}
    return render_template(
        "sites/show.html",
        record=record,
        site=record.site,
        status=STATUSES[SiteStatus(record.site.status)],
        link=web_address(record.site.url),
        people=administration(record, today),
        findings=findings(record, today),
        events=history(record),
        trail=trail(db.session(), record),
        security=sites.security_of(db.session(), record.site, me.id, roles),
        may_verify=_may_verify(record.site),
    )


@bp.get("/<code>/earlier-decision")
def earlier_decision(code: str) -> ResponseReturnValue:
    """Offer the form by which Communications verifies a site."""
    return _form_page(_record(code).site, _decision_form())


@bp.post("/<code>/earlier-decision")
def enter_earlier_decision(code: str) -> ResponseReturnValue:
    """Enter the earlier decision, with its document; the site is live then."""
    site = _record(code).site
    form = _decision_form()
    if not form.validate_on_submit():
        return _form_page(site, form), 422
    try:
        decision = _decision(form)
        site_decisions.enter_earlier_decision(site.id, decision, by=access.me().id, now=clock.now())
    except InvalidAnswersError as error:
        form.take(error)
        return _form_page(site, form), 422
    flash(f"The decision is on record: {site.name} is live, and official in the public register.")
    return redirect(url_for("sites.show", code=code), code=303)


@bp.get("/<code>/decisions/<int:decision_id>/document")
def document(code: str, decision_id: int) -> ResponseReturnValue:
    """Hand out the document behind an earlier decision; never shown inside a page of ours."""
    file = site_decisions.document_of(db.session(), code, decision_id)
    response = send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@bp.cli.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@in_words
def import_command(file: TextIO, *, dry_run: bool) -> None:
    """Bring in sites from a table (CSV); those that the register has are left as they are.

    Columns: name, handle, platform, presence_form, acting_as, unit (its code), purpose,
    audience; optional: url, code, status, owner and administrators (e-mail addresses, several
    with ";"), languages, comments_mode, public_body, launched_on, next_review_on, vault_ref,
    recovery_contact. No site becomes live by this: Communications enters its decision.
    """
    report = import_sites(file.read(), by=None, now=clock.now(), dry_run=dry_run)
    if report.problems:
        lines = [f"Line {line}: {words}" for line, words in report.problems]
        raise click.ClickException("\n".join(["Nothing was saved.", *lines]))
    known = f"{len(report.known)} known already and left as they are."
    entered = plural(len(report.entered), "site")
    click.echo(f"{entered} {'would enter' if dry_run else 'entered'}, {known}")


def _wanted() -> Wanted:
    given = request.args
    sort = given.get("sort", "code")
    return Wanted(
        status=given["status"] if given.get("status") in STATUSES else None,
        platform_id=row_number(given.get("platform")),
        unit_id=row_number(given.get("unit")),
        text=given.get("q", "").strip()[:200],
        sort=next((one for one in sites.SORTS if one == sort.removeprefix("-")), "code"),
        descending=sort.startswith("-"),
    )


def _record(code: str) -> Record:
    everything = access.may(access.me(), "cases.read")
    return sites.find_site(
        db.session(), code, readable=readable(duties(), all_cases=everything, now=clock.now())
    )


def _may_verify(site: Site) -> bool:
    return site.status == SiteStatus.UNVERIFIED and site_decisions.may_enter_decisions(
        db.session(), access.me().id, clock.today()
    )


def _decision_form() -> EarlierDecisionForm:
    """The form, for Communications alone: whoever may not send it does not get it either."""
    if not site_decisions.may_enter_decisions(db.session(), access.me().id, clock.today()):
        raise NotAllowedError(
            "Only Communications enters a decision on a site (GC-2). "
            "Ask them to enter it, with its document."
        )
    form = EarlierDecisionForm()
    people = site_decisions.deciders(db.session())
    form.decided_by.choices = [(person.id, person.name) for person in people]
    return form


def _form_page(site: Site, form: EarlierDecisionForm) -> str:
    return render_template("sites/earlier_decision.html", site=site, form=form)


def _decision(form: EarlierDecisionForm) -> EarlierDecision:
    settings: Config = current_app.config["SITEWARD"]
    upload = form.document.data
    try:
        document = documents.check(
            upload.filename, upload.read(), megabytes=settings.max_upload_megabytes
        )
    except documents.DocumentRefusedError as error:
        raise InvalidAnswersError({"document": str(error)}) from error
    # The form asks for both; the use case refuses what would be left in their place.
    return EarlierDecision(
        decided_by=form.decided_by.data,
        decided_on=form.decided_on.data or date.max,
        reason=form.reason.data or "",
        conditions=(form.conditions.data or "").strip() or None,
        document=document,
    )
