"""A real worker for tests to kill: `python -m tests.workflows.killable_worker URL`.

It says "ready" when its imports are done and starts on the first line it is sent.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from config import Config
from models.database import transaction
from models.trust import Job, Notice
from webapp import create_app
from workflows import audit, jobs

MOMENT = 0.01


def tell(session: Session, job: Job, now: datetime) -> None:
    """Write, linger where a kill hurts most, and write again."""
    person_id = job.payload["person"]
    session.add(Notice(person_id=person_id, case_id=job.case_id, text=job.key, at=now))
    session.flush()
    time.sleep(MOMENT)
    subject = f"job {job.key}"
    audit.record(session, action="test:told", subject=subject, actor=None, now=now, details={})


def send(job: Job, now: datetime) -> None:
    """Act outside the job's own transaction; the notice stands for a mail that was sent."""
    with transaction() as session:
        session.add(Notice(person_id=job.payload["person"], text=job.key, at=now))
    time.sleep(MOMENT)


def clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    app = create_app(Config(database_url=sys.argv[1], secret_key="a secret for tests", demo=True))
    print("ready", flush=True)  # noqa: T201 (the test waits for it)
    sys.stdin.readline()
    with app.app_context():
        handlers: dict[str, jobs.Handler | jobs.Outside] = {
            "tell": tell,
            "send": jobs.Outside(send, lease=timedelta(seconds=1)),
        }
        jobs.run_for_ever(handlers, poll=0.05, stop=threading.Event(), clock=clock)
