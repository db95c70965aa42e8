"""A BPMN document that is being edited: everything that no edit is about stays as it was written."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from lxml import etree

from workflows.diagrams.document import (
    BPMN,
    CAMUNDA,
    SITEWARD,
    Findings,
    children,
    local,
    namespace,
    parse_document,
)
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.handwriting import Handwriting
from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.reading import read

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {CAMUNDA: "camunda", SITEWARD: "siteward", XSI: "xsi"}
_NODES = ("task", "process", "transaction", "gateway", "activity", "event", "choreography")

P = ParamSpec("P")
R = TypeVar("R")


class Sheet:
    """One BPMN file open for editing.

    Comments, processing instructions, foreign elements and attributes, prefixes and the order of
    attributes are kept. Ids, not elements, are what callers hold: an edit may parse the file anew.
    """

    def __init__(self, root: etree._Element, hand: Handwriting) -> None:
        """Use `Sheet.open`."""
        self.root = root
        self._hand = hand
        self._depth = 0

    @classmethod
    def open(cls, data: bytes) -> "Sheet":
        """Open the bytes of a file; raises EditError where they are no BPMN document."""
        return cls(_parsed(data), Handwriting.of(data))

    def to_bytes(self) -> bytes:
        """Write the document as UTF-8, in the manner of the file that was opened."""
        return self._hand.write(self._written())

    def _written(self) -> bytes:
        return etree.tostring(self.root.getroottree(), encoding="utf-8", xml_declaration=False)

    @property
    def diagram(self) -> Diagram:
        """What the document says now. Raises EditError where it holds no process."""
        diagram, findings = read(self._written())
        if diagram is None:
            raise EditError("", findings[0].message)
        return diagram

    @property
    def process(self) -> etree._Element:
        """The process that is read: the executable one, else the largest."""
        processes = list(children(self.root, "process"))
        if not processes:
            raise EditError("", "The file holds no process. Draw one, with a start and an end.")
        for process in processes:
            if process.get("isExecutable") in ("true", "1"):
                return process
        return max(processes, key=lambda process: sum(1 for _ in process.iterchildren("*")))

    def nodes(self, container: etree._Element | None = None) -> Iterator[etree._Element]:
        """Walk steps, gateways and events of the process, those in subprocesses too."""
        level = self.process if container is None else container
        for element in level.iterchildren(f"{{{BPMN}}}*"):
            if element.get("id") and local(element).lower().endswith(_NODES):
                yield element
                if local(element) == "subProcess":
                    yield from self.nodes(element)

    def flows(self, container: etree._Element | None = None) -> Iterator[etree._Element]:
        """Walk the sequence flows of the process, or of a level and what is inside it."""
        level = self.process if container is None else container
        for element in level.iterchildren(f"{{{BPMN}}}sequenceFlow", f"{{{BPMN}}}subProcess"):
            if local(element) == "subProcess":
                yield from self.flows(element)
            elif element.get("id"):
                yield element

    def node(self, identity: str, field: str = "element") -> etree._Element:
        """Find a step, gateway or event by id; EditError at `field` where there is none."""
        return _only(self.nodes(), identity, field, "step")

    def flow(self, identity: str, field: str = "flow") -> etree._Element:
        """Find a sequence flow by id; EditError at `field` where there is none."""
        return _only(self.flows(), identity, field, "way")

    def outgoing(self, node: etree._Element) -> list[etree._Element]:
        """Give the flows that leave a node."""
        return [flow for flow in self.flows() if flow.get("sourceRef") == node.get("id")]

    def incoming(self, node: etree._Element) -> list[etree._Element]:
        """Give the flows that arrive at a node."""
        return [flow for flow in self.flows() if flow.get("targetRef") == node.get("id")]

    def boundaries(self, host: etree._Element) -> list[etree._Element]:
        """Give the events on the border of a node."""
        return [node for node in self.nodes() if node.get("attachedToRef") == host.get("id")]

    def pools(self) -> Iterator[etree._Element]:
        """Walk the participants of the collaborations."""
        for collaboration in children(self.root, "collaboration"):
            yield from children(collaboration, "participant")

    def needs(self, *namespaces: str) -> None:
        """Declare at the top the prefixes that are missing. Elements found before are void then."""
        known = {uri for prefix, uri in self.root.nsmap.items() if prefix}
        missing = [uri for uri in namespaces if uri not in known]
        if not missing:
            return
        declared = "".join(f' xmlns:{self._free_prefix(uri)}="{uri}"' for uri in missing).encode()
        root = etree.tostring(self.root, encoding="utf-8", with_tail=False)
        written = self._written()
        begin = written.index(root)
        tag = re.match(rb"<[^\s/>]+", root)
        end = begin + (tag.end() if tag else 0)
        self.root = _parsed(written[:end] + declared + written[end:])

    def _free_prefix(self, uri: str) -> str:
        prefix, number = _PREFIXES[uri], 1
        while prefix in self.root.nsmap:
            number += 1
            prefix = f"{_PREFIXES[uri]}{number}"
        return prefix

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Make an edit as a whole or not at all; refuse what could not be read afterwards."""
        if self._depth:
            yield
            return
        before = self._written()
        self._depth += 1
        try:
            yield
            _check(before, self._written())
        except BaseException:
            self.root = _parsed(before)
            raise
        finally:
            self._depth -= 1


def edit(function: Callable[Concatenate[Sheet, P], R]) -> Callable[Concatenate[Sheet, P], R]:
    """Make a function an edit: refused as a whole with EditError, the sheet then as before."""

    @wraps(function)
    def wrapped(sheet: Sheet, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with sheet.whole():
            return function(sheet, *args, **kwargs)

    return wrapped


def _parsed(data: bytes) -> etree._Element:
    findings = Findings()
    root = parse_document(data, findings, remarks=True)
    if root is None:
        raise EditError("", findings.found[0].message)
    return root


def _check(before: bytes, after: bytes) -> None:
    """Refuse an edit after which the file is worse to read than before."""
    diagram, findings = read(after)
    if diagram is None:
        raise EditError("", findings[0].message)
    had = _errors(read(before)[1])
    for error, finding in _by_kind(findings).items():
        if error not in had:
            raise EditError("", finding.message)


def _errors(findings: list[Finding]) -> Counter[tuple[str, str | None]]:
    return Counter(
        (finding.code, finding.element) for finding in findings if finding.severity == "error"
    )


def _by_kind(findings: list[Finding]) -> dict[tuple[str, str | None], Finding]:
    return {
        (finding.code, finding.element): finding
        for finding in findings
        if finding.severity == "error"
    }


def _only(
    elements: Iterator[etree._Element], identity: str, field: str, what: str
) -> etree._Element:
    found = [element for element in elements if element.get("id") == identity]
    if not found:
        raise EditError(
            field,
            f'There is no {what} "{identity[:140]}" in the diagram. It may have been removed; choose '
            "another.",
        )
    if len(found) > 1:
        raise EditError(
            field,
            f'The id "{identity[:140]}" is given to more than one {what}. Remove one of them.',
        )
    return found[0]


def is_bpmn(element: etree._Element, *names: str) -> bool:
    """Whether it is a BPMN element of one of these names."""
    return namespace(element) == BPMN and local(element) in names
