"""What the worker does with each kind of job."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models.trust import Job
from webapp.runtime import runtime
from workflows import policy_recheck
from workflows.cases import fire_deadline
from workflows.jobs import Handler, Outside
from workflows.migrating import bulk
from workflows.moves import DEADLINE_JOB
from workflows.people_check import CHECK_JOB, check
from workflows.policy_recheck import CASES_JOB, DIAGRAM_JOB, LEASE
from workflows.policy_versions import RECHECK_JOB
from workflows.publication.editing_together import CHECK_JOB as CHECK_DRAFT_JOB
from workflows.publication.editing_together import check_draft
from workflows.publication.taking_effect import EFFECT_JOB, take_effect
from workflows.runtime import Runtime


def handlers() -> Mapping[str, Handler | Outside]:
    """Give the handler of every kind of job.

    Each asks for the policy in force when it is called: a worker outlives many.
    """
    return {
        DEADLINE_JOB: _inside(fire_deadline),
        CHECK_JOB: _inside(check),
        EFFECT_JOB: _inside(take_effect),
        CHECK_DRAFT_JOB: _outside(check_draft),
        RECHECK_JOB: _inside(policy_recheck.plan),
        DIAGRAM_JOB: _outside(policy_recheck.check_diagram),
        CASES_JOB: _outside(policy_recheck.check_cases),
        # Given up soon, for each case is whole by itself: another worker goes on where one was killed.
        bulk.MIGRATE_JOB: Outside(
            lambda job, now: bulk.go_on(runtime(), job, now), lease=bulk.LEASE
        ),
    }


def _inside(do: Callable[[Runtime, Session, Job, datetime], None]) -> Handler:
    def handle(session: Session, job: Job, now: datetime, /) -> None:
        do(runtime(), session, job, now)

    return handle


def _outside(do: Callable[[Runtime, Job, datetime], None]) -> Outside:
    return Outside(lambda job, now: do(runtime(), job, now), lease=LEASE)
