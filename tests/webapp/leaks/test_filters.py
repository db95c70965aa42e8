"""No filter on confidentiality is forgotten: each function and template that has one is named.

Either a mutation takes it away (filters.py, every_filter.py), or it stands here with the reason why none does.
"""

from tests.webapp.leaks.cutting import Words
from tests.webapp.leaks.every_filter import EVERY

# What a filter on confidentiality is written with.
WORDS = Words(
    r"\.confidential\b|\bon_list\(|\bexcluded\(|closed_to\(|own_part\(|is_hidden\(|unexcluded\("
    r"|may_take\(|may_be_given\(|offered_to\(|\.offered\b|is_whole\b|CONFIDENTIAL|note_read\("
    r"|readable\(|SMALLEST_TOLD|FEWEST_TOLD|is_on_list\(|discreetly\(|is_secret"
)

ASKS = "it hands on what another function answers, which has its mutation"
COUNTS = "it says whether a process is confidential, or hands on a count that is suppressed before"
TWICE = "what it keeps back is kept back once more, by a filter that has its mutation"
LISTS = "it keeps the list of a case, and shows nothing"
NEVER = "confidential cases have nothing of the kind: no message, site, decision or launch"
DIAGRAM = "it is about a diagram, or about whether a process is confidential, and about no case"
DEMO = "it plays the demo city"

WITHOUT_MUTATION = {
    ASKS: """
        webapp.cases:index webapp.own_part:gather_own webapp.tasks:_in_whose_place
        webapp.uploads:_theirs webapp.policy:_evidence webapp.notices:_open_to_me
        workflows.confidence:excluded workflows.confidence:is_on_list
        workflows.confidence:may_take workflows.jobs:_is_confidential workflows.reading:may_read
        workflows.reading:readable workflows.evidence.reads:_wanted
        workflows.public_facet:document workflows.public_facet:look_up
        workflows.break_glass:_case_called""",
    COUNTS: """
        policy/_links.html reports/process.html webapp.diagrams:_page webapp.draft_page:running_of
        webapp.comparisons:Part.are_many_in_confidence webapp.comparisons:_played
        webapp.reports.figures:_standing
        webapp.reports.pages:_all webapp.reports.pages:_in_force webapp.reports.pages:_one
        webapp.start:index workflows.vacancies:needed workflows.policy_map:_places
        workflows.policy_evidence:evidence_of workflows.migrating.sorting:in_confidence""",
    TWICE: """
        evidence/index.html evidence/overrides.html evidence/site.html
        webapp.reports.lists:_scope webapp.task_page:TaskPage.cautions
        webapp.task_page:TaskPage.said webapp.task_page:TaskPage.training
        webapp.tasks:_what_next workflows.leavers:may_hand_on workflows.tasks:complete
        workflows.break_glass:_may_open workflows.break_glass:_open
        workflows.break_glass:_open_or_seem_to""",
    LISTS: """
        workflows.case_list:_anybody workflows.case_list:_put_right workflows.case_list:_settle
        workflows.case_list:owners_of workflows.case_list:settle workflows.case_list:settle_all
        workflows.cases:start_case""",
    NEVER: """
        sites/show.html webapp.cases:send webapp.sites:_record workflows.moves:_end
        workflows.operations.telling:launch_and_tell workflows.about:name_the_case""",
    DIAGRAM: """
        outline/_parts.html outline/show.html rehearsals/show.html webapp.outline.process:_form
        webapp.outline.process:_write webapp.outline.verdict:_proved webapp.outline.verdict:_told
        webapp.outline.verdict:_whole webapp.studio_api:tidied webapp.studio_vocabulary:_process
        workflows.publication.drafts:open_upload workflows.publication.drafts:replace""",
    "it says that something about the site is open, never what, nor whether it is confidential": """
        workflows.same_site:_others""",
    DEMO: "webapp.demo.requests:_Player._ready webapp.demo.requests:_Player._type",
    "it asks about all steps that are gone, whether or not a case stands there": """
        webapp.case_migrations:_questions""",
    "what broke in such a case is not worded: tests/workflows/migrating/test_bulk.py": """
        workflows.migrating.bulk:_broken_off""",
    "it says once that there is news, and not twice": "workflows.migrating.going_back:restore",
    "such a case is never asked: workflows.migrating.bulk:_wanted leaves it out": """
        workflows.migrating.fitting:Destination._record_lost""",
    "no page shows it: an incident counts them, from five on, and no city here changes its policy": """
        workflows.policy_recheck:_breaches workflows.policy_recheck:_broken
        workflows.policy_recheck:_tell_lists
        workflows.policy_recheck:look_through""",
}


def test_each_filter_has_its_mutation_or_a_reason_why_not() -> None:
    cut = {one.where for one in EVERY}
    said = {place for places in WITHOUT_MUTATION.values() for place in places.split()}
    assert WORDS.places - cut - said == set()
    assert said & cut == set()
