"""Edits to the shipped BPMN files as people make them in a modeler, on the XML itself."""

from collections.abc import Callable
from functools import cache

from lxml import etree

from config import ROOT
from tests.workflows.diagrams.proof.mutants import policy, shipped
from tests.workflows.diagrams.sketch import NAMESPACES
from workflows.diagrams.check import Report, check

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
OURS = "{urn:siteward:bpmn:1}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"


@cache
def _text(process: str) -> bytes:
    return (ROOT / "bpmn" / f"{process}.bpmn").read_bytes()


def shipped_files() -> dict[str, bytes]:
    """Give the shipped files, by process id."""
    return {name: _text(name) for name in shipped()}


@cache
def _callers(process: str) -> frozenset[str]:
    """Give all shipped diagrams that call one, directly or not."""
    direct = {
        name
        for name, diagram in shipped().items()
        if process in {node.called for node in diagram.nodes.values()}
    }
    return frozenset(direct.union(*map(_callers, direct)))


class Drawing:
    """One shipped file under the pen; `beside` are new files that belong to it."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.root = etree.fromstring(_text(process))
        self.beside: dict[str, bytes] = {}

    def files(self) -> dict[str, bytes]:
        """Give it, with all that call it and what was drawn beside it."""
        data = {self.process: etree.tostring(self.root), **self.beside}
        return data | {caller: _text(caller) for caller in sorted(_callers(self.process))}

    def reports(self) -> list[Report]:
        """Prove them, without the engine."""
        return check(self.files(), known=policy(), library=shipped_files().get)

    # -- finding --------------------------------------------------------------------------------

    def find(self, identity: str) -> etree._Element:
        """Find what has an id."""
        (found,) = [part for part in self.root.iter() if part.get("id") == identity]
        return found

    def shape(self, identity: str) -> etree._Element:
        """Find the shape or the edge of an element."""
        (found,) = [part for part in self.root.iter() if part.get("bpmnElement") == identity]
        return found

    def step(self, identity: str) -> etree._Element:
        """Find our marks on a step."""
        (found,) = self.find(identity).iter(f"{OURS}step")
        return found

    def field(self, element: str, name: str) -> etree._Element:
        """Find a field of a form."""
        fields = self.find(element).iter(f"{CAMUNDA}formField")
        return next(field for field in fields if field.get("id") == name)

    # -- changing -------------------------------------------------------------------------------

    def set(self, identity: str, **marks: str) -> None:
        """Set attributes."""
        for name, value in marks.items():
            self.find(identity).set(name, value)

    def write(self, identity: str, tag: str, text: str) -> None:
        """Write the text of a part of an element, such as its condition or its timer."""
        (part,) = self.find(identity).iter(f"{BPMN}{tag}")
        part.text = text

    def add(self, text: str, beside: str) -> None:
        """Draw parts where another one stands, in its lane."""
        near = self.find(beside)
        for part in _parsed(text):
            near.addprevious(part)
            if not part.tag.endswith(("sequenceFlow", "Annotation", "association")):
                self._lane_of(beside).append(_reference(part.get("id", "")))

    def _lane_of(self, identity: str) -> etree._Element:
        for lane in self.root.iter(f"{BPMN}lane"):
            if identity in {one.text for one in lane.iter(f"{BPMN}flowNodeRef")}:
                return lane
        raise LookupError(identity)

    def into(self, flow: str, text: str) -> None:
        """Draw a step into a flow."""
        edge = self.find(flow)
        (node,) = _parsed(text)
        target, name = edge.get("targetRef", ""), node.get("id", "")
        way = f'<bpmn:sequenceFlow id="{name}On" sourceRef="{name}" targetRef="{target}"/>'
        self.add(text + way, beside=edge.get("sourceRef", ""))
        edge.set("targetRef", name)
        self._rewire()

    def lead(self, flow: str, to: str) -> None:
        """Lead a flow to another step."""
        self.find(flow).set("targetRef", to)
        self._rewire()

    def _rewire(self) -> None:
        """Forget the lists of flows that nodes keep; flows say where they lead themselves."""
        for tag in ("incoming", "outgoing"):
            for part in list(self.root.iter(f"{BPMN}{tag}")):
                parent = part.getparent()
                assert parent is not None
                parent.remove(part)

    def ask(self, element: str, text: str) -> None:
        """Add fields to a form."""
        (form,) = self.find(element).iter(f"{CAMUNDA}formData")
        form.extend(_parsed(text))

    def replace(self, old: str, new: str) -> None:
        """Replace text everywhere in the file."""
        data = etree.tostring(self.root).decode()
        assert old in data
        self.root = etree.fromstring(data.replace(old, new).encode())


Edit = Callable[[Drawing], object]


def _parsed(text: str) -> list[etree._Element]:
    return list(etree.fromstring(f"<all {NAMESPACES}>{text}</all>"))


def _reference(identity: str) -> etree._Element:
    part = etree.Element(f"{BPMN}flowNodeRef")
    part.text = identity
    return part
