"""The modeler of the studio in Chromium: a file is opened, changed by its own commands, and saved."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from webapp.assets import FRONTEND

MODULES = FRONTEND / "node_modules"
OPEN = """async ([xml, moddle]) => {
  document.body.innerHTML = '<div id="canvas" style="height:600px"></div>';
  window.modeler = new (studio.lossless(BpmnJS))({ container: '#canvas', moddleExtensions: moddle });
  const { warnings } = await modeler.importXML(xml);
  return warnings.map(({ message }) => message);
}"""
SAVE = "async () => (await modeler.saveXML({ format: true })).xml"


# Names of the modeler's services and the element of an id, for what a test does to the diagram.
ACT = """(act) => {
  const [modeling, stack, replace, registry] =
    ['modeling', 'commandStack', 'bpmnReplace', 'elementRegistry'].map((name) => modeler.get(name));
  const at = (id) => registry.get(id);
  eval(act);
}"""


@contextmanager
def modeler(browser: Browser) -> Iterator[Page]:
    """An empty page with the modeler and what the studio makes of it."""
    script = subprocess.run(
        [
            MODULES / ".bin" / "esbuild",
            FRONTEND / "src" / "studio" / "lossless.js",
            *("--bundle", "--format=iife", "--global-name=studio"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    page = browser.new_page()
    page.add_script_tag(path=MODULES / "bpmn-js" / "dist" / "bpmn-modeler.production.min.js")
    page.add_script_tag(content=script)
    yield page
    page.close()


def opened(page: Page, data: bytes) -> list[str]:
    """Open a file in the modeler; gives its warnings."""
    camunda = MODULES / "camunda-bpmn-moddle" / "resources" / "camunda.json"
    siteward = FRONTEND / "src" / "studio" / "siteward.json"
    moddle = {
        "camunda": json.loads(camunda.read_text()),
        "siteward": json.loads(siteward.read_text()),
    }
    warnings: list[str] = page.evaluate(OPEN, [data.decode("utf-8-sig"), moddle])
    return warnings


def saved(page: Page) -> bytes:
    """Save what is open."""
    return str(page.evaluate(SAVE)).encode()


def act(page: Page, script: str) -> None:
    """Do something to the open diagram, as the canvas or the panel does it."""
    page.evaluate(ACT, script)
