"""Carries out what a coordinator decided of the last transaction and may not have written everywhere.

Apache Kafka 4.3.1 can call a transaction complete without its end in some or all partitions: those that have no leader
while the coordinator reads its log, as after a crash of their only replica, are taken for deleted (KAFKA-20734). What
was written then stays open. The next transaction of the same producer would end it, whatever was decided: records that
were aborted, or that are written again since their offset is not committed either, appear twice; and until then the
group's offset is unstable, for ever. So whoever takes an id over asks for the decision before it fences, and then ends
an empty transaction in the same way in every partition that the last one can have touched. Where nothing is open,
that changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka.client import CoordinationType
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError, TransactionalIdAuthorizationFailed, for_code

from emotag_service.kafka.cluster.aiokafka_private import (
    DescribeTransactions,
    add_group,
    add_partitions,
    all_partitions_added,
    found_state,
    raise_failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiokafka import AIOKafkaProducer, TopicPartition

    from emotag_service.kafka.cluster.aiokafka_private import FoundState

_PAUSE_SECONDS = 0.1
_ADDING_SECONDS = 0.01  # between two looks at whether all partitions are part of the transaction
_NEVER_SEEN = 105  # TRANSACTIONAL_ID_NOT_FOUND
_DECISIONS = {
    "PrepareCommit": True,
    "CompleteCommit": True,
    "PrepareAbort": False,
    "CompleteAbort": False,
    "PrepareEpochFence": False,
    "Ongoing": False,  # whoever starts the producer has it aborted
}


async def decision(
    producer: AIOKafkaProducer, transactional_id: str, hear: Callable[[KafkaError], None] = lambda _: None
) -> bool | None:
    """Tell how the last transaction of this id ended or will end: True, by commit; None, there is nothing to settle.

    To be asked before the producer starts, since that makes the coordinator forget. A cluster that cannot tell (Kafka
    before 3.0) has nothing to settle either. It is asked until it answers, and `hear` is told why it does not yet.

    Raises:
        KafkaError: The coordinator refuses, and will go on to.
    """
    await producer.client.bootstrap()
    while True:
        try:
            found = await _describe(producer, transactional_id)
        except (IncompatibleBrokerVersion, NotImplementedError):  # as aiokafka says it, by version
            return None
        except TransactionalIdAuthorizationFailed as error:  # of the search for the coordinator, and without a name
            raise TransactionalIdAuthorizationFailed(transactional_id) from error
        except KafkaError as error:
            if not error.retriable:
                raise
            hear(error)
        else:
            if found.code == _NEVER_SEEN:
                return None
            if not found.code:
                return _DECISIONS.get(found.state)
            refusal = for_code(found.code)
            if not refusal.retriable:
                raise refusal(transactional_id)
            hear(refusal(transactional_id))
        await asyncio.sleep(_PAUSE_SECONDS)


async def settle(
    producer: AIOKafkaProducer, group: str, partitions: Iterable[TopicPartition], *, committed: bool
) -> None:
    """End an empty transaction in that way in all these partitions, and in the group's offsets.

    To be called as soon as the producer has started.

    Raises:
        KafkaError: The cluster refuses, or another producer has taken the id over.
    """
    await producer.begin_transaction()
    # Without a record and without an offset, which would take the place of what is to be settled.
    add_partitions(producer, partitions)
    while not all_partitions_added(producer):
        await asyncio.sleep(_ADDING_SECONDS)
        raise_failure(producer)
    await add_group(producer, group)
    await (producer.commit_transaction() if committed else producer.abort_transaction())


async def _describe(producer: AIOKafkaProducer, transactional_id: str) -> FoundState:
    node = await producer.client.coordinator_lookup(CoordinationType.TRANSACTION, transactional_id)
    return found_state(await producer.client.send(node, DescribeTransactions(transactional_id)))
