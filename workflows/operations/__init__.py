"""What service tasks do: one function per topic, each run inside its case's transaction.

An operation writes rows and never commits, sends or calls anything. Where it cannot be done it
raises OperationError, and the case stays before the step.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workflows.operations.change import (
    add_administrator,
    change_site,
    record_retention,
    remove_administrator,
)
from workflows.operations.delegations import grant_delegation
from workflows.operations.occasion import Fact, Occasion, Operation, OperationError
from workflows.operations.retirement import (
    begin_retirement,
    end_contract,
    record_retirement,
    restrict_site,
    revoke_delegation,
    suspend_site,
)
from workflows.operations.telling import (
    inform_of_delay,
    inform_requester,
    lapse_approval,
    launch_and_tell,
    remind,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "launch-site": launch_and_tell,
        "lapse-approval": lapse_approval,
        "inform-requester": inform_requester,
        "inform-of-delay": inform_of_delay,
        "grant-delegation": grant_delegation,
        "revoke-delegation": revoke_delegation,
        "add-administrator": add_administrator,
        "remove-administrator": remove_administrator,
        "change-site": change_site,
        "record-retention": record_retention,
        "restrict-site": restrict_site,
        "suspend-site": suspend_site,
        "begin-retirement": begin_retirement,
        "end-contract": end_contract,
        "record-retirement": record_retirement,
        "remind": remind,
    }
)

__all__ = ["OPERATIONS", "Fact", "Occasion", "Operation", "OperationError"]
