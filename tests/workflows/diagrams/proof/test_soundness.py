"""Each way in which a diagram can be unsound, with the shortest way that shows it; and none where it is not."""

import pytest

from tests.workflows.diagrams.proof.drawing import draw, proved, wrong
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, Unplayable, prove

STRAIGHT = """
start Begin
user Ask
end Done
Begin -> Ask -> Done
"""


def test_a_straight_way_is_sound() -> None:
    proof = proved(STRAIGHT)
    assert (proof.sound, proof.complete, proof.states, proof.findings()) == (True, True, 2, [])


def test_a_parallel_join_that_waits_for_one_of_several_branches_is_a_deadlock() -> None:
    text = """
    start Begin
    user Ask which!=a|b
    xor Which default=Which-B
    user A
    user B
    and Join
    end Done
    Begin -> Ask -> Which -> B -> Join -> Done
    Which -> A : Ask.which = "a"
    A -> Join
    """
    assert wrong(text) == [
        ("deadlock", "Join", "Begin Begin-Ask Ask Ask-Which Which Which-A A A-Join")
    ]
    message = proved(text).findings()[0].message
    assert message.startswith(
        '"Join" waits for a branch that never comes: the case is stuck there.'
    )
    assert 'The way there: 1. somebody does "Ask" and answers "A"; 2. somebody does "A".' in message


def test_a_deadlock_that_can_only_be_called_off_is_one_all_the_same() -> None:
    text = """
    start Begin
    sub Work {
    start In
    and Join
    user Again
    end Out
    }
    hears Withdrawn on=Work message=withdraw
    end Done
    end Off
    Begin -> Work -> Done
    Withdrawn -> Off
    In -> Join -> Again -> Out
    Again -> Join
    """
    assert wrong(text)[0][:2] == ("deadlock", "Join")


def test_two_inclusive_joins_that_wait_for_each_other_are_a_deadlock() -> None:
    text = """
    start Begin
    and Split
    or One
    or Two
    xor OneMore default=OneMore-Done
    xor TwoMore default=TwoMore-Over
    user A
    user B
    end Done
    end Over
    Begin -> Split -> One -> OneMore -> Done
    Split -> Two -> TwoMore -> Over
    OneMore -> A -> Two : Ask.x = 1
    TwoMore -> B -> One : Ask.x = 1
    """
    text = text.replace("Ask.x = 1", "Begin.x = 1")
    assert wrong(text)[0][:2] == ("deadlock", "One")


def test_branches_that_meet_without_a_join_are_done_twice() -> None:
    text = """
    start Begin
    and Split
    user A
    user B
    user C
    end Done
    Begin -> Split -> A -> C -> Done
    Split -> B -> C
    """
    found = wrong(text)
    assert (
        "done-twice",
        "C",
        "Begin Begin-Split Split Split-A Split-B A A-C B B-C C",
    ) in found
    assert {kind for kind, _, _ in found} == {"done-twice", "ends-twice"}


def test_a_split_straight_into_one_step_is_done_twice() -> None:
    text = """
    start Begin
    and Split
    user A
    end Done
    Begin -> Split -> A -> Done
    Split -> A
    """
    assert wrong(text) == [("done-twice", "A", "Begin Begin-Split Split Split-A Split-A' A")]


def test_an_end_reached_by_two_branches_is_reached_twice() -> None:
    text = """
    start Begin
    and Split
    user A
    user B
    end Done
    Begin -> Split -> A -> Done
    Split -> B -> Done
    """
    assert wrong(text) == [
        (
            "ends-twice",
            "Done",
            "Begin Begin-Split Split Split-A Split-B A A-Done Done B B-Done Done",
        )
    ]


def test_branches_with_ends_of_their_own_are_sound() -> None:
    text = """
    start Begin
    and Split
    user A
    user B
    end Done
    end Over
    Begin -> Split -> A -> Done
    Split -> B -> Over
    """
    assert wrong(text) == []


def test_a_loop_that_nobody_can_leave_never_ends() -> None:
    text = """
    start Begin
    user Ask go!=on|out
    xor Which default=Which-Turn
    user Turn
    user Back
    end Done
    Begin -> Ask -> Which -> Turn -> Back -> Turn
    Which -> Done : Ask.go = "out"
    """
    found = wrong(text)
    assert found == [("never-ends", "Turn", "Begin Begin-Ask Ask Ask-Which Which Which-Turn")]


def test_a_loop_that_can_only_be_called_off_never_ends() -> None:
    text = """
    start Begin
    sub Work {
    start In
    user Turn
    user Back
    end Out
    xor Which default=Which-Back
    In -> Turn -> Which -> Back -> Turn
    Which -> Out : false
    }
    hears Withdrawn on=Work message=withdraw
    end Done
    end Off
    Begin -> Work -> Done
    Withdrawn -> Off
    """
    assert wrong(text)[0][:2] == ("never-ends", "Turn")


