"""What the demo city shows: requests at five points of their way, sites, people who fit."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, true
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from models.cases import Case, CaseSeries, Draft, Task, TaskKind
from models.database import db
from models.people import Person, Unit
from models.sites import Site
from models.trust import AuditRecord, Incident, Notice
from tests.webapp.door import sign_in
from webapp import clock
from webapp.runtime import runtime
from webapp.step_form import StepForm, form_for
from webapp.task_page import surroundings
from workflows import audit, cases, publication
from workflows.diagrams.graph import Field, Node
from workflows.people import holders
from workflows.publication import drafts
from workflows.site_findings import findings
from workflows.sites import find_site
from workflows.vacancies import vacancies

CITY = ZoneInfo("America/Chicago")


def request(number: int) -> Case:
    return cases.find(number)


def waits_for(number: int) -> set[str]:
    return {
        task.element
        for task in request(number).tasks
        if task.is_open and task.kind == TaskKind.USER
    }


def open_task(number: int, element: str) -> Task:
    (task,) = [t for t in request(number).tasks if t.is_open and t.element == element]
    return task


def answers_to(number: int, element: str) -> dict[str, Any]:
    *_earlier, last = [t for t in request(number).tasks if t.element == element and t.answers]
    return last.answers or {}


def person(name: str) -> Person:
    given, _, family = name.partition(" ")
    return db.session.scalars(
        select(Person).where(Person.given_name == given, Person.family_name == family)
    ).one()


def names_of_holders(task: Task, now: datetime) -> set[str]:
    day = now.astimezone(CITY).date()
    found = holders(db.session(), runtime().pack, task.duty, task.unit_id, day)
    return {holder.name for holder in found}


def test_r_1041_waits_for_the_parks_forwarder_since_six_business_days_of_five(
    northwater: Flask, loaded_at: datetime
) -> None:
    assert waits_for(1041) == {"ForwardRequest"}
    assert request(1041).unit.code == "ARC"
    task = open_task(1041, "ForwardRequest")
    assert task.due_at is not None
    assert task.due_at < loaded_at
    assert names_of_holders(task, loaded_at) == {"Hollis Birchmere"}
    reminders = db.session.scalars(
        select(Notice).where(Notice.person_id == person("Hollis Birchmere").id)
    ).all()
    assert len([notice for notice in reminders if "Forward" in notice.text]) == 1


def test_r_1042_has_concerns_of_it_and_waits_for_the_decision(
    northwater: Flask, loaded_at: datetime
) -> None:
    assert waits_for(1042) == {"DecideRequest"}
    advice = answers_to(1042, "AdviseSecurity")
    assert advice["outcome"] == "concerns-with-conditions"
    assert "shared" in advice["conditions"]
    assert names_of_holders(open_task(1042, "DecideRequest"), loaded_at) == {
        "Odalys Fernbrook",
        "Tobin Ashgrove",
        "Marit Solvang-Pike",
    }


def test_r_1043_asks_for_a_platform_that_the_policy_does_not_name(northwater: Flask) -> None:
    assert waits_for(1043) == {"AdviseLaw", "AdviseSecurity"}
    wanted = answers_to(1043, "SubmitRequest")
    assert wanted["other_platform"] == "Threads"
    assert "platform" not in wanted
    assert answers_to(1043, "ReviewRequest")["new_platform"] is True


def test_r_1043_was_returned_once_and_came_back(northwater: Flask) -> None:
    done = [t.outcome for t in request(1043).tasks if t.element == "ForwardRequest"]
    assert done == ["return", "forward"]


def test_r_1044_is_rejected_with_a_reason_that_names_the_other_site(northwater: Flask) -> None:
    assert request(1044).outcome == "Rejected"
    assert "(S02)" in answers_to(1044, "DecideRequest")["reason"]


def test_r_1045_is_approved_and_waits_for_the_clerk_with_the_full_archive_chosen(
    northwater: Flask,
) -> None:
    assert waits_for(1045) == {"SetUpRetention"}
    assert answers_to(1045, "DecideRequest")["decision"] == "approve"
    draft = db.session.get_one(Draft, open_task(1045, "SetUpRetention").id)
    assert draft.answers["strategy"] == ["full-archive-tool"]
    assert draft.person_id == person("Paolo Bristlecone").id


def test_only_what_is_meant_to_be_late_is_late(northwater: Flask, loaded_at: datetime) -> None:
    late = [
        t.element
        for t in db.session.scalars(select(Task).options(joinedload(Task.case)))
        if t.is_overdue(loaded_at)
    ]
    assert late == ["ForwardRequest"]
    assert db.session.scalars(select(Incident)).all() == []


def test_the_next_request_is_r_1046(northwater: Flask) -> None:
    numbers = db.session.scalars(select(Case.number)).all()
    assert sorted(numbers) == [1041, 1042, 1043, 1044, 1045]
    assert cases._next_number(db.session(), CaseSeries.OPEN) == 1046


def test_the_chain_of_records_is_whole_and_in_order(northwater: Flask, loaded_at: datetime) -> None:
    assert audit.verify(db.session()).is_intact
    times = db.session.scalars(select(AuditRecord.at).order_by(AuditRecord.seq)).all()
    assert list(times) == sorted(times)
    assert times[-1] == loaded_at


def test_nothing_happens_outside_office_days_but_remarks(northwater: Flask) -> None:
    calendar = runtime().calendar
    for task in db.session.scalars(select(Task).where(Task.completed_by_id.is_not(None))):
        assert task.closed_at is not None
        assert calendar.is_business_day(calendar.day_of(task.closed_at))


PEOPLE = """
    odalys.fernbrook tobin.ashgrove marit.solvang-pike desmond.quillary henrike.wolmar
    paolo.bristlecone ines.thackeray-lund ravindra.coldspring juno.hallowell
    beatrix.okonjo-vale silas.merriwort annika.drumlin cyrus.peltonen lorna.greywater
    emeka.stillwell tamsin.oxbow hollis.birchmere yuki.farrowdale gideon.larkspur
    priya.stonebridge adela.ravenscourt jonah.whitcombe roscoe.tidewell
    lucinda.marsh-hadley noor.castellane wendell.ironwood ottoline.harrowgate
    bram.fennimore celeste.varga-holm tobias.quenby signe.albrook
