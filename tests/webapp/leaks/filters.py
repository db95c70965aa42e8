"""Every filter that keeps confidential cases closed, with the check that notices when it is gone.

A filter is named by the function that it stands in and its words; `instead` is what stands there
without it. test_mutations.py takes each away; test_filters.py finds the ones that are not here.
"""

from dataclasses import dataclass

from tests.webapp.leaks import checks, writing
from tests.webapp.leaks.checks import Check


@dataclass(frozen=True)
class Filter:
    """Some words of a function, or of a template, and who notices that they are gone."""

    where: str
    words: str
    instead: str
    noticed: Check

    @property
    def name(self) -> str:
        return f"{self.where} without {' '.join(self.words.split())[:60]}"


def of(module: str, noticed: Check, *cuts: tuple[str, str, str]) -> tuple[Filter, ...]:
    return tuple(Filter(f"{module}:{name}", words, to, noticed) for name, words, to in cuts)


STRANGER = checks.office("trainer", "cases.show", "tasks.show", "files.download")
MANAGER = checks.office(
    "process_manager", "cases.show", "cases.index", "interventions.index", "interventions.of_case"
)
AUDITOR = checks.office("auditor", "cases.show", "evidence.four_eyes", "evidence.overrides_page")
WILL = checks.own("subject", "Subject", "noticed", "will")
STOPPED = checks.own("subject", "Subject", "stopped", "will")
FILER = checks.own("filer", "Requester", "filed_for", "filer")
ALWAYS = "Case.id > 0"
DISCREET = "with confidence.discreetly(session, duties, task, now=now):"

THE_LIST = (
    *of(
        "workflows.confidence",
        STRANGER,
        ("on_list", "Case.id.in_(listed(holding(duties), duties.person_id, is_running))", ALWAYS),
        ("own_part", "or_(Case.started_by_id == person_id, own_step, shown)", ALWAYS),
        ("own_part", "Task.person_id == person_id", "Task.person_id.is_not(None)"),
        ("own_part", "CaseExclusion.person_id == person_id,", ""),
        ("offered_to", "_held(duties, Task.duty, Task.unit_id, Task.case_id),", ""),
    ),
    *of(
        "workflows.confidence",
        checks.former("glass_over"),
        ("listed", "is_running,", ""),
        ("running", "CaseAccess.until > now", "CaseAccess.id > 0"),
    ),
    *of(
        "workflows.confidence",
        checks.former("role_ended"),
        ("listed", "or_(CaseAccess.duty.is_(None), holding),", ""),
    ),
    *of(
        "workflows.confidence",
        checks.former("declared"),
        ("listed", "CaseAccess.case_id.not_in(closed_to(person)),", ""),
        ("closed_to", "CaseExclusion.person_id == person", "CaseExclusion.person_id < 0"),
        ("offered_to", "Task.case_id.not_in(closed_to(duties.person_id)),", ""),
    ),
    *of(
        "workflows.confidence",
        checks.kept_out("conflict", "trainer"),
        ("own_part", "CaseExclusion.shown_at.is_not(None),", ""),
    ),
    *of(
        "workflows.confidence",
        checks.holder,
        ("offered_to", "Task.offered,", ""),
        ("offered_to", "Task.closed_at.is_(None),", ""),
    ),
    *of(
        "workflows.confidence",
        checks.glass,
        ("on_list", "and_(running(now), working()) if at_work else running(now)", "running(now)"),
        ("working", "CaseAccess.why != AccessReason.BREAK_GLASS", "CaseAccess.id > 0"),
        ("may_do", "at_work=True", "at_work=False"),
    ),
    *of(
        "workflows.confidence",
        checks.substitute,
        ("_held", "and_(is_free, or_(false(), *_own(absent.duties, duty, unit)))",
         "or_(false(), *_own(absent.duties, duty, unit))"),
    ),
    *of(
        "workflows.confidence",
        checks.former("substitute_elsewhere"),
        ("_held", "if absent.processes is not None:", "if False:"),
    ),
    *of(
        "workflows.confidence",
        checks.former("next_door"),
        ("_own", "and_(unit == unit_id, duty.in_(held))", "duty.in_(held)"),
    ),
    *of(
        "workflows.confidence",
        checks.own_acts,
        ("is_hidden", "task.case.confidential and", "False and"),
        ("discreetly", "if not hidden:", "if True:"),
    ),
    *of(
        "workflows.confidence",
        checks.on_a_list,
        ("unexcluded", "if person not in kept_out", ""),
    ),
    *of(
        "workflows.confidence",
        checks.noted,
        ("note_read", "session.add(CaseRead(case_id=case_id, person_id=by, what=what, at=now))", "pass"),
        ("note_read", "except SQLAlchemyError as error:",
         "except SQLAlchemyError as error:\n        return"),
    ),
)  # fmt: skip

