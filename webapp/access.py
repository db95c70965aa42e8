"""Which page is for whom: one table of every endpoint, and nothing is open that is not in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound

from config import Config
from webapp import clock
from workflows import sessions
from workflows.sessions import Grant, Limits, SignedIn

# Anyone, and everyone with an account. Every other permission is a capability below.
PUBLIC = "public"
SIGNED_IN = "signed in"

# What may be seen and done beyond one's own tasks, and which roles, held city-wide, have it.
# May one complete THIS task? The use case asks that again, by the policy pack (workflows/people).
CAPABILITIES: Mapping[str, frozenset[str]] = {
    "admin.people": frozenset({"sysadmin"}),
    "admin.system": frozenset({"sysadmin"}),
    "admin.incidents": frozenset({"sysadmin", "process_manager"}),
    "audit.read": frozenset({"auditor", "sysadmin"}),
    # To read a confidential case without a part in it, by the word of a second who may too.
    "cases.break-glass": frozenset({"attorney", "city_clerk", "comms_director"}),
    # The roles that own processes in our diagrams, and those that lead every office. Who may
    # intervene in which case, its diagram says: this only puts the page into the menu.
    "cases.intervene": frozenset({"process_manager", "policy_owner", "hr_advisor"}),
    "cases.manage": frozenset({"process_manager"}),
    # The owners of a process intervene in its cases, so that they read them too.
    "cases.read": frozenset({"auditor", "process_manager", "policy_owner"}),
    "diagrams.edit": frozenset({"policy_owner"}),
    # Never what one edited or submitted oneself: the use case asks.
    "diagrams.publish": frozenset({"policy_owner"}),
    # Why each site is live, for those who answer for it; the audit itself is the auditor's.
    "evidence.read": frozenset({"auditor", "comms_director", "city_clerk"}),
    "evidence.audit": frozenset({"auditor"}),
    "records.facet": frozenset({"clerk_data"}),
    "records.manage": frozenset({"clerk_records", "city_clerk", "attorney"}),
    "reports.read": frozenset(
        {
            "auditor",
            "process_manager",
            "policy_owner",
            "comms_director",
            "social_media_officer",
            "city_clerk",
        }
    ),
    "sites.manage": frozenset(
        {"comms_director", "social_media_officer", "comms_reviewer", "comms_duty"}
    ),
}

# Every endpoint of the product. tests/webapp/test_access.py walks app.url_map by every role.
ENDPOINTS: Mapping[str, str] = {
    "static": PUBLIC,
    "frame.home": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "admin.index": "admin.incidents",
    "admin.people": "admin.people",
    "admin.invitation": "admin.people",
    "admin.invite": "admin.people",
    "admin.details": "admin.people",
    "admin.change_details": "admin.people",
    "admin.person": "admin.people",
    "admin.grant": "admin.people",
    "admin.end_grant": "admin.people",
    "admin.disable": "admin.people",
    "admin.enable": "admin.people",
    "admin.reset_password": "admin.people",
    "admin.end_sign_ins": "admin.people",
    "admin.absences": "admin.people",
    "admin.roles": "admin.incidents",
    "admin.units": "admin.incidents",
    "admin.new_unit": "admin.people",
    "admin.found_unit": "admin.people",
    "admin.unit": "admin.people",
    "admin.change_unit": "admin.people",
    "admin.jobs": "admin.incidents",
    "admin.audit": "audit.read",
    "admin.calendar": "admin.incidents",
    "admin.close_day": "admin.system",
    "admin.open_day": "admin.system",
    "admin.incidents_page": "admin.incidents",
    "admin.retry": "admin.incidents",
    "admin.resolve": "admin.incidents",
    "signing_in.login": PUBLIC,
    "signing_in.enter": PUBLIC,
    "signing_in.logout": PUBLIC,
    "signing_in.password": SIGNED_IN,
    "signing_in.change_password": SIGNED_IN,
    "tasks.index": SIGNED_IN,
    "tasks.show": SIGNED_IN,
    "tasks.complete": SIGNED_IN,
    "tasks.draft": SIGNED_IN,
    "tasks.claim": SIGNED_IN,
    "tasks.take": SIGNED_IN,
    "tasks.declare_conflict": SIGNED_IN,
    "tasks.release": SIGNED_IN,
    "tasks.hand_over": SIGNED_IN,
    "tasks.comment": SIGNED_IN,
    "start.index": SIGNED_IN,
    "start.start": SIGNED_IN,
    "cases.index": SIGNED_IN,
    "cases.show": SIGNED_IN,
    "cases.send": SIGNED_IN,
    "cases.comment": SIGNED_IN,
    # Who owns a process intervenes in its cases: by the policy pack and the diagram.
    "interventions.index": SIGNED_IN,
    "interventions.of_case": SIGNED_IN,
    "interventions.prepare": SIGNED_IN,
    "interventions.intervene": SIGNED_IN,
    "interventions.answer": SIGNED_IN,
    "break_glass.index": "cases.break-glass",
    "break_glass.ask": "cases.break-glass",
    "break_glass.answer": "cases.break-glass",
    "personnel_data.index": "records.facet",
    "personnel_data.look_up": "records.facet",
    "personnel_data.document": "records.facet",
    "diagrams.index": SIGNED_IN,
    "diagrams.show": SIGNED_IN,
    "diagrams.show_version": SIGNED_IN,
    "diagrams.xml": SIGNED_IN,
    "diagrams.withdraw": "diagrams.publish",
    "diagrams.retire": "diagrams.publish",
    "diagram_drafts.index": "diagrams.edit",
    "diagram_drafts.upload": "diagrams.edit",
    "diagram_drafts.open_draft": "diagrams.edit",
    "diagram_drafts.show": "diagrams.edit",
    "diagram_drafts.xml": "diagrams.edit",
    "diagram_drafts.replace": "diagrams.edit",
    "diagram_drafts.check": "diagrams.edit",
    "diagram_drafts.note": "diagrams.edit",
    "diagram_drafts.submit": "diagrams.edit",
    "diagram_drafts.take_back": "diagrams.edit",
    "diagram_drafts.take_up": "diagrams.edit",
    "diagram_drafts.drop": "diagrams.edit",
    "draft_remarks.index": "diagrams.edit",
    "draft_remarks.remark": "diagrams.edit",
    "draft_remarks.settle": "diagrams.edit",
    "diagram_reviews.show": "diagrams.publish",
    "diagram_reviews.answer": "diagrams.publish",
    "studio.show": "diagrams.edit",
    "studio_api.save": "diagrams.edit",
    "studio_api.presence": "diagrams.edit",
    "studio_api.verdict": "diagrams.edit",
    "studio_api.tidied": "diagrams.edit",
    "studio_vocabulary.show": "diagrams.edit",
    "studio_preview.fields": "diagrams.edit",
    "studio_preview.condition": "diagrams.edit",
    "studio_preview.form": "diagrams.edit",
    "rehearsals.index": "diagrams.edit",
    "rehearsals.begin": "diagrams.edit",
    "rehearsals.show": "diagrams.edit",
    "rehearsals.answer": "diagrams.edit",
    "rehearsals.move_clock": "diagrams.edit",
    "rehearsals.undo": "diagrams.edit",
    "rehearsals.cut": "diagrams.edit",
    "rehearsals.keep": "diagrams.edit",
    "rehearsals.scenario": "diagrams.edit",
    "rehearsals.set_aside": "diagrams.edit",
    "rehearsals.take_up": "diagrams.edit",
    "rehearsals.retire": "diagrams.edit",
    "outline.show": "diagrams.edit",
    "outline.words": "diagrams.edit",
    "outline.undo": "diagrams.edit",
    "outline.step": "diagrams.edit",
    "outline.change_step": "diagrams.edit",
    "outline.add": "diagrams.edit",
    "outline.add_step": "diagrams.edit",
    "outline.questions": "diagrams.edit",
    "outline.new_question": "diagrams.edit",
    "outline.add_question": "diagrams.edit",
    "outline.question": "diagrams.edit",
    "outline.change_question": "diagrams.edit",
    "outline.move_question": "diagrams.edit",
    "outline.remove_question": "diagrams.edit",
    "outline.question_condition": "diagrams.edit",
    "outline.change_question_condition": "diagrams.edit",
    "outline.way": "diagrams.edit",
    "outline.change_way": "diagrams.edit",
    "outline.connection": "diagrams.edit",
    "outline.connect": "diagrams.edit",
    "outline.disconnect": "diagrams.edit",
    "outline.moving": "diagrams.edit",
    "outline.move": "diagrams.edit",
    "outline.removal": "diagrams.edit",
    "outline.remove": "diagrams.edit",
    "outline.new_deadline": "diagrams.edit",
    "outline.add_deadline": "diagrams.edit",
    "outline.deadline": "diagrams.edit",
    "outline.change_deadline": "diagrams.edit",
    "outline.remove_deadline": "diagrams.edit",
    "outline.parties": "diagrams.edit",
    "outline.add_party": "diagrams.edit",
    "outline.party": "diagrams.edit",
    "outline.rename_party": "diagrams.edit",
    "outline.move_party": "diagrams.edit",
    "outline.remove_party": "diagrams.edit",
    "outline.process": "diagrams.edit",
    "outline.change_process": "diagrams.edit",
    "outline.new_process": "diagrams.edit",
    "outline.begin_process": "diagrams.edit",
    "comparisons.versions": SIGNED_IN,
    "comparisons.played": "diagrams.edit",
    "comparisons.played_on_draft": "diagrams.edit",
    # The owners of the process and those who manage all: the page asks, as interventions do.
    "case_migrations.index": SIGNED_IN,
    "case_migrations.begin": SIGNED_IN,
    "case_migrations.show": SIGNED_IN,
    "case_migrations.cases_csv": SIGNED_IN,
    "case_migrations.undo": SIGNED_IN,
    "case_migrations.undo_one": SIGNED_IN,
    "check_reports.of_version": SIGNED_IN,
    "check_reports.way_of_version": SIGNED_IN,
    "check_reports.of_draft": "diagrams.edit",
    "check_reports.way_of_draft": "diagrams.edit",
    "check_reports.check": "diagrams.edit",
    "check_reports.check_file": "diagrams.edit",
    "evidence.index": "evidence.read",
    "evidence.sites_csv": "evidence.read",
    "evidence.site": "evidence.read",
    "evidence.note": "evidence.audit",
    "evidence.sample": "evidence.audit",
    "evidence.sample_csv": "evidence.audit",
    "evidence.four_eyes": "evidence.read",
    "evidence.four_eyes_csv": "evidence.read",
    "evidence.chain_page": "evidence.audit",
    "evidence.verify_chain": "evidence.audit",
    "evidence.chain_csv": "evidence.audit",
    "evidence.overrides_page": "evidence.audit",
    "evidence.overrides_csv": "evidence.audit",
    "evidence.reads_page": "evidence.audit",
    "evidence.reads_csv": "evidence.audit",
    "evidence.break_glass": "evidence.audit",
    "evidence.break_glass_csv": "evidence.audit",
    # One's own absence, and of others for who leads them: the use case asks.
    "absences.index": SIGNED_IN,
    "absences.enter": SIGNED_IN,
    "absences.others": SIGNED_IN,
    "absences.enter_for_another": SIGNED_IN,
    "absences.end": SIGNED_IN,
    "notices.index": SIGNED_IN,
    "policy.index": SIGNED_IN,
    "policy.clause": SIGNED_IN,
    "policy.act": SIGNED_IN,
    "policy.rule": SIGNED_IN,
    "policy.process": SIGNED_IN,
    "policy.gaps": SIGNED_IN,
    "policy.as_spreadsheet": SIGNED_IN,
    "policy.as_json": SIGNED_IN,
    "policy_versions.index": SIGNED_IN,
    "policy_versions.version": SIGNED_IN,
    "reports.index": "reports.read",
    "reports.index_csv": "reports.read",
    "reports.process": "reports.read",
    "reports.process_csv": "reports.read",
    "reports.steps": "reports.read",
    "reports.steps_csv": "reports.read",
    "reports.cases": "reports.read",
    "reports.cases_csv": "reports.read",
    # Whether one leads each of the steps, the use case asks.
    "reports.care": SIGNED_IN,
    "sites.index": SIGNED_IN,
    "sites.show": SIGNED_IN,
    "sites.document": SIGNED_IN,
    # These two ask for Communications themselves, by the policy pack.
    "sites.earlier_decision": SIGNED_IN,
    "sites.enter_earlier_decision": SIGNED_IN,
    "register.index": PUBLIC,
    "register.as_json": PUBLIC,
    "register.as_csv": PUBLIC,
    "notices.read": SIGNED_IN,
    "files.download": SIGNED_IN,
    "notices.accessibility": PUBLIC,
}

# Where somebody with a temporary password may still go.
BEFORE_NEW_PASSWORD = frozenset(
    {
        "static",
        "health.healthz",
        "health.readyz",
        "signing_in.login",
        "signing_in.enter",
        "signing_in.logout",
        "signing_in.password",
        "signing_in.change_password",
    }
)

PLAIN_COOKIE = "siteward_sign_in"


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in."""

    id: None = None
    name: str = ""
    unit_id: None = None
    grants: tuple[Grant, ...] = ()
    must_change_password: bool = False

    is_authenticated: ClassVar[bool] = False
    is_active: ClassVar[bool] = False
    is_anonymous: ClassVar[bool] = True

    def get_id(self) -> None:
        return None


