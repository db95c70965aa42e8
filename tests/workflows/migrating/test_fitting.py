"""What can become of a running case on another version: each reason that keeps one where it is."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case
from models.database import db, transaction
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.migrating import changed
from tests.workflows.migrating.changed import LANES, REVIEWED, fit, publish, small
from tests.workflows.walking import Town, Walk
from workflows.library import parse
from workflows.migrating.fitting import Destination, Verdict
from workflows.migrating.sorting import gone_in_confidence, in_confidence, offers, running, sort
from workflows.publication import published_version

CHOOSING = """
start S
user Ask
user Look
xor Which default=Which-No
end Yes
end No
S -> Ask -> Look -> Which
Which -> Yes : Ask.go = "on"
Which -> No
"""
FIELDS = {"Ask": ["go:enum:on,back"], "Look": ["see:enum:fine,not"]}


def said(walk: Walk) -> str:
    """The words with which a case is kept where it is."""
    found = fit(walk)
    assert found.verdict == Verdict.CANNOT
    return found.words


def test_a_case_moves_where_its_step_is_still_there(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, REVIEWED.replace("Done", "Over"))
    found = fit(walk)
    assert (found.verdict, found.stands_at, found.passed_by) == (Verdict.MOVES, ("Ask",), ())


def test_an_answer_that_a_condition_will_read_must_have_been_given(
    app: Flask, now: datetime
) -> None:
    walk = small(now, CHOOSING, fields=FIELDS).do("Ask")
    publish(
        walk,
        CHOOSING.replace('Ask.go = "on"', 'Ask.why = "fun"'),
        fields={**FIELDS, "Ask": ["go:enum:on,back", "why:enum:fun,need"]},
    )
    assert said(walk) == ('At "Which" the case would be stuck: "Ask.why" has no answer yet.')


def test_an_answer_given_on_the_old_version_counts(app: Flask, now: datetime) -> None:
    walk = small(now, CHOOSING, fields=FIELDS).do("Ask", go="back")
    publish(walk, CHOOSING.replace('"on"', '"back"'), fields=FIELDS)
    changed.move(walk)
    assert walk.do("Look").case.outcome == "Yes"


def test_a_number_that_a_condition_reads_counts_too(app: Flask, now: datetime) -> None:
    text = CHOOSING.replace('Ask.go = "on"', "Ask.go > 3")
    fields = {"Ask": ["go:long"], "Look": ["see"]}
    walk = small(now, text, fields=fields).do("Ask", go=5)
    publish(walk, text.replace("> 3", "> 9"), fields=fields)
    assert fit(walk).verdict == Verdict.MOVES


def test_a_branch_that_was_never_begun_keeps_a_case(app: Flask, now: datetime) -> None:
    text = """
    start S
    and F
    user A
    user B
    {0}
    and J
    end Done
    S -> F
    F -> A -> J
    F -> B -> J
    {1}
    J -> Done
    """
    walk = small(now, text.format("", ""))
    publish(walk, text.format("user C", "F -> C -> J"))
    assert said(walk).startswith('"J" waits for a branch that never comes')


def test_a_case_is_not_moved_to_do_a_step_twice(app: Flask, now: datetime) -> None:
    text = "start S\nand F\nuser A\nuser B\nand J\nend E\nS -> F\nF -> A -> J\nF -> B -> J\nJ -> E"
    walk = small(now, text)
    publish(walk, text.replace("A", "C").replace("B", "D"))
    both = {("main", "A"): ("main", "C"), ("main", "B"): ("main", "C")}
    assert fit(walk, both).words == "It would stand at one step twice at the same time."
    one = {("main", "A"): ("main", "C"), ("main", "B"): ("main", "D")}
    assert fit(walk, one).verdict == Verdict.MOVES


def test_a_move_ends_no_case_and_sets_off_no_operation(app: Flask, now: datetime) -> None:
    text = """
    start S
    and F
    user A
    user B
    and J
    service Write
    end Done
    S -> F
    F -> A -> J
    F -> B -> J
    J -> Write -> Done
    """
    walk = small(now, text, topics={"Write": "remind"}).do("A")
    lonely = text.replace("F -> B -> J", "F -> B -> Done")
    publish(walk, lonely, topics={"Write": "remind"})
    assert "Siteward would do “Write” by itself at once" in said(walk)


def test_a_case_that_would_be_over_at_once_stays(app: Flask, now: datetime) -> None:
    text = """
    start S
    and F
    user A
    user B
    and J
    terminate Done
    S -> F
    F -> A -> J
    F -> B -> J
    J -> Done
    """
    walk = small(now, text).do("A")
    publish(walk, text.replace("F -> B -> J", "end Early\nF -> B -> Early"))
    assert said(walk) == "It would be over at once."


def test_a_condition_asked_by_the_move_itself_needs_its_answer(app: Flask, now: datetime) -> None:
    text = """
    start S
    and F
    user A
    user B
    and J
    xor X default=X-No
    end Yes
    end No
    S -> F
    F -> A -> J
    F -> B -> J
    J -> X
    X -> Yes : B.go = "on"
    X -> No
    """
    fields = {"B": ["go:enum:on,off"]}
    walk = small(now, text, fields=fields).do("A")
    publish(walk, text.replace("F -> B -> J", "F -> B -> No"), fields=fields)
    assert "It cannot go on there" in said(walk)


INNER = "start I\nuser Deep\nend Q\nI -> Deep -> Q"
CALLING = "start S\ncall Call to=inner\nuser Look\nend Done\nS -> Call -> Look -> Done"


def test_a_call_that_is_under_way_and_gone_keeps_a_case(app: Flask, now: datetime) -> None:
    walk = small(
        now,
        CALLING,
        called={"inner": drawn(INNER, "inner", starters="", lanes={"Requester": ["Deep"]})},
    )
    publish(walk, REVIEWED, lanes=LANES)
    assert "in the middle of “Call”" in said(walk)


def test_a_record_in_a_diagram_that_is_not_called_any_more_keeps_a_case(
    app: Flask, now: datetime
) -> None:
    walk = small(
        now,
        CALLING,
        called={"inner": drawn(INNER, "inner", starters="", lanes={"Requester": ["Deep"]})},
    )
    walk.do("Deep")
    publish(walk, REVIEWED, lanes=LANES)
    assert said(walk).startswith("Part of its record is in “Small process”")


def test_a_confidential_version_is_for_other_readers(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, REVIEWED, lanes=LANES, confidential=True)
    assert "one is confidential" in said(walk)


def test_what_feeds_the_register_must_have_a_place(app: Flask, now: datetime) -> None:
    walk = small(now, lanes=LANES, fields={"Ask": ["handle@site.handle"]}).do("Ask", handle="x")
    publish(walk, REVIEWED, lanes=LANES, fields={"Ask": ["other"]})
    assert said(walk) == "The other version has no place for the answer to “handle”."
    publish(walk, REVIEWED, lanes=LANES, fields={"Look": ["handle@site.handle"]})
    assert fit(walk).verdict == Verdict.MOVES


def test_a_new_step_that_it_is_past_is_told(app: Flask, now: datetime) -> None:
    walk = small(now).do("Ask")
    text = REVIEWED.replace("Ask -> Look", "Sign -> Ask -> Look").replace(
        "user Ask", "user Ask\nuser Sign"
    )
    publish(walk, text, lanes=LANES)
    assert fit(walk).passed_by == ("Sign",)


def test_a_place_beyond_what_a_rule_asks_for_keeps_a_case(town: Town, now: datetime) -> None:
    """Approved on the way, a site may be launched; put beyond the decision, it may not (K01)."""
    walk = walking.forwarded(town, now=now)
    walking.put_in_force(
        {
            **walk.diagrams.files,
            "decide-request": walk.diagrams.files["decide-request"].replace(
                b"ReviewRequest", b"ReadRequest"
            ),
        },
        now=walk.now,
    )
    found = fit(walk)
    assert [one.element for one in found.gone] == ["ReviewRequest"]
    gone = ("decide-request", "ReviewRequest")
    assert fit(walk, {gone: ("decide-request", "ReadRequest")}).verdict == Verdict.MOVES
    beyond = fit(walk, {gone: ("prepare-site", "ConfirmReadiness")})
    assert beyond.verdict == Verdict.CANNOT
    assert "would be refused by rule" in beyond.words


def test_an_unplayable_draft_takes_no_case(app: Flask, now: datetime) -> None:
    walk = small(now)
    on = parse({"main": drawn("start S\nuser Ask\nS -> Ask")}, "main")
    to = Destination(walk.town.runtime.pack, on)
    found = sort(db.session(), walk.town.runtime.library, running("main", but=None), to)
    (one,) = found.cases
    assert one.fit.words.startswith("The diagram cannot be run")


# Sorted in bulk


@pytest.fixture
def three(app: Flask, now: datetime) -> Walk:
    """One case waits for Ask, one for Look, one is suspended; Look is gone from the next version."""
    walk = small(now)
    walking.start(walk.town, now=now, process="main").do("Ask")
    third = walking.start(walk.town, now=now, process="main")
    with transaction() as session:
        session.get_one(Case, third.case_id).suspended_at = now
    publish(walk, REVIEWED.replace("Look", "Decide"), lanes={**LANES, "Communications": ["Decide"]})
    return walk


def test_running_cases_are_sorted_into_three_groups(three: Walk) -> None:
    town, session = three.town, db.session()
    version = published_version(session, "main", now=three.now)
    to = Destination(town.runtime.pack, town.runtime.library.of(session, version.id))
    wanted = running("main", but=version.id)
    found = sort(session, town.runtime.library, wanted, to)
    labels = {verdict: [one.case.label for one in group] for verdict, group in found.groups}
    assert labels == {
        Verdict.MOVES: ["R-1001"],
        Verdict.DECIDE: ["R-1002"],
        Verdict.CANNOT: ["R-1003"],
    }
    ((gone, number),) = found.gone
    assert (gone.element, number) == ("Look", 1)
    titles = [one.title for one in offers(gone, to.on)]
    assert titles == ["Decide", "Ask"]  # of the same party first
    few = sort(session, town.runtime.library, wanted, to, most=2)
    assert (len(few.cases), few.unsorted) == (2, 1)


def test_confidential_cases_are_counted_and_not_sorted(three: Walk) -> None:
    with transaction() as session:
        for case in session.scalars(select(Case)):
            case.confidential = case.id == three.case_id
    town, session = three.town, db.session()
    version = published_version(session, "main", now=three.now)
    on = town.runtime.library.of(session, version.id)
    to = Destination(town.runtime.pack, on)
    found = sort(session, town.runtime.library, running("main", but=version.id), to)
    assert [one.case.label for one in found.cases] == ["R-1002", "R-1003"]
    assert in_confidence(session, "main") == 1
    asked = gone_in_confidence([three.diagrams], on)
    assert [one.element for one in asked] == ["Look"]


def test_the_same_act_is_offered_first(app: Flask, now: datetime) -> None:
    acts = {"Look": "review-request"}
    walk = small(now, acts=acts).do("Ask")
    text = REVIEWED.replace("user Look", "user First\nuser Second").replace(
        "Ask -> Look", "Ask -> First -> Second"
    )
    publish(walk, text, lanes={"Communications": ["First"]}, acts={"Second": "review-request"})
    (gone,) = fit(walk).gone
    on = walk.town.runtime.library.of(
        db.session(), published_version(db.session(), "main", now=walk.now).id
    )
    found = offers(gone, on)
    assert [one.title for one in found] == ["Second", "First", "Ask"]


def test_a_case_of_which_nobody_can_read_where_it_stands_is_not_moved(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    publish(walk, REVIEWED)
    with transaction() as session:
        session.get_one(Case, walk.case_id).tokens = b"no tokens at all"
    assert said(walk) == "Where it stands cannot be read: The state cannot be read."