WHO_READS = (
    *of(
        "workflows.reading",
        MANAGER,
        ("_ordinary", "if all_cases: return open_case", f"if all_cases:\n        return {ALWAYS}"),
    ),
    *of(
        "workflows.reading",
        WILL,
        ("_ordinary", "and_(open_case, or_(", "and_(or_("),
        ("find_step", '"offer" if found.offer else "whole" if found.whole else "own"',
         '"offer" if found.offer else "whole"'),
        ("own_sight", "not called.isdisjoint(field.shown_to)", "True"),
    ),
    *of("workflows.reading", checks.glass, ("has_part", "at_work=True", "at_work=False")),
    *of(
        "workflows.reading",
        FILER,
        ("started_by", "or_(Case.confidential.is_(False), confidence.on_list(duties, now=now))", ALWAYS),
        ("_called", "and not names_one", ""),
    ),
    *of(
        "workflows.reading",
        STRANGER,
        ("reach", "or_(whole, confidence.own_part(duties.person_id)),", ""),
        ("find_step", "or_(Case.confidential.is_(False), mine, on_list, offer),", ""),
    ),
    *of("workflows.own_part", FILER, ("own_part", "if task.person_id == person_id]", "]")),
    *of(
        "workflows.own_part",
        WILL,
        ("own_part", "if f.uploaded_by_id == person_id and f.task_id in own_steps]", "]"),
        ("seen_fields", "and sees(field, task)", ""),
    ),
    *of("workflows.own_part", STRANGER,
         ("own_documents", "where(confidence.own_part(person_id))", "where(Case.confidential)")),
)  # fmt: skip

STEPS = (
    *of("workflows.tasks", checks.own_acts, ("_check_hands", DISCREET, "if True:")),
    *of(
        "workflows.tasks",
        checks.on_a_list,
        ("candidates", "if task.case.confidential:", "if False:"),
    ),
    *of("webapp.tasks", checks.own_acts, ("comment", 'if opened.part != "whole":', "if False:")),
    *of(
        "webapp.task_page",
        checks.acts_on_offers,
        ("taken_task", 'if opened.part == "offer":', "if False:"),
    ),
    *of(
        "webapp.task_page",
        STOPPED,
        ("gather", "files=files if is_whole else []", "files=files"),
    ),
    *of(
        "webapp.task_page",
        checks.noted,
        ("gather", "if opened.task.case.confidential:", "if False:"),
    ),
    Filter("tasks/show.html", "{% if page.is_whole %}{{ task.case.label }} is suspended",
           "{% if true %}{{ task.case.label }} is suspended", STOPPED),
    Filter("tasks/show.html", '{% if page.is_whole %} <section id="history"',
           '{% if true %}<section id="history"', STOPPED),
    Filter("tasks/show.html", '{% if page.is_whole %}<section class="follows"',
           '{% if true %}<section class="follows"', WILL),
    Filter("tasks/show.html", "{% if page.is_whole %}{% set pairs.list",
           "{% if true %}{% set pairs.list", WILL),
)  # fmt: skip

CASES = (
    *of("webapp.cases", WILL, ("show", "if not found.whole:", "if False:")),
    *of("webapp.cases", checks.noted, ("show", "if found.confidential:", "if False:")),
    *of("webapp.cases", checks.own_acts, ("comment", "if not found.whole:", "if False:")),
    *of(
        "webapp.cases",
        checks.glass,
        ("comment", "if not _may_remark(found.case_id, held):", "if False:"),
    ),
    *of(
        "webapp.uploads",
        STRANGER,
        ("download", "File.id == file_id, _theirs()", "File.id == file_id"),
        ("_note_look", "Case.confidential, _theirs()", "Case.confidential"),
    ),
    *of("webapp.uploads", checks.noted, ("download", "_note_look(file_id)", "pass")),
    *of(
        "webapp.interventions",
        MANAGER,
        ("_opened", "or_(Case.confidential.is_(False), on_list(held, now=clock.now()))", ALWAYS),
    ),
    *of("webapp.interventions", checks.noted, ("_opened", "if known.confidential:", "if False:")),
    *of(
        "workflows.interventions",
        MANAGER,
        ("waiting_for", "known,", ""),
    ),
    *of(
        "workflows.interventions",
        checks.glass,
        ("may_intervene", "if known is None or not case.confidential:", "if True:"),
    ),
    *of(
        "webapp.interventions",
        checks.on_a_list,
        ("_in_words", "intervened(row, {}) if row.element is None else",
         "intervened(row, runtime().library.of(db.session(), row.case.version_id).diagrams) or"),
    ),
)  # fmt: skip

