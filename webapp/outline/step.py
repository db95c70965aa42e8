"""One step of a process: what it is called, whose it is, what it means, how long it may take."""

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from webapp.outline import lengths
from webapp.outline.blueprint import bp
from webapp.outline.choices import act_choices, called_choices, party_choices, topic_choices
from webapp.outline.offering import grouped, offered
from webapp.outline.page import Opened, OutlineForm, Work, answered, filled, opened, opened_to_edit
from webapp.outline.rows import row_of
from webapp.outline.verdict import known_verdict
from webapp.runtime import pack
from workflows.diagrams.editing import Sheet, events, marks, parties, steps
from workflows.diagrams.graph import BOUNDARIES, ENDS, GATEWAYS, Node

LONGEST_NAME = 120
PEOPLE_DO = ("userTask", "manualTask", "receiveTask")
EVENT_PARTS = {
    "timerCatch": {"wait_number", "wait_unit"},
    "errorEnd": {"error"},
    "receiveTask": {"message"},
    "messageCatch": {"message"},
    "messageThrow": {"message"},
    "messageEnd": {"message"},
    "messageStart": {"message"},
}


class StepForm(OutlineForm):
    """What a step is; fields that its kind does not have are taken out."""

    name = StringField("What it is called", [Length(max=LONGEST_NAME)])
    documentation = TextAreaField(
        "What is to be done",
        [Length(max=2000)],
        description="Who does the step reads it above the form.",
        render_kw={"rows": 3},
    )
    party = SelectField("Whose step it is")
    act = SelectField(
        "What it is in the policy",
        description="The rules of the policy speak of these acts. None: the rules do not see it.",
    )
    clauses = StringField(
        "Clauses of the policy behind it",
        [Length(max=500)],
        description="Their numbers with a space between, such as CO-2 DF-4c.",
    )
    due_number = IntegerField(
        "To be done within",
        [Optional(), NumberRange(1, lengths.MOST)],
        description="The time limit for whoever does it: it is overdue then, and the case "
        "still waits. Empty: none.",
    )
    due_unit = SelectField("Counted in", description=lengths.CALENDAR)
    topic = SelectField("What the system does")
    called = SelectField("The process that is followed here")
    loop = StringField(
        "How many times it is done",
        [Length(max=200)],
        description="Empty: once. Else a number, or an answer such as Step.field that holds several.",
    )
    sequential = BooleanField("One after the other, not all at the same time")
    message = StringField("The message, by its name", [Length(max=100)])
    error = StringField("The error, by its name", [Length(max=100)])
    wait_number = IntegerField("It goes on after", [Optional(), NumberRange(1, lengths.MOST)])
    wait_unit = SelectField("Counted in")

    def validate_clauses(self, field: StringField) -> None:
        """Refuse what is no clause of the policy in force."""
        unknown = [one for one in clause_ids(field.data) if one not in pack().clauses]
        if unknown:
            raise ValidationError(f"The policy has no clause {', '.join(unknown)}.")


def clause_ids(text: str | None) -> tuple[str, ...]:
    """Give the ids in what was typed."""
    return tuple(dict.fromkeys((text or "").replace(",", " ").split()))


def parts_of(node: Node) -> set[str]:
    """Give the fields of the form that a step of this kind has."""
    wanted = {"name"}
    if node.kind not in BOUNDARIES:
        wanted.add("party")
    if node.kind not in GATEWAYS | BOUNDARIES:
        wanted.add("documentation")
    if node.kind in (*PEOPLE_DO, "serviceTask"):
        wanted |= {"act", "clauses"}
    if node.kind in PEOPLE_DO:
        wanted |= {"due_number", "due_unit"}
    if node.kind == "serviceTask":
        wanted.add("topic")
    if node.kind == "callActivity":
        wanted.add("called")
    if node.kind == "userTask":
        wanted |= {"loop", "sequential"}
    return wanted | EVENT_PARTS.get(node.kind, set())


