"""What keeps a coordinator from answering for as long as nobody acts: aiokafka asks again without a word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.errors import ConcurrentTransactions, CoordinatorNotAvailableError, KafkaError, for_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import AIOKafkaProducer

_CAUSES = {
    CoordinatorNotAvailableError: (
        "the cluster cannot create __transaction_state, or it is offline: with fewer than 3 brokers set "
        "transaction.state.log.replication.factor and transaction.state.log.min.isr to no more than there are, and "
        "restart them; else kafka-topics.sh --describe --topic __transaction_state names the brokers that are missing"
    ),
    ConcurrentTransactions: (
        "the last transaction cannot end, since a partition that it wrote to is offline or has too few replicas in "
        "sync: kafka-topics.sh --describe --unavailable-partitions (or --under-min-isr-partitions) names it, and the "
        "brokers that are missing"
    ),
}


def overhear(producer: AIOKafkaProducer, hear: Callable[[KafkaError], None]) -> None:
    """Have `hear` told of every request of this producer that fails, and of every answer that is an error as a whole.

    aiokafka's own tasks ask again after those that may pass, and log nothing.
    """
    client = producer.client
    send = client.send

    async def send_and_hear(node: Any, request: Any, **options: Any) -> Any:
        try:
            answer = await send(node, request, **options)
        except KafkaError as error:
            hear(error)
            raise
        if code := getattr(answer, "error_code", 0):
            hear(for_code(code)())
        return answer

    client.send = send_and_hear


def likely_cause(error: type[BaseException]) -> str:
    """What most often is behind an error that does not pass, and what to do; empty where that is not known."""
    return _CAUSES.get(error, "")
