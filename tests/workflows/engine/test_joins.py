"""Gateways that join: in rework loops, beside subprocesses, with unequal branches."""

import pytest

from tests.workflows.engine.sketch import Given, begin, do, flows, names, nodes
from workflows.engine import EngineError

ADVICE = """
    start S
    xor M
    and Split
    user A
    user B
    and Join
    user Review
    xor G default=G-M
    end E
    S -> M -> Split
    Split -> A -> Join
    Split -> B -> Join
    Join -> Review -> G
    G -> M
    G -> E : Review.ok = true
"""


def test_a_parallel_join_waits_for_every_branch_in_every_round_of_rework() -> None:
    run = begin(ADVICE, Given(Review__ok=False))
    for _round in range(3):
        do(run, "A")
        assert names(run) == ["B"]
        do(run, "B")
        assert names(run) == ["Review"]
        do(run, "Review")
        assert names(run) == ["A", "B"]


def test_a_parallel_join_waits_in_nested_loops() -> None:
    run = begin(
        """
        start S
        xor M
        and F
        xor N
        user A
        xor H default=H-J
        user B
        and J
        user R
        S -> M -> F -> N -> A -> H
        H -> N : A.again = true
        H -> J
        F -> B -> J
        J -> R -> M
        """,
        given := Given(A__again=True),
    )
    for _round in range(3):
        do(run, "A", "A", "B")
        assert names(run) == ["A"]
        given.answers["", "A", "again"] = False
        do(run, "A")
        assert names(run) == ["R"]
        given.answers["", "A", "again"] = True
        do(run, "R")
        assert names(run) == ["A", "B"]


def test_tokens_that_came_too_often_stay_at_the_join() -> None:
    run = begin(
        "start S\nand F\nxor X\nuser A\nuser B\nuser C\nand J\nuser D\n"
        "S -> F -> A -> X\nF -> B -> X\nX -> J -> D\nF -> C -> J"
    )
    do(run, "A", "B", "C")
    assert names(run) == ["D"]
    do(run, "D")
    assert not run.ended, "one token is left at the join"


def test_a_parallel_join_does_not_grow_a_tree_of_what_may_follow() -> None:
    blocks = 12
    lines = ["start S", f"end E\nS -> F0\nJ{blocks - 1} -> E"]
    for n in range(blocks):
        lines += [f"and F{n}", f"and J{n}"]
        lines += [f"user {branch}{n}\nF{n} -> {branch}{n} -> J{n}" for branch in "ABC"]
        lines += [f"J{n - 1} -> F{n}"] if n else []
    run = begin("\n".join(lines))
    for n in range(blocks):
        assert len(run._top.tasks) == 4
        do(run, f"A{n}", f"B{n}", f"C{n}")
    assert run.ended


INCLUSIVE = """
    start S
    xor M
    or Split
    user A
    user B
    sub In {
    start I
    user Deep
    I -> Deep
    }
    or Join
    user R
    S -> M -> Split
    Split -> A : Split.a = true
    A -> Join
    Split -> B : Split.b = true
    B -> Join
    Split -> In : Split.c = true
    In -> Join
    Join -> R -> M
"""


@pytest.mark.parametrize("taken", ["a", "ab", "abc", "c", "bc"])
def test_an_inclusive_join_waits_for_the_branches_taken_in_every_round(taken: str) -> None:
    given = Given(**{f"Split__{branch}": branch in taken for branch in "abc"})
    run = begin(INCLUSIVE, given)
    steps = {"a": "A", "b": "B", "c": "Deep"}
    for _round in range(3):
        waiting = sorted(steps[branch] for branch in taken)
        while waiting:
            assert names(run) == waiting
            do(run, waiting.pop(0))
        assert names(run) == ["R"]
        do(run, "R")


def test_an_inclusive_gateway_takes_its_default_only_when_nothing_else_holds() -> None:
    text = "start S\nor G default=G-B\nuser A\nuser B\nS -> G\nG -> A : G.a = true\nG -> B"
    assert names(begin(text, Given(G__a=True))) == ["A"]
    assert names(begin(text, Given(G__a=False))) == ["B"]


@pytest.mark.parametrize("kind", ["or", "xor"])
def test_a_gateway_where_nothing_holds_is_an_error_that_names_it(kind: str) -> None:
    text = (
        f"start S\n{kind} G\nuser A\nuser B\nS -> G\nG -> A : G.a = true\nG -> B : not(G.a = false)"
    )
    with pytest.raises(EngineError, match="G: No condition holds"):
        begin(text, Given(G__a=False))


def test_an_inclusive_join_waits_for_a_token_that_was_sent_together_with_its_own() -> None:
    run = begin("start S\nand F\nxor X\nor J\nuser A\nS -> F -> J\nF -> X -> J\nJ -> A")
    assert names(run) == ["A"]
    assert nodes(run).count("J") == 1


def test_an_inclusive_join_takes_a_second_token_only_after_the_first_has_left() -> None:
    run = begin(
        """
        start S
        xor M
        and F
        user More
        or J
        user A
        S -> M -> F -> J -> A -> J
        F -> More -> M
        """
    )
    do(run, "More", "More")
    assert names(run) == ["A", "More"]
    do(run, "A")
    assert names(run) == ["A", "More"]


def test_an_inclusive_join_waits_for_an_event_that_may_still_happen() -> None:
    text = """
        start S
        and F
        user A
        user B
        on Late host=A duration=P1D
        user Handle
        or J
        user R
        S -> F -> A
        F -> B -> J
        Late -> Handle -> J -> R
    """
    run = begin(text)
    do(run, "B")
    assert names(run) == ["A", "Late"]
    do(run, "A")
    assert names(run) == ["R"]
    run = begin(text)
    do(run, "B", "Late")
    assert names(run) == ["Handle"]


def test_an_inclusive_join_waits_for_an_error_that_may_still_come() -> None:
    text = """
        start S
        and F
        user B
        sub In {
        start I
        user A
        xor X default=X-Fine
        end Fine
        error Bad error=bad
        I -> A -> X -> Fine
        X -> Bad : A.bad = true
        }
        on Caught host=In error=bad
        or J
        user R
        S -> F -> In
        F -> B -> J
        Caught -> J -> R
    """
    for is_bad in (True, False):
        run = begin(text, Given(A__bad=is_bad))
        do(run, "B")
        assert names(run) == ["A"]
        do(run, "A")
        assert names(run) == ["R"]
        assert ("Caught-J" in flows(run)) is is_bad


def test_two_inclusive_joins_that_wait_for_each_other_wait_for_ever() -> None:
    run = begin(
        """
        start S
        and F
        user A
        user B
        or J
        or K
        xor X default=X-K
        xor Y default=Y-J
        end E
        S -> F -> A -> J -> X -> K
        F -> B -> K -> Y -> J
        X -> E : X.out = true
        Y -> E : Y.out = true
        """
    )
    do(run, "A", "B")
    assert run.waiting() == ()
    assert not run.ended
