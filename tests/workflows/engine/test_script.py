"""Nobody gets from a diagram to Python: not by a condition, a number or a timer."""

import logging
import sys
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, names, specs, the
from workflows.engine import EngineError, load, parse

ATTACKS = {
    "subclass walk": "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='_wrap_close']"
    "[0].__init__.__globals__['system']('id')==0",
    "import": "__import__('os').popen('id').read()",
    "import of a module": "import os",
    "power": "9**9**9 > 1",
    "repeat": "'a'*10**10 = 'a'",
    "list repeat": "[0]*10**9 = 1",
    "shift": "1 << 10**10 > 1",
    "format": "'{0.__class__}'.format(1) = 'x'",
    "f-string": "f'{().__class__}' = 'x'",
    "nested comprehension": "[x for x in range(10**5) for y in range(10**5)] = 1",
    "omega": "(lambda f: f(f))(lambda f: f(f))",
    "frame": "(x for x in [1]).gi_frame.f_back.f_globals",
    "parentheses": "(" * 3000 + "true" + ")" * 3000,
    "minuses": "-" * 20_000 + "1 = 1",
    "nots": "not(" * 120 + "true" + ")" * 120,
    "terms": " and ".join(["true"] * 60_000),
    "concatenation": "'a' + 'b' = 'ab'",
    "ljust": "'a'.ljust(10**10) = 'a'",
    "open": "open('/etc/passwd').read() = ''",
    "print": "print.__self__",
    "long number": "1" * 5_000 + " > 1",
    "sum": "sum(range(10**10)) > 1",
    "walrus": "(x := 1) = 1",
    "exec": "exec('1')",
    "eval": "eval('1') = 1",
    "globals": "globals()['x'] = 1",
    "attribute of a field": "G.x.__class__ = 1",
    "expression language": "${execution.getClass()}",
    "template": "{{ 7*7 }} = 49",
    "assignment": "x = __import__('os')",
    "null byte": "G.x = 'a\\x00'",
}
_watched: list[str] | None = None


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _watched is not None and event in (
        "compile",
        "exec",
        "open",
        "os.system",
        "subprocess.Popen",
    ):
        _watched.append(f"{event} {arguments!r:.80}")


sys.addaudithook(_audit)


@pytest.fixture
def executed() -> Iterator[list[str]]:
    """What Python compiled, executed, opened or started while a test ran."""
    global _watched  # noqa: PLW0603 - an audit hook is for ever, so it has a switch
    begin("start S\nxor G\nuser A\nS -> G\nG -> A : G.x = 1", Given(G__x=1))
    _watched = []
    yield _watched
    _watched = None


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_condition_is_refused_when_the_diagram_is_read(
    attack: str, executed: list[str]
) -> None:
    text = f"start S\nxor G default=G-B\nuser A\nuser B\nS -> G\nG -> A : {ATTACKS[attack]}\nG -> B"
    with pytest.raises(EngineError) as caught:
        specs(text)
    assert caught.value.element == "G-A"
    assert executed == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_cardinality_is_refused_when_the_diagram_is_read(
    attack: str, executed: list[str]
) -> None:
    data = bpmn("start S\nuser A times=HERE\nS -> A")
    with pytest.raises(EngineError) as caught:
        parse({"main": data.replace(b"HERE", escape(ATTACKS[attack]).encode())}, "main")
    assert caught.value.element == "A"
    assert executed == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_given_to_the_script_engine_itself_is_refused(
    attack: str, executed: list[str]
) -> None:
    run = begin("start S\nuser A\nS -> A")
    engine, token = run._top.script_engine, next(iter(run._top.tasks.values())).children[0]
    expression = ATTACKS[attack]
    refusals: list[Callable[[], object]] = [
        lambda: engine.evaluate(token, expression),
        lambda: engine.number(token, expression),
        lambda: engine.execute(token, expression),
        lambda: engine.validate(expression),
        lambda: engine.environment.evaluate(expression, {}),
        lambda: engine.environment.execute(expression, {}),
        lambda: engine.call_service(token),
        lambda: engine.environment.call_service({}),
    ]
    for refusing in refusals:
        with pytest.raises(EngineError):
            refusing()
    assert executed == []


def test_a_loaded_case_has_our_script_engine_and_not_the_stock_one() -> None:
    text = "start S\nsub In {\nstart I\nuser A\nxor G default=G-C\nuser B\nuser C\nI -> A -> G\n"
    text += "G -> B : A.ok = true\nG -> C\n}\nS -> In"
    run = load(specs(text), begin(text).save(), Given(A__ok=True))
    for scope in run._top.all():
        assert type(scope.script_engine).__name__ == "ConditionEngine"
        assert type(scope.script_engine.environment).__name__ == "Refusing"
    run.complete(the(run, "A").id)
    assert names(run) == ["B"]


def test_a_timer_is_text_and_is_not_evaluated(executed: list[str]) -> None:
    run = begin("start S\ncatch T duration=__import__('os').getpid()\nS -> T".replace("'", "\\'"))
    assert the(run, "T").timer == "__import__('os').getpid()"
    assert executed == []


def test_an_answer_is_data_even_if_it_looks_like_code(executed: list[str]) -> None:
    text = 'start S\nxor G default=G-B\nuser A\nuser B\nS -> G\nG -> A : G.x = "a"\nG -> B'
    run = begin(text, Given(G__x="__import__('os')"))
    assert names(run) == ["B"]
    assert executed == []


def test_an_answer_of_another_kind_than_the_condition_expects_is_an_error() -> None:
    with pytest.raises(EngineError, match="G: "):
        begin("start S\nxor G\nuser A\nS -> G\nG -> A : G.x > 1", Given(G__x="many"))


def test_the_library_logs_nothing_about_cases() -> None:
    for name in ("spiff", "spiff.task", "spiff.workflow"):
        assert logging.getLogger(name).level == logging.WARNING
