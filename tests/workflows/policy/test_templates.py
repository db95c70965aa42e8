"""Every template against a plain restatement of it, on random cases."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.policy.deeds import CAST, FIRST_DAY, POLICY
from workflows.policy.automata import run
from workflows.policy.guard import Deed, Named, could, open_duties, verdict, warnings
from workflows.policy.pack import Pack, load
from workflows.policy.rules import AtOnce

Table = Mapping[str, Any]
CITY = load(POLICY)

EVERY_TEMPLATE = """
[[list]]
id = "goes-back"
atoms = ["knock", "open-door:half"]

[[rule]]
id = "T1"
about = "case"
level = "law"
severity = "error"
enforced = ["run"]
clauses = ["ONE"]
words = "Each template once."
[[rule.holds]]
template = "precedence"
any_of = ["knock"]
before = ["open-door", "ring:long"]
since = ["goes-back", "ring"]
once = ["wave"]
says = "nobody knocked"
next = "Knock."
[[rule.holds]]
template = "last_decision"
act = "open-door"
outcomes = ["wide"]
before = ["enter"]
since = ["knock"]
says = "the door is not open"
next = "Open it."

[[rule]]
id = "T2"
about = "case"
level = "law"
severity = "error"
enforced = ["run"]
clauses = ["ONE"]
words = "Each template once."
[[rule.holds]]
template = "absence"
never = ["wave:rudely"]
says = "that is rude"
next = "Be kind."
[[rule.holds]]
template = "not_coexistence"
either = ["ring:long"]
other = ["enter", "knock"]
says = "choose one"
next = "Choose."

[[rule]]
id = "T3"
about = "case"
level = "law"
severity = "error"
enforced = ["run"]
clauses = ["ONE"]
words = "Each template once."
[[rule.holds]]
template = "immediately_before"
any_of = ["wave"]
before = ["ring"]
says = "wave first"
next = "Wave."
[[rule.holds]]
template = "existence"
any_of = ["enter"]
once = ["wave"]
says = "nobody entered"
next = "Enter."

[[rule]]
id = "T4"
about = "case"
level = "law"
severity = "error"
enforced = ["run"]
clauses = ["ONE"]
words = "Each template once."
[[rule.holds]]
template = "existence"
any_of = ["knock"]
says = "nobody knocked"
next = "Knock."
[[rule.holds]]
template = "response"
after = ["knock", "open-door:wide"]
any_of = ["enter", "wave:kindly"]
says = "nobody came"
next = "Come."

