"""The tagger: joins the group, and keeps the lanes supplied until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.tagging.assignment import Assignment
from emotag_service.kafka.tagging.context import LaneContext
from emotag_service.kafka.tagging.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.records.rewriter import Rewriter
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.tagging.feed import Read
    from emotag_service.kafka.tagging.progress import Meters
    from emotag_service.kafka.tagging.settings import LoopSettings
    from emotag_service.kafka.tagging.tag_engine import TagEngine
    from emotag_service.kafka.tagging.tracing import RecordTracing

_log = structlog.get_logger(__name__)
_POLL_SECONDS = 1.0  # how long a poll waits for records, and how old the lag may get while there are none


class Tagger:
    """Consumes, tags, produces and commits, until it is told to stop."""

    def __init__(
        self,
        settings: LoopSettings,
        client: dict[str, Any],
        engine: TagEngine,
        rewriter: Rewriter,
        meters: Meters,
        *,
        tracing: RecordTracing | None = None,
        schemas: Schemas | None = None,
        ready: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Make one, inside the event loop that runs it.

        Args:
            settings: How the loop runs.
            client: Arguments of every client of the cluster, as `ClientSettings.kwargs` gives them.
            engine: What computes tags; started by the caller, and ended by it.
            rewriter: What becomes of a record.
            meters: What is counted.
            tracing: Makes spans of records; None for none.
            schemas: Of the values, where there is a schema registry; ended by the caller.
            ready: Has what is written to for an input topic be there; None where it is.
        """
        self._settings = settings
        self._meters = meters
        self._wake = asyncio.Event()
        self._feed = Feed(settings, client)
        context = LaneContext(
            settings,
            client,
            self._feed,
            engine,
            rewriter,
            meters,
            self._wake.set,
            tracing=tracing,
            schemas=schemas,
            ready=ready,
        )
        self._user = context.user
        self._assignment = Assignment(context, self._wake.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Do it until `stop` is set; then commit what is written and leave the group.

        Raises:
            TaggerError: What no retry mends; the text says what to do.
        """
        work = asyncio.ensure_future(self._work())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((work, stopped, self._assignment.failure), return_when=asyncio.FIRST_COMPLETED)
            for ended in (work, self._assignment.failure):
                if ended.done():
                    ended.result()
        except Exception as error:
            raise self._explained(error) from error
        finally:
            for task in (work, stopped):
                task.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)
            await self._leave()

    async def _work(self) -> None:
        await self._feed.start(self._assignment)
        while True:
            changes = self._assignment.changes
            asked = self._assignment.open_attempts()
            found = await self._poll(asked)
            self._assignment.deliver(found, asked, changes)
            self._assignment.measure()

    async def _poll(self, sources: Iterable[Source]) -> dict[Source, list[Read]]:
        """Wait for records, until lanes come, go or have room again: then there is another question to ask."""
        self._wake.clear()
        poll = asyncio.ensure_future(self._feed.poll(sources, _POLL_SECONDS))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((poll, wake), return_when=asyncio.FIRST_COMPLETED)
        finally:
            wake.cancel()
            poll.cancel()
            await asyncio.gather(poll, wake, return_exceptions=True)
        if poll.cancelled():
            return {}
        found = poll.result()
        # One that finds nothing ends in time although no broker answers.
        progress = time.monotonic() if found else self._feed.answered
        self._meters.last_progress = max(self._meters.last_progress, progress)
        return found

    async def _leave(self) -> None:
        await self._assignment.finish()
        if not self._assignment.failure.cancel():
            self._assignment.failure.exception()  # seen by now, or of no interest next to what ended the tagger first
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._feed.stop(), self._settings.stop_seconds)
        _log.info("left the group", group=self._settings.group)

    def _explained(self, error: Exception) -> Exception:
        return explain(error, "tagging", user=self._user) or error
