"""A change of a diagram that waits for a second person, so that one meets a review at once."""

from models.database import db
from webapp.demo.people import Settled
from webapp.demo.rehearsed import keep_scenarios
from webapp.demo.timeline import Timeline
from webapp.permissions import CAPABILITIES
from workflows.publication import drafts, reviewing
from workflows.publication.reviewing import Wish
from workflows.runtime import Runtime

# The number in city.toml of an owner of the policy; the other one may publish it.
AUTHOR = 27
PROCESS = "decide-request"
BEFORE, AFTER = b'due="P2BD"', b'due="P3BD"'
NOTE = "Two business days were too short to look at a request when one of us is away: three."


def wait_for_review(runtime: Runtime, settled: Settled, timeline: Timeline) -> None:
    """Open a draft of a shipped diagram with one due time changed, rehearse it, and submit it."""
    by, now = settled.people[AUTHOR], timeline.now
    draft = drafts.open_from(PROCESS, None, by=by, now=now)
    content = drafts.of_id(db.session(), draft.id).xml.replace(BEFORE, AFTER, 1)
    saved = drafts.replace(draft.id, content, revision=draft.revision, by=by, now=now).draft
    draft_id, revision = saved.id, saved.revision
    keep_scenarios(runtime, draft_id, by=by, now=now)
    reviewing.submit(
        runtime,
        draft_id,
        Wish(revision, NOTE),
        by=by,
        reviewers=CAPABILITIES["diagrams.publish"],
        now=now,
    )
