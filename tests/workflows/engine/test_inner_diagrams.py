"""Subprocesses, called diagrams, errors that leave them, and who may read whose answers."""

from dataclasses import replace

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, flows, names, nodes, specs, the
from workflows.engine import EngineError, UnansweredError, load, parse, start

CALLS = """
    start S
    and F
    call One to=inner
    call Two to=inner
    and J
    end E
    S -> F -> One -> J
    F -> Two -> J -> E
"""
INNER = """
    start I
    user A
    xor G default=G-Fine
    user Again
    end Fine
    I -> A -> G -> Fine
    G -> Again : A.again = true
"""


def test_two_calls_of_one_diagram_at_once_keep_their_answers_apart() -> None:
    given = Given()
    run = begin(CALLS, given, inner=INNER)
    first, second = run.waiting()
    assert first.scope != second.scope
    given.give(first, "again", True)
    given.give(second, "again", False)
    run.complete(second.id)
    assert names(run) == ["A"]
    run.complete(first.id)
    assert names(run) == ["Again"]
    assert the(run, "Again").scope == first.scope


def test_a_called_diagram_reads_its_caller_through_declared_inputs_only() -> None:
    text = "start S\nuser Ask\ncall C to=inner\nS -> Ask -> C"
    inner = "start I\nxor G default=G-B\nuser A\nuser B\nI -> G\nG -> A : Ask.ok = true\nG -> B"
    with pytest.raises(EngineError, match="Ask is neither in this diagram nor among its inputs"):
        begin(text, inner=inner)
    for ok, step in ((True, "A"), (False, "B")):
        run = begin(text, Given(Ask__ok=ok), inner=inner, inner__inputs="Ask")
        do(run, "Ask")
        assert names(run) == [step]


def test_declared_inputs_are_handed_on_from_call_to_call() -> None:
    text = "start S\nsub In {\nstart I\ncall C to=middle\nI -> C\n}\nS -> In"
    middle = "start M\nsub Deeper {\nstart N\ncall D to=inner\nN -> D\n}\nM -> Deeper"
    inner = "start I\nuser Many times=S.rows\nI -> Many"
    called = {"middle": middle, "inner": inner, "middle__inputs": "S", "inner__inputs": "S"}
    run = begin(text, Given(S__rows=2), **called)
    assert names(run) == ["Many", "Many"]
    assert [part.partition(".")[0] for part in run.waiting()[0].scope.split("/")] == ["C", "D"]
    del called["middle__inputs"]
    with pytest.raises(UnansweredError, match=r"S\.rows"):
        begin(text, Given(S__rows=2), **called)


def test_a_called_diagram_alone_reads_its_inputs_from_outside() -> None:
    inner = "start I\nuser Many times=Ask.rows\nerror Bad error=bad\nI -> Many -> Bad"
    files = {"inner": bpmn(inner, "inner", inputs="Ask")}
    run = start(parse(files, "inner", as_called=True), Given(Ask__rows=1))
    do(run, "Many")
    assert run.ended
    assert run.ends == ("Bad",)
    with pytest.raises(EngineError, match="No boundary event catches"):
        parse(files, "inner")


def test_an_embedded_subprocess_shares_the_answers_around_it() -> None:
    text = """
        start S
        user Ask
        sub In {
        start I
        user A
        xor G default=G-C
        user B
        user C
        I -> A -> G
        G -> B : Ask.ok = true and A.ok = true
        G -> C
        }
        xor H default=H-D
        user D
        user E
        S -> Ask -> In -> H
        H -> D
        H -> E : A.ok = true
    """
    run = begin(text, Given(Ask__ok=True, A__ok=True))
    do(run, "Ask")
    assert the(run, "A").scope == ""
    assert the(run, "A").diagram == "main"
    do(run, "A", "B")
    assert names(run) == ["E"]


def test_a_subprocess_within_a_call_belongs_to_the_called_diagram() -> None:
    inner = "start I\nsub In {\nstart J\nuser A\nJ -> A\n}\nI -> In"
    run = begin("start S\ncall C to=inner\nS -> C", inner=inner)
    assert the(run, "A").diagram == "inner"
    assert the(run, "A").scope.startswith("C.")


