"""Where each rule is held: beside the rule set, and what is named as not held yet."""

from pathlib import Path

import pytest

from tests.workflows.policy.deeds import POLICY, copied
from workflows.operations import OPERATIONS
from workflows.policy.enforcement import WHERE
from workflows.policy.pack import Pack, PolicyPackError, load, read_pack, texts_in

LINT = POLICY.parents[1] / "workflows" / "diagrams" / "lint"


def test_every_rule_that_the_policy_needs_says_where_it_is_held(pack: Pack) -> None:
    assert [*pack.requirements] == [f"K{number:02}" for number in range(1, 49)]
    for needed in pack.requirements.values():
        rule = pack.rules.get(needed.id)
        assert rule or needed.held, needed.id
        if rule is not None:
            told = needed.clauses, needed.level, needed.severity
            assert told == (rule.clauses, rule.level, rule.severity)


def test_what_is_named_as_held_is_there(pack: Pack) -> None:
    """The codes are those of findings, the operations those that service tasks can do."""
    codes = "\n".join(path.read_text() for path in LINT.glob("*.py"))
    for needed in pack.requirements.values():
        for held in needed.beside:
            assert held.where in WHERE
            assert bool(held.by) == (held.where in ("lint", "operation")), needed.id
            for name in held.by:
                there = f'"{name}"' in codes if held.where == "lint" else name in OPERATIONS
                assert there, (needed.id, name)


def test_what_nothing_holds_yet_is_said(pack: Pack) -> None:
    assert pack.requirements["K43"].beside == ()
    assert "looks back" in pack.requirements["K43"].missing[0]
    assert pack.requirements["K01"].missing == ()


def test_a_pack_may_leave_it_to_its_rule_set(tmp_path: Path, pack: Pack) -> None:
    place = copied(tmp_path / "pack")
    (place / "enforcement.toml").unlink()
    bare = load(place)
    assert [*bare.requirements] == [*bare.rules]
    assert bare.requirements["K01"].title == bare.rules["K01"].words
    assert bare.version != pack.version


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('where = "lint"', 'where = "lent"', 'key "where": Unknown "lent". Did you mean "lint"?'),
        ('id = "K22"', 'id = "K21"', '"K21" is listed twice'),
        ('clauses = ["SC-4"]\n', 'clauses = ["SC-44"]\n', 'key "clauses": Unknown "SC-44".'),
        ('severity = "error"\n', "", 'key "severity": This key is missing.'),
        ('title = "Only', 'words = "Only', 'requirement "K02", key "title": This key is missing.'),
        ('[[requirement]]\nid = "K03"', '[[demand]]\nid = "K03"', '"demand": Unknown table.'),
    ],
)
def test_a_mistake_in_it_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    place = copied(tmp_path / "pack")
    text = (place / "enforcement.toml").read_text()
    (place / "enforcement.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyPackError) as refusal:
        load(place)
    assert str(refusal.value).startswith("enforcement.toml")
    assert message in str(refusal.value)


def test_a_pack_is_read_from_its_texts_as_from_its_directory(pack: Pack) -> None:
    again = read_pack(texts_in(POLICY))
    assert again == pack


def test_texts_without_a_file_are_refused(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    (place / "roles.toml").unlink()
    with pytest.raises(PolicyPackError) as refusal:
        read_pack(texts_in(place))
    assert str(refusal.value) == "roles.toml: The file is missing. Add it to the pack."
