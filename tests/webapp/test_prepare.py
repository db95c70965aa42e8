"""What a start does with a policy pack that cannot be published."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Config
from models.database import db
from webapp import clock, create_app
from webapp.prepare import prepare
from workflows.errors import UnpublishableError
from workflows.publication import published


def started(app: Flask) -> str:
    out = StringIO()
    prepare(app, out, address="http://127.0.0.1:8000")
    return out.getvalue()


def test_a_pack_that_cannot_be_published_stops_only_the_first_start(
    sqlite_url: str, tmp_path: Path
) -> None:
    pack = tmp_path / "bpmn"
    shutil.copytree(ROOT / "bpmn", pack)
    app = create_app(Config(database_url=sqlite_url, secret_key="a secret", policy_dir=pack))
    diagram = pack / "agree-contract.bpmn"
    good = diagram.read_bytes()
    diagram.write_bytes(b"no diagram")
    with app.app_context():
        with pytest.raises(UnpublishableError, match=r"agree-contract\.bpmn cannot be published"):
            started(app)
        diagram.write_bytes(good)
        assert "stay in force" not in started(app)
        diagram.write_bytes(b"no diagram")
        said = started(app)
        assert "agree-contract.bpmn cannot be published" in said
        assert "The diagrams stay in force as they were." in said
        latest = published(db.session(), now=clock.now())
        assert {version.number for version in latest.values()} == {1}
        db.session.remove()
        db.engine.dispose()
