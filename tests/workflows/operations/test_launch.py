"""Launching a site: nothing is live without Communications' decision, and the register says why."""

from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import transaction
from models.people import Person, TrainingRecord, Unit
from models.sites import (
    Contract,
    Platform,
    RetentionSetup,
    Site,
    SiteDecision,
    SiteRole,
    SiteStatus,
)
from tests import city
from tests.workflows.operations.stage import Stage, a_ready_stage
from workflows.operations import OPERATIONS, OperationError
from workflows.operations.known import next_code, platform_named
from workflows.operations.launch import launch_site, year_later


@pytest.fixture
def ready(app: Flask, now: datetime) -> Generator[Stage]:
    with transaction() as session:
        yield a_ready_stage(session, now)


def the_site(stage: Stage) -> Site:
    return stage.session.scalars(select(Site)).one()


def test_an_approved_site_becomes_live_with_its_decision_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        OPERATIONS["launch-site"](stage.occasion(actor=stage.people.chen))
    site = the_site(stage)
    assert (site.code, site.status, site.handle) == ("S01", SiteStatus.LIVE, "@northwaterparks")
    assert site.launched_at == now
    assert site.next_review_on == date(2027, 11, 16)
    assert site.languages == ["English", "Somali"]
    assert site.vault_ref == "vault/parks-instagram"
    assert stage.case.site_id == site.id
    decision = stage.session.get_one(SiteDecision, site.decision_id)
    assert (decision.outcome, decision.reason) == ("approve", "A clear need")
    assert (decision.decided_by_id, decision.decided_at) == (stage.people.chen, now)
    assert (decision.case_id, decision.task_id) == (
        stage.case.id,
        stage.facts["decision.outcome"].task_id,
    )


def test_somebody_whose_term_has_ended_cannot_administer(ready: Stage) -> None:
    ready.session.get_one(Person, ready.people.dan).ends_on = date(2026, 11, 15)
    with pytest.raises(OperationError, match="1 of the people named"):
        launch_site(ready.occasion())


@pytest.mark.parametrize("outcome", ["reject", "return", "forward", "", None])
def test_nothing_is_launched_without_approval_of_communications(
    ready: Stage, outcome: str | None
) -> None:
    ready.tell("decision.outcome", outcome)
    with pytest.raises(OperationError, match="GC-2"):
        launch_site(ready.occasion())
    assert ready.session.scalars(select(Site)).all() == []


def test_nothing_is_launched_when_nobody_has_decided(ready: Stage) -> None:
    del ready.facts["decision.outcome"]
    with pytest.raises(OperationError, match="has not approved it"):
        launch_site(ready.occasion())


def test_an_approval_that_no_person_gave_launches_nothing(ready: Stage) -> None:
    ready.say(None, decision__outcome="approve")
    with pytest.raises(OperationError, match="a person must say it"):
        launch_site(ready.occasion())


def test_the_act_decides_whatever_a_field_claims(ready: Stage) -> None:
    ready.step(ready.people.chen, act="approve-site", outcome="reject", closed_at=ready.now)
    ready.say(ready.people.rosa, decision__outcome="approve")
    with pytest.raises(OperationError, match="GC-2"):
        launch_site(ready.occasion())


def test_the_act_is_the_decision_where_no_field_carries_it(ready: Stage) -> None:
    del ready.facts["decision.outcome"]
    later = ready.now + timedelta(days=1)
    ready.step(ready.people.chen, act="approve-site", outcome="return", closed_at=ready.now)
    task = ready.step(ready.people.ada, act="approve-site", outcome="approve", closed_at=later)
    launch_site(ready.occasion())
    decision = ready.session.scalars(select(SiteDecision)).one()
    assert (decision.task_id, decision.decided_by_id) == (task.id, ready.people.ada)
    assert decision.decided_at == later


def test_an_approval_with_conditions_launches_and_keeps_them(ready: Stage) -> None:
    ready.say(
        ready.people.chen,
        decision__outcome="approve-with-conditions",
        decision__conditions=[{"condition": "Captions on films", "by": "Rosa"}, {"condition": "x"}],
    )
    launch_site(ready.occasion())
    decision = ready.session.scalars(select(SiteDecision)).one()
    assert decision.conditions == "Captions on films, Rosa; x"


def test_the_reason_of_an_earlier_round_is_not_the_reason_of_the_approval(ready: Stage) -> None:
    ready.say(ready.people.chen, later=timedelta(days=1), decision__outcome="approve")
    launch_site(ready.occasion())
    assert ready.session.scalars(select(SiteDecision)).one().reason is None


