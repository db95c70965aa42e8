"""Building blocks: ready-made steps whose forms say what their act can end in."""

from pathlib import Path

import pytest

from tests.bpmn.drawing import FILES
from tests.workflows.policy.deeds import copied
from workflows.diagrams.conditions import compile_condition
from workflows.operations import OPERATIONS
from workflows.policy.blocks import CALL, MACHINE, PEOPLE, Block
from workflows.policy.pack import Pack, PolicyPackError, load


def block_of(pack: Pack, identity: str) -> Block:
    return next(block for block in pack.blocks if block.id == identity)


def test_every_act_can_be_chosen_as_a_block(pack: Pack) -> None:
    assert {block.act for block in pack.blocks} - {""} == set(pack.acts)
    ids = [block.id for block in pack.blocks]
    assert len(set(ids)) == len(ids)
    for block in pack.blocks:
        assert block.title, block.id
        assert block.help.endswith("."), block.id
        assert block.documentation.endswith("."), block.id
        assert block.documentation.count(". ") == 0, block.id


def test_a_block_with_an_act_is_done_as_the_act_is(pack: Pack) -> None:
    for block in pack.blocks:
        act = pack.acts.get(block.act)
        if act is None:
            continue
        assert block.kind == (MACHINE if act.operation else PEOPLE), block.id
        assert block.topic == (act.topic or "")
        assert set(block.parties) <= set(act.parties)
        assert bool(block.due) == bool(block.fields) == (not act.operation)


def test_the_form_of_a_block_offers_the_outcomes_of_its_act(pack: Pack) -> None:
    for block in pack.blocks:
        act = pack.acts.get(block.act)
        if act is None or act.operation:
            continue
        fields = [(field.id, [option.id for option in field.options]) for field in block.fields]
        asked = pack.outcome_field(act.id, fields)
        if asked is None:
            assert not act.outcomes, block.id
            continue
        field = next(field for field in block.fields if field.id == asked)
        assert set(act.outcomes) <= {option.id for option in field.options} <= act.possible
        assert field.required


def test_a_no_gives_its_reason(pack: Pack) -> None:
    for name, no in [("approve-site", "reject"), ("forward-request", "decline")]:
        (reason,) = (one for one in block_of(pack, name).fields if one.id == "reason")
        assert f'"{no}"' in (reason.required_when or "")
    (reason,) = (one for one in block_of(pack, "approve-destruction").fields if one.id == "reason")
    assert reason.required_when == 'THIS.decision in ["reject", "return"]'


def test_the_conditions_of_a_block_read_the_step_that_it_stands_in(pack: Pack) -> None:
    for block in pack.blocks:
        own = {("Decide", field.id) for field in block.fields}
        for field in block.fields_in("Decide"):
            for text in (field.required_when, field.shown_when, field.refuse_when):
                assert text is None or compile_condition(text).names <= own, (block.id, field.id)


def test_a_block_calls_what_there_is(pack: Pack) -> None:
    for block in pack.blocks:
        if block.kind == CALL:
            assert block.called in {file.stem for file in FILES}
        if block.kind == MACHINE and not block.act:
            assert block.topic in OPERATIONS


def test_a_pack_without_blocks_derives_them_all(tmp_path: Path, pack: Pack) -> None:
    place = copied(tmp_path / "pack")
    (place / "blocks.toml").unlink()
    bare = load(place)
    assert [block.id for block in bare.blocks] == [*pack.acts]
    assert block_of(bare, "launch-site").kind == MACHINE
    assert [field.id for field in block_of(bare, "request-site").fields] == ["note"]
    assert bare.version != pack.version


def test_the_version_of_the_policy_changes_with_its_blocks(tmp_path: Path, pack: Pack) -> None:
    place = copied(tmp_path / "pack")
    path = place / "blocks.toml"
    path.write_text(path.read_text().replace('due = "P10BD"', 'due = "P9BD"'))
    assert load(place).version != pack.version


