"""What events wait for or tell: timers, messages and errors."""

from lxml import etree

from workflows.diagrams.document import BPMN, child, children, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import rewrite, set_or_drop
from workflows.diagrams.editing.definitions import definition, release
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.marks import mark_expression
from workflows.diagrams.editing.sheet import XSI, Sheet, edit
from workflows.diagrams.editing.spacing import make, take
from workflows.diagrams.profile import words as kind_words

_TIMERS = {"duration": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}


@edit
def set_timer(sheet: Sheet, *, element: str, timer: str) -> None:
    """Say when a timer event happens: P5BD, PT4H, a date. Fields: element, timer."""
    _trigger(sheet, element, "timerEventDefinition")
    given = words.timer(timer)
    sheet.needs(XSI)
    trigger = _trigger(sheet, element, "timerEventDefinition")
    wanted = _TIMERS[given.kind]
    there = list(children(trigger, *_TIMERS.values()))
    if there:
        when = there[0]
    else:
        when = make(trigger, wanted)
        mark_expression(when)
    for other in there[1:]:
        take(other)
    if local(when) != wanted:
        when.tag = f"{{{BPMN}}}{wanted}"
    rewrite(when, given.text)


@edit
def set_message(sheet: Sheet, *, element: str, message: str) -> None:
    """Say by name which message a receive task or event waits for or sends, "" for none.

    The message is defined at the top where it is new; one that nobody refers to any more goes.
    Fields: element, message.
    """
    node = sheet.node(element)
    if local(node) != "receiveTask":
        node = _trigger(sheet, element, "messageEventDefinition")
    _refer(sheet, node, "message", message)


@edit
def set_error(sheet: Sheet, *, element: str, error: str) -> None:
    """Say by name which error an event ends with or catches, "" for any. Fields: element, error."""
    _refer(sheet, _trigger(sheet, element, "errorEventDefinition"), "error", error)


def _refer(sheet: Sheet, holder: etree._Element, kind: str, name: str) -> None:
    reference = f"{kind}Ref"
    former = holder.get(reference)
    given = words.name(name, kind)
    set_or_drop(holder, reference, definition(sheet, kind, given) if given else "")
    if holder.get(reference) != former:
        release(sheet, former)


def _trigger(sheet: Sheet, identity: str, wanted: str) -> etree._Element:
    node = sheet.node(identity)
    trigger = child(node, wanted)
    if trigger is None:
        raise EditError(
            "element",
            f'"{node.get("name") or identity}" is no {kind_words(wanted).removesuffix(" event")} event. '
            "Choose one, or add one.",
        )
    return trigger
