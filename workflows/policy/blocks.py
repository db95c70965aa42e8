"""Building blocks: steps that policy owners choose ready-made, with form, clauses and time limit.

bpmn/policy/blocks.toml has those that are worth a form of their own. Every other act gets one that
is derived from it, so that no step of the policy ever has to be typed from nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from workflows.diagrams.conditions import ConditionError, compile_condition
from workflows.diagrams.graph import FIELD_TYPES, Field, Option
from workflows.diagrams.timers import TimerError, parse_timer
from workflows.policy.acts import Act
from workflows.policy.reading import Entry, did_you_mean

# What a condition of a block calls the step that it will stand in: ids are given when it is placed.
THIS = "THIS"

PEOPLE, MACHINE, CALL = "userTask", "serviceTask", "callActivity"
_CHOICES = ("enum", "multi-enum")


@dataclass(frozen=True)
class Block:
    """A ready-made step.

    `kind` is the kind of node: userTask, serviceTask (with `topic`) or callActivity (with `called`,
    the process it calls). `act` is "" where the step has none of its own. `name` and
    `documentation` are what the step is called and what it asks for; `parties` are the lanes that
    may carry it, none: any. Conditions of `fields` call the step THIS; see `fields_in`.
    """

    id: str
    title: str
    help: str
    kind: str
    act: str
    topic: str
    called: str
    name: str
    documentation: str
    parties: tuple[str, ...]
    fields: tuple[Field, ...]
    clauses: tuple[str, ...]
    due: str

    def fields_in(self, element: str) -> tuple[Field, ...]:
        """Give the form for the step with this id: its conditions read that step's answers."""
        return tuple(_placed(field, element) for field in self.fields)


@dataclass(frozen=True)
class BlockWords:
    """What a block may speak of: acts, parties, clauses, classes of data."""

    acts: Mapping[str, Act]
    parties: Collection[str]
    clauses: Collection[str]
    classes: Collection[str]


def read_block(entry: Entry, known: BlockWords) -> Block:
    """Read a [[block]] of blocks.toml; mistakes are noted in the entry's document."""
    act = known.acts.get(entry.choice("act", known.acts.keys(), default=""))
    kind, topic, called = _what_it_does(entry, act, known.acts)
    title = entry.text("title")
    clauses = entry.choices("clauses", known.clauses)
    parties = entry.choices("parties", act.parties if act and act.parties else known.parties)
    block = Block(
        id=entry.identifier(),
        title=title,
        help=entry.text("help"),
        kind=kind,
        act=act.id if act else "",
        topic=topic,
        called=called,
        name=entry.text("name", default=title),
        documentation=entry.text("documentation"),
        parties=parties or (act.parties if act else ()),
        fields=_read_fields(entry, known, "field") if entry.has("field") else (),
        clauses=clauses or (act.clauses if act else ()),
        due=_due(entry, kind),
    )
    _check_form(entry, block, act)
    return block


def with_derived(
    blocks: Iterable[Block], acts: Mapping[str, Act], licensing: Callable[[str], Collection[str]]
) -> tuple[Block, ...]:
    """Add a block for each act that has none; `licensing` gives the outcomes that are a yes."""
    written = tuple(blocks)
    have = {block.act for block in written}
    derived = (_derived(act, licensing(act.id)) for act in acts.values() if act.id not in have)
    return (*written, *derived)


def _derived(act: Act, yes: Collection[str]) -> Block:
    """Make a block of an act: its outcomes become a required choice, with a reason for each no."""
    return Block(
        id=act.id,
        title=act.title,
        help=f"Stands for {', '.join(act.clauses)} of the policy.",
        kind=MACHINE if act.operation else PEOPLE,
        act=act.id,
        topic=act.topic or "",
        called="",
        name=act.title,
        documentation=f"{act.title}.",
        parties=act.parties,
        fields=() if act.operation else _derived_fields(act, yes),
        clauses=act.clauses,
        due="" if act.operation else "P5BD",
    )


def _derived_fields(act: Act, yes: Collection[str]) -> tuple[Field, ...]:
    offered = (*act.outcomes, *act.may_offer)
    note = Field(id="note", label="Note", type="long-text", max_length=2000)
    if not offered:
        return (replace(note, required=True, label="What was done"),)
    decision = Field(
        id="decision",
        label="Decision",
        type="enum",
        required=True,
        options=tuple(Option(one, one.replace("-", " ").capitalize()) for one in offered),
    )
    no = [one for one in offered if one not in yes]
    if not no:
        return (decision, note)
    listed = ", ".join(f'"{one}"' for one in no)
    reason = replace(
        note, id="reason", label="Reason", required_when=f"{THIS}.decision in [{listed}]"
    )
    return (decision, reason)


