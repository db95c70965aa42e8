"""Check files in processes of their own, so that no file can hang or exhaust the caller."""

import contextlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workflows.diagrams.check import Report, Shelf, check_file, report
from workflows.diagrams.graph import Finding
from workflows.diagrams.lint import Known
from workflows.diagrams.second_gate import Engine, OnEngine, Proved

SECONDS = 20.0
MAXIMUM_MEMORY = 2 * 1024**3
# Of the time for a file; the rest is for starting, reading and telling.
FOR_THE_PROOF = 0.7


def check_in_subprocess(
    files: Mapping[str, bytes],
    *,
    known: Known,
    library: Mapping[str, bytes],
    engine: Engine | None = None,
    seconds: float = SECONDS,
) -> list[Report]:
    """Check files by name, each within `seconds` of wall time and 2 GiB; never raises for a file.

    As `check`, but the library is a mapping (process id -> bytes), which can be handed over; what is
    in it and calls one of the files is checked with the file. `engine` runs the diagrams beside their
    proofs and must be something that can be pickled. A file that takes too long, or brings its process
    down, gets a finding that says so.
    """
    plain = replace(
        known,
        # Read-only views of mappings cannot be handed to another process.
        acts=dict(known.acts),
        topics=dict(known.topics),
        diagrams=dict(known.diagrams),
        caller_fields=dict(known.caller_fields),
        classes=dict(known.classes),
    )
    reports: list[Report] = []
    while len(reports) < len(files):
        todo = list(files)[len(reports) :]
        order = _Order(todo, dict(files), plain, dict(library), seconds, engine)
        reports += _round(order, seconds)
    return reports


@dataclass(frozen=True)
class _Order:
    """What a child process is asked to do: check these names, in this order."""

    names: list[str]
    files: dict[str, bytes]
    known: Known
    library: dict[str, bytes]
    seconds: float = SECONDS
    engine: Engine | None = None


# Sent before the engine is run, so that an engine which never comes back can be named.
_ON_ENGINE = "on engine"


def _round(order: _Order, seconds: float) -> Iterator[Report]:
    """Let one child process work until it is done, or until a file is too much for it."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    worker = _begin(order, sending)
    try:
        for name in order.names:
            verdict = _receive(receiving, seconds)
            if isinstance(verdict, Finding):
                yield report(name, None, [verdict], 0)
                return
            yield verdict
    finally:
        worker.kill()
        worker.wait()
        receiving.close()


# What the child runs: its order comes by standard input, its reports go by the pipe of this number.
_CHILD = "import sys; from workflows.diagrams.isolation import serve; serve(int(sys.argv[1]))"


def _begin(order: _Order, sending: Connection) -> subprocess.Popen[bytes]:
    """Start an interpreter that knows nothing but the check.

    Not by multiprocessing: a child of it would load the caller's whole program first, and a fork
    would inherit the locks of its threads.
    """
    command = [sys.executable, "-P", "-c", _CHILD, str(sending.fileno())]
    path = {"PYTHONPATH": os.pathsep.join(place or str(Path.cwd()) for place in sys.path)}
    worker = subprocess.Popen(  # noqa: S603 (this interpreter, with no word of the caller's)
        command, stdin=subprocess.PIPE, pass_fds=[sending.fileno()], env={**os.environ, **path}
    )
    sending.close()
    # A child that breaks down at once is noticed where its reports are waited for.
    with contextlib.suppress(BrokenPipeError), worker.stdin or contextlib.nullcontext() as into:
        if into:
            into.write(pickle.dumps(order))
    return worker


def serve(number: int) -> None:
    """Be the child: read the order, check what it names, and report by the pipe of this number."""
    with Connection(number, readable=False) as sending:
        _work(sending, pickle.load(sys.stdin.buffer))  # noqa: S301 (our own caller wrote it)


def _receive(receiving: Connection, seconds: float) -> Report | Finding:
    """Wait for the next report, or say why none came."""
    until = time.perf_counter() + seconds
    received: Any = None
    while received in (None, _ON_ENGINE):
        if not receiving.poll(max(0.0, until - time.perf_counter())):
            return _too_slow(seconds, received)
        try:
            received = receiving.recv()
        except EOFError:
            message = "The check broke down on this file. Please report it with the file."
            return Finding("error", "check-failed", None, None, message)
    verdict: Report = received
    return verdict


def _too_slow(seconds: float, received: str | None) -> Finding:
    if received == _ON_ENGINE:
        message = (
            f"The engine did not come to rest on this diagram within the {seconds:g} seconds of the "
            "check and was stopped. Please report it with the file."
        )
        return Finding("error", "engine-timeout", None, None, message)
    message = f"The check took longer than {seconds:g} seconds and was stopped. Split the diagram."
    return Finding("error", "check-timeout", None, None, message)


def _work(sending: Connection, order: _Order) -> None:
    _limit_memory()
    shelf = Shelf.of(order.files, order.library.get, order.library)
    engine = None if order.engine is None else _Announced(order.engine, sending)
    for name in order.names:
        seconds = order.seconds * FOR_THE_PROOF
        data = order.files[name]
        sending.send(check_file(name, data, order.known, shelf, seconds=seconds, engine=engine))


@dataclass(frozen=True)
class _Announced:
    """An engine that says that it begins."""

    engine: Engine
    sending: Connection

    def __call__(
        self, files: Mapping[str, bytes], proofs: Sequence[Proved], until: float
    ) -> OnEngine:
        self.sending.send(_ON_ENGINE)
        return self.engine(files, proofs, until)


def _limit_memory() -> None:
    """Bound the address space where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (MAXIMUM_MEMORY, MAXIMUM_MEMORY))
