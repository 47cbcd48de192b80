"""Whether the engine answers, and who wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger("emotag.engine")


class Health:
    """One bit and its subscribers. Belongs to the engine's event loop."""

    def __init__(self) -> None:
        self.healthy = False
        self._subscribers: list[Callable[[bool], None]] = []

    def subscribe(self, callback: Callable[[bool], None]) -> None:
        """Have `callback` called with the new state whenever it changes."""
        self._subscribers.append(callback)

    def set(self, *, healthy: bool) -> None:
        """Take on a state, and tell when it is another."""
        if healthy == self.healthy:
            return
        self.healthy = healthy
        log.info("health changed", healthy=healthy)
        for callback in self._subscribers:
            try:
                callback(healthy)
            except Exception:
                # The others want to know all the same.
                log.exception("health callback failed")
