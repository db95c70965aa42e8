"""The report of the check as pages: what was proved, what was found, and any file checked unsaved."""

import html
import json
import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.cases import DiagramVersion
from models.database import db, transaction
from models.publication import DiagramDraft
from tests import city
from tests.webapp import broken, desk
from tests.webapp.desk import Desk
from tests.workflows.walking import pack
from workflows import check_reports, publication
from workflows.diagrams.check import Report, report

DECIDE = "/diagrams/decide-request/versions/1/report"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town at its desks, in which Chen owns the policy."""
    office = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, office.town.people.chen, "policy_owner")
    return office


@pytest.fixture(scope="module")
def returned_as_approved() -> Report:
    return broken.checked("decide-request", broken.approved_by_return())


def keep(
    office: Desk, process: str, verdict: Report, *, days: int = 1, policy: str = ""
) -> DiagramVersion:
    """Keep a later report with the version in force."""
    version = publication.published(db.session(), now=office.now)[process]
    with transaction() as session:
        check_reports.save(
            session,
            verdict,
            version_id=version.id,
            checked="c" * 64,
            policy=policy or pack().version,
            now=office.now + timedelta(days=days),
        )
    return version


def read(office: Desk, address: str, who: int | None = None) -> str:
    """Read a page as somebody without a role sees it."""
    answer = office.browser(who or office.town.people.nora).get(address)
    assert answer.status_code == 200, answer.status
    return words_of(answer)


def words_of(answer: TestResponse) -> str:
    text = re.sub(r"<script.*?</script>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def data_of(answer: TestResponse) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def way_address(office: Desk, rule: str) -> str:
    """Find the address of the way of a finding on a rule, as the report links it."""
    page = office.browser(office.town.people.nora).get(DECIDE).text
    item = next(part for part in page.split('<li class="finding') if f">Rule {rule}<" in part)
    found = re.search(r'href="([^"]*/findings/\d+[^"]*)"', item)
    assert found is not None
    return html.unescape(found.group(1))


# -- the report -------------------------------------------------------------------------------------


def test_everybody_reads_what_was_found_with_its_clause_and_how_to_mend_it(
    office: Desk, returned_as_approved: Report
) -> None:
    keep(office, "decide-request", returned_as_approved)
    page = read(office, DECIDE)
    assert "May not be published" in page
    assert "Blocks publishing rule-broken Rule K01" in page
    assert "To mend it, draw this on every such way: Communications decides on the request." in page
    assert f"GC-2 {pack().clauses['GC-2'].paraphrase}" in page
    assert "See the way there in" in page
    assert "4 rules: broken" in page
    # What blocks stands before what is only to be known.
    assert page.index("Blocks publishing") < page.index("To know")


def test_both_gates_and_the_reading_are_told(office: Desk, returned_as_approved: Report) -> None:
    verdict = {**returned_as_approved, "engine": {"states": 67, "complete": True, "agrees": True}}
    keep(office, "decide-request", verdict)  # type: ignore[arg-type]
    page = read(office, DECIDE)
    states = f"{returned_as_approved['proof']['states']:,}"
    assert f"By the rules of BPMN {states} yes Sound every case can come to a proper end" in page
    assert "On the engine 67 yes Agrees" in page
    assert f"It took {returned_as_approved['milliseconds']:,} milliseconds." in page
    assert "How the diagram was read" in page
    assert "What this does not show" in page


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ({"states": 0, "complete": False, "agrees": None}, "Not run"),
        ({"states": 9, "complete": False, "agrees": None}, "No difference so far"),
        ({"states": 9, "complete": True, "agrees": False}, "Differs"),
    ],
)
def test_what_the_engine_said_is_told_as_it_is(
    office: Desk, returned_as_approved: Report, engine: Any, says: str
) -> None:
    keep(office, "decide-request", {**returned_as_approved, "engine": engine})
    assert says in read(office, DECIDE)


def test_earlier_reports_stay_with_the_policy_of_then(
    office: Desk, returned_as_approved: Report
) -> None:
    keep(office, "decide-request", returned_as_approved, days=1, policy="an earlier one")
    version = keep(office, "decide-request", clean(), days=2)
    latest, broken_one, *_ = check_reports.of_version(db.session(), version.id)
    assert "May be published" in read(office, DECIDE)
    earlier = read(office, f"{DECIDE}?report={broken_one.id}")
    assert "May not be published" in earlier
    assert "The policy has changed since." in earlier
    assert "The policy has changed since." not in read(office, f"{DECIDE}?report={latest.id}")
    nora = office.browser(office.town.people.nora)
    assert nora.get(f"{DECIDE}?report=99999").status_code == 404


def clean(**rules: str) -> Report:
    """Give a report without findings, with these verdicts on rules."""
    verdict: Any = report("a.bpmn", "decide-request", [], 3)
    verdict["proof"] = {"states": 12, "complete": True, "sound": True, "rules": rules}
    verdict["engine"] = {"states": 12, "complete": True, "agrees": True}
    return cast("Report", verdict)


def test_rules_that_nothing_tests_are_named_as_such(office: Desk) -> None:
    keep(office, "decide-request", clean(K01="vacuous", K02="holds", K06="not-applicable"))
    page = read(office, DECIDE)
    assert "1 rule: hold, never tested" in page
    assert (
        'It holds, but "Create the account" or "Launch the site" is never reached: no way puts the rule '
        "to the test. See whether a step is missing, or cannot happen."
    ) in page.replace(pack().acts["create-account"].title, "Create the account").replace(
        pack().acts["launch-site"].title, "Launch the site"
    )
    assert "A drawing cannot show it, for it is about who did what." in page


def test_rules_that_are_not_proved_say_why(office: Desk) -> None:
    verdict = clean(K01="not-proved")
    verdict["proof"] |= {"complete": False, "sound": None, "states": 200_001}
    keep(office, "decide-request", verdict)
    page = read(office, DECIDE)
    assert "1 rule: not proved" in page
    assert "Not known: there are more ways than were walked (200,001 states)." in page
    assert "Not known not every way was walked" in page


def test_a_version_that_was_never_checked_says_so(office: Desk) -> None:
    with transaction() as session:
        known = publication.published(session, now=office.now)["gather-advice"]
        version = DiagramVersion(
            process=known.process,
            number=2,
            xml=b"<xml/>",
            sha256="a",
            frozen={},
            note="",
            created_at=office.now,
            effective_from=office.now,
        )
        session.add(version)
    assert "Not checked yet" in read(office, "/diagrams/gather-advice/versions/2/report")
    nora = office.browser(office.town.people.nora)
    address = "/diagrams/gather-advice/versions/2/report/findings/1"
    assert nora.get(address).status_code == 404


# -- a way, step by step ----------------------------------------------------------------------------


def test_a_way_is_told_step_by_step_with_an_address_each(
    office: Desk, returned_as_approved: Report
) -> None:
    keep(office, "decide-request", returned_as_approved)
    address = way_address(office, "K01")
    page = read(office, f"{address}?step=2")
    assert "Counterexample: rule K01" in page
    assert 'Step 2 of 27, in "Create site": Requester does "Submit site request"' in page
    assert (
        'Communications does "Decide on the request" and decides "Return to the requester' in page
    )
    assert '"Create the account" could be done although Communications has not approved it.' in page
    answer = office.browser(office.town.people.nora).get(f"{address}?step=2")
    assert answer.text.count('aria-current="step"') == 1
    assert f"{address.partition('?')[0]}?step=3" in answer.text


def test_each_diagram_of_a_way_has_its_picture(office: Desk, returned_as_approved: Report) -> None:
    keep(office, "decide-request", returned_as_approved)
    data = data_of(office.browser(office.town.people.nora).get(way_address(office, "K01")))
    wanted = {step["diagram"] for step in data["steps"]}
    assert data["diagrams"].keys() == wanted
    for key, where in data["diagrams"].items():
        assert where == {"url": f"/diagrams/{key}/versions/1/xml"}
        xml = office.browser(office.town.people.nora).get(where["url"]).text
        steps = [step for step in data["steps"] if step["diagram"] == key]
        for identity in [step["element"] for step in steps] + [
            f for s in steps for f in s["flows"]
        ]:
            assert f'id="{identity}"' in xml


@pytest.mark.parametrize("step", ["0", "999", "x", "-1"])
def test_a_step_that_is_not_there_leads_to_one_that_is(
    office: Desk, returned_as_approved: Report, step: str
) -> None:
    keep(office, "decide-request", returned_as_approved)
    assert "Step " in read(office, f"{way_address(office, 'K01')}?step={step}")


def test_a_finding_without_a_way_is_shown_where_it_is(
    office: Desk, returned_as_approved: Report
) -> None:
    keep(office, "decide-request", returned_as_approved)
    page = read(office, f"{DECIDE}/findings/1")
    assert "Where it is" in page
    assert "Step 1 of 1" in page
    nora = office.browser(office.town.people.nora)
    assert nora.get(f"{DECIDE}/findings/99").status_code == 404


# -- drafts -----------------------------------------------------------------------------------------


def a_draft(office: Desk, xml: bytes, verdict: Report | None) -> str:
    """Keep a draft, and give the address of its report."""
    with transaction() as session:
        draft = DiagramDraft(
            key="decide-request",
            name="Decide on request",
            xml=xml,
            sha256="a",
            note="",
            opened_by_id=office.town.people.chen,
            opened_at=office.now,
            edited_by_id=office.town.people.chen,
            edited_at=office.now,
        )
        session.add(draft)
        session.flush()
        if verdict is not None:
            check_reports.save(
                session,
                verdict,
                draft_id=draft.id,
                checked="c" * 64,
                policy=pack().version,
                now=office.now,
            )
        return f"/diagrams/drafts/{draft.id}/report"


def test_the_report_of_a_draft_is_for_those_who_draw(
    office: Desk, returned_as_approved: Report
) -> None:
    xml = broken.approved_by_return()
    address = a_draft(office, xml, returned_as_approved)
    page = read(office, address, office.town.people.chen)
    assert "Decide on request, draft" in page
    assert "Out of date" in page
    chen = office.browser(office.town.people.chen)
    data = data_of(chen.get(f"{address}/findings/4"))
    assert data["diagrams"]["decide-request"] == {"xml": xml.decode()}
    assert data["diagrams"]["create-site"] == {"url": "/diagrams/create-site/versions/1/xml"}
    assert chen.get("/diagrams/drafts/999/report").status_code == 404
    for path in (address, f"{address}/findings/4"):
        assert office.browser(office.town.people.nora).get(path).status_code == 403


def test_a_draft_that_was_not_checked_says_so(office: Desk) -> None:
    address = a_draft(office, broken.approved_by_return(), None)
    assert "Not checked yet" in read(office, address, office.town.people.chen)


# -- any file ---------------------------------------------------------------------------------------


def send(office: Desk, data: bytes | None, name: str = "mine.bpmn") -> TestResponse:
    fields = {} if data is None else {"file": (BytesIO(data), name)}
    answer = office.post(office.town.people.chen, "/diagrams/check", **fields)
    # What is long, the client has put into a file of its own, which it leaves open.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_a_file_with_a_fault_everywhere_gives_a_page_that_can_be_read(office: Desk) -> None:
    scripts = "".join(f'<bpmn:scriptTask id="Script{number}" />' for number in range(400))
    before, end, after = broken.shipped("agree-contract").rpartition("</bpmn:process>")
    answer = send(office, (before + scripts + end + after).encode())
    assert answer.status_code == 200
    assert len(answer.data) < 1_000_000
    # The picture that all of them share is there once.
    assert answer.text.count("data-way-pictures") == 1
    assert answer.text.count("Script399") < 10
    assert answer.text.count('<li class="finding ') == 200
    assert re.search(r"[\d,]+ more are not listed here", words_of(answer))


def test_only_those_who_draw_check_files(office: Desk) -> None:
    nora = office.town.people.nora
    assert office.browser(nora).get("/diagrams/check").status_code == 403
    assert office.post(nora, "/diagrams/check", file=(BytesIO(b""), "a")).status_code == 403
    assert "Check a file" in read(office, "/diagrams/check", office.town.people.chen)


def test_no_file_is_told_at_the_field(office: Desk) -> None:
    answer = send(office, None)
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text
    assert "Error:" in answer.text


HOSTILE = {
    "no text": bytes(range(256)) * 20,
    "half a diagram": b"<bpmn:definitions xmlns:bpmn='http://www.omg.org/spec/BPMN/20100524/MODEL'>",
    "too much": b"<" + b"a" * 2**20,
}
MORE_HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * 100,
    "another page": b"<html><script>alert(1)</script></html>",
    "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "another alphabet": "<définitions/>".encode("utf-16"),
    "cut short": broken.stuck()[:5000],
}


@pytest.mark.parametrize(
    "name", [*HOSTILE, *(pytest.param(name, marks=pytest.mark.long) for name in MORE_HOSTILE)]
)
def test_whatever_the_bytes_the_answer_is_a_page_of_findings(office: Desk, name: str) -> None:
    answer = send(office, {**HOSTILE, **MORE_HOSTILE}[name], "<script>no</script>.bpmn")
    assert answer.status_code == 200
    page = words_of(answer)
    assert "May not be published" in page
    assert "Blocks publishing" in page
    assert "<script>no" not in answer.text


@pytest.mark.long
def test_a_file_that_breaks_the_policy_is_shown_with_its_way(office: Desk) -> None:
    answer = send(office, broken.approved_by_return())
    assert answer.status_code == 200
    page = words_of(answer)
    assert "Check of mine.bpmn" in page
    assert "May not be published" in page
    assert '"Create the account" could be done although' in page
    texts = re.findall(r'<script type="application/json">(.*?)</script>', answer.text, re.DOTALL)
    assert any("xml" in json.loads(text)["diagrams"].get("decide-request", {}) for text in texts)


def test_a_file_is_kept_nowhere_and_checked_among_the_diagrams_in_force(office: Desk) -> None:
    before = db.session.query(DiagramVersion).count()
    answer = send(office, broken.shipped("agree-contract").encode(), "a\u202eb.bpmn")
    assert answer.status_code == 200
    assert "May be published" in words_of(answer)
    assert db.session.query(DiagramVersion).count() == before
