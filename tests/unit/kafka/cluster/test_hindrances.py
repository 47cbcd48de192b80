"""What a producer asks again after, without a word, is heard."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    ConcurrentTransactions,
    CoordinatorNotAvailableError,
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
)

from emotag_service.kafka.cluster.hindrances import likely_cause, overhear


class Client:
    """aiokafka's, with answers from a list instead of a broker."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    async def send(self, node: int, request: str, *, group: int = 0) -> Any:
        assert (node, request, group) == (7, "who coordinates", 1)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_errors_are_heard_and_answers_are_handed_on() -> None:
    refusals = [SimpleNamespace(error_code=15), SimpleNamespace(error_code=51)]
    others = [SimpleNamespace(error_code=0), SimpleNamespace(errors=[])]
    client = Client(*refusals, NodeNotReadyError("gone"), *others)
    heard: list[type[KafkaError]] = []
    overhear(SimpleNamespace(client=client), lambda error: heard.append(type(error)))
    assert [await client.send(7, "who coordinates", group=1) for _ in refusals] == refusals
    with pytest.raises(NodeNotReadyError):
        await client.send(7, "who coordinates", group=1)
    assert [await client.send(7, "who coordinates", group=1) for _ in others] == others
    assert heard == [CoordinatorNotAvailableError, ConcurrentTransactions, NodeNotReadyError]


def test_what_lasts_has_a_cause_and_a_cure() -> None:
    assert "transaction.state.log.replication.factor" in likely_cause(CoordinatorNotAvailableError)
    assert "--unavailable-partitions" in likely_cause(ConcurrentTransactions)
    assert likely_cause(KafkaConnectionError) == ""
