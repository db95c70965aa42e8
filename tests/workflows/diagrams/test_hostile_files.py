"""Files that are broken or meant to harm: every one is answered in findings, quickly."""

import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.diagrams import sketch
from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.lint import Known, known_diagram, lint
from workflows.diagrams.reading import read
from workflows.diagrams.text import describe

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><d>&m;</d>"
).encode()
GOOD = sketch.process(sketch.start(), sketch.end(), sketch.flows("Begin Done"))


def bpmn_with(doctype: str, name: str) -> bytes:
    return doctype.encode() + GOOD.replace(b'name="Try"', f'name="{name}"'.encode())


MANY_ATTRIBUTES = " ".join(f"a{n}='x'" for n in range(20_000))
HOSTILE = {
    "empty": (b"", "empty-file"),
    "white space": (b" \n\t", "empty-file"),
    "not XML": (b"hello", "malformed-xml"),
    "cut off": (GOOD[:-30], "malformed-xml"),
    "NUL": (GOOD[:60] + b"\x00" + GOOD[60:], "not-utf-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not-utf-8"),
    "UTF-16 declared": (b'<?xml version="1.0" encoding="UTF-16"?>' + GOOD, "not-utf-8"),
    "UTF-7 declared": (b'<?xml version="1.0" encoding="UTF-7"?>' + GOOD, "not-utf-8"),
    "Latin 1": (GOOD.replace(b'"Try"', b'"Tr\xe4y"'), "not-utf-8"),
    "Latin 1 declared over UTF-8": (
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD.replace(b'"Try"', '"Träy"'.encode()),
        "not-utf-8",
    ),
    "billion laughs": (LAUGHS, "doctype"),
    "internal entity": (bpmn_with('<!DOCTYPE d [<!ENTITY a "ha">]>', "&a;"), "doctype"),
    "external entity": (
        bpmn_with('<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "x"),
        "doctype",
    ),
    "entity in text": (
        sketch.process(sketch.start()).replace(b"<bpmn:startEvent", b"&a;<bpmn:startEvent"),
        "malformed-xml",
    ),
    "external DTD": (bpmn_with('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">', "x"), "doctype"),
    "too large": (GOOD + b"<!-- " + b"x" * (1024 * 1024) + b" -->", "too-large"),
    "2 MB of elements": (sketch.definitions("<bpmn:process/>" * 130_000), "too-large"),
    "too many elements": (sketch.process("<bpmn:group/>" * 5_000), "too-many-elements"),
    "deep nesting": (
        sketch.process("<bpmn:subProcess>" * 400 + "</bpmn:subProcess>" * 400),
        "malformed-xml",
    ),
    "another root": (b"<html/>", "not-bpmn"),
    "no namespace": (b"<definitions/>", "not-bpmn"),
    "DMN": (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not-bpmn"),
    "a list": (b'["json"]', "malformed-xml"),
    "a zip": (b"PK\x03\x04\xff\xfe", "not-utf-8"),
    "two roots": (GOOD + GOOD, "malformed-xml"),
    "unbound prefix": (b"<bpmn:definitions/>", "malformed-xml"),
    "long text": (
        sketch.process(f"<bpmn:documentation>{'x' * 900_000}</bpmn:documentation>"),
        None,
    ),
    "many attributes": (
        sketch.process(f"<bpmn:userTask id='A' {MANY_ATTRIBUTES}/>"),
        None,
    ),
    "processing instruction": (b"<?php system('id') ?>" + GOOD, None),
    "XInclude": (
        sketch.process(
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
        ),
        None,
    ),
    "BOM": (b"\xef\xbb\xbf" + GOOD, None),
    "declared ASCII": (b'<?xml version="1.0" encoding="US-ASCII"?>' + GOOD, None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_in_findings(name: str) -> None:
    data, code = HOSTILE[name]
    begin = time.perf_counter()
    diagram, findings = read(data)
    assert time.perf_counter() - begin < 5
    if code is None:
        assert diagram is not None
        return
    assert diagram is None
    assert [finding.code for finding in findings] == [code]
    assert findings[0].severity == "error"
    assert "passwd" not in findings[0].message


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"PK\x03\x04\x14\x00\xff", "archive (ZIP)"),
        (b"\x89PNG\r\n\x1a\n\x00", "picture"),
        (b"\xff\xd8\xff\xe0\x00", "picture"),
        (b"%PDF-1.7\n\xe2\xe3", "PDF"),
        (GOOD.decode().encode("utf-16"), "UTF-16"),
        (b"\xe4\x00", "not UTF-8 text"),
    ],
)
def test_the_wrong_kind_of_file_is_called_by_its_kind(data: bytes, named: str) -> None:
    _, (finding,) = read(data)
    assert finding.code == "not-utf-8"
    assert named in finding.message


def test_a_break_in_the_xml_is_found_by_its_line() -> None:
    _, (finding,) = read(b"<a>\n<b>\n</a>")
    assert (finding.code, finding.line) == ("malformed-xml", 3)


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        for system in (secret.as_uri(), f"http://127.0.0.1:{port}/x.dtd"):
            for doctype in (
                f'<!DOCTYPE d [<!ENTITY a SYSTEM "{system}">]>',
                f'<!DOCTYPE d SYSTEM "{system}">',
            ):
                diagram, findings = read(
                    doctype.encode() + GOOD.replace(b"<bpmn:process", b"&a;<bpmn:process")
                )
                assert diagram is None
                assert "the-secret" not in repr(findings)
        with pytest.raises(TimeoutError):
            listener.accept()


@given(st.binary(max_size=400))
def test_any_bytes_are_answered_in_findings(data: bytes) -> None:
    diagram, findings = read(data)
    assert diagram is not None or findings


TAGS = st.sampled_from(
    [
        "userTask",
        "task",
        "startEvent",
        "endEvent",
        "boundaryEvent",
        "subProcess",
        "sequenceFlow",
        "exclusiveGateway",
        "laneSet",
        "lane",
        "flowNodeRef",
        "extensionElements",
        "multiInstanceLoopCharacteristics",
        "loopCardinality",
        "timerEventDefinition",
        "timeDuration",
        "messageEventDefinition",
        "errorEventDefinition",
        "conditionExpression",
        "incoming",
        "process",
        "message",
        "collaboration",
        "participant",
        "dataObject",
        "callActivity",
        "serviceTask",
        "intermediateCatchEvent",
    ]
)
NAMES = st.sampled_from(["A", "B", "C", "A.b", "A.b = 3", "P5BD", "1x", ""])


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> str:
    tag = draw(TAGS)
    attributes = "".join(
        f' {name}="{draw(NAMES)}"'
        for name in (
            "id",
            "sourceRef",
            "targetRef",
            "attachedToRef",
            "default",
            "messageRef",
            "name",
        )
        if draw(st.booleans())
    )
    inner = draw(NAMES)
    if depth:
        inner += "".join(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return f"<bpmn:{tag}{attributes}>{inner}</bpmn:{tag}>"


@given(st.lists(elements(), max_size=6))
def test_any_heap_of_bpmn_elements_is_answered_in_findings(parts: list[str]) -> None:
    data = sketch.process(*parts)
    diagram, findings = read(data)
    assert diagram is not None
    known = Known(diagrams={"": known_diagram(diagram), "A": known_diagram(diagram)})
    findings += lint(diagram, known) + drawing_faults(data)
    assert len(describe(diagram, str)) <= len(diagram.nodes)
    for finding in findings:
        assert finding.message.strip().endswith((".", ")"))


@given(st.integers(min_value=0, max_value=len(GOOD) - 1), st.binary(max_size=3))
def test_a_good_file_with_a_broken_place_is_answered_in_findings(place: int, bytes_: bytes) -> None:
    diagram, findings = read(GOOD[:place] + bytes_ + GOOD[place + 1 :])
    assert diagram is not None or findings