def init_app(app: Flask) -> None:
    """Sign requests in by their cookie and refuse every one that the table does not allow."""
    # Flask-Login would look for a remember-me cookie by this name before it asks us.
    app.config.setdefault("REMEMBER_COOKIE_NAME", "siteward_no_such_cookie")
    manager = LoginManager(app)
    manager.session_protection = None
    manager.anonymous_user = Visitor
    manager.request_loader(lambda _request: _signed_in())
    app.before_request(_guard)
    app.jinja_env.globals["may"] = lambda capability: may(visitor(), capability)


def may(person: SignedIn | Visitor, permission: str) -> bool:
    """Say whether the person has a permission: PUBLIC, SIGNED_IN or a capability.

    A capability needs a role that is held city-wide; a role in one unit opens no city-wide page.
    """
    if permission == PUBLIC:
        return True
    if not person.is_authenticated or permission == SIGNED_IN:
        return person.is_authenticated
    roles = CAPABILITIES[permission]
    return any(grant.role in roles and grant.unit_id is None for grant in person.grants)


def visitor() -> SignedIn | Visitor:
    """Whoever asks, signed in or not: the person rather than a proxy that looks each time."""
    found: SignedIn | Visitor = current_user._get_current_object()  # noqa: SLF001 (Flask's own name for it)
    return found


