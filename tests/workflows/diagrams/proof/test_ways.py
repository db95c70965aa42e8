"""The way of a finding for people: who does what, on which diagram, and what is wrong at the end."""

import re
from collections.abc import Callable

import pytest

from tests.workflows.diagrams.proof.drawing import draw, proved, rule
from tests.workflows.diagrams.proof.mutants import City
from workflows.diagrams.graph import Finding, WayStep
from workflows.policy.automata import Absence, Precedence, Response

SITE, COMPLAINT = "create-site", "investigate-complaint"
LAUNCH = rule(Absence(frozenset({"launch"})))


def around(city: City) -> None:
    """Nobody decides."""
    city.lead("RequestComplete", "GatherAdvice", "RequestApproved")


def silence(city: City) -> None:
    city.event("boundaryTimer", "DecideRequest", "RequestApproved", timer="P5BD")


def word(city: City) -> None:
    city.event("boundaryMessage", "ReviewAndDecide", "LaunchAndCheck", message="urgent")


def runs_out(city: City) -> None:
    city.lead("NinetyDaysOver", "LapseApproval", "ApprovalLapsed")


def told(change: Callable[[City], object], process: str, code: str) -> tuple[City, Finding]:
    """Give what is found of a rule in the shipped diagrams once they are changed."""
    city = City()
    change(city)
    (found,) = [one for one in city.proof(process).findings() if one.rule == code]
    return city, found


def sentences(way: tuple[WayStep, ...]) -> list[str]:
    """Give where and what; which of two equally short answers is taken matters to nobody."""
    told = (f"{step.name}: {step.sentence}" for step in way)
    return [re.sub(r"\b(yes|no) to ", "* to ", sentence) for sentence in told]


def test_a_way_around_the_decision_reads_from_the_request_to_the_account() -> None:
    _city, found = told(around, SITE, "K01")
    assert sentences(found.way) == [
        'Create site: The case begins: "Site wanted".',
        'Create site: Requester does "Submit site request" and answers * to "Is the site for a public body?".',
        'Create site: "Ask the department" begins: the diagram "Forward request".',
        'Forward request: Department does "Forward the request" and decides "Forward to Communications".',
        'Forward request: The answer to "Forwarded?" is "Forward".',
        'Forward request: The end "Forwarded" of "Ask the department" is reached, and what is still open in it is stopped.',
        'Create site: "Review and decide" begins: the diagram "Decide on request".',
        (
            'Decide on request: Communications does "Review the request", decides "The request is complete: ask '
            'for advice" and answers "Yes, it speaks as the City or for a part of it", * to "Ask the City Clerk '
            'for retention advice?" and * to "Ask the City Attorney for legal advice?".'
        ),
        'Decide on request: The answer to "Complete?" is "Complete".',
        'Decide on request: The end "Approved" of "Review and decide" is reached.',
        'Create site: "Prepare the site" begins: the diagram "Prepare site".',
        'Prepare site: "Agree the contract" begins: the diagram "Agree contract".',
        'Agree contract: Communications does "Identify the contract" and answers "Not needed: standard terms".',
        'Agree contract: The answer to "Legal review needed?" is "Not needed".',
        (
            'Agree contract: Communications does "Authorize the contract" and decides "Authorize: Communications '
            'accepts the contract".'
        ),
        'Agree contract: The answer to "Authorized?" is "Authorize".',
        'Agree contract: Communications does "Accept the contract".',
        'Agree contract: The end "Contract accepted" of "Agree the contract" is reached.',
        'Prepare site: Communications does "Create the account".',
        'Prepare site: "Create the account" could be done although Communications has not approved it.',
    ]
    assert "To mend it, draw this on every such way: Communications decides" in found.message


def test_silence_that_approves_is_told_as_a_deadline() -> None:
    _city, found = told(silence, SITE, "K01")
    told_at = [step.element for step in found.way].index("Shortcut")
    assert sentences(found.way)[told_at - 1 : told_at + 2] == [
        'Gather advice: The end "Advice gathered" of "Gather advice" is reached.',
        'Decide on request: 5 business days pass and "Decide on the request" is not done ("Shortcut").',
        'Decide on request: The end "Approved" of "Review and decide" is reached.',
    ]
    assert found.way[told_at + 1].flows == ("Shortcut-RequestApproved",)


def test_a_message_that_launches_is_told_with_what_was_open() -> None:
    _city, found = told(word, SITE, "K01")
    assert sentences(found.way)[-5:] == [
        'Create site: "Review and decide" begins: the diagram "Decide on request".',
        'Create site: The message "urgent" arrives while "Review and decide" is open ("Shortcut").',
        'Create site: "Launch and check the site" begins: the diagram "Launch site".',
        'Launch site: The operation "Launch the site" is done.',
        'Launch site: "Launch the site" could be done although Communications has not approved it.',
    ]