MISTAKES = {
    "unknown act": ('act = "approve-site"', 'act = "aprove-site"', 'Did you mean "approve-site"?'),
    "outcome left out": (
        'options = { approve = "Approve", approve-with',
        "options = { approve-with",
        'block "approve-site", key "field": No field offers the outcomes of its act: approve, reject.',
    ),
    "outcome that the act cannot have": (
        'return = "Return to the requester for changes", decline = "Decline" }',
        'refuse = "Refuse", decline = "Decline" }',
        'key "field": "forward-request" cannot end in "refuse".',
    ),
    "decision that may be left open": (
        'type = "enum"\nrequired = true\noptions = { forward',
        'type = "enum"\noptions = { forward',
        '"decision" decides on the act. Write required = true there.',
    ),
    "condition on another step": (
        'required_when = \'THIS.decision in ["return", "decline"]\'',
        "required_when = 'Forward.decision = \"return\"'",
        '"reason" asks for Forward.decision. Write THIS for the step itself',
    ),
    "condition on a field that is not there": (
        'required_when = \'THIS.decision in ["return", "decline"]\'',
        "required_when = 'THIS.decison = \"return\"'",
        'Did you mean "decision"?',
    ),
    "condition that cannot be read": (
        'required_when = \'THIS.decision in ["return", "decline"]\'',
        "required_when = 'THIS.decision is \"return\"'",
        'field "reason", key "required_when": ',
    ),
    "choice without options": (
        'options = { forward = "Forward to Communications", return = "Return to the requester for changes", decline = "Decline" }\n',
        "",
        'field "decision", key "options": A choice has options, and nothing else has them.',
    ),
    "column beside a text": (
        'id = "note"\nlabel = "Note to Communications"\ntype = "long-text"',
        'id = "note"\nlabel = "Note to Communications"\ntype = "table"',
        'field "note", key "column": A table has columns',
    ),
    "column of no type": (
        'label = "Completed on"\ntype = "date"',
        'label = "Completed on"\ntype = "day"',
        'column "completed", key "type": Unknown "day".',
    ),
    "field twice": (
        'id = "note"\nlabel = "Note to Communications"',
        'id = "reason"\nlabel = "Note to Communications"',
        '"reason" is asked twice. Rename or remove one.',
    ),
    "length as text": ("max_length = 2000", 'max_length = "2000"', "Give a whole number from 1"),
    "length of nothing": ("max_length = 2000", "max_length = 0", "Give a whole number from 1"),
    "class of data unknown": (
        'classification = "privileged"',
        'classification = "secret"',
        'key "classification": Unknown "secret".',
    ),
    "time limit in words": ('due = "P2BD"', 'due = "two days"', 'key "due": '),
    "time limit on a day": (
        'due = "P2BD"',
        'due = "2027-01-01"',
        'key "due": "2027-01-01" is no length of time. Write "P5BD"',
    ),
    "time limit of a machine": (
        'act = "launch-site"',
        'act = "launch-site"\ndue = "P5BD"',
        'key "due": Only a step of people has a time limit. Remove this key.',
    ),
    "form of a machine": (
        'topic = "remind"\n',
        'topic = "remind"\nfield = [{ id = "a", label = "A" }]\n',
        'key "field": Only a step of people has a form. Remove the fields.',
    ),
    "operation beside its act": (
        'topic = "remind"',
        'topic = "launch-site"',
        'key "topic": This operation is an act. Write act = "launch-site" instead.',
    ),
    "operation of an act named again": (
        'act = "launch-site"',
        'act = "launch-site"\ntopic = "launch-site"',
        'key "topic": The act says by itself what the step does. Remove this key.',
    ),
    "call and operation": (
        'topic = "remind"',
        'topic = "remind"\ncalls = "gather-advice"',
        'key "calls": A step calls a process or does an operation. Remove one of them.',
    ),
    "party that the act does not know": (
        'act = "approve-site"',
        'act = "approve-site"\nparties = ["Department"]',
        'key "parties": Unknown "Department". Known: Communications.',
    ),
    "misspelt key": ('help = "The requester', 'hlep = "The requester', 'Did you mean "help"?'),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=[*MISTAKES])
def test_a_mistake_in_a_block_is_refused_with_its_place_and_its_cure(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    place = copied(tmp_path / "pack")
    text = (place / "blocks.toml").read_text()
    assert old in text
    (place / "blocks.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyPackError) as refusal:
        load(place)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("blocks.toml, line ")


def test_a_mistake_in_a_column_names_its_line(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    text = (place / "blocks.toml").read_text()
    text = text.replace(
        'label = "Completed on"\ntype = "date"', 'label = "Completed on"\ntype = "day"'
    )
    (place / "blocks.toml").write_text(text)
    line = text.splitlines().index('type = "day"') + 1
    with pytest.raises(PolicyPackError, match=f"^blocks.toml, line {line}: "):
        load(place)


def test_blocks_are_not_blamed_for_acts_that_cannot_be_read(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    (place / "acts.toml").unlink()
    with pytest.raises(PolicyPackError) as refusal:
        load(place)
    assert {mistake.file for mistake in refusal.value.mistakes} == {"acts.toml"}