def test_a_loop_with_a_way_out_is_sound() -> None:
    text = """
    start Begin
    user Ask go!=again|out
    xor Which default=Which-Ask
    end Done
    Begin -> Ask -> Which -> Ask
    Which -> Done : Ask.go = "out"
    """
    assert wrong(text) == []


def test_a_step_behind_an_impossible_condition_is_dead() -> None:
    text = """
    start Begin
    user Ask go!=a|b
    xor Which default=Which-A
    xor Again default=Again-Done
    user A
    user Never
    end Done
    Begin -> Ask -> Which -> A -> Again -> Done
    Which -> Done : Ask.go = "b"
    Again -> Never : Ask.go = "b"
    Never -> Done
    """
    assert wrong(text) == [("dead-step", "Never", "")]


def test_an_answer_without_a_flow_leaves_the_case_at_the_gateway() -> None:
    text = """
    start Begin
    user Ask go!=a|b|c
    xor Which
    end Done
    end Over
    Begin -> Ask -> Which
    Which -> Done : Ask.go = "a"
    Which -> Over : Ask.go = "b"
    """
    assert wrong(text) == [("no-branch", "Which", "Begin Begin-Ask Ask Ask-Which Which")]


def test_an_exclusive_gateway_takes_the_first_flow_that_fits() -> None:
    text = """
    start Begin
    user Ask go!=a|b
    xor Which
    user A
    user B
    end Done
    Begin -> Ask -> Which
    Which -> A : Ask.go = "a"
    Which -> B : Ask.go in ["a", "b"]
    A -> Done
    B -> Done
    """
    assert wrong(text) == []
    assert wrong(text.replace('go = "a"', 'go in ["a", "b"]')) == [("dead-step", "B", "")]


def test_an_inclusive_gateway_without_a_flow_leaves_the_case_there_too() -> None:
    text = """
    start Begin
    user Ask x!=? y!=?
    or Which
    user A
    user B
    or Join
    end Done
    Begin -> Ask -> Which
    Which -> A : Ask.x = true
    Which -> B : Ask.y = true
    A -> Join -> Done
    B -> Join
    """
    assert wrong(text) == [("no-branch", "Which", "Begin Begin-Ask Ask Ask-Which Which")]


@pytest.mark.parametrize("field", ["note=", "go=a|b", "go!=a|b when Ask.open = true"])
def test_an_answer_that_may_be_missing_cannot_be_read(field: str) -> None:
    name = field.partition("=")[0].rstrip("!")
    text = f"""
    start Begin
    user Ask open!=? "{field}"
    xor Which default=Which-Done
    end Done
    end Over
    Begin -> Ask -> Which -> Done
    Which -> Over : Ask.{name} = "a"
    """
    found = wrong(text)
    assert found == [("unanswered", "Which", "Begin Begin-Ask Ask Ask-Which Which")]
    assert f'"Ask.{name}" has no answer yet.' in proved(text).findings()[0].message


def test_an_answer_that_is_shown_where_it_is_read_can_be_read() -> None:
    text = """
    start Begin
    user Ask open!=? "go!=a|b when Ask.open = true"
    xor Which default=Which-Done
    end Done
    end Over
    Begin -> Ask -> Which -> Done
    Which -> Over : Ask.open = true and Ask.go = "a"
    """
    assert wrong(text) == []


def test_a_step_not_asked_on_every_way_cannot_be_read() -> None:
    text = """
    start Begin
    user First go!=a|b
    xor Which default=Which-Second
    user Second ok!=?
    xor Then default=Then-Done
    end Done
    end Over
    Begin -> First -> Which -> Second -> Then -> Done
    Which -> Then : First.go = "a"
    Then -> Over : Second.ok = true
    """
    assert wrong(text) == [
        ("unanswered", "Then", "Begin Begin-First First First-Which Which Which-Then Then")
    ]


def test_how_often_a_step_is_done_must_have_been_answered() -> None:
    text = """
    start Begin
    user First go!=a|b
    xor Which default=Which-Ask
    user Ask people{}=
    user Many times=Ask.people
    end Done
    Begin -> First -> Which -> Ask -> Many -> Done
    """
    assert wrong(text.format("!")) == []
    found = wrong(text.format("!") + 'Which -> Many : First.go = "a"')
    assert [one[:2] for one in found] == [("unanswered", "Many")]
    assert found[0][2].startswith("Begin Begin-First First First-Which Which Which-Many Many")
    assert [one[:2] for one in wrong(text.format(""))] == [("unanswered", "Many")]
    with pytest.raises(Unplayable, match="How often"):
        wrong(text.format("!").replace("times=Ask.people", "times==="))


