"""How much is done in one lap of the event loop, for work that is to leave laps short."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Lap:
    """Counts what is done between two looks of the event loop at who else wants something. Belongs to that loop."""

    def __init__(self, bound: int, on_next: Callable[[], object] | None = None) -> None:
        """Make one for so much a lap; `on_next` is called in the lap after one in which something was done."""
        self._bound = bound
        self._on_next = on_next
        self._done = 0

    def fits(self, amount: int) -> bool:
        """Tell whether so much more may be done in this lap: the first always may."""
        return not self._done or self._done + amount <= self._bound

    def note(self, amount: int) -> None:
        """Count what is done."""
        if not self._done:
            asyncio.get_running_loop().call_soon(self._begin)
        self._done += max(1, amount)

    def _begin(self) -> None:
        self._done = 0
        if self._on_next is not None:
            self._on_next()
