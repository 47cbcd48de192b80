"""Producers: how they are made and stopped, what they write under, and the partition that a record goes to."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Outgoing, Source

_CLOSE_SECONDS = 5.0
# The client's own bound on one request; the topic's is checked before, and the broker's word is heard.
_REQUEST_BYTES = 2**30


def transactional_id(group: str, source: Source) -> str:
    """The one name that whoever works on this partition for this group writes under."""
    return f"{group}:{source.topic}:{source.partition}"


def transactional_producer(
    client: dict[str, Any], name: str, *, timeout_seconds: float, batch_bytes: int
) -> AIOKafkaProducer:
    """Make a producer that writes in transactions, not started.

    Args:
        client: Arguments of every client of the cluster.
        name: Its transactional id.
        timeout_seconds: After which the cluster aborts a transaction that stays open.
        batch_bytes: Of one write to a partition, at most.
    """
    return AIOKafkaProducer(
        **client,
        transactional_id=name,
        transaction_timeout_ms=int(timeout_seconds * 1000),
        max_batch_size=batch_bytes,
        max_request_size=_REQUEST_BYTES,
        acks="all",
    )


def idempotent_producer(client: dict[str, Any], *, batch_bytes: int) -> AIOKafkaProducer:
    """Make a producer without transactions whose order holds, and whose retries do not double; not started."""
    return AIOKafkaProducer(
        **client, enable_idempotence=True, max_batch_size=batch_bytes, max_request_size=_REQUEST_BYTES, acks="all"
    )


async def close_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer, dead or alive, in bounded time."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(producer.stop(), _CLOSE_SECONDS)


def place(outgoing: Outgoing, source_partition: int, partitions: int) -> int:
    """Choose the partition of an outgoing record.

    The partition that it names (or came from) where the output has as many. Where it has fewer, the one that every
    Kafka client would choose for its key, so that readers who look by key find it, or for want of a key one that
    depends only on the source, so that what was in order stays in order.

    Args:
        outgoing: What is to be written.
        source_partition: Of the input.
        partitions: How many the output topic has.
    """
    wanted = source_partition if outgoing.partition is None else outgoing.partition
    if wanted < partitions:
        return wanted
    if outgoing.key is None:
        return wanted % partitions
    return int(murmur2(outgoing.key) & 0x7FFFFFFF) % partitions


def reachable(source_partition: int, partitions: int) -> range:
    """Every partition that `place` can choose for what a tagger writes; arguments as there."""
    if source_partition < partitions:
        return range(source_partition, source_partition + 1)
    return range(partitions)
