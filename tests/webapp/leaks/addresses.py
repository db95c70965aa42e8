"""Every endpoint of the product, how it may touch confidential cases, and how it is asked about them.

A new endpoint fails the tests until it stands here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.cases import File, Intervention, Task
from models.confidence import BreakGlass
from models.database import db
from models.trust import Incident
from tests.webapp.leaks import crowd
from tests.webapp.leaks.cities import Twins

# How an endpoint may touch confidential cases: it names one of them in its address; it lists or
# counts what may be of them; what it shows of them is neutral and meant (ALLOWED in reading.py);
# or it knows nothing of cases at all.
NAMES, LISTS, NEUTRAL, APART = "names", "lists", "neutral", "apart"

CLASSIFIED = {
    "static": APART,
    "frame.home": LISTS,
    "health.healthz": APART,
    "health.readyz": LISTS,
    "admin.index": LISTS,
    "admin.people": LISTS,
    "admin.invitation": APART,
    "admin.invite": APART,
    "admin.details": LISTS,
    "admin.change_details": APART,
    "admin.person": LISTS,
    "admin.grant": NEUTRAL,
    "admin.end_grant": NEUTRAL,
    "admin.disable": NEUTRAL,
    "admin.enable": APART,
    "admin.reset_password": APART,
    "admin.end_sign_ins": APART,
    "admin.absences": LISTS,
    "admin.roles": LISTS,
    "admin.units": LISTS,
    "admin.new_unit": APART,
    "admin.found_unit": APART,
    "admin.unit": LISTS,
    "admin.change_unit": APART,
    "admin.jobs": NEUTRAL,
    "admin.audit": LISTS,
    "admin.calendar": LISTS,
    "admin.close_day": APART,
    "admin.open_day": APART,
    "admin.incidents_page": NEUTRAL,
    "admin.retry": NEUTRAL,
    "admin.resolve": NEUTRAL,
    "signing_in.login": APART,
    "signing_in.enter": APART,
    "signing_in.logout": APART,
    "signing_in.password": APART,
    "signing_in.change_password": APART,
    "tasks.index": LISTS,
    "tasks.show": NAMES,
    "tasks.complete": NAMES,
    "tasks.draft": NAMES,
    "tasks.claim": NAMES,
    "tasks.take": NAMES,
    "tasks.declare_conflict": NAMES,
    "tasks.release": NAMES,
    "tasks.hand_over": NAMES,
    "tasks.comment": NAMES,
    "start.index": LISTS,
    "start.start": APART,
    "cases.index": LISTS,
    "cases.show": NAMES,
    "cases.send": NAMES,
    "cases.comment": NAMES,
    "interventions.index": LISTS,
    "interventions.of_case": NAMES,
    "interventions.prepare": NAMES,
    "interventions.intervene": NAMES,
    "interventions.answer": NAMES,
    "break_glass.index": LISTS,
    "break_glass.ask": NAMES,
    "break_glass.answer": LISTS,
    "personnel_data.index": LISTS,
    "personnel_data.look_up": NEUTRAL,
    "personnel_data.document": NAMES,
    "diagrams.index": LISTS,
    "diagrams.show": NEUTRAL,
    "diagrams.show_version": NEUTRAL,
    "diagrams.xml": LISTS,
    "diagrams.withdraw": APART,
    "diagrams.retire": APART,
    "diagram_drafts.index": APART,
    "diagram_drafts.upload": APART,
    "diagram_drafts.open_draft": APART,
    "diagram_drafts.show": NEUTRAL,
    "diagram_drafts.xml": APART,
    "diagram_drafts.replace": NEUTRAL,
    "diagram_drafts.check": APART,
    "diagram_drafts.note": NEUTRAL,
    "diagram_drafts.submit": NEUTRAL,
    "diagram_drafts.take_back": APART,
    "diagram_drafts.take_up": APART,
    "diagram_drafts.drop": APART,
    "diagram_reviews.show": NEUTRAL,
    "diagram_reviews.answer": NEUTRAL,
    "check_reports.of_version": APART,
    "check_reports.way_of_version": APART,
    "check_reports.of_draft": APART,
    "check_reports.way_of_draft": APART,
    "check_reports.check": APART,
    "check_reports.check_file": APART,
    # A draft, who edits it and what the proof says of it: nothing of any case.
    "studio.show": APART,
    "draft_remarks.index": APART,
    "draft_remarks.remark": APART,
    "draft_remarks.settle": APART,
    "studio_api.save": APART,
    "studio_api.presence": APART,
    "studio_api.verdict": APART,
    "studio_api.tidied": APART,
    # What a diagram may say, and what its own questions are.
    "studio_vocabulary.show": APART,
    "studio_preview.fields": APART,
    "studio_preview.condition": APART,
    "studio_preview.form": APART,
    "rehearsals.index": APART,
    "rehearsals.begin": APART,
    "rehearsals.show": APART,
    "rehearsals.answer": APART,
    "rehearsals.move_clock": APART,
    "rehearsals.undo": APART,
    "rehearsals.cut": APART,
    "rehearsals.keep": APART,
    "rehearsals.scenario": APART,
    "rehearsals.set_aside": APART,
    "rehearsals.take_up": APART,
    "rehearsals.retire": APART,
    # A draft in words, changed in words: nothing of any case.
    "outline.show": APART,
    "outline.words": APART,
    "outline.undo": APART,
    "outline.step": APART,
    "outline.change_step": APART,
    "outline.add": APART,
    "outline.add_step": APART,
    "outline.questions": APART,
    "outline.new_question": APART,
    "outline.add_question": APART,
    "outline.question": APART,
    "outline.change_question": APART,
    "outline.move_question": APART,
    "outline.remove_question": APART,
    "outline.question_condition": APART,
    "outline.change_question_condition": APART,
    "outline.way": APART,
    "outline.change_way": APART,
    "outline.connection": APART,
    "outline.connect": APART,
    "outline.disconnect": APART,
    "outline.moving": APART,
    "outline.move": APART,
    "outline.removal": APART,
    "outline.remove": APART,
    "outline.new_deadline": APART,
    "outline.add_deadline": APART,
    "outline.deadline": APART,
    "outline.change_deadline": APART,
    "outline.remove_deadline": APART,
    "outline.new_catch": APART,
    "outline.add_catch": APART,
    "outline.parties": APART,
    "outline.add_party": APART,
    "outline.party": APART,
    "outline.rename_party": APART,
    "outline.move_party": APART,
    "outline.remove_party": APART,
    "outline.process": APART,
    "outline.change_process": APART,
    "outline.new_process": APART,
    "outline.begin_process": APART,
    "comparisons.versions": APART,
    "comparisons.with_draft": APART,
    "comparisons.played": LISTS,
    "comparisons.played_on_draft": LISTS,
    "case_migrations.index": LISTS,
    "case_migrations.begin": LISTS,
    "case_migrations.show": LISTS,
    "case_migrations.cases_csv": LISTS,
    "case_migrations.undo": LISTS,
    "case_migrations.undo_one": LISTS,
    "evidence.index": LISTS,
    "evidence.sites_csv": LISTS,
    "evidence.site": LISTS,
    "evidence.note": APART,
    "evidence.sample": LISTS,
    "evidence.sample_csv": LISTS,
    "evidence.four_eyes": LISTS,
    "evidence.four_eyes_csv": LISTS,
    "evidence.chain_page": NEUTRAL,
    "evidence.verify_chain": NEUTRAL,
    "evidence.chain_csv": NEUTRAL,
    "evidence.overrides_page": NEUTRAL,
    "evidence.overrides_csv": NEUTRAL,
    "evidence.reads_page": NEUTRAL,
    "evidence.reads_csv": NEUTRAL,
    "evidence.break_glass": NEUTRAL,
    "evidence.break_glass_csv": NEUTRAL,
    "absences.index": LISTS,
    "absences.enter": APART,
    "absences.others": LISTS,
    "absences.enter_for_another": APART,
    "absences.end": APART,
    "notices.index": LISTS,
    "policy.index": APART,
    "policy.clause": LISTS,
    "policy.act": LISTS,
    "policy.rule": APART,
    "policy.process": APART,
    "policy.gaps": APART,
    "policy.as_spreadsheet": APART,
    "policy.as_json": APART,
    "policy_versions.index": APART,
    "policy_versions.version": NEUTRAL,
    "reports.index": LISTS,
    "reports.index_csv": LISTS,
    "reports.process": LISTS,
    "reports.process_csv": LISTS,
    "reports.steps": LISTS,
    "reports.steps_csv": LISTS,
    "reports.cases": LISTS,
    "reports.cases_csv": LISTS,
    "reports.care": NAMES,
    "sites.index": LISTS,
    "sites.show": LISTS,
    "sites.document": LISTS,
    "sites.earlier_decision": LISTS,
    "sites.enter_earlier_decision": APART,
    "register.index": LISTS,
    "register.as_json": LISTS,
    "register.as_csv": LISTS,
    "notices.read": LISTS,
    "files.download": NAMES,
    "notices.accessibility": APART,
}

PROCESSES = ("investigate-complaint", "conduct-investigation", "create-site")
FILTERS = (
    "process=investigate-complaint",
    "step=screen-complaint:IntakeComplaint",
    "period=started&from=2026-11-01&until=2026-12-01",
    "outcome=Closed without action",
)


@dataclass(frozen=True)
class Named:
    """What addresses name of the confidential cases, read once from the city that has them."""

    references: tuple[str, ...]
    tasks: tuple[int, ...]
    files: tuple[int, ...]
    incidents: tuple[int, ...]
    interventions: tuple[int, ...]
    glass: tuple[int, ...]
    people: tuple[int, ...]

    @classmethod
    def of(cls, twins: Twins) -> "Named":
        """Look up the ids, a few of each kind and state."""
        with twins.real.app_context():
            crowd.rest()
            cases = [walk.case_id for walk in twins.walks.values()]
            step = select(Task.id).where(Task.case_id.in_(cases)).order_by(Task.id)
            kinds = (
                step.where(Task.offered, Task.closed_at.is_(None)),
                step.where(Task.claimed_by_id.is_not(None), Task.closed_at.is_(None)),
                step.where(Task.person_id.is_not(None), Task.closed_at.is_(None)),
                step.where(Task.kind == "message"),
                step.where(Task.closed_at.is_not(None)),
            )
            tasks = [id_ for kind in kinds for id_ in _some(kind)]
            files = _some(select(File.id).where(File.case_id.in_(cases)).order_by(File.id))
            will = twins.crowd.office.will
            found = cls(
                references=tuple(_references(twins)),
                tasks=tuple(dict.fromkeys(tasks)),
                files=tuple(files),
                incidents=tuple(_some(select(Incident.id).where(Incident.case_id.in_(cases)))),
                interventions=tuple(
                    _some(select(Intervention.id).where(Intervention.case_id.in_(cases)))
                ),
                glass=tuple(_some(select(BreakGlass.id))),
                people=(will, twins.crowd.office.ines, twins.crowd.others["absent"]),
            )
            crowd.rest()
            return found


def _some(wanted: Any, most: int = 2) -> list[int]:
    ids = list(db.session.scalars(wanted))
    return list(dict.fromkeys([*ids[: most - 1], *ids[-1:]]))


def _references(twins: Twins) -> Iterator[str]:
    for key in ("filed", "taken", "disciplined", "pending", "suspended", "role_ended"):
        yield twins.label(key)
    yield twins.label("found").lower()


def looks(named: Named) -> Iterator[tuple[str, str]]:
    """Give every page that can be asked for, as endpoint and address, about confidential cases."""
    yield from _plain()
    yield from _lists(named)
    yield from _reports()
    yield from _single(named)


# The outline of the draft of that crowd's process: which page, and what of the diagram it is about.
OUTLINE = {
    "show": "",
    "words": "/words",
    "add": "/add",
    "parties": "/parties",
    "party": "/parties/1",
    "process": "/process",
    "step": "/steps/AssignLead",
    "moving": "/steps/AssignLead/place",
    "removal": "/steps/AssignLead/removal",
    "connection": "/steps/AssignLead/ways/new",
    "new_deadline": "/steps/AssignLead/deadlines/new",
    "deadline": "/deadlines/LeadIsSlow",
    "new_catch": "/steps/AssignLead/events/new",
    "questions": "/steps/AssignLead/form",
    "new_question": "/steps/AssignLead/questions",
    "question": "/steps/AssignLead/questions/reason",
    "question_condition": "/steps/AssignLead/questions/reason/shown-when",
    "way": "/ways/FileComplaintToScreenComplaint",
}


def _plain() -> Iterator[tuple[str, str]]:
    yield from (
        ("frame.home", "/"),
        ("health.healthz", "/healthz"),
        ("health.readyz", "/readyz"),
        ("signing_in.login", "/login"),
        ("signing_in.password", "/password"),
        ("admin.index", "/admin/"),
        ("admin.invitation", "/admin/people/new"),
        ("admin.absences", "/admin/absences"),
        ("admin.roles", "/admin/roles"),
        ("admin.units", "/admin/units"),
        ("admin.new_unit", "/admin/units/new"),
        ("admin.unit", "/admin/units/1"),
        ("admin.calendar", "/admin/calendar"),
        ("start.index", "/start/"),
        ("interventions.index", "/interventions"),
        ("break_glass.index", "/break-glass"),
        ("personnel_data.index", "/records/personnel-data"),
        ("diagrams.index", "/diagrams/"),
        ("check_reports.of_version", "/diagrams/investigate-complaint/versions/1/report"),
        (
            "check_reports.way_of_version",
            "/diagrams/investigate-complaint/versions/1/report/findings/1",
        ),
        ("check_reports.of_draft", "/diagrams/drafts/1/report"),
        ("check_reports.way_of_draft", "/diagrams/drafts/1/report/findings/1"),
        ("case_migrations.index", "/diagrams/investigate-complaint/migrations"),
        ("case_migrations.index", "/diagrams/conduct-investigation/migrations"),
        ("case_migrations.show", "/diagrams/investigate-complaint/migrations/1"),
        ("case_migrations.cases_csv", "/diagrams/investigate-complaint/migrations/1/cases.csv"),
        ("check_reports.check", "/diagrams/check"),
        ("diagram_drafts.index", "/diagrams/drafts"),
        ("diagram_drafts.show", "/diagrams/drafts/1"),
        ("diagram_drafts.xml", "/diagrams/drafts/1/xml"),
        ("studio_vocabulary.show", "/diagrams/studio/vocabulary.json"),
        ("studio.show", "/diagrams/drafts/1/studio"),
        ("outline.new_process", "/diagrams/drafts/new-process"),
        *(
            (f"outline.{page}", f"/diagrams/drafts/1/outline{rest}")
            for page, rest in OUTLINE.items()
        ),
        ("diagram_reviews.show", "/diagrams/drafts/1/review"),
        ("rehearsals.index", "/diagrams/drafts/1/rehearsals"),
        ("rehearsals.show", "/diagrams/drafts/1/rehearsals/1"),
        ("rehearsals.scenario", "/diagrams/drafts/1/scenarios/1"),
        ("draft_remarks.index", "/diagrams/drafts/1/remarks"),
        ("evidence.index", "/evidence"),
        ("evidence.sites_csv", "/evidence/sites.csv"),
        ("evidence.four_eyes", "/evidence/four-eyes"),
        ("evidence.four_eyes_csv", "/evidence/four-eyes.csv"),
        ("evidence.chain_page", "/evidence/chain"),
        ("evidence.chain_csv", "/evidence/chain.csv"),
        ("evidence.overrides_page", "/evidence/interventions"),
        ("evidence.overrides_csv", "/evidence/interventions.csv"),
        ("evidence.break_glass", "/evidence/break-glass"),
        ("evidence.break_glass_csv", "/evidence/break-glass.csv"),
        ("absences.index", "/absences/"),
        ("absences.others", "/absences/others"),
        ("notices.index", "/notices"),
        ("notices.accessibility", "/accessibility"),
        ("policy.index", "/policy/"),
        ("policy.clause", "/policy/clauses/DE-4"),
        ("policy.act", "/policy/acts/file-complaint"),
        ("policy.rule", "/policy/rules/K34"),
        ("policy.process", "/policy/processes/investigate-complaint"),
        ("policy.gaps", "/policy/gaps"),
        ("policy_versions.index", "/policy/versions"),
        ("policy_versions.version", "/policy/versions/1"),
        ("policy.as_spreadsheet", "/policy/map.csv"),
        ("policy.as_json", "/policy/map.json"),
        ("sites.index", "/sites"),
        ("sites.index", "/sites?q=orblax"),
        ("register.index", "/register?q=orblax"),
        ("register.as_json", "/register.json"),
        ("register.as_csv", "/register.csv"),
    )


def _lists(named: Named) -> Iterator[tuple[str, str]]:
    subject = named.people[0]
    for query in (
        *("", "?tab=mine", "?tab=roles", "?tab=others", "?tab=done"),
        *("?tab=roles&held=somebody", "?tab=roles&held=nobody&overdue=yes", "?sort=-case"),
        *("?tab=roles&sort=-opened&duty=investigation.intake", "?tab=roles&page=2"),
    ):
        yield "tasks.index", f"/tasks/{query}"
    for query in (
        *("", "?q=C-01", "?q=C-", "?q=1", "?q=orblax", "?q=investigate", "?q=Ironwood"),
        *("?tab=mine", "?tab=mine&state=open", "?tab=mine&state=ended", "?state=open"),
        *("?state=ended", "?tab=mine&q=C-0"),
    ):
        yield "cases.index", f"/cases/{query}"
    for query in ("", "?subject=C-", "?subject=C", "?action=case", "?action=confidential",
                  f"?person={subject}", "?subject=job"):  # fmt: skip
        yield "admin.audit", f"/admin/audit{query}"
    for query in ("", "?state=dead"):
        yield "admin.jobs", f"/admin/jobs{query}"
    yield "admin.incidents_page", "/admin/incidents"
    for query in ("", "?q=Ironwood", "?role=hr_investigator"):
        yield "admin.people", f"/admin/people{query}"
    for query in ("", "?case=C-01", "?case=C-", f"?person={subject}", "?since=2026-11-01"):
        yield "evidence.reads_page", f"/evidence/reads{query}"
        yield "evidence.reads_csv", f"/evidence/reads.csv{query}"
    for query in ("", "?seed=7&n=50", "?seed=7&n=50&upto=9999"):
        yield "evidence.sample", f"/evidence/sample{query}"
        yield "evidence.sample_csv", f"/evidence/sample.csv{query}"


def _reports() -> Iterator[tuple[str, str]]:
    yield "reports.index", "/reports/"
    for query in FILTERS:
        yield "reports.index", f"/reports/?{query}"
        yield "reports.steps", f"/reports/steps?{query}"
        yield "reports.cases", f"/reports/cases?{query}&state=started"
    for table in ("processes", "stages", "duties", "people", "returned", "months"):
        yield "reports.index_csv", f"/reports/tables/{table}.csv"
    for key in PROCESSES[:2]:
        yield "reports.process", f"/reports/processes/{key}"
        yield "reports.process", f"/reports/processes/{key}?heat=working&unit=1"
        for table in ("steps", "outcomes", "returned", "months"):
            yield "reports.process_csv", f"/reports/processes/{key}/tables/{table}.csv"
    for query in ("", "?process=investigate-complaint", "?overdue=yes"):
        yield "reports.steps_csv", f"/reports/steps.csv{query}"
    for state in ("open", "overdue", "ended", "started"):
        yield "reports.cases", f"/reports/cases?state={state}"
        yield "reports.cases_csv", f"/reports/cases.csv?state={state}"


def _single(named: Named) -> Iterator[tuple[str, str]]:
    for reference in named.references:
        yield "cases.show", f"/cases/{reference}"
    first = named.references[0]
    yield "cases.show", f"/cases/R-{first[2:]}"
    for reference in (first, *named.references[3:5]):
        yield "interventions.of_case", f"/cases/{reference}/interventions"
        for kind in ("suspend", "resume", "cancel", "skip", "reopen", "place", "retry"):
            yield "interventions.prepare", f"/cases/{reference}/interventions/{kind}"
    for task in named.tasks:
        yield "tasks.show", f"/tasks/{task}"
    for file in named.files:
        yield "files.download", f"/files/{file}"
        address = f"/records/personnel-data/{named.people[0]}/documents/{file}"
        yield "personnel_data.document", address
    for person in named.people:
        yield "admin.person", f"/admin/people/{person}"
        yield "admin.details", f"/admin/people/{person}/details"
    for key in PROCESSES:
        yield "diagrams.show", f"/diagrams/{key}"
    yield "diagrams.show_version", "/diagrams/investigate-complaint/versions/1"
    yield "comparisons.versions", "/diagrams/investigate-complaint/compare"
    yield "comparisons.with_draft", "/diagrams/drafts/1/compare"
    yield "comparisons.played", "/diagrams/investigate-complaint/versions/1/impact"
    yield "comparisons.played_on_draft", "/diagrams/drafts/1/impact"
    yield "diagrams.xml", "/diagrams/investigate-complaint/versions/1/xml"
    yield "sites.show", "/sites/PRK"
    yield "sites.document", "/sites/PRK/decisions/1/document"
    yield "sites.earlier_decision", "/sites/PRK/earlier-decision"
    yield "evidence.site", "/evidence/sites/PRK"
