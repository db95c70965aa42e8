from datetime import date
from pathlib import Path

import pytest

from tests.workflows.policy.deeds import POLICY, copied
from workflows.policy.pack import FILES, Pack, load

TAGS = """
REQ FWD DECL COMREV APPR REJ RET ITADV LEGADV RETSET ARCTEST CTRAUTH CTRACC TRNCHK
ACCNEW LAUNCH CHG ADMADD ADMREM CERT RETIRE CAPTURE DEACT CMPL LEAD NOTICE FIND HRCONS
ATTCONS HRADV PREDET ACT DISC CLOSE HOLD HACK HREL HCHK DSTPROP DSTAPP1 DSTAPP2 DST
DSTLOG DRIN DRCLASS DRREL OML POLDRAFT POLLEG POLADOPT ACKREQ DELEG REVOKE REFER INC
CONTAIN MODCAP BLOCK APPEAL
"""

CREATE_SITE = """
request-site forward-request return-request decline-request escalate-decline
escalate-silence withdraw-request review-request advise-security advise-retention advise-law approve-site
authorize-contract accept-contract create-account set-up-retention test-archive
check-training confirm-readiness launch-site lapse-approval inform-requester
"""

INVESTIGATION = """
file-complaint screen-conflicts assign-lead give-notice gather-evidence consult-hr
consult-attorney make-finding advise-discipline give-predetermination-notice take-action
decide-appeal close-case
"""


def test_every_kind_of_act_that_the_rules_speak_of_is_in_the_catalogue(pack: Pack) -> None:
    tags = [act.tag for act in pack.acts.values()]
    tags += [tag for act in pack.acts.values() for _, tag in act.outcome_tags]
    assert set(TAGS.split()) <= set(tags)
    assert {*CREATE_SITE.split(), *INVESTIGATION.split()} <= set(pack.acts)


def test_every_sentence_of_the_policy_has_its_clause(pack: Pack) -> None:
    assert len(pack.clauses) == 49
    assert {clause.effective_from for clause in pack.clauses.values()} == {date(2020, 1, 1)}
    assert pack.clauses["GC-2"].actor == "Communications"


def test_a_decision_is_never_made_by_leaving_the_choice_out(pack: Pack) -> None:
    decision = pack.acts["approve-site"]
    assert decision.default is None
    assert decision.possible == {"approve", "reject", "approve-with-conditions", "return"}
    assert pack.acts["review-request"].default == "complete"


def test_only_operations_are_done_without_a_role(pack: Pack) -> None:
    for act in pack.acts.values():
        assert act.operation == (not act.roles) == (act.topic is not None), act.id
    assert not pack.acts["approve-site"].operation


def test_an_operation_has_its_act_by_itself(pack: Pack) -> None:
    launch = pack.act_of("launch-site")
    assert launch is not None
    assert launch.id == "launch-site"
    assert pack.act_of("remind") is None


@pytest.mark.parametrize(
    ("act", "fields", "found"),
    [
        ("approve-site", [("tone", ["a", "b"]), ("decision", ["approve", "reject"])], "decision"),
        ("approve-site", [("decision", ["approve", "return"])], None),
        ("approve-site", [("one", ["reject", "approve"]), ("two", ["approve", "reject"])], "one"),
        ("review-request", [("platform", ["blog"]), ("result", ["complete", "return"])], "result"),
        ("review-request", [("platform", ["blog"])], None),
        ("request-site", [("platform", ["requested"])], None),
        ("request-site", [], None),
    ],
)
def test_the_outcome_of_an_act_is_the_answer_to_its_first_fitting_field(
    pack: Pack, act: str, fields: list[tuple[str, list[str]]], found: str | None
) -> None:
    assert pack.outcome_field(act, fields) == found


def test_a_yes_is_what_allows_something_later(pack: Pack) -> None:
    assert pack.licensing("approve-site") == {"approve", "approve-with-conditions"}
    assert pack.licensing("forward-request") == {"forward"}
    assert pack.licensing("request-site") == {"requested"}
    assert pack.licensing("decide-appeal") == pack.acts["decide-appeal"].possible


def test_a_class_of_data_names_the_parties_that_may_see_it(pack: Pack) -> None:
    assert pack.classifications["personnel-flags"].seen_by == ("Human Resources",)
    assert pack.classifications["public"].seen_by == ()
    assert "Subject" not in {
        party for known in pack.classifications.values() for party in known.seen_by
    }


def test_who_complained_is_never_shown_to_those_whom_a_case_is_about(pack: Pack) -> None:
    assert not pack.classifications["identity"].shareable
    assert pack.classifications["investigation"].shareable
    assert pack.class_of("identity") is pack.classifications["identity"]
    assert pack.class_of("") is pack.classifications["investigation"]
    assert pack.class_of("unheard-of") is None


def test_no_shipped_text_repeats_itself(pack: Pack) -> None:
    titles = [act.title for act in pack.acts.values()]
    assert len(set(titles)) == len(titles)


def test_the_version_changes_with_each_file(tmp_path: Path) -> None:
    versions = {load(copied(tmp_path / "same")).version}
    for name in FILES:
        place = copied(tmp_path / name)
        (place / name).write_text((place / name).read_text() + "# another remark\n")
        versions.add(load(place).version)
    assert len(versions) == 1 + len(FILES)
    assert load(POLICY).version == load(copied(tmp_path / "again")).version
