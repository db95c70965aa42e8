"""What the worker does with each kind of job."""

from collections.abc import Mapping
from functools import partial

from webapp.runtime import runtime
from workflows.cases import fire_deadline
from workflows.jobs import Handler
from workflows.moves import DEADLINE_JOB
from workflows.people_check import CHECK_JOB, check


def handlers() -> Mapping[str, Handler]:
    """Give the handler of every kind of job, on the policy in force."""
    return {
        DEADLINE_JOB: partial(fire_deadline, runtime()),
        CHECK_JOB: partial(check, runtime()),
    }
