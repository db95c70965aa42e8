"""Tests of the pages: browsers of their own, and a clock that stands until a test moves it."""

from datetime import datetime

import pytest
from flask import Flask

from tests.webapp.door import Browser


@pytest.fixture
def app(app: Flask) -> Flask:
    app.test_client_class = Browser
    return app


@pytest.fixture
def clock_stands(app: Flask, now: datetime) -> None:
    app.config["NOW"] = now
