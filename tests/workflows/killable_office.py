"""People at work in a process for tests to kill: `python -m tests.workflows.killable_office URL TOWN`.

It says "ready" when its imports are done and starts on the first line it is sent.
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
    print("ready", flush=True)  # noqa: T201 (the test waits for it)
    sys.stdin.readline()
    with app.app_context():
        while True:
            walking.launched(town, now=datetime.now(UTC))
