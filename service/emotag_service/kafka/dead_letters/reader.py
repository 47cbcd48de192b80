"""Reads dead-letter topics, partition by partition, from somewhere to where they ended when reading began."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Self

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from emotag_service.kafka.cluster.consumers import as_record, lone_consumer
from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.cluster.topics import open_topics
from emotag_service.kafka.errors import ClusterError, SettingsError, UnreadableBatchError
from emotag_service.kafka.records.dead_letter import DeadLetter, NotALetterError
from emotag_service.kafka.records.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.records.record import Record

_POLL_MS = 200
_STALL_SECONDS = 60.0  # longer than any transaction may stay open and hold a reader of committed records back


class Reader:
    """A consumer of no group; sees committed records only. A context."""

    def __init__(self, client: ClientSettings) -> None:
        self._client = client
        # A fetch for the last partition would hold up that for the next one.
        self._consumer = lone_consumer(client.kwargs(), wait_ms=_POLL_MS // 2)

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """Those of these topics, in order. Raises SettingsError for a topic that does not exist."""
        async with open_topics(self._client) as known:
            counts = await known.describe(topics, "Read")
        for topic in topics:
            if topic not in counts:
                raise SettingsError(
                    f"--topic: topic {topic} does not exist on this cluster; the dead letters of a topic T are in "
                    "T.dead-letters unless --dead-letter-topic says otherwise"
                )
        return [TopicPartition(topic, number) for topic in dict.fromkeys(topics) for number in range(counts[topic])]

    async def batches(
        self,
        partition: TopicPartition,
        *,
        start: int = 0,
        most: int = 500,
        unread: Callable[[UnreadableBatchError], None] | None = None,
    ) -> AsyncGenerator[list[Record], None]:
        """Yield what a partition holds, from an offset on, as it comes.

        Args:
            partition: Of a topic that exists.
            start: Offset to begin at; what is not kept any more is passed over.
            most: Records at once.
            unread: Told of each batch that cannot be read and is passed over; None where none is to be.

        Raises:
            ClusterError: Nothing came for a long time.
            UnreadableBatchError: A batch cannot be read; what comes before it was yielded.
        """
        self._consumer.assign([partition])
        begin = (await self._consumer.beginning_offsets([partition]))[partition]
        end = (await self._consumer.end_offsets([partition]))[partition]
        self._consumer.seek(partition, max(start, begin))
        moved = time.monotonic()
        while await self._consumer.position(partition) < end:
            answer = await self._consumer.getmany(partition, timeout_ms=_POLL_MS, max_records=most)
            if found := [one for one in answer.get(partition, ()) if one.offset < end]:
                if isinstance(found[0], UnreadableBatchError):
                    self._pass_over(found[0], unread)
                else:  # what cannot be read comes last, and once more by itself
                    yield [as_record(one) for one in found if not isinstance(one, UnreadableBatchError)]
                moved = time.monotonic()
            elif time.monotonic() - moved > _STALL_SECONDS:
                raise ClusterError(f"{partition.topic}/{partition.partition}: nothing came; is the cluster up?")
            await asyncio.sleep(0)  # Ctrl-C gets its turn between buffered batches

    def _pass_over(self, batch: UnreadableBatchError, unread: Callable[[UnreadableBatchError], None] | None) -> None:
        if unread is None:
            raise batch
        unread(batch)
        self._consumer.seek(TopicPartition(batch.topic, batch.partition), batch.following)


async def letters_of(
    client: ClientSettings, topics: Sequence[str], unread: Callable[[UnreadableBatchError], None] | None = None
) -> AsyncGenerator[DeadLetter | None, None]:
    """Yield what the topics hold now, partition by partition; None for what is no dead letter and no receipt of ours.

    Args:
        client: How the cluster is reached.
        topics: Of dead letters.
        unread: See `Reader.batches`.

    Raises:
        SettingsError: A topic does not exist.
        TaggerError: The cluster refuses, or fails.
    """
    try:
        async with Reader(client) as reader:
            for partition in await reader.partitions(topics):
                async with aclosing(reader.batches(partition, unread=unread)) as batches:
                    async for records in batches:
                        for record in records:
                            if Receipt.read(record) is None:
                                yield _letter(record)
    except KafkaError as error:
        explained = explain(error, "reading dead letters", user=client.sasl_username, operation="Read")
        raise explained or ClusterError(f"reading dead letters: {type(error).__name__}; is the cluster up?") from error


def _letter(record: Record) -> DeadLetter | None:
    try:
        return DeadLetter.read(record)
    except NotALetterError:
        return None
