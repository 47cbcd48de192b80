"""A bare pass-through of aiokafka: what this client costs with the tagger's delivery and nothing else.

The same lanes: one per input partition, in exactly-once each with its transactional producer, and its transactions open
until the same age or size. No tags, no codec, no bounds, no recovery: it copies records and adds a header. Records go through the
client's batch interface, as the tagger's do, or one by one through `send`, as its documentation shows it. Run as
`python -m tests.benchmarks.kafka.lanes`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from emotag_service.kafka.records.headers import with_tag
from emotag_service.messages.tag import tag_bytes
from tests.benchmarks.kafka.arguments import Copy
from tests.benchmarks.kafka.feed import PARTITIONS
from tests.benchmarks.kafka.instant import ANSWERS

HEADERS = [("emotion-label", b"joy")]
# What a tag adds to a record, byte for byte as many: a member of its JSON, and the other headers.
TAG = b',"emotion":' + tag_bytes(ANSWERS[0]) + b"}"
TAG_HEADERS = list(with_tag((), ANSWERS[0]))
WRITE_BYTES = 512 * 1024


class Lane:
    """Copies one partition."""

    def __init__(self, what: Copy, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, partition: int) -> None:
        self.fetched: asyncio.Queue[Sequence[Any]] = asyncio.Queue(16)
        self._what = what
        self._consumer = consumer
        self._producer = producer
        self._place = TopicPartition(what.input, partition)
        self._writes: list[asyncio.Future[Any]] = []
        self._headers = TAG_HEADERS if what.as_tagged else HEADERS

    async def run(self) -> None:
        """Copy for ever."""
        loop = asyncio.get_running_loop()
        while True:
            records = await self.fetched.get()
            due, size = loop.time() + self._what.transaction_seconds, 0
            await self._begin()
            while True:
                await self._write(records)
                size += len(records)
                if size >= self._what.transaction_records:
                    break
                try:
                    async with asyncio.timeout_at(due):
                        records = await self.fetched.get()
                except TimeoutError:
                    break
            await asyncio.gather(*self._writes)
            self._writes.clear()
            await self._commit(records[-1].offset + 1)

    async def _write(self, records: Sequence[Any]) -> None:
        if not self._what.one_by_one:
            await self._write_batch(records)
            return
        topic, place = self._what.output, self._place.partition
        for record in records:
            value, headers = self._value(record), [*record.headers, *self._headers]
            self._writes.append(await self._producer.send(topic, value, record.key, place, record.timestamp, headers))

    async def _write_batch(self, records: Sequence[Any]) -> None:
        batch = self._producer.create_batch()
        for record in records:
            value, headers = self._value(record), [*record.headers, *self._headers]
            while batch.append(timestamp=record.timestamp, key=record.key, value=value, headers=headers) is None:
                await self._send(batch)
                batch = self._producer.create_batch()
        await self._send(batch)

    def _value(self, record: Any) -> bytes:
        value: bytes = record.value
        return value[:-1] + TAG if self._what.as_tagged else value

    async def _send(self, batch: Any) -> None:
        self._writes.append(await self._producer.send_batch(batch, self._what.output, partition=self._place.partition))

    async def _begin(self) -> None:
        if self._what.exactly_once:
            await self._producer.begin_transaction()

    async def _commit(self, offset: int) -> None:
        if self._what.exactly_once:
            await self._producer.send_offsets_to_transaction({self._place: offset}, self._what.group)
            await self._producer.commit_transaction()
        else:
            await self._consumer.commit({self._place: offset})


async def run(what: Copy) -> None:
    """Copy until killed."""
    consumer = AIOKafkaConsumer(
        what.input,
        bootstrap_servers=what.bootstrap,
        group_id=what.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    lanes = [Lane(what, consumer, await _producer(what, number), number) for number in range(PARTITIONS)]
    async with asyncio.TaskGroup() as tasks:
        for lane in lanes:
            tasks.create_task(lane.run())
        while True:
            for place, records in (await consumer.getmany(timeout_ms=1_000)).items():
                await lanes[place.partition].fetched.put(records)


async def _producer(what: Copy, partition: int) -> AIOKafkaProducer:
    identity = {"transactional_id": f"{what.group}:{what.input}:{partition}"} if what.exactly_once else {"acks": "all"}
    producer = AIOKafkaProducer(bootstrap_servers=what.bootstrap, max_batch_size=WRITE_BYTES, **identity)
    await producer.start()
    return producer


if __name__ == "__main__":
    asyncio.run(run(Copy.read(__doc__)))
