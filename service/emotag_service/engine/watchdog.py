"""Finds replicas that hang. Armed only while something may be running."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Watchdog:
    """Calls `check` when the first replica could be overdue. Belongs to the engine's event loop.

    `arm` costs one comparison while armed, so it may be called for every submit. While nothing runs and nothing is
    held there is no timer.
    """

    def __init__(self, check: Callable[[], float | None]) -> None:
        """Make one; `check` deals with overdue replicas and returns the seconds to its next call, None for never."""
        self._check = check
        self._timer: asyncio.TimerHandle | None = None

    @property
    def armed(self) -> bool:
        """A timer runs."""
        return self._timer is not None

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
