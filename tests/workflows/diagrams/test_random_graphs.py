"""Any graph of plausible steps can be linted and told, however senseless."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.sketch import field, flows, process, user
from workflows.diagrams.lint import Known, known_diagram, lint
from workflows.diagrams.reading import read
from workflows.diagrams.text import describe

FORM = (field("x", "enum", "a b", required=True), field("y", "long"), field("z", "boolean"))
MANY = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>A.y</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"

STEPS: dict[str, Callable[[str], str]] = {
    "user": lambda name: user(name, *FORM),
    "often": lambda name: user(name, *FORM, inner=MANY),
    "service": sketch.service,
    "exclusive": lambda name: sketch.gateway("exclusive", name),
    "parallel": lambda name: sketch.gateway("parallel", name),
    "inclusive": lambda name: sketch.gateway("inclusive", name),
    "race": lambda name: sketch.gateway("eventBased", name),
    "start": sketch.start,
    "end": sketch.end,
    "error": lambda name: sketch.end(name, sketch.error()),
    "message": lambda name: sketch.catch(name, sketch.message()),
    "timer": lambda name: sketch.catch(name, sketch.timer("P1D")),
    "call": lambda name: sketch.call(name, "try"),
    "part": lambda name: sketch.subprocess(
        name,
        sketch.start(f"{name}s"),
        sketch.end(f"{name}e", sketch.error()),
        flows(f"{name}s {name}e"),
    ),
}
EVENTS = {
    "message": sketch.message(),
    "timer": sketch.timer("R3/P1D", "timeCycle"),
    "error": sketch.error(),
}

names = st.sampled_from("ABCDEFGH")
conditions = st.none() | st.sampled_from(
    ['A.x = "a"', "B.y > 3", 'count(A.x = "a") > 1', "not(C.z)", "true", "==", '"a" in A.x', "3"]
)


@given(
    st.dictionaries(names, st.sampled_from(sorted(STEPS)), min_size=1),
    st.lists(st.tuples(names, names, conditions), max_size=14),
    st.lists(st.tuples(names, st.sampled_from(sorted(EVENTS)), st.booleans()), max_size=3),
)
def test_any_graph_is_linted_and_told(
    steps: dict[str, str],
    arrows: list[tuple[str, str, str | None]],
    events: list[tuple[str, str, bool]],
) -> None:
    data = process(
        *(STEPS[kind](name) for name, kind in steps.items()),
        *(
            sketch.flow(source, target, condition, id=f"Flow{number}")
            for number, (source, target, condition) in enumerate(arrows)
        ),
        *(
            sketch.boundary(f"Event{number}", host, EVENTS[kind], stops=stops)
            for number, (host, kind, stops) in enumerate(events)
        ),
        top=sketch.MESSAGES + sketch.ERRORS,
    )
    diagram, _ = read(data)
    assert diagram is not None
    findings = lint(diagram, Known(diagrams={"try": known_diagram(diagram)}))
    assert findings  # two roles are unknown in any case
    told = describe(diagram, str)
    assert {step.element for step in told} <= set(diagram.nodes)
    assert [step.number for step in told] == list(range(1, len(told) + 1))
