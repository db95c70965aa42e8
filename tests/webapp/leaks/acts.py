"""Every form that can be sent, about confidential cases where it can name one."""

from collections.abc import Iterator
from typing import Any

from tests.webapp.leaks.addresses import Named

Act = tuple[str, str, dict[str, Any]]
NOWHERE = 999_999
# To each step: the end of the address, and what its form brings.
ON_A_STEP: dict[str, tuple[str, dict[str, Any]]] = {
    "tasks.complete": ("completion", {"notes": "x"}),
    "tasks.draft": ("draft", {"notes": "x"}),
    "tasks.claim": ("claim", {}),
    "tasks.release": ("release", {}),
    "tasks.hand_over": ("assignment", {"to": "1", "reason": "x"}),
    "tasks.comment": ("comments", {"text": "x"}),
}
# What only who is offered a step may do with it.
ON_AN_OFFER: dict[str, tuple[str, dict[str, Any]]] = {
    "tasks.take": ("taking", {}),
    "tasks.declare_conflict": ("conflict", {"conflict-reason": "x"}),
}


def acts(named: Named) -> Iterator[Act]:
    """Give every form as endpoint, address and fields; what would change people goes nowhere."""
    yield from about_cases(named)
    yield from on_offers(named)
    yield from _elsewhere(named)


def about_cases(named: Named) -> Iterator[Act]:
    """Give the forms that name a confidential case, its steps or what belongs to it."""
    for endpoint, (end, fields) in ON_A_STEP.items():
        for task in named.tasks:
            yield endpoint, f"/tasks/{task}/{end}", fields
    for reference in named.references:
        yield "cases.comment", f"/cases/{reference}/comments", {"text": "x"}
        yield "cases.send", f"/cases/{reference}/messages/{named.tasks[0]}", {"reason": "x"}
        for kind in ("suspend", "place"):
            address = f"/cases/{reference}/interventions/{kind}"
            yield "interventions.intervene", address, {"reason": "x", "revision": "1"}
        for row in named.interventions:
            address = f"/cases/{reference}/interventions/{row}/answer"
            yield "interventions.answer", address, {"word": "x", "answer": "agree"}
    for task in named.tasks:
        for act in ("nudge", "due", "reassign"):
            fields = {"act": act, "task": str(task), "reason": "x", "day": "2026-12-01", "to": "1"}
            yield "reports.care", "/reports/steps/care", fields


def on_offers(named: Named) -> Iterator[Act]:
    """Give the forms of steps that may be taken."""
    for endpoint, (end, fields) in ON_AN_OFFER.items():
        for task in named.tasks:
            yield endpoint, f"/tasks/{task}/{end}", fields


