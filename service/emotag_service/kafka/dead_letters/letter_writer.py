"""Writes letters back, and notes in the same transaction that they are.

For each partition of letters there is one transactional producer, whose id is derived from the partition: starting it
fences whoever replayed the same letters before and ends what that one had open. What was replayed is read only after
that: see `kafka/tagging/writers.py`, whose argument this is. It is noted twice: as the offset of a group, which is
found at once and expires, and by a receipt among the letters, which stays for as long as they do.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiokafka.errors import IllegalOperation

from emotag_service.kafka.cluster.aiokafka_private import add_group, raise_failure
from emotag_service.kafka.cluster.consumers import committed_offset, lone_consumer
from emotag_service.kafka.cluster.producers import (
    RecordOutbox,
    close_producer,
    transactional_id,
    transactional_producer,
)
from emotag_service.kafka.records.receipt import Receipt
from emotag_service.kafka.records.record import Source, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiokafka import TopicPartition

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.records.dead_letter import DeadLetter
    from emotag_service.kafka.records.record import Record

_BATCH_BYTES = 16 * 1024
ROOMY_BYTES = 2 * _BATCH_BYTES
"""A topic that accepts this much accepts every batch of letters each of which it accepts."""

_TRANSACTION_SECONDS = 15.0
_ABORT_SECONDS = 2.0


class LetterWriter:
    """Writes the letters of one partition."""

    def __init__(self, client: ClientSettings, group: str, partition: TopicPartition) -> None:
        source = Source(partition.topic, partition.partition)
        self._partition = partition
        self._producer = transactional_producer(
            client.kwargs(),
            transactional_id(group, source),
            timeout_seconds=_TRANSACTION_SECONDS,
            batch_bytes=_BATCH_BYTES,
        )
        self._outbox = RecordOutbox(self._producer, source)

    async def start(self) -> None:
        """Fence whoever replayed the same letters before."""
        await self._producer.start()

    async def write(
        self, letters: Sequence[DeadLetter], topics: Sequence[str], offsets: Mapping[str, int], *, alone: bool = True
    ) -> None:
        """Write letters, and receipts for them, in one transaction.

        Args:
            letters: In order.
            topics: Where each goes.
            offsets: What is replayed then, by consumer group.
            alone: One write per letter: a topic might refuse several together that it accepts one by one.

        Raises:
            RefusedError: A topic refused one; none is written.
            KafkaError: Any other failure; none is written, unless it was the answer to the commit that was lost.
        """
        await self._producer.begin_transaction()
        try:
            written = [
                Written(letter.record.offset, letter.original(topic, letter.partition))
                for letter, topic in zip(letters, topics, strict=True)
            ]
            receipts = [
                Written(offset - 1, Receipt(group, offset).outgoing(*self._partition))
                for group, offset in offsets.items()
            ]
            try:
                await self._outbox.send(written, alone=alone)
                await self._outbox.send(receipts, alone=True)
            except IllegalOperation:  # the transaction has ended meanwhile: what ended it says why, this does not
                await self._outbox.delivered()
                raise_failure(self._producer)
                raise
            await self._outbox.delivered()
            for group, offset in offsets.items():
                await add_group(self._producer, group)
                await self._producer.send_offsets_to_transaction({self._partition: offset}, group)
            await self._producer.commit_transaction()
        except BaseException:
            self._outbox.forget()
            with contextlib.suppress(Exception):  # the next replay's fencing does it too
                await asyncio.wait_for(self._producer.abort_transaction(), _ABORT_SECONDS)
            raise

    async def close(self) -> None:
        """Let go; never raises."""
        await close_producer(self._producer)


class Ledger:
    """Of one partition of letters."""

    def __init__(self, client: ClientSettings, group: str, partition: TopicPartition) -> None:
        """Make one; `group` is the part that the names of all its consumer groups have in common."""
        self._client = client
        self._group = group
        self._partition = partition
        self._next: dict[str, int] = {}
        self._receipts: dict[str, int] = {}
        self._groups: dict[str, int] = {}

    async def first_receipt(self, reasons: Iterable[str]) -> int:
        """The offset from which on receipts may say more than the groups of these reasons do; of all, for none."""
        return min([await self._committed(reason) for reason in sorted(reasons)], default=0)

    def recall(self, records: Iterable[Record]) -> None:
        """Take note of the receipts among these records; to be done of all before the first question."""
        for record in records:
            if (receipt := Receipt.read(record)) is not None:
                self._receipts[receipt.group] = max(receipt.offset, self._receipts.get(receipt.group, 0))

    async def next_offset(self, reason: str) -> int:
        """The letters of this reason are replayed up to this offset."""
        if reason not in self._next:
            self._next[reason] = max(await self._committed(reason), self._receipts.get(self.group(reason), 0))
        return self._next[reason]

    def group(self, reason: str) -> str:
        """The consumer group that remembers what is replayed of this reason."""
        return f"{self._group}.{reason}"

    def offsets(self, letters: Iterable[DeadLetter]) -> dict[str, int]:
        """What to commit for these, by consumer group."""
        return {self.group(letter.reason): letter.record.offset + 1 for letter in letters}

    def done(self, letters: Iterable[DeadLetter]) -> None:
        """They are replayed."""
        self._next |= {letter.reason: letter.record.offset + 1 for letter in letters}

    async def _committed(self, reason: str) -> int:
        if reason not in self._groups:
            consumer = lone_consumer(self._client.kwargs(), group=self.group(reason))
            try:
                await consumer.start()
                self._groups[reason] = await committed_offset(consumer, self._partition) or 0
            finally:
                await consumer.stop()
        return self._groups[reason]
