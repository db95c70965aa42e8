"""The two who own the policy."""

from datetime import datetime

import pytest

from tests.workflows.publication.authoring import Office, open_office
from tests.workflows.walking import Town


@pytest.fixture
def office(town: Town, now: datetime) -> Office:
    return open_office(town, now)


@pytest.fixture
def office_on_either(town_on_either: Town, now: datetime) -> Office:
    return open_office(town_on_either, now)
