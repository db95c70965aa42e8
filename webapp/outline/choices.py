"""What the forms of the outline offer to choose from: acts, parties, operations, processes, places."""

from models.database import db
from webapp import clock
from webapp.forms import Choice
from webapp.outline.offering import offered
from webapp.outline.page import Opened
from webapp.outline.rows import rows_of
from webapp.runtime import pack
from workflows.diagrams.graph import Node
from workflows.operations import OPERATIONS
from workflows.policy.blocks import Block
from workflows.publication.in_force import published


def act_choices(now: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """Give the acts of the policy by their titles, under the parties whose they are."""
    groups: dict[str, list[tuple[str, str]]] = {"": [("", "Nothing that the policy names")]}
    for act in sorted(pack().acts.values(), key=lambda one: (one.parties, one.title)):
        group = ", ".join(act.parties) or "Any party"
        groups.setdefault(group, []).append((act.id, act.title))
    if now and now not in pack().acts:
        groups["Not in the policy in force"] = [(now, now)]
    return groups


def group_of(block: Block) -> str:
    """Give the heading that a building block stands under: whose it is, or what does it."""
    if block.kind == "serviceTask":
        return "Done by the system"
    if block.kind == "callActivity":
        return "Other processes"
    return " or ".join(block.parties[:2]) if block.parties else "Any party"


def blocks_in_order() -> list[Block]:
    """Give the building blocks of the policy, those of one party together."""
    return sorted(pack().blocks, key=lambda one: (group_of(one), one.title))


def block_choices(nothing: str) -> dict[str, list[tuple[str, str]]]:
    """Give the building blocks by their titles, under whose they are, after `nothing` chosen."""
    groups: dict[str, list[tuple[str, str]]] = {"": [("", nothing)]}
    for block in blocks_in_order():
        groups.setdefault(group_of(block), []).append((block.id, block.title))
    return groups


def party_choices(page: Opened, now: str | None = None) -> list[tuple[str, str]]:
    """Give the parties of the process, then those of the policy that would be new to it."""
    own = list(page.diagram.lanes)
    others = [(name, f"{name} (new in this process)") for name in pack().parties if name not in own]
    nobody = [] if now in own else [("", "Nobody yet")]
    return [*nobody, *((name, name) for name in own), *others]


def topic_choices(now: str | None = None) -> list[tuple[str, str]]:
    """Give the operations of the system, by the title of their act where they have one."""
    found = [("", "Nothing yet")]
    for topic in OPERATIONS:
        act = pack().act_of(topic)
        found.append((topic, act.title if act else topic.replace("-", " ").capitalize()))
    return found if now in (None, "", *OPERATIONS) else [*found, (str(now), f"{now} (not known)")]


def called_choices(page: Opened, now: str | None = None) -> list[tuple[str, str]]:
    """Give the processes that can be called: in force, without starters of their own."""
    versions = published(db.session(), now=clock.now())
    found = [("", "None yet")]
    for key, version in sorted(versions.items(), key=lambda one: one[1].process.name):
        if key != page.draft.key:
            found.append((key, version.process.name))
    return found if now in (None, "", *versions) else [*found, (str(now), f"{now} (not in force)")]


def place_choices(page: Opened, but: str = "") -> list[tuple[str, str]]:
    """Give the places after which a step can stand: steps, or their ways out where there are several.

    A step that is there already, `but`, stays in its group of steps.
    """
    found: list[tuple[str, str]] = []
    for row in rows_of(page):
        if row.is_end or row.node.id == but or (but and not _together(page, row.node.id, but)):
            continue
        title = f"{page.title(row.node.id)}{_group(page, row.node)}"
        if len(row.ways) < 2:
            found.append((row.node.id, f"After {title}"))
        else:
            found += [(way.element, f"After {title}: {way.words}") for way in row.ways]
        found += [(way.element, f"After {title}: {way.words}") for way in row.deadlines]
    return found


def target_choices(page: Opened, source: str, but: str = "") -> list[tuple[str, str]]:
    """Give the steps that a way out of `source` can lead to: those of its group of steps."""
    return [
        (row.node.id, page.title(row.node.id))
        for row in rows_of(page)
        if not row.is_start and row.node.id != but and _together(page, row.node.id, source)
    ]


def border_targets(page: Opened, host: Node, boundary: Node | None) -> list[Choice]:
    """Give where an event on the border of a step can lead: on, to an end of its own, or back to it."""
    outgoing = page.diagram.outgoing(boundary.id) if boundary else ()
    choices = target_choices(page, host.id, but=host.id)
    choices.append((host.id, f"{page.title(host.id)}, begun anew"))
    if not outgoing:
        choices.insert(0, ("", "A new end of its own"))
    elif outgoing[0].target not in dict(choices):
        choices.insert(0, (outgoing[0].target, "Where it leads now"))
    return offered(choices)


def _together(page: Opened, one: str, other: str) -> bool:
    """Whether two steps stand in the same group of steps: no way leads across its border."""
    nodes = page.diagram.nodes
    return nodes[one].parent == nodes[other].parent


def _group(page: Opened, node: Node) -> str:
    parent = page.diagram.nodes.get(node.parent or "")
    return f", within “{parent.title}”" if parent else ""
