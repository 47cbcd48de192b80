"""Reads what a group has committed: stable offsets only, and no failure taken for "nothing"."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorForGroupError,
    for_code,
)

from emotag_service.kafka.errors import TaggerError
from emotag_service.kafka.offset_fetch import Found, OffsetFetch, found_in

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

_PAUSE_SECONDS = 0.1
_UNSTABLE_SECONDS = 60.0  # the end of a transaction is applied within milliseconds, or never
_ELSEWHERE = (NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError)
_UNSTABLE = 88  # a transaction of this partition's offset has ended, and its end is not applied yet


async def committed_offset(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """Return the offset that the consumer's group has committed for a partition; None when there is none.

    `AIOKafkaConsumer.committed` (aiokafka 0.14) will not do, for two reasons. A coordinator that is still loading, or
    no longer one, says so for the group as a whole and lists no partition; aiokafka does not read that error and
    answers as if nothing were committed: everything would be read again or, where a group begins at the end, left out.
    And it does not ask for stable offsets: a coordinator may show the offset from before a transaction that has
    ended already (KAFKA-17507), and what that transaction holds would be tagged twice.

    Raises:
        KafkaError: The coordinator refuses, and will go on to.
        TaggerError: A transaction whose end nobody will write holds the offset.
    """
    began = time.monotonic()
    while True:
        code, offset = await _ask(consumer, partition)
        if not code:
            return None if offset < 0 else offset
        if code == _UNSTABLE and time.monotonic() - began > _UNSTABLE_SECONDS:
            raise TaggerError(
                f"reading what is committed of {partition.topic}/{partition.partition}: a transaction that its "
                "coordinator calls complete is still open in __consumer_offsets (KAFKA-20734); find it with "
                "`kafka-transactions.sh find-hanging`"
            )
        error = for_code(code)
        if code != _UNSTABLE and not error.retriable:
            raise error()
        if error in _ELSEWHERE:
            consumer._coordinator.coordinator_dead()  # noqa: SLF001 - see _ask
        await asyncio.sleep(_PAUSE_SECONDS)


async def _ask(consumer: AIOKafkaConsumer, partition: TopicPartition) -> Found:
    coordinator = consumer._coordinator  # noqa: SLF001 - there is no public way to ask one thing of it
    request = OffsetFetch(coordinator.group_id, partition.topic, partition.partition)
    while True:
        await coordinator.ensure_coordinator_known()
        try:
            return found_in(await coordinator._send_req(request))  # noqa: SLF001
        except KafkaError as error:  # the connection; aiokafka goes on in the same way
            if not error.retriable:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