LISTS = (
    *of(
        "workflows.inbox",
        checks.former("worked"),
        ("_sources", "or_(Task.offered, Task.person_id == ME, Task.case_id.in_(listed))", "Task.id > 0"),
    ),
    *of(
        "workflows.inbox",
        FILER,
        ("_sources", "or_(Case.confidential.is_(False), Case.id.in_(listed))", ALWAYS),
    ),
    *of(
        "workflows.inbox",
        checks.former("declared"),
        ("_sources", "Task.offered, Task.case_id.not_in(confidence.closed_to(ME))", "Task.offered"),
    ),
    *of(
        "workflows.inbox",
        checks.holder,
        ("_sources", "Task.offered.is_(False), Task.case_id.in_(listed)", "Task.offered.is_(False)"),
        ("_narrowed", "Task.act == filters.duty, Task.case_id.not_in(secret)", "Task.act == filters.duty"),
    ),
    *of(
        "workflows.inbox",
        checks.substitute,
        ("_of_the_absent", "Task.case_id.not_in(secret),", ""),
        ("_in_place_of", "[case_id.not_in(confidence.closed_to(place.absent))]", "[]"),
    ),
    *of(
        "workflows.inbox",
        checks.former("substitute_elsewhere"),
        ("_in_place_of", "if place.processes is not None:", "if False:"),
    ),
    Filter("tasks/index.html", "{% if case.confidential %} <th", "{% if false %}<th",
           checks.on_a_list),
    Filter("tasks/index.html", "{% if case.confidential %}{% if tab", "{% if false %}{% if tab",
           checks.on_a_list),
    Filter("cases/index.html", "{% if case.confidential %}", "{% if false %}", FILER),
)  # fmt: skip

SUPERVISION = (
    *of(
        "workflows.evidence.overrides",
        checks.office("auditor", "evidence.overrides_page", "evidence.overrides_csv"),
        ("_told", "if row.case.confidential:", "if False:"),
    ),
    *of(
        "workflows.evidence.reviews",
        checks.office("auditor", "evidence.four_eyes", "evidence.four_eyes_csv"),
        ("_told", "if case.confidential:", "if False:"),
    ),
    *of(
        "workflows.evidence.reviews",
        checks.office("auditor", "evidence.sample", "evidence.sample_csv"),
        ("sample", "Case.confidential.is_(False)", ALWAYS),
    ),
    *of(
        "webapp.evidence",
        checks.office("comms_director", "evidence.index", "evidence.four_eyes"),
        ("_exceptions", "if everything or not one.case.confidential]", "]"),
    ),
    *of(
        "workflows.audit_trail",
        checks.office("sysadmin", "admin.audit"),
        ("_is_open", 'AuditRecord.subject.not_like(f"{CONFIDENTIAL}%")', "AuditRecord.seq > 0"),
        ("_wanted", "= [_is_open()]", "= []"),
    ),
    *of(
        "workflows.status.filters",
        checks.office("auditor", "reports.steps", "reports.cases", "reports.index_csv"),
        ("Filters.cases", "[Case.confidential.is_(False)]", "[]"),
    ),
    *of(
        "webapp.diagrams",
        checks.office("trainer", "diagrams.show"),
        ("told", "if not confidential:", "if True:"),
    ),
    Filter("admin/incidents.html", "incident.case.confidential", "false",
           checks.office("sysadmin", "admin.incidents_page")),
    *of("webapp.reports.care", checks.care,
         ("_one", "Case.confidential.is_(False)", ALWAYS)),
    *of("workflows.absences", checks.office("process_manager", "absences.others"),
         ("waiting_for", "Case.confidential.is_(False),", "")),
)  # fmt: skip

