"""What a lane writes with: exactly once in transactions, or at least once.

Why exactly once holds, with one transactional producer per input partition. The broker's own fencing of zombies needs
the consumer's generation in the transactional offset commit (KIP-447), which aiokafka does not send: a tagger that lost
its partition could still commit the partition's offsets in its own transaction. So the transactional id is derived from
the input partition, as the first exactly-once of Kafka Streams did it: whoever works on partition P of topic T for
group G writes as "G:T:P", and

1. Offsets of P are committed only inside transactions of "G:T:P".
2. A new owner calls InitProducerId for "G:T:P" before anything else. The coordinator then raises the epoch, so that
   every later request of the old owner is refused, ends the transaction that the old owner had open, and answers only
   once the end of it is written everywhere, the offsets' topic included.
3. Only then does the new owner read the committed offset and go on from it. Read any earlier, it could be the offset
   from before a transaction of the old owner that was about to commit: those records would be tagged twice. It asks
   for a stable one (`cluster.consumers`), since brokers have answered 2 before the offset was applied (KAFKA-17507),
   and before that carries out what a broker may have left of the last transaction's end (`cluster.settlement`).

So of two taggers that both believe to own P only the one that called InitProducerId last can commit, and what it
commits starts where the last commit before it ended, whatever the group's coordinator, rebalances, pauses and clocks
do. ':' is in no topic's name, so two pairs of group and partition never share an id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from emotag_service.kafka.cluster.failures import chain
from emotag_service.kafka.cluster.hindrances import overhear
from emotag_service.kafka.cluster.producers import (
    RecordOutbox,
    close_producer,
    idempotent_producer,
    reachable,
    transactional_id,
    transactional_producer,
)
from emotag_service.kafka.cluster.settlement import decision, settle

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from emotag_service.kafka.records.record import Source, Written
    from emotag_service.kafka.tagging.feed import Feed
    from emotag_service.kafka.tagging.settings import LoopSettings
    from emotag_service.kafka.tagging.wait import Wait


class Writer(Protocol):
    """Writes one partition's records and the offsets that go with them.

    After any error it is of no more use: close it, start a new one, and read on from what is committed.
    """

    async def start(self, wait: Wait) -> int | None:
        """Take the partition over from whoever wrote for it before; return the offset to go on from, or None.

        `wait` is told what for, and why it lasts: neither the cluster nor aiokafka sets it an end.
        """

    async def begin(self) -> None:
        """Begin a transaction."""

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """Hand records over, in order; waits while too much is under way.

        Args:
            written: What to write.
            alone: One write per record, so that a refusal names it.
        """

    async def commit(self, offset: int) -> None:
        """Make everything since `begin` visible, together with `offset`, the next to be read.

        Raises:
            RefusedError: A topic refused a record for what is in it.
        """

    async def abort(self) -> None:
        """Undo everything since `begin`, as far as the cluster still listens."""

    async def close(self) -> None:
        """Let go; never raises."""


class AtLeastOnce:
    """A Writer without transactions. Its producer is idempotent: order holds, and retries do not double."""

    def __init__(self, source: Source, settings: LoopSettings, client: dict[str, Any], feed: Feed) -> None:
        """Make one.

        Args:
            source: The input partition.
            settings: Of the loop.
            client: Arguments of every client of the cluster.
            feed: Knows and commits the partition's offset.
        """
        self._source = source
        self._feed = feed
        self._producer = idempotent_producer(client, batch_bytes=settings.write_bytes)
        self._outbox = RecordOutbox(self._producer, source)

    async def start(self, wait: Wait) -> int | None:
        """See `Writer`."""
        overhear(self._producer, wait.fail)
        wait.come_to("a producer id")
        await self._producer.start()
        wait.come_to("the committed offset")
        return await self._feed.committed(self._source)

    async def begin(self) -> None:
        """See `Writer`."""
        self._outbox.forget()

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """See `Writer`."""
        await self._outbox.send(written, alone=alone)

    async def commit(self, offset: int) -> None:
        """See `Writer`."""
        await self._outbox.delivered()
        await self._feed.commit(self._source, offset)

    async def abort(self) -> None:
        """See `Writer`: what is written stays written."""

    async def close(self) -> None:
        """See `Writer`."""
        self._outbox.forget()
        await close_producer(self._producer)


class ExactlyOnce:
    """A Writer whose records and offsets become visible together or not at all."""

    def __init__(
        self,
        source: Source,
        settings: LoopSettings,
        client: dict[str, Any],
        feed: Feed,
        outputs: Collection[str],
    ) -> None:
        """Make one.

        Args:
            source: The input partition.
            settings: Of the loop.
            client: Arguments of every client of the cluster.
            feed: Knows the partition's committed offset.
            outputs: Every topic that may be written to.
        """
        self._source = source
        self._group = settings.group
        self._feed = feed
        self._outputs = outputs
        self._id = transactional_id(settings.group, source)
        self._producer = transactional_producer(
            client,
            self._id,
            timeout_seconds=settings.transaction_timeout_seconds,
            batch_bytes=settings.write_bytes,
        )
        self._outbox = RecordOutbox(self._producer, source)

    async def start(self, wait: Wait) -> int | None:
        """Fence, settle, then read the committed offset: in this order, see the module's docstring."""
        overhear(self._producer, wait.fail)
        wait.come_to("the transaction coordinator")
        committed = await decision(self._producer, self._id, wait.fail)
        wait.come_to("the end of the last transaction, and a producer id")
        await self._producer.start()
        if committed is not None:
            wait.come_to("what may be left of the last transaction to be ended")
            await settle(self._producer, self._group, await self._touched(), committed=committed)
        wait.come_to("the committed offset")
        return await self._feed.committed(self._source)

    async def begin(self) -> None:
        """See `Writer`."""
        self._outbox.forget()
        await self._producer.begin_transaction()

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """See `Writer`."""
        await self._outbox.send(written, alone=alone)

    async def commit(self, offset: int) -> None:
        """See `Writer`."""
        await self._outbox.delivered()
        await self._add_offset(offset)
        await self._producer.commit_transaction()

    async def abort(self) -> None:
        """See `Writer`."""
        await self._producer.abort_transaction()

    async def close(self) -> None:
        """See `Writer`."""
        self._outbox.forget()
        await close_producer(self._producer)

    async def _touched(self) -> list[TopicPartition]:
        """Every partition that a transaction of this source can have written to."""
        counts = {topic: len(await self._producer.partitions_for(topic)) for topic in self._outputs}
        return [
            TopicPartition(topic, one)
            for topic, count in counts.items()
            for one in reachable(self._source.partition, count)
        ]

    async def _add_offset(self, offset: int) -> None:
        partition = TopicPartition(self._source.topic, self._source.partition)
        try:
            await self._producer.send_offsets_to_transaction({partition: offset}, self._group)
        except KafkaError as error:
            if any(type(link) is TopicAuthorizationFailedError and not link.args for link in chain(error)):
                raise TopicAuthorizationFailedError(self._source.topic) from error  # a name says what to allow
            raise
