"""The policy map in docs/ says what the policy pack says."""

from collections.abc import Iterator

from tests.workflows.policy.deeds import POLICY
from workflows.policy.pack import Pack

MAP = POLICY.parents[1] / "docs" / "policy-map.md"


def test_the_map_lists_each_rule_once(pack: Pack) -> None:
    ids = [rule for rule, *_ in rows("Rules")]
    assert ids == [f"K{number:02}" for number in range(1, 49)]
    assert set(pack.rules) <= set(ids)


def test_the_map_says_how_the_rule_set_holds_each_rule(pack: Pack) -> None:
    for rule_id, _, clauses, level, severity, held_by in rows("Rules"):
        rule = pack.rules.get(rule_id)
        assert (rule is not None) == held_by.startswith("rule set: "), rule_id
        if rule is not None:
            templates = held_by.removeprefix("rule set: ").split(" (")[0]
            assert templates.split(", ") == [
                *dict.fromkeys(f"`{part.template}`" for part in rule.parts)
            ], rule_id
            assert ("proof" in held_by) == ("publish" in rule.enforced), rule_id
            assert clauses.split(", ") == [*rule.clauses]
            assert (level.replace(" ", "-"), severity) == (rule.level, rule.severity)


def test_the_map_knows_each_clause_and_its_acts(pack: Pack) -> None:
    found = {
        clause: (words, acts) for clause, words, acts in rows("Clauses and the acts that fulfil")
    }
    assert found == {
        clause.id: (
            clause.paraphrase,
            ", ".join(f"`{act.id}`" for act in pack.acts.values() if clause.id in act.clauses)
            or "-",
        )
        for clause in pack.clauses.values()
    }


def test_the_map_knows_the_tag_of_each_act_and_outcome(pack: Pack) -> None:
    tags = {f"`{act.id}`": act.tag for act in pack.acts.values()}
    for act in pack.acts.values():
        tags |= {f"`{act.id}:{outcome}`": tag for outcome, tag in act.outcome_tags}
    assert {act: tag for tag, act, _ in rows("Acts and their tags")} == tags


def rows(heading: str) -> Iterator[list[str]]:
    section = MAP.read_text().split(f"\n## {heading}")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")]
    for line in table[1:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]