[[rule]]
id = "T5"
about = "case"
level = "law"
severity = "warning"
enforced = ["run"]
clauses = ["ONE"]
words = "Each template once."
[[rule.holds]]
template = "lane"
acts = ["knock"]
parties = ["Requester"]
says = "not yours"
next = "Ask."
[[rule.holds]]
template = "separation_of_duties"
acts = ["knock", "enter", "ring"]
named = ["host"]
says = "take turns"
next = "Ask somebody else."
[[rule.holds]]
template = "exclusion"
acts = ["wave", "open-door"]
named = ["host", "cat"]
says = "hosts and cats do not"
next = "Ask a guest."
"""

ACTS = {
    "knock": (),
    "wave": ("kindly", "rudely"),
    "ring": ("long", "short"),
    "open-door": ("wide", "half"),
    "enter": (),
}


def write_pack(place: Path) -> Path:
    place.mkdir()
    (place / "clauses.toml").write_text(
        '[[clause]]\nid = "ONE"\nheading = "H"\nparaphrase = "P"\nactor = "A"\n'
        "effective_from = 2020-01-01\n"
    )
    (place / "roles.toml").write_text(
        '[[role]]\nid = "requester"\ntitle = "R"\ndescription = "D"\n'
        + "".join(
            f'[[party]]\nname = "{name}"\nscope = "city"\nroles = ["requester"]\n' for name in CAST
        )
    )
    (place / "acts.toml").write_text(
        "".join(
            f'[[act]]\nid = "{act}"\ntag = "T"\ntitle = "{act}"\nparties = ["Requester"]\n'
            f'roles = ["requester"]\nclauses = ["ONE"]\n'
            + (f"outcomes = {list(outcomes)}\n" if outcomes else 'default = "done"\n')
            for act, outcomes in ACTS.items()
        )
    )
    (place / "rules.toml").write_text(EVERY_TEMPLATE)
    (place / "classifications.toml").write_text(
        '[[classification]]\nid = "public"\ntitle = "Public"\nlaw = "The City"\n'
    )
    return place


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(write_pack(tmp_path_factory.mktemp("doors") / "pack"))


def deeds_of(acts: Mapping[str, Sequence[str]]) -> st.SearchStrategy[list[Deed]]:
    pairs = [(act, outcome) for act, outcomes in acts.items() for outcome in outcomes]
    people = st.none() | st.integers(1, 3)
    one = st.tuples(st.sampled_from(pairs), st.sampled_from(sorted(CAST)), people, people)
    return st.lists(one, min_size=1, max_size=14).map(
        lambda rows: [
            Deed(act, outcome, party, by, FIRST_DAY + timedelta(days=day), acting_for)
            for day, ((act, outcome), party, by, acting_for) in enumerate(rows)
        ]
    )


RULED = {
    act.id: sorted(act.possible)
    for act in CITY.acts.values()
    if act.id in (POLICY / "rules.toml").read_text()
}
CITY_CASES = deeds_of(RULED)
DOOR_CASES = deeds_of({act: outcomes or ("done",) for act, outcomes in ACTS.items()})
NAMED = st.fixed_dictionaries(
    {},
    optional={
        key: st.frozensets(st.integers(1, 3))
        for key in ("site-role", "host", "cat", "excluded.subject")
    },
)


@given(deeds=CITY_CASES, named=NAMED)
def test_the_guard_says_what_the_rules_of_the_city_say(deeds: list[Deed], named: Named) -> None:
    compare(CITY, (POLICY / "rules.toml").read_text(), deeds, named)


@given(deeds=DOOR_CASES, named=NAMED)
def test_the_guard_says_what_each_template_says(
    doors: Pack, deeds: list[Deed], named: Named
) -> None:
    compare(doors, EVERY_TEMPLATE, deeds, named)


@given(before=CITY_CASES, after=CITY_CASES)
def test_a_rejected_decision_never_licenses_a_launch(before: list[Deed], after: list[Deed]) -> None:
    rejected = Deed("approve-site", "reject", "Communications", 3, FIRST_DAY)
    later = [deed for deed in after if deed.act != "approve-site"]
    launch = Deed("launch-site", "launched", "Communications", None, FIRST_DAY)
    past = [*before, rejected, *later]
    assert "K01" in {refusal.rule for refusal in verdict(CITY, past, launch)}


@given(deeds=CITY_CASES, named=NAMED)
def test_what_a_task_page_refuses_no_yes_would_pass(deeds: list[Deed], named: Named) -> None:
    *past, last = deeds
    refused = could(CITY, past, last, named=named)
    for outcome in CITY.licensing(last.act):
        attempt = replace(last, outcome=outcome)
        assert {refusal.rule for refusal in refused} <= {
            refusal.rule for refusal in verdict(CITY, past, attempt, named=named)
        }


@given(deeds=DOOR_CASES)
def test_a_proof_may_leave_out_the_atoms_that_a_rule_does_not_read(
    doors: Pack, deeds: list[Deed]
) -> None:
    steps = [deed.atoms for deed in deeds]
    for rule in (*doors.rules.values(), *CITY.rules.values()):
        for constraint in (part.constraint for part in rule.parts):
            if not isinstance(constraint, AtOnce):
                few = [atoms & constraint.reads for atoms in steps]
                assert run(constraint, few) == run(constraint, steps)
                state = run(constraint, steps[:-1])
                assert constraint.breaks(state, few[-1]) == constraint.breaks(state, steps[-1])
                assert constraint.triggers <= constraint.reads


def compare(pack: Pack, text: str, deeds: list[Deed], named: Named) -> None:
    rules = tomllib.loads(text)
    lists = {table["id"]: table["atoms"] for table in rules["list"]}
    *past, attempt = deeds
    broken: set[str] = set()
    shown: set[str] = set()
    kept_open: set[str] = set()
    for rule in rules["rule"]:
        if "run" not in rule["enforced"]:
            continue
        parts = [spelt_out(part, lists) for part in rule["holds"]]
        if any(naively_broken(part, past, attempt, named) for part in parts):
            (broken if rule["severity"] == "error" else shown).add(rule["id"])
        if rule["severity"] == "error" and any(naively_open(part, deeds) for part in parts):
            kept_open.add(rule["id"])
    assert {found.rule for found in verdict(pack, past, attempt, named=named)} == broken
    assert {found.rule for found in warnings(pack, past, attempt, named=named)} == shown
    assert {found.rule for found in open_duties(pack, deeds)} == kept_open


def spelt_out(part: Table, lists: Mapping[str, list[str]]) -> Table:
    """Write the atoms of shared lists in place of their names."""
    return {
        key: [atom for word in value for atom in lists.get(word, [word])]
        if isinstance(value, list)
        else value
        for key, value in part.items()
    }


def hit(deed: Deed, atoms: Sequence[str]) -> bool:
    return deed.act in atoms or f"{deed.act}:{deed.outcome}" in atoms


def naively_broken(part: Table, past: list[Deed], attempt: Deed, named: Named) -> bool:
    if part["template"] == "lane":
        return attempt.act in part["acts"] and attempt.party not in part["parties"]
    if part["template"] == "exclusion":
        kept_out = {person for key in part["named"] for person in named.get(key, ())}
        return attempt.act in part["acts"] and bool(attempt.people & kept_out)
    if part["template"] == "separation_of_duties":
        return naively_one_person(part, past, attempt, named)
    if part["template"] in ("precedence", "last_decision"):
        due = hit(attempt, part["before"]) and bound(part, past)
        return due and not naively_met(part, past)
    return naively_forbidden(part, past, attempt)


def naively_met(part: Table, past: list[Deed]) -> bool:
    going_back = part.get("since", [])
    if part["template"] == "precedence":
        since = [n for n, deed in enumerate(past) if hit(deed, going_back)]
        fresh = past[since[-1] :] if since else past
        return any(hit(deed, part["any_of"]) for deed in fresh)
    yes = [f"{part['act']}:{outcome}" for outcome in part["outcomes"]]
    turns = [deed for deed in past if deed.act == part["act"] or hit(deed, going_back)]
    return bool(turns) and hit(turns[-1], yes)


def naively_forbidden(part: Table, past: list[Deed], attempt: Deed) -> bool:
    match part["template"]:
        case "absence":
            return hit(attempt, part["never"])
        case "not_coexistence":
            sides = [part["either"], part["other"]]
            new = [hit(attempt, side) for side in sides]
            ever = [any(hit(deed, side) for deed in [*past, attempt]) for side in sides]
            return any(new) and all(ever)
        case "immediately_before":
            return hit(attempt, part["before"]) and not (past and hit(past[-1], part["any_of"]))
    return False


def naively_one_person(part: Table, past: list[Deed], attempt: Deed, named: Named) -> bool:
    hands = {attempt.performer, attempt.acting_for} - {None}
    others: set[int | None] = set()
    for deed in past:
        if deed.act in part["acts"] and deed.act != attempt.act:
            others |= {deed.performer, deed.acting_for}
    for key in part.get("named", []):
        others |= named.get(key, frozenset())
    return attempt.act in part["acts"] and bool(hands & others)


def bound(part: Table, past: list[Deed]) -> bool:
    return "once" not in part or any(hit(deed, part["once"]) for deed in past)


def naively_open(part: Table, deeds: list[Deed]) -> bool:
    if part["template"] == "response":
        if not bound(part, deeds):
            return False
        asked = [n for n, deed in enumerate(deeds) if hit(deed, part["after"])]
        return bool(asked) and not any(hit(deed, part["any_of"]) for deed in deeds[asked[-1] + 1 :])
    if part["template"] == "existence":
        return bound(part, deeds) and not any(hit(deed, part["any_of"]) for deed in deeds)
    return False
