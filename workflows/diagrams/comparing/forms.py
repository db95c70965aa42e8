"""What the forms ask for, and what they refuse."""

from collections.abc import Iterator, Sequence

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.graph import Field, Node
from workflows.diagrams.wording import condition_words, listed


def form_changes(both: Pair) -> Iterator[Change]:
    """Walk the forms of the steps that both diagrams have."""
    for old, new in both.kept():
        for sentence in _form(old, new, both):
            yield Change(Topic.FORMS, sentence, (old.id,), (new.id,), new.lane)


def _form(old: Node, new: Node, both: Pair) -> Iterator[str]:
    where = f'The form of "{new.title}"'
    was, now = ({field.id: field for field in node.fields} for node in (old, new))
    for key in [one for one in now if one not in was]:
        yield f"{where} now asks for {_told(now[key])}."
    for key in [one for one in was if one not in now]:
        yield f"{where} no longer asks for {_told(was[key])}."
    kept = [key for key in now if key in was]
    for key in kept:
        for words in _field(was[key], now[key], both):
            yield f'{where}, "{now[key].label}": {words}.'
    if kept != [key for key in was if key in now]:
        yield f"{where} asks in another order."


def _told(field: Field) -> str:
    must = " (required)" if field.required else ""
    return f'"{field.label}"{must}'


def _field(old: Field, new: Field, both: Pair) -> Iterator[str]:
    if old.label != new.label:
        yield f'before, it was called "{old.label}"'
    if old.type != new.type:
        yield f"it is now of the type {new.type}; before, {old.type}"
    if old.required != new.required:
        yield "it is now required" if new.required else "it is no longer required"
    yield from _conditions(old, new, both)
    yield from _options(old, new)
    yield from _columns(old.columns, new.columns, both)
    yield from _plain(old, new)


def _conditions(old: Field, new: Field, both: Pair) -> Iterator[str]:
    for what, was, now in (
        ("required", old.required_when, new.required_when),
        ("shown", old.shown_when, new.shown_when),
        ("refused", old.refuse_when, new.refuse_when),
    ):
        if was and now and not both.means_the_same(was, now):
            then, today = both.told(was, now)
            yield f"it is now {what} if {today}; before, if {then}"
        elif now and not was:
            words = condition_words(now, both.labels[1])
            yield f"it is now {what} if {words}; before, never by a condition"
        elif was and not now:
            words = condition_words(was, both.labels[0])
            yield f"it is now {what} never by a condition; before, if {words}"


def _options(old: Field, new: Field) -> Iterator[str]:
    was, now = ({one.id: one.label for one in field.options} for field in (old, new))
    came = [f'"{now[key]}"' for key in now if key not in was]
    went = [f'"{was[key]}"' for key in was if key not in now]
    if came:
        yield f"it now also offers {listed(came)}"
    if went:
        yield f"it no longer offers {listed(went)}"
    for key in now:
        if key in was and was[key] != now[key]:
            yield f'the choice "{was[key]}" is now called "{now[key]}"'


def _columns(old: Sequence[Field], new: Sequence[Field], both: Pair) -> Iterator[str]:
    was, now = ({field.id: field for field in fields} for fields in (old, new))
    for key in [one for one in now if one not in was]:
        yield f"its rows now ask for {_told(now[key])}"
    for key in [one for one in was if one not in now]:
        yield f"its rows no longer ask for {_told(was[key])}"
    for key in now:
        if key in was:
            for words in _field(was[key], now[key], both):
                yield f'in its rows, "{now[key].label}": {words}'


def _plain(old: Field, new: Field) -> Iterator[str]:
    for what, was, now in (
        ("the least that it takes", old.minimum, new.minimum),
        ("the most that it takes", old.maximum, new.maximum),
        ("its least length", old.min_length, new.min_length),
        ("its greatest length", old.max_length, new.max_length),
        ("the pattern that it must fit", old.pattern, new.pattern),
        ("its classification", old.classification, new.classification),
        ("what it is filled with at first", old.default, new.default),
        ("the entry of the register that it fills", old.register, new.register),
        ("those whom it is shown to", ", ".join(old.shown_to), ", ".join(new.shown_to)),
        ("what is said when it is refused", old.refuse_message, new.refuse_message),
    ):
        if was != now:
            shown = [value if value not in (None, "") else "none" for value in (now, was)]
            yield f'{what} is now "{shown[0]}"; before, "{shown[1]}"'
    if old.help.split() != new.help.split():
        yield "its help has changed"