def test_an_approval_that_ran_out_launches_nothing(ready: Stage) -> None:
    ready.say(ready.people.chen, decision__outcome="approve", decision__valid_until="2026-11-14")
    with pytest.raises(OperationError, match="valid until 14 November 2026"):
        launch_site(ready.occasion())


def test_an_approval_counts_until_the_evening_of_its_last_day(ready: Stage) -> None:
    ready.say(ready.people.chen, decision__outcome="approve", decision__valid_until="2026-11-16")
    launch_site(ready.occasion())
    assert the_site(ready).status == SiteStatus.LIVE


@pytest.mark.parametrize("key", ["site.name", "site.platform", "site.purpose", "site-role:owner"])
def test_a_missing_fact_is_named(ready: Stage, key: str) -> None:
    ready.facts.pop("site.owner")
    del ready.facts[key]
    with pytest.raises(OperationError, match=key.replace(".", r"\.")):
        launch_site(ready.occasion())


def test_one_administrator_is_not_enough(ready: Stage) -> None:
    ready.tell("site-role:admin", ready.people.rosa)
    with pytest.raises(OperationError, match="with 1 administrators"):
        launch_site(ready.occasion())


@pytest.mark.parametrize("answer", [False, None])
def test_without_multi_factor_sign_in_nothing_is_launched(
    ready: Stage, answer: bool | None
) -> None:
    ready.tell("site.mfa_on", answer)
    with pytest.raises(OperationError, match=r"multi-factor sign-in is not on .* \(K14\)"):
        launch_site(ready.occasion())


