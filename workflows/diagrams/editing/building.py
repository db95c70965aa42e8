"""A new node, made of a block or a plain kind: first its shape in the file, then what it says."""

from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from workflows.diagrams.document import CAMUNDA, SITEWARD, local
from workflows.diagrams.editing import events, forms, marks, words
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.lanes import lane_named, lane_of, seat
from workflows.diagrams.editing.naming import new_id, pascal
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.sheet import XSI, Sheet
from workflows.diagrams.editing.spacing import make
from workflows.diagrams.editing.traces import lanes
from workflows.diagrams.editing.wiring import draw, level_of
from workflows.diagrams.extensions import places_of
from workflows.diagrams.graph import ACTIVITIES
from workflows.diagrams.profile import EVENTS, GATEWAYS
from workflows.diagrams.wording import timer_words

# Our kind -> tag and the definition of the event in it.
_TAGS = {
    kind: (tag, trigger) for tag, triggers in EVENTS.items() for trigger, kind in triggers.items()
}


# What a new subprocess holds, as the canvas makes it too.
_INSIDE = (("startEvent", "Ready"), ("userTask", "First step"), ("endEvent", "Done"))


@dataclass(frozen=True)
class Place:
    """Where a new node goes: behind `beside` in the file, in the lane of `party` or of `beside`.

    `said` is what its id is made of where it has no name.
    """

    beside: str
    party: str = ""
    said: str = ""


def prepare(sheet: Sheet, block: Block | Plain) -> None:
    """Declare what the node will need, before any element is looked up."""
    needed = []
    if isinstance(block, Plain):
        needed += [CAMUNDA] if block.topic else []
        needed += [XSI] if block.timer else []
    else:
        needed += [CAMUNDA] if block.topic or block.fields_in("") else []
        needed += [SITEWARD] if block.act or block.clauses or block.due else []
    sheet.needs(*needed)


def build(sheet: Sheet, block: Block | Plain, place: Place, name: str = "") -> etree._Element:
    """Make the node without any flow; `prepare` must have been called."""
    beside = sheet.node(place.beside, "after")
    tag, trigger = _TAGS.get(block.kind, (block.kind, ""))
    if not _is_made(block.kind, tag):
        raise EditError(
            "block", f"It is not possible to add {words.one(block.kind)} here. Choose another."
        )
    called = _name(block, name)
    node = make(level_of(beside), tag, after=beside)
    otherwise = pascal(block.kind) if not place.said else pascal(place.said)
    node.set("id", new_id(sheet, called, otherwise))
    if called:
        node.set("name", called)
    if trigger:
        make(node, trigger).set("id", new_id(sheet, f"{node.get('id')} {trigger}", trigger))
    _seat(sheet, node, beside, place.party)
    if tag == "subProcess":
        _furnish(sheet, node, called)
    _say(sheet, node.get("id", ""), block)
    return sheet.node(node.get("id", ""))


def _is_made(kind: str, tag: str) -> bool:
    return kind in ACTIVITIES | GATEWAYS or (
        kind in _TAGS and tag not in ("startEvent", "boundaryEvent")
    )


def _name(block: Block | Plain, name: str) -> str:
    given = words.name(name) or words.name(block.name)
    if given or block.kind in GATEWAYS:
        return given
    if isinstance(block, Plain) and block.timer:
        said = timer_words(words.timer(block.timer).text)
        return f"{said[0].upper()}{said[1:]}"
    if isinstance(block, Plain) and (block.message or block.error):
        return words.name(block.message or block.error)
    raise EditError("name", "Give the step a name: say in two or three words what is done.")


def _seat(sheet: Sheet, node: etree._Element, beside: etree._Element, party: str) -> None:
    if party:
        lane: etree._Element | None = lane_named(sheet, party)
    elif level_of(node) is not sheet.process:
        # Inside a subprocess the lane is that of the subprocess.
        return
    else:
        lane = lane_of(sheet, beside)
        if lane is None:
            lane = next(iter(lanes(sheet)), None)
    if lane is not None and lane is not lane_of(sheet, node):
        seat(sheet, node, lane)


def _furnish(sheet: Sheet, node: etree._Element, called: str) -> None:
    """Give a new subprocess a start, a first step for its party, and an end."""
    made = []
    for tag, said in _INSIDE:
        inner = make(node, tag)
        inner.set("id", new_id(sheet, f"{called} {said}", tag))
        inner.set("name", said)
        made.append(inner)
    for before, after in pairwise(made):
        draw(sheet, before, after)


def _say(sheet: Sheet, identity: str, block: Block | Plain) -> None:
    if isinstance(block, Plain):
        _say_plain(sheet, identity, block)
        return
    marks.write_documentation(sheet.node(identity), block.documentation)
    if local(sheet.node(identity)) in places_of("step"):
        marks.set_step(sheet, element=identity, act=block.act, clauses=block.clauses, due=block.due)
    fields = block.fields_in(identity)
    if fields:
        forms.set_fields(sheet, element=identity, fields=fields)
    if block.topic:
        marks.set_topic(sheet, element=identity, topic=block.topic)
    if block.called:
        marks.set_called(sheet, element=identity, called=block.called)


def _say_plain(sheet: Sheet, identity: str, plain: Plain) -> None:
    _, trigger = _TAGS.get(plain.kind, ("", ""))
    if plain.topic and plain.kind == "serviceTask":
        marks.set_topic(sheet, element=identity, topic=plain.topic)
    if plain.called and plain.kind == "callActivity":
        marks.set_called(sheet, element=identity, called=plain.called)
    if trigger == "timerEventDefinition":
        events.set_timer(sheet, element=identity, timer=plain.timer)
    if trigger == "messageEventDefinition" or plain.kind == "receiveTask":
        events.set_message(
            sheet, element=identity, message=words.needed(plain.message, "message", "the message")
        )
    if trigger == "errorEventDefinition":
        events.set_error(
            sheet, element=identity, error=words.needed(plain.error, "error", "the error")
        )
