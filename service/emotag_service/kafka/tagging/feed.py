"""Reads the input topics as a member of the consumer group.

What is here works around three habits of aiokafka: results of `getmany` may belong to an assignment that is over,
paused partitions lose what was fetched for them, and a poll does not notice that a partition may be read again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaConnectionError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.protocol.metadata import MetadataRequest

from emotag_service.kafka.cluster.aiokafka_private import ask_group_coordinator
from emotag_service.kafka.cluster.consumers import as_record, committed_offset, group_member
from emotag_service.kafka.errors import ClusterError, UnreadableBatchError, reset_command
from emotag_service.kafka.records.record import Record, Source
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_service.kafka.tagging.settings import LoopSettings

Read = Record | UnreadableBatchError

_log = structlog.get_logger(__name__)
_NOWHERE = TopicPartition("", 0)  # a poll for nobody: the group's errors are raised, no record is taken
_POLL_RECORDS = 4  # batches' worth of records that one poll takes at most
_ASK_SECONDS = 5.0  # between two questions whether the cluster is there


class Feed:
    """The consumer, in the words of the loop.

    Attributes:
        answered: Monotonic seconds when the group's coordinator was last heard of; 0 before it was.
    """

    def __init__(self, settings: LoopSettings, client: dict[str, Any]) -> None:
        """Make one; it connects in `start`."""
        self.answered = 0.0
        self._asking: asyncio.Task[None] | None = None
        self._settings = settings
        self._consumer = group_member(
            client,
            settings.group,
            instance_id=settings.instance_id,
            session_seconds=settings.session_seconds,
            heartbeat_seconds=self.heartbeat_seconds,
            rebalance_seconds=settings.rebalance_seconds,
            discovery_seconds=settings.discovery_seconds,
        )

    @property
    def heartbeat_seconds(self) -> float:
        """Between two signs of life: three fit into a session."""
        return self._settings.session_seconds / 3

    async def start(self, listener: ConsumerRebalanceListener) -> None:
        """Connect and join the group, as soon as the cluster is there; assignments go to `listener`."""
        topics, pattern = self._settings.topics, self._settings.pattern
        if pattern:
            self._consumer.subscribe(pattern=pattern, listener=listener)
        else:
            self._consumer.subscribe(topics=list(topics), listener=listener)
        await self._connect()
        self._asking = asyncio.create_task(self._ask(), name="whether the cluster answers")

    async def stop(self) -> None:
        """Leave the group and disconnect."""
        if self._asking is not None:
            self._asking.cancel()
        await self._consumer.stop()

    async def poll(self, sources: Iterable[Source], seconds: float) -> dict[Source, list[Read]]:
        """Wait for records of these partitions; those of the others stay where they are, fetched and bounded.

        The last of a partition may be what cannot be read; until it is let alone, it is so at each poll.
        Cancelling it loses nothing.

        Raises:
            ClusterError: An offset lies behind the end of its partition.
        """
        wanted = [_partition(source) for source in sources] or [_NOWHERE]
        most = self._settings.batch_records * _POLL_RECORDS
        try:
            found = await self._consumer.getmany(*wanted, timeout_ms=int(seconds * 1000), max_records=most)
        except NoOffsetForPartitionError:  # a partition whose lane has not told yet where to begin
            return {}
        except OffsetOutOfRangeError as error:
            for partition, offset in error.args[0].items():
                await self._find_again(_source(partition), offset)
            return {}
        return {_source(partition): _read(records) for partition, records in found.items()}

    def hold(self, sources: Iterable[Source]) -> None:
        """Have nothing of these partitions returned until `begin_at`; what is taken away meanwhile is left out."""
        assigned = self.assigned()
        self._consumer.pause(*(_partition(source) for source in sources if source in assigned))

    def begin_at(self, source: Source, offset: int) -> None:
        """Go on from this offset."""
        self.seek(source, offset)
        self._consumer.resume(_partition(source))

    def seek(self, source: Source, offset: int) -> None:
        """Have this offset returned next."""
        self._consumer.seek(_partition(source), offset)

    async def committed(self, source: Source) -> int | None:
        """The group's offset, by the coordinator's word; None when there is none."""
        return await committed_offset(self._consumer, _partition(source))

    async def commit(self, source: Source, offset: int) -> None:
        """Commit the group's offset, outside of any transaction."""
        await self._consumer.commit({_partition(source): offset})

    async def first_offset(self, source: Source) -> int:
        """The oldest record that is still there."""
        return await self._bound(self._consumer.beginning_offsets, source)

    async def start_offset(self, source: Source) -> int:
        """Where a partition begins that the group has no offset of."""
        if self._settings.start == "earliest":
            return await self.first_offset(source)
        return await self._bound(self._consumer.end_offsets, source)

    def end(self, source: Source) -> int | None:
        """The offset after the last record, as of the last fetch; None before, and when it is no longer ours."""
        if source not in self.assigned():
            return None
        offset: int | None = self._consumer.highwater(_partition(source))
        return offset

    def assigned(self) -> set[Source]:
        """What this member has; a pattern that finds a new topic takes it away before any listener hears of it."""
        return {_source(partition) for partition in self._consumer.assignment()}

    async def _connect(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._consumer.start()
            except KafkaConnectionError as error:  # only of finding a broker, its first step, which can be taken again
                _log.warning("kafka is away", during="joining the group", error=type(error).__name__)
                await asyncio.sleep(backoff.next())
            else:
                return

    async def _ask(self) -> None:
        """Note when the cluster answers, now and then, for as long as this is not cancelled.

        Nothing else tells where there is nothing to read or no room for it, or no partition for this member: polls end
        in time whether a broker answers or not, and aiokafka keeps to itself which heartbeats were answered. Who is
        asked is the group's coordinator, as by heartbeats, since without it nothing can be committed.
        """
        while True:
            with contextlib.suppress(Exception):  # no answer: what will not pass, the poll raises
                await ask_group_coordinator(self._consumer, MetadataRequest([]))
                self.answered = time.monotonic()
            await asyncio.sleep(_ASK_SECONDS)

    async def _bound(self, ask: Any, source: Source) -> int:
        partition = _partition(source)
        return int((await ask([partition]))[partition])

    async def _find_again(self, source: Source, offset: int) -> None:
        """Go on after a fetch that found no such offset: from the oldest record, where this one has expired.

        Raises:
            ClusterError: It lies behind the end. To begin anew would tag again what is there; to wait would pass over
                all that is written until the log has grown to it.
        """
        first = await self.first_offset(source)
        if offset < first:
            warn_of_gone(source, offset, first)
            self.seek(source, first)
            return
        end = await self._bound(self._consumer.end_offsets, source)
        if offset > end:
            group = self._settings.group
            raise ClusterError(
                f"reading {source}: group {group} is to go on at offset {offset}, but the partition ends at {end}: the "
                "topic was made anew, or has lost records, or somebody has set the offset. Choose where to go on, with "
                f"every tagger stopped: {reset_command(group, source.topic, source.partition, '--to-latest')} (or "
                "--to-earliest: all that is there)"
            )
        self.seek(source, offset)  # it has come to be there


def warn_of_gone(source: Source, offset: int, first: int) -> None:
    """Say that a partition is to go on at an offset before its first one. Nobody knows what the others were of."""
    _log.warning(
        "offsets are gone before they were tagged, of records that expired or of ends of transactions alone",
        source=str(source),
        offset=offset,
        offsets=first - offset,
    )


def _read(found: list[Any]) -> list[Read]:
    end = found[-1:] if isinstance(found[-1], UnreadableBatchError) else []
    return [*[as_record(one) for one in found[: len(found) - len(end)]], *end]


def _partition(source: Source) -> TopicPartition:
    return TopicPartition(source.topic, source.partition)


def _source(partition: TopicPartition) -> Source:
    return Source(partition.topic, partition.partition)