def _elsewhere(named: Named) -> Iterator[Act]:
    """Give the other forms: empty, or to people and things that are not there."""
    person = f"/admin/people/{NOWHERE}"
    for endpoint, address in (
        ("admin.invite", "/admin/people"),
        ("admin.change_details", f"{person}/details"),
        ("admin.grant", f"{person}/roles"),
        ("admin.end_grant", f"/admin/grants/{NOWHERE}/end"),
        ("admin.disable", f"{person}/closure"),
        ("admin.enable", f"{person}/opening"),
        ("admin.reset_password", f"{person}/temporary-password"),
        ("admin.end_sign_ins", f"{person}/sign-out"),
        ("admin.found_unit", "/admin/units"),
        ("admin.change_unit", f"/admin/units/{NOWHERE}"),
        ("admin.close_day", "/admin/calendar"),
        ("admin.open_day", "/admin/calendar/2027-02-01/opening"),
        ("admin.retry", f"/admin/incidents/{NOWHERE}/retry"),
        ("admin.resolve", f"/admin/incidents/{NOWHERE}/resolution"),
        ("signing_in.enter", "/login"),
        ("signing_in.change_password", "/password"),
        ("start.start", "/start/nothing"),
        ("diagrams.withdraw", "/diagrams/nothing/versions/1/withdrawal"),
        ("diagrams.retire", "/diagrams/nothing/retirement"),
        ("case_migrations.begin", "/diagrams/investigate-complaint/migrations"),
        ("case_migrations.undo", "/diagrams/investigate-complaint/migrations/1/undo"),
        ("case_migrations.undo_one", "/diagrams/investigate-complaint/migrations/1/cases/1/undo"),
        ("check_reports.check_file", "/diagrams/check"),
        ("diagram_drafts.upload", "/diagrams/drafts"),
        ("diagram_drafts.open_draft", "/diagrams/nothing/drafts"),
        ("diagram_drafts.replace", "/diagrams/drafts/1/content"),
        ("diagram_drafts.check", f"/diagrams/drafts/{NOWHERE}/check"),
        ("diagram_drafts.note", "/diagrams/drafts/1/note"),
        ("diagram_drafts.submit", "/diagrams/drafts/1/submission"),
        ("diagram_drafts.take_back", "/diagrams/drafts/1/take-back"),
        ("diagram_drafts.take_up", f"/diagrams/drafts/{NOWHERE}/base"),
        ("diagram_drafts.drop", "/diagrams/drafts/1/drop"),
        ("rehearsals.begin", f"/diagrams/drafts/{NOWHERE}/rehearsals"),
        ("rehearsals.answer", f"/diagrams/drafts/1/rehearsals/{NOWHERE}/answers"),
        ("rehearsals.move_clock", f"/diagrams/drafts/1/rehearsals/{NOWHERE}/clock"),
        ("rehearsals.undo", f"/diagrams/drafts/1/rehearsals/{NOWHERE}/undo"),
        ("rehearsals.cut", f"/diagrams/drafts/1/rehearsals/{NOWHERE}/cut"),
        ("rehearsals.keep", f"/diagrams/drafts/1/rehearsals/{NOWHERE}/scenario"),
        ("rehearsals.set_aside", f"/diagrams/drafts/1/scenarios/{NOWHERE}/set-aside"),
        ("rehearsals.take_up", f"/diagrams/drafts/1/scenarios/{NOWHERE}/take-up"),
        ("rehearsals.retire", f"/diagrams/drafts/1/scenarios/{NOWHERE}/retire"),
        ("draft_remarks.remark", f"/diagrams/drafts/{NOWHERE}/remarks"),
        ("draft_remarks.settle", f"/diagrams/drafts/{NOWHERE}/remarks/{NOWHERE}/settled"),
        ("studio_api.presence", f"/diagrams/drafts/{NOWHERE}/presence"),
        ("studio_api.verdict", "/diagrams/studio/verdict"),
        ("studio_api.tidied", "/diagrams/studio/tidy"),
        ("studio_preview.fields", "/diagrams/studio/fields-at"),
        ("studio_preview.condition", "/diagrams/studio/condition"),
        ("studio_preview.form", "/diagrams/studio/form"),
        ("outline.change_step", f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest"),
        ("outline.add_step", f"/diagrams/drafts/{NOWHERE}/outline/add"),
        (
            "outline.add_deadline",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/deadlines/new",
        ),
        (
            "outline.add_catch",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/events/new",
        ),
        ("outline.change_deadline", f"/diagrams/drafts/{NOWHERE}/outline/deadlines/ReviewRequest"),
        (
            "outline.remove_deadline",
            f"/diagrams/drafts/{NOWHERE}/outline/deadlines/ReviewRequest/removal",
        ),
        ("outline.move", f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/place"),
        ("outline.remove", f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/removal"),
        ("outline.add_party", f"/diagrams/drafts/{NOWHERE}/outline/parties"),
        ("outline.rename_party", f"/diagrams/drafts/{NOWHERE}/outline/parties/1"),
        ("outline.move_party", f"/diagrams/drafts/{NOWHERE}/outline/parties/1/place"),
        ("outline.remove_party", f"/diagrams/drafts/{NOWHERE}/outline/parties/1/removal"),
        ("outline.change_process", f"/diagrams/drafts/{NOWHERE}/outline/process"),
        ("outline.begin_process", "/diagrams/drafts/new-process"),
        (
            "outline.add_question",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/questions",
        ),
        (
            "outline.change_question",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/questions/reason",
        ),
        (
            "outline.move_question",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/questions/reason/place",
        ),
        (
            "outline.remove_question",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/questions/reason/removal",
        ),
        (
            "outline.change_question_condition",
            f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/questions/reason/shown-when",
        ),
        ("outline.undo", f"/diagrams/drafts/{NOWHERE}/outline/undo"),
        ("outline.change_way", f"/diagrams/drafts/{NOWHERE}/outline/ways/AWay"),
        ("outline.connect", f"/diagrams/drafts/{NOWHERE}/outline/steps/ReviewRequest/ways/new"),
        ("outline.disconnect", f"/diagrams/drafts/{NOWHERE}/outline/ways/AWay/removal"),
        ("diagram_reviews.answer", "/diagrams/drafts/1/review"),
        ("break_glass.ask", "/break-glass"),
        ("break_glass.answer", f"/break-glass/{named.glass[0]}/answer"),
        ("personnel_data.look_up", "/records/personnel-data"),
        ("evidence.note", "/evidence/sites/PRK/notes"),
        ("absences.enter", "/absences/"),
        ("absences.enter_for_another", "/absences/others"),
        ("absences.end", f"/absences/{NOWHERE}/end"),
        ("sites.enter_earlier_decision", "/sites/PRK/earlier-decision"),
        ("notices.read", "/notices/reading"),
        ("evidence.verify_chain", "/evidence/chain"),
        ("signing_in.logout", "/logout"),
    ):
        yield endpoint, address, {}
