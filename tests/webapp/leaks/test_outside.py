"""Logs, commands and what administrators are told hold no word of a confidential case either."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import db
from tests.webapp.leaks import crowd
from tests.webapp.leaks.acts import about_cases
from tests.webapp.leaks.addresses import Named, looks
from tests.webapp.leaks.allowed import standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import few_of, leaked
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import Seen, ask, counting
from workflows import audit


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, tracebacks included."""
    return caplog.text + "".join(str(record.exc_info or "") for record in caplog.records)


def test_no_log_line_holds_a_word_of_a_case(
    copies: Twins, named: Named, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for person in (copies.crowd.office.ines, copies.crowd.office.will):
        browser = copies.crowd.browser(copies.real, person)
        for _, address in few_of(list(looks(named))):
            ask(browser, address)
        for _, address, fields in about_cases(named):
            ask(browser, address, "POST", {**fields, "notes": "zorblax-typed"})
    assert markers_in(logged(caplog)) == set()


def test_an_unexpected_error_tells_nothing_of_the_case_it_happened_in(
    copies: Twins, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("webapp.cases.timeline", fail)
    copies.real.config["PROPAGATE_EXCEPTIONS"] = False
    browser = copies.crowd.browser(copies.real, copies.crowd.office.ines)
    seen = ask(browser, f"/cases/{copies.label('taken')}")
    assert seen.status == 500
    assert markers_in(seen.all + logged(caplog)) == set()


@pytest.mark.parametrize(
    "command",
    [
        "audit verify",
        "diagrams list",
        "diagrams export investigate-complaint",
        "worker --once",
        "backup {folder}/copy",
        "people import {folder}/people.csv",
    ],
)
def test_commands_say_nothing_of_cases(copies: Twins, command: str, tmp_path: Path) -> None:
    people = "email,given_name,family_name,unit\nnew@northwater.example,New,Person,PRK\n"
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    result = copies.real.test_cli_runner().invoke(args=command.format(folder=tmp_path).split())
    assert (result.exit_code, result.exception) == (0, None), result.output
    assert markers_in(result.output) == set()
    assert re.search(r"\bC-\d", result.output) is None


def test_the_audit_chain_holds_and_its_payload_is_shown_nowhere(
    copies: Twins, named: Named
) -> None:
    with copies.real.app_context():
        assert audit.verify(db.session()).is_intact
        crowd.rest()
    browser = copies.crowd.browser(copies.real, copies.crowd.of["auditor", "stranger"])
    for endpoint, address in looks(named):
        if endpoint.startswith(("evidence.", "admin.audit")):
            assert markers_in(ask(browser, address).all) == set()


def _by_sysadmin(city: Twins, address: str, **fields: str) -> Iterator[Seen]:
    for app in (city.real, city.twin):
        browser = city.crowd.browser(app, city.crowd.of["sysadmin", "stranger"])
        assert ask(browser, address, "POST", fields).status == 303, address
        yield ask(browser, "/password")


def test_who_changes_people_is_told_the_same_in_both_cities(copies: Twins) -> None:
    nora, ines = copies.crowd.town.people.nora, copies.crowd.office.ines
    with copies.real.app_context():
        grant = crowd.role_of(db.session(), ines, "hr_investigator")
        crowd.rest()
    told = []
    with counting(copies.real, copies.twin):
        for address, fields in (
            (f"/admin/people/{nora}/roles", {"role": "hr_investigator"}),
            (f"/admin/grants/{grant}/end", {}),
            (f"/admin/people/{ines}/closure", {"reason": "She left."}),
        ):
            seen, same = _by_sysadmin(copies, address, **fields)
            told.append(leaked("signing_in.password", seen, same, standings("sysadmin")))
    assert [one for one in told if "statements" not in one and one] == []
