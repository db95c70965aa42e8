"""What a step's form takes, whoever hands the answers in: a page, a command, another program."""

from datetime import datetime
from typing import Any

import pytest

from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import form_rules, tasks
from workflows.diagrams.graph import Field, Node, Option
from workflows.errors import InvalidAnswersError, NotAllowedError

YES_OR_NO = (Option("approve", "Approve"), Option("reject", "Reject"))
DECISION = Field("decision", "Decision", "enum", required=True, options=YES_OR_NO)
REASON = Field(
    "reason",
    "Reason",
    "long-text",
    shown_when='Decide.decision = "reject"',
    required_when='Decide.decision = "reject"',
)
COLUMNS = (Field("code", "Code", required=True), Field("years", "Years", "long"))


def step(*fields: Field) -> Node:
    return Node("Decide", "userTask", name="Decide on it", fields=fields)


def refused(node: Node, **answers: Any) -> dict[str, str]:
    with pytest.raises(InvalidAnswersError) as caught:
        form_rules.sent(node, answers)
    return caught.value.errors


@pytest.mark.parametrize(
    ("field", "fits", "does_not"),
    [
        (Field("x", "X", min_length=2, max_length=4), "four", ["a", "fives", 12345, ["four"]]),
        (Field("x", "X"), "a" * 4000, ["a" * 4001]),
        (Field("x", "X", pattern="[A-Z]+"), "ABC", ["abc", "ABC1"]),
        (Field("x", "X", "long", minimum="2", maximum="5"), 5, [1, 6, True, "5", 2.5]),
        (Field("x", "X", "long"), -3, [10**13, "many"]),
        (Field("x", "X", "decimal", maximum="2"), 1.5, [2.5, float("nan"), "1.5"]),
        (Field("x", "X", "decimal"), 1, [float("inf"), False]),
        (Field("x", "X", "boolean", required=True), False, ["yes", 1]),
        (Field("x", "X", "date", minimum="2026-01-01"), "2026-01-01", ["2025-12-31", "soon", 3]),
        (Field("x", "X", "date", maximum="2026-01-01"), "1999-01-01", ["2026-01-02", "1666-09-02"]),
        (Field("x", "X", "datetime"), "2026-12-01T09:00:00-06:00", ["2026-13-01T09:00", "9 am"]),
        (Field("x", "X", "enum", options=YES_OR_NO), "approve", ["perhaps", ["approve"], True]),
        (Field("x", "X", "multi-enum", options=YES_OR_NO), ["approve"], ["approve", ["perhaps"]]),
        (Field("x", "X", "url"), "https://example.org/a", ["javascript:alert(1)", "example", 1]),
        (Field("x", "X", "email"), "ivy@northwater.example", ["ivy", "ivy@", 1]),
        (Field("x", "X", "person"), 3, ["3", 0, True, [3]]),
        (Field("x", "X", "file"), 3, ["3", -1]),
        (Field("x", "X", "table", columns=COLUMNS), [{"code": "A", "years": 3}], ["A", ["A"]]),
    ],
    ids=[
        "text between lengths",
        "any text",
        "text after a pattern",
        "whole number between limits",
        "whole number",
        "decimal with a limit",
        "decimal",
        "yes or no",
        "first day",
        "last day",
        "moment",
        "choice",
        "several choices",
        "web address",
        "mail address",
        "person",
        "document",
        "table",
    ],
)
def test_an_answer_is_of_the_type_and_within_the_limits_of_its_question(
    field: Field, fits: Any, does_not: list[Any]
) -> None:
    assert form_rules.sent(step(field), {"x": fits}) == {"x": fits}
    for answer in does_not:
        assert set(refused(step(field), x=answer)) == {"x"}


def test_a_table_says_in_which_row_something_is_missing_or_wrong() -> None:
    node = step(Field("series", "Series", "table", columns=COLUMNS))
    good = {"code": "A"}
    assert refused(node, series=[good, {"years": 3}]) == {"series": "Row 2: Fill in “Code”."}
    assert "Row 1" in refused(node, series=[{"code": "A", "years": "long"}])["series"]
    assert "no column" in refused(node, series=[{"code": "A", "colour": "red"}])["series"]
    assert "at most 50 rows" in refused(node, series=[good] * 51)["series"]


def test_a_question_is_answered_when_it_is_asked_and_only_then() -> None:
    node = step(DECISION, REASON)
    assert form_rules.sent(node, {"decision": "approve", "reason": ""}) == {"decision": "approve"}
    whole = {"decision": "reject", "reason": "No budget."}
    assert form_rules.sent(node, whole) == whole
    assert refused(node, decision="reject") == {"reason": "Fill in “Reason”."}
    assert "not asked" in refused(node, decision="approve", reason="Why?")["reason"]
    assert set(refused(node)) == {"decision"}
    assert "no question" in refused(node, decision="approve", colour="red")["colour"]


def test_a_box_that_is_not_ticked_says_no_where_it_is_asked() -> None:
    box = Field("urgent", "Urgent", "boolean", shown_when='Decide.decision = "approve"')
    assert form_rules.sent(step(DECISION, box), {"decision": "approve"})["urgent"] is False
    assert form_rules.sent(step(DECISION, box), {"decision": "reject"}) == {"decision": "reject"}
    must = Field("urgent", "Urgent", "boolean", required_when='Decide.decision = "approve"')
    assert "Tick" in refused(step(DECISION, must), decision="approve")["urgent"]


def test_what_is_not_asked_shows_nothing_else() -> None:
    then = Field("then", "Then", shown_when='Decide.reason = "x"')
    stale = {"decision": "approve", "reason": "x", "then": "y"}
    assert form_rules.asked(step(DECISION, REASON, then), stale) == {"decision"}
    assert form_rules.asked(step(DECISION, REASON, then), stale | {"decision": "reject"}) == {
        "decision",
        "reason",
        "then",
    }


def test_an_answer_of_another_type_is_refused_before_a_condition_compares_it() -> None:
    paid = Field("sum", "Sum", "long", refuse_when="Decide.sum > 5", refuse_message="Too much.")
    assert refused(step(paid), sum=6) == {"sum": "Too much."}
    assert refused(step(paid), sum="six") == {"sum": "Give a whole number."}
    assert form_rules.sent(step(paid), {"sum": 5}) == {"sum": 5}


def test_one_person_does_not_run_a_site_twice_over() -> None:
    node = step(
        Field("first", "Administrator", "person", register="site-role:primary"),
        Field("second", "Backup", "person", register="site-role:backup"),
    )
    assert set(refused(node, first=1, second=1)) == {"second"}
    assert form_rules.sent(node, {"first": 1, "second": 2}) == {"first": 1, "second": 2}


def test_no_caller_completes_a_task_with_what_its_form_refuses(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    task_id, dan = walk.task("ForwardRequest").id, town.people.dan

    def complete(by: int, **answers: Any) -> None:
        tasks.complete(town.runtime, task_id, by=by, answers=answers, now=now)

    with pytest.raises(InvalidAnswersError) as caught:
        complete(dan, decision="return")
    assert set(caught.value.errors) == {"reason"}
    with pytest.raises(InvalidAnswersError, match="offered"):
        complete(dan, decision="anything")
    with pytest.raises(NotAllowedError):  # whom it does not wait for learns nothing of its form
        complete(town.people.nora)
    assert walk.task("ForwardRequest").is_open
    complete(dan, decision="return", reason="Say more.")
    assert walk.waits_for == {"SubmitRequest"}
