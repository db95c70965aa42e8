"""People's server is killed at random, on both databases, and every case stays whole."""

import json
import random
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case
from models.database import db
from models.sites import Site
from tests.workflows import walking
from tests.workflows.walking import Town

ROOT = Path(__file__).parents[2]


def office(url: str, town: Town) -> "subprocess.Popen[bytes]":
    given = {"people": asdict(town.people), "mia": town.mia, "platform": town.platform}
    command = [sys.executable, "-m", "tests.workflows.killable_office", url, json.dumps(given)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
def test_a_server_killed_at_work_leaves_every_case_before_or_after_its_step(
    app_on_either: Flask, now: datetime, kills: int
) -> None:
    town = walking.settle(now)
    url = app_on_either.config["SQLALCHEMY_DATABASE_URI"]
    for _ in range(kills):
        with office(url, town) as people:
            assert people.stdout
            assert people.stdout.readline() == b"begun\n"
            time.sleep(random.uniform(0.2, 2.0))
            assert people.poll() is None
            people.kill()
        walking.assert_whole(db.session())
        for site in db.session.scalars(select(Site)):
            assert site.decision_id is not None
    assert len(db.session.scalars(select(Case)).all()) >= kills
