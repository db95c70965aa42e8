"""The city's diagrams say who does what, by when and why, in the words of the policy pack."""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from tests.bpmn.drawing import FILES, NAMESPACES
from tests.bpmn.walk import diagrams, pack
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import TASKS, Diagram, Field, Node
from workflows.diagrams.reading import read
from workflows.operations import OPERATIONS

REGISTER = {
    "case.unit", "case.site", "excluded.subject", "excluded.complainant", "excluded.conflict",
    "disposition.outcome", "disposition.kind", "disposition.final-on", "disposition.reasons", "subject.public-official",
    "disposition.documents",
    "site.name", "site.handle", "site.url", "site.platform", "site.platform_other",
    "site.presence_form", "site.acting_as", "site.purpose", "site.audience", "site.languages",
    "site.comments_mode", "site.mfa_on", "site.public_body", "site.vault_ref", "site.recovery_contact",
    "site-role:owner", "site-role:admin", "site-role:new", "site-roles", "site.owner", "change.role", "change.leaver", "training.records",
    "review.reason", "decision.outcome", "decision.reason", "decision.conditions", "decision.valid_until",
    "contract.kind", "contract.version_date", "contract.source_url", "contract.copy",
    "contract.accepted_at", "contract.indemnity", "contract.governing_law",
    "contract.legal_review",
    "delegation.person", "delegation.scope", "delegation.may_accept", "delegation.valid_from",
    "delegation.valid_to", "delegation.conditions",
    "retention.strategy", "retention.series", "retention.captures", "retention.tool",
    "retention.connection_status", "retention.official_record_location", "retention.custodian",
    "retention.public_notice", "retention.archive_test", "retention.test_evidence",
}  # fmt: skip


def every_step() -> list[Node]:
    return [n for diagram in diagrams().values() for n in diagram.nodes.values()]


def every_field() -> list[tuple[Node, Field]]:
    return [(node, field) for node in every_step() for field in node.fields]


def steps(*kinds: str) -> list[Node]:
    return [node for node in every_step() if node.kind in kinds]


