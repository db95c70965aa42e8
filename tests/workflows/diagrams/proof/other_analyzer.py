"""Another analyzer of BPMN, written by others: asked line by line, in a process that may break down.

Reads XML as JSON strings and answers whether a diagram is safe, can always complete, completes properly
and has no dead activity. It knows no data, no inclusive gateways and no boundary events, lets a message come
only where the same file sends it, and runs for ever on some diagrams that gather tokens.
"""

import json
import select
import subprocess
import sys
from types import TracebackType

MEMORY = 1 << 30
SECONDS = 2


class OtherAnalyzer:
    """The analyzer in its process, begun anew whenever it breaks down or takes too long."""

    def __enter__(self) -> "OtherAnalyzer":
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def is_sound(self, text: str) -> bool | None:
        """Ask for all four at once; None where it gives no answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
        answer = self._process.stdout.readline() if ready else ""
        if not answer:
            self._end()
            self._begin()
            return None
        return bool(json.loads(answer))

    def _begin(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def _serve() -> None:
    import resource  # noqa: PLC0415 - only here, on systems that have it

    import rust_bpmn_analyzer_bindings as other  # noqa: PLC0415 - only in its own process

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    questions = (
        other.analyze_safeness,
        other.analyze_option_to_complete,
        other.analyze_proper_completion,
        other.analyze_dead_activities,
    )
    for line in sys.stdin:
        text = json.loads(line)
        print(json.dumps(all(ask(text).fulfilled for ask in questions)), flush=True)  # noqa: T201


if __name__ == "__main__":
    _serve()
