"""The bench can still drive the product: one case from its start to its end, over HTTP."""

from pathlib import Path

from tests.bench import report, sqlite
from tests.bench.product import STEPS
from tests.bench.protocol import Office, Times
from tests.bench.report import Row
from tests.bench.siteward import Siteward


def test_the_bench_walks_a_case_to_its_end(tmp_path: Path) -> None:
    product = Siteward(tmp_path)
    product.settle()
    times = Times()
    with product.serve() as server:
        office = Office(product, server)
        office.walk(times)
        office.close()
    ended = 'SELECT count(*) FROM "case" WHERE ended_at IS NOT NULL'
    assert sqlite.ask(product.database, ended) == [(1,)]
    assert times.figures()["complete"].count == len(STEPS)


def test_a_row_says_whether_its_budget_is_met_and_who_is_faster() -> None:
    slower = Row("list", 20, limit=15, peer=10)
    assert (slower.is_met, slower.ratio) == (False, 0.5)
    faster = Row("completions", 80, "/s", limit=60, peer=40, at_least=True)
    assert (faster.is_met, faster.ratio) == (True, 2)
    assert "NO" in report.table([slower, faster])
