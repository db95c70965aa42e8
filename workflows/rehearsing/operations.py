"""What operations would have done, told instead of done."""

from collections.abc import Mapping

from workflows.diagrams.graph import Node
from workflows.operations.facts import in_words
from workflows.operations.occasion import Fact
from workflows.rehearsing.cast import Cast

# By topic: what would have come of it. What has no words of its own here is told by its step.
_WORDS = {
    "launch-site": "the site {site} would stand in the register as live, with its decision, its "
    "people, its contract and its retention; the requester and the owner would be told",
    "lapse-approval": "the requester would be told that the approval has run out",
    "inform-requester": "the requester would be told what became of the request",
    "inform-of-delay": "the requester would be told which steps are late",
    "grant-delegation": "{delegate} would be given leave to accept the contract for the City",
    "remind": "whoever holds an open step would be reminded",
}


def would(node: Node, facts: Mapping[str, Fact], cast: Cast) -> str:
    """Say what an operation would have done, with what the case says so far."""
    words = _WORDS.get(node.topic or "")
    if words is None:
        words = f"Siteward would do this by itself ({node.topic or 'no operation is named'})"
    site = facts.get("site.name")
    delegate = facts.get("delegation.person")
    number = delegate.value if delegate and isinstance(delegate.value, int) else None
    person = cast.of_number(number)
    told = words.format(
        site=f"“{in_words(site.value)}”" if site else "of the case",
        delegate=person.name if person else "the delegate",
    )
    return f"“{node.title}”: {told}."