def test_an_answer_of_another_kind_cannot_be_compared() -> None:
    text = """
    start Begin
    user Ask go!=a|b
    xor Which default=Which-Done
    end Done
    end Over
    Begin -> Ask -> Which -> Done
    Which -> Over : Ask.go = true
    """
    (finding, *_) = proved(text).findings()
    assert finding.code == "unanswered"
    assert "compares" in finding.message


def test_an_answer_given_beside_the_branch_that_reads_it_is_refused() -> None:
    text = """
    start Begin
    user First ok!=?
    and Split
    user Write ok!=?
    user Wait
    xor Which default=Which-A
    user A
    user B
    xor Merge
    and Join
    end Done
    Begin -> First -> Split -> Write -> Join -> Done
    Split -> Wait -> Which -> A -> Merge -> Join
    Which -> B -> Merge : Write.ok = true
    """
    found = {kind: path for kind, _, path in wrong(text)}
    assert found["read-while-asked"] == (
        "Begin Begin-First First First-Split Split Split-Write Split-Wait Wait Wait-Which Which"
    )


def test_an_answer_from_before_the_split_is_read_in_every_branch() -> None:
    text = """
    start Begin
    user First ok!=?
    and Split
    user Wait
    xor Which default=Which-A
    user A
    user B
    xor Merge
    and Join
    end Done
    Begin -> First -> Split -> Wait -> Join -> Done
    Split -> Which -> A -> Merge -> Join
    Which -> B -> Merge : First.ok = true
    """
    assert wrong(text) == []


CATCHING = """
start Begin
sub Work {
start In
user Ask go!=on|stop
xor Which default=Which-Out
end Out
error Stopped error=stopped
In -> Ask -> Which -> Out
Which -> Stopped : Ask.go = "stop"
}
end Done
Begin -> Work -> Done
"""


def test_an_error_that_nobody_catches_is_reported_with_its_way() -> None:
    assert wrong(CATCHING)[0] == (
        "error-not-caught",
        "Stopped",
        "Begin Begin-Work Work In In-Ask Ask Ask-Which Which Which-Stopped Stopped",
    )


@pytest.mark.parametrize("mark", ["error=stopped", ""])
def test_an_error_goes_on_at_the_event_that_catches_it(mark: str) -> None:
    assert wrong(f"{CATCHING}\nfails Caught on=Work {mark}\nend Off\nCaught -> Off") == []


def test_a_wrong_error_event_does_not_catch_it() -> None:
    found = wrong(f"{CATCHING}\nfails Caught on=Work error=other\nend Off\nCaught -> Off")
    assert ("error-not-caught", "Stopped") in {one[:2] for one in found}


def test_an_error_may_leave_a_diagram_that_is_only_called() -> None:
    text = "start Begin\nuser Ask\nerror Failed error=failed\nBegin -> Ask -> Failed"
    assert wrong(text, starters=()) == []


REMINDED = """
start Begin
user Ask
rings Slow on=Ask timer={timer} beside=yes
service Remind topic=remind
end Reminded
end Done
Begin -> Ask -> Done
Slow -> Remind -> Reminded
"""


@pytest.mark.parametrize("timer", ["P1D", "R/P1D"])
def test_reminders_are_walked_beside_the_main_flow(timer: str) -> None:
    proof = proved(REMINDED.format(timer=timer))
    assert (proof.sound, proof.states) == (True, 4)


def test_a_reminder_that_gets_stuck_is_reported_with_the_whole_way() -> None:
    text = REMINDED.format(timer="P1D").replace("Slow -> Remind -> Reminded", "")
    text += """
    and Join
    user Late
    Slow -> Remind -> Join -> Reminded
    Late -> Join
    Join -> Late
    """
    assert wrong(text)[0] == (
        "deadlock",
        "Join",
        "Begin Begin-Ask Slow Slow-Remind Remind Remind-Join",
    )


def test_what_a_reminder_begins_may_not_come_back() -> None:
    text = REMINDED.format(timer="P1D").replace("Remind -> Reminded", "Remind -> Done")
    text = text.replace("end Reminded\n", "")
    assert wrong(text)[0][:2] == ("handler-rejoins", "Slow")


def test_what_a_reminder_begins_may_end_everything() -> None:
    text = REMINDED.format(timer="P1D").replace("end Reminded", "terminate Reminded")
    assert wrong(text) == []


