"""Records of one partition that were read and wait to be tagged."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.kafka.records.record import Record


class Buffer:
    """First in, first out; counts what it handed out too, until that is let go.

    Attributes:
        records: Held: waiting, with the engine, or waiting to be written.
        size: Their bytes.
    """

    def __init__(self, roomier: Callable[[], None]) -> None:
        """Make an empty one; `roomier` is called whenever it holds less than before."""
        self.records = 0
        self.size = 0
        self._waiting: deque[Record] = deque()
        self._sizes: deque[int] = deque()  # of all that it holds, in order
        self._filled = asyncio.Event()
        self._roomier = roomier

    def put(self, records: Sequence[Record]) -> None:
        """Add records at the end."""
        sizes = [record.size for record in records]
        self._waiting.extend(records)
        self._sizes.extend(sizes)
        self.records += len(records)
        self.size += sum(sizes)
        self._filled.set()

    async def take(self, most: int) -> list[Record]:
        """Wait for records, and take what is there, `most` at most."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def let_go(self, count: int) -> None:
        """Count out the first so many of what was taken: they are written."""
        self.records -= count
        self.size -= sum([self._sizes.popleft() for _ in range(count)])
        self._roomier()