def step_form(page: Opened, node: Node) -> StepForm:
    """Give the form of a step, as it stands or as it was sent."""
    number, unit = lengths.parts_of(node.due)
    wait_number, wait_unit = lengths.parts_of(node.timer)
    form: StepForm = filled(
        StepForm,
        page,
        name=node.name,
        documentation=node.documentation,
        party=node.lane or "",
        act=node.act or "",
        clauses=" ".join(node.clauses),
        due_number=number,
        due_unit=unit,
        topic=node.topic or "",
        called=node.called or "",
        loop=node.loop or "",
        sequential=node.sequential,
        message=node.message or "",
        error=node.error or "",
        wait_number=wait_number,
        wait_unit=wait_unit,
    )
    form.wait_unit.choices = offered(lengths.units_for(node.timer))
    form.party.choices = offered(party_choices(page, node.lane))
    form.act.choices = grouped(act_choices(node.act))
    form.due_unit.choices = offered(lengths.units_for(node.due))
    form.topic.choices = offered(topic_choices(node.topic))
    form.called.choices = offered(called_choices(page, node.called))
    parts = parts_of(node)
    group = page.diagram.nodes.get(node.parent or "")
    if group and group.lane == node.lane:
        # Drawn inside it, the step is done by whoever the group is of.
        parts.discard("party")
    for name in [field.short_name for field in form]:
        if name not in parts and name not in ("revision", "csrf_token"):
            del form[name]
    if node.kind in GATEWAYS:
        form.name.label.text = "The question that is decided here"
    return form


@bp.get("/drafts/<int:draft_id>/outline/steps/<element>")
def step(draft_id: int, element: str) -> ResponseReturnValue:
    """Show one step: what it is, its form, its ways out, its deadlines."""
    page = opened_to_edit(draft_id)
    node = page.node(element)
    return _step_page(page, node, step_form(page, node))


@bp.post("/drafts/<int:draft_id>/outline/steps/<element>")
def change_step(draft_id: int, element: str) -> ResponseReturnValue:
    """Change what a step is."""
    page = opened(draft_id)
    node = page.node(element)
    form = step_form(page, node)
    work = Work(
        lambda sheet: change(sheet, page, node, form),
        f"“{form.name.data or node.title}” was changed.",
        lambda _: page.address(element),
    )
    return answered(page, form, work, lambda: _step_page(page, node, form))


def change(sheet: Sheet, page: Opened, node: Node, form: StepForm) -> None:
    """Write into the diagram what is otherwise in the form."""
    if form.name.data != node.name:
        steps.rename(sheet, element=node.id, name=form.name.data or "")
    if "documentation" in form and form.documentation.data != node.documentation:
        steps.document(sheet, element=node.id, documentation=form.documentation.data or "")
    if "party" in form and form.party.data and form.party.data != node.lane:
        enter_party(sheet, page, form.party.data)
        steps.to_party(sheet, element=node.id, party=form.party.data)
    if "act" in form:
        _mark(sheet, node, form)
    _do(sheet, node, form)
    _wait(sheet, node, form)


def enter_party(sheet: Sheet, page: Opened, party: str) -> None:
    """Let a party take part that does not yet; "" is nobody."""
    if party and party not in page.diagram.lanes:
        parties.add(sheet, name=party)


def _do(sheet: Sheet, node: Node, form: StepForm) -> None:
    """Write what the system does, which process is called, how often it is done."""
    if "topic" in form and form.topic.data != (node.topic or ""):
        marks.set_topic(sheet, element=node.id, topic=form.topic.data)
    if "called" in form and form.called.data != (node.called or ""):
        marks.set_called(sheet, element=node.id, called=form.called.data)
    if "loop" in form:
        loop = (form.loop.data or "").strip(), bool(form.sequential.data)
        if loop != (node.loop or "", node.sequential):
            marks.set_loop(sheet, element=node.id, times=loop[0], sequential=loop[1])


def _wait(sheet: Sheet, node: Node, form: StepForm) -> None:
    """Write what an event waits for or tells."""
    if "message" in form and form.message.data != (node.message or ""):
        events.set_message(sheet, element=node.id, message=form.message.data or "")
    if "error" in form and form.error.data != (node.error or ""):
        events.set_error(sheet, element=node.id, error=form.error.data or "")
    if "wait_number" in form:
        timer = lengths.text_of(form.wait_number.data, form.wait_unit.data)
        if timer != (node.timer or ""):
            events.set_timer(sheet, element=node.id, timer=timer)


def _mark(sheet: Sheet, node: Node, form: StepForm) -> None:
    due = node.due or ""
    if "due_number" in form:
        due = lengths.text_of(form.due_number.data, form.due_unit.data)
    clauses = clause_ids(form.clauses.data)
    if (form.act.data, clauses, due) != (node.act or "", node.clauses, node.due or ""):
        marks.set_step(sheet, element=node.id, act=form.act.data, clauses=clauses, due=due)


def _step_page(page: Opened, node: Node, form: StepForm) -> str:
    return render_template(
        "outline/step.html",
        page=page,
        node=node,
        form=form,
        row=row_of(page, node.id),
        ends=ENDS,
        verdict=known_verdict(page),
    )