def test_a_case_that_ends_too_early_points_at_the_step_that_asks_for_more() -> None:
    _city, found = told(runs_out, SITE, "K16")
    assert [step.element for step in found.way][-3:] == [
        "NinetyDaysOver",
        "ApprovalLapsed",
        "DecideRequest",
    ]
    assert sentences(found.way)[-3:] == [
        'Create site: 90 days pass and "Prepare the site" is not over.',
        'Create site: The end "Approval lapsed" is reached.',
        (
            "Decide on request: A case could end although the approved site was neither launched nor withdrawn, "
            'and its approval has not lapsed: nothing follows "Decide on the request" that has to.'
        ),
    ]


@pytest.mark.parametrize("act", ["advise-discipline", "make-finding", "give-notice", "assign-lead"])
def test_every_step_and_flow_of_a_way_stands_in_the_diagram_that_is_named(act: str) -> None:
    city = City()
    city.untag(act)
    found = [one for one in city.proof(COMPLAINT).findings() if one.way]
    assert found
    for one in found:
        for step in one.way:
            diagram = city.diagrams[step.diagram]
            assert diagram.name == step.name
            assert step.element in diagram.nodes
            assert set(step.flows) <= diagram.flows.keys()
        assert one.way[-1].element == one.element
        assert one.way[0].element == one.path[0]


def test_of_a_diagram_called_twice_each_call_has_its_own_steps() -> None:
    part = draw("start In\nuser Ask act=ask\nend Out\nIn -> Ask -> Out", name="part", starters=())
    text = """
    start Begin
    call First to=part
    call Second to=part
    service Launch topic=launch
    end Live
    Begin -> First -> Second -> Launch -> Live
    """
    (found,) = proved(text, LAUNCH, called=(part,)).findings()
    assert [(step.diagram, step.element, step.flows) for step in found.way] == [
        ("main", "Begin", ()),
        ("main", "First", ("Begin-First",)),
        ("part", "Ask", ("In-Ask",)),
        ("part", "Out", ("Ask-Out",)),
        ("main", "Second", ("First-Second",)),
        ("part", "Ask", ("In-Ask",)),
        ("part", "Out", ("Ask-Out",)),
        ("main", "Launch", ("Second-Launch",)),
        ("main", "Launch", ()),
    ]
    assert found.way[3].sentence == 'The end "Out" of "First" is reached.'
    assert found.way[6].sentence == 'The end "Out" of "Second" is reached.'
    assert [step.visit for step in found.way] == [1, 1, 1, 1, 1, 2, 2, 1, 1]


def test_branches_side_by_side_keep_their_own_flows() -> None:
    text = """
    start Begin
    and Split
    user A
    user B
    and Join
    service Launch topic=launch
    end Live
    Begin -> Split -> A -> Join -> Launch -> Live
    Split -> B -> Join
    """
    (found,) = proved(text, LAUNCH).findings()
    assert [(step.element, step.flows) for step in found.way][1:5] == [
        ("Split", ("Begin-Split",)),
        ("A", ("Split-A",)),
        ("B", ("Split-B",)),
        ("Join", ("A-Join", "B-Join")),
    ]
    assert found.way[1].sentence == "2 branches begin side by side."
    assert found.way[4].sentence == "All branches have come together."
    assert [[one.element for one in step.waits] for step in found.way][2:5] == [["B"], ["Join"], []]


def test_a_join_that_waits_in_vain_is_told_with_the_flows_that_came() -> None:
    text = """
    start Begin
    user Ask go!=?
    xor Which default=Which-A
    user A
    user B
    and Join
    end Done
    Begin -> Ask -> Which -> A -> Join -> Done
    Which -> B : Ask.go = true
    B -> Join
    """
    found = next(one for one in proved(text).findings() if one.code == "deadlock")
    assert (found.way[-1].element, len(found.way[-1].flows)) == ("Join", 1)
    assert found.way[-1].sentence.startswith('"Join" waits for a branch that never comes')
    assert found.way[2].sentence in (
        'The decision leads on to "A".',
        'The decision leads on to "B".',
    )


TIMES = {
    "P1D": "1 day passes",
    "P1DT2H": "1 day and 2 hours pass",
    "P3BD": "3 business days pass",
    "R/PT2H": "2 hours pass",
    "2027-01-31": "it is 31 January 2027",
    "soon": 'the time of "Late" comes',
}


@pytest.mark.parametrize("timer", TIMES)
def test_a_time_that_comes_is_told_in_words(timer: str) -> None:
    text = f"""
    start Begin
    user Ask
    rings Late on=Ask timer={timer}
    service Launch topic=launch
    end Live
    end Done
    Begin -> Ask -> Done
    Late -> Launch -> Live
    """
    (found,) = proved(text, LAUNCH).findings()
    assert TIMES[timer] in found.message