def named(node: Node) -> str:
    return node.id


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_file_is_read_without_a_finding(file: Path) -> None:
    diagram, findings = read(file.read_bytes())
    assert findings == []
    assert diagram is not None
    assert (diagram.process_id, diagram.executable) == (file.stem, True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_id_is_used_twice(file: Path) -> None:
    root = etree.fromstring(file.read_bytes())
    elements = root.xpath("//bpmn:*/@id | //bpmndi:*/@id", namespaces=NAMESPACES)
    assert isinstance(elements, list)
    assert [name for name, times in Counter(elements).items() if times > 1] == []


def test_nothing_has_the_same_id_in_two_diagrams() -> None:
    ids = Counter(node.id for node in every_step())
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("diagram", diagrams().values(), ids=lambda diagram: diagram.process_id)
def test_a_diagram_is_large_enough_to_be_worth_a_page_and_small_enough_to_be_read(
    diagram: Diagram,
) -> None:
    assert 12 <= len(diagram.nodes) <= 25  # boundary events and reminders included


@pytest.mark.parametrize("node", steps(*TASKS), ids=named)
def test_a_step_says_in_one_sentence_what_to_do(node: Node) -> None:
    assert node.documentation.endswith(".")
    assert node.documentation.count(". ") == 0
    assert node.name


@pytest.mark.parametrize("node", steps("userTask"), ids=named)
def test_a_step_for_people_has_a_lane_a_form_a_time_limit_and_clauses(node: Node) -> None:
    assert node.lane in pack().parties
    assert node.fields
    assert node.due
    assert node.due.endswith("BD")
    assert node.clauses
    assert set(node.clauses) <= set(pack().clauses)


@pytest.mark.parametrize("node", [n for n in every_step() if n.act], ids=named)
def test_an_act_is_one_of_the_policy_in_a_lane_that_may_carry_it(node: Node) -> None:
    assert node.act is not None
    act = pack().acts[node.act]
    if node.kind != "boundaryMessage":
        assert node.lane in act.parties or not act.parties
    assert act.operation == (node.kind == "serviceTask")
    assert act.topic == node.topic


@pytest.mark.parametrize("node", [n for n in steps("userTask") if n.act], ids=named)
def test_a_form_offers_the_outcomes_of_its_act(node: Node) -> None:
    assert node.act is not None
    act = pack().acts[node.act]
    fields = [(field.id, [option.id for option in field.options]) for field in node.fields]
    asked = pack().outcome_field(act.id, fields)
    if act.outcomes or asked is not None:
        assert asked is not None
        options = dict(fields)[asked]
        assert set(act.outcomes) <= set(options) <= act.possible
        assert next(f for f in node.fields if f.id == asked).required


@pytest.mark.parametrize("node", steps("serviceTask"), ids=named)
def test_a_service_step_calls_an_operation_that_exists(node: Node) -> None:
    assert node.topic in OPERATIONS


@pytest.mark.parametrize("node", steps("callActivity"), ids=named)
def test_a_call_finds_its_diagram(node: Node) -> None:
    assert node.called in diagrams()


def test_a_diagram_is_started_by_people_or_called_by_another_one() -> None:
    called = {node.called for node in steps("callActivity")}
    started = {key for key, diagram in diagrams().items() if diagram.starters}
    assert started | called == set(diagrams())
    assert started & called == set()
    assert diagrams()["create-site"].starters == ("requester",)


@pytest.mark.parametrize("diagram", diagrams().values(), ids=lambda diagram: diagram.process_id)
def test_a_called_diagram_declares_exactly_what_it_or_one_that_it_calls_reads(
    diagram: Diagram,
) -> None:
    read_names = {
        element
        for flow in diagram.flows.values()
        if flow.condition
        for element, _field in compile_condition(flow.condition).names
    }
    handed_on = {
        element
        for call in diagram.of_kind("callActivity")
        for element in diagrams()[call.called or ""].inputs
    }
    assert (read_names | handed_on) - diagram.nodes.keys() == set(diagram.inputs)


def test_a_condition_reads_only_what_is_always_answered() -> None:
    answered = {(n.id, f.id) for n, f in every_field() if f.required and f.shown_when is None}
    for diagram in diagrams().values():
        for flow in diagram.flows.values():
            if flow.condition:
                assert compile_condition(flow.condition).names <= answered


@pytest.mark.parametrize(
    ("node", "field"), every_field(), ids=lambda thing: getattr(thing, "id", None)
)
def test_a_question_is_understood_and_depends_on_its_own_form_only(
    node: Node, field: Field
) -> None:
    assert field.label
    assert field.register is None or field.register in REGISTER
    own = {(node.id, known.id) for known in node.fields}
    for condition in (field.required_when, field.shown_when, field.refuse_when):
        if condition is not None:
            assert compile_condition(condition).names <= own


def test_the_register_gets_all_that_it_records() -> None:
    assert {field.register for _node, field in every_field()} - {None} == REGISTER


@pytest.mark.parametrize("field_id", ["vault_ref", "recovery_contact", "mfa_type", "residual_risk"])
def test_security_information_is_not_public(field_id: str) -> None:
    found = [field.classification for _node, field in every_field() if field.id == field_id]
    assert set(found) == {"security"}


def test_advice_of_technology_and_law_is_not_public() -> None:
    texts = {n.id: f.classification for n, f in every_field() if f.id == "advice_text"}
    assert texts["AdviseSecurity"] == "security"
    assert texts["AdviseLaw"] == texts["ReviewTerms"] == "privileged"


@pytest.mark.parametrize("node", steps("exclusiveGateway"), ids=named)
def test_a_choice_asks_a_question_and_names_its_answers(node: Node) -> None:
    diagram = next(d for d in diagrams().values() if node.id in d.nodes)
    assert node.name.endswith("?")
    assert node.default_flow in {flow.id for flow in diagram.outgoing(node.id)}
    assert all(flow.name for flow in diagram.outgoing(node.id))