TOLD = (
    *of("workflows.moves", writing.written, ("_tell", "if move.case.confidential", "if False")),
    *of("workflows.moves", writing.reminded, ("_holders", "if move.case.confidential:", "if False:")),
    *of("workflows.operations.telling", writing.written,
         ("_sentence", "if case.confidential:", "if False:")),
    *of(
        "workflows.confidence",
        writing.reminded,
        ("awaited", "if person in at_work]", "]"),
        ("awaited", "unexcluded(session, task.case_id, held_by)", "held_by"),
    ),
    *of(
        "workflows.jobs",
        writing.written,
        ("_in_words", "_is_confidential(session, job) or", ""),
        ("_log", "None if is_secret else error", "error"),
    ),
    *of(
        "workflows.intervening",
        writing.written,
        ("_skip", "if hand.case.confidential", "if False"),
        ("_settle_incident", "= hand.case.confidential, hand.now", "= False, hand.now"),
    ),
    *of("workflows.leavers", writing.written,
         ("left_behind", "if task.case.confidential:", "if False:")),
    *of(
        "webapp.tasks",
        writing.handed_over,
        ("release", "if task.case.confidential", "if False"),
        ("hand_over", "if page.task.case.confidential", "if False"),
    ),
    *of("workflows.newcomers", writing.newcomers, ("_waiting", "Case.confidential.is_(False),", "")),
    *of("workflows.vacancies", writing.nobody, ("standstills", "Case.confidential.is_(False),", "")),
    *of("workflows.sites", writing.nobody, ("_cases", "Case.confidential.is_(False),", "")),
    *of("workflows.status.counts", writing.few,
         ("confidential", "if row[1] >= SMALLEST_TOLD else None", "")),
    *of("webapp.diagrams", writing.few,
         ("told", 'f"fewer than {FEWEST_TOLD}" if count < FEWEST_TOLD else', "str(count) or")),
    *of("webapp.start", writing.few,
         ("_takes", "if usual is None or usual.cases < FEWEST_TOLD:", "if usual is None:")),
    *of(
        "workflows.public_facet",
        writing.facet,
        ("_facets", "CaseExclusion.why == ExclusionReason.SUBJECT", "CaseExclusion.id > 0"),
        ("_facet", "disciplined = is_final and outcome == DISCIPLINE", "disciplined = True"),
        ("_facet", "if any(now_open[opening] for opening in known.opens)", ""),
    ),
)  # fmt: skip

USE_CASES = (
    *of("workflows.case_list", writing.begun, ("_settle_named", "and not is_own_part", "")),
    *of("workflows.tasks", writing.begun, ("_close", "if move.case.confidential:", "if False:")),
    *of(
        "workflows.case_list",
        writing.handed_over,
        ("step_back", "until=now, ended_by_id", "until=None, ended_by_id"),
    ),
    *of(
        "workflows.case_list",
        writing.use_cases,
        ("hand_on", "if not may_be_given(session, theirs, task):", "if False:"),
    ),
    *of(
        "workflows.confidence",
        writing.use_cases,
        ("may_be_given", "Task.case_id.not_in(closed_to(duties.person_id)),", ""),
    ),
    *of(
        "workflows.offers",
        writing.use_cases,
        ("_offered", "or not (is_mine or may_take(session, duties, task))", ""),
    ),
    *of("workflows.task_care", writing.use_cases, ("_led", "or task.case.confidential", "")),
    *of("workflows.leavers", writing.use_cases, ("hand_on", "or task.case.confidential", "")),
    *of(
        "workflows.interventions",
        writing.use_cases,
        ("_check_hands", "if case.confidential:", "if False:"),
    ),
    *of(
        "workflows.tasks",
        writing.use_cases,
        ("is_for", "if task.case.confidential:", "if False:"),
        ("not_yours", "if confidence.is_hidden(session, duties, task, now=now):", "if False:"),
        ("reassign", "if confidence.is_hidden(session, duties, task, now=now):", "if False:"),
        ("may_hand_over", "if not task.case.confidential:", "if True:"),
    ),
)

FILTERS = (*(*THE_LIST, *WHO_READS, *STEPS, *CASES, *LISTS, *SUPERVISION, *TOLD, *USE_CASES),)
