"""Diagrams to draw anew: the shipped ones, generated ones, and a long one."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from tests.workflows.diagrams import sketch

SHIPPED = sorted((Path(__file__).parents[4] / "bpmn").glob("*.bpmn"))

_STEPS: dict[str, Callable[[str], str]] = {
    "user": sketch.user,
    "service": sketch.service,
    "exclusive": lambda name: sketch.gateway("exclusive", name),
    "parallel": lambda name: sketch.gateway("parallel", name),
    "start": sketch.start,
    "end": sketch.end,
    "timer": lambda name: sketch.catch(name, sketch.timer("P1D")),
    "part": lambda name: sketch.subprocess(
        name,
        sketch.start(f"{name}s"),
        sketch.user(f"{name}u"),
        sketch.end(f"{name}e"),
        sketch.flows(f"{name}s {name}u {name}e"),
        sketch.boundary(f"{name}b", f"{name}u", sketch.timer("P1D")),
    ),
}
_NOTE = '<bpmn:textAnnotation id="{0}"><bpmn:text>About {1}.</bpmn:text></bpmn:textAnnotation>'
_LINE = '<bpmn:association id="{0}Line" sourceRef="{1}" targetRef="{0}"/>'
_NAMES = "ABCDEFGHIJKL"


@st.composite
def diagrams(draw: st.DrawFn) -> bytes:
    """Any steps in any lanes with any flows between them, loops on themselves too."""
    steps = draw(
        st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(sorted(_STEPS)), min_size=1)
    )
    ids = st.sampled_from(sorted(steps))
    arrows = draw(st.lists(st.tuples(ids, ids), max_size=16))
    hosts = (
        draw(st.lists(ids.filter(lambda one: steps[one] in ("user", "part")), max_size=3))
        if ({"user", "part"} & set(steps.values()))
        else []
    )
    ways = draw(st.lists(ids, min_size=len(hosts), max_size=len(hosts)))
    noted = draw(st.lists(ids, max_size=2))
    lanes = {name: draw(st.sampled_from(["", "Clerk", "Desk", "Head"])) for name in steps}
    return sketch.process(
        *(_STEPS[kind](name) for name, kind in steps.items()),
        *(sketch.flow(*arrow, id=f"Flow{at}") for at, arrow in enumerate(arrows)),
        *(sketch.boundary(f"Event{at}", host, sketch.timer("P1D")) for at, host in enumerate(hosts)),
        *(sketch.flow(f"Event{at}", way) for at, way in enumerate(ways)),
        *(_NOTE.format(f"Note{at}", one) for at, one in enumerate(noted)),
        *(_LINE.format(f"Note{at}", one) for at, one in enumerate(noted)),
        lanes={
            lane: " ".join(name for name, its in lanes.items() if its == lane)
            for lane in dict.fromkeys(lanes.values())
            if lane
        },
    )  # fmt: skip


def long_process(number: int) -> bytes:
    """Rounds of four steps, a choice in each that goes on, back, or to an end, in three lanes."""
    parts, lanes = [sketch.start()], dict[str, list[str]](Clerk=["Begin"], Desk=[], Head=[])
    before = "Begin"
    for at in range(number // 4):
        ask, choice, act, out = f"Ask{at}", f"Which{at}", f"Act{at}", f"Out{at}"
        parts += [sketch.user(ask), sketch.gateway("exclusive", choice), sketch.service(act)]
        parts += [
            sketch.end(out),
            sketch.flows(f"{before} {ask} {choice} {act}", f"{choice} {out}"),
        ]
        parts += [sketch.flow(choice, ask)] if at % 5 == 2 else []
        lanes[["Clerk", "Desk", "Head"][at % 3]] += [ask, choice]
        lanes[["Clerk", "Desk"][at % 2]] += [act, out]
        before = act
    parts += [sketch.end(), sketch.flow(before, "Done")]
    lanes["Clerk"].append("Done")
    return sketch.process(*parts, lanes={name: " ".join(ids) for name, ids in lanes.items()})
