"""The demo's requests are real: each can be done to its end from where it stands."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case, Task, TaskKind
from models.database import db
from models.people import Person
from webapp.demo.people import email_of
from webapp.runtime import runtime
from workflows import tasks
from workflows.sites import find_site

TODAY = "2026-11-16T09:30:00-06:00"


@pytest.fixture
def later(own_northwater: Flask, loaded_at: datetime) -> datetime:
    return loaded_at + timedelta(minutes=10)


def id_of(name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.email == email_of(name))).one()


def do(number: int, element: str, name: str, at: datetime, **answers: Any) -> tasks.Completion:
    task_id = db.session.scalars(
        select(Task.id)
        .join(Task.case)
        .where(Case.number == number, Task.element == element, Task.closed_at.is_(None))
    ).one()
    return tasks.complete(runtime(), task_id, by=id_of(name), answers=answers, now=at)


def waits_for(done: tasks.Completion) -> set[str]:
    return {task.element for task in done.opened if task.kind == TaskKind.USER}


def retention() -> Mapping[str, Any]:
    return {
        "strategy": "full-archive-tool",
        "series": [
            {
                "code": "ADM-110",
                "title": "Correspondence, General",
                "period": "3 years",
                "trigger": "creation",
            }
        ],
        "captures": ["posts", "comments"],
        "tool": "Pinecrest Archive",
        "connection_status": "connected",
        "custodian": id_of("Paolo Bristlecone"),
        "public_notice": "What is posted here is kept as a record of the City.",
    }


def test_r_1045_becomes_the_eleventh_site(later: datetime) -> None:
    do(1045, "SetUpRetention", "Paolo Bristlecone", later, **retention())
    passed = {"outcome": "passed", "first_capture_at": TODAY, "test_evidence": "Five posts found."}
    do(1045, "TestArchive", "Paolo Bristlecone", later, **passed)
    ready = {"decision": "ready", "conditions_met": "none"}
    done = do(1045, "ConfirmReadiness", "Tobin Ashgrove", later, **ready)
    site = db.session.get_one(Case, done.case.id).site_id
    record = find_site(db.session(), "S11", readable=Case.id == done.case.id)
    assert (record.site.id, record.site.status) == (site, "live")
    assert record.site.name == "Northwater Rec Programs"
    assert record.decisions[0].decided_by.name == "Odalys Fernbrook"
    assert record.contracts[0].file_id is not None
    assert [setup.archive_test for setup, _ in record.retention] == ["passed"]


def test_r_1041_is_forwarded_to_communications(later: datetime) -> None:
    forward = {"decision": "forward", "capacity_confirmed": True}
    done = do(1041, "ForwardRequest", "Hollis Birchmere", later, **forward)
    assert waits_for(done) == {"ReviewRequest"}


def test_r_1042_is_approved_with_the_conditions_of_it(later: datetime) -> None:
    decision = {
        "decision": "approve-with-conditions",
        "reason": "With separate sign-ins the risk is small.",
        "conditions": "No shared sign-in.",
        "determination": "city-supported",
        "reads_it_advice": True,
    }
    done = do(1042, "DecideRequest", "Odalys Fernbrook", later, **decision)
    assert waits_for(done) == {"IdentifyContract"}


def test_r_1043_comes_to_the_decision_when_both_have_advised(later: datetime) -> None:
    law = {"city_supported": "yes", "contract_concerns": "some", "advice_text": "It is."}
    done = do(1043, "AdviseLaw", "Silas Merriwort", later, **law)
    assert waits_for(done) == set()
    advice = {"outcome": "no-concerns", "residual_risk": "low", "advice_text": "In order."}
    done = do(1043, "AdviseSecurity", "Ravindra Coldspring", later, **advice)
    assert waits_for(done) == {"DecideRequest"}
