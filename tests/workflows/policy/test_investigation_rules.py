"""The rules on an investigation, K24 to K34: each kept, and each broken."""

import pytest

from tests.workflows.policy.deeds import CHEN, DAN, HAL, ROSA, deed, story, without
from workflows.policy.guard import Deed, could, open_duties, verdict, warnings
from workflows.policy.pack import Pack

INES = 21  # of Human Resources, who investigates
OLE = 22  # of the department, who investigates

SCREENED = (
    "file-complaint",
    "receive-complaint",
    "preserve-evidence",
    "screen-conflicts:in-scope",
    "set-interim-measure:remove-access",
)
INVESTIGATED = (
    *SCREENED,
    "assign-lead:human-resources",
    "give-notice",
    "respond-to-notice",
    "gather-evidence",
    "interview-person",
    "consult-hr",
    "consult-attorney",
)
VIOLATION = (*INVESTIGATED, "make-finding:violation")
ADVISED = (*VIOLATION, "establish-category:employee", "advise-discipline:suspension")
PLANNED = (*ADVISED, "plan-action:serious", "give-predetermination-notice")
DISCIPLINED = (*PLANNED, "respond-before-decision", "take-action:serious-discipline")
CLOSED = ("record-disposition:discipline", "reply-to-complainant", "close-case")


def atoms_of(
    *atoms: str, category: str = "employee", action: str = "discipline"
) -> tuple[str, ...]:
    """A violation, acted on as somebody of this category is."""
    if action != "discipline":
        atoms = tuple(atom.replace("disposition:d", "disposition:no-d") for atom in atoms)
    return (
        *VIOLATION,
        f"establish-category:{category}",
        "advise-discipline:other",
        f"take-action:{action}",
        *atoms,
    )


KEPT = {
    "serious discipline, appealed": (
        *DISCIPLINED,
        "choose-appeal:grievance",
        "record-appeal-choice:grievance",
        "decide-appeal:change",
        "take-action:discipline",
        *CLOSED,
    ),
    "a warning": atoms_of(*CLOSED),
    "coaching": atoms_of(*CLOSED, action="action"),
    "no discipline, for a reason": atoms_of(*CLOSED, action="no-discipline"),
    "an elected official is referred": atoms_of(
        *CLOSED, category="elected-official", action="refer"
    ),
    "a volunteer's assignment ends": atoms_of(*CLOSED, category="volunteer", action="action"),
    "no violation": (*INVESTIGATED, "make-finding:no-violation", *CLOSED[1:]),
    "not substantiated": (*INVESTIGATED, "make-finding:unsubstantiated", *CLOSED[1:]),
    "out of scope": (
        "file-complaint",
        "receive-complaint",
        "assess-speech",
        "preserve-evidence",
        "screen-conflicts:out-of-scope",
        *CLOSED[1:],
    ),
    "no notice required": (
        *SCREENED,
        "assign-lead:department",
        "review-notice:not-required",
        "gather-evidence",
        "interview-person",
        "consult-hr",
        "make-finding:other-rule",
        *CLOSED[1:],
    ),
}


@pytest.mark.parametrize("atoms", KEPT.values(), ids=KEPT.keys())
def test_an_investigation_that_keeps_the_policy_meets_no_refusal(
    pack: Pack, atoms: tuple[str, ...]
) -> None:
    deeds = [by_the_right_people(pack, atom, day) for day, atom in enumerate(atoms)]
    for done, attempt in enumerate(deeds):
        assert verdict(pack, deeds[:done], attempt) == []
        assert warnings(pack, deeds[:done], attempt) == []
    assert open_duties(pack, deeds) == []