"""


def test_everybody_of_the_demo_can_sign_in(northwater: Flask) -> None:
    known = set(db.session.scalars(select(Person.email)))
    assert known == {f"{name}@northwater.example" for name in PEOPLE.split()}
    for email in sorted(known):
        client = northwater.test_client()
        assert sign_in(client, email, "northwater").status_code == 303, email
        assert client.get("/tasks").status_code == 200, email


def test_wendell_ironwood_is_an_employee_without_a_role(northwater: Flask) -> None:
    found = db.session.scalars(
        select(Person).where(Person.family_name == "Ironwood").options(joinedload(Person.grants))
    )
    assert found.unique().one().grants == []


def _steps() -> Iterator[Node]:
    library, session = runtime().library, db.session()
    version = publication.published(session, now=clock.now())["create-site"]
    for diagram in library.of(session, version.id).diagrams.values():
        yield from diagram.of_kind("userTask")


def test_every_step_of_the_diagrams_has_somebody_for_each_unit(
    northwater: Flask, loaded_at: datetime
) -> None:
    session, pack, day = db.session(), runtime().pack, loaded_at.date()
    units = [unit.forwarded_by for unit in session.scalars(select(Unit))]
    places: dict[str, Sequence[int | None]] = {"unit": units, "city": [None]}
    for node in _steps():
        party = pack.parties[node.lane or ""]
        duty = pack.acts[node.act].duty_in(party.name) if node.act else f"party/{party.name}"
        for place in places.get(party.scope, ()):
            assert holders(session, pack, duty, place, day), (node.id, place)
    assert vacancies(session, pack, day) == []


def test_somebody_other_than_the_requester_forwards_for_whoever_asked(
    northwater: Flask, loaded_at: datetime
) -> None:
    for case in db.session.scalars(select(Case).options(joinedload(Case.unit))):
        able = holders(
            db.session(),
            runtime().pack,
            "forward-request",
            case.unit.forwarded_by,
            loaded_at.date(),
        )
        assert [who for who in able if who.id != case.started_by_id]


def as_typed(spec: Field, answer: Any, name: str) -> Iterator[tuple[str, str]]:
    """Give an answer as a browser sends it."""
    match spec.type:
        case "table":
            cells = [(n, c, row[c.id]) for n, row in enumerate(answer) for c in spec.columns]
            for number, column, cell in cells:
                yield from as_typed(column, cell, f"{name}-{number}-{column.id}")
        case "multi-enum":
            yield from ((name, choice) for choice in answer)
        case "boolean":
            yield from [(name, "yes" if answer else "no")] * (spec.required or answer)
        case "file":
            yield f"{name}-kept", str(answer)
        case "datetime":
            yield name, answer[: len("2026-11-16T10:04")]
        case _:
            yield name, str(answer)


def sent_again(app: Flask, node: Node, task: Task) -> StepForm:
    by_id = {spec.id: spec for spec in node.fields}
    pairs = [
        pair
        for key, value in (task.answers or {}).items()
        for pair in as_typed(by_id[key], value, key)
    ]
    with app.test_request_context(method="POST"):
        form = form_for(node, surroundings(task.case_id, node), submitted=MultiDict(pairs))
        form.validate()
        return form


def test_every_step_was_answered_as_its_form_asks(
    northwater: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(northwater.config, "WTF_CSRF_ENABLED", False)
    done = db.session.scalars(
        select(Task)
        .where(Task.answers.is_not(None), Task.completed_by_id.is_not(None))
        .options(joinedload(Task.case))
    ).all()
    assert len(done) == 27
    for task in done:
        diagrams = runtime().library.of(db.session(), task.case.version_id)
        node = diagrams.node(task.diagram, task.element)
        form = sent_again(northwater, node, task)
        assert form.errors == {}, (task.case.label, task.element)
        # A box that nobody ticked counts as no; the stories leave it out.
        asked = {key: value for key, value in form.answers.items() if value is not False}
        told = {key: value for key, value in (task.answers or {}).items() if value is not False}
        assert asked == told, (task.case.label, task.element)


def test_the_draft_opens_in_its_form(northwater: Flask) -> None:
    task = open_task(1045, "SetUpRetention")
    client = northwater.test_client()
    sign_in(client, "paolo.bristlecone@northwater.example", "northwater")
    page = client.get(f"/tasks/{task.id}").text
    assert "Pinecrest Archive" in page
    assert "Correspondence, General" in page


POINTS = [
    ("S01", "live", []),
    ("S02", "live", ["Its review is due in 12 days."]),
    ("S03", "live", ["It has 1 administrator; at least 2 are needed."]),
    ("S04", "live", ["The test of its archive failed."]),
    ("S05", "live", ["The training of Annika Drumlin expired on 27 October 2026."]),
    ("S06", "restricted", ["The terms of service changed", "legal review of its contract is"]),
    ("S07", "live", ["Five recordings have automatic captions only (ADA Title II"]),
    (
        "S08",
        "orphan",
        [
            "No decision of Communications",
            "Nobody is named as its owner",
            "Found by a search",
            "It has no administrator",
            "No accepted contract",
            "Retention has not been set up",
        ],
    ),
    ("S09", "live", ["It belongs to a public body: the Open Meeting Law applies."]),
    ("S10", "retiring", ["Closing: day 14 of the 28 days"]),
]


@pytest.mark.parametrize(("code", "status", "told"), POINTS)
def test_each_site_shows_its_point(
    northwater: Flask, loaded_at: datetime, code: str, status: str, told: list[str]
) -> None:
    record = find_site(db.session(), code, readable=true())
    assert record.site.status == status
    found = [finding.text for finding in findings(record, loaded_at.date())]
    assert len(found) == len(told), found
    assert all(part in text for part, text in zip(told, found, strict=True)), found


def test_every_live_site_has_a_decision_with_its_document(northwater: Flask) -> None:
    for site in db.session.scalars(select(Site).where(Site.code != "S08")):
        (decision,) = find_site(db.session(), site.code, readable=true()).decisions
        assert site.decision_id == decision.id
        assert decision.file is not None
        assert decision.file.media_type == "message/rfc822"


def test_people_who_leave_stay_long_enough_to_be_met(
    northwater: Flask, loaded_at: datetime
) -> None:
    leaving = db.session.scalars(select(Person).where(Person.ends_on.is_not(None))).all()
    assert {who.name for who in leaving} == {"Tamsin Oxbow", "Noor Castellane"}
    assert all(
        who.ends_on > loaded_at.date() + timedelta(days=90) for who in leaving if who.ends_on
    )


def test_a_change_of_a_diagram_waits_for_the_second_owner(northwater: Flask) -> None:
    (draft,) = drafts.open_drafts(db.session())
    assert draft.submitted_by is not None
    assert draft.submitted_by.name == "Ottoline Harrowgate"
    client = northwater.test_client()
    sign_in(client, "bram.fennimore@northwater.example", "northwater")
    text = client.get(f"/diagrams/drafts/{draft.id}/review").text
    assert "is now 3 business days; before, 2 business days." in text
    assert "Publish it" in text
    assert "waits for your review" in client.get("/notices").text
