"""Shipped diagrams that somebody has broken, as files, and what the check says of them."""

import re

from config import ROOT
from tests.workflows.walking import pack
from workflows.diagrams.check import Report, Shelf, check_file
from workflows.vocabulary import vocabulary


def shipped(process: str) -> str:
    """Give the BPMN of a shipped diagram."""
    return (ROOT / "bpmn" / f"{process}.bpmn").read_text(encoding="utf-8")


def changed(process: str, pattern: str, instead: str) -> bytes:
    """Change one place of a shipped diagram, as somebody might in a hurry."""
    text, times = re.subn(pattern, instead, shipped(process), flags=re.DOTALL)
    assert times == 1
    return text.encode()


def approved_by_return() -> bytes:
    """What Communications returns for changes goes on as if it were approved."""
    flow = r'(<bpmn:sequenceFlow id="SiteApprovedToReturnForChanges"[^>]*targetRef=")[^"]*'
    return changed("decide-request", flow, r"\g<1>RequestApproved")


def stuck() -> bytes:
    """A join waits for advice that nobody was asked for."""
    join = r'inclusiveGateway( id="AdviceGiven"[^>]*>.*?</bpmn:)inclusiveGateway>'
    return changed("gather-advice", join, r"parallelGateway\1parallelGateway>")


def retention_by_its_label_only() -> bytes:
    """Of what is set up side by side, the City Clerk's step sets up retention by its label only."""
    return changed("prepare-site", 'act="set-up-retention" ', "")


def checked(process: str, data: bytes) -> Report:
    """Give what the proof says of a file among the shipped diagrams, without the engine."""
    paths = (ROOT / "bpmn").glob("*.bpmn")
    others = {path.stem: path.read_bytes() for path in paths if path.stem != process}
    name = f"{process}.bpmn"
    shelf = Shelf.of({name: data}, others.get, others)
    return check_file(name, data, vocabulary(pack()), shelf)
