"""One attempt of a lane: take the partition over, tag ahead, write, until told to stop or something fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.tagging.buffer import Buffer, tag_ahead
from emotag_service.kafka.tagging.writing import Writing
from emotag_service.process.lifetime import unless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.kafka.records.record import Record, Source
    from emotag_service.kafka.tagging.context import LaneContext
    from emotag_service.kafka.tagging.transaction import Refusals, Transaction

_log = structlog.get_logger(__name__)


class Attempt:
    """One attempt of a lane.

    Attributes:
        writer: What it writes with.
        buffer: What it has read and not written.
        position: The offset that it wants next; None until it has taken the partition over.
        committed: The offset up to which everything is done; None until then.
    """

    def __init__(self, source: Source, context: LaneContext, refusals: Refusals, on_commit: Callable[[], None]) -> None:
        """Make one; `on_commit` is called after every commit."""
        self.writer = context.writer(source)
        self.buffer = Buffer(context.roomier)
        self.position: int | None = None
        self.committed: int | None = None
        self._source = source
        self._context = context
        self._refusals = refusals
        self._on_commit = on_commit
        self._writing: Writing | None = None

    def accept(self, records: Sequence[Record]) -> None:
        """Take records from `position` on; what lies before it, it has already."""
        if self.position is None:
            return
        wanted = [record for record in records if record.offset >= self.position]
        if wanted:
            self.position = wanted[-1].offset + 1
            self.buffer.put(wanted)

    def stop(self) -> None:
        """Have `run` commit what is written, and return."""
        if self._writing is not None:
            self._writing.stop.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Do it until `stop`, or raise what failed. `stopping` says that it need not even begin."""
        if await unless(stopping, self._take_over()):
            await self._work(stopping)

    async def _take_over(self) -> None:
        feed = self._context.feed
        offset = await self.writer.start()
        if offset is None:
            offset = await self._begin_anew()
        first = await feed.first_offset(self._source)
        if offset < first:
            _log.warning("records expired before they were tagged", source=str(self._source), records=first - offset)
            offset = first
        self.position = self.committed = offset
        feed.begin_at(self._source, offset)
        self._context.roomier()  # the poll that is out does not ask for this partition
        _log.info("partition taken over", source=str(self._source), offset=offset)

    async def _begin_anew(self) -> int:
        """Choose where to begin and commit that, so that a failure before the first tag does not choose again."""
        offset = await self._context.feed.start_offset(self._source)
        await self.writer.begin()
        await self.writer.commit(offset)
        return offset

    async def _work(self, stopping: asyncio.Event) -> None:
        if stopping.is_set():
            return
        context = self._context
        session = context.engine.session(str(self._source))
        self._writing = writing = Writing(context, self.writer, self.buffer, self._refusals, self._committed)
        tasks = (
            asyncio.ensure_future(
                tag_ahead(self.buffer, context.rewriter, session, writing.batches, context.settings.batch_records)
            ),
            asyncio.ensure_future(writing.run()),
        )
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await session.close()

    def _committed(self, transaction: Transaction) -> None:
        self.committed = transaction.next_offset
        self._refusals.passed(transaction.next_offset)
        transaction.report(self._context.meters, self._context.clock())
        self._on_commit()
