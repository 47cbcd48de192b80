"""A lane: the way of one input partition through the tagger, from its taking over to its being given up.

A lane is a row of attempts. An attempt takes the partition over (`Writer.start` fences whoever wrote for it before),
reads on from the committed offset, tags ahead and writes. When it fails everything in it is thrown away, and the next
one begins at what was committed: there is one way back to a known state, and every failure takes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, InvalidProducerIdMapping, KafkaError, ProducerFenced

from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.cluster.producers import RefusedError
from emotag_service.kafka.errors import FencedError, TaggerError, UnreadableBatchError
from emotag_service.kafka.tagging.buffer import Buffer, tag_ahead
from emotag_service.kafka.tagging.feed import warn_of_gone
from emotag_service.kafka.tagging.transaction import Refusals
from emotag_service.kafka.tagging.wait import Wait
from emotag_service.kafka.tagging.writing import Writing
from emotag_service.process.backoff import Backoff
from emotag_service.process.lifetime import unless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.tagging.context import LaneContext
    from emotag_service.kafka.tagging.feed import Read
    from emotag_service.kafka.tagging.transaction import Transaction
    from emotag_service.kafka.tagging.writers import Writer

_log = structlog.get_logger(__name__)
_FENCED = (ProducerFenced, InvalidProducerEpoch, InvalidProducerIdMapping)

# What an attempt may fail of and another mend: the cluster, the network, and what aiokafka trips over when a call
# follows one that failed: assertions, and IllegalOperation, which is no KafkaError.
_PASSING = (KafkaError, OSError, asyncio.TimeoutError, AssertionError, IllegalOperation)
_FENCED_IN_A_ROW = 5
_GONE_SECONDS = 2.0


class Attempt:
    """One attempt of a lane.

    Attributes:
        buffer: What it has read and not written.
        position: The offset that it wants next; None until it has taken the partition over.
        committed: The offset up to which everything is done; None until then.
    """

    def __init__(
        self, source: Source, context: LaneContext, refusals: Refusals, wait: Wait, on_commit: Callable[[], None]
    ) -> None:
        """Make one; `on_commit` is called after every commit."""
        self.buffer = Buffer(context.roomier)
        self.position: int | None = None
        self.committed: int | None = None
        self._source = source
        self._context = context
        self._refusals = refusals
        self._wait = wait
        self._on_commit = on_commit
        self._writer: Writer | None = None
        self._writing: Writing | None = None

    def accept(self, found: Sequence[Read]) -> int:
        """Take records from `position` on; what lies before it, it has already. Returns how many were found.

        After what cannot be read, if that is last, nothing more is asked for: `run` raises it, once all before it is
        committed.
        """
        records = [one for one in found if not isinstance(one, UnreadableBatchError)]
        if self.position is not None:
            wanted = [record for record in records if record.offset >= self.position]
            if wanted:
                self.position = wanted[-1].offset + 1
                self.buffer.put(wanted)
            if found and isinstance(found[-1], UnreadableBatchError):
                self.buffer.end_with(found[-1])
        return len(records)

    def stop(self) -> None:
        """Have `run` commit what is written, and return."""
        if self._writing is not None:
            self._writing.stop.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Do it until `stop`, or raise what failed. `stopping` says that it need not even begin."""
        if await unless(stopping, self._take_over()):
            await self._work(stopping)

    async def abort(self) -> None:
        """Undo what is not committed, as far as the cluster still listens."""
        if self._writer is not None:
            await self._writer.abort()

    async def close(self) -> None:
        """Let go; never raises."""
        if self._writer is not None:
            await self._writer.close()

    async def _take_over(self) -> None:
        feed, wait = self._context.feed, self._wait
        wait.begin()
        if self._context.ready is not None:  # before the writer, which has to know its topics' limits and partitions
            wait.come_to("the topics that it writes to")
            await self._context.ready(self._source.topic)
        self._writer = self._context.writer(self._source)
        offset = await self._writer.start(wait)
        if offset is None:
            wait.come_to("the first commit")
            offset = await self._begin_at(self._writer, await feed.start_offset(self._source))
        wait.come_to("the oldest offset")
        first = await feed.first_offset(self._source)
        if offset < first:
            warn_of_gone(self._source, offset, first)
            offset = await self._begin_at(self._writer, first)
        self.position = self.committed = offset
        feed.begin_at(self._source, offset)
        self._context.roomier()  # the poll that is out does not ask for this partition
        wait.end()
        self._context.meters.takeovers += 1
        _log.info("partition taken over", source=str(self._source), offset=offset)

    @staticmethod
    async def _begin_at(writer: Writer, offset: int) -> int:
        """Commit where it begins, so that a failure before the first tag neither chooses again nor warns again."""
        await writer.begin()
        await writer.commit(offset)
        return offset

    async def _work(self, stopping: asyncio.Event) -> None:
        if stopping.is_set() or self._writer is None:
            return
        context = self._context
        session = context.engine.session(str(self._source))
        self._writing = writing = Writing(context, self._writer, self.buffer, self._refusals, self._committed)
        tasks = (
            asyncio.ensure_future(
                tag_ahead(
                    self.buffer,
                    context.rewriter,
                    session,
                    writing.batches,
                    context.settings.batch_records,
                    context.tracing,
                    context.schemas,
                )
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


class Lane:
    """One input partition that this tagger was assigned.

    Attributes:
        source: The partition.
        attempt: What takes records at present; None between two.
    """

    def __init__(self, source: Source, context: LaneContext, failed: Callable[[BaseException], None]) -> None:
        """Make one; `failed` is told what no further attempt would mend."""
        self.source = source
        self._context = context
        self._failed = failed
        self.attempt: Attempt | None = None
        self._stopping = asyncio.Event()
        self._backoff = Backoff()
        self._fenced = 0
        self._refusals = Refusals(source)
        self._wait = Wait(source, context.meters)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=f"lane {self.source}")

    async def finish(self, seconds: float) -> None:
        """Commit what is written, give up the rest, and let the partition go; the next owner reads it again."""
        self._stopping.set()
        if self.attempt is not None:
            self.attempt.stop()
        if self._task is None:
            return
        await asyncio.wait((self._task,), timeout=seconds)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                await self._try()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the main loop has to know
            self._failed(error)
        finally:
            self._wait.end()

    async def _try(self) -> None:
        self.attempt = attempt = Attempt(self.source, self._context, self._refusals, self._wait, self._on_commit)
        try:
            await attempt.run(self._stopping)
        except Exception as error:  # noqa: BLE001 - raised again in `_recover` unless it may pass
            self.attempt = None
            await self._undo(attempt)
            await self._recover(error)
        finally:
            self.attempt = None
            await attempt.close()

    async def _undo(self, attempt: Attempt) -> None:
        # The next owner's fencing would do it too; until then readers would wait for this transaction.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(attempt.abort(), _GONE_SECONDS)

    async def _recover(self, error: Exception) -> None:
        """Wait until another attempt is worth it. Raises what none would mend."""
        if isinstance(error, TaggerError):
            raise error
        self._context.meters.aborts[type(error).__name__] += 1
        self._wait.fail(error)
        if self._stopping.is_set():
            return
        if isinstance(error, RefusedError):
            _log.warning("write refused", source=str(self.source), reason=error.reason)
            self._refusals.note(error)
            await self._pause(self._backoff.next())
            return
        explained = explain(error, f"tagging {self.source}", user=self._context.user)
        if explained is not None:
            raise explained from error
        if not isinstance(error, _PASSING):
            raise error
        seconds = self._fenced_seconds() if isinstance(error, _FENCED) else self._backoff.next()
        _log.warning(
            "lane begins again", source=str(self.source), error=type(error).__name__, seconds=round(seconds, 3)
        )
        await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _fenced_seconds(self) -> float:
        """Two heartbeats, before it takes its transactional id back.

        Either the cluster timed a transaction of it out, and the id is its to take. Or it was away for longer than its
        session and another tagger has the partition: then two heartbeats are enough to learn that from the group.
        """
        self._fenced += 1
        if self._fenced > _FENCED_IN_A_ROW:
            raise FencedError(
                f"tagging {self.source}: another process keeps taking its transactional id; is a tagger of the same "
                "--group, or another program that uses its transactional ids, running outside of the group?"
            )
        return self._context.fenced_seconds

    def _on_commit(self) -> None:
        self._fenced = 0
        self._backoff.reset()
        self._context.meters.last_progress = time.monotonic()
