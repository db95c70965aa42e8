"""An emergency launch, and the site of a public body, in small diagrams under the city's rules."""

from functools import cache

import pytest

from tests.bpmn.walk import pack
from tests.workflows.diagrams.proof.drawing import draw
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, prove
from workflows.vocabulary import vocabulary

EMERGENCY = """
start Begin
user Request act=request-site lane=Requester
user Forward act=forward-request lane=Department
user Review act=review-request lane=Communications
user Declare act=declare-emergency lane=Communications decision!=declared|not-an-emergency
xor Urgent default=Urgent-Advise
user Advise act=advise-security lane=InformationTechnology outcome!=no-concerns|concerns-with-conditions|not-recommended
user Approve act=approve-site lane=Communications decision!=approve|reject
xor Approved default=Approved-Refused
user Retain act=set-up-retention lane=CityClerk
service Launch topic=launch-site lane=Communications
and Later
user AdviseLater act=advise-security lane=InformationTechnology outcome!=no-concerns|concerns-with-conditions|not-recommended
user Train act=check-training lane=Communications outcome!=current|missing
and Gathered
xor Trained default=Trained-Suspend
user Complete act=complete-emergency-launch lane=Communications decision!=complete|incomplete
xor Completed default=Completed-Suspend
rings Late on=Complete timer=P5BD
service Suspend topic=suspend-site lane=Communications
end Live
end Suspended
end Refused
Begin -> Request -> Forward -> Review -> Declare -> Urgent -> Advise -> Approve
Urgent -> Approve : Declare.decision = "declared"
Approve -> Approved -> Refused
Approved -> Retain : Approve.decision = "approve"
Retain -> Launch -> Later -> AdviseLater -> Gathered
Later -> Train -> Gathered -> Trained -> Suspend
Trained -> Complete : Train.outcome = "current"
Complete -> Completed -> Suspend
Completed -> Live : Complete.decision = "complete"
Late -> Suspend -> Suspended
"""
PUBLIC_BODY = """
start Begin
user Establish act=establish-public-body lane=CityClerk body!=public-body|other
xor Body default=Body-Advise
user Advise act=advise-open-meetings lane=CityClerk
service Launch topic=launch-site lane=Communications
end Live
Begin -> Establish -> Body -> Advise -> Launch -> Live
Body -> Launch : Establish.body = "other"
"""
LANES = {"InformationTechnology": "Information Technology", "CityClerk": "City Clerk"}


@cache
def known() -> Known:
    return vocabulary(pack())


def verdicts(text: str) -> dict[str, str]:
    for short, name in LANES.items():
        text = text.replace(f"lane={short}", f'"lane={name}"')
    return dict(prove(draw(text), {}, known(), Budget()).rules)


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_an_emergency_launch_keeps_the_approval_and_the_retention() -> None:
    found = verdicts(EMERGENCY)
    assert {found[rule] for rule in ("K01", "K02", "K07", "K09", "K44")} == {"holds"}


MUTANTS = {
    "launched without approval": ("Approve.decision = \"approve\"", "Approve.decision != \"approve\"", "K01"),
    "approved without advice in no emergency": ('Declare.decision = "declared"', 'Declare.decision != "declared"', "K07"),
    "launched without the Clerk": ("user Retain act=set-up-retention", "user Retain act=advise-retention", "K09"),
    "approved by Information Technology": ("act=approve-site lane=Communications", "act=approve-site lane=InformationTechnology", "K02"),
    "declared by the requester's department": ("act=declare-emergency lane=Communications", "act=declare-emergency lane=Department", "K44"),
    "nothing follows": ("user Complete act=complete-emergency-launch", "user Complete act=confirm-readiness", "K44"),
    "completed without the training": ('Train.outcome = "current"', 'Train.outcome != "current"', "K44"),
    "completed without advice": ("user AdviseLater act=advise-security", "user AdviseLater act=advise-law", "K44"),
    "incomplete, and good enough": ('Complete.decision = "complete"', 'Complete.decision != "complete"', "K44"),
    "time over, and only a reminder": ("Suspend topic=suspend-site", "Suspend topic=inform-requester", "K44"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule"), MUTANTS.values(), ids=[*MUTANTS])
def test_an_emergency_excuses_nothing_else(old: str, new: str, rule: str) -> None:
    assert verdicts(changed(EMERGENCY, old, new))[rule] == "violated"


def test_a_launch_without_emergency_owes_no_completion() -> None:
    assert verdicts(PUBLIC_BODY)["K44"] in ("not-applicable", "vacuous")


def test_the_site_of_a_public_body_gets_advice_on_open_meetings() -> None:
    assert verdicts(PUBLIC_BODY)["K41"] == "holds"
    hurried = changed(PUBLIC_BODY, 'Establish.body = "other"', 'Establish.body != "other"')
    assert verdicts(hurried)["K41"] == "violated"
