"""The diagrams that the product ships, on the engine that will run them."""

from pathlib import Path

import pytest

from tests.workflows.engine.sketch import Given
from workflows.engine import parse, start

SHIPPED = {path.stem: path for path in sorted((Path(__file__).parents[3] / "bpmn").glob("*.bpmn"))}


@pytest.mark.parametrize("process", SHIPPED)
def test_a_shipped_diagram_can_be_read_with_all_that_it_calls(process: str) -> None:
    files = {name: path.read_bytes() for name, path in SHIPPED.items()}
    specs = parse(files, process)
    assert process in specs.drawings
    for name, drawing in specs.drawings.items():
        assert drawing.nodes, name


def test_a_request_for_a_site_starts_with_a_step_for_a_person() -> None:
    files = {name: path.read_bytes() for name, path in SHIPPED.items()}
    run = start(parse(files, "create-site"), Given())
    assert run.waiting()[0].kind == "user"
