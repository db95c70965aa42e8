"""Marks of the policy: acts, parties, outcomes, clauses, operations, owners."""

from collections.abc import Iterator

from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import TASKS, Diagram, Field, Finding, Node
from workflows.diagrams.lint.known import Known, KnownAct
from workflows.diagrams.lint.notes import error, quoted, warning
from workflows.diagrams.lint.refusing import refused_outcomes

_PEOPLE = ("userTask", "manualTask", "receiveTask")
_MESSAGES = ("boundaryMessage", "messageCatch")
_ACTING = (*_PEOPLE, *_MESSAGES, "serviceTask")


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check every mark that names something of the policy pack."""
    yield from _process(diagram, known)
    for lane in diagram.lanes:
        if lane not in known.parties:
            yield error(
                diagram,
                "unknown-party",
                f'The lane "{lane}" is not a party of the policy{suggestion(lane, known.parties)}. Known '
                f"are {quoted(sorted(known.parties))}.",
            )
    for node in diagram.nodes.values():
        yield from _clauses(node, known)
        yield from _act(node, known)
        if node.kind == "serviceTask":
            yield from _operation(node, known)
        if node.kind == "userTask":
            yield from _task(node)


def _process(diagram: Diagram, known: Known) -> Iterator[Finding]:
    if not diagram.owner:
        yield warning(
            diagram, "no-owner", "The process names no owner. Say which role answers for it."
        )
    for role in sorted({diagram.owner, *diagram.starters} - {""} - known.roles):
        yield error(
            diagram,
            "unknown-role",
            f'The process names the role "{role}", which is not known{suggestion(role, known.roles)}.',
        )


def _clauses(node: Node, known: Known) -> Iterator[Finding]:
    if node.kind in TASKS and not node.clauses and node.act is None and known.clauses:
        yield warning(
            node,
            "no-clause",
            f'"{node.title}" has no act and names no clause of the policy, so nothing says why it is done. Name '
            "the clause that asks for it, if there is one.",
        )
    for clause in node.clauses:
        if clause not in known.clauses:
            yield error(
                node,
                "unknown-clause",
                f'"{node.title}" names the clause "{clause}", which the policy does not have'
                f"{suggestion(clause, known.clauses)}.",
            )


def _act(node: Node, known: Known) -> Iterator[Finding]:
    if node.act is None:
        return
    act = known.acts.get(node.act)
    if act is None:
        yield error(
            node,
            "unknown-act",
            f'"{node.title}" carries the act "{node.act}", which the policy does not have'
            f"{suggestion(node.act, known.acts)}.",
        )
        return
    if node.kind not in _ACTING:
        yield error(node, "act-misplaced", f'"{node.title}" cannot carry an act; only steps do.')
    elif act.operation != (node.kind == "serviceTask"):
        yield error(
            node,
            "act-performer",
            f'The act "{node.act}" is done by {"an operation" if act.operation else "a person"}. Make '
            f'"{node.title}" a {"service" if act.operation else "user"} task.',
        )
    else:
        yield from _party(node, act)
        yield from _outcomes(node, act)


def _party(node: Node, act: KnownAct) -> Iterator[Finding]:
    # A message event is not in the hands of its lane: the act's own roles decide who may send it.
    if node.kind in _PEOPLE and act.parties and node.lane not in act.parties:
        yield error(
            node,
            "act-party",
            f'"{node.title}" carries the act "{node.act}" in the lane "{node.lane or "(none)"}", but only '
            f"{quoted(act.parties)} may do it. Move the step, or choose another act.",
        )


def _outcomes(node: Node, act: KnownAct) -> Iterator[Finding]:
    if not act.outcomes or act.operation:
        return
    field = _outcome_field(node, act)
    if field is None:
        yield error(
            node,
            "outcomes-missing",
            f'The act "{node.act}" needs a choice between {quoted(act.outcomes)}. Add such a field to '
            f'the form of "{node.title}".',
        )
        return
    if not field.required:
        yield error(
            node,
            "outcome-optional",
            f'The choice "{field.label}" of "{node.title}" decides the act "{node.act}"; make it required.',
        )
    unknown = {option.id for option in field.options} - {*act.outcomes, *act.may_offer}
    if unknown:
        yield error(
            node,
            "outcome-unknown",
            f'The choice "{field.label}" of "{node.title}" offers {quoted(sorted(unknown))}, which the act '
            f'"{node.act}" does not know.',
        )
    yield from refused_outcomes(node, field, act.outcomes)


def _outcome_field(node: Node, act: KnownAct) -> Field | None:
    return next(
        (
            field
            for field in node.fields
            if field.type == "enum" and set(act.outcomes) <= {option.id for option in field.options}
        ),
        None,
    )


def _operation(node: Node, known: Known) -> Iterator[Finding]:
    if node.topic is None:
        yield error(
            node,
            "no-topic",
            f'The service task "{node.title}" names no operation. Set its topic (type External).',
        )
    elif node.topic not in known.topics:
        yield error(
            node,
            "unknown-topic",
            f'The operation "{node.topic}" of "{node.title}" is not known'
            f"{suggestion(node.topic, known.topics)}. Known are {quoted(sorted(known.topics))}.",
        )
    elif known.topics[node.topic] != node.act:
        yield _implied(node, known.topics[node.topic])


def _implied(node: Node, act: str | None) -> Finding:
    """Say that the operation's own act stands, whatever the diagram shows."""
    if node.act is None:
        return warning(
            node,
            "operation-act",
            f'The operation "{node.topic}" of "{node.title}" is the act "{act}", and is judged as such. '
            "Show it: set that act.",
        )
    advice = f'Set the act "{act}".' if act else "Remove the act."
    return error(
        node,
        "operation-act",
        f'The operation "{node.topic}" of "{node.title}" must show what it does. {advice}',
    )


def _task(node: Node) -> Iterator[Finding]:
    if node.lane is None:
        yield error(
            node,
            "no-lane",
            f'The user task "{node.title}" is in no lane, so nobody would be asked. Draw lanes and put '
            "it into one.",
        )
    if node.due is None:
        yield warning(
            node,
            "no-due",
            f'The user task "{node.title}" has no time limit. Say within what time it is to be done.',
        )
