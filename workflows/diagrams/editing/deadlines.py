"""Events on the border of a step: deadlines, messages and errors that it may meet."""

from lxml import etree

from workflows.diagrams.document import child, local
from workflows.diagrams.editing import events, steps, words
from workflows.diagrams.editing.borders import Border, check_target, lead_on, put_on
from workflows.diagrams.editing.containers import set_or_drop
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.editing.wiring import lead_to
from workflows.diagrams.wording import timer_words

_ANY_ERROR = "Any error"


@edit
def add(
    sheet: Sheet,
    *,
    host: str,
    timer: str,
    leads_to: str | Block | Plain,
    interrupting: bool = True,
    name: str = "",
) -> str:
    """Put a deadline on a step; gives the id of the event.

    `timer` is P5BD, PT4H or a date. `leads_to` is the id of an element; or an end (Plain) that is
    made; or a Block or Plain step, such as a reminder, that is made with an end behind it. Without
    `interrupting` the step stays open. Fields: host, timer, leads_to, name.
    """
    called = name or _said(words.timer(timer).text)
    event = put_on(sheet, Border(host, "timerEventDefinition", called, interrupting))
    events.set_timer(sheet, element=event, timer=timer)
    lead_on(sheet, event, leads_to)
    return event


@edit
def change(
    sheet: Sheet,
    *,
    event: str,
    timer: str | None = None,
    interrupting: bool | None = None,
    name: str | None = None,
    leads_to: str | None = None,
) -> None:
    """Change a deadline; None leaves as it is. Fields: event, timer, interrupting, name, leads_to.

    A name that only said the time says the new one.
    """
    node = sheet.node(event, "event")
    if local(node) != "boundaryEvent" or child(node, "timerEventDefinition") is None:
        raise EditError("event", "This is no deadline on a step. Choose one.")
    _interrupt(node, interrupting)
    if timer is not None:
        former = sheet.diagram.nodes[event].timer
        if name is None and (node.get("name") or "") == _said(former or ""):
            name = _said(words.timer(timer).text)
        events.set_timer(sheet, element=event, timer=timer)
    _call_and_lead(sheet, event, name, leads_to)


def _interrupt(node: etree._Element, interrupting: bool | None) -> None:
    is_now = node.get("cancelActivity", "true") != "false"
    if interrupting is not None and is_now != interrupting:
        set_or_drop(node, "cancelActivity", "" if interrupting else "false")


def _call_and_lead(sheet: Sheet, event: str, name: str | None, leads_to: str | None) -> None:
    if name is not None:
        set_or_drop(sheet.node(event), "name", words.name(name))
    if leads_to is not None:
        _redirect(sheet, event, leads_to)


def _redirect(sheet: Sheet, event: str, leads_to: str) -> None:
    node, target = sheet.node(event), sheet.node(leads_to, "leads_to")
    ways = sheet.outgoing(node)
    if not ways:
        lead_on(sheet, event, leads_to)
        return
    check_target(node, target, "leads_to")
    lead_to(sheet, ways[0], target)


def _said(timer: str) -> str:
    said = timer_words(timer)
    return f"{said[:1].upper()}{said[1:]}"


@edit
def remove(sheet: Sheet, *, event: str, and_cut_off: bool = True) -> Removal:
    """Take an event off the border of a step, and what only it led to. Field: event."""
    if local(sheet.node(event, "event")) != "boundaryEvent":
        raise EditError("event", "This is no event on the border of a step. Choose one.")
    return steps.remove(sheet, element=event, and_cut_off=and_cut_off)


@edit
def catch_message(
    sheet: Sheet,
    *,
    host: str,
    message: str,
    leads_to: str | Block | Plain,
    interrupting: bool = True,
    name: str = "",
) -> str:
    """Catch a message while a step is open; gives the id of the event. See `add`.

    Fields: host, message, leads_to, name.
    """
    told = words.needed(message, "message", "the message")
    event = put_on(sheet, Border(host, "messageEventDefinition", name or told, interrupting))
    events.set_message(sheet, element=event, message=message)
    lead_on(sheet, event, leads_to)
    return event


@edit
def catch_error(
    sheet: Sheet, *, host: str, error: str, leads_to: str | Block | Plain, name: str = ""
) -> str:
    """Catch an error with which a called diagram or a subprocess ends; gives the event's id.

    `error` "" catches any. See `add`. Fields: host, error, leads_to, name.
    """
    event = put_on(sheet, Border(host, "errorEventDefinition", name or error or _ANY_ERROR))
    events.set_error(sheet, element=event, error=error)
    lead_on(sheet, event, leads_to)
    return event


@edit
def change_catch(
    sheet: Sheet,
    *,
    event: str,
    caught: str | None = None,
    interrupting: bool | None = None,
    name: str | None = None,
    leads_to: str | None = None,
) -> None:
    """Change a message or an error that a step may meet; None leaves as it is.

    `caught` is its name; an error "" is any. A name that only repeats it is that of what is caught
    now. An error always stops its step. Fields: event, message, error, name, leads_to.
    """
    node = sheet.node(event, "event")
    kind = sheet.diagram.nodes[event].kind if event in sheet.diagram.nodes else ""
    if kind not in ("boundaryMessage", "boundaryError"):
        raise EditError("event", "No message or error is caught there. Choose another event.")
    _interrupt(node, interrupting if kind == "boundaryMessage" else None)
    if caught is not None:
        former = sheet.diagram.nodes[event]
        if name is None and former.name == _caught_words(former.message, former.error):
            name = caught or _ANY_ERROR
        if kind == "boundaryMessage":
            told = words.needed(caught, "message", "the message")
            events.set_message(sheet, element=event, message=told)
        else:
            events.set_error(sheet, element=event, error=caught)
    _call_and_lead(sheet, event, name, leads_to)


def _caught_words(message: str | None, error: str | None) -> str:
    return message or error or _ANY_ERROR
