# mypy: disable-error-code="import-not-found, misc"
"""The bench's process as a viewflow Flow: the same steps, for the same four roles."""

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow import views

from tests.bench.viewflow_peer.models import BenchProcess


class BenchFlow(flow.Flow):
    process_class = BenchProcess

    start = (
        flow.Start(views.CreateProcessView.as_view(fields=[]))
        .Permission("auth.department")
        .Next(this.request)
    )
    request = (
        flow.View(views.UpdateProcessView.as_view(fields=["request_note"]))
        .Permission("auth.department")
        .Next(this.review)
    )
    review = (
        flow.View(views.UpdateProcessView.as_view(fields=["review_note", "approved"]))
        .Permission("auth.communications")
        .Next(this.check)
    )
    check = flow.If(lambda activation: activation.process.approved).Then(this.advise).Else(this.end)
    advise = (
        flow.View(views.UpdateProcessView.as_view(fields=["advise_note"]))
        .Permission("auth.it")
        .Next(this.retain)
    )
    retain = (
        flow.View(views.UpdateProcessView.as_view(fields=["retain_note"]))
        .Permission("auth.clerk")
        .Next(this.launch)
    )
    launch = (
        flow.View(views.UpdateProcessView.as_view(fields=["launch_note"]))
        .Permission("auth.communications")
        .Next(this.end)
    )
    end = flow.End()
