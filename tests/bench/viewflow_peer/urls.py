# mypy: disable-error-code="import-not-found, misc"
"""viewflow's own pages for the flow, and its own page to sign in."""

from django.urls import path
from viewflow.contrib.auth import AuthViewset
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from tests.bench.viewflow_peer.flows import BenchFlow

site = Site(title="Bench", viewsets=[FlowAppViewset(BenchFlow, icon="assignment")])

urlpatterns = [
    path("accounts/", AuthViewset(with_profile_view=False).urls),
    path("", site.urls),
]
