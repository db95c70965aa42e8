"""What a case remembers: answers by scope, and people whom it names."""

from datetime import datetime

import pytest

from tests.workflows import walking
from workflows.answers import Done, History
from workflows.diagrams.conditions import Unset
from workflows.diagrams.graph import Diagram, Field, Node

AT = datetime(2026, 11, 16, 15, 0)  # noqa: DTZ001 (never compared)


def step(element: str, scope: str = "", number: int = 1, **answers: object) -> Done:
    return Done(number, "main", element, scope, None, None, None, 7, AT, answers)


def test_an_answer_is_found_in_exactly_its_scope() -> None:
    history = History([step("A", answer="outer"), step("A", "Call.1", answer="inner")])
    assert history.value("", "A", "answer") == "outer"
    assert history.value("Call.1", "A", "answer") == "inner"
    with pytest.raises(Unset):
        history.value("Call.2", "A", "answer")


def test_the_latest_round_counts_even_where_it_left_the_field_empty() -> None:
    history = History([step("A", answer="first"), step("A", answer=None)])
    with pytest.raises(Unset):
        history.value("", "A", "answer")
    history.add(step("A", answer="third"))
    assert history.value("", "A", "answer") == "third"


def test_instances_are_those_of_one_scope_without_the_empty_ones() -> None:
    history = History(
        [
            step("A", "#0", 1, answer="x"),
            step("A", "#1", 2, answer=None),
            step("A", "Call.1#0", 3, answer="elsewhere"),
            step("B", "#0", 4, answer="another step"),
            step("A", "", 5, answer="not an instance"),
        ]
    )
    assert history.values("", "A", "answer") == ["x"]
    assert history.values("Call.1", "A", "answer") == ["elsewhere"]
    assert history.values("", "C", "answer") == []


def test_people_are_named_by_one_field_by_a_list_or_by_a_table() -> None:
    fields = (
        Field("owner", "Owner", "person", register="site-role:owner"),
        Field("admins", "Admins", "multi-enum", register="site-role:admin"),
        Field("others", "Others", "table", register="site-roles"),
        Field("name", "Name", register="site.name"),
    )
    diagrams = {"main": Diagram("main", nodes={"A": Node("A", "userTask", fields=fields)})}
    table = [{"person": 5, "role": "moderator"}, {"role": "nobody"}]
    history = History([step("A", owner=3, admins=[4, "not an id"], others=table, name="Parks")])
    named = history.named(walking.pack(), "approve-site", diagrams)
    assert named == {"site-role": frozenset({3, 4, 5})}
    assert history.named(walking.pack(), "review-request", diagrams) == {}
