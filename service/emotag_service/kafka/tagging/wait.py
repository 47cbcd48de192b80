"""A lane's wait to take its partition over: what for, since when, and a word about it when it is long.

aiokafka asks a coordinator that cannot answer again and again, without end and without a word; so does what stands
between a lane and the offset that it begins at. A lane that waits reads nothing and has no lag.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.cluster.hindrances import likely_cause

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.tagging.progress import Meters

_log = structlog.get_logger(__name__)
_FIRST_SECONDS = 10.0  # a take-over takes some ten milliseconds
_REPEAT_SECONDS = 60.0


class Wait:
    """One lane's, from the first attempt on until one has taken the partition over."""

    def __init__(self, source: Source, meters: Meters) -> None:
        self._source = str(source)
        self._meters = meters
        self._step = ""
        self._error: type[BaseException] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Count from now on; one that has begun goes on, since an attempt that failed has not ended it."""
        if self._timer is None:
            self._meters.waiting[self._source] = time.monotonic()
            self._timer = asyncio.get_running_loop().call_later(_FIRST_SECONDS, self._tell)

    def come_to(self, step: str) -> None:
        """What the attempt waits for from now on, in words that follow "waits for"."""
        self._step, self._error = step, None

    def fail(self, error: BaseException) -> None:
        """Why it goes on: what was refused, or what an attempt failed of."""
        self._error = type(error)

    def end(self) -> None:
        """The partition is taken over, or it is no longer this lane's."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._meters.waiting.pop(self._source, None)

    def _tell(self) -> None:
        seconds = time.monotonic() - self._meters.waiting[self._source]
        facts: dict[str, str | int] = {"source": self._source, "waits_for": self._step, "seconds": round(seconds)}
        if self._error is not None:
            facts["error"] = self._error.__name__
            if cause := likely_cause(self._error):
                facts["likely"] = cause
        _log.warning("waiting to take the partition over", **facts)
        self._timer = asyncio.get_running_loop().call_later(_REPEAT_SECONDS, self._tell)
