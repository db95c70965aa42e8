"""The outline of a draft over HTTP: every page opens, and a process is changed in words."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import db, transaction
from models.publication import DiagramDraft
from tests.webapp import desk
from tests.webapp.desk import Desk
from workflows.diagrams.graph import Diagram, Node
from workflows.diagrams.reading import read
from workflows.publication import drafts

pytestmark = pytest.mark.usefixtures("clock_stands")

DECIDE = "decide-request"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


def opened(office: Desk, key: str = DECIDE) -> int:
    return drafts.open_from(key, None, by=office.town.people.nora, now=office.now).id


def page(office: Desk, address: str, status: int = 200) -> str:
    answer = office.browser(office.town.people.nora).get(address)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


PAGES = [
    "",
    "/words",
    "/add",
    "/add?after=ReviewRequest&q=advice",
    "/add?after=ReviewRequest&block=advise-law",
    "/add?after=ReviewRequest&block=plain-exclusiveGateway",
    "/add?after=RequestComplete&block=plain-end",
    "/steps/ReviewRequest",
    "/steps/RequestComplete",
    "/steps/GatherAdvice",
    "/steps/RefuseRequest",
    "/steps/ReviewRequest/form",
    "/steps/ReviewRequest/questions",
    "/steps/ReviewRequest/questions/decision",
    "/steps/ReviewRequest/questions/reason/shown-when",
    "/steps/ReviewRequest/questions/determination/refuse-when",
    "/steps/ReviewRequest/place",
    "/steps/ReviewRequest/removal",
    "/steps/RequestComplete/removal",
    "/steps/ReviewRequest/ways/new",
    "/steps/ReviewRequest/deadlines/new",
    "/deadlines/RequestWaitsForReview",
    "/ways/RequestCompleteToGatherAdvice",
    "/ways/ReviewRequestToRequestComplete",
    "/parties",
    "/parties/1",
    "/process",
]


def test_every_page_of_the_outline_opens(office: Desk) -> None:
    draft = opened(office)
    for address in PAGES:
        page(office, f"/diagrams/drafts/{draft}/outline{address}")
    page(office, "/diagrams/drafts/new-process")


def send(office: Desk, draft: int, address: str, status: int = 303, /, **fields: object) -> str:
    """Nora sends a form of the outline, as the draft is now."""
    nora = office.town.people.nora
    revision = str(row(draft).revision)
    data = {"revision": revision, **fields}
    answer = office.post(nora, f"/diagrams/drafts/{draft}/outline{address}", **data)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def row(draft: int) -> DiagramDraft:
    db.session.rollback()
    db.session.expire_all()
    return drafts.of_id(db.session(), draft)


def now_says(draft: int) -> Diagram:
    diagram = read(row(draft).xml)[0]
    assert diagram is not None
    return diagram


def test_a_step_is_added_from_a_block_and_says_who_and_what(office: Desk) -> None:
    draft = opened(office)
    send(
        office,
        draft,
        "/add",
        block="advise-law",
        name="Ask the attorney",
        party="City Attorney",
        after="GatherAdvice",
    )
    diagram = now_says(draft)
    (made,) = [node for node in diagram.nodes.values() if node.name == "Ask the attorney"]
    assert (made.act, made.lane) == ("advise-law", "City Attorney")
    assert made.fields
    assert [flow.source for flow in diagram.incoming(made.id)] == ["GatherAdvice"]
    assert "City Attorney" in diagram.lanes
    text = page(office, f"/diagrams/drafts/{draft}/outline")
    assert "“Ask the attorney” was added." in text
    assert "Undo the last edit" in text


def test_what_a_step_is_can_be_changed(office: Desk) -> None:
    draft = opened(office)
    node = now_says(draft).nodes["ReviewRequest"]
    send(
        office,
        draft,
        "/steps/ReviewRequest",
        name="Look it over",
        documentation="Briefly.",
        party=node.lane,
        act=node.act,
        clauses="CO-2, CO-3",
        due_number="3",
        due_unit="BD",
        loop="",
    )
    changed = now_says(draft).nodes["ReviewRequest"]
    assert (changed.name, changed.documentation, changed.due) == (
        "Look it over",
        "Briefly.",
        "P3BD",
    )
    assert changed.clauses == ("CO-2", "CO-3")
    assert changed.fields == node.fields
    text = send(
        office, draft, "/steps/ReviewRequest", 422, name="x", party=node.lane, act="", clauses="ZZ-9",
        due_number="0", due_unit="BD",
    )  # fmt: skip
    assert "The policy has no clause ZZ-9." in text
    assert 'value="ZZ-9"' in text
    assert now_says(draft).nodes["ReviewRequest"] == changed


def decision(office: Desk, draft: int, status: int = 303, /, **fields: object) -> str:
    """Nora adds a decision after the review, of the ways that are given."""
    base = {"block": "plain-exclusiveGateway", "name": "Is law advice needed?"}
    return send(office, draft, "/add", status, **{**base, "after": "ReviewRequest", **fields})


def ways_of(draft: int) -> dict[str, str | None]:
    """Give the ways of that decision by their names, and when each is taken."""
    gateway = named(draft, "Is law advice needed?")
    found = {flow.name: flow.condition for flow in now_says(draft).outgoing(gateway.id)}
    otherwise = now_says(draft).flows.get(gateway.default_flow or "")
    return found | ({otherwise.name: "otherwise"} if otherwise else {})


def test_a_decision_and_its_conditions_are_one_form(office: Desk) -> None:
    draft = opened(office)
    text = page(office, f"/diagrams/drafts/{draft}/outline/add?after=ReviewRequest"
                "&block=plain-exclusiveGateway")  # fmt: skip
    assert 'value="ReviewRequest.decision=return"' in text
    assert "Decision: The request is complete: ask for advice</option>" in text
    decision(office, draft, **{
        "ways-0-when": "otherwise", "ways-0-name": "",
        "ways-1-when": "ReviewRequest.needs_law_advice=true", "ways-1-name": "Ask the attorney",
        "ways-2-when": "ReviewRequest.decision=return", "ways-2-name": "",
        "ways-3-when": "", "ways-3-name": "",
    })  # fmt: skip
    returned = next(
        name for name in ways_of(draft) if name not in ("Ask the attorney", "Otherwise")
    )
    assert ways_of(draft) == {
        "Ask the attorney": "ReviewRequest.needs_law_advice = true",
        returned: 'ReviewRequest.decision = "return"',
        "Otherwise": "otherwise",
    }


def test_a_decision_may_have_an_answer_for_each_way(office: Desk) -> None:
    draft = opened(office)
    needed = "ReviewRequest.needs_law_advice"
    decision(office, draft, **{"ways-0-when": f"{needed}=true", "ways-1-when": f"{needed}=false"})
    assert ways_of(draft) == {"Yes": f"{needed} = true", "No": f"{needed} = false"}
    assert named(draft, "Is law advice needed?").default_flow is None
    send(office, draft, "/add", **{"block": "plain-parallelGateway", "name": "At once", "after":
         "GatherAdvice", "ways-0-name": "One", "ways-1-name": "Two"})  # fmt: skip
    made = named(draft, "At once")
    assert [flow.name for flow in now_says(draft).outgoing(made.id)] == ["One", "Two"]


def test_ways_that_cannot_be_are_refused_with_what_was_chosen(office: Desk) -> None:
    draft = opened(office)
    needed, before = "ReviewRequest.needs_law_advice=true", row(draft).xml
    (start,) = now_says(draft).starts()
    for ways, more, said in (
        ({"ways-0-name": "Alone"}, {}, "Name at least two ways."),
        ({"ways-0-when": "otherwise", "ways-1-when": "otherwise"}, {}, "Only one way can be"),
        ({"ways-0-when": needed, "ways-1-when": needed}, {}, "on the same answer"),
        (
            {"ways-0-when": needed, "ways-1-name": "No"},
            {"after": start.id},
            "not asked before this",
        ),
        ({"ways-0-when": needed, "ways-1-name": "No"}, {"after": ""}, "Choose where it stands."),
        ({"ways-0-when": "gone=x", "ways-1-name": "No"}, {}, "Not a valid choice"),
    ):
        text = decision(office, draft, 422, **ways, **more)
        assert said in text
        if needed in ways.values():
            assert f'selected value="{needed}"' in text or f'value="{needed}" selected' in text
    assert row(draft).xml == before


def test_an_answer_is_saved_as_a_condition_at_once(office: Desk) -> None:
    draft = opened(office)
    decision(
        office, draft, **{"ways-0-name": "Yes", "ways-1-name": "No", "ways-1-when": "otherwise"}
    )
    gateway = named(draft, "Is law advice needed?")
    yes, no = now_says(draft).outgoing(gateway.id)
    assert gateway.default_flow == no.id
    address = f"/ways/{yes.id}"
    fields = {"target": yes.target, "name": "Yes", "when": "rows", "joined": "and"}
    send(office, draft, address, **fields, more="ReviewRequest.decision=return")
    assert now_says(draft).flows[yes.id].condition == 'ReviewRequest.decision = "return"'
    send(office, draft, address, **fields, more="ReviewRequest.needs_law_advice=false")
    assert ways_of(draft)["Yes"] == "ReviewRequest.needs_law_advice = false"
    # A question alone is a comparison without its value, which is asked for at once.
    lacking = send(office, draft, address, 422, **fields, more="ReviewRequest.decision")
    assert "Say what it is compared with." in lacking
    assert 'name="row_0_values"' in lacking
    other = {**fields, "when": "otherwise", "more": "ReviewRequest.decision=return"}
    assert "Choose “When these comparisons hold” as well" in send(
        office, draft, address, 422, **other
    )
    none = send(office, draft, address, 422, **fields, more="ReviewRequest.decision=gone")
    assert "Choose an answer to compare." in none


def test_conditions_of_several_comparisons_come_from_drop_downs(office: Desk) -> None:
    draft = opened(office)
    decision(office, draft, **{"ways-0-name": "Yes", "ways-1-name": "No"})
    gateway = named(draft, "Is law advice needed?")
    yes, no = now_says(draft).outgoing(gateway.id)
    # The last way is taken otherwise where none is said to be.
    assert gateway.default_flow == no.id
    address = f"/ways/{yes.id}"
    fields = {"target": yes.target, "name": "Yes", "when": "rows", "joined": "and"}
    text = send(
        office, draft, address, 200, **fields, do="add", more="ReviewRequest.needs_law_advice"
    )
    assert "“Ask the City Attorney for legal advice?” (Step 2" in text
    row_0 = {"row_0_name": "ReviewRequest.needs_law_advice", "row_0_is": "="}
    lacking = send(office, draft, address, 422, **fields, row_0_name="ReviewRequest.decision",
                   row_0_is="one-of")  # fmt: skip
    assert "Say what it is compared with." in lacking
    row_1 = {"row_1_name": "ReviewRequest.decision", "row_1_is": "none-of"}
    send(
        office,
        draft,
        address,
        **fields,
        **row_0,
        row_0_values="true",
        **row_1,
        row_1_values=["return", "not-city-supported"],
    )
    assert now_says(draft).flows[yes.id].condition == (
        "ReviewRequest.needs_law_advice = true and "
        'not(ReviewRequest.decision in ["return", "not-city-supported"])'
    )
    # The same comes back as rows.
    text = page(office, f"/diagrams/drafts/{draft}/outline{address}")
    assert 'name="row_1_is"' in text
    assert 'id="when-0" type="radio" name="when" value="rows" checked' in text
    wrong = send(office, draft, address, 422, target=yes.target, name="", when="text", text="a b")
    assert "a b" in wrong
    send(office, draft, address, target=yes.target, name="", when="otherwise")
    assert now_says(draft).nodes[gateway.id].default_flow == yes.id


def test_ways_are_led_elsewhere_added_and_removed(office: Desk) -> None:
    draft = opened(office)
    send(office, draft, "/steps/RequestComplete/ways/new", target="DecideRequest", name="At once")
    diagram = now_says(draft)
    (made,) = [flow for flow in diagram.outgoing("RequestComplete") if flow.name == "At once"]
    assert made.target == "DecideRequest"
    send(
        office, draft, f"/ways/{made.id}", 422, target="DecideRequest", name="At once", when="rows"
    )
    send(office, draft, f"/ways/{made.id}", target="GatherAdvice", name="At once", when="text",
         text='ReviewRequest.decision = "complete"')  # fmt: skip
    assert now_says(draft).flows[made.id].target == "GatherAdvice"
    send(office, draft, f"/ways/{made.id}/removal")
    assert made.id not in now_says(draft).flows


def test_steps_are_moved_and_removed(office: Desk) -> None:
    draft = opened(office, "gather-advice")
    diagram = now_says(draft)
    (start,) = diagram.starts()
    step = next(diagram.of_kind("userTask"))
    send(office, draft, f"/steps/{step.id}/place", after=start.id)
    assert [flow.target for flow in now_says(draft).outgoing(start.id)] == [step.id]
    send(office, draft, f"/steps/{step.id}/removal", and_cut_off="y")
    assert step.id not in now_says(draft).nodes


def test_deadlines_are_added_changed_and_removed(office: Desk) -> None:
    draft = opened(office)
    fields = {"number": "2", "unit": "D", "interrupting": "stays", "name": "Remind", "leads_to": ""}
    send(office, draft, "/steps/ReviewRequest/deadlines/new", **fields)
    (made,) = [one for one in now_says(draft).boundaries("ReviewRequest") if one.name == "Remind"]
    assert (made.timer, made.interrupting) == ("P2D", False)
    outgoing = now_says(draft).outgoing(made.id)[0]
    changed = {"number": "4", "unit": "H", "interrupting": "stops", "name": "Late"}
    send(office, draft, f"/deadlines/{made.id}", **changed, leads_to="ReturnForChanges")
    late = now_says(draft).nodes[made.id]
    assert (late.timer, late.interrupting, late.name) == ("PT4H", True, "Late")
    assert now_says(draft).outgoing(made.id)[0].target == "ReturnForChanges"
    assert outgoing.target != "ReturnForChanges"
    send(office, draft, f"/deadlines/{made.id}/removal")
    assert made.id not in now_says(draft).nodes
    (told,) = now_says(draft).boundaries("ReviewRequest")
    assert told.name == "After 2 business days"
    again = {"number": "3", "unit": "BD", "interrupting": "stays", "name": told.name}
    there = now_says(draft).outgoing(told.id)[0].target
    send(office, draft, f"/deadlines/{told.id}", **again, leads_to=there)
    assert now_says(draft).nodes[told.id].name == "After 3 business days"
    wrong = send(office, draft, "/steps/ReviewRequest/deadlines/new", 422, name="x", unit="D")
    assert "Say after how long." in wrong


def test_a_form_is_changed_question_by_question(office: Desk) -> None:
    draft = opened(office)
    base = "/steps/ReviewRequest/questions"
    plain = {"classification": "public"}
    send(
        office,
        draft,
        base,
        label="How sure are you?",
        type="enum",
        options="Very\nNot very",
        **plain,
    )
    made = now_says(draft).nodes["ReviewRequest"].fields[-1]
    assert (made.id, [one.id for one in made.options]) == ("how_sure_are_you", ["very", "not-very"])
    options = "Very\nSomewhat\nNot very"
    send(
        office,
        draft,
        f"{base}/{made.id}",
        label="Sure?",
        type="enum",
        options=options,
        required="y",
        **plain,
    )
    made = now_says(draft).nodes["ReviewRequest"].fields[-1]
    assert (made.id, made.required) == ("how_sure_are_you", True)
    assert [one.id for one in made.options] == ["very", "somewhat", "not-very"]
    send(office, draft, f"{base}/{made.id}/place", direction="up")
    assert now_says(draft).nodes["ReviewRequest"].fields[-2].id == made.id
    rows = {"when": "rows", "row_0_name": "ReviewRequest.decision", "row_0_is": "one-of"}
    send(office, draft, f"{base}/{made.id}/shown-when", **rows, row_0_values="complete")
    changed = now_says(draft).nodes["ReviewRequest"].fields[-2]
    assert changed.shown_when == 'ReviewRequest.decision = "complete"'
    text = page(office, f"/diagrams/drafts/{draft}/outline/steps/ReviewRequest/form")
    assert "Asked if “Decision” is &#34;The request is complete: ask for advice&#34;" in text
    send(office, draft, f"{base}/{made.id}/shown-when", when="never")
    send(office, draft, f"{base}/{made.id}/removal")
    assert made.id not in {one.id for one in now_says(draft).nodes["ReviewRequest"].fields}
    wrong = send(office, draft, base, 422, label="", type="enum", options="", help="kept", **plain)
    assert "Say what is asked." in wrong
    assert "kept" in wrong


def test_a_table_is_asked_for_by_its_columns(office: Desk) -> None:
    draft = opened(office)
    columns = {
        "columns-0-label": "Name", "columns-0-type": "string", "columns-0-required": "y",
        "columns-1-label": "Kind", "columns-1-type": "enum", "columns-1-options": "Big, Small",
        "columns-2-label": "", "columns-2-type": "string",
    }  # fmt: skip
    send(office, draft, "/steps/ReviewRequest/questions", label="Accounts", type="table",
         classification="public", **columns)  # fmt: skip
    made = now_says(draft).nodes["ReviewRequest"].fields[-1]
    assert [(one.id, one.type, one.required) for one in made.columns] == [
        ("name", "string", True),
        ("kind", "enum", False),
    ]
    assert [one.label for one in made.columns[1].options] == ["Big", "Small"]


def test_parties_come_and_go_in_their_order(office: Desk) -> None:
    draft = opened(office)
    send(office, draft, "/parties", known="City Clerk", name="")
    assert now_says(draft).lanes == ("Communications", "City Clerk")
    send(office, draft, "/parties/2/place", direction="up")
    assert now_says(draft).lanes == ("City Clerk", "Communications")
    send(office, draft, "/parties/1", known="City Attorney", name="")
    send(office, draft, "/parties/1/removal")
    assert now_says(draft).lanes == ("Communications",)
    refused = send(office, draft, "/parties/1/removal", 409)
    assert "Nothing was changed." in refused
    send(office, draft, "/parties", 422, known="", name="")


def test_the_process_itself_is_changed(office: Desk) -> None:
    draft = opened(office)
    send(office, draft, "/process", name="Decide", documentation="So it goes.", owner="policy_owner",
         subject="site", starters=["requester"], confidential="y", inputs="SubmitRequest")  # fmt: skip
    diagram = now_says(draft)
    assert (diagram.name, diagram.documentation) == ("Decide", "So it goes.")
    assert (diagram.starters, diagram.confidential) == (("requester",), True)
    assert row(draft).name == "Decide"


def test_edits_are_undone_one_by_one(office: Desk) -> None:
    draft = opened(office)
    before = row(draft).xml
    send(office, draft, "/parties", known="City Clerk", name="")
    send(office, draft, "/parties", known="City Attorney", name="")
    send(office, draft, "/undo")
    assert now_says(draft).lanes == ("Communications", "City Clerk")
    send(office, draft, "/undo")
    assert row(draft).xml == before
    assert "There is no edit to undo" in send(office, draft, "/undo", 409)


def test_a_new_process_begins_as_a_draft(office: Desk) -> None:
    nora = office.town.people.nora
    fields = {"name": "Change a site", "starters": "requester", "parties": ["Requester", "Department"],
              "first": "Ask for the change", "owner": "policy_owner", "subject": "site"}  # fmt: skip
    answer = office.post(nora, "/diagrams/drafts/new-process", **fields)
    assert answer.status_code == 303, answer.text
    draft = int(answer.location.split("/")[3])
    diagram = now_says(draft)
    assert (diagram.process_id, diagram.name) == ("change-a-site", "Change a site")
    assert diagram.lanes == ("Requester", "Department")
    assert diagram.subject == "site"
    assert "BPMNShape" in row(draft).xml.decode()
    assert "Ask for the change" in page(office, answer.location)
    again = office.post(nora, "/diagrams/drafts/new-process", **{**fields, "key": DECIDE})
    assert again.status_code == 422
    assert "A process has this id already." in again.text
    empty = office.post(nora, "/diagrams/drafts/new-process", name="", key="Bad Key")
    assert empty.status_code == 422
    assert "Choose who answers for it." in empty.text
    assert "Bad Key" in empty.text


def test_a_new_process_may_begin_with_a_building_block(office: Desk) -> None:
    nora = office.town.people.nora
    address = "/diagrams/drafts/new-process"
    text = page(office, address)
    assert '<optgroup label="City Attorney">' in text
    # A plain step needs a name and a party of its own.
    assert text.count("(required in some cases)") == 2
    fields = {"name": "Change a site", "starters": "requester", "owner": "policy_owner",
              "subject": "site", "block": "advise-law"}  # fmt: skip
    # The party of the block begins, whoever else was chosen before it.
    for parties in ([], ["Requester"], ["Requester", "City Attorney"]):
        answer = office.post(nora, address, **fields, parties=parties, first="")
        assert answer.status_code == 303, answer.text
        diagram = now_says(int(answer.location.split("/")[3]))
        (step,) = diagram.of_kind("userTask")
        assert (step.act, step.lane, bool(step.fields)) == ("advise-law", "City Attorney", True)
        assert diagram.lanes == ("City Attorney", *(one for one in parties if one == "Requester"))
        assert step.name
    named_so = {**fields, "name": "Another", "first": "Ask the attorney first"}
    answer = office.post(nora, address, **named_so)
    (step,) = now_says(int(answer.location.split("/")[3])).of_kind("userTask")
    assert step.name == "Ask the attorney first"
    plain = office.post(nora, address, **{**fields, "block": "", "first": ""})
    assert plain.status_code == 422
    for said in (
        "Say what is done first, or choose a building block.",
        "Choose at least one party.",
    ):
        assert said in plain.text


def test_lengths_say_what_they_are_counted_in(office: Desk) -> None:
    draft = opened(office)
    for address in ("/steps/ReviewRequest", "/steps/ReviewRequest/deadlines/new",
                    "/add?after=ReviewRequest&block=plain-timerCatch"):  # fmt: skip
        text = page(office, f"/diagrams/drafts/{draft}/outline{address}")
        assert text.index("working days") < text.index("days, weekends included")


def test_whoever_was_slower_is_told_and_loses_nothing(office: Desk) -> None:
    draft = opened(office)
    stale = {"revision": str(row(draft).revision)}
    send(office, draft, "/parties", known="City Clerk", name="")
    typed = {"name": "Typed with care", "party": "Communications", "act": "", "due_unit": "BD"}
    text = send(office, draft, "/steps/ReviewRequest", 409, **typed, **stale)
    assert "saved this draft" in text
    assert "Typed with care" in text
    assert f'name="revision" type="hidden" value="{row(draft).revision}"' in text
    assert "saved this draft" in send(office, draft, "/parties/1/removal", 409, **stale)
    send(office, draft, "/undo", 409, **stale)


def test_a_draft_under_review_is_shown_and_not_edited(office: Desk) -> None:
    draft = opened(office)
    send(office, draft, "/parties", known="City Clerk", name="")
    with transaction() as session:
        found = session.get_one(DiagramDraft, draft)
        found.submitted_by_id, found.submitted_at = office.town.people.nora, office.now
    text = page(office, f"/diagrams/drafts/{draft}/outline")
    assert "Take it back first to edit it." in text
    assert "Add after" not in text
    assert "Take it back" in page(office, f"/diagrams/drafts/{draft}/outline/process", 409)
    typed = {"name": "Typed", "party": "Communications", "act": "", "due_unit": "BD"}
    text = send(office, draft, "/steps/ReviewRequest", 409, **typed)
    assert "Take it back" in text
    assert 'value="Typed"' in text


def test_what_is_gone_is_not_found_and_others_are_kept_out(office: Desk) -> None:
    draft = opened(office)
    for address in ("/steps/Nobody", "/ways/Nobody", "/steps/ReviewRequest/questions/nothing",
                    "/steps/GatherAdvice/form", "/parties/9"):  # fmt: skip
        page(office, f"/diagrams/drafts/{draft}/outline{address}", 404)
    page(office, "/diagrams/drafts/999/outline", 404)
    answer = office.browser(office.town.people.rosa).get(f"/diagrams/drafts/{draft}/outline")
    assert answer.status_code == 403


def named(draft: int, name: str) -> Node:
    (found,) = [node for node in now_says(draft).nodes.values() if node.name == name]
    return found


def test_plain_steps_wait_tell_operate_and_end(office: Desk) -> None:
    draft = opened(office)
    place = {"after": "GatherAdvice", "party": "Communications"}
    send(office, draft, "/add", 422, block="no such block")
    wait = {
        "block": "plain-timerCatch",
        "name": "Let it rest",
        "wait_number": "2",
        "wait_unit": "W",
    }
    send(office, draft, "/add", **wait, **place)
    assert named(draft, "Let it rest").timer == "P2W"
    tell = {"block": "plain-messageThrow", "name": "Tell the board", "message": "Request seen"}
    send(office, draft, "/add", **tell, **place)
    assert named(draft, "Tell the board").message == "Request seen"
    remind = {"block": "plain-serviceTask", "name": "Remind them", "topic": "remind"}
    send(office, draft, "/add", **remind, **place)
    ends = {"block": "plain-errorEnd", "name": "Given up", "error": "Given up"}
    flow = now_says(draft).outgoing("RequestComplete")[0].id
    send(office, draft, "/add", **{**ends, **place, "after": flow})
    assert named(draft, "Given up").error == "Given up"
    lacking = send(
        office, draft, "/add", 422, block="plain-timerCatch", name="x", after="GatherAdvice"
    )
    assert "Say after how long." in lacking


def test_what_waits_tells_and_operates_is_changed(office: Desk) -> None:
    draft = opened(office)
    place = {"after": "GatherAdvice", "party": "Communications"}
    for block, name, more in (
        ("plain-timerCatch", "Rest", {"wait_number": "2", "wait_unit": "W"}),
        ("plain-messageThrow", "Tell", {"message": "Seen"}),
        ("plain-serviceTask", "Do", {"topic": "remind"}),
    ):
        send(office, draft, "/add", block=block, name=name, **more, **place)
    rest, tell, do = (named(draft, name).id for name in ("Rest", "Tell", "Do"))
    own = {"party": "City Clerk", "documentation": ""}
    send(office, draft, f"/steps/{rest}", name="Rest", wait_number="3", wait_unit="D", **own)
    send(office, draft, f"/steps/{tell}", name="Tell", message="Read", **own)
    send(
        office,
        draft,
        f"/steps/{do}",
        name="Do",
        topic="inform-requester",
        act="",
        clauses="",
        **own,
    )
    send(office, draft, "/steps/GatherAdvice", name="Gather", called="", **own)
    send(office, draft, "/steps/RefuseRequest", name="No", error="No", **own)
    diagram = now_says(draft)
    assert (diagram.nodes[rest].timer, diagram.nodes[rest].lane) == ("P3D", "City Clerk")
    assert diagram.nodes[tell].message == "Read"
    assert diagram.nodes[do].topic == "inform-requester"
    assert diagram.nodes["GatherAdvice"].called is None
    assert diagram.nodes["RefuseRequest"].error == "No"
    review = diagram.nodes["ReviewRequest"]
    whole = {
        "name": review.name,
        "party": review.lane,
        "act": review.act,
        "due_number": "",
        "due_unit": "BD",
    }
    send(office, draft, "/steps/ReviewRequest", **whole, loop="2", sequential="y")
    looped = now_says(draft).nodes["ReviewRequest"]
    assert (looped.loop, looped.sequential, looped.due) == ("2", True, None)


def test_a_question_that_cannot_be_asked_is_refused(office: Desk) -> None:
    draft = opened(office)
    base = "/steps/ReviewRequest/questions"
    plain = {"label": "Which?", "classification": "public"}
    wrong = send(office, draft, base, 422, **plain, type="string", pattern="(")
    assert "This is no regular expression" in wrong
    assert "Name at least one column." in send(office, draft, base, 422, **plain, type="table")
    for options, said in (("", "Write at least one choice"), ("One\nOne", "read the same")):
        assert said in send(office, draft, base, 422, **plain, type="enum", options=options)
    send(office, draft, base, **plain, type="enum", options="2026\nErrors?")
    made = now_says(draft).nodes["ReviewRequest"].fields[-1]
    assert [one.id for one in made.options] == ["answer-2026", "errors"]
    send(office, draft, base, label="Data", classification="public", type="string")
    assert now_says(draft).nodes["ReviewRequest"].fields[-1].id == "data_2"
    refused = {"when": "text", "text": "ReviewRequest.new_platform = true", "message": "Not now."}
    send(office, draft, f"{base}/{made.id}/refuse-when", **refused)
    found = next(one for one in now_says(draft).nodes["ReviewRequest"].fields if one.id == made.id)
    assert (found.refuse_when, found.refuse_message) == (refused["text"], "Not now.")
    page(office, f"/diagrams/drafts/{draft}/outline{base}/{made.id}/whenever", 404)


def test_a_damaged_draft_still_opens_and_is_mended_by_an_edit(office: Desk) -> None:
    draft = opened(office)
    with transaction() as session:
        found = session.get_one(DiagramDraft, draft)
        found.xml = found.xml.replace(b"</bpmn:process>", b"", 1)
    text = page(office, f"/diagrams/drafts/{draft}/outline")
    assert "This draft is damaged." in text
    assert "Review the request" in text
    hub = page(office, f"/diagrams/drafts/{draft}")
    assert f'href="/diagrams/drafts/{draft}/outline"' in hub
    assert "Drop the draft" in hub
    led = office.browser(office.town.people.nora).get(f"/diagrams/drafts/{draft}/studio")
    assert (led.status_code, led.location) == (302, f"/diagrams/drafts/{draft}/outline")
    send(office, draft, "/parties", known="City Clerk", name="")
    assert "City Clerk" in now_says(draft).lanes
    with transaction() as session:
        session.get_one(DiagramDraft, draft).xml = b"nothing"
    text = page(office, f"/diagrams/drafts/{draft}/outline", 404)
    assert "Put another file in its place, or drop the draft." in text
