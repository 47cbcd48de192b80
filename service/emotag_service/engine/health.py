"""Whether the engine answers and who wants to know, and what finds replicas that hang."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger("emotag.engine")


class EngineHealth:
    """One bit and its subscribers. Belongs to the engine's event loop."""

    def __init__(self, engine: str = "") -> None:
        """Make it; `engine` is what logs call the engine, where there are several."""
        self.healthy = False
        self._named = {"engine": engine} if engine else {}
        self._subscribers: list[Callable[[bool], None]] = []

    def subscribe(self, callback: Callable[[bool], None]) -> None:
        """Have `callback` called with the new state whenever it changes."""
        self._subscribers.append(callback)

    def set(self, *, healthy: bool) -> None:
        """Take on a state, and tell when it is another."""
        if healthy == self.healthy:
            return
        self.healthy = healthy
        log.info("health changed", healthy=healthy, **self._named)
        for callback in self._subscribers:
            try:
                callback(healthy)
            except Exception:
                # The others want to know all the same.
                log.exception("health callback failed")


class Watchdog:
    """Calls `check` when the first replica could be overdue. Belongs to the engine's event loop.

    `arm` costs one comparison while armed, so it may be called for every submit. While nothing runs and nothing is
    held there is no timer.
    """

    def __init__(self, check: Callable[[], float | None]) -> None:
        """Make one; `check` deals with overdue replicas and returns the seconds to its next call, None for never."""
        self._check = check
        self._timer: asyncio.TimerHandle | None = None

    def arm(self) -> None:
        """See to it that a timer runs."""
        if self._timer is None:
            self._look()

    def disarm(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        delay = self._check()
        if delay is not None:
            self._timer = asyncio.get_running_loop().call_later(delay, self._look)
