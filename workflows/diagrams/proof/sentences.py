"""What happens on a way, each thing in a clause of its own: who does what, what is decided, what comes by itself."""

from collections.abc import Iterable, Sequence

from workflows.diagrams.graph import BOUNDARIES, ENDS, GATEWAYS, STARTS, Field
from workflows.diagrams.proof.flattening import Flat, Step, Wire
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.timers import TimerError, parse_timer
from workflows.diagrams.wording import length_words, listed, timer_words


def told(flat: Flat, happening: Happening) -> str:
    """Say what somebody, an operation, a deadline or a message does; nothing for what passes by itself."""
    step = flat.steps[happening.step]
    if happening.kind == "timer":
        return _time(flat, step)
    if happening.kind == "message":
        return _message(flat, step)
    if happening.kind == "wait":
        return f'a reminder in "{step.node.title}" is not done yet, so that it stays open'
    return _done(step, happening) if happening.kind == "done" else ""


def passed(flat: Flat, step: Step, taken: Sequence[Wire]) -> str:
    """Say what it means that a token passes a step by itself, over the flows taken; or nothing."""
    if step.kind in STARTS:
        return _beginning(step) if step.outer < 0 else ""
    if step.kind in ENDS:
        return _ending(flat, step)
    return _gateway(flat, step, taken) if step.kind in GATEWAYS else _other(flat, step)


def _other(flat: Flat, step: Step) -> str:
    node = step.node
    if step.is_container:
        called = flat.called.get(node.called or "")
        whole = f': the diagram "{called.name or called.process_id}"' if called else ""
        return f'"{node.title}" begins{whole}'
    if node.kind == "messageThrow":
        return f'the message "{node.message or node.title}" is sent'
    if node.kind == "boundaryError":
        return f'the error is caught: "{node.title}"'
    return f'nobody has to do "{node.title}"' if node.loop else ""


def _beginning(step: Step) -> str:
    node = step.node
    if node.kind == "messageStart":
        return f'the case begins when "{node.message or node.title}" arrives'
    if node.kind == "timerStart":
        return f"the case begins by itself {timer_words(node.timer or '')}"
    return f'the case begins: "{node.title}"' if node.name.strip() else "the case begins"


def _ending(flat: Flat, step: Step) -> str:
    node = step.node
    around = f'"{flat.steps[step.outer].node.title}"' if step.outer >= 0 else ""
    reached = f'the end "{node.title}"{f" of {around}" if around else ""} is reached'
    if node.kind == "errorEnd":
        return f'{reached}: {around or "the case"} ends with the error "{node.error or "none"}"'
    if node.kind == "terminateEnd":
        return f"{reached}, and what is still open{' in it' if around else ''} is stopped"
    if node.kind == "messageEnd":
        return f'{reached}, and the message "{node.message or ""}" is sent'
    return reached


def _gateway(flat: Flat, step: Step, taken: Sequence[Wire]) -> str:
    node = step.node
    if node.kind == "eventBasedGateway":
        return ""
    where = f' at "{node.title}"' if node.name.strip() else ""
    if len(step.leaving) < 2:
        return f"all branches have come together{where}" if step.is_join else ""
    if node.kind == "parallelGateway":
        return f"{len(step.leaving)} branches begin side by side{where}"
    names = [" ".join(wire.flow.name.split()) for wire in taken]
    if where and names and all(names):
        answers = [f'"{name}"' for name in names]
        return f'the answer to "{node.title}" is {listed(answers)}'
    targets = [f'"{flat.steps[wire.target].node.title}"' for wire in taken]
    return f"the decision{where} leads on to {listed(targets)}" if targets else ""


# -- people, operations, deadlines, messages ---------------------------------------------------


def _done(step: Step, happening: Happening) -> str:
    title = f'"{step.node.title}"'
    if step.kind == "serviceTask":
        return f"the operation {title} is done"
    if step.kind == "callActivity":
        return f"{title} is carried out"
    decided = _decided(step.node.fields, happening)
    others = [words for words in happening.said if words != decided]
    parts = [
        f"does {title}",
        f"decides {decided}" if decided else "",
        f"answers {listed(others)}" if others else "",
    ]
    return f"{step.node.lane or 'somebody'} {listed([part for part in parts if part])}"


def _decided(fields: Iterable[Field], happening: Happening) -> str:
    """Give the words for the outcome of the step's act, where the form asks for it."""
    outcomes = {atom.partition(":")[2] for atom in happening.atoms or () if ":" in atom}
    labels = (
        f'"{option.label}"' for field in fields for option in field.options if option.id in outcomes
    )
    return next((label for label in labels if label in happening.said), "")


def _time(flat: Flat, step: Step) -> str:
    node = step.node
    is_named = node.name.strip() and node.title.lower() != timer_words(node.timer or "")
    named = f' ("{node.title}")' if is_named else ""
    passing = _passing(node.timer or "")
    if not passing:
        return f'the time of "{node.title}" comes'
    if node.kind not in BOUNDARIES:
        return f"{passing}{named}"
    host = flat.steps[step.host]
    return f'{passing} and "{host.node.title}" is not {"over" if host.inner else "done"}{named}'


def _passing(text: str) -> str:
    """Say that a time passes: "5 business days pass", "it is 31 January 2027"; nothing for no timer."""
    try:
        timer = parse_timer(text)
    except TimerError:
        return ""
    if timer.at is not None:
        return f"it is {timer_words(text).removeprefix('on ')}"
    length = timer_words(text).removeprefix("every ") if timer.kind == "cycle" else ""
    length = length.partition(",")[0] or length_words(text)
    is_one = length.startswith("1 ") and " and " not in length
    return f"{length} {'passes' if is_one else 'pass'}"


def _message(flat: Flat, step: Step) -> str:
    node = step.node
    name = node.message or node.title
    named = f' ("{node.title}")' if node.title != name else ""
    if node.kind not in BOUNDARIES:
        return f'the message "{name}" arrives{named}'
    host = flat.steps[step.host]
    return f'the message "{name}" arrives while "{host.node.title}" is open{named}'
