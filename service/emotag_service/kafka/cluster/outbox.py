"""Puts outgoing records into as few writes as it can, one batch per partition, and keeps account of them.

A batch goes through the producer's batch interface: one future per write instead of one per record, and a record whose
key and value are both null passes, which `send` refuses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    RecordListTooLargeError,
    RecordTooLargeError,
)

from emotag_service.kafka.cluster.producers import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiokafka import AIOKafkaProducer

    from emotag_service.kafka.records.record import Source, Written

_REFUSALS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    InvalidTimestampError,
    CorruptRecordException,
)


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


class RecordOutbox:
    """The writes of one transaction, of what was read from one partition."""

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
