"""What was rehearsed and kept goes on, or nothing is published until somebody says why not."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.database import db
from models.publication import DiagramDraft
from models.studio import Scenario
from models.trust import AuditRecord
from tests.bpmn.drawing import BPMN
from tests.workflows import walking
from tests.workflows.publication.authoring import Office, office_in
from tests.workflows.rehearsing.playing import Game, game
from workflows import audit, check_reports, jobs, publication, rehearsals, scenarios
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotFoundError,
    RefusedError,
    UnpublishableError,
)
from workflows.publication import drafts, publishing
from workflows.publication.family import plan
from workflows.publication.gating import CODE, gate, gating, set_aside_in
from workflows.publication.proving import prove
from workflows.publication.taking_effect import EFFECT_JOB, take_effect, withdraw
from workflows.rehearsing import Answer, Begin, Days, Move, Place

DECIDE = "decide-request"
# Gives Communications another day to review, and takes its reminder away with the longer wait.
LONGER = ("P2BD", "P9BD")
FIRST = Begin("create-site")
WEEK = timedelta(days=7)


@pytest.fixture
def office(app: Flask, now: Any) -> Office:
    return office_in(app, now)


@pytest.fixture
def office_on_either(app_on_either: Flask, now: Any) -> Office:
    return office_in(app_on_either, now)


def draft_of(office: Office, key: str = DECIDE) -> DiagramDraft:
    return drafts.open_from(key, None, by=office.otto, now=office.now)


def reminded(office: Office) -> Game:
    """A request that is reviewed after a reminder."""
    played = game(office.now).do("SubmitRequest").do("ForwardRequest").make(Days(4))
    return played.do("ReviewRequest")


def rehearsed(office: Office, draft: DiagramDraft, moves: list[Move]) -> int:
    """Otto makes these moves on the draft."""
    runtime, now = office.town.runtime, office.now
    row = rehearsals.begin(runtime, draft.id, FIRST, by=office.otto, now=now)
    for move in moves[1:]:
        row = rehearsals.go_on(runtime, draft.id, row.id, move, revision=row.revision, now=now)
    return row.id


def kept(office: Office, draft: DiagramDraft, moves: list[Move] | None = None) -> Scenario:
    """Otto keeps a rehearsal of the draft as a scenario."""
    made = rehearsed(office, draft, moves or reminded(office).moves)
    row = rehearsals.of_id(db.session(), draft.id, made)
    return scenarios.save(
        office.town.runtime,
        made,
        "Communications is reminded",
        revision=row.revision,
        by=office.otto,
        now=office.now,
    )


def changed(office: Office, draft: DiagramDraft, old: str, new: str) -> DiagramDraft:
    """Otto changes a word of the draft."""
    now = drafts.of_id(db.session(), draft.id)
    content = now.xml.replace(old.encode(), new.encode())
    saved = drafts.replace(draft.id, content, revision=now.revision, by=office.otto, now=office.now)
    return saved.draft


def findings(office: Office, draft: DiagramDraft) -> list[dict[str, Any]]:
    """What the scenarios say of the draft as it is now."""
    session = db.session()
    found = drafts.of_id(session, draft.id)
    changes = plan(session, {found.key: found.xml}, now=office.now)
    return [dict(one) for one in gate(office.town.runtime, session, found, changes).failing]


def checked(office: Office, draft: DiagramDraft) -> list[dict[str, Any]]:
    """What a whole check of the draft says of the scenarios."""
    report = drafts.check(office.town.runtime, draft.id, now=office.now)
    return [
        dict(one) for one in check_reports.verdict_of(report)["findings"] if one["code"] == CODE
    ]


def published(office: Office) -> Scenario:
    """A scenario of the process: its draft, in other words, is in force."""
    draft = draft_of(office)
    row = kept(office, draft)
    draft = changed(office, draft, 'name="Approved"', 'name="The site is approved"')
    assert findings(office, draft) == []
    office.publish(office.submit(draft))
    return scenarios.of_id(db.session(), row.id)


def test_a_draft_that_goes_otherwise_is_published_only_once_it_is_set_aside(
    office: Office,
) -> None:
    scenario = published(office)
    assert (scenario.key, scenario.draft_id) == ("create-site", None)
    draft = changed(office, draft_of(office), *LONGER)
    (finding,) = checked(office, draft)
    assert finding["severity"] == "error"
    assert "“Communications is reminded” goes otherwise" in finding["message"]
    assert "“Remind Communications” was expected" in finding["message"]
    assert "set it aside for this draft with a reason" in finding["message"]
    with pytest.raises(UnpublishableError, match="Communications is reminded"):
        office.submit(draft)
    before = walking.count(db.session(), AuditRecord)
    scenarios.set_aside(
        office.town.runtime,
        draft.id,
        scenario.id,
        "Nine days are meant.",
        by=office.otto,
        now=office.now,
    )
    assert walking.count(db.session(), AuditRecord) == before + 1
    draft = office.submit(drafts.of_id(db.session(), draft.id))
    with pytest.raises(ConflictError, match="waits for its review"):
        scenarios.take_up(
            office.town.runtime, draft.id, scenario.id, by=office.otto, now=office.now
        )
    office.publish(draft)
    retired = scenarios.of_id(db.session(), scenario.id)
    assert (retired.retired_by_id, retired.retired_why) == (office.bram, "Nine days are meant.")
    assert audit.verify(db.session()).is_intact


def scheduled(office: Office, scenario: Scenario) -> Scenario:
    """A draft that sets the scenario aside and keeps another takes effect in a week; gives that."""
    draft = changed(office, draft_of(office), *LONGER)
    runtime = office.town.runtime
    who: dict[str, Any] = {"by": office.otto, "now": office.now}
    scenarios.set_aside(runtime, draft.id, scenario.id, "Nine days are meant.", **who)
    patient = game(office.now).do("SubmitRequest").do("ForwardRequest").make(Days(4))
    other = kept(office, drafts.of_id(db.session(), draft.id), patient.moves)
    draft = drafts.of_id(db.session(), draft.id)
    office.publish(office.submit(draft, office.now + WEEK))
    return other


def test_scenarios_are_retired_and_taken_over_when_the_version_takes_effect(
    office: Office,
) -> None:
    old = published(office)
    new = scheduled(office, old)
    session = db.session()
    meanwhile = draft_of(office)
    assert [one.id for one in gating(session, meanwhile, ["create-site"])] == [old.id]
    effect = {EFFECT_JOB: partial(take_effect, office.town.runtime)}
    jobs.run_due(effect, now=office.now + WEEK, owner="tests")
    assert [one.id for one in gating(session, meanwhile, ["create-site"])] == [new.id]
    retired = scenarios.of_id(session, old.id)
    assert (retired.retired_by_id, retired.retired_why) == (office.bram, "Nine days are meant.")
    assert retired.retired_at == office.now + WEEK
    assert audit.verify(session).is_intact


def test_a_version_that_is_withdrawn_leaves_its_process_the_scenarios_that_it_had(
    office: Office,
) -> None:
    old = published(office)
    new = scheduled(office, old)
    who: dict[str, Any] = {"by": office.otto, "owners": (), "now": office.now}
    withdraw(office.town.runtime, (DECIDE, 3), "Not yet.", **who)
    session, draft = db.session(), changed(office, draft_of(office), *LONGER)
    assert [one.id for one in gating(session, draft, ["create-site"])] == [old.id]
    assert scenarios.of_id(session, old.id).retired_at is None
    assert scenarios.of_id(session, new.id).draft_id is not None
    (finding,) = checked(office, draft)
    assert "“Communications is reminded” goes otherwise" in finding["message"]
    assert not jobs.run_due({}, now=office.now + WEEK, owner="tests")


def test_a_scenario_of_a_draft_binds_no_other_before_it_is_published(office: Office) -> None:
    own, other = draft_of(office), draft_of(office)
    scenario = kept(office, own)
    assert [one.id for one in gating(db.session(), own, ["create-site"])] == [scenario.id]
    assert list(gating(db.session(), other, ["create-site"])) == []
    assert findings(office, changed(office, other, *LONGER)) == []
    assert len(findings(office, changed(office, own, *LONGER))) == 1


def test_what_is_shipped_keeps_the_scenarios_of_the_city_until_they_are_retired(
    office: Office,
) -> None:
    scenario = kept(office, draft_of(office))
    with walking.writing() as session:  # as when its draft has taken effect
        session.execute(update(Scenario).values(draft_id=None))
    files = publication.shipped(BPMN)
    shorter, longer = (word.encode() for word in LONGER)
    files[DECIDE] = files[DECIDE].replace(shorter, longer)
    ship = partial(publication.publish_shipped, office.town.runtime, files, by=None, now=office.now)
    before = walking.everything(db.session())
    with pytest.raises(UnpublishableError, match="“Communications is reminded” goes otherwise"):
        ship()
    assert walking.everything(db.session()) == before
    scenarios.retire(scenario.id, "Nine days are meant.", by=office.otto, now=office.now)
    assert DECIDE in {version.process.key for version in ship()}


def test_a_callee_runs_the_scenarios_of_what_calls_it(office: Office) -> None:
    """The scenario begins with a request; the draft is of the advice that is asked in it."""
    published(office)
    advice = draft_of(office, "gather-advice")
    assert findings(office, advice) == []
    other = draft_of(office, "forward-request")
    other = changed(office, other, 'id="forward"', 'id="onward"')
    found = findings(office, other)
    assert "no choice “forward” any more" in found[0]["message"]
    assert found[0]["way"][-1]["diagram"] == "forward-request"


def test_a_report_is_stale_once_a_scenario_is_kept_set_aside_or_retired(office: Office) -> None:
    draft = changed(office, draft_of(office), 'name="Approved"', 'name="The site is approved"')
    runtime, session = office.town.runtime, db.session()

    def is_stale() -> bool:
        session.rollback()
        found = drafts.of_id(session, draft.id)
        return drafts.current_report(runtime, session, found, now=office.now) is None

    checked(office, draft)
    assert not is_stale()
    scenario = kept(office, draft)
    assert is_stale()
    checked(office, draft)
    assert not is_stale()
    who: dict[str, Any] = {"by": office.otto, "now": office.now}
    scenarios.set_aside(runtime, draft.id, scenario.id, "Only tried.", **who)
    assert [one.reason for one in set_aside_in(session, draft.id)] == ["Only tried."]
    assert is_stale()
    scenarios.take_up(runtime, draft.id, scenario.id, **who)
    assert not is_stale()
    scenarios.retire(scenario.id, "Only tried.", **who)
    assert is_stale()


def test_a_scenario_kept_during_the_proof_stops_the_publication(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever publishes has not seen what is kept in between."""
    draft = changed(office, draft_of(office), 'name="Approved"', 'name="The site is approved"')
    submitted = office.submit(draft)

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        kept(office, draft)
        return prove(*args, **kwargs)

    monkeypatch.setattr(publishing, "prove", meanwhile)
    with pytest.raises(ConflictError, match="changed while it was proved"):
        office.publish(submitted)
    assert office.in_force() == {}