def test_two_diagrams_may_use_the_same_ids() -> None:
    text = "start S\nsub In {\nstart I\nuser A\nI -> A\n}\ncall C to=inner\nS -> In -> C"
    inner = "start S\nsub In {\nstart I\nuser A\nI -> A\n}\nS -> In"
    run = begin(text, inner=inner)
    do(run, "A")
    assert the(run, "A").diagram == "inner"
    do(run, "A")
    assert run.ended


THROWING = """
    start I
    and F
    user A
    user B
    error Bad error={code}
    I -> F -> A -> Bad
    F -> B
"""


@pytest.mark.parametrize("caught", ["refused", ""])
def test_an_error_end_goes_on_at_the_boundary_for_its_error(caught: str) -> None:
    text = f"""
        start S
        call C to=inner
        on Other host=C error=other
        on Caught host=C error={caught}
        on Late host=C duration=P1D
        user Handle
        user Never
        end E
        S -> C -> E
        Caught -> Handle
        Other -> Never
        Late -> Never
    """
    run = begin(text, inner=THROWING.format(code="refused"))
    assert names(run) == ["A", "B", "Late"], "an error boundary is nothing that a caller could fire"
    do(run, "A")
    assert names(run) == ["Handle"]
    assert "C" not in nodes(run)
    assert flows(run)[-1] == "Caught-Handle"


def test_an_error_passes_through_diagrams_that_do_not_catch_it() -> None:
    text = "start S\ncall C to=middle\non Caught host=C error=bad\nuser H\nS -> C\nCaught -> H"
    middle = "start M\nsub In {\nstart N\ncall D to=inner\nN -> D\n}\nM -> In"
    run = begin(text, middle=middle, inner=THROWING.format(code="bad"))
    do(run, "A")
    assert names(run) == ["H"]
    assert run.save() == load(run.specs, run.save(), Given()).save()


def test_an_error_is_not_caught_by_a_boundary_beside_it() -> None:
    text = """
        start S
        sub Out {
        start O
        and F
        user A
        error Bad error=bad
        sub Beside {
        start I
        xor G default=G-B
        user B
        error Worse error=bad
        I -> G -> B
        G -> Worse : B.worse = true
        }
        on Wrong host=Beside error=bad
        user No
        O -> F -> A -> Bad
        F -> Beside
        Wrong -> No
        }
        on Right host=Out error=bad
        user Yes
        S -> Out
        Right -> Yes
    """
    run = begin(text, Given(B__worse=False))
    do(run, "A")
    assert names(run) == ["Yes"]


def test_an_error_that_nobody_catches_is_refused_before_anything_runs() -> None:
    text = "start S\ncall C to=inner\non Caught host=C error=other\nuser H\nS -> C\nCaught -> H"
    with pytest.raises(EngineError, match='Bad: No boundary event catches the error "bad"'):
        specs(text, inner=THROWING.format(code="bad"))


def test_an_error_that_ends_a_diagram_read_as_called_clears_it() -> None:
    files = {
        "inner": bpmn("start O\nsub In {" + THROWING.format(code="bad") + "}\nO -> In", "inner")
    }
    run = start(parse(files, "inner", as_called=True), Given())
    do(run, "A")
    assert run.ended


def test_a_diagram_that_nobody_starts_may_leave_its_error_to_a_caller() -> None:
    inner = "start I\nerror Bad error=bad\nI -> Bad"
    alone = {"inner": bpmn(inner, "inner", starters="")}
    assert start(parse(alone, "inner"), Given()).ended
    told = {"inner": bpmn(inner.replace("I\n", "I message=m\n", 1), "inner", starters="")}
    with pytest.raises(EngineError, match="No boundary event catches"):
        parse(told, "inner")


def test_an_error_that_nobody_catches_never_passes_for_an_end() -> None:
    inner = "start I\nuser A\nerror Bad error=bad\nI -> A -> Bad"
    parsed = parse({"inner": bpmn(inner, "inner")}, "inner", as_called=True)
    run = start(replace(parsed, as_called=False), Given())
    with pytest.raises(EngineError, match="Bad: No boundary event catches this error"):
        do(run, "A")


def test_diagrams_that_call_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(EngineError, match="calls itself: main -> inner -> main"):
        specs("start S\ncall C to=inner\nS -> C", inner="start I\ncall D to=main\nI -> D")


def test_a_diagram_called_from_two_places_is_read_once() -> None:
    parsed = specs(CALLS, inner="start I\ncall D to=deep\nI -> D", deep="start I\nuser A\nI -> A")
    assert list(parsed.drawings) == ["main", "inner", "deep"]