BROKEN = {
    "K24 action without advice": ("K24", (*VIOLATION, *ADVISED[-2:-1]), "take-action:action"),
    "K24 discipline without advice": (
        "K24",
        (*VIOLATION, "establish-category:employee"),
        "take-action:discipline",
    ),
    "K24 advice before the finding": (
        "K24",
        (*INVESTIGATED, "advise-discipline", "make-finding:violation"),
        "take-action:refer",
    ),
    "K24 advice on an earlier finding": ("K24", (*ADVISED, *VIOLATION[-1:]), "take-action:action"),
    "K25 discipline without a violation": (
        "K25",
        (*INVESTIGATED, "make-finding:unsubstantiated", *ADVISED[-2:]),
        "take-action:discipline",
    ),
    "K25 the violation was found away": (
        "K25",
        (*VIOLATION, "make-finding:no-violation", *ADVISED[-2:]),
        "take-action:discipline",
    ),
    "K25 discipline instead of an interim measure": (
        "K25",
        (*SCREENED, *ADVISED[-2:]),
        "take-action:discipline",
    ),
    "K25 a disposition of discipline after none": (
        "K25",
        (*DISCIPLINED, "decide-appeal:change", "take-action:no-discipline"),
        "record-disposition:discipline",
    ),
    "K29 evidence before anybody leads": ("K29", SCREENED, "gather-evidence"),
    "K29 a finding before anybody leads": (
        "K29",
        (*SCREENED, "consult-hr"),
        "make-finding:no-violation",
    ),
    "K31 a suspension without notice": ("K31", ADVISED, "take-action:serious-discipline"),
    "K31 a notice on an earlier finding": (
        "K31",
        (*PLANNED, *ADVISED[len(INVESTIGATED) :]),
        "take-action:serious-discipline",
    ),
    "K32 an unknown category": (
        "K32",
        (*VIOLATION, "advise-discipline"),
        "take-action:discipline",
    ),
}


@pytest.mark.parametrize(("rule", "past", "atom"), BROKEN.values(), ids=BROKEN.keys())
def test_a_step_of_an_investigation_out_of_order_is_refused(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str
) -> None:
    deeds = [by_the_right_people(pack, done, day) for day, done in enumerate(past)]
    refusals = verdict(pack, deeds, by_the_right_people(pack, atom, len(past)))
    assert {refusal.rule for refusal in refusals} == {rule}


@pytest.mark.parametrize(
    "category",
    ["elected-official", "board-member", "volunteer", "intern", "contractor", "other"],
)
@pytest.mark.parametrize("outcome", ["discipline", "serious-discipline"])
def test_only_an_employee_is_disciplined(pack: Pack, category: str, outcome: str) -> None:
    past = (*PLANNED, f"establish-category:{category}", "advise-discipline:other")
    deeds = [by_the_right_people(pack, atom, day) for day, atom in enumerate(past)]
    attempt = by_the_right_people(pack, f"take-action:{outcome}", len(past))
    (refusal,) = verdict(pack, deeds, attempt)
    assert refusal.rule == "K32"
    assert "end or limit the assignment, or refer the finding" in refusal.text
    other = by_the_right_people(pack, "take-action:refer", len(past))
    assert verdict(pack, deeds, other) == []


@pytest.mark.parametrize(
    ("rule", "past"),
    [
        ("K26", (*ADVISED, "close-case")),
        ("K26", (*VIOLATION, "make-finding:no-violation", "close-case")),
        ("K27", ("file-complaint",)),
        ("K27", (*INVESTIGATED, "make-finding:no-violation", "reply-to-complainant")),
    ],
)
def test_an_investigation_with_an_open_duty_is_not_closed(
    pack: Pack, rule: str, past: tuple[str, ...]
) -> None:
    (duty,) = open_duties(pack, story(pack, past))
    assert duty.rule == rule


@pytest.mark.parametrize(
    ("rule", "past", "atom", "party"),
    [
        ("K24", VIOLATION, "advise-discipline:coaching", "Department"),
        ("K28", ADVISED, "take-action:action", "Human Resources"),
        ("K28", ADVISED, "take-action:action", "Communications"),
        ("K29", INVESTIGATED, "gather-evidence", "Communications"),
        ("K29", INVESTIGATED, "make-finding:violation", "City Attorney"),
    ],
)
def test_an_act_of_an_investigation_in_another_lane_is_refused(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str, party: str
) -> None:
    deeds = story(pack, past)
    (refusal,) = verdict(pack, deeds, deed(pack, atom, party=party, by=INES))
    assert refusal.rule == rule
    assert f"not {party} (rule {rule}" in refusal.text


