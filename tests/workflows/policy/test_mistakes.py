"""A faulty policy pack is refused: each mistake with its place and its cure, all at once."""

import re
from pathlib import Path

import pytest

from tests.workflows.policy.deeds import copied
from workflows.policy.pack import FILES, PolicyPackError, load

MISTAKES = {
    "unknown clause": (
        "acts.toml",
        'clauses = ["IT-1"]',
        'clauses = ["IT-9"]',
        'act "advise-security", key "clauses": Unknown "IT-9". Did you mean "IT-',
    ),
    "unknown role": (
        "acts.toml",
        'roles = ["it_security"]',
        'roles = ["it_securty"]',
        'act "advise-security", key "roles": Unknown "it_securty". Did you mean "it_security"?',
    ),
    "unknown party": (
        "acts.toml",
        'parties = ["Information Technology"]\nroles = ["it_security"]',
        'parties = ["IT"]\nroles = ["it_security"]',
        'act "advise-security", key "parties": Unknown "IT". Known: City Attorney, City Clerk,',
    ),
    "act twice": (
        "acts.toml",
        'id = "advise-law"',
        'id = "advise-retention"',
        'key "id": "advise-retention" is listed twice. Rename or remove one.',
    ),
    "act badly named": (
        "acts.toml",
        'id = "advise-law"',
        'id = "Advise_Law"',
        'key "id": "Advise_Law" is no kebab-case name. Write it like "approve-site".',
    ),
    "title missing": (
        "acts.toml",
        'title = "Decide on the request"\n',
        "",
        'act "approve-site", key "title": This key is missing. Add it.',
    ),
    "title empty": (
        "acts.toml",
        'title = "Decide on the request"',
        'title = " "',
        'key "title": Give a text between quotation marks that is not empty.',
    ),
    "title no text": ("acts.toml", 'title = "Decide on the request"', "title = 7", "Give a text"),
    "default beside outcomes that must be chosen": (
        "acts.toml",
        'outcomes = ["approve", "reject"]\nmay_offer = ["approve-with-conditions", "return"]',
        'outcomes = ["approve", "reject"]\nmay_offer = ["return"]\ndefault = "approve"',
        'act "approve-site", key "default": Unknown key.',
    ),
    "default not on offer": (
        "acts.toml",
        'default = "forward"',
        'default = "pass-on"',
        'key "default": "pass-on" is not in `may_offer`. Add it there.',
    ),
    "outcome on offer twice": (
        "acts.toml",
        'may_offer = ["approve-with-conditions", "return"]',
        'may_offer = ["approve-with-conditions", "return", "reject"]',
        'key "may_offer": "reject" is in `outcomes` already. Remove it here.',
    ),
    "outcome listed twice": (
        "acts.toml",
        'may_offer = ["approve-with-conditions", "return"]',
        'may_offer = ["return", "return", "approve-with-conditions"]',
        'key "may_offer": The list names the same one twice. Remove one.',
    ),
    "outcomes no list": (
        "acts.toml",
        'outcomes = ["approve", "reject"]',
        'outcomes = "approve"',
        'key "outcomes": Give a list of texts, e.g. ["approve", "reject"].',
    ),
    "tag of an outcome that the act cannot have": (
        "acts.toml",
        'outcome_tags = { reject = "REJ", return = "RET" }',
        'outcome_tags = { refuse = "REJ" }',
        'key "outcome_tags": "approve-site" cannot end in "refuse".',
    ),
    "tags no table": (
        "acts.toml",
        'outcome_tags = { reject = "REJ", return = "RET" }',
        'outcome_tags = ["REJ"]',
        'key "outcome_tags": Give a table of texts, e.g. { reject = "REJ" }.',
    ),
    "operation no flag": (
        "acts.toml",
        'operation = true\ntopic = "launch-site"',
        'operation = "yes"\ntopic = "launch-site"',
        'act "launch-site", key "operation": Give true or false, without quotation marks.',
    ),
    "operation with roles": (
        "acts.toml",
        'operation = true\ntopic = "launch-site"',
        'operation = true\ntopic = "launch-site"\nroles = ["comms_director"]',
        'act "launch-site", key "roles": Unknown key.',
    ),
    "operation without topic": (
        "acts.toml",
        'topic = "launch-site"\n',
        "",
        'act "launch-site", key "topic": This key is missing. Add it.',
    ),
    "acts as one table": (
        "acts.toml",
        None,
        "[act]\nid = 'a'\n",
        'acts.toml: "act": Write each one as a table that begins with [[act]].',
    ),
    "no rules at all": ("rules.toml", None, "", 'rules.toml: "rule": The file lists none.'),
    "nothing but a remark": (
        "clauses.toml",
        None,
        "# to be written\n",
        'clauses.toml: "clause": The file lists none. Add a table [[clause]].',
    ),
    "no acts": (
        "acts.toml",
        None,
        "acts = []\n",
        'acts.toml: "act": The file lists none. Add a table [[act]].',
    ),
    "unknown table": (
        "clauses.toml",
        None,
        '[[sentence]]\nid = "GC-2"\n',
        'clauses.toml, line 1: "sentence": Unknown table. Known: clause.',
    ),
    "lists without end": (
        "clauses.toml",
        None,
        "# deep\nclause = " + "[" * 2000 + "]" * 2000,
        "clauses.toml, line 2: A number is too long, or lists stand too deep in lists.",
    ),
    "number without end": (
        "roles.toml",
        'held = "everyone"',
        f"held = {'9' * 5000}",
        "roles.toml, line 24: A number is too long, or lists stand too deep in lists.",
    ),
    "not TOML": (
        "roles.toml",
        'held = "everyone"',
        "held = everyone",
        "roles.toml, line 24: Not valid TOML: ",
    ),
    "leads something unknown": (
        "roles.toml",
        'leads = "all"',
        'leads = "everything"',
        'role "process_manager", key "leads": Unknown "everything". Known: all, party.',
    ),
    "class seen by nobody known": (
        "classifications.toml",
        'seen_by = ["City Attorney", "Communications"]',
        'seen_by = ["City Attorney", "Press"]',
        'classification "privileged", key "seen_by": Unknown "Press". Known: City Attorney,',
    ),
    "class shared perhaps": (
        "classifications.toml",
        "shareable = false",
        'shareable = "no"',
        'key "shareable": Give true or false, without quotation marks.',
    ),
    "date as text": (
        "clauses.toml",
        "effective_from = 2020-01-01",
        'effective_from = "2020"',
        'key "effective_from": Give a date without quotation marks, e.g. 2020-01-01.',
    ),
    "date missing": (
        "clauses.toml",
        "effective_from = 2020-01-01",
        "",
        'key "effective_from": This key is missing. Add it.',
    ),
    "unknown scope": (
        "roles.toml",
        'scope = "starter"',
        'scope = "start"',
        'party "Requester", key "scope": Unknown "start". Did you mean "starter"?',
    ),
    "unknown act": (
        "rules.toml",
        'before = ["review-request"]',
        'before = ["reviev-request"]',
        'key "before": Unknown act "reviev-request". Did you mean "review-request"?',
    ),
    "outcome that the act cannot have": (
        "rules.toml",
        'any_of = ["review-request:complete"]',
        'any_of = ["review-request:done"]',
        'key "any_of": "review-request" cannot end in "done". Known: complete, not-city-supported,',
    ),
    "decision that cannot end so": (
        "rules.toml",
        'outcomes = ["current"]',
        'outcomes = ["valid"]',
        'key "outcomes": Unknown "valid". Known: current, missing.',
    ),
    "unknown act of a lane": (
        "rules.toml",
        'acts = ["advise-security"]',
        'acts = ["advise-secrecy"]',
        'rule "K08", holds "lane", key "acts": Unknown "advise-secrecy".',
    ),
    "rule cites an unknown clause": (
        "rules.toml",
        'clauses = ["DE-1"]',
        'clauses = ["DE-7"]',
        'rule "K04", key "clauses": Unknown "DE-7".',
    ),
    "rule without words": (
        "rules.toml",
        'words = "A returned request comes back or is withdrawn."',
        "",
        'rule "K15", key "words": This key is missing. Add it.',
    ),
    "rule without source": (
        "rules.toml",
        'clauses = ["DE-1"]',
        "clauses = []",
        'rule "K04", key "clauses": The list is empty. Name at least one.',
    ),
    "rule of no level": (
        "rules.toml",
        'level = "good-practice"',
        'level = "best"',
        'rule "K10", key "level": Unknown "best". Known: derived, good-practice, law, policy.',
    ),
    "rule twice": (
        "rules.toml",
        'id = "K04"',
        'id = "K03"',
        'rule "K03", key "id": "K03" is listed twice. Rename or remove one.',
    ),
    "unknown template": (
        "rules.toml",
        'template = "last_decision"\nact = "test-archive"',
        'template = "latest_decision"\nact = "test-archive"',
        'key "template": Unknown template "latest_decision". Did you mean "last_decision"?',
    ),
    "no template": (
        "rules.toml",
        'template = "last_decision"\nact = "test-archive"',
        'act = "test-archive"',
        'rule "K10", holds number 1, key "template": This key is missing. Add it.',
    ),
    "template without its argument": (
        "rules.toml",
        'before = ["review-request"]\n',
        "",
        'rule "K04", holds "precedence", key "before": This key is missing. Add it.',
    ),
    "argument of another template": (
        "rules.toml",
        'before = ["review-request"]',
        'before = ["review-request"]\noutcomes = ["complete"]',
        'rule "K04", holds "precedence", key "outcomes": Unknown key.',
    ),
    "rule that says nothing": (
        "rules.toml",
        None,
        '[[rule]]\nid = "K99"\nholds = []\n',
        'rule "K99", key "holds": Write each one as a table that begins with [[rule.holds]].',
    ),
    "rule without any template": (
        "rules.toml",
        None,
        '[[rule]]\nid = "K99"\n',
        'rule "K99", key "holds": This key is missing. Add it.',
    ),
    "separation of one act": (
        "rules.toml",
        'named = ["site-role"]\n',
        "",
        'key "acts": One act alone separates nobody. Name a second act, or `named`.',
    ),
    "list named like an act": (
        "rules.toml",
        'id = "lapsed"',
        'id = "lapse-approval"',
        'list "lapse-approval", key "id": An act has this name. Give the list another one.',
    ),
    "coexistence with itself": (
        "rules.toml",
        'template = "precedence"\nany_of = ["set-up-retention"]\nbefore = ["launch-site"]\nsince = ["request-site", "returned"]',
        'template = "not_coexistence"\neither = ["launch-site"]\nother = ["launch-site"]',
        'key "other": "launch-site" is in both lists. Leave it in one.',
    ),
}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"), MISTAKES.values(), ids=[*MISTAKES.keys()]
)
def test_a_mistake_is_refused_with_its_place_and_its_cure(
    tmp_path: Path, file: str, old: str | None, new: str, message: str
) -> None:
    place = copied(tmp_path / "pack")
    text = (place / file).read_text()
    assert old is None or old in text
    (place / file).write_text(new if old is None else text.replace(old, new, 1))
    refusal = refused(place)
    assert message in refusal
    assert re.match(rf"{re.escape(file)}(, line \d+)?: ", refusal)