SMALL = {
    "the case begins when \"call\" arrives": "hear Begin message=call\nservice L topic=launch\nend E\nBegin -> L -> E",
    "the case begins by itself": "clock Begin\nservice L topic=launch\nend E\nBegin -> L -> E",
    "the message \"note\" is sent": "start S\nthrow T message=note\nservice L topic=launch\nend E\nS -> T -> L -> E",
    "30 days pass": "start S\ntimer W timer=P30D\nservice L topic=launch\nend E\nS -> W -> L -> E",
    "the message \"word\" arrives (\"W\")": "start S\nmessage W message=word\nservice L topic=launch\nend E\nS -> W -> L -> E",
    '"C" is carried out': "start S\ncall C to=away\nservice L topic=launch\nend E\nS -> C -> L -> E",
}  # fmt: skip


@pytest.mark.parametrize("words", SMALL)
def test_what_happens_by_itself_is_told(words: str) -> None:
    (found,) = [one for one in proved(SMALL[words], LAUNCH).findings() if one.rule]
    whole = f"{words[0].upper()}{words[1:]}"
    assert any(step.sentence.startswith(whole) for step in found.way)


def test_a_step_for_nobody_is_told() -> None:
    asked = rule(Precedence(frozenset({"ask"}), frozenset({"launch"})))
    text = "start S\nuser M act=ask times=N.n\nservice L topic=launch\nend E\nS -> M -> L -> E"
    found = next(one for one in proved(text, asked).findings() if one.rule)
    assert found.way[1].sentence == 'Nobody has to do "M".'


def test_errors_and_events_that_race_are_told() -> None:
    text = """
    start Begin
    sub Part {
    start In
    race First
    message Word message=word
    timer Late timer=P1D
    error Bad error=late
    end Out
    In -> First -> Word -> Out
    First -> Late -> Bad
    }
    fails Caught on=Part error=late
    service Launch topic=launch
    end Live
    end Done
    Begin -> Part -> Done
    Caught -> Launch -> Live
    """
    (found,) = proved(text, LAUNCH).findings()
    assert [(step.element, step.sentence, step.flows) for step in found.way] == [
        ("Begin", "The case begins.", ()),
        ("Part", '"Part" begins.', ("Begin-Part",)),
        ("Late", "1 day passes.", ("In-First", "First-Late")),
        (
            "Bad",
            'The end "Bad" of "Part" is reached: "Part" ends with the error "late".',
            ("Late-Bad",),
        ),
        ("Caught", 'The error is caught: "Caught".', ()),
        ("Launch", 'The operation "Launch" is done.', ("Caught-Launch",)),
        ("Launch", '"Launch" could be done although it is not so.', ()),
    ]


def test_ends_at_the_top_say_what_they_do() -> None:
    owed = rule(Response(frozenset({"ask"}), frozenset({"launch"})))
    for kind, words in {
        "end": 'The end "Over" is reached.',
        "terminate": 'The end "Over" is reached, and what is still open is stopped.',
        "says": 'The end "Over" is reached, and the message "" is sent.',
    }.items():
        text = f"start S\nuser A act=ask\n{kind} Over\nS -> A -> Over"
        (found,) = [one for one in proved(text, owed).findings() if one.rule]
        assert found.way[-2].sentence == words, kind


def test_a_lane_that_is_wrong_says_which_one_is_right() -> None:
    city = City()
    city.change(city.steps("approve-site")[0], lane="Department")
    (found,) = [one for one in city.proof(SITE).findings() if one.rule == "K02"]
    assert 'Draw it in the lane "Communications".' in found.message
    assert found.way[-1].sentence == (
        '"Decide on the request" is in the lane "Department", but only Communications decides on a site.'
    )


def test_a_finding_without_a_way_has_no_steps() -> None:
    text = "start S\nend E\nuser Never\nend F\nS -> E\nNever -> F"
    found = next(one for one in proved(text).findings() if one.code == "dead-step")
    assert found.way == ()


def test_a_flow_without_a_name_is_told_by_where_it_leads() -> None:
    city = City()
    around(city)
    for flow in list(city.diagrams["decide-request"].flows.values()):
        city.change(flow.id, name="")
    found = [one for one in city.proof(SITE).findings() if one.rule == "K01"]
    assert 'The decision at "Complete?" leads on to "Approved".' in [
        step.sentence for step in found[0].way
    ]


def test_precedence_is_mended_by_what_the_policy_says_comes_first() -> None:
    city = City()
    city.delete_act("set-up-retention")
    (found,) = [one for one in city.proof(SITE).findings() if one.rule == "K09"]
    assert "draw this on every such way: The City Clerk sets up retention." in found.message
