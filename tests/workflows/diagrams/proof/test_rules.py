"""Every template of a rule, kept and broken, with the shortest way that breaks it."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams.proof.drawing import KNOWN, draw, proved, rule, told
from workflows.diagrams.graph import Finding
from workflows.diagrams.lint import Automaton, KnownPart, KnownRule
from workflows.diagrams.proof import Budget, Proof, prove
from workflows.policy.automata import (
    Absence,
    Existence,
    ImmediatelyBefore,
    NotCoexistence,
    Precedence,
    Response,
)

LAUNCHED = """
start Begin
user Ask act=ask
user Decide act=approve lane=Board decision!=yes|no|back
xor Decided default=Decided-Refused
service Launch topic=launch
end Live
end Refused
Begin -> Ask -> Decide -> Decided -> Refused
Decided -> Launch : Decide.decision = "yes"
Decided -> Ask : Decide.decision = "back"
Launch -> Live
"""
# The decision is asked for, and then not heeded.
UNHEEDED = """
start Begin
user Ask act=ask
user Decide act=approve lane=Board decision!=yes|no|back
xor Decided default=Decided-Launch
service Launch topic=launch
end Live
Begin -> Ask -> Decide -> Decided -> Launch -> Live
Decided -> Ask : Decide.decision = "back"
"""


def atoms(text: str) -> frozenset[str]:
    return frozenset(text.split())


LAST_YES = Precedence(atoms("approve:yes"), atoms("launch"), since=atoms("approve"))


def verdict(text: str, automaton: Automaton) -> str:
    return proved(text, rule(automaton)).rules["K1"]


def finding(text: str, automaton: Automaton) -> Finding:
    (found,) = [f for f in proved(text, rule(automaton)).findings() if f.rule]
    return found


def test_what_must_come_before_comes_before_on_every_way() -> None:
    assert verdict(LAUNCHED, Precedence(atoms("approve:yes"), atoms("launch"))) == "holds"
    assert verdict(LAUNCHED, LAST_YES) == "holds"


def test_an_approval_that_nobody_heeds_breaks_the_rule_by_the_shortest_way() -> None:
    found = finding(UNHEEDED, LAST_YES)
    way = "Begin Begin-Ask Ask Ask-Decide Decide Decide-Decided Decided Decided-Launch Launch"
    assert told(found) == ("rule-broken", "Launch", way)
    assert (found.severity, found.rule) == ("error", "K1")
    assert found.message == (
        'Rule K1 (clause C-1): It must be so. "Launch" could be done although it is not so. '
        'The way there: 1. somebody does "Ask"; 2. Board does "Decide" and decides "No"; '
        '3. the operation "Launch" is done.'
    )


def test_a_yes_of_an_earlier_round_does_not_count_where_the_rule_asks_again() -> None:
    text = """
    start Begin
    user Decide act=approve decision!=yes|no
    user More again!=?
    xor Which default=Which-Launch
    user Ask act=ask
    service Launch topic=launch
    end Live
    Begin -> Decide -> More -> Which -> Launch -> Live
    Which -> Ask : More.again = true
    Ask -> More
    """
    asked = Precedence(atoms("approve"), atoms("launch"))
    assert verdict(text, asked) == "holds"
    again = Precedence(atoms("approve"), atoms("launch"), since=atoms("ask"))
    assert told(finding(text, again))[2].split().count("More") == 2


def test_a_rule_may_bind_only_after_something_has_happened() -> None:
    text = "start Begin\nservice Launch topic=launch\nend Live\nBegin -> Launch -> Live"
    bound = Precedence(atoms("approve:yes"), atoms("launch"), once=atoms("ask"))
    assert verdict(text, bound) == "holds"
    text = text.replace("Begin -> ", "user Ask act=ask\nBegin -> Ask -> ")
    assert verdict(text, bound) == "violated"


def test_what_must_follow_is_judged_at_the_end() -> None:
    followed = Response(atoms("approve:yes"), atoms("launch"))
    assert verdict(LAUNCHED, followed) == "holds"
    found = finding(LAUNCHED, Response(atoms("approve:no"), atoms("launch")))
    assert told(found)[1] == "Decide"
    assert found.path[-1] == "Refused"
    assert (
        'A case could end although it is not so: nothing follows "Decide" that has to.'
        in found.message
    )


def test_something_must_happen_in_every_case() -> None:
    assert verdict(LAUNCHED, Existence(atoms("approve"))) == "holds"
    assert verdict(LAUNCHED, Existence(atoms("launch"))) == "violated"
    assert verdict(LAUNCHED, Existence(atoms("launch"), once=atoms("approve:yes"))) == "holds"
    assert verdict(LAUNCHED, Existence(atoms("launch"), once=atoms("approve:no"))) == "violated"


def test_something_must_never_happen() -> None:
    assert verdict(LAUNCHED, Absence(atoms("withdraw"))) == "not-applicable"
    assert verdict(LAUNCHED, Absence(atoms("approve:back"))) == "violated"
    assert verdict(LAUNCHED, Absence(atoms("approve:never"))) == "vacuous"


def test_two_things_must_not_happen_in_one_case() -> None:
    assert verdict(LAUNCHED, NotCoexistence(atoms("launch"), atoms("approve:back"))) == "violated"
    assert verdict(LAUNCHED, NotCoexistence(atoms("launch"), atoms("approve:no"))) == "holds"


DIRECTLY = """
start Begin
user Check act=advise
{}service Launch topic=launch
end Live
Begin -> Check -> {} -> Live
"""
JUST_BEFORE = ImmediatelyBefore(atoms("advise"), atoms("launch"))


@pytest.mark.parametrize("step", ["user Wait", "timer Wait timer=P7D", "message Wait message=go"])
def test_a_step_without_an_act_and_waiting_count_as_steps_in_between(step: str) -> None:
    assert verdict(DIRECTLY.format("", "Launch"), JUST_BEFORE) == "holds"
    assert verdict(DIRECTLY.format(f"{step}\n", "Wait -> Launch"), JUST_BEFORE) == "violated"


@pytest.mark.parametrize("step", ["service Remind topic=remind", "user Remind"])
def test_a_person_may_come_in_between_and_a_reminder_does_not(step: str) -> None:
    beside = f"rings Slow on=Wait beside=yes timer=P1D\nuser Wait\n{step}\nend Reminded\n"
    text = DIRECTLY.format(beside, "Launch") + "Slow -> Remind -> Reminded"
    text = text.replace("Begin -> Check", "Begin -> Wait -> Check")
    assert verdict(text, JUST_BEFORE) == ("violated" if step == "user Remind" else "holds")


HURRIED = """
start Begin
user Ask act=ask
user Decide act=approve decision!=yes|no
rings Slow on=Decide beside=yes timer=P1D
{} Hurry {}
{} Over
end Done
Begin -> Ask -> Decide -> Done
Slow -> Hurry -> Over
"""


def test_what_a_deadline_begins_beside_may_break_a_rule() -> None:
    decided = Precedence(atoms("approve:yes"), atoms("launch"))
    assert verdict(HURRIED.format("service", "topic=remind", "end"), decided) == "not-applicable"
    assert verdict(HURRIED.format("service", "topic=launch", "end"), decided) == "violated"


def test_what_a_deadline_begins_beside_may_end_a_case_too_early() -> None:
    answered = Response(atoms("ask"), atoms("approve"))
    assert verdict(HURRIED.format("user", "", "end"), answered) == "holds"
    assert verdict(HURRIED.format("user", "", "terminate"), answered) == "violated"


def test_a_branch_beside_the_approval_lets_a_launch_slip_through() -> None:
    text = """
    start Begin
    and Split
    user Decide act=approve decision!=yes|no
    service Launch topic=launch
    and Join
    end Done
    Begin -> Split -> Decide -> Join -> Done
    Split -> Launch -> Join
    """
    assert told(finding(text, LAST_YES))[2] == (
        "Begin Begin-Split Split Split-Decide Split-Launch Launch"
    )


def test_a_deadline_is_no_approval() -> None:
    text = LAUNCHED + "rings Silence on=Decide timer=P5D\nSilence -> Launch"
    found = finding(text, LAST_YES)
    assert "Silence" in found.path
    assert '5 days pass and "Decide" is not done; 3.' in found.message


def test_messages_carry_acts_too() -> None:
    text = LAUNCHED + "hears Off on=Decide act=withdraw message=off\nend Gone\nOff -> Gone"
    assert verdict(text, Absence(atoms("withdraw"))) == "violated"
    assert 'the message "off" arrives' in finding(text, Absence(atoms("withdraw"))).message


def test_a_step_done_by_several_people_may_end_in_several_ways_or_not_happen() -> None:
    text = """
    start Begin
    user Vote act=approve times={} decision!=yes|no
    service Launch topic=launch
    end Done
    Begin -> Vote -> Launch -> Done
    """
    both = NotCoexistence(atoms("approve:yes"), atoms("approve:no"))
    assert verdict(text.format("3"), both) == "violated"
    once = Precedence(atoms("approve"), atoms("launch"))
    assert verdict(text.format("3"), once) == "holds"
    assert verdict(text.format("Ask.people"), once) == "violated"


def test_a_rule_that_is_not_for_diagrams_is_not_applied() -> None:
    proof = proved(UNHEEDED, rule(LAST_YES, proved=False))
    assert (proof.rules, proof.findings()) == ({"K1": "not-applicable"}, [])


def test_a_rule_about_people_is_left_to_the_running_case() -> None:
    people = KnownRule("K1", "error", "Two people.", ("C-1",), True, (KnownPart("one person"),))
    assert proved(LAUNCHED, people).rules == {"K1": "not-applicable"}
    assert proved(LAUNCHED, KnownRule("K1", "error", "", ("C-1",), True, ())).rules == {
        "K1": "not-applicable"
    }


def test_the_gravest_part_is_the_verdict_on_a_rule() -> None:
    kept = Precedence(atoms("ask"), atoms("launch"))
    assert proved(UNHEEDED, rule(kept, LAST_YES)).rules == {"K1": "violated"}
    assert proved(LAUNCHED, rule(kept, Absence(atoms("approve:never")))).rules == {"K1": "holds"}


def test_a_warning_stays_a_warning() -> None:
    (found,) = proved(UNHEEDED, rule(LAST_YES, severity="warning")).findings()[-1:]
    assert (found.severity, found.rule) == ("warning", "K1")


def lane_rule(*parties: str) -> KnownRule:
    part = KnownPart("only they do", acts=atoms("approve"), parties=frozenset(parties))
    return KnownRule("K2", "error", "Theirs.", ("C-1", "C-2"), True, (part,))


def test_an_act_stands_in_the_lane_of_its_party() -> None:
    assert proved(LAUNCHED, lane_rule("Board")).rules == {"K2": "holds"}
    proof = proved(LAUNCHED, lane_rule("Clerk", "Council"))
    assert proof.rules == {"K2": "violated"}
    (found,) = [f for f in proof.findings() if f.rule]
    assert told(found) == ("rule-broken", "Decide", "Begin Begin-Ask Ask Ask-Decide Decide")
    assert '"Decide" is in the lane "Board", but only they do.' in found.message
    assert "(clauses C-1, C-2)" in found.message
    assert proved("start A\nend B\nA -> B", lane_rule("Board")).rules == {"K2": "not-applicable"}


def test_a_machine_does_not_do_what_people_must() -> None:
    text = LAUNCHED.replace("user Decide act=approve", "service Decide act=approve topic=remind")
    told_of = [one.message for one in proved(text, lane_rule("Board")).findings() if one.rule]
    assert '"Decide" is done by the machine, but only they do.' in told_of[0]


@pytest.mark.parametrize("kind", ["hears", "rings"])
def test_an_event_is_in_no_lane(kind: str) -> None:
    text = f"start Begin\nuser Ask\n{kind} Off on=Ask act=approve\nend Done\nend Gone"
    proof = proved(f"{text}\nBegin -> Ask -> Done\nOff -> Gone", lane_rule("Board"))
    assert proof.rules == {"K2": "not-applicable"}


STUCK = """
start Begin
user Ask act=ask
and Join
user Late
service Launch topic=launch
end Live
Begin -> Ask -> Join -> Late -> Launch -> Live
Late' -> Join
"""


def test_in_an_unsound_diagram_what_was_not_seen_is_not_proved() -> None:
    text = STUCK.replace("Late' -> Join", "user More\nJoin -> More -> Join")
    proof = proved(text, rule(LAST_YES))
    assert (proof.sound, proof.rules) == (False, {"K1": "not-proved"})


def test_a_step_that_breaks_a_rule_and_leads_astray_does_both() -> None:
    text = """
    start Begin
    and Split
    user A
    service Launch topic=launch
    user B
    end Done
    Begin -> Split -> A -> B -> Done
    Split -> Launch -> B
    """
    proof = proved(text, rule(LAST_YES))
    assert (proof.sound, proof.rules) == (False, {"K1": "violated"})
    text = """
    start Begin
    service Launch topic=launch
    and Split
    end Done
    Begin -> Launch -> Split -> Done
    Split -> Done
    """
    assert proved(text, rule(LAST_YES)).rules == {"K1": "violated"}


def limited(states: int) -> Proof:
    known = replace(KNOWN, rules=(rule(LAST_YES),))
    return prove(draw(LAUNCHED), {}, known, Budget(states=states))


def test_what_was_not_explored_is_not_proved() -> None:
    assert limited(2).rules == {"K1": "not-proved"}
    assert limited(100).rules == {"K1": "holds"}


def test_a_broken_rule_is_found_in_what_was_explored() -> None:
    known = replace(KNOWN, rules=(rule(LAST_YES),))
    later = "\n".join(
        f"user Later{n}\nuser Later{n + 1}\nLater{n} -> Later{n + 1}" for n in range(0, 9, 2)
    )
    later += "\n" + "\n".join(f"Later{n} -> Later{n + 1}" for n in range(1, 9, 2))
    text = UNHEEDED.replace("Launch -> Live", "Launch -> Later0") + later + "\nLater9 -> Live"
    text = "\n".join(sorted(text.splitlines(), key=lambda line: " -> " in line))
    proof = prove(draw(text), {}, known, Budget(states=9))
    assert (proof.sound, proof.rules) == (None, {"K1": "violated"})


def test_a_called_diagram_is_judged_only_for_its_lanes_by_itself() -> None:
    known = replace(KNOWN, rules=(rule(LAST_YES), lane_rule("Clerk")))
    proof = prove(draw(UNHEEDED, starters=()), {}, known, Budget(), alone=False)
    assert proof.rules == {"K1": "not-applicable", "K2": "violated"}


def test_the_rules_see_through_calls() -> None:
    helper = draw(
        "start In\nservice Launch topic=launch\nend Out\nIn -> Launch -> Out", "go", starters=()
    )
    text = "start Begin\ncall Go to=go\nend Done\nBegin -> Go -> Done"
    found = [f for f in proved(text, rule(LAST_YES), called=(helper,)).findings() if f.rule]
    assert told(found[0])[2] == "Begin Begin-Go Go In In-Launch Launch"
    assert '(In the called diagram "go".)' in found[0].message
    assert found[0].line is None


def test_a_reminder_that_is_not_done_keeps_a_subprocess_open_for_the_events_around_it() -> None:
    text = """
    start Begin
    user Ask act=ask
    sub Deciding {
    start In
    user Decide act=approve decision!=yes|no
    xor Decided default=Decided-Refused
    end Agreed
    error Refused error=refused
    rings Slow on=Decide beside=yes timer=P1D
    service Remind topic=remind
    end Reminded
    }
    fails No on=Deciding error=refused
    hears Withdrawn on=Deciding message=withdraw act=withdraw beside=yes
    end Off
    end Ended
    service Launch topic=launch
    end Live
    Begin -> Ask -> Deciding -> Launch -> Live
    In -> Decide -> Decided -> Refused
    Decided -> Agreed : Decide.decision = "yes"
    Slow -> Remind -> Reminded
    No -> Ended
    Withdrawn -> Off
    """
    decided_since = Precedence(atoms("approve:yes"), atoms("launch"), since=atoms("withdraw"))
    found = finding(text, decided_since)
    assert found.element == "Launch"
    assert 'a reminder in "Deciding" is not done yet, so that it stays open' in found.message
    assert proved(text, rule(decided_since)).sound is True
    calm = "\n".join(
        line for line in text.splitlines() if not any(word in line for word in ("Slow", "Remind"))
    )
    assert verdict(calm, decided_since) == "holds"
