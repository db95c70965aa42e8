"""The rules of the policy in each step: who is refused, by which rule, and that nothing moves."""

from datetime import datetime
from functools import partial

import pytest
from flask import Flask

from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import tasks
from workflows.errors import (
    RefusedError,
)
from workflows.policy.guard import Deed


def refused(error: RefusedError) -> set[tuple[str, tuple[str, ...]]]:
    return {(refusal.rule, refusal.clauses) for refusal in error.refusals}  # type: ignore[attr-defined]


def test_who_requests_does_not_forward(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "dept_forwarder", unit_id=town.people.parks)
    walk = walking.start(town, now=now).do("SubmitRequest")
    with pytest.raises(RefusedError, match="take different people") as caught:
        walk.do("ForwardRequest", town.people.rosa)
    assert refused(caught.value) == {("K06", ("GC-2", "PS-2a"))}
    assert "rule K06, clauses GC-2, PS-2a" in str(caught.value)
    assert walk.waits_for == {"ForwardRequest"}
    walking.assert_whole(db.session())


@pytest.mark.parametrize("who", ["rosa", "dan"])
def test_who_requests_or_forwards_does_not_decide(town: Town, now: datetime, who: str) -> None:
    person = getattr(town.people, who)
    with walking.writing() as session:
        city.grant(session, person, "comms_reviewer")
    walk = walking.advised(town, now=now, primary_admin=town.people.hal)
    before = walk.case.revision
    for decision in ("approve", "reject"):
        with pytest.raises(RefusedError) as caught:
            walk.do("DecideRequest", person, decision=decision)
        assert ("K06", ("GC-2", "PS-2a")) in refused(caught.value)
    assert (walk.waits_for, walk.case.revision) == ({"DecideRequest"}, before)


@pytest.mark.parametrize(
    "named",
    [
        {"primary_admin": "chen"},
        {"backup_admin": "chen"},
        {"other_admins": "chen"},
    ],
)
def test_who_is_to_administer_the_site_does_not_decide(
    town: Town, now: datetime, named: dict[str, str]
) -> None:
    chen = town.people.chen
    answers = {
        field: [{"person": chen, "role": "moderator"}] if field == "other_admins" else chen
        for field in named
    }
    walk = walking.advised(town, now=now, **answers)
    with pytest.raises(RefusedError, match="named as the site's administrator") as caught:
        walk.do("DecideRequest", chen)
    assert {rule for rule, _ in refused(caught.value)} == {"K06"}
    assert walk.do("DecideRequest", town.mia).waits_for == {"IdentifyContract"}


def test_an_administrator_who_was_replaced_in_the_second_round_may_decide(
    town: Town, now: datetime
) -> None:
    walk = walking.advised(town, now=now, primary_admin=town.people.chen)
    walk.do("DecideRequest", town.mia, decision="return")
    walk.do("SubmitRequest").do("ForwardRequest").do("ReviewRequest").do("AdviseSecurity")
    assert walk.do("DecideRequest", town.people.chen).waits_for == {"IdentifyContract"}


def test_what_would_be_refused_is_said_before_anybody_types(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "comms_reviewer")
    walk = walking.advised(town, now=now)
    task = tasks.find(walk.task("DecideRequest").id)
    session = db.session()
    ask = partial(tasks.objections, town.runtime, session, task)
    assert ask(by=town.people.chen) == []
    assert {refusal.rule for refusal in ask(by=town.people.rosa)} == {"K06"}
    assert all("K06" in refusal.text for refusal in ask(by=town.people.rosa))


def test_who_requests_is_told_before_forwarding(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    task = tasks.find(walk.task("ForwardRequest").id)
    (refusal,) = tasks.objections(town.runtime, db.session(), task, by=town.people.rosa)
    assert (refusal.rule, refusal.people) == ("K06", (town.people.rosa,))
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.dan) == []


def test_who_is_to_administer_the_site_is_told_before_deciding(town: Town, now: datetime) -> None:
    walk = walking.advised(town, now=now, backup_admin=town.people.chen)
    task = tasks.find(walk.task("DecideRequest").id)
    (refusal,) = tasks.objections(town.runtime, db.session(), task, by=town.people.chen)
    assert "administrator may not decide" in refusal.text
    assert tasks.objections(town.runtime, db.session(), task, by=town.mia) == []


