"""Producers: how they are made and stopped, where a record goes, and how records become as few writes as can be."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    RecordListTooLargeError,
    RecordTooLargeError,
)
from aiokafka.partitioner import murmur2

from emotag_service.kafka.cluster.aiokafka_private import InvalidRecordError, abandon_producer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_service.kafka.records.record import Outgoing, Source, Written

_CLOSE_SECONDS = 5.0
_ABANDON_SECONDS = 2.0

# The client's own bound on one request; the topic's is checked before, and the broker's word is heard.
_REQUEST_BYTES = 2**30
_REFUSALS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    InvalidTimestampError,
    CorruptRecordException,
    InvalidRecordError,
)
_UNTIMELY: str = InvalidTimestampError.__name__
_FIXES = {
    _UNTIMELY: "raise its message.timestamp.before.max.ms and message.timestamp.after.max.ms",
    InvalidRecordError.__name__: "take compact out of its cleanup.policy, or have records written with keys",
}


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
    """Stop a producer, dead or alive, in bounded time; what it cannot deliver in that time it never does."""
    try:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(producer.stop(), _CLOSE_SECONDS)
    finally:
        with contextlib.suppress(Exception):
            await abandon_producer(producer, _ABANDON_SECONDS)


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


class RefusedError(Exception):
    """A topic refused writes for what is in them; nothing of the transaction counts.

    Attributes:
        writes: The offsets of the records in each: one of them, at least, is at fault.
        reason: The broker's.
    """

    def __init__(self, writes: Sequence[Sequence[int]], reason: str) -> None:
        super().__init__(f"{len(writes)} writes refused: {reason}")
        self.writes = tuple(tuple(offsets) for offsets in writes)
        self.reason = reason

    @property
    def untimely(self) -> bool:
        """Whether it was for its timestamp."""
        return self.reason == _UNTIMELY

    @property
    def fix(self) -> str:
        """What may be done with the topic, so that it takes them."""
        return _FIXES.get(self.reason, "raise its max.message.bytes")


class RecordOutbox:
    """The writes of one transaction, of what was read from one partition: as few as can be, one batch per partition.

    A batch goes through the producer's batch interface: one future per write instead of one per record, and a record
    whose key and value are both null passes, which `send` refuses.
    """

    def __init__(self, producer: AIOKafkaProducer, source: Source) -> None:
        self._producer = producer
        self._source = source
        self._writes: list[tuple[asyncio.Future[Any], list[int]]] = []
        self._partitions: dict[str, int] = {}

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """Hand records to the producer, in order for each partition; waits while too much is under way.

        Args:
            written: What to write.
            alone: One write per record, so that a refusal names it.
        """
        groups: dict[tuple[str, int], list[Written]] = {}
        for topic in {one.outgoing.topic for one in written} - self._partitions.keys():
            self._partitions[topic] = len(await self._producer.partitions_for(topic))
        for one in written:
            topic = one.outgoing.topic
            target = topic, place(one.outgoing, self._source.partition, self._partitions[topic])
            groups.setdefault(target, []).append(one)
        for (topic, partition), group in groups.items():
            for part in [[one] for one in group] if alone else [group]:
                await self._send_to(topic, partition, part)

    async def delivered(self) -> None:
        """Wait until every write is acknowledged.

        A transaction commits although a write in it failed, so this is what stands between a failed write and a
        record that is lost.

        Raises:
            RefusedError: A topic refused a write for what is in it.
            KafkaError: Any other failure.
        """
        writes, self._writes = self._writes, []
        await asyncio.gather(*(future for future, _ in writes), return_exceptions=True)
        failures = [(future.exception(), offsets) for future, offsets in writes]
        refused = [(error, offsets) for error, offsets in failures if isinstance(error, _REFUSALS)]
        # What follows a refused write is out of sequence: a consequence, which must not hide its cause.
        consequences = (*_REFUSALS, OutOfOrderSequenceNumber) if refused else ()
        for error, _ in failures:
            if error is not None and not isinstance(error, consequences):
                raise error
        if refused:
            raise RefusedError([offsets for _, offsets in refused], type(refused[0][0]).__name__)

    def forget(self) -> None:
        """Begin anew: what is under way is of no interest any more."""
        for future, _ in self._writes:
            future.add_done_callback(_retrieve)
        self._writes = []
        self._partitions = {}

    async def _send_to(self, topic: str, partition: int, written: Iterable[Written]) -> None:
        batch, offsets = self._producer.create_batch(), list[int]()
        for one in written:
            while not _append(batch, one):  # full
                await self._flush(batch, topic, partition, offsets)
                batch, offsets = self._producer.create_batch(), []
            offsets.append(one.offset)
        await self._flush(batch, topic, partition, offsets)

    async def _flush(self, batch: Any, topic: str, partition: int, offsets: list[int]) -> None:
        future = await self._producer.send_batch(batch, topic, partition=partition)
        self._writes.append((future, offsets))


def _append(batch: Any, written: Written) -> bool:
    outgoing = written.outgoing
    return (
        batch.append(
            # A record from before timestamps has -1, which no topic takes back: it gets the time of writing.
            timestamp=outgoing.timestamp if outgoing.timestamp >= 0 else None,
            key=outgoing.key,
            value=outgoing.value,
            headers=list(outgoing.headers),
        )
        is not None
    )


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
