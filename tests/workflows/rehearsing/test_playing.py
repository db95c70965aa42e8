"""A diagram is played as it would go at work: same engine, same rules, a clock that can be moved."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.rehearsing.playing import Game, game, shipped, small
from workflows.publication.gating import CannotPlayError, set_of
from workflows.rehearsing import (
    Answer,
    Begin,
    Days,
    Place,
    Ring,
    Until,
    as_json,
    coverage,
    difference,
    expected_of,
    expected_told,
    play,
    read,
)

REVIEW, DECIDE = "ReviewRequest", "DecideRequest"


@pytest.fixture
def reviewed(now: datetime) -> Game:
    """A request that Communications has to review."""
    return game(now).do("SubmitRequest").do("ForwardRequest")


def advised(on: Game) -> Game:
    """The review and all advice."""
    on.do(REVIEW)
    while on.asked != [DECIDE]:
        on.do(on.asked[0])
    return on


def test_a_request_is_played_to_its_launch_and_its_end(now: datetime) -> None:
    played = game(now).do_all()
    assert played.stage.end is not None
    assert played.stage.end.title == "Site live"
    assert [ran.topic for ran in played.stage.operations] == ["launch-site"]
    assert any("would stand in the register as live" in words for words in played.said)
    assert (
        "A Forwarding authority did “Forward the request”: Forward to Communications."
        in played.said
    )
    assert played.said[-1] == "The case ended: Site live."
    taken = coverage(played.on.diagrams["create-site"], played.stage.run.passed)
    assert (len(taken.taken), taken.all) == (6, 17)
    assert "“Declined” to “Declined”" in taken.missing


def test_moving_the_clock_fires_what_became_due_in_its_order(reviewed: Game) -> None:
    reviewed.ring("RequestWaitsForReview")
    assert "The deadline “After 2 business days” of “Review the request” came." in reviewed.said
    assert "“Remind Communications”: whoever holds an open step would be reminded." in reviewed.said
    assert reviewed.asked == [REVIEW]
    assert [ran.topic for ran in reviewed.stage.operations] == ["remind"]
    reviewed.make(Days(3))
    local = reviewed.stage.now.astimezone(walking.MINNESOTA.time_zone)
    assert (local.date().isoformat(), local.hour) == ("2026-11-23", 17)
    assert reviewed.wait(REVIEW).due < reviewed.stage.now  # type: ignore[operator]


def test_several_deadlines_come_in_the_order_of_their_times(now: datetime) -> None:
    played = game(now).do("SubmitRequest").make(Until(now + timedelta(days=30)))
    came = [(told.at, told.sentence) for told in played.stage.told if told.kind == "deadline"]
    assert len(came) > 1
    assert came == sorted(came, key=lambda one: one[0])
    assert played.stage.now == now + timedelta(days=30)


def test_the_clock_does_not_go_back_nor_far(reviewed: Game, now: datetime) -> None:
    assert "does not go back" in str(reviewed.refused(Until(now - timedelta(days=1))))
    assert "at most 10 years" in str(reviewed.refused(Until(now.replace(year=2040))))
    assert "1 to 2600 working days" in str(reviewed.refused(Days(0)))
    assert "not waited for here" in str(reviewed.refused(Ring(Place("x", "y"), "Some day")))


def test_what_a_rule_forbids_is_refused_with_its_clause(now: datetime) -> None:
    alone = Game(shipped("decide-request"), now).begin()
    misfit = alone.refused(alone.answer(REVIEW))
    (refusal,) = misfit.refusals
    assert "the department has not forwarded it" in refusal.text
    assert "clause" in refusal.text


def test_the_same_invented_person_does_not_request_and_forward(now: datetime) -> None:
    """K06: another person of the same party may."""
    played = game(now, by="dept_forwarder/1").do("SubmitRequest")
    misfit = played.refused(played.answer("ForwardRequest", "dept_forwarder/1"))
    assert "take different people" in str(misfit)
    assert played.do("ForwardRequest", "dept_forwarder/2").asked == [REVIEW]


def test_somebody_of_another_party_does_not_do_a_step(reviewed: Game) -> None:
    misfit = reviewed.refused(reviewed.answer(REVIEW, "attorney/1"))
    assert "waits for Communications: An Attorney does not do it" in str(misfit)
    assert "Whoever did it" in str(reviewed.refused(reviewed.answer(REVIEW, "gone/1")))
    stranger = play(
        walking.runtime(), reviewed.on, [Begin("create-site", "gone/1")], begins=reviewed.begins
    )
    assert "may not start" in str(stranger.misfit)


def test_who_may_start_a_process_is_its_own_word(now: datetime) -> None:
    data = drawn("start S\nuser A\nend E\nS -> A -> E", starters="attorney")
    played = game(now, small(data))
    assert played.said == ["An Attorney started “Small process”."]
    refused = play(walking.runtime(), played.on, [Begin("main", "requester/1")], begins=now)
    assert "A Requester may not start" in str(refused.misfit)


def test_a_returned_request_comes_back_to_whoever_asked(reviewed: Game) -> None:
    reviewed.do(REVIEW, decision="return", reason="Which office?")
    (again,) = [wait for wait in reviewed.stage.waits if wait.node.id == "SubmitRequest"]
    assert [one.key for one in again.by] == ["requester/1"]


def test_a_message_is_sent_by_the_party_of_its_act(reviewed: Game) -> None:
    (message,) = [wait for wait in reviewed.stage.waits if wait.is_message]
    assert message.party == "Requester"
    reviewed.make(Answer(message.place, "requester/1", {"reason": "No longer."}, "Withdraw"))
    assert "A Requester sent “Withdraw request”." in reviewed.said
    assert reviewed.stage.told[-2].answers == (("Reason", "No longer."),)
    assert reviewed.stage.end is not None


def test_a_delegate_is_the_person_whom_a_step_named(reviewed: Game) -> None:
    advised(reviewed).do(DECIDE).do("IdentifyContract")
    assert reviewed.stage.cast.of_number(1) is None
    (second,) = [one for one in reviewed.stage.cast.people if one.key == "dept_head/2"]
    reviewed.do("AuthorizeContract", decision="delegate", delegate=second.number)
    assert "Another Department head would be given leave to accept" in " ".join(reviewed.said)
    assert [one.key for one in reviewed.wait("AcceptAsDelegate").by] == ["dept_head/2"]


def test_a_draft_changed_meanwhile_is_played_as_it_is_now(reviewed: Game, now: datetime) -> None:
    advised(reviewed)
    renamed = shipped(decide_request=("Review the request", "Look at the request"))
    assert play(walking.runtime(), renamed, reviewed.moves, begins=now).misfit is None
    other = shipped(decide_request=('id="complete"', 'id="whole"'))
    found = play(walking.runtime(), other, reviewed.moves, begins=now)
    assert found.made == 3
    assert "has no choice “complete” any more" in str(found.misfit)
    assert found.stage is not None
    assert [wait.node.id for wait in found.stage.waits if not wait.is_message] == [REVIEW]


def test_a_step_that_is_gone_is_named_with_what_waits_instead(now: datetime) -> None:
    before = game(now, small(drawn("start S\nuser A\nuser B\nend E\nS -> A -> B -> E"))).do("A")
    after = small(drawn("start S\nuser A\nuser C\nend E\nS -> A -> C -> E"))
    found = play(walking.runtime(), after, [*before.moves, before.answer("B")], begins=now)
    assert str(found.misfit) == "“B” is not asked for here. It waits for “C” ()."
    ended = before.do("B")
    assert "The case has ended: E." in str(ended.refused(Answer(Place("main", "B"), "requester/1")))


def test_a_case_does_not_end_before_what_a_rule_waits_for(now: datetime) -> None:
    text = (
        "start S\nuser A\nuser B\nend E\nS -> A -> B -> E\non D host=B duration=P1D\nend O\nD -> O"
    )
    data = drawn(text, acts={"A": "request-site"}, lanes={"Requester": ["A", "B"]})
    played = game(now, small(data)).do("A")
    assert "Communications has not reviewed" in str(played.refused(played.answer("B")))
    played.ring("D")
    assert any(told.kind == "warning" for told in played.stage.told)
    assert played.stage.end is not None


def test_a_repeated_deadline_comes_as_often_as_it_says(now: datetime) -> None:
    text = "start S\nuser A\nend E\nS -> A -> E\non D host=A cycle=R3/P1D interrupting=false\nuser Look\nend O\nD -> Look -> O"
    played = game(now, small(drawn(text))).make(Until(now + timedelta(days=9)))
    assert played.asked.count("Look") == 3
    assert played.stage.deadlines == []
    # Alike ones are told apart by their order.
    assert {wait.place.nth for wait in played.stage.waits if wait.node.id == "Look"} == {0, 1, 2}
    endless = game(now, small(drawn(text.replace("R3/P1D", "R/PT1H"))))
    assert "Move the clock less far" in str(endless.refused(Until(now + timedelta(days=90))))


def test_a_diagram_that_cannot_go_on_says_so(now: datetime) -> None:
    text = "start S\nuser A\nxor X default=X-E\nend E\nend F\nS -> A -> X\nX -> E\nX -> F : A.chosen = 1"
    played = game(now, small(drawn(text)))
    assert "cannot go on" in str(played.refused(played.answer("A")))
    with pytest.raises(CannotPlayError, match="no process"):
        set_of("nothing", {})
    with pytest.raises(CannotPlayError, match="cannot be played"):
        set_of("main", {"main": drawn("start S\ncall C to=gone\nend E\nS -> C -> E")})


def test_operations_in_a_circle_are_stopped(now: datetime) -> None:
    text = "start S\nuser A\nxor X\nservice O\nS -> A -> X -> O -> X"
    played = game(now, small(drawn(text, topics={"O": "remind"})))
    assert "More operations follow" in str(played.refused(played.answer("A")))


def test_an_operation_without_words_of_its_own_is_told_by_its_step(now: datetime) -> None:
    text = "start S\nservice O\nend E\nS -> O -> E"
    played = game(now, small(drawn(text, topics={"O": "count-stars"})))
    assert "“O”: Siteward would do this by itself (count-stars)." in played.said


def test_moves_are_kept_as_they_were_made(reviewed: Game, now: datetime) -> None:
    reviewed.ring("RequestWaitsForReview").make(Days(2)).make(Until(now + timedelta(days=20)))
    assert list(read(as_json(reviewed.moves))) == reviewed.moves
    assert Place.parse("nothing of a place") is None
    place = Place("a", "B", "C/D#1", 2)
    assert Place.parse(place.text) == place


def test_moves_begin_with_the_start_of_their_process(now: datetime) -> None:
    found = play(walking.runtime(), shipped(), [Begin("launch-site")], begins=now)
    assert (found.stage, found.made) == (None, 0)
    assert "another process" in str(found.misfit)


def test_a_scenario_goes_as_it_did_until_something_is_otherwise(
    reviewed: Game, now: datetime
) -> None:
    pack, runtime = walking.pack(), walking.runtime()
    advised(reviewed).do(DECIDE, decision="reject", reason="No goal of the City.")
    expected = expected_of(reviewed.stage)
    assert expected_told(expected, pack)[-2:] == [
        "On the way Siteward does “Inform the requester”",
        "It ends: Rejected",
    ]
    against = partial(difference, expected, pack=pack)
    assert against(reviewed.played) is None
    gone = play(runtime, reviewed.on, reviewed.moves[:-1], begins=now)
    assert "“Decide on the request” (reject) was expected" in str(against(gone))
    other = shipped(decide_request=("inform-requester", "remind"))
    silent = against(play(runtime, other, reviewed.moves, begins=now))
    assert silent is not None
    assert "“Inform the requester” was expected" in silent.words
    ends = {**expected, "end": {"element": "Elsewhere", "title": "Elsewhere"}}
    assert "“Elsewhere” was expected" in str(difference(ends, reviewed.played, pack))
    runs_on = difference({**expected, "end": None}, reviewed.played, pack)
    assert "expected to go on" in str(runs_on)
    stuck = against(play(runtime, shipped("launch-site"), reviewed.moves, begins=now))
    assert "At move 1" in str(stuck)