def test_courses_that_the_check_found_go_on_record_once(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        _launch_twice_with_courses(a_ready_stage(session, now))


def _launch_twice_with_courses(ready: Stage) -> None:
    rosa, dan = ready.people.rosa, ready.people.dan
    rows = [
        {"person": rosa, "course": "security", "completed": "2026-10-01", "expires": "2027-10-01"},
        {"person": dan, "course": "enterprise", "completed": "2026-09-01"},
        {"person": dan, "course": "security"},
    ]
    ready.say(ready.people.chen, training__records=rows)
    launch_site(ready.occasion())
    launch_site(ready.occasion())
    records = ready.session.scalars(select(TrainingRecord).order_by(TrainingRecord.id)).all()
    assert [(r.person_id, r.course, str(r.completed_on)) for r in records] == [
        (rosa, "security", "2026-10-01"),
        (dan, "enterprise", "2026-09-01"),
    ]
    assert str(records[0].expires_on) == "2027-10-01"


def test_six_administrators_are_too_many(ready: Stage) -> None:
    people = ready.people
    rows = [{"person": who, "role": "admin"} for who in (people.ivy, people.hal, people.ada)]
    ready.say(people.rosa, site_roles=[*rows, {"person": people.nora, "role": "admin"}])
    with pytest.raises(OperationError, match="with 6 administrators"):
        launch_site(ready.occasion())


def test_somebody_who_has_left_cannot_administer(ready: Stage) -> None:
    ready.session.get_one(Person, ready.people.dan).disabled_at = ready.now
    with pytest.raises(OperationError, match="1 of the people named"):
        launch_site(ready.occasion())


def test_nobody_launches_a_site_that_they_approved_and_would_run(ready: Stage) -> None:
    ready.tell("site.owner", ready.people.chen)
    with pytest.raises(OperationError, match="the person who approved it would also run it"):
        launch_site(ready.occasion())


def test_people_named_in_the_table_get_their_roles_and_the_strongest_counts(ready: Stage) -> None:
    people = ready.people
    ready.say(
        people.rosa,
        site_roles=[
            {"person": people.nora, "role": "editor"},
            {"person": people.dan, "role": "analyst"},
            {"person": None, "role": "editor"},
        ],
    )
    launch_site(ready.occasion())
    roles = {row.person_id: row.role for row in ready.session.scalars(select(SiteRole))}
    assert roles == {people.rosa: "owner", people.dan: "admin", people.nora: "editor"}


def test_languages_in_one_line_are_taken_apart(ready: Stage) -> None:
    ready.tell("site.languages", "English, Hmong,")
    launch_site(ready.occasion())
    assert the_site(ready).languages == ["English", "Hmong"]


def test_two_administrators_in_one_step_are_both_recorded(ready: Stage) -> None:
    del ready.facts["site-role:owner"]
    ready.tell("site-role:admin", [ready.people.dan, ready.people.nora])
    launch_site(ready.occasion())
    people = ready.session.scalars(select(SiteRole.person_id).order_by(SiteRole.person_id))
    assert list(people) == [ready.people.dan, ready.people.nora]


def test_the_archive_test_is_the_outcome_of_its_act(ready: Stage) -> None:
    del ready.facts["retention.archive_test"]
    ready.step(ready.people.cleo, act="test-archive", outcome="failed", closed_at=ready.now)
    launch_site(ready.occasion())
    assert ready.session.scalars(select(RetentionSetup)).one().archive_test == "failed"


def test_an_archive_that_nobody_tested_has_no_result(ready: Stage) -> None:
    del ready.facts["retention.archive_test"]
    launch_site(ready.occasion())
    assert ready.session.scalars(select(RetentionSetup)).one().archive_test is None


def test_a_site_of_the_register_is_updated_and_its_former_people_end(ready: Stage) -> None:
    launch_site(ready.occasion())
    first = the_site(ready)
    first.status = SiteStatus.SUSPENDED
    ready.tell("site.name", "Parks and Trails")
    ready.tell("site-role:admin", ready.people.nora)
    ready.say(ready.people.chen, decision__outcome="approve")
    launch_site(ready.occasion())
    site = the_site(ready)
    assert (site.name, site.status) == ("Parks and Trails", SiteStatus.LIVE)
    running = ready.session.scalars(select(SiteRole).where(SiteRole.until.is_(None)))
    assert {role.person_id for role in running} == {ready.people.rosa, ready.people.nora}
    assert len(ready.session.scalars(select(SiteDecision)).all()) == 2
    kept = ready.session.scalars(select(Contract).order_by(Contract.id)).all()
    assert [contract.superseded_at for contract in kept] == [ready.now, None]


def test_the_same_decision_is_recorded_once(ready: Stage) -> None:
    launch_site(ready.occasion())
    launch_site(ready.occasion())
    assert len(ready.session.scalars(select(SiteDecision)).all()) == 1


def test_what_a_case_does_not_say_stays_in_the_register(ready: Stage) -> None:
    launch_site(ready.occasion())
    for key in ("site.url", "site.vault_ref", "site.languages"):
        del ready.facts[key]
    launch_site(ready.occasion())
    site = the_site(ready)
    assert site.url == "https://social.example/northwaterparks"
    assert site.vault_ref == "vault/parks-instagram"
    assert site.languages == ["English", "Somali"]


def test_the_contract_says_who_accepted_which_terms_when(ready: Stage) -> None:
    launch_site(ready.occasion())
    contract = ready.session.scalars(select(Contract)).one()
    assert (contract.kind, contract.version_date) == ("terms of service", date(2026, 10, 1))
    assert contract.accepted_by_id == ready.people.chen
    # A day without a time is that day in Minnesota as well as in UTC.
    assert contract.accepted_at == datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert contract.file_id is not None


def test_a_launch_without_contract_or_retention_records_none(ready: Stage) -> None:
    for key in list(ready.facts):
        if key.startswith(("contract.", "retention.")):
            del ready.facts[key]
    launch_site(ready.occasion())
    assert ready.session.scalars(select(Contract)).all() == []
    assert ready.session.scalars(select(RetentionSetup)).all() == []


def test_a_contract_without_its_acceptance_is_refused(ready: Stage) -> None:
    del ready.facts["contract.accepted_at"]
    with pytest.raises(OperationError, match=r"contract's accepted at \(contract.accepted_at\)"):
        launch_site(ready.occasion())


def test_a_contract_may_have_no_copy(ready: Stage) -> None:
    del ready.facts["contract.copy"]
    launch_site(ready.occasion())
    assert ready.session.scalars(select(Contract)).one().file_id is None


def test_the_document_of_another_case_is_not_taken_as_the_contract(ready: Stage) -> None:
    ready.tell("contract.copy", ready.document(None))
    with pytest.raises(OperationError, match="does not belong to R-1"):
        launch_site(ready.occasion())


def test_retention_says_how_records_are_kept_and_by_whom(ready: Stage) -> None:
    launch_site(ready.occasion())
    setup = ready.session.scalars(select(RetentionSetup)).one()
    assert (setup.strategy, setup.archive_test) == ("full archive tool", "passed")
    assert setup.series == [{"code": "COR-1", "period": "3 years"}]
    assert (setup.custodian_id, setup.set_up_by_id) == (ready.people.cleo, ready.people.cleo)


def test_a_platform_named_in_words_joins_the_list_once(ready: Stage) -> None:
    ready.say(ready.people.rosa, later=timedelta(hours=1), site__platform_other="Threads")
    launch_site(ready.occasion())
    threads = ready.session.scalars(select(Platform).where(Platform.name == "Threads")).one()
    assert the_site(ready).platform_id == threads.id
    assert not threads.named_by_policy
    assert platform_named(ready.session, "threads") == threads.id


def test_a_platform_chosen_later_replaces_the_one_in_words(ready: Stage) -> None:
    ready.say(ready.people.rosa, later=timedelta(hours=-1), site__platform_other="Threads")
    launch_site(ready.occasion())
    assert the_site(ready).platform_id == ready.platform


def test_a_platform_in_words_is_enough(ready: Stage) -> None:
    del ready.facts["site.platform"]
    ready.say(ready.people.rosa, site__platform_other="Instagram")
    launch_site(ready.occasion())
    assert the_site(ready).platform_id == ready.platform


def test_a_platform_that_is_no_choice_is_refused(ready: Stage) -> None:
    ready.tell("site.platform", "Instagram")
    with pytest.raises(OperationError, match="not a choice of its list"):
        launch_site(ready.occasion())


@pytest.mark.parametrize(("answer", "expected"), [(True, True), ("yes", True), ("no", False)])
def test_a_site_of_a_public_body_is_marked(ready: Stage, answer: object, expected: bool) -> None:
    ready.tell("site.public_body", answer)
    launch_site(ready.occasion())
    assert the_site(ready).is_public_body is expected


def _enter(stage: Stage, *codes: str) -> None:
    for code in codes:
        stage.session.add(
            Site(
                code=code,
                name="Old",
                handle="old",
                platform_id=stage.platform,
                presence_form="page",
                acting_as="City",
                unit_id=stage.people.parks,
                purpose="p",
                audience="a",
                status=SiteStatus.UNVERIFIED,
            )
        )
    stage.session.flush()


def test_codes_follow_the_highest_number_in_use(ready: Stage) -> None:
    launch_site(ready.occasion())
    _enter(ready, "S99", "Snow")
    assert next_code(ready.session) == "S100"


def test_a_year_after_a_leap_day_is_the_last_of_february() -> None:
    assert year_later(date(2028, 2, 29)) == date(2029, 2, 28)


def test_two_launches_get_two_codes_on_both_databases(app_on_either: Flask, now: datetime) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        _enter(stage, "S08", "S100x", "XS50", "Snow", "S")
        launch_site(stage.occasion())
        other = city.case(session, stage.people.rosa, stage.people.parks)
        stage.case = session.get_one(type(stage.case), other)
        del stage.facts["contract.copy"]
        launch_site(stage.occasion())
        live = select(Site.code).where(Site.status == SiteStatus.LIVE).order_by(Site.id)
        assert list(session.scalars(live)) == ["S09", "S10"]


@pytest.mark.parametrize("key", ["site.owner", "site-role:admin"])
def test_nobody_unknown_runs_a_site_on_both_databases(
    app_on_either: Flask, now: datetime, key: str
) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        stage.tell(key, 999_999)
        with pytest.raises(OperationError, match="1 of the people named"):
            launch_site(stage.occasion())
        assert session.scalars(select(SiteRole)).all() == []


def test_a_launch_is_refused_to_whom_the_register_knows_but_who_has_left(ready: Stage) -> None:
    launch_site(ready.occasion())
    ready.session.get_one(Person, ready.people.dan).disabled_at = ready.now
    ready.tell("site.name", "Parks and Trails")
    with pytest.raises(OperationError, match="1 of the people named"):
        launch_site(ready.occasion())
    assert the_site(ready).name == "Northwater Parks"


def test_a_public_body_launched_without_advice_on_open_meetings_has_a_finding(ready: Stage) -> None:
    ready.tell("site.public_body", True)
    launch_site(ready.occasion())
    assert "no advice on open meetings" in (the_site(ready).finding or "")


def test_advice_on_open_meetings_leaves_nothing_to_find(ready: Stage) -> None:
    ready.tell("site.public_body", True)
    ready.step(
        ready.people.cleo, act="advise-open-meetings", outcome="advised", closed_at=ready.now
    )
    launch_site(ready.occasion())
    assert the_site(ready).finding is None


def test_the_site_of_a_board_is_a_public_bodys_whatever_the_request_says(ready: Stage) -> None:
    ready.session.get_one(Unit, ready.case.unit_id).is_public_body = True
    launch_site(ready.occasion())
    assert the_site(ready).is_public_body