def test_a_called_diagram_forgets_its_answers_from_call_to_call() -> None:
    helper = draw(
        """
        start In
        xor First default=First-Ask
        user Ask ok!=?
        end Out
        In -> First -> Ask -> Out
        First -> Out : Ask.ok = true
        """,
        "helper",
        starters=(),
    )
    text = """
    start Begin
    call One to=helper
    user More go!=again|out
    xor Which default=Which-One
    end Done
    Begin -> One -> More -> Which -> One
    Which -> Done : More.go = "out"
    """
    found = wrong(text, called=(helper,))
    assert found == [("unanswered", "First", "Begin Begin-One One In In-First First")]
    assert (
        '(In the called diagram "helper".)' in proved(text, called=(helper,)).findings()[0].message
    )


def test_what_one_call_asked_is_not_known_to_the_next() -> None:
    helper = draw(
        """
        start In
        xor First default=First-Then
        user Ask ok!=?
        xor Then default=Then-Out
        end Out
        end Other
        In -> First -> Then -> Out
        First -> Ask : More.go = null
        Ask -> Then
        Then -> Other : Ask.ok = true
        """,
        "helper",
        starters=(),
        inputs=("More",),
    )
    text = """
    start Begin
    call One to=helper
    user More go!=again|out
    xor Which default=Which-One
    end Done
    Begin -> One -> More -> Which -> One
    Which -> Done : More.go = "out"
    """
    (found,) = wrong(text, called=(helper,))
    assert found[:2] == ("unanswered", "Then")
    assert found[2].split().count("In") == 2


def test_a_called_diagram_reads_the_inputs_that_its_caller_asked() -> None:
    helper = draw(
        """
        start In
        xor Which default=Which-Out
        error No error=no
        end Out
        In -> Which -> Out
        Which -> No : Ask.ok = false
        """,
        "helper",
        starters=(),
        inputs=("Ask",),
    )
    text = """
    start Begin
    user Ask ok{}=a|b
    call Help to=helper
    end Done
    Begin -> Ask -> Help -> Done
    """.replace("a|b", "?")
    text = text.replace("ok{}", "ok!")
    assert ("error-not-caught", "No") in {one[:2] for one in wrong(text, called=(helper,))}
    caught = f"{text}\nfails Refused on=Help error=no\nend Off\nRefused -> Off"
    assert wrong(caught, called=(helper,)) == []
    # By itself, whatever its caller may have been told.
    assert prove(helper, {}, Known(), Budget()).sound is True


def test_a_diagram_that_makes_no_sense_is_not_walked() -> None:
    for text in (
        "user Ask",
        "start Begin\nuser Ask\nBegin -> Ask",
        "start Begin\nend Done\nDone -> Begin",
        "start Begin\nuser Ask\nend Done\nBegin -> Ask -> Done : Ask.x = 1",
        "start Begin\nrace Which\nuser Ask\nend Done\nBegin -> Which -> Ask -> Done",
        "start Begin\nxor Which\nend Done\nBegin -> Which -> Done : = =",
        "start Begin\nrings Late on=Nothing\nend Done\nBegin -> Done\nLate -> Done",
        "start Begin\nnothing Odd\nend Done\nBegin -> Odd -> Done",
        "start Begin\ncall Again to=main\nend Done\nBegin -> Again -> Done",
    ):
        with pytest.raises(Unplayable):
            proved(text, called=(draw(text),))


def test_beyond_its_budget_nothing_is_proved_sound() -> None:
    diagram = draw(STRAIGHT)
    proof = prove(diagram, {}, Known(), Budget(states=1))
    assert (proof.sound, proof.complete) == (None, False)
    assert prove(diagram, {}, Known(), Budget.of(-1)).sound is None


def test_events_of_all_kinds_lead_on() -> None:
    text = """
    start Begin
    hear Told message=go
    clock Daily timer=P1D
    xor Merge
    race Which
    message Answer message=answer
    timer Late timer=P1D
    receive Letter message=letter
    user Ask
    hears Stopped on=Ask message=stop
    throw Tell message=tell
    says Said message=said
    sub Inner {
    start In
    terminate Out
    user Beside
    and Split
    In -> Split -> Out
    Split -> Beside -> Out
    }
    end Done
    Begin -> Merge -> Which -> Answer -> Ask -> Tell -> Inner -> Said
    Told -> Merge
    Daily -> Merge
    Which -> Late -> Done
    Which -> Letter -> Done
    Stopped -> Done
    """
    assert {one[:2] for one in wrong(text)} == {("dead-step", "Beside")}


def test_a_gateway_that_can_choose_in_thousands_of_ways_is_not_walked() -> None:
    ways = "\n".join(f"end E{n}\nWhich -> E{n} : Ask.f{n} = 1" for n in range(20))
    fields = " ".join(f"f{n}!=" for n in range(20))
    text = f"start Begin\nuser Ask {fields}\nor Which\nBegin -> Ask -> Which\n{ways}"
    with pytest.raises(Unplayable, match="can choose in more than 4096 ways"):
        proved(text)
