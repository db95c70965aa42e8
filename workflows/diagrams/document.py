"""From untrusted bytes to an XML tree, or to findings: never an exception, never a network call."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.graph import Finding, Severity

MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_ELEMENTS = 5_000

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
SITEWARD = "urn:siteward:bpmn:1"

_ID = re.compile(r"[A-Za-z_][\w.-]{0,127}", re.ASCII)
_PICTURE = (
    "The file is a picture, not a diagram that can be run. Export the diagram as BPMN 2.0 XML."
)
_OTHER_LETTERS = "The file is written in UTF-16, not in UTF-8. Save it as UTF-8 XML."
_BEGINNINGS = {
    b"PK\x03\x04": "The file is an archive (ZIP). Unpack it and choose the .bpmn file inside.",
    b"%PDF-": "The file is a PDF, not a diagram. Export the diagram as BPMN 2.0 XML.",
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"\xff\xfe": _OTHER_LETTERS,
    b"\xfe\xff": _OTHER_LETTERS,
}
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_DOCTYPE_ADVICE = (
    "The file has a DOCTYPE. It is refused because it can load other files or grow without limit; "
    "delete the <!DOCTYPE ...> lines or export the diagram anew."
)


class Findings:
    """Collects findings while a file is read; knows the id and the line of an XML element."""

    def __init__(self) -> None:
        """Begin with none."""
        self.found: list[Finding] = []

    def error(self, code: str, where: etree._Element | None, message: str) -> None:
        """Add what blocks publishing."""
        self.add("error", code, where, message)

    def warning(self, code: str, where: etree._Element | None, message: str) -> None:
        """Add what deserves a look."""
        self.add("warning", code, where, message)

    def add(
        self, severity: Severity, code: str, where: etree._Element | None, message: str
    ) -> None:
        """Add a finding at an XML element; an element without id is found by its parent's."""
        if where is None:
            self.found.append(Finding(severity, code, None, None, message))
            return
        self.found.append(Finding(severity, code, nearest_id(where), line_of(where), message))


def line_of(element: etree._Element) -> int | None:
    """Give the line of the file, from 1."""
    line = element.sourceline
    return line if isinstance(line, int) and line > 0 else None


def nearest_id(element: etree._Element) -> str | None:
    """Give the id of the BPMN element that the XML element is or belongs to."""
    for candidate in (element, *element.iterancestors()):
        identity = candidate.get("id")
        if identity and namespace(candidate) == BPMN and local(candidate) != "definitions":
            return identity
    return None


def parse_document(
    data: bytes, findings: Findings, *, remarks: bool = False
) -> etree._Element | None:
    """Read the bytes as a BPMN document; None, and an error among the findings, where they are not.

    With `remarks` the comments and processing instructions are kept: for those who write it again.
    """
    if not _is_readable(data, findings):
        return None
    root = _parse(data.removeprefix(b"\xef\xbb\xbf"), findings, remarks=remarks)
    if root is None:
        return None
    reason = _refusal(root)
    if reason is not None:
        findings.error(reason[0], None, reason[1])
        return None
    _check_ids(root, findings)
    return root


def _refusal(root: etree._Element) -> tuple[str, str] | None:
    """Give code and message where the well-formed document is still not one to go on with."""
    if root.getroottree().docinfo.internalDTD is not None:
        return "doctype", _DOCTYPE_ADVICE
    if root.tag != f"{{{BPMN}}}definitions":
        return "not-bpmn", (
            f"The file is XML but not BPMN 2.0: it begins with <{local(root)[:80]}>, not with "
            "<definitions> of BPMN. Export it as BPMN 2.0."
        )
    number = sum(1 for _ in root.iter())
    if number > MAXIMUM_ELEMENTS:
        return "too-many-elements", (
            f"The file has {number:,} XML elements; at most {MAXIMUM_ELEMENTS:,} are read. "
            "Split the process into called diagrams."
        )
    return None


def _is_readable(data: bytes, findings: Findings) -> bool:
    if len(data) > MAXIMUM_BYTES:
        message = "The file has more than 1 MiB, which is not read. Remove pictures and history."
        findings.error("too-large", None, message)
        return False
    if not data.strip():
        findings.error("empty-file", None, "The file is empty. Export the diagram again.")
        return False
    try:
        data.decode("utf-8")
        is_utf8 = _declares_utf8(data)
    except UnicodeDecodeError:
        is_utf8 = False
    if not is_utf8 or b"\x00" in data:
        findings.error("not-utf-8", None, _not_text(data))
        return False
    return True


def _not_text(data: bytes) -> str:
    """What a file is that is no UTF-8 text, as whoever chose the wrong one would say it."""
    for beginning, advice in _BEGINNINGS.items():
        if data.startswith(beginning):
            return advice
    return "The file is not UTF-8 text. Save it as UTF-8 XML."


def _declares_utf8(data: bytes) -> bool:
    """Whether every reader of the file will see the same letters as we do."""
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].lower() if declared else b"utf-8"
    return encoding in (b"utf-8", b"utf8") or (
        data.isascii() and encoding.startswith((b"us-ascii", b"iso-8859-", b"windows-125"))
    )


def _parse(data: bytes, findings: Findings, *, remarks: bool) -> etree._Element | None:
    # A new parser for each file: lxml's parsers are not shared between threads.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_pis=not remarks,
        remove_comments=not remarks,
        strip_cdata=not remarks,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in data:
            findings.error("doctype", None, _DOCTYPE_ADVICE)
            return None
        line = error.lineno or None
        message = (
            f"The file is not well-formed XML ({error.msg}). Open it in the tool that wrote it and "
            "export it again."
        )
        findings.found.append(Finding("error", "malformed-xml", None, line, message))
        return None


def _check_ids(root: etree._Element, findings: Findings) -> None:
    """Ids must be unique and plain; a form field's id is unique in its form only."""
    identified = [element for element in root.iter("*") if element.get("id") and _counts(element)]
    times = Counter(element.get("id") for element in identified)
    for element in identified:
        identity = element.get("id") or ""
        if not _ID.fullmatch(identity):
            findings.error(
                "bad-id",
                element,
                f'The id "{identity[:140]}" is not allowed: begin with a letter, then letters, '
                "digits, - _ or . only, at most 128 in all.",
            )
        if times[identity] > 1:
            times[identity] = 0
            findings.error(
                "duplicate-id",
                element,
                f'The id "{identity}" is given to more than one element. Give each its own id.',
            )


def _counts(element: etree._Element) -> bool:
    return namespace(element) in (BPMN, BPMNDI)


def local(element: etree._Element) -> str:
    """Give the name of the tag without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: etree._Element) -> str:
    """Give the namespace of the tag, "" where it has none."""
    return str(etree.QName(element).namespace or "")


def children(element: etree._Element, *names: str, ns: str = BPMN) -> Iterator[etree._Element]:
    """Walk the children with one of these local names in the namespace."""
    return element.iterchildren(*(f"{{{ns}}}{name}" for name in names))


def child(element: etree._Element, name: str, ns: str = BPMN) -> etree._Element | None:
    """Give the first such child, None where there is none."""
    return next(children(element, name, ns=ns), None)


def text_of(element: etree._Element | None) -> str:
    """Give the text inside, without white space around it."""
    return "" if element is None else "".join(str(text) for text in element.itertext()).strip()