def test_a_rehearsal_touches_nothing_but_its_own_row(office: Office) -> None:
    draft = draft_of(office)
    before = walking.everything(db.session())
    row = rehearsed(office, draft, game(office.now).do_all().moves)
    after = walking.everything(db.session())
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"rehearsal"}
    session = db.session()
    found, draft = rehearsals.of_id(session, draft.id, row), drafts.of_id(session, draft.id)
    placed = rehearsals.place(office.town.runtime, session, draft, found, now=office.now)
    assert placed.played.stage is not None
    assert placed.played.stage.end is not None


def test_moves_that_no_longer_fit_are_set_aside_until_somebody_decides(office: Office) -> None:
    draft, runtime = draft_of(office), office.town.runtime
    row_id = rehearsed(office, draft, reminded(office).moves)
    changed(office, draft, 'id="complete"', 'id="whole"')
    session = db.session()
    row = rehearsals.of_id(session, draft.id, row_id)
    found = drafts.of_id(session, draft.id)
    placed = rehearsals.place(runtime, session, found, row, now=office.now)
    assert placed.played.made == 4
    how: dict[str, Any] = {"revision": row.revision, "now": office.now}
    with pytest.raises(ConflictError, match="Decide first"):
        rehearsals.go_on(runtime, draft.id, row_id, Days(1), **how)
    with pytest.raises(ConflictError, match="Decide about them first"):
        scenarios.save(
            runtime, row_id, "Half", revision=row.revision, by=office.otto, now=office.now
        )
    row = rehearsals.cut(runtime, draft.id, row_id, **how)
    assert len(row.moves) == 4
    row = rehearsals.undo(runtime, draft.id, row_id, revision=row.revision, now=office.now)
    assert len(row.moves) == 3
    for _ in range(5):
        row = rehearsals.undo(runtime, draft.id, row_id, revision=row.revision, now=office.now)
    assert len(row.moves) == 1