@pytest.mark.parametrize(
    ("rule", "past", "atom"),
    [
        ("K30", without(INVESTIGATED, "consult-hr"), "make-finding:violation"),
        ("K30", VIOLATION, "make-finding:no-violation"),
        ("K33", without(INVESTIGATED[:9], "give-notice"), "interview-person"),
        (
            "K33",
            (*without(INVESTIGATED[:9], "give-notice"), "review-notice:required"),
            "interview-person",
        ),
    ],
)
def test_a_finding_or_interview_in_haste_is_warned_of(
    pack: Pack, rule: str, past: tuple[str, ...], atom: str
) -> None:
    deeds, attempt = story(pack, past), by_the_right_people(pack, atom, len(past))
    assert verdict(pack, deeds, attempt) == []
    assert [warning.rule for warning in warnings(pack, deeds, attempt)] == [rule]


@pytest.mark.parametrize("key", ["excluded.subject", "excluded.complainant", "excluded.conflict"])
def test_nobody_with_a_part_or_a_conflict_does_a_step(pack: Pack, key: str) -> None:
    past = story(pack, INVESTIGATED)
    attempt = deed(pack, "make-finding:no-violation", by=INES)
    (refusal,) = verdict(pack, past, attempt, named={key: frozenset({INES, OLE})})
    assert (refusal.rule, refusal.people) == ("K34", (INES,))
    assert verdict(pack, past, attempt, named={key: frozenset({OLE})}) == []
    for_ines = deed(pack, "make-finding:no-violation", by=99, acting_for=INES)
    (refusal,) = verdict(pack, past, for_ines, named={key: frozenset({INES})})
    assert (refusal.rule, refusal.people) == ("K34", (INES,))
    (refusal,) = could(pack, past, attempt, named={key: frozenset({INES})})
    assert refusal.rule == "K34"


def test_the_subject_and_the_complainant_do_their_own_steps(pack: Pack) -> None:
    named = {"excluded.subject": frozenset({DAN}), "excluded.complainant": frozenset({ROSA})}
    assert verdict(pack, [], deed(pack, "file-complaint", by=ROSA), named=named) == []
    for atom in ("respond-to-notice", "respond-before-decision", "choose-appeal:none"):
        attempt = deed(pack, atom, party="Subject", by=DAN)
        assert verdict(pack, story(pack, PLANNED), attempt, named=named) == []


@pytest.mark.parametrize(
    ("past", "atom"),
    [
        (SCREENED[:3], "screen-conflicts:in-scope"),
        (SCREENED, "assign-lead:department"),
        (INVESTIGATED, "make-finding:violation"),
        (ADVISED, "take-action:action"),
    ],
)
def test_nobody_investigates_a_complaint_that_they_filed(
    pack: Pack, past: tuple[str, ...], atom: str
) -> None:
    deeds = [by_the_right_people(pack, done, day) for day, done in enumerate(past)]
    (refusal,) = verdict(pack, deeds, deed(pack, atom, by=ROSA))
    assert (refusal.rule, refusal.people) == ("K34", (ROSA,))
    assert verdict(pack, deeds, deed(pack, atom, by=CHEN)) == []


def test_who_makes_the_finding_does_not_decide_on_the_action(pack: Pack) -> None:
    past = [by_the_right_people(pack, atom, day) for day, atom in enumerate(ADVISED)]
    (refusal,) = verdict(pack, past, deed(pack, "take-action:action", by=INES))
    assert (refusal.rule, refusal.people) == ("K34", (INES,))
    assert verdict(pack, past, deed(pack, "take-action:action", by=DAN)) == []


def by_the_right_people(pack: Pack, atom: str, day: int) -> Deed:
    """Make the deed of an atom in the lane where it belongs, by somebody who may do it there."""
    act = atom.partition(":")[0]
    if act in ("gather-evidence", "interview-person", "make-finding", "assign-lead"):
        return deed(pack, atom, day=day, party="Human Resources", by=INES)
    if act in ("decide-appeal", "close-case"):
        return deed(pack, atom, day=day, party="Human Resources", by=HAL)
    return deed(pack, atom, day=day)
