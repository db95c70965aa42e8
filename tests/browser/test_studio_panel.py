"""A policy owner says by labels, lists and numbers what steps ask, when ways are gone and how long things take."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.looking import violations
from tests.browser.person import Person
from tests.browser.test_studio import OWNER, SAVED, choose, open_studio, saved
from tests.workflows.diagrams.sketch import NAMESPACES
from workflows.diagrams.graph import Diagram, Field, Node
from workflows.diagrams.reading import read


def panel(page: Page) -> Locator:
    return page.locator("[data-panel]")


def question(page: Page, identity: str) -> Locator:
    """Open a question of the chosen step."""
    line = panel(page).locator(f"[data-question={identity}]")
    opener = line.locator(".panel-questions__open")
    if opener.get_attribute("aria-expanded") == "false":
        opener.click()
    return line


def write(place: Locator, label: str, text: str) -> None:
    """Write into a field and leave it."""
    control = place.get_by_label(label, exact=True)
    control.fill(text)
    control.press("Tab")


def content(person: Person) -> bytes:
    """Give the draft as it was saved."""
    page = person.page
    expect(saved(page)).to_have_text(SAVED)
    address = page.url.replace("/studio", "/xml")
    return page.request.get(address).body()


def diagram(person: Person) -> Diagram:
    found = read(content(person))[0]
    assert found is not None
    return found


def asked(found: Diagram, step: str) -> dict[str, Field]:
    return {field.id: field for field in found.nodes[step].fields}


def test_a_form_a_condition_a_deadline_and_an_act_are_changed_without_a_code(
    arrive: Arrive,
) -> None:
    ottoline = arrive(OWNER)
    page = open_studio(ottoline)
    choose(page, "Review the request")
    say_what_the_policy_says(page)
    change_the_questions(page)
    assert violations(page) == []
    panel(page).get_by_text("As staff will see it").click()
    preview = panel(page).get_by_role("group", name="Preview of the form")
    expect(preview.get_by_role("group", name="What do you decide?")).to_be_visible()
    choose(page, "Complete?")
    say_when_a_way_is_taken(page)
    assert_all_is_said(diagram(ottoline))


def say_what_the_policy_says(page: Page) -> None:
    this = panel(page)
    write(this, "To be done within", "0")
    expect(this.get_by_text("Write a whole number from 1 to 9999.")).to_be_visible()
    write(this, "To be done within", "3")
    expect(this.get_by_text("due 3 working days after it arrives, then overdue")).to_be_visible()
    act = this.get_by_role("combobox", name="Act of the policy")
    act.fill("return the request")
    expect(this.get_by_role("option", name="Return the request for changes")).to_be_visible()
    act.press("Enter")
    expect(act).to_have_value("Return the request for changes")
    clause = this.get_by_role("combobox", name="Clauses")
    clause.fill("PS-1:")
    clause.press("Enter")
    this.get_by_role("button", name=re.compile("^Take out DF-1:")).click()


def change_the_questions(page: Page) -> None:
    this = panel(page)
    decision = question(page, "decision")
    write(decision, "Question", "What do you decide?")
    add_choice(decision, "Ask again later")
    write(decision, "Choice 1", "It is complete")
    decision.get_by_role("button", name="Move up: Ask again later").click()
    decision.get_by_label("Must it be answered?").select_option(label="No, it may stay empty")
    expect(decision.locator("small").first).to_have_text("One choice")

    when = question(page, "reason").get_by_role("group", name="It is asked when")
    when.get_by_label("Comparison 1").select_option(label="is")
    when.get_by_label("Value 1").select_option(label="It is complete")
    when.get_by_role("button", name="Add a line").click()
    when.get_by_label("Answer 2").select_option(label="The platform is new to the City")
    when.get_by_label(re.compile("how the lines belong")).select_option(label="one of these holds")

    write(this, "New question", "Who should be told?")
    this.get_by_label("Its kind of answer").select_option(label="Several choices")
    this.get_by_role("button", name="Add the question").click()
    add_choice(this.locator("[data-question=who_should_be_told]"), "The department")
    up = this.get_by_role("button", name="Move up: Who should be told?")
    up.press("Enter")
    expect(this.locator("[data-question]").nth(-2)).to_contain_text("Who should be told?")
    expect(up).to_be_focused()


def add_choice(place: Locator, label: str) -> None:
    write(place, "New choice", label)
    place.get_by_role("button", name="Add the choice").click()


def say_when_a_way_is_taken(page: Page) -> None:
    ways = panel(page).locator("[data-way=RequestCompleteToGatherAdvice]")
    expect(ways.get_by_label("Name of the way")).to_have_value("Complete")
    way = ways.get_by_role("group", name="It is taken when")
    way.get_by_label("Answer 1").select_option(label="Is it a City-Supported site?")
    way.get_by_label("Comparison 1").select_option(label="is one of")
    way.get_by_label("No", exact=True).check()
    way.get_by_label(re.compile("^Unclear")).check()


def assert_all_is_said(found: Diagram) -> None:
    step, fields = found.nodes["ReviewRequest"], asked(found, "ReviewRequest")
    assert (step.due, step.act) == ("P3BD", "return-request")
    assert step.clauses == ("CO-2", "CO-3", "PS-2a", "DF-4c", "PS-1")
    assert (fields["decision"].label, fields["decision"].required) == ("What do you decide?", False)
    choices = [(option.id, option.label) for option in fields["decision"].options]
    assert choices[0] == ("complete", "It is complete")
    assert choices[2] == ("ask-again-later", "Ask again later")
    assert fields["reason"].shown_when == (
        'ReviewRequest.decision = "complete" or ReviewRequest.new_platform = true'
    )
    assert list(fields)[-2] == "who_should_be_told"
    assert fields["who_should_be_told"].type == "multi-enum"
    condition = found.flows["RequestCompleteToGatherAdvice"].condition
    assert condition == 'ReviewRequest.determination in ["not", "unclear"]'


@pytest.mark.long
def test_everything_else_is_chosen_as_well_and_undone_step_by_step(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    page = open_studio(ottoline)
    before = replace(diagram(ottoline), line=None)
    change_the_process(page)
    change_the_events(page)
    change_what_is_called_and_done(page)
    repeat_a_step(page)
    write_a_rich_condition(page)
    found = diagram(ottoline)
    assert (found.subject, found.confidential, found.starters) == ("person", True, ("requester",))
    first, second = found.nodes["RequestWaitsForReview"], found.nodes["RequestWaitsForDecision"]
    assert (first.timer, first.timer_kind, first.interrupting) == ("R3/PT4H", "cycle", True)
    assert (second.timer, second.timer_kind) == ("2027-01-31", "date")
    assert found.nodes["ReturnForChanges"].error == "Sent back"
    assert found.nodes["GatherAdvice"].lane == "City Clerk"
    assert found.nodes["RemindDeciders"].topic == "inform-of-delay"
    step = found.nodes["DecideRequest"]
    assert (step.loop, step.sequential) == ("ReviewRequest.completeness", True)
    columns = asked(found, "DecideRequest")["conditions"].columns
    assert [(one.id, one.type) for one in columns] == [
        ("what_is_asked", "string"),
        ("kind", "enum"),
    ]
    assert [one.id for one in columns[1].options] == ["first-thing", "second-thing"]
    undo = page.get_by_role("button", name="Undo", exact=True)
    while undo.is_enabled():
        undo.click()
    assert without_lines(diagram(ottoline)) == without_lines(before)


def without_lines(found: Diagram) -> dict[str, Node]:
    return {key: replace(node, line=None) for key, node in found.nodes.items()}


def change_the_process(page: Page) -> None:
    this = panel(page)
    this.get_by_label("What it is about").select_option(label="A person")
    this.get_by_label("Confidential", exact=True).check()
    starters = this.get_by_role("combobox", name="Who may start it")
    starters.fill("requester")
    starters.press("Enter")


def change_the_events(page: Page) -> None:
    this = panel(page)
    choose(page, "After 2 business days")
    this.get_by_label("Time is up", exact=True).select_option(label="Again and again")
    write(this, "Every", "4")
    this.get_by_label("Every: unit").select_option(label="hours")
    write(this, "How many times", "3")
    this.get_by_label("It ends the step").check()
    choose(page, "After 5 business days")
    this.get_by_label("Time is up", exact=True).select_option(label="On a day")
    write(this, "Day", "2027-01-31")
    choose(page, "Returned")
    this.get_by_role("button", name="A new outcome").click()
    write(this, "Name of the new outcome", "Sent back")
    this.get_by_role("button", name="Add it").click()


def change_what_is_called_and_done(page: Page) -> None:
    choose(page, "Gather advice")
    panel(page).get_by_label("Party").select_option(label="City Clerk")
    choose(page, "Remind Communications")
    panel(page).get_by_label("Operation").select_option(label="Inform of delay")


def repeat_a_step(page: Page) -> None:
    this = panel(page)
    choose(page, "Decide on the request")
    this.locator("[data-group=loop] summary").click()
    this.get_by_label("The step is done").select_option(label="As often as an answer says")
    often = this.get_by_label("As many times as there are")
    often.select_option(label="Checked as complete (Review the request)")
    this.get_by_label("One after the other").check()
    rows = question(page, "conditions")
    rows.get_by_label("Kind of answer").select_option(label="A table of rows")
    for name in ("What is asked", "Kind"):
        write(rows, "New column", name)
        rows.get_by_role("button", name="Add the column").click()
    kind = rows.locator("li").nth(1)
    kind.get_by_label("Kind of answer").select_option(label="One choice")
    write(kind, "Choices, one on a line", "First thing\nSecond thing")


def write_a_rich_condition(page: Page) -> None:
    this = panel(page)
    choose(page, "Approved?")
    this.get_by_role("button", name="Choose the way to Inform the requester").first.click()
    this.get_by_role("button", name="As text").click()
    label = "It is taken when (as text)"
    write(this, label, 'DecideRequest.decision == "x"')
    expect(this.get_by_text('write a single "=" to compare')).to_be_visible()
    write(this, label, "DecideRequest.nothing = null")
    expect(this.get_by_text("cannot have been answered by then")).to_be_visible()
    write(this, label, "(DecideRequest.decision = DecideRequest.reason)")
    expect(this.get_by_text("This is too rich for drop-downs.")).to_be_visible()
    expect(this.get_by_text("In words: “Decision” is “Reason”.")).to_be_visible()


FOREIGN = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {NAMESPACES} xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:vendor="urn:vendor:tool" targetNamespace="t" vendor:tool="9">
<bpmn:process id="foreign-file" name="Foreign file" isExecutable="true">
<bpmn:extensionElements><siteward:process owner="policy_owner" starters="requester"/></bpmn:extensionElements>
<bpmn:startEvent id="Begin" name="Begin"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
<bpmn:userTask id="AskPerson" name="Ask a person" vendor:colour="blue" camunda:assignee="kermit">
<bpmn:extensionElements>
<camunda:executionListener class="org.example.Listener" event="start"/>
<zeebe:taskDefinition type="ask" retries="3"/>
<vendor:note kind="x"><vendor:inner>Kept word for word</vendor:inner></vendor:note>
<camunda:formData vendor:layout="wide"><camunda:formField id="answer" label="Answer" type="string" vendor:width="2">
<camunda:properties><camunda:property id="vendor-hint" value="keep"/></camunda:properties>
</camunda:formField></camunda:formData>
<siteward:step due="P5BD"/>
</bpmn:extensionElements><bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing></bpmn:userTask>
<bpmn:endEvent id="Done" name="Done"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="a" sourceRef="Begin" targetRef="AskPerson"/>
<bpmn:sequenceFlow id="b" sourceRef="AskPerson" targetRef="Done"/>
</bpmn:process>
<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="foreign-file">
<bpmndi:BPMNShape id="S1" bpmnElement="Begin"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S2" bpmnElement="AskPerson"><dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S3" bpmnElement="Done"><dc:Bounds x="360" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="E1" bpmnElement="a"><di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="E2" bpmnElement="b"><di:waypoint x="300" y="118"/><di:waypoint x="360" y="118"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""
KEPT = (
    "org.example.Listener", 'event="start"', "Kept word for word", 'kind="x"', 'retries="3"',
    'colour="blue"', 'assignee="kermit"', 'tool="9"', 'layout="wide"', 'width="2"', "vendor-hint",
)  # fmt: skip


def test_what_other_tools_have_written_survives_an_edit(arrive: Arrive, tmp_path: Path) -> None:
    file = tmp_path / "foreign.bpmn"
    file.write_text(FOREIGN)
    ottoline = arrive(OWNER)
    page = ottoline.open("/diagrams/drafts")
    page.get_by_label("BPMN file").set_input_files(file)
    ottoline.press("Upload and check")
    page.get_by_role("link", name="Edit it on the canvas").first.click()
    expect(page.locator("[data-canvas]")).to_have_attribute("data-ready", "true")
    choose(page, "Ask a person")
    write(panel(page), "To be done within", "2")
    answer = question(page, "answer")
    write(answer, "Question", "Your answer")
    answer.get_by_label("Must it be answered?").select_option(label="Yes, always")
    answer.get_by_label("Kind of answer").select_option(label="A longer text")
    text = content(ottoline).decode()
    field = asked(diagram(ottoline), "AskPerson")["answer"]
    assert (field.label, field.required, field.type) == ("Your answer", True, "long-text")
    assert 'due="P2BD"' in text
    assert [word for word in KEPT if word not in text] == []


def test_letters_that_no_file_can_hold_are_left_out_of_a_pasted_name(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    page = open_studio(ottoline)
    steps = len(diagram(ottoline).nodes)
    choose(page, "Review the request")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        write(panel(page), "Name", "Review\x0b the \x01request again")
    found = diagram(ottoline)
    assert found.nodes["ReviewRequest"].name == "Review the request again"
    assert len(found.nodes) == steps


def test_a_drawing_that_cannot_be_written_is_not_called_saved(arrive: Arrive) -> None:
    page = open_studio(arrive(OWNER))
    choose(page, "Review the request")
    page.evaluate(
        """() => {
            const usual = DOMParser.prototype.parseFromString;
            window.mended = () => { DOMParser.prototype.parseFromString = usual; };
            DOMParser.prototype.parseFromString = function (_, type) {
                return usual.call(this, '<a><parsererror/></a>', type);
            };
        }"""
    )
    write(panel(page), "Name", "Look at the request")
    expect(page.get_by_text("what is drawn now cannot be written as a file")).to_be_visible()
    expect(saved(page)).to_have_text("Not saved")
    page.evaluate("() => window.mended()")
    write(panel(page), "Name", "Look at it")
    expect(saved(page)).to_have_text(SAVED)
    expect(page.get_by_text("what is drawn now cannot be written as a file")).to_have_count(0)
