"""A step more: chosen from the building blocks of the policy, or plain, and put after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from webapp.outline import lengths
from webapp.outline.answers import Asked
from webapp.outline.blueprint import bp
from webapp.outline.branching import BRANCHING, branch, two_ways, with_ways
from webapp.outline.choices import (
    blocks_in_order,
    called_choices,
    group_of,
    party_choices,
    place_choices,
    topic_choices,
)
from webapp.outline.offering import offered
from webapp.outline.page import Opened, OutlineForm, Work, answered, filled, opened, opened_to_edit
from webapp.outline.step import LONGEST_NAME, enter_party
from workflows.diagrams.editing import Plain, PlainKind, Sheet, ends, plain, steps
from workflows.policy.blocks import Block

PLAIN = {f"plain-{one.kind}": one for one in (*plain.STEPS, *plain.ENDS)}
END_KINDS = {one.kind for one in plain.ENDS}


@dataclass(frozen=True)
class Ware:
    """Something that can be added: a building block of the policy, or a plain kind of step."""

    id: str
    title: str
    help: str
    group: str
    block: Block | None = None
    plain: PlainKind | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """What must be told about it beside its name and place."""
        return self.plain.needs if self.plain else ()

    @property
    def branches(self) -> bool:
        """Whether ways part there."""
        return self.plain is not None and self.plain.kind in BRANCHING

    @property
    def chooses(self) -> bool:
        """Whether each of its ways is taken on an answer."""
        return self.branches and self.plain is not None and self.plain.kind != "parallelGateway"

    @property
    def is_end(self) -> bool:
        """Whether a way ends there."""
        return self.plain is not None and self.plain.kind in END_KINDS


class AddingForm(OutlineForm):
    """A new step: what it is called, whose it is, where it stands, and what its kind needs."""

    block = HiddenField()
    name = StringField(
        "What it is called", [DataRequired("Give it a name."), Length(max=LONGEST_NAME)]
    )
    topic = SelectField("What the system does")
    called = SelectField("The process that is followed here")
    message = StringField(
        "The message, by its name", [DataRequired("Name the message."), Length(max=100)]
    )
    error = StringField("The error, by its name", [DataRequired("Name it."), Length(max=100)])
    wait_number = IntegerField(
        "It goes on after", [InputRequired("Say after how long."), NumberRange(1, lengths.MOST)]
    )
    wait_unit = SelectField("Counted in", [InputRequired()], choices=offered(lengths.UNITS.items()))
    party = SelectField("Whose step it is")
    after = SelectField("Where it stands", [DataRequired("Choose where it stands.")])


@bp.get("/drafts/<int:draft_id>/outline/add")
def add(draft_id: int) -> ResponseReturnValue:
    """Show what can be added; or, where it is chosen, ask how it is called and where it stands."""
    page = opened_to_edit(draft_id)
    ware = _ware(request.args.get("block", ""))
    if ware is None:
        return _wares_page(page)
    return _page(page, ware, _form(page, ware))


@bp.post("/drafts/<int:draft_id>/outline/add")
def add_step(draft_id: int) -> ResponseReturnValue:
    """Add a step."""
    page = opened(draft_id)
    ware = _ware(request.form.get("block", ""))
    if ware is None:
        return _wares_page(page), 422
    form = _form(page, ware)
    work = Work(
        lambda sheet: _add(sheet, page, ware, form),
        f"“{form.name.data}” was added.",
        lambda made: url_for("outline.show", draft_id=draft_id, _anchor=f"step-{made}"),
    )
    return answered(page, form, work, lambda: _page(page, ware, form))


def _add(sheet: Sheet, page: Opened, ware: Ware, form: AddingForm) -> str:
    name, after = form.name.data or "", form.after.data
    party = form.party.data if "party" in form and not _is_in_group(page, after) else ""
    enter_party(sheet, page, party)
    if ware.block is not None:
        return steps.add(sheet, block=ware.block, after=after, name=name, party=party)
    kind = ware.plain.kind if ware.plain else ""
    if kind in BRANCHING:
        return branch(sheet, page, kind, after, form)
    step = Plain(kind, name, **_needed(form))
    if ware.is_end:
        # After a step with one way on, that way ends there: a second one would run beside it.
        onward = page.diagram.outgoing(after)
        after = onward[0].id if len(onward) == 1 else after
        return ends.add(sheet, end=step, after=after, name=name, party=party)
    return steps.add(sheet, block=step, after=after, name=name, party=party)


def _is_in_group(page: Opened, after: str) -> bool:
    """Whether a place is inside a group of steps, which is done by whoever the group is of."""
    flow = page.diagram.flows.get(after)
    node = page.diagram.nodes.get(flow.source if flow else after)
    return node is not None and node.parent is not None


def _needed(form: AddingForm) -> dict[str, str]:
    found = {
        name: form[name].data for name in ("topic", "called", "message", "error") if name in form
    }
    if "wait_number" in form:
        found["timer"] = lengths.text_of(form.wait_number.data, form.wait_unit.data)
    return found


def _form(page: Opened, ware: Ware) -> AddingForm:
    block = ware.block
    parties = block.parties if block else ()
    places = place_choices(page)
    after = _after(page, request.args.get("after", ""), [place for place, _ in places])
    form_class, more = _form_class(page, ware, after)
    form: AddingForm = filled(
        form_class,
        page,
        **more,
        block=ware.id,
        name=block.name if block else _proposed(page, ware, after),
        party=_party(page, parties, after),
        after=after,
    )
    form.after.choices = offered([("", "- Choose -"), *places])
    form.party.choices = offered(_parties_for(page, parties))
    if any(page.diagram.of_kind("subProcess")):
        form.party.description = "Inside a group of steps it is the group's."
    form.topic.choices = offered(topic_choices())
    form.called.choices = offered(called_choices(page))
    wanted = {"timer": ("wait_number", "wait_unit")}
    kept = {name for need in ware.needs for name in wanted.get(need, (need,))}
    for name in ("topic", "called", "message", "error", "wait_number", "wait_unit"):
        if name not in kept:
            del form[name]
    if ware.branches:
        form.name.label.text = (
            "The question that is decided here" if ware.chooses else "What it is called"
        )
        del form.party
    return form


def _form_class(page: Opened, ware: Ware, after: str) -> tuple[type[OutlineForm], dict[str, Any]]:
    """Give the form for what is added, of a branch with its ways, and what these begin with."""
    if not ware.branches:
        return AddingForm, {}
    asked = None
    if ware.chooses:
        asked = Asked.behind(page, after) if after else Asked.anywhere(page)
    if asked and request.method == "POST":
        # The place is a part of what is sent: what is not asked before it is refused in words.
        asked = asked.and_then(Asked.anywhere(page))
    return with_ways(AddingForm, page, asked), {"ways": two_ways(asked)}


def _proposed(page: Opened, ware: Ware, after: str) -> str:
    """Give a name for a decision that is not that of the question which is answered before it."""
    if not (ware.chooses and after):
        return ""
    asked = Asked.behind(page, after)
    nearest = next(iter(asked.at.values()), None)
    return f"Which way after “{nearest.step_title}”?"[:LONGEST_NAME] if nearest else ""


def _after(page: Opened, wanted: str, places: list[str]) -> str:
    """Give the place that is wanted; of a step with several ways out the first of them."""
    if wanted in places:
        return wanted
    outgoing = page.diagram.outgoing(wanted)
    return next((flow.id for flow in outgoing if flow.id in places), "")


def _parties_for(page: Opened, parties: tuple[str, ...]) -> list[tuple[str, str]]:
    choices = party_choices(page)
    if not parties:
        return choices
    return sorted(
        (choice for choice in choices if choice[0] in parties or choice[0] in page.diagram.lanes),
        key=lambda choice: choice[0] not in parties,
    )


def _party(page: Opened, parties: tuple[str, ...], after: str) -> str:
    """Give the party that fits: of the block, else that of the step before it."""
    flow = page.diagram.flows.get(after)
    before = page.diagram.nodes.get(flow.source if flow else after)
    lane = before.lane if before else None
    if parties and lane not in parties:
        return next((one for one in page.diagram.lanes if one in parties), parties[0])
    return lane or (page.diagram.lanes[0] if page.diagram.lanes else "")


def _wares_page(page: Opened) -> str:
    search = request.args.get("q", "").strip().lower()
    found = [one for one in _wares() if search in f"{one.title} {one.help} {one.group}".lower()]
    groups: dict[str, list[Ware]] = {}
    for ware in found:
        groups.setdefault(ware.group, []).append(ware)
    return render_template("outline/add.html", page=page, groups=groups, q=search, count=len(found))


def _wares() -> Iterator[Ware]:
    for key, kind in PLAIN.items():
        group = "Ends" if kind.kind in END_KINDS else "Plain steps"
        yield Ware(key, kind.title, kind.help, group, plain=kind)
    for block in blocks_in_order():
        yield Ware(block.id, block.title, block.help, group_of(block), block=block)


def _ware(key: str) -> Ware | None:
    return next((one for one in _wares() if one.id == key), None)


def _page(page: Opened, ware: Ware, form: AddingForm) -> str:
    return render_template("outline/adding.html", page=page, ware=ware, form=form)
