"""What the bench asks of a product: the same acts of the same people, whatever its pages look like."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.server import Server
from tests.bench.wire import Answer, Browser

ROLES = ("department", "communications", "it", "clerk")
PASSWORD = "northwater by the lake"
NOTE = ("The site answers questions about parks, paths and playgrounds. " * 4)[:200]


@dataclass(frozen=True)
class Step:
    """A step of the process: its name, whose it is, and what is answered beside the note."""

    name: str
    role: str
    answers: Mapping[str, str]


STEPS = (
    Step("request", "department", {}),
    Step("review", "communications", {"approved": "yes"}),
    Step("advise", "it", {}),
    Step("retain", "clerk", {}),
    Step("launch", "communications", {}),
)


class Product(Protocol):
    """One of the products that are measured."""

    name: str
    folder: Path

    def settle(self) -> None:
        """Make the database with one person for each role."""

    def serve(self) -> AbstractContextManager[Server]:
        """Run its server as its users would, on SQLite, with one worker process."""

    def sign_in(self, browser: Browser, role: str) -> None:
        """Sign the person of the role in."""

    def starter(self, browser: Browser) -> str:
        """Give the token of the form that starts a case."""

    def start(self, browser: Browser, token: str) -> Answer:
        """Start a case."""

    def newest_case(self) -> str:
        """Give the key of the case that was started last."""

    def tasks(self, browser: Browser) -> Answer:
        """Look at the list of what waits for the role."""

    def find(self, page: str, case: str) -> str:
        """Find the address of a case's task in the list."""

    def open(self, browser: Browser, address: str) -> Answer:
        """Open the page of a task."""

    def claim(self, browser: Browser, address: str, token: str) -> Answer | None:
        """Take the task, where the product asks for that before it may be done."""

    def form(self, browser: Browser, address: str) -> Answer:
        """Open the form of a task that has been taken."""

    def complete(self, browser: Browser, address: str, token: str, step: Step) -> Answer:
        """Send the form."""

    def token(self, page: str) -> str:
        """Give the token of a page's forms."""

    def waiting(self, step: Step) -> Sequence[str]:
        """Give the addresses of the tasks that wait at a step, oldest first."""

    def database_bytes(self) -> int:
        """The size of the database, its log written back."""

    def add_members(self, count: int) -> None:
        """Give the Communications role to that many more people."""