def _what_it_does(entry: Entry, act: Act | None, acts: Mapping[str, Act]) -> tuple[str, str, str]:
    """Read kind, topic and called process: an act says by itself who does it."""
    called = entry.identifier("calls") if entry.has("calls") else ""
    topic = entry.identifier("topic") if entry.has("topic") else ""
    if act is not None:
        for key in ("calls", "topic"):
            if entry.has(key):
                entry.refuse(key, "The act says by itself what the step does. Remove this key.")
        return (MACHINE if act.operation else PEOPLE), act.topic or "", ""
    if called and topic:
        entry.refuse("calls", "A step calls a process or does an operation. Remove one of them.")
    for one in acts.values():
        if topic and one.topic == topic:
            entry.refuse("topic", f'This operation is an act. Write act = "{one.id}" instead.')
    if called:
        return CALL, "", called
    return (MACHINE if topic else PEOPLE), topic, ""


def _due(entry: Entry, kind: str) -> str:
    if kind != PEOPLE:
        if entry.has("due"):
            entry.refuse("due", "Only a step of people has a time limit. Remove this key.")
        return ""
    due = entry.text("due")
    try:
        if due and parse_timer(due).kind != "duration":
            entry.refuse("due", f'"{due}" is no length of time. Write "P5BD" for 5 business days.')
    except TimerError as error:
        entry.refuse("due", str(error))
    return due


def _read_fields(entry: Entry, known: BlockWords, key: str) -> tuple[Field, ...]:
    fields: dict[str, Field] = {}
    for one in entry.entries(key):
        field = _read_field(one, known)
        if field.id in fields:
            one.refuse("id", f'"{field.id}" is asked twice. Rename or remove one.')
        fields[field.id] = field
        one.finish()
    return tuple(fields.values())


def _read_field(entry: Entry, known: BlockWords) -> Field:
    kind = entry.choice("type", FIELD_TYPES, default="string")
    field = Field(
        id=entry.text("id"),
        label=entry.text("label"),
        type=kind,
        required=entry.flag("required"),
        required_when=_condition(entry, "required_when"),
        shown_when=_condition(entry, "shown_when"),
        refuse_when=_condition(entry, "refuse_when"),
        refuse_message=entry.text("refuse_message", default=""),
        options=tuple(Option(id_, label) for id_, label in entry.pairs("options")),
        columns=_read_fields(entry, known, "column") if entry.has("column") else (),
        min_length=entry.whole("min_length"),
        max_length=entry.whole("max_length"),
        pattern=entry.text("pattern", default="") or None,
        help=entry.text("help", default=""),
        classification=entry.choice("classification", known.classes, default="public"),
        register=entry.text("register", default="") or None,
    )
    if (kind in _CHOICES) != bool(field.options):
        entry.refuse("options", "A choice has options, and nothing else has them.")
    if (kind == "table") != bool(field.columns):
        entry.refuse("column", "A table has columns, and nothing else has them.")
    return field


def _condition(entry: Entry, key: str) -> str | None:
    text = entry.text(key, default="")
    try:
        if text:
            compile_condition(text)
    except ConditionError as error:
        entry.refuse(key, str(error))
    return text or None


def _check_form(entry: Entry, block: Block, act: Act | None) -> None:
    """Refuse a form that does not offer what its act can end in, or asks about other steps."""
    if block.kind != PEOPLE and block.fields:
        entry.refuse("field", "Only a step of people has a form. Remove the fields.")
    own = {(THIS, field.id) for field in block.fields}
    for field in block.fields:
        for condition in filter(None, (field.required_when, field.shown_when, field.refuse_when)):
            for element, name in sorted(_names(condition) - own):
                entry.refuse(
                    "field",
                    f'"{field.id}" asks for {element}.{name}. Write {THIS} for the step itself, and '
                    "one of its own fields." + did_you_mean(name, [one.id for one in block.fields]),
                )
    if act is not None and block.kind == PEOPLE:
        _check_outcomes(entry, block, act)


def _check_outcomes(entry: Entry, block: Block, act: Act) -> None:
    offered = [(field.id, [option.id for option in field.options]) for field in block.fields]
    asked = act.outcome_field(offered)
    if asked is None:
        if act.outcomes:
            entry.refuse(
                "field", f"No field offers the outcomes of its act: {', '.join(act.outcomes)}."
            )
        return
    if not next(field for field in block.fields if field.id == asked).required:
        entry.refuse("field", f'"{asked}" decides on the act. Write required = true there.')
    for option in dict(offered)[asked]:
        if option not in act.possible:
            hint = did_you_mean(option, act.possible)
            entry.refuse("field", f'"{act.id}" cannot end in "{option}".{hint}')


def _names(condition: str) -> frozenset[tuple[str, str]]:
    try:
        return compile_condition(condition).names
    except ConditionError:
        return frozenset()


def _placed(field: Field, element: str) -> Field:
    """Let the conditions of a field read the step that it stands in."""
    return replace(
        field,
        required_when=_about(field.required_when, element),
        shown_when=_about(field.shown_when, element),
        refuse_when=_about(field.refuse_when, element),
    )


def _about(condition: str | None, element: str) -> str | None:
    return condition and condition.replace(f"{THIS}.", f"{element}.")
