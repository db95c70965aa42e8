"""The town that cases of the tests happen in."""

from datetime import datetime

import pytest
from flask import Flask

from tests.workflows import walking
from tests.workflows.walking import Town


@pytest.fixture
def town(app: Flask, now: datetime) -> Town:
    return walking.settle(now)


@pytest.fixture
def town_on_either(app_on_either: Flask, now: datetime) -> Town:
    return walking.settle(now)
