"""What the modeler of the studio keeps of a file: opened and saved in Chromium, then compared.

The modeler reads a file into its own model and writes that; it keeps unknown attributes and
extensions, and it drops comments and attributes that say what is so anyhow. The drawing is left out
of the comparison: the modeler draws again what it opens.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import started
from tests.workflows.diagrams import round_trip
from tests.workflows.diagrams.round_trip import FOREIGN, NUMBERS, SHIPPED, beyond_defaults, lost
from webapp.assets import FRONTEND
from workflows.diagrams.reading import read

MODULES = FRONTEND / "node_modules"
REPORT = Path(__file__).parents[3] / "build" / "round-trip.tsv"
SAVED = """async ([xml, moddle]) => {
  document.body.innerHTML = '<div id="canvas" style="height:600px"></div>';
  const modeler = new BpmnJS({ container: '#canvas', moddleExtensions: moddle });
  try {
    const { warnings } = await modeler.importXML(xml);
    const saved = await modeler.saveXML({ format: true });
    return { xml: saved.xml, warnings: warnings.map(({ message }) => message) };
  } catch (error) {
    return { xml: null, warnings: [error.message] };
  }
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """An empty page with the modeler of the bundle."""
    with started() as browser:
        page = browser.new_page()
        page.add_script_tag(path=MODULES / "bpmn-js" / "dist" / "bpmn-modeler.production.min.js")
        yield page


def saved(page: Page, data: bytes) -> dict[str, Any]:
    """Open a file in the modeler and save it."""
    camunda = MODULES / "camunda-bpmn-moddle" / "resources" / "camunda.json"
    siteward = FRONTEND / "src" / "studio" / "siteward.json"
    moddle = {
        "camunda": json.loads(camunda.read_text()),
        "siteward": json.loads(siteward.read_text()),
    }
    found: dict[str, Any] = page.evaluate(SAVED, [data.decode("utf-8-sig"), moddle])
    return found


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("path", SHIPPED, ids=round_trip.names(SHIPPED))
def test_the_modeler_keeps_everything_of_a_shipped_diagram(page: Page, path: Path) -> None:
    data = path.read_bytes()
    after = saved(page, data)
    assert after["warnings"] == []
    found = lost(data, after["xml"].encode())
    assert not any(found.values()), found
    assert read(after["xml"].encode())[0] == read(data)[0]


if FOREIGN:

    @pytest.mark.browser
    @pytest.mark.long
    def test_what_the_modeler_loses_of_foreign_diagrams_is_counted(page: Page) -> None:
        """Each file's numbers are left in build/round-trip.tsv; docs/proofs.md tells of them."""
        total: Counter[str] = Counter()
        lines: list[tuple[str, ...]] = [("file", *NUMBERS, "said anyhow", "warnings")]
        for path in FOREIGN:
            data = path.read_bytes()
            after = saved(page, data)
            if not after["xml"]:
                total["not saved"] += 1
                lines.append((path.name, *after["warnings"]))
                continue
            found = lost(data, after["xml"].encode())
            told = beyond_defaults(found["attributes"])
            anyhow = len(found["attributes"]) - len(told)
            numbers = {kind: len(things) for kind, things in (found | {"attributes": told}).items()}
            total.update(numbers | {"said anyhow": anyhow, "whole": int(not any(numbers.values()))})
            lines.append(
                (path.name, *map(str, numbers.values()), str(anyhow), str(len(after["warnings"])))
            )
        REPORT.parent.mkdir(exist_ok=True)
        lines.append(("all", *(f"{kind}: {number}" for kind, number in sorted(total.items()))))
        REPORT.write_text("\n".join("\t".join(line) for line in lines) + "\n")
        assert total["extension elements"] == 0
        assert total["whole"] >= 0.9 * len(FOREIGN), REPORT.read_text()
