# mypy: disable-error-code="import-not-found, misc"
"""The data of the bench's process, in viewflow's own JSON column."""

from viewflow import jsonstore
from viewflow.workflow.models import Process


class BenchProcess(Process):
    request_note = jsonstore.TextField()
    review_note = jsonstore.TextField()
    approved = jsonstore.BooleanField()
    advise_note = jsonstore.TextField()
    retain_note = jsonstore.TextField()
    launch_note = jsonstore.TextField()

    class Meta:
        proxy = True
