"""Which partitions this tagger has, and a lane for each: made when the group assigns them, ended when it takes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition

from emotag_service.kafka.records.record import Source
from emotag_service.kafka.tagging.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from emotag_service.kafka.tagging.context import LaneContext
    from emotag_service.kafka.tagging.feed import Read
    from emotag_service.kafka.tagging.lane import Attempt

_log = structlog.get_logger(__name__)


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is not typed
    """The lanes, kept in step with the group.

    What a listener raises is logged and swallowed by aiokafka, so nothing here raises: failures go to `failure`.

    Attributes:
        changes: Counts what changed the assignment; a poll that was under way meanwhile is not to be trusted.
        failure: Gets the first error that ends the tagger.
    """

    def __init__(self, context: LaneContext, changed: Callable[[], None]) -> None:
        """Make it; `changed` is called whenever lanes come or go. Belongs to the running event loop."""
        self.changes = 0
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._context = context
        self._changed = changed
        self._lanes: dict[Source, Lane] = {}

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Open a lane for each. The first thing done keeps their records back until the lanes are ready for them."""
        sources = sorted((Source(*one) for one in assigned), key=str)
        try:
            self._context.feed.hold(sources)
            self.changes += 1
            await self.finish()  # aiokafka revokes before it assigns; should it ever not, nothing runs twice
            self._open(sources)
        except Exception as error:  # noqa: BLE001 - see the class
            self._fail(error)

    def _open(self, sources: list[Source]) -> None:
        self._context.meters.rebalances += 1
        _log.info("partitions assigned", partitions=len(sources), sources=[str(source) for source in sources])
        for source in sources:
            self._lanes[source] = lane = Lane(source, self._context, self._fail)
            lane.start()
        self._changed()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """End the lanes, what they have written committed, before others may have the partitions."""
        self.changes += 1
        if revoked:
            _log.info("partitions revoked", partitions=len(revoked))
        try:
            await self.finish()
        except Exception as error:  # noqa: BLE001 - see the class
            self._fail(error)

    async def finish(self) -> None:
        """End all lanes, side by side, in bounded time."""
        lanes, self._lanes = list(self._lanes.values()), {}
        seconds = self._context.settings.stop_seconds
        await asyncio.gather(*(lane.finish(seconds) for lane in lanes), return_exceptions=True)
        self._context.meters.lag.clear()
        self._changed()

    def open_attempts(self) -> dict[Source, Attempt]:
        """Return the partitions whose lanes have room for more, each its share, and the attempts that ask for it."""
        share = max(1, len(self._lanes))
        most_records = self._context.settings.buffer_records / share
        most_bytes = self._context.settings.buffer_bytes / share
        found = {}
        for source, lane in self._lanes.items():
            attempt = lane.attempt
            if attempt is None or attempt.position is None or attempt.buffer.end is not None:
                continue
            if attempt.buffer.records < most_records and attempt.buffer.size < most_bytes:
                found[source] = attempt
        return found

    def deliver(self, found: Mapping[Source, Sequence[Read]], asked: Mapping[Source, Attempt], changes: int) -> None:
        """Hand the records of a poll to the attempts that asked for them.

        A poll that ran while the assignment changed may bring records of before the change next to those of after it.
        Nothing of it is used, and every lane has the consumer go back to the offset that it wants next: the lanes
        know, since nobody else moves on. The same goes for one partition whose lane has begun anew meanwhile: what
        was drained before the new attempt's take-over lies beyond what it has to read again.
        """
        if changes != self.changes:
            self._rewind(self._lanes)
            return
        for source, records in found.items():
            attempt = asked.get(source)
            lane = self._lanes.get(source)
            if lane is None:
                continue
            if attempt is None or attempt is not lane.attempt:
                self._rewind([source])
                continue
            self._context.meters.consumed += attempt.accept(records)

    def measure(self) -> None:
        """Bring the meters' lag and buffers up to date."""
        meters = self._context.meters
        attempts = {source: lane.attempt for source, lane in self._lanes.items() if lane.attempt is not None}
        for source, attempt in attempts.items():
            end = self._context.feed.end(source)
            if end is not None and attempt.committed is not None:
                meters.lag[str(source)] = max(0, end - attempt.committed)
        meters.buffered = sum(attempt.buffer.records for attempt in attempts.values())
        meters.buffered_bytes = sum(attempt.buffer.size for attempt in attempts.values())

    def _rewind(self, sources: Iterable[Source]) -> None:
        """Have the consumer go back to what these lanes want next; one that wants nothing yet will say so itself."""
        assigned = self._context.feed.assigned()
        for source in sources:
            attempt = self._lanes[source].attempt
            if attempt is not None and attempt.position is not None and source in assigned:
                self._context.feed.seek(source, attempt.position)

    def _fail(self, error: BaseException) -> None:
        if not self.failure.done():
            self.failure.set_exception(error)
