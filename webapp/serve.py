"""Serve the product: the pages, and a worker beside them.

`python -m webapp.serve` prepares the database (and, in demo mode, the demo city) and serves it
with gunicorn. More hosts, or more workers, are started by their own commands.
"""

import ctypes
import gc
import os
import sys
import threading
from functools import partial
from multiprocessing import get_context
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import OperationalError

from config import Config, ConfigError
from models.schema import upgrade
from webapp import clock, create_app
from webapp.handlers import handlers
from webapp.prepare import prepare
from workflows import jobs
from workflows.business_time import CalendarError
from workflows.policy.pack import PolicyPackError

HOST = "127.0.0.1"

# glibc's mallopt, by its numbers: from how many bytes on a block is given back when it is freed,
# and how many heaps the threads share.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with the settings that suit one machine."""

    def __init__(self, config: Config, options: dict[str, Any]) -> None:
        """Serve with these settings of ours and these options of gunicorn's."""
        self._config = config
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        return create_app(self._config)


def begin(worker: Any) -> None:
    """Do due jobs in a thread of the server process, until it ends."""
    settle_memory()
    app: Flask = worker.app.callable
    threading.Thread(target=partial(work, app, threading.Event()), daemon=True).start()


def work(app: Flask, stop: threading.Event) -> None:
    """Do due jobs until told to stop."""
    with app.app_context():
        settings: Config = app.config["SITEWARD"]
        poll = settings.worker_poll_seconds
        jobs.run_for_ever(handlers(), poll=poll, stop=stop, clock=clock.now)


def settle_memory() -> None:
    """Leave what stays for ever out of every later search for garbage.

    Such a search takes over 100 ms with all modules, pages and policies in it, and would fall into
    the largest answers, as those of status pages.
    """
    gc.collect()
    gc.freeze()


def give_memory_back() -> None:
    """Let what a password check used go back to the system; each thread would keep its 19 MiB."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1024 * 1024)
        mallopt(M_ARENA_MAX, 2)


def prepare_apart(config: Config) -> int:
    """Prepare the database in a process of its own; what that needs, the server never has to hold.

    Gives 0, or the exit code of what went wrong.
    """
    process = get_context("fork").Process(target=_prepare, args=(config,))
    process.start()
    process.join()
    return abs(process.exitcode or 0)


def _prepare(config: Config) -> None:
    try:
        upgrade(config.database_url)
        prepare(create_app(config), sys.stdout, address=f"http://{HOST}:{config.port}")
    except CalendarError as error:
        sys.exit(f"HOLIDAYS: {error}")
    except PolicyPackError as error:
        sys.exit(f"The policy in {config.policy_dir} cannot be read.\n{error}")
    except OperationalError as error:
        sys.exit(f"DATABASE_URL: the database cannot be used. {error.orig}")


def main() -> int:
    """Serve until stopped; a setting that is wrong is said in one sentence."""
    give_memory_back()
    try:
        config = Config.from_environment()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if failed := prepare_apart(config):
        return failed
    options = {
        "bind": f"{HOST}:{config.port}",
        # One process contends least for SQLite's write lock; PostgreSQL serves several.
        "workers": 1 if config.database_url.startswith("sqlite") else 2,
        "worker_class": "gthread",
        "threads": 8,
        "post_worker_init": begin,
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108, PTH112
        "loglevel": "warning",
    }
    Server(config, options).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
