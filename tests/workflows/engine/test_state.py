"""What is saved: where the tokens are, in a few hundred bytes, and nothing else."""

import json
import threading
import zlib
from binascii import hexlify, unhexlify
from typing import Any

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, names, specs, the
from workflows.engine import EngineError, Run, UnansweredError, load, parse, start

REWORK = """
    start S
    xor M
    and F
    user Long
    user Write
    on Late host=Write duration=P1D
    sub In {
    start I
    user Check
    I -> Check
    }
    xor G default=G-M
    user Much times=2
    end E
    S -> F -> Long
    F -> M -> Write -> In -> G -> M
    G -> Much : Check.ok = true
    Late -> M
    Much -> E
"""


def test_a_state_does_not_grow_with_the_length_of_a_case() -> None:
    run = begin(REWORK, Given(Check__ok=False))
    sizes = set()
    for _round in range(400):
        do(run, "Late", "Write", "Check")
        sizes.add(len(run.save()) // 16)
        assert len(run._top.tasks) <= 6
        assert not run.ended
    assert len(sizes) <= 3
    assert len(run.save()) < 300


def test_a_case_may_be_saved_and_loaded_with_diagrams_parsed_anew_after_every_step() -> None:
    given = Given(Check__ok=False)
    run, long = begin(REWORK, given), None
    for round_ in range(20):
        given.answers["", "Check", "ok"] = round_ == 19
        for step in ("Late", "Write", "Check"):
            assert step in names(run)
            run = load(specs(REWORK), run.save(), given)
            do(run, step)
        long = long or the(run, "Long")
        assert the(run, "Long") == long
    assert names(run) == ["Long", "Much", "Much"]


def test_a_state_holds_no_answers_and_the_engine_no_data() -> None:
    run = begin(REWORK, Given(Check__ok=False, Check__secret="Falstaff"))
    do(run, "Write", "Check")
    assert "Falstaff" not in str(_unpacked(run.save()))
    assert all(not token.data for scope in run._top.all() for token in scope.tasks.values())


def test_saving_changes_nothing_and_is_the_same_after_loading() -> None:
    run = begin(REWORK)
    do(run, "Write")
    state = run.save()
    assert run.save() == state
    again = load(run.specs, state, Given())
    assert again.save() == state
    assert again.waiting() == run.waiting()
    assert again.marking() == run.marking()
    assert again.passed == ()


def test_what_waits_is_told_in_the_same_order_after_loading() -> None:
    text = (
        "start S\nand F\nuser A\non Remind host=A cycle=R/P1D interrupting=false\nuser H\nuser B\n"
    )
    text += "S -> F -> A\nF -> B\nRemind -> H"
    run = begin(text)
    do(run, "Remind", "H", "Remind", "B")
    assert load(specs(text), run.save(), Given()).waiting() == run.waiting()


def test_ends_are_remembered_over_save_and_load() -> None:
    text = "start S\nand F\nuser A\nuser B\nend E\nend D\nS -> F -> A -> E\nF -> B -> D"
    run = begin(text)
    do(run, "A")
    run = load(specs(text), run.save(), Given())
    do(run, "B")
    assert run.ends == ("E", "D")
    assert load(specs(text), run.save(), Given()).ended


def test_equal_situations_have_equal_markings_whatever_their_ids() -> None:
    run, other = begin(REWORK), begin(REWORK)
    assert run.marking() == other.marking()
    do(run, "Write")
    assert run.marking() != other.marking()
    do(other, "Late", "Write")
    assert run.marking() == other.marking()
    assert hash(run.marking()) == hash(other.marking())


# A state that an earlier version of the product saved: it must stay readable for ever, or be carried
# over by a migration of the database.
SAVED = "78da8d8e310ec2300c45af5265ee9034aee3cc4c48dca0eae0383620443940c5dd49608091c15f7ff8efc94b180777e7ebe6c66159db2dcebdf3f4d8cead39959a6b0588f3a450884b2699059585140d62dbeccfce76d81dbbc725c3ea274ca609811371cce27db4aa3c1151fd321fea8f7dfbe87051b975bd37b4e235d4cc04527c098c022c60249943f8d5afeb0b0d903e05"


def test_a_state_saved_by_an_earlier_version_can_be_read() -> None:
    run = load(specs(REWORK), unhexlify(SAVED), Given(Check__ok=True))
    assert names(run) == ["Check", "Long"]
    assert the(run, "Check").id == "0f6fb0e1d9a84cb0b1a6c4ac4f8c9a11"
    do(run, "Check", "Much", "Much", "Long")
    assert run.ended


@pytest.mark.parametrize(
    "state", [b"", b"nonsense", zlib.compress(b"nonsense"), zlib.compress(b"{")]
)
def test_bytes_that_are_no_state_are_refused(state: bytes) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        load(specs(REWORK), state, Given())


def test_a_state_of_another_process_is_refused() -> None:
    other = parse({"other": bpmn(REWORK, "other")}, "other")
    with pytest.raises(EngineError, match="The state is of main"):
        load(other, begin(REWORK).save(), Given())


@pytest.mark.parametrize(
    ("changed", "element"),
    [
        ("start S\nuser B\nS -> B", "A"),
        ("start S\nxor A\nuser B\nS -> A -> B", "A"),
        ("start S\nuser A times=2\nS -> A", "A"),
        ("start S\nsub A {\nstart I\nuser B\nI -> B\n}\nS -> A", "A"),
        ("start S\nuser A\non Late host=A duration=P1D\nuser B\nS -> A\nLate -> B", "A"),
    ],
)
def test_a_token_where_the_diagram_has_no_such_place_any_more_is_refused(
    changed: str, element: str
) -> None:
    state = begin("start S\nuser A\nS -> A").save()
    with pytest.raises(EngineError, match=f"A token waits at {element}"):
        load(specs(changed), state, Given())


def test_a_subprocess_that_became_a_step_is_refused() -> None:
    state = begin("start S\nsub A {\nstart I\nuser B\nI -> B\n}\nS -> A").save()
    with pytest.raises(EngineError, match="A token waits at A"):
        load(specs("start S\nuser A\nS -> A"), state, Given())


def test_tokens_inside_something_that_does_not_run_are_refused() -> None:
    version, process, ends, scopes = _unpacked(begin("start S\nuser A\nS -> A").save())
    broken = [version, process, ends, [*scopes, ["0" * 32, []]]]
    with pytest.raises(EngineError, match="not running"):
        load(specs("start S\nuser A\nS -> A"), zlib.compress(json.dumps(broken).encode()), Given())


def test_an_exception_leaves_the_saved_state_good() -> None:
    run = begin(REWORK)
    do(run, "Write")
    state = run.save()
    with pytest.raises(UnansweredError):
        do(run, "Check")
    run = load(specs(REWORK), state, Given(Check__ok=True))
    do(run, "Check")
    assert names(run) == ["Long", "Much", "Much"]


def test_one_parsed_diagram_serves_many_cases_in_many_threads() -> None:
    parsed, failed = specs(REWORK), []

    def work() -> None:
        try:
            for _case in range(10):
                given = Given(Check__ok=False)
                run: Run = start(parsed, given)
                for _round in range(3):
                    do(run, "Late", "Write", "Check")
                given.answers["", "Check", "ok"] = True
                do(run, "Write", "Check", "Much", "Much", "Long")
                assert run.ended
        except BaseException as error:  # noqa: BLE001 - a thread must tell, not die
            failed.append(error)

    threads = [threading.Thread(target=work) for _thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def _unpacked(state: bytes) -> list[Any]:
    unpacked: list[Any] = json.loads(zlib.decompress(state))
    return unpacked


if __name__ == "__main__":
    # Writes SAVED anew, after a change of the format that a migration takes care of.
    saved = begin(REWORK)
    do(saved, "Write")
    text = json.dumps(_unpacked(saved.save()))
    text = text.replace(the(saved, "Check").id, "0f6fb0e1d9a84cb0b1a6c4ac4f8c9a11")
    print(hexlify(zlib.compress(text.encode(), 9)).decode())  # noqa: T201
