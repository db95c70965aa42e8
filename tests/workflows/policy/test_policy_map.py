"""The policy map in docs/ says what the policy pack says."""

from collections.abc import Iterator

from tests.workflows.policy.deeds import POLICY
from workflows.policy.pack import Pack
from workflows.policy_map import held_by

MAP = POLICY.parents[1] / "docs" / "policy-map.md"


def test_the_map_lists_each_rule_once(pack: Pack) -> None:
    ids = [rule for rule, *_ in rows("Rules")]
    assert ids == [f"K{number:02}" for number in range(1, 49)]
    assert set(pack.rules) <= set(ids)


def test_the_map_says_where_each_rule_is_held_and_what_is_not(pack: Pack) -> None:
    for row in rows("Rules"):
        need = pack.requirements[row[0]]
        assert row[1:] == [
            need.title,
            ", ".join(need.clauses) or "-",
            need.level.replace("-", " "),
            need.severity,
            "; ".join(held_by(pack, need)),
        ]
    assert "run time" in held_by(pack, pack.requirements["K01"])[0]
    assert held_by(pack, pack.requirements["K22"])[0] == (
        "rule set: nothing_open_elsewhere (run time)"
    )
    assert held_by(pack, pack.requirements["K43"])[-1].startswith("not enforced yet: That content")


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
