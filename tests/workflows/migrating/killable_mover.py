"""A worker that moves cases, for tests to kill: `python -m tests.workflows.migrating.killable_mover URL`.

It says "ready" when its imports are done and starts on the first line it is sent.
"""

import sys
import threading
from datetime import UTC, datetime, timedelta

from config import Config
from tests.workflows import walking
from webapp import create_app
from workflows import jobs
from workflows.migrating import bulk

if __name__ == "__main__":
    app = create_app(Config(database_url=sys.argv[1], secret_key="a secret for tests", demo=True))
    runtime = walking.runtime()
    print("ready", flush=True)  # noqa: T201 (the test waits for it)
    sys.stdin.readline()
    with app.app_context():
        moves = jobs.Outside(
            lambda job, now: bulk.go_on(runtime, job, now), lease=timedelta(seconds=1)
        )
        handlers: dict[str, jobs.Handler | jobs.Outside] = {bulk.MIGRATE_JOB: moves}
        jobs.run_for_ever(
            handlers, poll=0.05, stop=threading.Event(), clock=lambda: datetime.now(UTC)
        )
