"""A real worker for tests to kill: `python -m tests.workflows.killable_worker URL`.

It says "ready" when its imports are done and starts on the first line it is sent.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.trust import Job, Notice
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
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = sys.argv[1]
    db.init_app(app)
    print("ready", flush=True)  # noqa: T201 (the test waits for it)
    sys.stdin.readline()
    with app.app_context():
        handlers: dict[str, jobs.Handler | jobs.Outside] = {
            "tell": tell,
            "send": jobs.Outside(send, lease=timedelta(seconds=1)),
        }
        jobs.run_for_ever(handlers, poll=0.05, stop=threading.Event(), clock=clock)
