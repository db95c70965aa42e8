"""An office for every test of the administration."""

import pytest
from flask import Flask

from tests.webapp.admin.office import Office


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)
