"""People at work in a process for tests to kill: `python -m tests.workflows.killable_office URL TOWN`.

It says "begun" when it has started its first case, and goes on until it is killed.
"""

import json
import sys
from datetime import UTC, datetime

from config import Config
from tests import city
from tests.workflows import walking
from webapp import create_app

if __name__ == "__main__":
    app = create_app(Config(database_url=sys.argv[1], secret_key="a secret for tests", demo=True))
    given = json.loads(sys.argv[2])
    town = walking.Town(
        walking.runtime(), city.Cast(**given["people"]), given["mia"], given["platform"]
    )
    with app.app_context():
        walking.start(town, now=datetime.now(UTC))
        print("begun", flush=True)  # noqa: T201 (the test waits for it)
        while True:
            walking.launched(town, now=datetime.now(UTC))
