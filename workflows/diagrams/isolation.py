"""Check files in processes of their own, so that no file can hang or exhaust the caller."""

import contextlib
import multiprocessing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from workflows.diagrams.check import Report, Shelf, check_file, report
from workflows.diagrams.graph import Finding
from workflows.diagrams.lint import Known

SECONDS = 20.0
MAXIMUM_MEMORY = 2 * 1024**3
# Of the time for a file; the rest is for starting, reading and telling.
FOR_THE_PROOF = 0.7


def check_in_subprocess(
    files: Mapping[str, bytes],
    *,
    known: Known,
    library: Mapping[str, bytes],
    seconds: float = SECONDS,
) -> list[Report]:
    """Check files by name, each within `seconds` of wall time and 2 GiB; never raises for a file.

    As `check`, but the library is a mapping (process id -> bytes), which can be handed over; what is
    in it and calls one of the files is checked with the file. A file
    that takes too long, or brings its process down, gets a finding that says so.
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
        reports += _round(_Order(todo, dict(files), plain, dict(library), seconds), seconds)
    return reports


@dataclass(frozen=True)
class _Order:
    """What a child process is asked to do: check these names, in this order."""

    names: list[str]
    files: dict[str, bytes]
    known: Known
    library: dict[str, bytes]
    seconds: float = SECONDS


def _round(order: _Order, seconds: float) -> Iterator[Report]:
    """Let one child process work until it is done, or until a file is too much for it."""
    # spawn: the caller may run threads, and a fork would inherit its locks.
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(sending, order), daemon=True)
    worker.start()
    sending.close()
    try:
        for name in order.names:
            if not receiving.poll(seconds):
                yield _unfinished(
                    name,
                    "check-timeout",
                    f"The check took longer than {seconds:g} seconds and was stopped. Split the "
                    "diagram.",
                )
                return
            try:
                verdict: Report = receiving.recv()
            except EOFError:
                yield _unfinished(
                    name,
                    "check-failed",
                    "The check broke down on this file. Please report it with the file.",
                )
                return
            yield verdict
    finally:
        worker.kill()
        worker.join()
        receiving.close()


def _unfinished(name: str, code: str, message: str) -> Report:
    return report(name, None, [Finding("error", code, None, None, message)], 0)


def _work(sending: Connection, order: _Order) -> None:
    _limit_memory()
    shelf = Shelf.of(order.files, order.library.get, order.library)
    for name in order.names:
        verdict = check_file(
            name, order.files[name], order.known, shelf, seconds=order.seconds * FOR_THE_PROOF
        )
        sending.send(verdict)
    sending.close()


def _limit_memory() -> None:
    """Bound the address space where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (MAXIMUM_MEMORY, MAXIMUM_MEMORY))
