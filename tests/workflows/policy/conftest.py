import pytest

from tests.workflows.policy.deeds import POLICY
from workflows.policy.pack import Pack, load


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load(POLICY)
