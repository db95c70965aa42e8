"""The protocol: what is done to a product over HTTP, and what is timed. docs/benchmarks.md tells it."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.bench.product import ROLES, STEPS, Product, Step
from tests.bench.server import Server
from tests.bench.wire import Answer, Browser, Connection, expect

WARM_UP = 3
SEE_OTHER = (302, 303)


@dataclass(frozen=True)
class Figure:
    """Times of one kind of request, in milliseconds."""

    p50: float
    p95: float
    count: int

    @classmethod
    def of(cls, times: Sequence[float]) -> "Figure":
        ordered = sorted(times)
        return cls(
            statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], len(ordered)
        )


@dataclass
class Times:
    """The times of each kind of request."""

    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, kind: str, answer: Answer) -> Answer:
        self.by_kind[kind].append(answer.milliseconds)
        return answer

    def figures(self) -> dict[str, Figure]:
        return {kind: Figure.of(times) for kind, times in self.by_kind.items()}

    def together(self, *kinds: str) -> Figure:
        """The times of requests that belong to one act, added one to one."""
        each = [self.by_kind[kind] for kind in kinds if self.by_kind[kind]]
        return Figure.of([sum(times) for times in zip(*each, strict=True)])


@dataclass
class Walks:
    """What cases, one after the other, have cost so far."""

    times: Times = field(default_factory=Times)
    count: int = 0
    cpu_seconds: float = 0.0
    bytes_grown: int = 0

    @property
    def cpu_milliseconds(self) -> float:
        """The processor time of the server for each case."""
        return self.cpu_seconds / self.count * 1000

    @property
    def bytes_each(self) -> float:
        return self.bytes_grown / self.count


@dataclass(frozen=True)
class Looks:
    """What looking at a list costs: time, the bytes of the page, the server's processor."""

    figure: Figure
    size: int
    cpu_milliseconds: float


@dataclass(frozen=True)
class Crowd:
    """Completions by parallel clients."""

    clients: int
    completions: int
    errors: int
    seconds: float
    figure: Figure

    @property
    def per_second(self) -> float:
        return self.completions / self.seconds


class Office:
    """The four people of a product, signed in, on one connection."""

    def __init__(self, product: Product, server: Server) -> None:
        self.product = product
        self.server = server
        self.connection = Connection(server.port)
        self.people: Mapping[str, Browser] = {role: Browser(self.connection) for role in ROLES}
        for role, browser in self.people.items():
            product.sign_in(browser, role)
        self._starting = product.starter(self.people[STEPS[0].role])

    def close(self) -> None:
        self.connection.close()

    def start(self, times: Times) -> str:
        """Start a case; give its key."""
        answer = self.product.start(self.people[STEPS[0].role], self._starting)
        if answer.status not in SEE_OTHER:
            expect(answer, SEE_OTHER[0])
        times.note("start", answer)
        return self.product.newest_case()

    def do(self, step: Step, case: str, times: Times) -> None:
        """Find a task in the list, open its page, take it if need be, and complete it."""
        product, who = self.product, self.people[step.role]
        listed = times.note("list", expect(product.tasks(who), 200))
        address = product.find(listed.text, case)
        page = times.note("open", expect(product.open(who, address), 200))
        taken = product.claim(who, address, product.token(page.text))
        if taken is not None:
            expect(times.note("claim", taken), SEE_OTHER[0])
            page = times.note("form", expect(product.form(who, address), 200))
        done = product.complete(who, address, product.token(page.text), step)
        if done.status not in SEE_OTHER:
            expect(done, SEE_OTHER[0])
        times.note("complete", done)

    def walk(self, times: Times) -> None:
        """Let one case go from its start to its end."""
        case = self.start(times)
        for step in STEPS:
            self.do(step, case, times)


def warm(office: Office) -> None:
    """Let a few cases run that are not counted."""
    for _ in range(WARM_UP):
        office.walk(Times())


def walk(office: Office, walks: Walks, count: int) -> None:
    """Let cases run one after the other."""
    server, product = office.server, office.product
    size, cpu = product.database_bytes(), server.cpu_seconds()
    for _ in range(count):
        office.walk(walks.times)
    walks.count += count
    walks.cpu_seconds += server.cpu_seconds() - cpu
    walks.bytes_grown += product.database_bytes() - size


def look(office: Office, count: int) -> Looks:
    """Look at the list of a role whose tasks wait."""
    who = office.people[STEPS[0].role]
    office.product.tasks(who)
    cpu = office.server.cpu_seconds()
    answers = [expect(office.product.tasks(who), 200) for _ in range(count)]
    used = (office.server.cpu_seconds() - cpu) / count * 1000
    figure = Figure.of([answer.milliseconds for answer in answers])
    return Looks(figure, len(answers[-1].body), used)


def crowd(office: Office, clients: int, cases: int) -> Crowd:
    """Let clients complete the tasks of many cases at once, each on a connection of its own.

    The tasks are found beforehand, and only their completion is timed, with the claim where the
    product asks for one. Whatever is no redirect is an error.
    """
    for _ in range(cases):
        office.start(Times())
    milliseconds: list[float] = []
    errors, seconds = 0, 0.0
    for step in STEPS:
        addresses = office.product.waiting(step)[-cases:]
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            shares = [addresses[client::clients] for client in range(clients)]
            done = list(pool.map(_completing(office, step), shares))
        seconds += time.perf_counter() - began
        for answers in done:
            errors += sum(any(answer.is_error for answer in act) for act in answers)
            milliseconds += [sum(answer.milliseconds for answer in act) for act in answers]
    return Crowd(clients, len(milliseconds), errors, seconds, Figure.of(milliseconds))


def _completing(office: Office, step: Step) -> Callable[[Sequence[str]], list[list[Answer]]]:
    token = office.product.token(office.product.tasks(office.people[step.role]).text)

    def complete(addresses: Sequence[str]) -> list[list[Answer]]:
        who = office.people[step.role].on(Connection(office.server.port))
        try:
            return [acts(office.product, who, address, token, step) for address in addresses]
        finally:
            who.connection.close()

    return complete


def acts(product: Product, who: Browser, address: str, token: str, step: Step) -> list[Answer]:
    """Complete a task, the claim before it where the product asks for one."""
    taken = product.claim(who, address, token)
    done = product.complete(who, address, token, step)
    return [done] if taken is None else [taken, done]