def test_a_step_without_an_act_has_no_objections(town: Town, now: datetime) -> None:
    walk = walking.approved(town, now=now)
    task = tasks.find(walk.task("IdentifyContract").id)
    assert task.act is None
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.chen) == []


def test_an_act_that_the_policy_no_longer_knows_has_no_objections(
    town: Town, now: datetime
) -> None:
    task = tasks.find(walking.start(town, now=now).task("SubmitRequest").id)
    task.act = "an-act-of-old"
    assert tasks.objections(town.runtime, db.session(), task, by=town.people.chen) == []
    db.session.rollback()


def test_a_refusal_leaves_everything_as_it_was(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.grant(session, town.people.rosa, "dept_forwarder", unit_id=town.people.parks)
    walk = walking.start(town, now=now).do("SubmitRequest")
    before = walking.everything(db.session())
    with pytest.raises(RefusedError):
        walk.do("ForwardRequest", town.people.rosa)
    assert walking.everything(db.session()) == before


def test_the_outcome_is_what_the_form_says_or_else_the_acts_own(town: Town, now: datetime) -> None:
    diagrams = walking.start(town, now=now).diagrams
    review = diagrams.node("decide-request", "ReviewRequest")
    assert tasks.outcome_of(town.runtime, review, {"decision": "return"}) == "return"
    assert tasks.outcome_of(town.runtime, review, {}) == "complete"
    account = diagrams.node("prepare-site", "CreateAccount")
    assert tasks.outcome_of(town.runtime, account, {"handle": "x"}) == "created"


def test_deeds_stand_in_the_order_in_which_they_happened(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    deeds: list[Deed] = walking.history(walk).deeds
    acts = [deed.act for deed in deeds]
    assert acts[:3] == ["request-site", "forward-request", "review-request"]
    assert acts[-2:] == ["confirm-readiness", "launch-site"]
    assert [deed.at for deed in deeds] == sorted(deed.at for deed in deeds)


READY = """
    start S
    user Check
    user Go
    service Launch
    end E
    S -> Check -> Go -> Launch -> E
"""


def test_what_rules_only_warn_of_is_said_before_the_step_that_sets_it_off(
    app: Flask, now: datetime
) -> None:
    lanes = {"Communications": ["Check", "Go", "Launch"]}
    marks = {
        "acts": {"Check": "check-training", "Go": "confirm-readiness"},
        "topics": {"Launch": "launch-site"},
        "fields": {"Check": ["outcome:enum:current,missing"], "Go": ["d:enum:ready,not-ready"]},
    }
    town = walking.settle(now, {"main": drawn(READY, lanes=lanes, **marks)})  # type: ignore[arg-type]
    for outcome, warned in (("missing", {"K10", "K13"}), ("current", {"K10"})):
        walk = walking.start(town, now=now, process="main")
        check = tasks.find(walk.task("Check").id)
        assert tasks.cautions(town.runtime, db.session(), check, by=town.people.chen) == []
        walk.do("Check", town.people.chen, outcome=outcome)
        ready = tasks.find(walk.task("Go").id)
        found = tasks.cautions(town.runtime, db.session(), ready, by=town.people.chen)
        assert {warning.rule for warning in found} == warned
        assert {warning.severity for warning in found} == {"warning"}


def test_a_step_that_sets_nothing_off_warns_of_nothing(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest").do("ForwardRequest")
    task = tasks.find(walk.task("ReviewRequest").id)
    assert tasks.cautions(town.runtime, db.session(), task, by=town.people.chen) == []
    walk.do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    task = tasks.find(walk.task("IdentifyContract").id)
    assert tasks.cautions(town.runtime, db.session(), task, by=town.people.chen) == []


def test_an_operation_without_an_act_warns_of_nothing(app: Flask, now: datetime) -> None:
    text = "start S\nuser A\nservice R\nend E\nS -> A -> R -> E"
    files = {"main": drawn(text, lanes={"Requester": ["A"]}, topics={"R": "remind"})}
    walk = walking.start(walking.settle(now, files), now=now, process="main")
    task = tasks.find(walk.task("A").id)
    assert tasks.cautions(walk.town.runtime, db.session(), task, by=walk.town.people.rosa) == []
