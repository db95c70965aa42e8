"""No page comes without having been thought about: every endpoint says how it may touch cases."""

from flask import Flask

from tests.webapp.leaks.acts import acts
from tests.webapp.leaks.addresses import APART, CLASSIFIED, Named, looks
from webapp.permissions import ENDPOINTS

# A draft is put in its place by the studio: XML of a diagram, and nothing of any case.
PUT = {"studio_api.save"}


def test_every_endpoint_is_classified(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(CLASSIFIED) == set(ENDPOINTS) == known


def test_every_page_is_looked_at_and_every_form_is_sent(app: Flask, named: Named) -> None:
    looked = {endpoint for endpoint, _ in looks(named)}
    sent = {endpoint for endpoint, _, _ in acts(named)}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint in PUT:
            assert methods == {"PUT"}
            continue
        assert "POST" in methods or rule.endpoint in looked, rule
        assert "POST" not in methods or rule.endpoint in sent, rule
        assert methods <= {"GET", "POST"}, rule


def test_each_address_belongs_to_its_endpoint(app: Flask, named: Named) -> None:
    adapter = app.url_map.bind("localhost")
    for endpoint, address in looks(named):
        assert adapter.match(address.partition("?")[0])[0] == endpoint
    for endpoint, address, _ in acts(named):
        assert adapter.match(address, method="POST")[0] == endpoint


def test_what_is_apart_from_cases_names_none() -> None:
    apart = {endpoint for endpoint, how in CLASSIFIED.items() if how == APART}
    assert not [one for one in apart if one.startswith(("cases", "tasks", "files", "evidence."))
                and one != "evidence.note"]  # fmt: skip
