"""What the model of the canvas cannot hold outlives what somebody does there, and nothing else does."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from playwright.sync_api import Browser, Page

from tests.browser.in_modeler import act, modeler, opened, saved
from tests.workflows.diagrams.round_trip import SHIPPED, lost

PLAIN = next(path for path in SHIPPED if path.stem == "forward-request").read_bytes()
OTHER = "urn:example:other"
STEP = b'<bpmn:userTask id="AnswerDecline" name="Accept the decline or escalate">'
WORDS = b"Accept that the department declines, or ask Communications to look at the request."
# Inside of the step: a remark, raw text, what BPMN does not know, and what cannot be written alone.
INSIDE = (
    b"<!-- Agreed with the clerk. -->",
    b"<![CDATA[" + WORDS + b"]]>",
    b"<bpmn:mood>calm</bpmn:mood>",
    b'<other:note other:by="Nora"><!-- Twice. --><deep xmlns="urn:example:deep" other:x="1" /></other:note>',
    b'other:grade="3"',
    b'isForCompensation="false"',
)
OUTSIDE = (b"<!-- What comes of a refusal. -->", b"<?reviewed in=2026?>", b"<!-- The end. -->")


def annotated() -> bytes:
    """Give a shipped diagram with all of that; first what stands outside of the step."""
    remark, documentation, mood, note, grade, default = INSIDE
    return (
        PLAIN.replace(b" id=", b' xmlns:other="urn:example:other" id=', 1)
        .replace(b"<bpmn:process", OUTSIDE[1] + b"\n  <bpmn:process")
        .replace(STEP, OUTSIDE[0] + b"\n    " + STEP[:-1] + b" " + grade + b" " + default + b">\n      " + remark)
        .replace(WORDS, documentation)
        .replace(documentation + b"</bpmn:documentation>\n      <bpmn:extensionElements>",
                 documentation + b"</bpmn:documentation>\n      " + mood
                 + b"\n      <bpmn:extensionElements>\n        " + note)
        + OUTSIDE[2] + b"\n"
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the modeler."""
    with modeler(browser) as page:
        yield page


def kept(data: bytes, *things: bytes) -> list[bytes]:
    """Give those that are there exactly once."""
    return [thing for thing in things if data.count(thing) == 1]


def test_a_renamed_step_is_all_that_differs(page: Page) -> None:
    data = annotated()
    assert kept(data, *INSIDE, *OUTSIDE) == [*INSIDE, *OUTSIDE]
    opened(page, data)
    assert saved(page) == data
    act(page, "modeling.updateProperties(at('AnswerDecline'), { name: 'Choose' })")
    renamed = data.replace(b'name="Accept the decline or escalate"', b'name="Choose"')
    # To a step whose name it has written the canvas gives a place for it.
    assert saved(page).replace(b"        <bpmndi:BPMNLabel />\n", b"") == renamed


def test_what_is_inside_of_a_step_goes_and_comes_with_it(page: Page) -> None:
    data = annotated()
    opened(page, data)
    act(page, "modeling.removeShape(at('AnswerDecline'))")
    after = saved(page)
    assert kept(after, *OUTSIDE) == list(OUTSIDE)
    assert kept(after, *INSIDE) == []
    act(page, "stack.undo()")
    back = saved(page)
    assert not any(lost(data, back).values())
    assert kept(back, *INSIDE, *OUTSIDE) == [*INSIDE, *OUTSIDE]
    act(page, "stack.redo()")
    assert saved(page) == after


def test_what_somebody_takes_away_or_writes_anew_stays_so(page: Page) -> None:
    opened(page, annotated())
    script = """const step = at('AnswerDecline').businessObject;
      modeling.updateModdleProperties(at('AnswerDecline'), step.documentation[0], { text: 'Choose.' });
      const [form] = step.extensionElements.values.filter((one) => one.fields);
      modeling.updateModdleProperties(at('AnswerDecline'), form, { fields: form.fields.slice(1) });
      modeling.updateProperties(at('AnswerDecline'), { 'other:grade': undefined, isForCompensation: true });
      modeling.updateProperties(at('RequestEscalated'), { name: undefined });"""
    act(page, script)
    after = saved(page)
    assert b"<bpmn:documentation>Choose.</bpmn:documentation>" in after
    assert after.count(b"<camunda:formField") == annotated().count(b"<camunda:formField") - 1
    assert b"other:grade" not in after
    assert b'isForCompensation="true"' in after
    assert b'id="RequestEscalated" name=' not in after
    assert kept(after, *INSIDE[2:3], *OUTSIDE) == [*INSIDE[2:3], *OUTSIDE]


def test_a_step_of_another_kind_keeps_what_any_step_may_have(page: Page) -> None:
    opened(page, annotated())
    act(page, "replace.replaceElement(at('AnswerDecline'), { type: 'bpmn:ManualTask' })")
    after = saved(page)
    assert b'<bpmn:manualTask id="AnswerDecline"' in after
    assert kept(after, INSIDE[0], INSIDE[4]) == [INSIDE[0], INSIDE[4]]
    assert INSIDE[2] not in after


def strange(text: str) -> list[etree._Element]:
    """Give things that no model of BPMN holds, and some that it does."""
    other = etree.Element(f"{{{OTHER}}}thing", {f"{{{OTHER}}}by": text, "plain": text})
    deep = etree.XML('<deep xmlns="urn:example:deep"/>')
    other.append(deep)
    deep.set(f"{{{OTHER}}}x", text)
    deep.append(etree.Comment("deep"))
    raw = etree.SubElement(deep, f"{{{OTHER}}}raw")
    raw.text = etree.CDATA(f"<{text}>")
    unknown = etree.Element("{http://www.omg.org/spec/BPMN/20100524/MODEL}mood", style=text)
    return [etree.Comment(text), etree.ProcessingInstruction("look", text), other, unknown]


TEXTS = st.text(alphabet="ab <&\"'>\n\tö", min_size=1, max_size=9).map(lambda text: f"t{text}t")
PLACES = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 4), st.integers(0, 9), TEXTS), max_size=12
)
ACTS = {
    "nothing": "",
    "a name": "modeling.updateProperties(at('ForwardRequest'), { name: 'Forward it' })",
    "a move": "modeling.moveElements([at('ForwardRequest')], { x: 20, y: 10 })",
    "gone and back": "modeling.removeElements([at('ForwardRequest')]); stack.undo()",
}


@pytest.mark.long
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=PLACES, does=st.sampled_from(sorted(ACTS)))
def test_whatever_a_file_holds_is_kept(
    page: Page, places: list[tuple[int, int, int, str]], does: str
) -> None:
    root = etree.fromstring(PLAIN, etree.XMLParser(strip_cdata=False))
    elements = list(root.iter("*"))
    for place, kind, index, text in places:
        element = elements[place % len(elements)]
        if kind == 4:
            element.set(f"{{{OTHER}}}said{index}", text)
        else:
            element.insert(index % (len(element) + 1), strange(text)[kind])
    data = etree.tostring(root)
    opened(page, data)
    act(page, ACTS[does])
    after = saved(page)
    found = lost(data, after, drawn=does != "a move")
    found["attributes"] = [one for one in found["attributes"] if "ForwardRequest name=" not in one]
    assert not any(found.values()), found
    assert instructions(after) == instructions(data)
    opened(page, after)
    assert saved(page) == after


def instructions(data: bytes) -> Counter[bytes]:
    found = etree.fromstring(data).iter(etree.PI)
    return Counter(etree.tostring(one, with_tail=False) for one in found)