def test_a_mistake_names_the_line_of_its_key(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    text = (place / "rules.toml").read_text()
    for old, new in [
        ('says = "the department has not forwarded', 'say = "the department has not forwarded'),
        ('acts = ["set-up-retention", ', 'acts = ["set-up-retenti0n", '),
    ]:
        text = text.replace(old, new)
    (place / "rules.toml").write_text(text)
    lines = text.splitlines()
    header = lines.index('says = "the department has not forwarded it"'.replace("says", "say"))
    begin = max(n for n, line in enumerate(lines[:header]) if line == "[[rule.holds]]")
    acts = next(n for n, line in enumerate(lines) if "set-up-retenti0n" in line)
    found = refused(place).splitlines()
    assert found[0].startswith(
        f'rules.toml, line {begin + 1}: rule "K04", holds "precedence", key "says"'
    )
    assert found[1].startswith(
        f'rules.toml, line {header + 1}: rule "K04", holds "precedence", key "say"'
    )
    assert found[2].startswith(f'rules.toml, line {acts + 1}: rule "K09", holds "lane", key "acts"')
    assert len(found) == 3


def test_the_mistakes_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    for name in FILES:
        path = place / name
        path.write_text(
            re.sub(
                r'^(title|heading|words) = "[^"]+"', r"\1 = 0", path.read_text(), flags=re.MULTILINE
            )
        )
    with pytest.raises(PolicyPackError) as refusal:
        load(place)
    files = [mistake.file for mistake in refusal.value.mistakes]
    assert [files.count(name) > 10 for name in FILES] == [True] * 5
    assert str(refusal.value).count("\n") == len(files) - 1


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_the_only_one_blamed(tmp_path: Path, name: str) -> None:
    place = copied(tmp_path / "pack")
    (place / name).unlink()
    assert refused(place) == f"{name}: The file is missing or cannot be read. Put it in {place}."
    (place / name).write_bytes(b'title = "Z\xfcrich"')
    assert refused(place) == f"{name}: The file is not UTF-8 text. Save it as UTF-8."


def test_tables_written_inline_are_read_and_their_mistakes_named_without_line(
    tmp_path: Path,
) -> None:
    place = copied(tmp_path / "pack")
    (place / "roles.toml").write_text(
        'role = [{ id = "requester", title = "R", description = "D", held = "all" }]\n'
        'party = [{ name = "Requester", scope = "starter", roles = ["requester"] }]\n'
    )
    assert 'roles.toml: role "requester", key "held": Unknown "all". Known:' in refused(place)


def test_a_table_without_a_name_is_called_by_its_number(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    path = place / "clauses.toml"
    path.write_text(path.read_text() + '\n[[clause]]\nheading = "Annex"\n')
    assert 'clause number 50, key "id": This key is missing. Add it.' in refused(place)


def refused(place: Path) -> str:
    with pytest.raises(PolicyPackError) as refusal:
        load(place)
    return str(refusal.value)