def me() -> SignedIn:
    """The person who is signed in; for pages that ENDPOINTS keeps from everybody else."""
    person = visitor()
    if not isinstance(person, SignedIn):
        abort(403)
    return person


def cookie_name() -> str:
    """The sign-in cookie; browsers tie a name with this prefix to this host and to HTTPS."""
    return f"__Host-{PLAIN_COOKIE}" if _settings().secure_cookies else PLAIN_COOKIE


def limits() -> Limits:
    """How long a sign-in lasts, as the settings say."""
    return Limits(**current_app.config["SIGN_IN_LIMITS"])


def is_local(target: str) -> bool:
    """Say whether an address to go on to is a page of ours.

    That is a path, and nothing that a browser reads as another host, however oddly it is written.
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if any(ord(letter) < ord("!") or letter == "\\" for letter in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def wants_json() -> bool:
    """Say whether a program asks rather than a person."""
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _settings() -> Config:
    settings: Config = current_app.config["SITEWARD"]
    return settings


def _signed_in() -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    if not token or request.endpoint == "static":
        return None
    now = clock.now()
    person = sessions.find(token, limits=limits(), now=now, day=clock.today())
    if person is not None:
        _mark_seen(person)
    return person


def _mark_seen(person: SignedIn) -> None:
    try:
        sessions.mark_seen(person, now=clock.now())
    except OperationalError:
        # A full disk must not keep people from reading.
        current_app.logger.warning("The time of the last visit could not be written.")


def _guard() -> ResponseReturnValue | None:
    if isinstance(request.routing_exception, NotFound) or request.endpoint is None:
        return None  # there is nothing to guard: 404, 405 and redirects to a trailing slash
    permission = ENDPOINTS.get(request.endpoint)
    if permission is None:
        current_app.logger.error("The endpoint %s has no permission.", request.endpoint)
        abort(403)
    if request.endpoint in BEFORE_NEW_PASSWORD and permission == PUBLIC:
        return None  # without asking the database who it is
    if not may(visitor(), permission):
        return _refuse()
    if current_user.must_change_password and request.endpoint not in BEFORE_NEW_PASSWORD:
        return redirect(url_for("signing_in.password"), code=303)
    return None


def _refuse() -> ResponseReturnValue:
    if current_user.is_authenticated:
        abort(403)
    address = url_for("signing_in.login", next=_way_back())
    if wants_json():
        message = "Your sign-in has ended. Sign in again; what you typed is still here."
        return jsonify(title="Sign in first", status=401, message=message, sign_in=address), 401
    if request.headers.get("HX-Request") or request.headers.get("X-CSRFToken"):
        # A script must not get the sign-in page as if it were the fragment that it asked for.
        return "", 401, {"HX-Redirect": address}
    return redirect(address, code=303)


def _way_back() -> str | None:
    """The page to return to: the one asked for, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc != request.host:
        return None
    path = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
    return path if is_local(path) else None
