"""A retired process begins no case; those that run go on."""

import pytest

from models.database import db
from tests.workflows import walking
from tests.workflows.publication.authoring import OWNERS, Office
from workflows import publication
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import retiring


def retire(office: Office, key: str, reason: str = "A new one comes.") -> None:
    retiring.retire(office.town.runtime, key, reason, by=office.otto, owners=OWNERS, now=office.now)


def bring_back(office: Office, key: str, reason: str = "It is needed.") -> None:
    retiring.bring_back(
        office.town.runtime, key, reason, by=office.otto, owners=OWNERS, now=office.now
    )


def test_no_case_of_a_retired_process_begins_and_those_that_run_go_on(office: Office) -> None:
    running = walking.start(office.town, now=office.now)
    retire(office, "create-site")
    with pytest.raises(
        ConflictError,
        match=r"Create site was retired on 16 November 2026 by Ottoline Harrowgate: "
        r"A new one comes\.",
    ):
        walking.start(office.town, now=office.now)
    running.do("SubmitRequest").do("ForwardRequest")
    assert running.waits_for == {"ReviewRequest"}
    assert "create-site" in publication.published(db.session(), now=office.now)
    assert walking.told(office.bram) == [
        "“Create site” is retired: A new one comes. No new case of it begins."
    ]
    bring_back(office, "create-site")
    assert walking.start(office.town, now=office.now).waits_for == {"SubmitRequest"}


def test_what_another_process_calls_is_not_retired(office: Office) -> None:
    with pytest.raises(ConflictError, match="Gather advice is called by Create site, Decide"):
        retire(office, "gather-advice")
    retire(office, "create-site")
    with pytest.raises(ConflictError, match="called by Decide"):
        retire(office, "gather-advice")


def test_what_calls_a_retired_process_is_not_brought_back(office: Office) -> None:
    retire(office, "create-site")
    retire(office, "decide-request")
    with pytest.raises(ConflictError, match="Create site calls what is retired: Decide"):
        bring_back(office, "create-site")
    bring_back(office, "decide-request")
    bring_back(office, "create-site")


def test_it_is_retired_once_and_with_a_reason(office: Office) -> None:
    with pytest.raises(NotFoundError):
        retire(office, "nothing")
    with pytest.raises(InvalidAnswersError):
        retire(office, "create-site", " ")
    with pytest.raises(ConflictError, match="is not retired"):
        bring_back(office, "create-site")
    retire(office, "create-site")
    with pytest.raises(ConflictError, match="was retired"):
        retire(office, "create-site")
