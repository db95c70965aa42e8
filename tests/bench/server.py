"""A server process of the bench: started, waited for, weighed by /proc, and stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


class ServerNotReadyError(Exception):
    """A server did not answer in time; the message holds the end of its log."""


@dataclass(frozen=True)
class Server:
    """A server and its workers."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pids(self) -> list[int]:
        """The process that was started, and those that it started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *(int(pid) for pid in children.split())]

    def cpu_seconds(self) -> float:
        """The processor time that all of its processes have used so far."""
        return sum(_cpu_ticks(pid) for pid in self.pids) / TICKS

    def worker_rss(self) -> int:
        """The memory of the process that answers requests, in bytes."""
        return max(_status(pid, "status", "VmRSS") for pid in self.pids)

    def memory(self) -> int:
        """The memory of all its processes, in bytes, what they share counted once."""
        return sum(_status(pid, "smaps_rollup", "Pss") for pid in self.pids)


def _cpu_ticks(pid: int) -> int:
    # The name of a process, in brackets, may hold spaces; what follows it does not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _status(pid: int, file: str, key: str) -> int:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def serving(
    command: Sequence[str], *, port: int, environment: Mapping[str, str], log: Path
) -> Generator[Server]:
    """Run a server until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    server = Server(port, process, log)
    try:
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServerNotReadyError(server.log.read_text()[-2000:])


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
