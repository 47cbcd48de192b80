"""Reads what a group has committed, and takes no failure for "nothing"."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka.errors import NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

_PAUSE_SECONDS = 0.1
_NONE = -1  # the protocol's word for an offset that was never committed


async def committed_offset(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """Return the offset that the consumer's group has committed for a partition; None when there is none.

    Since version 2 of its reply a coordinator that is still loading, or no longer one, says so for the group as a
    whole and lists no partition. aiokafka 0.14 does not read that error, and answers as if nothing were committed:
    everything would be read again or, where a group begins at the end, left out. So before "nothing" is believed,
    the reply itself is looked at.

    Raises:
        KafkaError: The coordinator refuses, and will go on to.
    """
    while True:
        offset: int | None = await consumer.committed(partition)
        if offset is not None:
            return offset
        code, offset = await _ask(consumer, partition)
        if not code:
            return None if offset == _NONE else offset
        error = for_code(code)
        if not error.retriable:
            raise error()
        if error is NotCoordinatorForGroupError:
            consumer._coordinator.coordinator_dead()  # noqa: SLF001 - see _ask
        await asyncio.sleep(_PAUSE_SECONDS)


async def _ask(consumer: AIOKafkaConsumer, partition: TopicPartition) -> tuple[int, int]:
    """Return the code of the error, 0 without one, and the offset."""
    coordinator = consumer._coordinator  # noqa: SLF001 - there is no public way to the reply itself
    await coordinator.ensure_coordinator_known()
    topics = [(partition.topic, [partition.partition])]
    reply = await coordinator._send_req(OffsetFetchRequest(coordinator.group_id, topics))  # noqa: SLF001
    if code := getattr(reply, "error_code", 0):  # there is none in version 1
        return code, _NONE
    return next(((code, offset) for _, rows in reply.topics for _, offset, _, code in rows), (0, _NONE))
