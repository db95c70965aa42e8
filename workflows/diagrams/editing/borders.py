"""Events on the border of a step, and what they lead to."""

from dataclasses import dataclass

from lxml import etree

from workflows.diagrams.document import local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.building import Place, build, prepare
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.lanes import own_lane, seat
from workflows.diagrams.editing.naming import new_id
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import make
from workflows.diagrams.editing.wiring import draw, level_of, title
from workflows.diagrams.graph import ACTIVITIES, ENDS


@dataclass(frozen=True)
class Border:
    """A new event: its host, the definition it has, its name, whether it stops the host."""

    host: str
    trigger: str
    name: str
    interrupting: bool = True


def put_on(sheet: Sheet, border: Border) -> str:
    """Put an event on the border of a step; gives its id. It leads nowhere yet."""
    host = sheet.node(border.host, "host")
    if local(host) not in ACTIVITIES:
        raise EditError(
            "host",
            f"There is no border of {words.one(local(host))} to put an event on. Choose a step, a group of "
            "steps or a called diagram.",
        )
    called = words.name(border.name)
    last = [host, *sheet.boundaries(host)][-1]
    event = make(level_of(host), "boundaryEvent", after=last)
    event.set("id", new_id(sheet, f"{called} {title(host)}", "BorderEvent"))
    if called:
        event.set("name", called)
    if not border.interrupting:
        event.set("cancelActivity", "false")
    event.set("attachedToRef", border.host)
    identity = event.get("id", "")
    make(event, border.trigger).set(
        "id", new_id(sheet, f"{identity} {border.trigger}", border.trigger)
    )
    lane = own_lane(sheet, host)
    if lane is not None:
        seat(sheet, event, lane)
    return identity


def lead_on(sheet: Sheet, event: str, leads_to: str | Block | Plain) -> None:
    """Draw the way from an event: to an element, to a new end, or to a new step and its end."""
    if isinstance(leads_to, str):
        target = sheet.node(leads_to, "leads_to")
        check_target(sheet.node(event), target, "leads_to")
        draw(sheet, sheet.node(event), target)
        return
    prepare(sheet, leads_to)
    made = build(sheet, leads_to, Place(_last_beside(sheet, event)))
    draw(sheet, sheet.node(event), made)
    if leads_to.kind not in ENDS:
        end = build(sheet, Plain("end", f"{title(made)}: done"), Place(made.get("id", "")))
        draw(sheet, sheet.node(made.get("id", "")), end)


def _last_beside(sheet: Sheet, event: str) -> str:
    return sheet.node(event).get("id", "")


def check_target(source: etree._Element, target: etree._Element, field: str) -> None:
    """Refuse a way that no process can take."""
    if local(target) == "startEvent" or target.get("attachedToRef"):
        raise EditError(
            field, f'No way can lead to "{title(target)}": it begins one. Choose a step.'
        )
    if level_of(source) is not level_of(target):
        raise EditError(
            field,
            f'"{title(source)}" and "{title(target)}" are not in the same group of steps. A way cannot '
            "cross its border.",
        )
