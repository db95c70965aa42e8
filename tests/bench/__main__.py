"""Measure this product and a peer side by side: `make bench`, or `python -m tests.bench --quick`."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import inside, protocol, report
from tests.bench.product import STEPS, Product
from tests.bench.protocol import Crowd, Figure, Looks, Office, Times, Walks
from tests.bench.report import Row
from tests.bench.siteward import Siteward
from tests.bench.viewflow import Viewflow, make_environment
from tests.bench.wire import Browser, Connection

BUILD = Path(__file__).parents[2] / "build"
MB, KB = 1_000_000, 1_000
SIGN_INS = 20
MEMBERS = 500
LOOKS = 30


@dataclass(frozen=True)
class Size:
    """How much is done of everything."""

    cases: int
    rounds: int
    crowd_cases: int
    few: int
    many: int
    most: int
    worker_cases: int


FULL = Size(40, 4, 48, 100, 2_000, 200_000, 10_000)
QUICK = Size(10, 2, 24, 20, 200, 20_000, 1_000)


@dataclass
class Result:
    """What was measured of one product."""

    walks: Walks = field(default_factory=Walks)
    crowds: dict[int, Crowd] = field(default_factory=dict)
    lists: dict[int, Looks] = field(default_factory=dict)
    walks_with_members: Walks = field(default_factory=Walks)
    rss: int = 0
    memory: int = 0

    def act(self) -> Figure:
        """Completing a task, with the claim where the product asks for one."""
        return self.walks.times.together("claim", "complete")


def measure(products: Sequence[Product], size: Size) -> dict[str, Result]:
    """Measure the products over HTTP, in turns."""
    results = {product.name: Result() for product in products}
    with ExitStack() as servers:
        offices = [
            Office(product, servers.enter_context(_settled(product).serve()))
            for product in products
        ]
        for office in offices:
            protocol.warm(office)
        for _ in range(size.rounds):
            for office in offices:
                walks = results[office.product.name].walks
                protocol.walk(office, walks, size.cases // size.rounds)
        for clients in (8, 20):
            for office in offices:
                crowd = protocol.crowd(office, clients, size.crowd_cases)
                results[office.product.name].crowds[clients] = crowd
        for office in offices:
            _measure_full_house(office, results[office.product.name], size)
    return results


def _settled(product: Product) -> Product:
    product.settle()
    return product


def _measure_full_house(office: Office, result: Result, size: Size) -> None:
    """Measure with many open cases, many sign-ins and a large role."""
    opened = 0
    for goal in (size.few, size.many):
        for _ in range(goal - opened):
            office.start(Times())
        opened = goal
        result.lists[goal] = protocol.look(office, LOOKS)
    for _ in range(SIGN_INS):
        connection = Connection(office.server.port)
        office.product.sign_in(Browser(connection), "clerk")
        connection.close()
    result.rss, result.memory = office.server.worker_rss(), office.server.memory()
    office.product.add_members(MEMBERS)
    _complete_some(office, result.walks_with_members)


def _complete_some(office: Office, walks: Walks) -> None:
    """Complete the tasks of a role of many people, while many more wait."""
    for step, times in zip(STEPS, (Times(), walks.times), strict=False):
        who = office.people[step.role]
        for address in office.product.waiting(step)[:LOOKS]:
            token = office.product.token(office.product.open(who, address).text)
            acts = protocol.acts(office.product, who, address, token, step)
            for kind, answer in zip(("complete", "claim"), reversed(acts), strict=False):
                times.note(kind, answer)


def compare(results: dict[str, Result], size: Size) -> list[Row]:
    """Set the figures against the budgets of docs/benchmarks.md and against the peer."""
    ours, peer = results["Siteward"], results["viewflow"]
    mine, other = ours.walks.times.figures(), peer.walks.times.figures()
    act = peer.act()
    many, peer_many = ours.lists[size.many], peer.lists[size.many]
    rows = [
        Row("start a case, p50", mine["start"].p50, peer=other["start"].p50),
        Row("list of tasks, p50", mine["list"].p50, peer=other["list"].p50),
        Row("page of a task, p50", mine["open"].p50, peer=other["open"].p50),
        Row(
            "complete a task, p50; peer: claim and complete",
            mine["complete"].p50,
            limit=act.p50,
            peer=act.p50,
            budget="≤ the peer's",
        ),
        Row(
            "complete a task, p50; peer: without its claim",
            mine["complete"].p50,
            peer=other["complete"].p50,
        ),
        Row("complete a task, p95; peer: claim and complete", mine["complete"].p95, peer=act.p95),
        Row("server CPU for a case", ours.walks.cpu_milliseconds, peer=peer.walks.cpu_milliseconds),
        Row(
            "bytes of a finished case",
            ours.walks.bytes_each / KB,
            "kB",
            limit=6,
            peer=peer.walks.bytes_each / KB,
        ),
    ]
    for clients, crowd in ours.crowds.items():
        against = peer.crowds[clients]
        rows += [
            Row(
                f"{clients} clients, completions",
                crowd.per_second,
                "/s",
                limit=60 if clients == 8 else None,
                peer=against.per_second,
                at_least=True,
            ),
            Row(f"{clients} clients, p95", crowd.figure.p95, peer=against.figure.p95),
            Row(f"{clients} clients, errors", crowd.errors, "", limit=0, peer=against.errors),
        ]
    few = ours.lists[size.few]
    return [
        *rows,
        Row(
            f"list at {size.few:,} open, p50",
            few.figure.p50,
            peer=peer.lists[size.few].figure.p50,
        ),
        Row(
            f"list at {size.many:,} open, p50",
            many.figure.p50,
            limit=15,
            peer=peer_many.figure.p50,
        ),
        Row(
            f"list at {size.many:,} open, server CPU",
            many.cpu_milliseconds,
            peer=peer_many.cpu_milliseconds,
        ),
        Row(
            f"list at {size.many:,} open, page",
            many.size / KB,
            "kB",
            limit=60,
            peer=peer_many.size / KB,
        ),
        Row(
            f"complete, {MEMBERS} in the role, p50",
            ours.walks_with_members.times.together("claim", "complete").p50,
            peer=peer.walks_with_members.times.together("claim", "complete").p50,
        ),
        Row("memory of the serving process", ours.rss / MB, "MB", limit=120, peer=peer.rss / MB),
        Row("memory of all its processes", ours.memory / MB, "MB", peer=peer.memory / MB),
    ]


def look_inside(product: Siteward, size: Size, at_many: Looks) -> list[Row]:
    """Measure what needs no peer: statements, the worker, a very long list."""
    counted = inside.statements(product, product.folder)
    inside.clone_open_cases(product, size.worker_cases)
    worker = inside.pass_of_worker(product)
    inside.clone_open_cases(product, size.most)
    with product.serve() as server:
        longest = protocol.look(Office(product, server), LOOKS)
    return [
        Row("statements of a completion", counted.bench, "", limit=12),
        Row("statements, the City's diagrams", counted.city, "", limit=12),
        Row("statements, a site goes live", counted.register, "", limit=16),
        Row("write transactions of a completion", counted.write_transactions, "", limit=1),
        Row(f"worker pass, {size.worker_cases:,} open, none due", worker, limit=50),
        Row(f"list at {size.most:,} open, p50", longest.figure.p50, limit=15),
        Row(f"list at {size.most:,} open, server CPU", longest.cpu_milliseconds),
        Row(
            f"list at {size.most:,} against {size.many:,}",
            longest.figure.p50 / at_many.figure.p50,
            "times",
            limit=1.5,
        ),
    ]


def main() -> int:
    """Measure, print the table and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, to try it")
    size = QUICK if parser.parse_args().quick else FULL
    began, load = time.monotonic(), os.getloadavg()[0]
    versions = make_environment()
    with tempfile.TemporaryDirectory(prefix="siteward-bench-") as folder:
        ours = Siteward(Path(folder))
        results = measure([ours, Viewflow(Path(folder))], size)
        rows = compare(results, size)
        rows += look_inside(ours, size, results[ours.name].lists[size.many])
    day = datetime.now(UTC).date().isoformat()
    head = f"{day}, {os.cpu_count()} cores, load before {load:.1f}; peer: {versions}"
    met = [row.is_met for row in rows if row.is_met is not None]
    took = f"{sum(met)} of {len(met)} budgets met; {time.monotonic() - began:.0f} s"
    sys.stdout.write(f"{head}\n\n{report.table(rows)}\n\n{took}\n")
    _keep(rows, head)
    return 0


def _keep(rows: Sequence[Row], head: str) -> None:
    BUILD.mkdir(exist_ok=True)
    kept = {"about": head, "rows": report.as_json(rows)}
    (BUILD / "bench.json").write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
