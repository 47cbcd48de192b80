"""What each broker of the tests does not do; whatever is not listed, it does."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.brokers.protocol import Broker


class Capability(StrEnum):
    """What a test may need of a broker."""

    EXPIRES_DEAD_MEMBERS = "expires members that died without leaving their group"
    COMMITS_WHILE_REBALANCING = "survives an offset commit while the group rebalances"
    TRANSACTION_TIMEOUT = "aborts transactions older than transaction.timeout.ms"
    CRASH_DURABILITY = "keeps every acknowledged record through kill -9 of the broker"
    TRANSACTIONS_THROUGH_RESTART = "goes on after a restart with transactions and producers of before"
    STATIC_LEADERS = "lets a static member that led its group come back unnoticed"
    JOINS_AFTER_DEATHS = "answers joins at once though members died while the group rebalanced"
    GROUPS_OF_TRANSACTIONS = "refuses the offset of a group that is not part of the transaction"
    TIMESTAMP_BOUNDS = "refuses a record for a time that its topic does not take"
    RESTART = "can be stopped, killed and started by a test"
    SECURITY = "has TLS, SASL and ACLs that a test can set up"
    SEVERAL_NODES = "runs as a cluster of several nodes"


LACKS: dict[str, dict[Capability, str]] = {
    "embedded": {
        Capability.EXPIRES_DEAD_MEMBERS: "it keeps a dead member until somebody joins or the same static member returns",
        Capability.COMMITS_WHILE_REBALANCING: "it rejects the commit, and the group can stick",
        Capability.STATIC_LEADERS: (
            "that member assigns anew, which the others may or may not hear of; it comes out as it was, since taggers "
            "with an `--instance-id` divide partitions by it"
        ),
        Capability.JOINS_AFTER_DEATHS: (
            "a join may stay unanswered until its client gives up, after 40 s, and joins again; members without an "
            "`--instance-id` may not get in at all: give taggers one, or stop them in order"
        ),
        Capability.GROUPS_OF_TRANSACTIONS: "it takes any",
        Capability.TIMESTAMP_BOUNDS: "it takes any",
        Capability.TRANSACTION_TIMEOUT: "it does not enforce transaction.timeout.ms",
        Capability.CRASH_DURABILITY: (
            "SIGKILL loses its last acknowledged records and group offsets; SIGTERM saves all but what is being "
            "written in that moment"
        ),
        Capability.TRANSACTIONS_THROUGH_RESTART: (
            "a transaction that is open when it stops is lost although its commit succeeds, and producers are out of "
            "sequence: stop taggers first"
        ),
        Capability.SECURITY: "it has no listener but plaintext",
        Capability.SEVERAL_NODES: "it is one process",
    },
    "apache": {},
    "external": {
        Capability.RESTART: "it belongs to somebody else",
        Capability.SECURITY: "it belongs to somebody else",
        Capability.SEVERAL_NODES: "its nodes belong to somebody else",
    },
}


def needs(broker: Broker, *capabilities: Capability) -> None:
    """Skip the test when the broker lacks one of them; the skip names it and says why."""
    for capability in capabilities:
        why = LACKS[broker.name].get(capability)
        if why is not None:
            pytest.skip(f"the {broker.name} broker lacks {capability.name}: {why}")
