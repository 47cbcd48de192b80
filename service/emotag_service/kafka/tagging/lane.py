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
from emotag_service.kafka.cluster.outbox import RefusedError
from emotag_service.kafka.errors import FencedError, TaggerError
from emotag_service.kafka.tagging.attempt import Attempt
from emotag_service.kafka.tagging.transaction import Refusals
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.tagging.context import LaneContext

_log = structlog.get_logger(__name__)
_FENCED = (ProducerFenced, InvalidProducerEpoch, InvalidProducerIdMapping)
# What an attempt may fail of and another mend: the cluster, the network, and what aiokafka trips over when a call
# follows one that failed: assertions, and IllegalOperation, which is no KafkaError.
_PASSING = (KafkaError, OSError, asyncio.TimeoutError, AssertionError, IllegalOperation)
_FENCED_IN_A_ROW = 5
_GONE_SECONDS = 2.0


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

    async def _try(self) -> None:
        self.attempt = attempt = Attempt(self.source, self._context, self._refusals, self._on_commit)
        try:
            await attempt.run(self._stopping)
        except Exception as error:  # noqa: BLE001 - raised again in `_recover` unless it may pass
            self.attempt = None
            await self._undo(attempt)
            await self._recover(error)
        finally:
            self.attempt = None
            await attempt.writer.close()

    async def _undo(self, attempt: Attempt) -> None:
        # The next owner's fencing would do it too; until then readers would wait for this transaction.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(attempt.writer.abort(), _GONE_SECONDS)

    async def _recover(self, error: Exception) -> None:
        """Wait until another attempt is worth it. Raises what none would mend."""
        if isinstance(error, TaggerError):
            raise error
        self._context.meters.aborts[type(error).__name__] += 1
        if self._stopping.is_set():
            return
        if isinstance(error, RefusedError):
            _log.warning("write refused", source=str(self.source), reason=error.reason)
            self._refusals.note(error)
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
