"""Without any one of the filters the tests of leaks fail: each of them is needed, and is watched."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from jinja2 import BaseLoader, Environment
from sqlalchemy import Select, and_, false, select, true

from models.cases import Case, Task
from models.confidence import CaseExclusion
from tests.webapp.leaks import addresses
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.allowed import standings
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import Look, few_of, leaked, opens, silent
from tests.webapp.leaks.matrix import named as names
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import ask, counting
from tests.webapp.leaks.test_parties import pages_of
from workflows import confidence, inbox, reading
from workflows.evidence.reviews import SamePerson
from workflows.status import filters

pytestmark = pytest.mark.long

Patch = pytest.MonkeyPatch


def everywhere(patch: Patch, name: str, new: Callable[..., Any]) -> None:
    """Replace a function in every module of ours that has it."""
    old = getattr(confidence, name)
    for key, module in list(sys.modules.items()):
        if key.startswith(("workflows", "webapp")) and getattr(module, name, None) is old:
            patch.setattr(module, name, new)


def _no_list(patch: Patch) -> None:
    everywhere(patch, "on_list", lambda *_a, **_k: true())


def _no_listed(patch: Patch) -> None:
    everywhere(patch, "listed", lambda *_a, **_k: select(Case.id))


def _no_exclusion(patch: Patch) -> None:
    def nothing(_person: Any) -> Select[int]:
        return select(CaseExclusion.case_id).where(false())

    everywhere(patch, "closed_to", nothing)


def _no_duty_of_an_offer(patch: Patch) -> None:
    everywhere(patch, "offered_to", lambda _duties: and_(Task.offered, true()))


def _own_part_of_all(patch: Patch) -> None:
    everywhere(patch, "own_part", lambda _person: Case.confidential)


def _offices_read_all(patch: Patch) -> None:
    def all_of(_duties: Any, *, all_cases: bool) -> Any:
        return true() if all_cases else Case.started_by_id == _duties.person_id

    patch.setattr(reading, "_ordinary", all_of)


def _own_cases_by_state(patch: Patch) -> None:
    def mine(duties: Any, **_more: Any) -> Any:
        return Case.started_by_id == duties.person_id

    patch.setattr("webapp.cases.started_by", mine)


def _all_records(patch: Patch) -> None:
    patch.setattr("workflows.audit_trail._is_open", true)


def _reports_with_all(patch: Patch) -> None:
    patch.setattr(filters, "Case", _Opened(Case))


def _four_eyes_of_all(patch: Patch) -> None:
    patch.setattr("workflows.evidence.reviews._told", _names_who)
    patch.setattr("webapp.access.may", _always)


def _always(*_given: Any) -> bool:
    return True


def _names_who(case: Any, person: Any, rule: str, titles: Any) -> Any:
    return SamePerson(case, person, rule, titles)


class _Opened:
    """A table of cases on which none is confidential, for conditions alone."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return _Never() if name == "confidential" else getattr(self._real, name)


class _Never:
    def is_(self, _value: bool) -> Any:
        return true()


MUTATIONS: dict[str, Callable[[Patch], None]] = {
    "on_list": _no_list,
    "listed": _no_listed,
    "closed_to": _no_exclusion,
    "offered_to": _no_duty_of_an_offer,
    "own_part": _own_part_of_all,
    "readable": _offices_read_all,
    "started_by": _own_cases_by_state,
    "audit prefix": _all_records,
    "reports": _reports_with_all,
    "four eyes": _four_eyes_of_all,
}
TEMPLATES = {
    "incidents": ("admin/incidents.html", "incident.case.confidential", "false"),
}
WATCHERS = ("auditor", "process_manager", "comms_director", "trainer")


def leaks(twins: Twins, looks: list[Look]) -> Iterator[str]:
    """Look as a few people do, whom one filter or the other keeps from something."""
    never = silent(twins)
    of, others = twins.crowd.of, twins.crowd.others
    watching = [(role, of[role, "stranger"]) for role in WATCHERS]
    watching += [("hr_investigator", of["hr_investigator", "conflict"])]
    watching += [("hr_investigator", others["declared"])]
    own = [*pages_of(twins, "role_hr_investigator"), *pages_of(twins, "declared")]
    for role, person in watching:
        mine = [one for one in looks if opens(role, one[0])] + own
        here = twins.crowd.browser(twins.real, person)
        there = twins.crowd.browser(twins.twin, person)
        for endpoint, address in mine:
            seen, same = ask(here, address), ask(there, address)
            said = leaked(endpoint, seen, same, standings(role)) or names(
                endpoint, seen, same, never
            )
            if said and "statements" not in said:
                yield f"{role} {address}: {said}"
    yield from _of_a_complainant(twins)


def _of_a_complainant(twins: Twins) -> Iterator[str]:
    browser = twins.crowd.browser(twins.real, twins.crowd.of["trainer", "complainant"])
    label = twins.label("role_trainer")
    if label in ask(browser, "/cases/?tab=mine&state=open").body:
        yield "trainer /cases/?tab=mine&state=open: its state"
    if markers_in(ask(browser, f"/cases/{twins.label('found')}").all):
        yield "trainer: the case of somebody else"


@contextmanager
def forgetting() -> Iterator[None]:
    """Forget the statements that were made with the filters, and again those without."""
    for kept in (inbox._list, inbox._counts):
        kept.cache_clear()
    try:
        yield
    finally:
        for kept in (inbox._list, inbox._counts):
            kept.cache_clear()


@pytest.fixture
def looked(named: Named) -> list[Look]:
    found = few_of(list(addresses.looks(named)))
    return sorted(found | {("admin.audit", "/admin/audit?subject=C-"),
                           ("reports.index_csv", "/reports/tables/stages.csv"),
                           ("reports.cases", "/reports/cases?state=open")})  # fmt: skip


def test_with_all_filters_nothing_leaks(twins: Twins, looked: list[Look]) -> None:
    with forgetting(), counting(twins.real, twins.twin):
        assert next(leaks(twins, looked), "") == ""


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_one_filter_something_leaks(
    twins: Twins, looked: list[Look], name: str, monkeypatch: Patch
) -> None:
    MUTATIONS[name](monkeypatch)
    with forgetting(), counting(twins.real, twins.twin):
        assert next(leaks(twins, looked), "") != ""


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_neutral_words_something_leaks(twins: Twins, name: str, monkeypatch: Patch) -> None:
    template, word, instead = TEMPLATES[name]
    environment: Environment = twins.real.jinja_env
    monkeypatch.setattr(environment, "loader", _Changed(environment, template, word, instead))
    environment.cache.clear()  # type: ignore[union-attr]  # it has one
    browser = twins.crowd.browser(twins.real, twins.crowd.of["sysadmin", "stranger"])
    seen = ask(browser, "/admin/incidents").body
    environment.cache.clear()  # type: ignore[union-attr]
    assert "C-" in seen


class _Changed(BaseLoader):
    """Reads templates, one of them with a word changed."""

    def __init__(self, environment: Environment, template: str, word: str, instead: str) -> None:
        assert environment.loader is not None
        self._loader, self._template = environment.loader, template
        self._word, self._instead = word, instead

    def get_source(self, environment: Environment, template: str) -> Any:
        source, name, fresh = self._loader.get_source(environment, template)
        if template == self._template:
            assert self._word in source
            source = source.replace(self._word, self._instead)
        return source, name, fresh
