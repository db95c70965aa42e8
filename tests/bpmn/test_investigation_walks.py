"""Every way through the investigation of a complaint, on the real engine and under the rules."""

import random

import pytest

from tests.bpmn.complaints import AFTER, STORIES, Steps, lead, taken_up
from tests.bpmn.test_wandering import wander
from tests.bpmn.walk import Walk, diagrams

PROCESS = "investigate-complaint"
OURS = (
    PROCESS,
    "screen-complaint",
    "conduct-investigation",
    "give-notices",
    "decide-action",
    "hear-appeal",
)
# A deadline, the reminder that follows it, and what is open then.
REMINDERS = {
    "IntakeIsSlow": ("RemindIntake", taken_up()[:1]),
    "LeadIsSlow": ("RemindInvestigators", taken_up()),
    "InvestigationIsSlow": ("RemindInvestigators", [*taken_up(), *lead("department")]),
    "AdviceIsSlow": ("RemindAdviser", STORIES["an employee is coached"][1][:14]),
    "ActionIsSlow": ("RemindActing", STORIES["an employee is coached"][1][:14]),
}


class Complaint(Walk):
    """An investigation, in which each act has a person of its own."""

    def __init__(self) -> None:
        super().__init__(PROCESS)

    def _who(self, party: str | None, act: str) -> int:
        return hash((party, act))

    def tell(self, steps: Steps) -> "Complaint":
        """Do the steps of a story."""
        for step, answers in steps:
            if step.startswith("@"):
                self.event(step.removeprefix("@"))
            else:
                self.do(step, **answers)
        return self


@pytest.mark.parametrize(("end", "steps"), STORIES.values(), ids=STORIES.keys())
def test_a_complaint_comes_to_its_end_under_all_rules(end: str, steps: Steps) -> None:
    assert Complaint().tell(steps).end == end


@pytest.mark.parametrize("deadline", REMINDERS)
def test_who_is_late_is_reminded_and_the_step_stays_open(deadline: str) -> None:
    reminder, steps = REMINDERS[deadline]
    walk = Complaint().tell(steps)
    open_before = walk.waits_for
    assert walk.event(deadline).waits_for == open_before | {reminder}
    assert walk.do(reminder).waits_for == open_before


def test_every_flow_of_the_process_is_taken_by_some_story() -> None:
    passed: set[tuple[str, str]] = set()
    for _end, steps in STORIES.values():
        passed |= _passed(Complaint().tell(steps))
    for deadline, (reminder, steps) in REMINDERS.items():
        walk = Complaint().tell(steps)
        walk.event(deadline).do(reminder)
        passed |= _passed(walk)
    wanted = {(key, flow) for key in OURS for flow in diagrams()[key].flows}
    assert wanted - passed == set()


def test_each_end_of_each_diagram_is_reached_by_some_story() -> None:
    ends = {
        (key, node.id)
        for key in OURS
        for node in diagrams()[key].of_kind("end", "errorEnd")
        if "Reminded" not in node.id
    }
    passed = {step for _end, steps in STORIES.values() for step in _passed(Complaint().tell(steps))}
    reached = {
        (key, diagrams()[key].flows[flow].target)
        for key, flow in passed
        if flow in diagrams()[key].flows
    }
    assert ends - reached == set()


@pytest.mark.parametrize("seed", range(40))
def test_a_complaint_left_to_chance_comes_to_an_end(seed: int) -> None:
    assert wander(Complaint(), random.Random(seed)).end


def test_the_complainant_is_answered_before_the_case_is_closed() -> None:
    for end, steps in STORIES.values():
        names = [step for step, _answers in steps]
        suffix = "AfterAction" if end == AFTER else "WithoutAction"
        assert names[-2:] == [f"Reply{suffix}", f"Close{suffix}"]


def _passed(walk: Walk) -> set[tuple[str, str]]:
    return {(step.diagram, step.element) for step in walk.run.passed}