def test_two_people_on_one_rehearsal_do_not_overwrite_each_other(
    office_on_either: Office,
) -> None:
    office = office_on_either
    draft, runtime = draft_of(office), office.town.runtime
    row = rehearsals.begin(runtime, draft.id, FIRST, by=office.otto, now=office.now)
    seen = row.revision
    rehearsals.go_on(runtime, draft.id, row.id, Days(1), revision=seen, now=office.now)
    later = office.now + timedelta(minutes=1)
    with pytest.raises(ConflictError, match="Somebody went on with this rehearsal"):
        rehearsals.go_on(runtime, draft.id, row.id, Days(2), revision=seen, now=later)
    with pytest.raises(ConflictError, match="Somebody went on"):
        scenarios.save(runtime, row.id, "Early", revision=seen, by=office.bram, now=later)


def test_what_cannot_be_rehearsed_says_why(office: Office) -> None:
    draft, runtime = draft_of(office), office.town.runtime
    changed(office, draft, 'calledElement="gather-advice"', 'calledElement="gather-nothing"')
    who: dict[str, Any] = {"by": office.otto, "now": office.now}
    with pytest.raises(rehearsals.NotPlayableError, match="cannot be played"):
        rehearsals.begin(runtime, draft.id, FIRST, **who)
    changed(office, draft, 'calledElement="gather-nothing"', 'calledElement="gather-advice"')
    with pytest.raises(rehearsals.NotPlayableError, match="may not start"):
        rehearsals.begin(runtime, draft.id, Begin("create-site", "nobody/1"), **who)
    row = rehearsals.begin(runtime, draft.id, FIRST, **who)
    gone = Answer(Place("create-site", "Nothing"), "requester/1")
    how: dict[str, Any] = {"revision": row.revision, "now": office.now}
    with pytest.raises(rehearsals.DoesNotFitError, match="Nothing was changed"):
        rehearsals.go_on(runtime, draft.id, row.id, gone, **how)
    with pytest.raises(NotFoundError):
        rehearsals.go_on(runtime, draft.id, 99, gone, **how)
    own = rehearsals.begin(runtime, draft.id, Begin(DECIDE), **who)
    review = Answer(Place(DECIDE, "ReviewRequest"), "comms_reviewer/1", {"decision": "complete"})
    with pytest.raises(RefusedError, match="has not forwarded it"):
        rehearsals.go_on(runtime, draft.id, own.id, review, revision=own.revision, now=office.now)


def test_words_are_asked_for_where_something_is_decided(office: Office) -> None:
    draft, runtime = draft_of(office), office.town.runtime
    scenario = kept(office, draft)
    who: dict[str, Any] = {"by": office.otto, "now": office.now}
    with pytest.raises(InvalidAnswersError, match="for the reviewer"):
        scenarios.set_aside(runtime, draft.id, scenario.id, " ", **who)
    with pytest.raises(InvalidAnswersError, match="at most 1000"):
        scenarios.retire(scenario.id, "x" * 1001, **who)
    scenarios.set_aside(runtime, draft.id, scenario.id, "Tried.", **who)
    with pytest.raises(ConflictError, match="already"):
        scenarios.set_aside(runtime, draft.id, scenario.id, "Tried.", **who)
    scenarios.retire(scenario.id, "Tried.", **who)
    for again in (
        lambda: scenarios.retire(scenario.id, "Tried.", **who),
        lambda: scenarios.set_aside(runtime, draft.id, scenario.id, "Tried.", **who),
    ):
        with pytest.raises(ConflictError, match="retired"):
            again()
    assert [one.id for one in db.session.scalars(select(Scenario))] == [scenario.id]
