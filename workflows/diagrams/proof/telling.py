"""A way through a diagram as sentences: who does which step and decides what; and what goes wrong then."""

from collections.abc import Iterable

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint.known import KnownPart
from workflows.diagrams.proof import sentences
from workflows.diagrams.proof.flattening import Flat, Step
from workflows.diagrams.proof.judging import Judgement
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.soundness import Wrong
from workflows.diagrams.proof.way import way
from workflows.diagrams.wording import listed

# Of a longer story the middle is left out; the path of the finding has it all.
MOST_SENTENCES = 24
WAY = " The way there: "


def ids(path: Iterable[Happening]) -> tuple[str, ...]:
    """Give the element and flow ids of a way, from the start."""
    return tuple(identity for happening in path for identity in happening.trace)


def _until(path: tuple[Happening, ...], element: str) -> tuple[str, ...]:
    """Give the ids of a way as far as an element that its last happening passes or comes to."""
    if not path:
        return ()
    last = path[-1].trace
    end = last.index(element) if element in last else len(last)
    return (*ids(path[:-1]), *last[:end], element)


def story(flat: Flat, path: Iterable[Happening]) -> str:
    """Tell a way in sentences, one for each thing that somebody or something does."""
    told = [words for happening in path if (words := sentences.told(flat, happening))]
    if len(told) > MOST_SENTENCES:
        half = MOST_SENTENCES // 2
        told[half:-half] = [f"(and {len(told) - MOST_SENTENCES} steps more)"]
    if not told:
        return ""
    return WAY + "; ".join(f"{n}. {words}" for n, words in enumerate(told, 1)) + "."


def wrong_finding(flat: Flat, wrong: Wrong, caller: Diagram | None = None) -> Finding:
    """Say what makes the diagram unsound; `caller` where that is another one, which calls it."""
    step = flat.steps[wrong.step]
    sentence = _sentence(wrong, step)
    message = _within(caller) + sentence + _where(flat, step) + story(flat, wrong.path)
    return Finding(
        severity="error",
        code=wrong.what,
        element=step.node.id,
        line=_line(step, caller),
        message=message,
        # Who comes a second time to a step has not got beyond it.
        path=(*ids(wrong.path), *((step.node.id,) if wrong.what == "done-twice" else ())),
        way=way(flat, wrong.path, wrong.step, sentence),
    )


def _line(step: Step, caller: Diagram | None) -> int | None:
    return step.node.line if step.scope == 0 and caller is None else None


def _sentence(wrong: Wrong, step: Step) -> str:
    title = f'"{step.node.title}"'
    if wrong.what == "deadlock":
        return _stuck(step)
    if wrong.what == "unanswered":
        return f"At {title} the case would be stuck: {_ended(wrong.detail)}"
    texts = {
        "done-twice": f"{title} is reached a second time while it is still to be done: branches that "
        "run side by side lead to it. Join them with a parallel gateway first.",
        "ends-twice": f"The case arrives at the end {title} more than once: branches that run side by "
        "side lead to it. Join them with a parallel gateway first.",
        "no-branch": f"No flow from {title} fits, and none is the default: the case would be stuck. "
        "Make one flow the default.",
        "error-not-caught": f'Nobody catches the error "{wrong.detail}" of {title}.',
        "read-while-asked": f"{title} reads {wrong.detail} while another branch may be answering it: "
        "what is decided would depend on who is faster. Join the branches before deciding.",
        "never-ends": f"From {title} on no end can be reached any more, only called off. Lead a way out.",
        "dead-step": f"{title} can never happen: whatever is answered, no case comes here. Mend the "
        "conditions before it, or delete it.",
        "handler-rejoins": f"What {title} begins beside the main flow leads back into it, so that steps "
        "would be done twice. Give it an end of its own, or let the event interrupt its step.",
    }
    return texts[wrong.what]


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _stuck(step: Step) -> str:
    return (
        f'"{step.node.title}" waits for a branch that never comes: the case is stuck there. Join only '
        "branches that all happen, with the same kind of gateway that split them."
    )


def _within(caller: Diagram | None) -> str:
    return f'In "{caller.name or caller.process_id}", which calls this diagram: ' if caller else ""


def _where(flat: Flat, step: Step) -> str:
    if step.scope == 0:
        return ""
    diagram = flat.scopes[step.scope].diagram
    return f' (In the called diagram "{diagram.name or diagram.process_id}".)'


def rule_finding(flat: Flat, judgement: Judgement, caller: Diagram | None = None) -> Finding:
    """Say which rule is broken, in the policy's words, and how. `caller`: in which other diagram."""
    rule, part = judgement.rule, judgement.part
    step = flat.steps[judgement.step]
    clauses = f"clause{'' if len(rule.clauses) == 1 else 's'} {', '.join(rule.clauses)}"
    what = _breach(step, judgement)
    within = (
        f' In "{caller.name or caller.process_id}", which calls this diagram:' if caller else ""
    )
    mend = _mend(step, part) if part else ""
    message = f"Rule {rule.id} ({clauses}): {rule.words}{within} {what}{_where(flat, step)}{mend}"
    message += story(flat, judgement.path)
    until = None if judgement.at_end else step.node.id
    return Finding(
        severity=rule.severity,
        code="rule-broken",
        element=step.node.id,
        line=_line(step, caller),
        message=message,
        rule=rule.id,
        path=_until(judgement.path, until) if until else ids(judgement.path),
        way=way(flat, judgement.path, judgement.step, what, until=until),
    )


def _breach(step: Step, judgement: Judgement) -> str:
    part = judgement.part
    says = part.says if part else ""
    if part is not None and _is_by_machine(step, part):
        return f'"{step.node.title}" is done by the machine, but {says}.'
    if part is not None and part.automaton is None:
        return f'"{step.node.title}" is in the lane "{step.node.lane or "(none)"}", but {says}.'
    if judgement.at_end:
        return f'A case could end although {says}: nothing follows "{step.node.title}" that has to.'
    return f'"{step.node.title}" could be done although {says}.'


def _is_by_machine(step: Step, part: KnownPart) -> bool:
    """Whether the step stands in the right lane, so that it must be the machine that is wrong."""
    return bool(part.parties) and step.node.lane in part.parties


def _mend(step: Step, part: KnownPart) -> str:
    """Say how to mend the diagram, where the policy says what should happen instead."""
    if _is_by_machine(step, part):
        return f' Let a person of "{step.node.lane}" do it.'
    if part.parties:
        lanes = [f'"{party}"' for party in sorted(part.parties)]
        return f" Draw it in the lane {listed(lanes, 'or')}."
    return f" To mend it, draw this on every such way: {part.next}" if part.next else ""
